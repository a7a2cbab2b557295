package oauth

import (
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
)

// grantType is a way to get tokens: its name on the wire and fosite's handler for it.
type grantType struct {
	name    string
	factory compose.Factory
}

// grantTypes is every grant this server answers. The provider, the metadata documents and client
// registration all read this list.
var grantTypes = []grantType{
	{"authorization_code", compose.OAuth2AuthorizeExplicitFactory}, // RFC 6749 section 4.1
	{"refresh_token", compose.OAuth2RefreshTokenGrantFactory},      // RFC 6749 section 6
}

func grantTypeNames() []string { return each(grantTypes, func(g grantType) string { return g.name }) }

// codeLifetime is how long a code waits to be exchanged.
const codeLifetime = time.Minute

// newProvider composes fosite: the grants, PKCE behind them, and our own last words on a token request.
func (s *Server) newProvider() fosite.OAuth2Provider {
	config := &fosite.Config{
		AccessTokenLifespan:          s.AccessTokenLifetime,
		RefreshTokenLifespan:         s.RefreshTokenLifetime,
		AuthorizeCodeLifespan:        codeLifetime,
		RefreshTokenScopes:           []string{}, // every client that registered the grant gets one
		EnforcePKCE:                  true,       // for confidential clients too (OAuth 2.1 section 4.1.1)
		ScopeStrategy:                fosite.ExactScopeStrategy,
		ClientAuthenticationStrategy: s.authenticateClient,
		OmitRedirectScopeParam:       true,
		SanitationWhiteList:          []string{"redirect_uri", "code_challenge", "nonce"},
		// Audiences are never taken from a request: resource decides them (RFC 8707), here and at issue.
		AudienceMatchingStrategy: func(_, _ []string) error { return nil },
		RedirectSecureChecker:    allowedRedirect,
	}
	factories := make([]compose.Factory, 0, len(grantTypes)+2)
	for _, g := range grantTypes {
		factories = append(factories, g.factory)
	}
	factories = append(factories, compose.OAuth2PKCEFactory, // after the code grant, whose code it needs
		func(fosite.Configurator, any, any) any { return &finisher{server: s} })
	storage := &storage{server: s}
	return compose.Compose(config, storage, &strategy{server: s}, factories...)
}
