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

// goClient is the Go SDK's own OAuth client, which registers anew at every authorization. Its token is made to
// look old, so that it refreshes, for which it sends no resource.
type goClient struct {
	links  chan string
	issued string
	source oauth2.TokenSource
}

// handler is the SDK's side of the sign-in, with cb as its redirect.
func (g *goClient) handler(t *testing.T, cb *callback) auth.OAuthHandler {
	t.Helper()
	h, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
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
			g.issued, g.source = tk.AccessToken, c.TokenSource(ctx, &old)
			return g.source, nil
		},
		AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			g.links <- args.URL
			v, err := cb.answer(ctx)
			return &auth.AuthorizationResult{Code: v.Get("code"), State: v.Get("state"), Iss: v.Get("iss")}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// connect signs p in to the desk with the SDK.
func (g *goClient) connect(t *testing.T, d *desk, p person) *mcp.ClientSession {
	t.Helper()
	transport := &mcp.StreamableClientTransport{Endpoint: d.URL + "/mcp", OAuthHandler: g.handler(t, listen(t))}
	connected := make(chan error, 1)
	var session *mcp.ClientSession
	go func() {
		var err error
		session, err = mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil).Connect(t.Context(), transport, nil)
		connected <- err
	}()
	select {
	case link := <-g.links:
		d.browser(t).signInAndAllow(t, link, p)
	case err := <-connected:
		t.Fatalf("the SDK never opened a link: %v", err)
	}
	if err := <-connected; err != nil {
		t.Fatal(err)
	}
	return session
}

func TestGoSDK(t *testing.T) {
	d := start(t)
	p := d.user(t)
	d.enrich(t, p)
	g := &goClient{links: make(chan string, 1)}
	session := g.connect(t, d, p)
	defer session.Close()
	tools, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := json.Marshal(tools)
	ourTools(t, list)
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_user_profile"})
	if err != nil {
		t.Fatal(err)
	}
	said, _ := json.Marshal(result)
	d.same(t, p, readProfile(t, said))
	if tk, err := g.source.Token(); err != nil || tk.AccessToken == g.issued {
		t.Errorf("the SDK did not refresh its token: %v", err)
	}
}
