package oauth

import (
	"errors"
	"net/http"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// revoke answers the revocation endpoint (RFC 7009 section 2), for public clients too. Whichever token comes,
// its whole grant ends: the refresh tokens and every access token.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	asking, err := s.authenticateClient(ctx, r, form)
	if err != nil {
		return err
	}
	token := form.Get("token")
	if token == "" {
		return fosite.ErrInvalidRequest.WithHint("The parameter 'token' is missing.")
	}
	grantID, clientID, err := s.grantOf(r, token)
	switch {
	case errors.Is(err, store.ErrNotFound): // section 2.2: nothing to revoke is no error
	case err != nil:
		return err
	case clientID != asking.GetID():
		return fosite.ErrUnauthorizedClient.WithHint("The token belongs to another client.")
	default:
		if err := s.Store.RevokeGrant(ctx, grantID); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return nil
}

// grantOf finds the grant and client of a refresh or access token, whatever the hint says; ErrNotFound: the
// token is none of ours.
func (s *Server) grantOf(r *http.Request, token string) (grantID, clientID string, err error) {
	access, err := s.verify(r.Context(), token)
	switch {
	case err == nil:
		return access.GrantID, access.ClientID, nil
	case !errors.Is(err, ErrInvalidToken):
		return "", "", err
	}
	t, err := s.Store.RefreshToken(r.Context(), digest(token))
	if err != nil {
		return "", "", err
	}
	return t.GrantID, t.Grant.ClientID, nil
}
