package oauth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// registration is a client's metadata (RFC 7591 section 2), asked for and answered. What is not listed is
// ignored: a client chooses neither its id nor its secret nor how much it is trusted.
type registration struct {
	ClientID              string   `json:"client_id,omitempty"`
	ClientSecret          string   `json:"client_secret,omitempty"`
	ClientIDIssuedAt      int64    `json:"client_id_issued_at,omitempty"`      // Unix seconds
	ClientSecretExpiresAt *int64   `json:"client_secret_expires_at,omitempty"` // 0: never; there with a secret only
	RedirectURIs          []string `json:"redirect_uris"`
	GrantTypes            []string `json:"grant_types"`
	ResponseTypes         []string `json:"response_types"`
	AuthMethod            string   `json:"token_endpoint_auth_method"`
	ApplicationType       string   `json:"application_type"`
	Name                  string   `json:"client_name,omitempty"`
	Scope                 string   `json:"scope,omitempty"`
	URI                   string   `json:"client_uri,omitempty"`
	LogoURI               string   `json:"logo_uri,omitempty"`
	PolicyURI             string   `json:"policy_uri,omitempty"`
	TermsURI              string   `json:"tos_uri,omitempty"`
	SoftwareID            string   `json:"software_id,omitempty"`
	SoftwareVersion       string   `json:"software_version,omitempty"`
	Contacts              []string `json:"contacts,omitempty"`
}

// The largest registration that makes sense.
const (
	maxRegistration = 64 << 10
	maxDepth        = 16
	maxRedirects    = 32
	maxContacts     = 16
	maxText         = 512
)

// register answers the registration endpoint (RFC 7591 section 3.1).
func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	if !s.Registration {
		return errRegistrationOff
	}
	if ok, wait := s.registers.Allow(r.RemoteAddr); !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return errTooMany
	}
	asked, err := readRegistration(w, r)
	if err != nil {
		return err
	}
	c, secret, err := s.clientFor(asked)
	if err != nil {
		return err
	}
	if err := s.Store.CreateClient(r.Context(), c); err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, describe(c, secret))
	return nil
}

func readRegistration(w http.ResponseWriter, r *http.Request) (*registration, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, errInvalidClientMetadata.WithHint("The Content-Type must be application/json.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRegistration))
	if err != nil {
		return nil, errInvalidClientMetadata.WithHint("The body cannot be read, or is too large.")
	}
	asked := new(registration)
	body = bytes.TrimSpace(body)
	if len(body) == 0 || body[0] != '{' || tooDeep(body) || json.Unmarshal(body, asked) != nil {
		return nil, errInvalidClientMetadata.WithHint("The body is not a JSON object of the members that RFC 7591 lists.")
	}
	return asked, nil
}

// tooDeep tells whether a JSON text nests deeper than any registration.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// clientFor makes the client that is asked for, with our defaults in what is left open, or says what is wrong
// (RFC 7591 section 3.2.2).
func (s *Server) clientFor(asked *registration) (*store.Client, string, error) {
	c, err := s.describedClient(asked)
	if err != nil {
		return nil, "", err
	}
	c.ID = store.NewID("client")
	return c, newSecret(c), nil
}

// describedClient is the client that the metadata describes, checked, without an id or a secret.
func (s *Server) describedClient(asked *registration) (*store.Client, error) {
	c := &store.Client{
		Name: cleanName(asked.Name), RedirectURIs: asked.RedirectURIs,
		ResponseTypes: []string{"code"}, AuthMethod: asked.AuthMethod, ApplicationType: asked.ApplicationType,
		URI: asked.URI, LogoURI: asked.LogoURI, PolicyURI: asked.PolicyURI, TermsURI: asked.TermsURI,
		SoftwareID: asked.SoftwareID, SoftwareVersion: asked.SoftwareVersion, Contacts: asked.Contacts,
		Scopes: s.registeredScopes(asked.Scope),
	}
	if err := checkRedirects(c.RedirectURIs); err != nil {
		return nil, err
	}
	if err := checkTexts(asked); err != nil {
		return nil, err
	}
	if err := chooseGrants(c, asked); err != nil {
		return nil, err
	}
	return c, chooseType(c)
}

func checkRedirects(uris []string) error {
	switch {
	case len(uris) == 0:
		return errInvalidRedirectURI.WithHint("The member 'redirect_uris' is missing or empty.")
	case len(uris) > maxRedirects:
		return errInvalidRedirectURI.WithHintf("There may be %d redirect URIs at most.", maxRedirects)
	}
	for i, uri := range uris {
		if err := checkRedirect(uri); err != nil {
			return errInvalidRedirectURI.WithHintf("Redirect URI %d: %s.", i+1, err)
		}
	}
	return nil
}

// checkTexts keeps links that would run code or overflow off our pages and out of the database.
func checkTexts(asked *registration) error {
	for member, uri := range map[string]string{
		"client_uri": asked.URI, "logo_uri": asked.LogoURI, "policy_uri": asked.PolicyURI, "tos_uri": asked.TermsURI,
	} {
		if uri == "" {
			continue
		}
		u, err := url.Parse(uri)
		if err != nil || len(uri) > maxURI || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
			return errInvalidClientMetadata.WithHintf("The member '%s' is not the URL of a web page.", member)
		}
	}
	if len(asked.Contacts) > maxContacts {
		return errInvalidClientMetadata.WithHintf("There may be %d contacts at most.", maxContacts)
	}
	for _, text := range append([]string{asked.SoftwareID, asked.SoftwareVersion, asked.Name}, asked.Contacts...) {
		if len(text) > maxText {
			return errInvalidClientMetadata.WithHintf("No text may be longer than %d bytes.", maxText)
		}
	}
	return nil
}

