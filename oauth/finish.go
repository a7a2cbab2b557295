package oauth

import (
	"context"

	"github.com/ory/fosite"

	"frontdesk/store"
)

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
	if !g.Online {
		return asked(ctx).Client
	}
	return onlineClient{asked(ctx).Client}
}

// onlineClient is a client that the person did not let stay signed in.
type onlineClient struct{ fosite.Client }

// GetGrantTypes implements fosite.Client.
func (onlineClient) GetGrantTypes() fosite.Arguments { return fosite.Arguments{"authorization_code"} }
