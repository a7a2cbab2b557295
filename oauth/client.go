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
	method    string // by which it has authenticated; "": it has not
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

// GetScopes implements fosite.Client.
func (c *client) GetScopes() fosite.Arguments { return c.scopes }

// IsPublic implements fosite.Client.
func (c *client) IsPublic() bool { return c.AuthMethod == "none" || c.AuthOptional }

// GetAudience implements fosite.Client; resources are not a client's own.
func (c *client) GetAudience() fosite.Arguments { return nil }

// authMethods is how clients may authenticate (RFC 7591 section 2, token_endpoint_auth_method).
var authMethods = []string{"none", "client_secret_basic", "client_secret_post", "private_key_jwt"}

// authenticateClient finds the client of a request to the token, revocation or introspection endpoint. It must use the
// one method that it registered, and no other beside it (RFC 6749 section 2.3).
func (s *Server) authenticateClient(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	shown, err := readCredentials(r, form)
	if err != nil {
		return nil, err
	}
	c, err := s.client(ctx, r, shown.id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, fosite.ErrInvalidClient.WithHint("The client is not known here.")
	case err != nil:
		return nil, err
	case c.AuthMethod != shown.method && !(c.AuthOptional && shown.method == "none"):
		return nil, fosite.ErrInvalidClient.WithHintf("This client authenticates with '%s'.", c.AuthMethod)
	}
	switch shown.method {
	case "client_secret_basic", "client_secret_post":
		if !secretMatches(shown.secret, c.SecretHash) {
			return nil, fosite.ErrInvalidClient.WithHint("The client secret is wrong.")
		}
	case "private_key_jwt":
		if err := s.checkAssertion(ctx, c, shown.assertion); err != nil {
			return nil, err
		}
	}
	return &client{Client: c, scopes: s.implied(s.allowedScopes(c)), method: shown.method}, nil
}

// credentials is who a client says it is, and the method by which it says so.
type credentials struct {
	id, secret, method string
	assertion          *assertion
}

func readCredentials(r *http.Request, form url.Values) (credentials, error) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	user, password, basic := r.BasicAuth()
	asserts := form.Has("client_assertion") || form.Has("client_assertion_type")
	switch {
	case basic && secret != "", asserts && (secret != "" || r.Header.Get("Authorization") != ""):
		return credentials{}, fosite.ErrInvalidRequest.WithHint("Authenticate the client once: with the Authorization header, with client_secret, or with client_assertion.")
	case asserts:
		return assertedCredentials(form)
	case !basic && r.Header.Get("Authorization") != "":
		return credentials{}, fosite.ErrInvalidClient.WithHint("The Authorization header is not of the Basic scheme.")
	case !basic && id == "":
		return credentials{}, fosite.ErrInvalidClient.WithHint("The request does not say which client it is from.")
	case !basic && secret != "":
		return credentials{id: id, secret: secret, method: "client_secret_post"}, nil
	case !basic:
		return credentials{id: id, method: "none"}, nil
	}
	basicID, err1 := url.QueryUnescape(user) // RFC 6749 section 2.3.1
	password, err2 := url.QueryUnescape(password)
	if err1 != nil || err2 != nil || (id != "" && id != basicID) {
		return credentials{}, fosite.ErrInvalidClient.WithHint("The Authorization header does not fit the request.")
	}
	return credentials{id: basicID, secret: password, method: "client_secret_basic"}, nil
}

// assertedCredentials reads a client assertion (RFC 7523 section 2.2). client_id may be left out: the subject says it.
func assertedCredentials(form url.Values) (credentials, error) {
	if form.Get("client_assertion_type") != assertionType {
		return credentials{}, fosite.ErrInvalidClient.WithHintf("The client_assertion_type here is %s.", assertionType)
	}
	a, err := readAssertion(form.Get("client_assertion"))
	if err != nil {
		return credentials{}, err
	}
	if id := form.Get("client_id"); id != "" && id != a.claims.Subject {
		return credentials{}, badAssertion("its sub is not the client_id")
	}
	return credentials{id: a.claims.Subject, method: "private_key_jwt", assertion: a}, nil
}

// hashSecret is how a client secret is kept. Secrets are 256 random bits of ours: nothing slower is needed.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func secretMatches(secret, hash string) bool {
	return hash != "" && subtle.ConstantTimeCompare([]byte(hashSecret(secret)), []byte(hash)) == 1
}
