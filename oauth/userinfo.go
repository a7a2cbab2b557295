package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// userinfo answers the UserInfo endpoint (OpenID Connect Core section 5.3). The token comes in the Authorization
// header and nowhere else: a form body is for clients that cannot set one (RFC 6750 section 2.2), and a URL gets
// into logs.
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) error {
	raw, err := bearer(r)
	if err != nil {
		return challenged(w, err)
	}
	if raw == "" {
		w.Header().Set("WWW-Authenticate", bearerRealm)
		return errNoToken
	}
	if r.FormValue("access_token") != "" { // section 3.1 there: one way at a time
		return challenged(w, fosite.ErrInvalidRequest.WithHint("The access token came twice: in the Authorization header, and as a parameter."))
	}
	t, err := s.own(r.Context(), raw)
	switch {
	case err != nil:
		return challenged(w, err)
	case !t.Has("openid"): // section 5.3.1
		return challenged(w, errNoOpenID)
	}
	u, err := s.Store.User(r.Context(), t.UserID)
	if errors.Is(err, store.ErrNotFound) {
		err = ErrInvalidToken
	}
	if err != nil {
		return challenged(w, err)
	}
	said := map[string]any{"sub": u.ID}
	for _, c := range claims {
		if value := c.value(u); value != nil && t.Has(c.scope) {
			said[c.name] = value
		}
	}
	writeJSON(w, http.StatusOK, said)
	return nil
}

// own checks an access token for whichever of our resources it is for. To ask the authorization server about the
// token, or with it about the person, takes no audience of its own: OpenID Connect clients name none.
func (s *Server) own(ctx context.Context, raw string) (*Token, error) {
	t, err := s.verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.Resources, func(r Resource) bool { return r.URL == t.Resource }) {
		return nil, fmt.Errorf("%w: its resource is none of ours", ErrInvalidToken)
	}
	return s.Verify(ctx, raw, t.Resource)
}

// bearer reads the token of the Authorization header (RFC 6750 section 2.1); "": there is none.
func bearer(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", nil
	}
	if len(headers) > 1 {
		return "", fosite.ErrInvalidRequest.WithHint("There may be one Authorization header.")
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	return strings.TrimLeft(token, " "), nil
}

const bearerRealm = `Bearer realm="userinfo"`

// challenged adds the challenge of RFC 6750 section 3 to an error that is the client's to mend.
func challenged(w http.ResponseWriter, err error) error {
	if errors.Is(err, ErrInvalidToken) {
		err = errBadToken
	}
	told := tell(err)
	if told.CodeField >= http.StatusInternalServerError {
		return err
	}
	challenge := bearerRealm + `, error="` + told.ErrorField + `"`
	if errors.Is(err, errNoOpenID) {
		challenge += `, scope="openid"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	return err
}
