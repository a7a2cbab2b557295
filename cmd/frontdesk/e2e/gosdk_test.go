//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
	"golang.org/x/oauth2"
)

// TestGoSDK signs in with the Go SDK's own OAuth client, which registers anew at every authorization. Its
// token is made to look old, so that it refreshes, for which it sends no resource.
func TestGoSDK(t *testing.T) {
	d := start(t)
	p := d.user(t)
	d.enrich(t, p)
	cb, links := listen(t), make(chan string, 1)
	var source oauth2.TokenSource
	var issued string
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName: "Go SDK example", RedirectURIs: []string{cb.URL}, TokenEndpointAuthMethod: "none",
				GrantTypes: []string{"authorization_code", "refresh_token"},
			},
		},
		RequestRefreshToken: true,
		NewTokenSource: func(ctx context.Context, c *oauth2.Config, tk *oauth2.Token) (oauth2.TokenSource, error) {
			old := *tk
			old.Expiry = time.Now()
			source = c.TokenSource(ctx, &old)
			issued = tk.AccessToken
			return source, nil
		},
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
	if tk, err := source.Token(); err != nil || tk.AccessToken == issued {
		t.Errorf("the SDK did not refresh its token: %v", err)
	}
}
