package oauth

import (
	"context"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"

	"frontdesk/store"
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

func grantTypeNames() []string {
	names := make([]string, len(grantTypes))
	for i, g := range grantTypes {
		names[i] = g.name
	}
	return names
}

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

// finisher is the last handler of every token request: it holds the request to the grant's resource and
// scopes, and adds the ID token.
type finisher struct{ server *Server }

// CanSkipClientAuth implements fosite.TokenEndpointHandler.
func (*finisher) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest implements fosite.TokenEndpointHandler.
func (*finisher) CanHandleTokenEndpointRequest(context.Context, fosite.AccessRequester) bool {
	return true
}

// HandleTokenEndpointRequest implements fosite.TokenEndpointHandler. It runs before anything is written, so
// that a refused request burns nothing.
func (f *finisher) HandleTokenEndpointRequest(_ context.Context, ar fosite.AccessRequester) error {
	grant := ar.GetSession().(*session)
	if named := ar.GetRequestForm().Get("resource"); named != "" { // RFC 8707 section 2.2
		resource, ok := f.server.resource(named)
		if !ok || resource.URL != grant.resource {
			return errInvalidTarget
		}
	}
	if named := ar.GetRequestForm().Get("scope"); named != "" && ar.GetGrantTypes().ExactOne("refresh_token") {
		narrowed, err := f.server.narrow(named, grant.scopes)
		if err != nil {
			return err
		}
		ar.(*fosite.AccessRequest).GrantedScope = narrowed
	}
	return nil
}

// PopulateTokenEndpointResponse implements fosite.TokenEndpointHandler.
func (f *finisher) PopulateTokenEndpointResponse(ctx context.Context, ar fosite.AccessRequester, resp fosite.AccessResponder) error {
	resp.SetExpiresIn(f.server.AccessTokenLifetime) // fosite rounds it down by the time it took
	if !ar.GetGrantedScopes().Has("openid") {
		return nil
	}
	idToken, err := f.server.idToken(ctx, ar, resp.GetAccessToken())
	if err != nil {
		return err
	}
	resp.SetExtra("id_token", idToken)
	return nil
}

// grantee is the client that has authenticated, as far as the grant lets it go: fosite makes a refresh token for
// whoever can use one.
func grantee(ctx context.Context, g *store.Grant) fosite.Client {
	if c := asking(ctx); !g.Online {
		return c
	}
	return onlineClient{asking(ctx)}
}

// onlineClient is a client that the person did not let stay signed in.
type onlineClient struct{ fosite.Client }

// GetGrantTypes implements fosite.Client.
func (onlineClient) GetGrantTypes() fosite.Arguments { return fosite.Arguments{"authorization_code"} }
