package oauth

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"frontdesk/store"
)

// describedClient is the client that the metadata describes, checked, without an id or a secret.
func (s *Server) describedClient(asked *registration) (*store.Client, error) {
	c := &store.Client{
		Name: cleanName(asked.Name), RedirectURIs: asked.RedirectURIs,
		ResponseTypes: []string{"code"}, AuthMethod: asked.AuthMethod, ApplicationType: asked.ApplicationType,
		URI: asked.URI, LogoURI: asked.LogoURI, PolicyURI: asked.PolicyURI, TermsURI: asked.TermsURI,
		SoftwareID: asked.SoftwareID, SoftwareVersion: asked.SoftwareVersion, Contacts: slices.DeleteFunc(asked.Contacts, blank),
		JWKSURI: asked.JWKSURI, SigningAlg: asked.SigningAlg,
		IDTokenAlg: cmp.Or(asked.IDTokenAlg, usualAlgorithm), PostLogoutRedirectURIs: asked.PostLogoutRedirects,
	}
	if err := checkRedirects(c.RedirectURIs); err != nil {
		return nil, err
	}
	// On this computer the port of a redirect says nothing yet (RFC 8252 section 7.3): the request's does.
	if slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return s.ours(uri) && !isLoopback(uri) }) {
		return nil, errInvalidRedirectURI.WithHint("A redirect URI leads to this server.")
	}
	if err := checkPostLogoutRedirects(c.PostLogoutRedirectURIs); err != nil {
		return nil, err
	}
	if err := checkTexts(asked); err != nil {
		return nil, err
	}
	if s.Outbound.Check(c.LogoURI) != nil {
		c.LogoURI = "" // it could never be shown
	}
	if err := chooseGrants(c, asked); err != nil {
		return nil, err
	}
	c.Scopes = s.registeredScopes(asked.Scope, c)
	if err := s.chooseKeys(c, asked); err != nil {
		return nil, err
	}
	if err := checkIDTokenAlg(c.IDTokenAlg); err != nil {
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

// checkIDTokenAlg refuses what we do not sign with, "none" before all (OpenID Connect Registration section 2).
func checkIDTokenAlg(name string) error {
	if !slices.Contains(Algorithms(), name) {
		return errInvalidClientMetadata.WithHintf("ID tokens are signed with: %s.", strings.Join(Algorithms(), ", "))
	}
	return nil
}

// checkTexts keeps links that would run code or overflow off our pages and out of the database.
func checkTexts(asked *registration) error {
	for _, link := range [][2]string{
		{"client_uri", asked.URI}, {"logo_uri", asked.LogoURI}, {"policy_uri", asked.PolicyURI}, {"tos_uri", asked.TermsURI},
	} {
		if link[1] == "" {
			continue
		}
		if u, err := printable(link[1]); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return errInvalidClientMetadata.WithHintf("The member '%s' is not the URL of a web page.", link[0])
		}
	}
	if len(asked.Contacts) > maxContacts {
		return errInvalidClientMetadata.WithHintf("There may be %d contacts at most.", maxContacts)
	}
	if len(asked.Name) > maxText {
		return errInvalidClientMetadata.WithHintf("No text may be longer than %d bytes.", maxText)
	}
	for _, text := range append([]string{asked.SoftwareID, asked.SoftwareVersion}, asked.Contacts...) {
		if len(text) > maxText || strings.ContainsFunc(text, unseen) {
			return errInvalidClientMetadata.WithHintf("No text may be longer than %d bytes or have characters in it that cannot be seen.", maxText)
		}
	}
	return nil
}

// blank tells whether a contact says nothing. Some clients refuse "" in an answer.
func blank(contact string) bool { return strings.TrimSpace(contact) == "" }

// unseen tells whether r changes what is around it instead of showing: on a terminal, or in which direction text runs.
func unseen(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// hasKeys tells whether the member jwks is there.
func hasKeys(jwks json.RawMessage) bool { return len(jwks) > 0 && string(jwks) != "null" }

// chooseKeys keeps the public keys by which the client authenticates: one set or its address, never both (RFC 7591
// section 2).
func (s *Server) chooseKeys(c *store.Client, asked *registration) error {
	inline := hasKeys(asked.JWKS)
	if c.AuthMethod != "private_key_jwt" {
		c.SigningAlg = ""
	}
	switch {
	case inline && c.JWKSURI != "":
		return errInvalidClientMetadata.WithHint("The members 'jwks' and 'jwks_uri' exclude each other.")
	case c.AuthMethod == "private_key_jwt" && !inline && c.JWKSURI == "":
		return errInvalidClientMetadata.WithHint("The method 'private_key_jwt' needs 'jwks' or 'jwks_uri'.")
	case c.SigningAlg != "" && !slices.Contains(assertionAlgNames(), c.SigningAlg):
		return errInvalidClientMetadata.WithHintf("Assertions may be signed with: %s.", strings.Join(assertionAlgNames(), ", "))
	}
	if _, err := absolute(c.JWKSURI); c.JWKSURI != "" && (err != nil || s.Outbound.Check(c.JWKSURI) != nil) {
		return errInvalidClientMetadata.WithHint("The member 'jwks_uri' is not an https URL.")
	}
	if !inline {
		return nil
	}
	if len(asked.JWKS) > maxKeyText {
		return errInvalidClientMetadata.WithHintf("The member 'jwks' may be %d bytes long at most.", maxKeyText)
	}
	if _, err := publicKeys(asked.JWKS); err != nil {
		return errInvalidClientMetadata.WithHintf("The member 'jwks' is not accepted: %s.", err)
	}
	var text bytes.Buffer
	if err := json.Compact(&text, asked.JWKS); err != nil {
		return errInvalidClientMetadata.WithHint("The member 'jwks' is not JSON.")
	}
	if strings.ContainsFunc(text.String(), func(r rune) bool { return r > '~' }) {
		return errInvalidClientMetadata.WithHint("The member 'jwks' may have other letters than those of ASCII as \\u escapes only.")
	}
	c.JWKS = text.String()
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

// registeredScopes is what a client that registers itself may ask for: whatever it names, and the default
// scopes, since a client that could not ask for those later would be at a dead end. Naming none means all.
// People decide on the consent page.
func (s *Server) registeredScopes(named string, c *store.Client) []string {
	wanted := strings.Fields(named)
	if len(wanted) == 0 {
		return nil
	}
	return within(s.allowedScopes(c), append(wanted, s.DefaultScopes...))
}
