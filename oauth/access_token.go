package oauth

import (
	"slices"
	"time"
)

// Scope is one permission a client can be granted (RFC 6749 section 3.3).
type Scope struct {
	Name        string   // the token on the wire: no spaces
	Title       string   // the deed in the person's words, "See your email addresses"
	Description string   // what exactly it covers, one short line; may be empty
	Implies     []string // names of scopes that come with it
}

// Token is a verified access token (RFC 9068 section 2.2). It is shared between requests: nobody
// changes it.
type Token struct {
	ID        string // jti
	GrantID   string
	UserID    string // sub
	ClientID  string
	Resource  string // aud: exactly one
	Scopes    []string
	AuthTime  time.Time
	IssuedAt  time.Time
	ExpiresAt time.Time

	keyID string // of the key that signed it
}

// Has tells whether the token was granted scope.
func (t *Token) Has(scope string) bool { return slices.Contains(t.Scopes, scope) }
