package oauth

import (
	"slices"

	"frontdesk/store"
)

// claim is something that userinfo says of a person (OpenID Connect Core section 5.1) where the scope was
// granted (section 5.4). value is nil where it is not known: then the claim is left out.
type claim struct {
	name, scope string
	value       func(*store.User) any
}

// claims is every claim about a person. Userinfo and the metadata document read it.
var claims = []claim{
	{"name", "profile", text((*store.User).Name)},
	{"given_name", "profile", text(func(u *store.User) string { return u.FirstName })},
	{"family_name", "profile", text(func(u *store.User) string { return u.LastName })},
	{"preferred_username", "profile", text(func(u *store.User) string { return u.Username })},
	{"picture", "profile", text(func(u *store.User) string { return u.ImageURL })},
	{"email", "email", text(func(u *store.User) string { return u.Primary().Address })},
	{"email_verified", "email", emailVerified},
}

// text is a claim whose empty string is not said.
func text(of func(*store.User) string) func(*store.User) any {
	return func(u *store.User) any {
		if s := of(u); s != "" {
			return s
		}
		return nil
	}
}

func emailVerified(u *store.User) any {
	primary := u.Primary()
	if primary.Address == "" {
		return nil
	}
	return !primary.VerifiedAt.IsZero()
}

// tokenClaims is what every ID token says, of the sign-in and of itself (OpenID Connect Core section 2).
// There is no azp: an ID token is for one audience, the client that gets it.
var tokenClaims = []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "acr", "amr"}

// claimNames is claims_supported of the metadata document.
func claimNames() []string {
	return slices.Concat(tokenClaims, each(claims, func(c claim) string { return c.name }))
}

// acr is the authentication context class of every sign-in. "0" says that nobody has assessed it against ISO/IEC
// 29115 level 1, and is the only value that OpenID Connect Core section 2 defines. amr says what was done.
const acr = "0"

// subjectType is the kind of sub that every client gets: the same for all of them (OpenID Connect Core section 8).
const subjectType = "public"
