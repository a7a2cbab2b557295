package oauth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// introspection is what there is to say of a token (RFC 7662 section 2.2); the zero one says that it is not
// active, and nothing else.
type introspection struct {
	Active    bool   `json:"active"`
	Use       string `json:"token_use,omitempty"`  // access_token or refresh_token; a member of our own
	TokenType string `json:"token_type,omitempty"` // how an access token is used (RFC 6749 section 5.1): a refresh token has none
	Scope     string `json:"scope,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	Username  string `json:"username,omitempty"`
	Subject   string `json:"sub,omitempty"`
	Audience  string `json:"aud,omitempty"` // a refresh token is for nobody but us
	Issuer    string `json:"iss,omitempty"`
	ID        string `json:"jti,omitempty"`
	IssuedAt  int64  `json:"iat,omitempty"`
	ExpiresAt int64  `json:"exp,omitempty"`
	AuthTime  int64  `json:"auth_time,omitempty"`
}

// introspect answers the introspection endpoint (RFC 7662 section 2): to a token's own client, and about access
// tokens to a resource server that an operator made. Everybody else learns that the token is not active.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	c, err := s.authenticateClient(r.Context(), r, form)
	switch {
	case err != nil:
		return err
	case c.(*client).method == "none": // section 2.1: whoever has a token could ask otherwise
		return fosite.ErrInvalidClient.WithHint("Introspection needs a client that authenticates with a secret or a key.")
	case form.Get("token") == "":
		return fosite.ErrInvalidRequest.WithHint("The parameter 'token' is missing.")
	}
	said, err := s.introspection(r.Context(), c.(*client).Client, form.Get("token"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, said)
	return nil
}

// introspection tells asking about a token. The hint of section 2.1 is not needed: the two kinds look different.
func (s *Server) introspection(ctx context.Context, asking *store.Client, token string) (introspection, error) {
	if strings.HasPrefix(token, refreshPrefix) {
		return s.introspectRefresh(ctx, asking, token)
	}
	t, err := s.own(ctx, token)
	switch {
	case errors.Is(err, ErrInvalidToken):
		return introspection{}, nil
	case err != nil:
		return introspection{}, err
	case t.ClientID != asking.ID && !asking.ResourceServer: // section 4
		return introspection{}, nil
	}
	said := introspection{
		Active: true, Use: "access_token", TokenType: "Bearer", Scope: strings.Join(t.Scopes, " "), ClientID: t.ClientID,
		Subject: t.UserID, Audience: t.Resource, Issuer: s.URL, ID: t.ID,
		IssuedAt: t.IssuedAt.Unix(), ExpiresAt: t.ExpiresAt.Unix(), AuthTime: t.AuthTime.Unix(),
	}
	said.Username, err = s.username(ctx, t.UserID, t.Scopes)
	return said, err
}

// introspectRefresh tells a refresh token's own client about it: a resource server has no use for one (section 4).
// One that was rotated is not active, although it answers once more for those that lost the reply.
func (s *Server) introspectRefresh(ctx context.Context, asking *store.Client, token string) (introspection, error) {
	t, err := s.Store.RefreshToken(ctx, digest(token))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return introspection{}, nil
	case err != nil:
		return introspection{}, err
	case t.Grant.ClientID != asking.ID, !t.UsedAt.IsZero(), !t.Grant.RevokedAt.IsZero(), !s.Now().Before(t.ExpiresAt):
		return introspection{}, nil
	}
	said := introspection{
		Active: true, Use: "refresh_token", Scope: strings.Join(t.Grant.Scopes, " "), ClientID: t.Grant.ClientID,
		Subject: t.Grant.UserID, Issuer: s.URL, ExpiresAt: t.ExpiresAt.Unix(), AuthTime: t.Grant.AuthTime.Unix(),
	}
	said.Username, err = s.username(ctx, t.Grant.UserID, t.Grant.Scopes)
	return said, err
}

// username is the person's, where the scopes open it.
func (s *Server) username(ctx context.Context, userID string, scopes []string) (string, error) {
	if !slices.Contains(scopes, "profile") {
		return "", nil
	}
	return s.Store.Username(ctx, userID)
}
