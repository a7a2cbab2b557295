package oauth

import (
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"
)

var errInvalidHint = fosite.ErrInvalidRequest.WithHint("The id_token_hint is not an ID token of this server.")

// idTokenHint reads an ID token that comes back to us as a hint (OpenID Connect Core section 3.1.2.1,
// RP-Initiated Logout section 2). It may have expired: it only says whom it was made for, and to whom.
func (s *Server) idTokenHint(raw string) (*idClaims, error) {
	if len(raw) > maxToken {
		return nil, errInvalidHint
	}
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, errInvalidHint
	}
	header := jws.Signatures[0].Protected
	typ, _ := header.ExtraHeaders[jose.HeaderType].(string)
	if !strings.EqualFold(typ, "JWT") || header.KeyID != s.keys.id { // an access token is no hint
		return nil, errInvalidHint
	}
	body, err := jws.Verify(s.keys.public)
	if err != nil {
		return nil, errInvalidHint
	}
	c := new(idClaims)
	if err := json.Unmarshal(body, c); err != nil || c.Issuer != s.URL || c.Subject == "" {
		return nil, errInvalidHint
	}
	return c, nil
}

// readHint notes which person an authorization request is about, where it says so.
func (s *Server) readHint(a *authorization) error {
	raw := a.form.Get("id_token_hint")
	if raw == "" {
		return nil
	}
	hint, err := s.idTokenHint(raw)
	if err != nil {
		return err
	}
	a.hinted = hint.Subject
	return nil
}

// another tells whether somebody else is signed in than the request is about.
func (a *authorization) another() bool {
	return a.hinted != "" && a.session != nil && a.session.UserID != a.hinted
}

// notThem is the answer when another person is signed in than the hint names (OpenID Connect Core section
// 3.1.2.1): that one may sign in now; if even then it is another, the client hears of it.
func (s *Server) notThem(a *authorization) (step, error) {
	asked, ok := s.markedAt(a)
	if ok && !a.session.AuthTime.Before(asked) {
		return nil, fosite.ErrLoginRequired
	}
	return (*Server).signIn, nil
}
