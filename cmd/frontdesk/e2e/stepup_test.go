//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// What the consent page calls the scopes.
const (
	changeProfile = "Change your profile"
	seeProfile    = "See your profile"
)

// allowMore answers the consent of a step-up as a person in a browser, and checks what it asks for: what is new and
// nothing else.
func (b *browser) allowMore(t *testing.T, link string) {
	t.Helper()
	b.open(t, link)
	asked := ask[string](t, b, `document.querySelector(".deeds").innerText`)
	if !strings.Contains(asked, changeProfile) || strings.Contains(asked, seeProfile) {
		t.Errorf("the step-up asks for %q, want what is new only", asked)
	}
	b.consent(t, "allow")
}

// updated fails the test unless update_user_profile has made p Stepped, and nobody else.
func (d *desk) updated(t *testing.T, p person, update, after []byte) {
	t.Helper()
	var said struct{ IsError bool }
	if err := json.Unmarshal(update, &said); err != nil || said.IsError {
		t.Fatalf("the update says %s", update)
	}
	p.FirstName = "Stepped"
	d.same(t, p, readProfile(t, after))
}

// The Python SDK is on PyPI alone, which is neither npm nor Debian: what it does at a 403 is not tried here.

// TestStepUpTypeScript: the SDK meets a 403 insufficient_scope and asks the person for more, as the client that it is. Its v2
// line names what it has and what is new, v1 only what the 403 says: either way nothing is lost. v1 steps up only while
// it has no refresh token; see stepup.mjs.
func TestStepUpTypeScript(t *testing.T) {
	for _, line := range []string{"v1", "v2"} {
		t.Run(line, func(t *testing.T) {
			d := start(t)
			p := d.user(t)
			cb := listen(t)
			k := converse(t, node(t, "stepup.mjs", d.URL+"/mcp", cb.URL, line))
			b := d.browser(t)
			b.signInAndAllow(t, hear[struct{ Open string }](t, k).Open, p)
			k.say(t, cb.URL+"?"+cb.wait(t).Encode())
			b.allowMore(t, hear[struct{ Open string }](t, k).Open)
			k.say(t, cb.URL+"?"+cb.wait(t).Encode())
			d.steppedUp(t, p, k)
			k.end(t)
		})
	}
}

// steppedUp checks what the SDK says after its step-up.
func (d *desk) steppedUp(t *testing.T, p person, k *talk) {
	t.Helper()
	said := hear[struct {
		Before, Updated, After json.RawMessage
		Clients                int
		Scopes, Secrets        []string
	}](t, k)
	for _, secret := range said.Secrets {
		d.secret("a token of the SDK", secret)
	}
	if first := readProfile(t, said.Before); first.Structured["first_name"] != p.FirstName {
		t.Errorf("before, the profile was %s", said.Before)
	}
	d.updated(t, p, said.Updated, said.After)
	if said.Clients != 1 || strings.Contains(said.Scopes[0], "profile:write") || !covers(said.Scopes[1], said.Scopes[0]+" profile:write") {
		t.Errorf("%d clients got the scopes %q", said.Clients, said.Scopes)
	}
}

// covers tells whether a scope has everything in it that part has.
func covers(scope, part string) bool {
	all := strings.Fields(scope)
	return !slices.ContainsFunc(strings.Fields(part), func(s string) bool { return !slices.Contains(all, s) })
}

// TestStepUpGo: the Go SDK does the same inside one call. As a client that is known beforehand it stays the same one.
// Where it registers itself it does so anew for every authorization: then the step-up is a stranger's, and asks for
// everything.
func TestStepUpGo(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(map[bool]string{true: "known", false: "registers"}[known], func(t *testing.T) {
			d := start(t)
			p := d.user(t)
			cb, links := listen(t), make(chan string, 1)
			config := &auth.AuthorizationCodeHandlerConfig{
				RedirectURL: cb.URL, RequestRefreshToken: true,
				AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
					links <- args.URL
					v, err := cb.answer(ctx)
					return &auth.AuthorizationResult{Code: v.Get("code"), State: v.Get("state"), Iss: v.Get("iss")}, err
				},
			}
			b := d.browser(t)
			more := func(t *testing.T, link string) { t.Helper(); b.allowMore(t, link) }
			if known {
				config.PreregisteredClient = &oauthex.ClientCredentials{ClientID: d.native(t, cb.URL).ID}
			} else {
				config.DynamicClientRegistrationConfig = &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
					ClientName: "Go SDK example", RedirectURIs: []string{cb.URL}, TokenEndpointAuthMethod: "none",
					GrantTypes: []string{"authorization_code", "refresh_token"},
				}}
				more = func(t *testing.T, link string) { t.Helper(); b.signInAndAllow(t, link, p) }
			}
			h, err := auth.NewAuthorizationCodeHandler(config)
			if err != nil {
				t.Fatal(err)
			}
			stepUpGo(t, d, p, h, links, func(t *testing.T, link string) { t.Helper(); b.signInAndAllow(t, link, p) }, more)
		})
	}
}

// stepUpGo connects, and calls the tool that needs more. first and more answer the links that the SDK opens.
func stepUpGo(t *testing.T, d *desk, p person, h auth.OAuthHandler, links chan string, first, more func(*testing.T, string)) {
	t.Helper()
	transport := &mcp.StreamableClientTransport{Endpoint: d.URL + "/mcp", OAuthHandler: h}
	session := meanwhile(t, func() (*mcp.ClientSession, error) {
		return mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	}, links, first)
	defer session.Close()
	update := meanwhile(t, func() (*mcp.CallToolResult, error) {
		return session.CallTool(t.Context(), &mcp.CallToolParams{Name: "update_user_profile", Arguments: map[string]any{"first_name": "Stepped"}})
	}, links, more)
	after, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_user_profile"})
	if err != nil {
		t.Fatal(err)
	}
	updated, _ := json.Marshal(update)
	profile, _ := json.Marshal(after)
	d.updated(t, p, updated, profile)
}

// meanwhile runs what makes a client open one link, and answers it.
func meanwhile[T any](t *testing.T, run func() (T, error), links chan string, answer func(*testing.T, string)) T {
	t.Helper()
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := run()
		done <- outcome{v, err}
	}()
	select {
	case link := <-links:
		answer(t, link)
	case o := <-done:
		t.Fatalf("the client opened no link: %v %v", o.value, o.err)
	}
	o := <-done
	if o.err != nil {
		t.Fatal(o.err)
	}
	return o.value
}
