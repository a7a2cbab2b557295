//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// TestGoSDK signs in with the Go SDK's own OAuth client, which registers anew at every authorization.
func TestGoSDK(t *testing.T) {
	d := start(t)
	p := d.user(t)
	d.enrich(t, p)
	cb, links := listen(t), make(chan string, 1)
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName: "Go SDK example", RedirectURIs: []string{cb.URL}, TokenEndpointAuthMethod: "none",
				GrantTypes: []string{"authorization_code", "refresh_token"},
			},
		},
		RequestRefreshToken: true,
		AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			links <- args.URL
			v, err := cb.answer(ctx)
			return &auth.AuthorizationResult{Code: v.Get("code"), State: v.Get("state"), Iss: v.Get("iss")}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil)
	connected := make(chan error, 1)
	var session *mcp.ClientSession
	go func() {
		var err error
		session, err = client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: d.URL + "/mcp", OAuthHandler: handler}, nil)
		connected <- err
	}()
	select {
	case link := <-links:
		d.browser(t).signInAndAllow(t, link, p)
	case err := <-connected:
		t.Fatalf("the SDK never opened a link: %v", err)
	}
	if err := <-connected; err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	tools, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := json.Marshal(tools)
	onlyTool(t, list)
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_user_profile"})
	if err != nil {
		t.Fatal(err)
	}
	said, _ := json.Marshal(result)
	d.same(t, p, readProfile(t, said))
}