// chooseGrants keeps the grants and the authentication method that exist here.
func chooseGrants(c *store.Client, asked *registration) error {
	for _, name := range grantTypeNames() {
		if len(asked.GrantTypes) == 0 || slices.Contains(asked.GrantTypes, name) {
			c.GrantTypes = append(c.GrantTypes, name)
		}
	}
	switch {
	case !slices.Contains(c.GrantTypes, "authorization_code"):
		return errInvalidClientMetadata.WithHintf("The grant types here are: %s.", strings.Join(grantTypeNames(), ", "))
	case len(asked.ResponseTypes) > 0 && !slices.Contains(asked.ResponseTypes, "code"):
		return errInvalidClientMetadata.WithHint("The only response type here is 'code'.")
	case c.AuthMethod == "":
		c.AuthMethod = "client_secret_basic" // the default of RFC 7591 section 2
	case !slices.Contains(authMethods, c.AuthMethod):
		return errInvalidClientMetadata.WithHintf("The client authentication methods here are: %s.", strings.Join(authMethods, ", "))
	}
	return nil
}

// chooseType infers application_type where it is not given: an app with a redirect on the person's computer
// is native (OpenID Connect Registration section 2).
func chooseType(c *store.Client) error {
	switch {
	case c.ApplicationType == "" && slices.ContainsFunc(c.RedirectURIs, isLocal):
		c.ApplicationType = "native"
	case c.ApplicationType == "":
		c.ApplicationType = "web"
	case c.ApplicationType != "native" && c.ApplicationType != "web":
		return errInvalidClientMetadata.WithHint("The member 'application_type' may be 'native' or 'web'.")
	}
	return nil
}

// newSecret gives a confidential client its secret; a public one gets "".
func newSecret(c *store.Client) string {
	if c.AuthMethod == "none" {
		return ""
	}
	secret := randomToken("fds_")
	c.SecretHash = hashSecret(secret)
	return secret
}

// registeredScopes is what a client that registers itself may ask for: whatever it names, and the default
// scopes, since a client that could not ask for those later would be at a dead end. Naming none means all.
// People decide on the consent page.
func (s *Server) registeredScopes(named string) []string {
	wanted := strings.Fields(named)
	if len(wanted) == 0 {
		return nil
	}
	wanted = append(wanted, s.DefaultScopes...)
	var scopes []string
	for _, scope := range s.Scopes {
		if slices.Contains(wanted, scope.Name) {
			scopes = append(scopes, scope.Name)
		}
	}
	return scopes
}

// describe answers with the client as it is registered (RFC 7591 section 3.2.1).
func describe(c *store.Client, secret string) registration {
	answer := registration{
		ClientID: c.ID, ClientIDIssuedAt: c.CreatedAt.Unix(), RedirectURIs: c.RedirectURIs,
		GrantTypes: c.GrantTypes, ResponseTypes: c.ResponseTypes, AuthMethod: c.AuthMethod,
		ApplicationType: c.ApplicationType, Name: c.Name, Scope: strings.Join(c.Scopes, " "),
		URI: c.URI, LogoURI: c.LogoURI, PolicyURI: c.PolicyURI, TermsURI: c.TermsURI,
		SoftwareID: c.SoftwareID, SoftwareVersion: c.SoftwareVersion, Contacts: c.Contacts,
	}
	if secret != "" {
		answer.ClientSecret, answer.ClientSecretExpiresAt = secret, new(int64)
	}
	return answer
}

// ClientRequest is what an operator says of a client.
type ClientRequest struct {
	Name         string
	RedirectURIs []string
	Scopes       []string // none: all
	Confidential bool     // client_secret_basic, else a public client
}

// NewClient makes a client that an operator vouches for, not yet saved, and its secret ("" for a public one).
// The error is a sentence for the operator.
func NewClient(q ClientRequest) (*store.Client, string, error) {
	c := &store.Client{
		ID: store.NewID("client"), Name: cleanName(q.Name), RedirectURIs: q.RedirectURIs, Scopes: q.Scopes,
		GrantTypes: grantTypeNames(), ResponseTypes: []string{"code"}, AuthMethod: "none", Verified: true, Source: store.FromOperator,
	}
	if c.Name == "" {
		return nil, "", fmt.Errorf("a client needs a name")
	}
	if err := checkRedirects(c.RedirectURIs); err != nil {
		return nil, "", fmt.Errorf("%s", err.(*fosite.RFC6749Error).HintField)
	}
	if q.Confidential {
		c.AuthMethod = "client_secret_basic"
	}
	return c, newSecret(c), chooseType(c)
}

// NewClientSecret makes a new secret for a confidential client and the hash to keep.
func NewClientSecret() (secret, hash string) {
	secret = randomToken("fds_")
	return secret, hashSecret(secret)
}
