package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// client is a registered client as fosite wants to see it.
type client struct {
	*store.Client
	redirects []string // the one that was matched, at authorize
	scopes    []string
}

type clientKey struct{}

// GetID implements fosite.Client.
func (c *client) GetID() string { return c.ID }

// GetHashedSecret implements fosite.Client; secrets are compared by authenticateClient.
func (c *client) GetHashedSecret() []byte { return nil }

// GetRedirectURIs implements fosite.Client.
func (c *client) GetRedirectURIs() []string { return c.redirects }

// GetGrantTypes implements fosite.Client.
func (c *client) GetGrantTypes() fosite.Arguments { return c.GrantTypes }

// GetResponseTypes implements fosite.Client.
func (c *client) GetResponseTypes() fosite.Arguments { return fosite.Arguments{"code"} }

// GetResponseModes implements fosite.ResponseModeClient.
func (c *client) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeQuery, fosite.ResponseModeFormPost}
}

// GetScopes implements fosite.Client.
func (c *client) GetScopes() fosite.Arguments { return c.scopes }

// IsPublic implements fosite.Client.
func (c *client) IsPublic() bool { return c.SecretHash == "" }

// GetAudience implements fosite.Client; resources are not a client's own.
func (c *client) GetAudience() fosite.Arguments { return nil }

// authMethods is how clients may authenticate (RFC 7591 section 2, token_endpoint_auth_method).
var authMethods = []string{"none", "client_secret_basic", "client_secret_post"}

// authenticateClient finds the client of a request to the token or revocation endpoint. It must use the one
// method that it registered, and no other beside it (RFC 6749 section 2.3).
func (s *Server) authenticateClient(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	id, secret, method, err := credentials(r, form)
	if err != nil {
		return nil, err
	}
	c, err := s.client(ctx, r, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, fosite.ErrInvalidClient.WithHint("The client is not known here.")
	case err != nil:
		return nil, err
	case c.AuthMethod != method:
		return nil, fosite.ErrInvalidClient.WithHintf("This client authenticates with '%s'.", c.AuthMethod)
	case method != "none" && !secretMatches(secret, c.SecretHash):
		return nil, fosite.ErrInvalidClient.WithHint("The client secret is wrong.")
	}
	return &client{Client: c, scopes: s.allowedScopes(c)}, nil
}

// credentials reads who the client says it is and the method by which it says so.
func credentials(r *http.Request, form url.Values) (id, secret, method string, err error) {
	id, secret = form.Get("client_id"), form.Get("client_secret")
	user, password, basic := r.BasicAuth()
	switch {
	case form.Has("client_assertion") || form.Has("client_assertion_type"):
		return "", "", "", fosite.ErrInvalidClient.WithHint("Client assertions are not supported.")
	case basic && secret != "":
		return "", "", "", fosite.ErrInvalidRequest.WithHint("Authenticate the client once: with the Authorization header or with client_secret.")
	case !basic && r.Header.Get("Authorization") != "":
		return "", "", "", fosite.ErrInvalidClient.WithHint("The Authorization header is not of the Basic scheme.")
	case !basic && id == "":
		return "", "", "", fosite.ErrInvalidClient.WithHint("The request does not say which client it is from.")
	case !basic && secret != "":
		return id, secret, "client_secret_post", nil
	case !basic:
		return id, "", "none", nil
	}
	basicID, err1 := url.QueryUnescape(user) // RFC 6749 section 2.3.1
	password, err2 := url.QueryUnescape(password)
	if err1 != nil || err2 != nil || (id != "" && id != basicID) {
		return "", "", "", fosite.ErrInvalidClient.WithHint("The Authorization header does not fit the request.")
	}
	return basicID, password, "client_secret_basic", nil
}

// hashSecret is how a client secret is kept. Secrets are 256 random bits of ours: nothing slower is needed.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func secretMatches(secret, hash string) bool {
	return hash != "" && subtle.ConstantTimeCompare([]byte(hashSecret(secret)), []byte(hash)) == 1
}
