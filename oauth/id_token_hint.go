package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/ory/fosite"
)

// idTokenHint reads an ID token that comes back to us as a hint (OpenID Connect Core section 3.1.2.1,
// RP-Initiated Logout section 2). It may have expired: it only says whom it was made for, and to whom. errUnknownKey:
// its key is gone; errInvalidHint: it is none of ours.
func (s *Server) idTokenHint(ctx context.Context, raw string) (*idClaims, error) {
	if len(raw) > maxToken {
		return nil, errInvalidHint
	}
	body, _, err := s.keys.verify(ctx, raw, "JWT") // an access token is no hint
	switch {
	case errors.Is(err, errUnknownKey):
		return nil, errUnknownKey
	case errors.Is(err, ErrInvalidToken):
		return nil, errInvalidHint
	case err != nil:
		return nil, err
	}
	c := new(idClaims)
	if err := json.Unmarshal(body, c); err != nil || c.Issuer != s.URL || c.Subject == "" {
		return nil, errInvalidHint
	}
	return c, nil
}

// readHint notes which person an authorization request is about, where it says so.
func (s *Server) readHint(ctx context.Context, a *authorization) error {
	raw := a.form.Get("id_token_hint")
	if raw == "" {
		return nil
	}
	hint, err := s.idTokenHint(ctx, raw)
	switch {
	case errors.Is(err, errUnknownKey): // clients keep ID tokens longer than keys last
		if slices.Contains(strings.Fields(a.form.Get("prompt")), "none") {
			return fosite.ErrLoginRequired
		}
	case err != nil:
		return err
	default:
		a.hinted = hint.Subject
	}
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
