//go:build e2e

package e2e

import (
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// TestGoLibraries signs somebody in with golang.org/x/oauth2 and go-oidc. Neither registers clients, introspects, revokes
// or signs out: the requests for that are the test's own. x/oauth2 finds out by trying how a client authenticates, and
// must not spend the code on it.
func TestGoLibraries(t *testing.T) {
	d := start(t)
	p := d.user(t)
	for _, method := range []string{"none", "client_secret_basic", "client_secret_post"} {
		for _, alg := range []string{"ES256", "RS256", "EdDSA"} {
			t.Run(method+"/"+alg, func(t *testing.T) {
				redirect := listen(t).URL
				a := d.register(t, map[string]any{
					"client_name": "x/oauth2", "redirect_uris": []string{redirect}, "token_endpoint_auth_method": method,
					"id_token_signed_response_alg": alg, "post_logout_redirect_uris": []string{redirect},
				})
				g := newGoLibraries(t, a)
				c := d.stranger(t)
				tk := g.signIn(t, c, p)
				g.use(t, p, tk, alg)
				g.leave(t, c, tk)
			})
		}
	}
}

// goLibraries is a client made of both libraries.
type goLibraries struct {
	*app
	provider *oidc.Provider
	config   oauth2.Config
	nonce    string
	logout   string // the end session endpoint
}

func newGoLibraries(t *testing.T, a *app) *goLibraries {
	t.Helper()
	provider, err := oidc.NewProvider(t.Context(), a.d.URL) // holds the issuer against what was asked
	if err != nil {
		t.Fatal(err)
	}
	var more struct {
		Logout string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&more); err != nil || more.Logout == "" {
		t.Fatalf("discovery names no way out: %v", err)
	}
	return &goLibraries{app: a, provider: provider, nonce: rand.Text(), logout: more.Logout, config: oauth2.Config{
		ClientID: a.ID, ClientSecret: a.Secret, Endpoint: provider.Endpoint(), RedirectURL: a.Redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}}
}

// signIn brings tokens for p.
func (g *goLibraries) signIn(t *testing.T, c *caller, p person) *oauth2.Token {
	t.Helper()
	verifier, state := oauth2.GenerateVerifier(), rand.Text()
	resource := oauth2.SetAuthURLParam("resource", g.d.URL+"/mcp")
	link := g.config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(g.nonce), resource)
	back := c.visit(t, link, p, "allow").Query()
	if back.Get("state") != state || back.Get("iss") != g.d.URL {
		t.Fatalf("the client got %v", back)
	}
	tk, err := g.config.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier), resource)
	if err != nil {
		t.Fatal(err)
	}
	g.d.secret("an access token", tk.AccessToken)
	g.d.secret("a refresh token", tk.RefreshToken)
	return tk
}

// use verifies the ID token, asks who it is, and refreshes.
func (g *goLibraries) use(t *testing.T, p person, tk *oauth2.Token, alg string) {
	t.Helper()
	raw, _ := tk.Extra("id_token").(string)
	for _, strict := range []*oidc.Config{{ClientID: g.ID}, {ClientID: g.ID, SupportedSigningAlgs: []string{alg}}} {
		id, err := g.provider.Verifier(strict).Verify(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		if id.Nonce != g.nonce || id.Subject != p.ID {
			t.Errorf("the ID token says %+v", id)
		}
		if err := id.VerifyAccessToken(tk.AccessToken); err != nil {
			t.Error(err)
		}
	}
	old := *tk
	old.Expiry = time.Now().Add(-time.Minute)
	source := g.config.TokenSource(t.Context(), &old)
	fresh, err := source.Token()
	if err != nil || fresh.AccessToken == tk.AccessToken || fresh.RefreshToken == tk.RefreshToken {
		t.Fatalf("the refresh brought nothing new: %v", err)
	}
	for _, source := range []oauth2.TokenSource{source, oauth2.StaticTokenSource(tk)} {
		info, err := g.provider.UserInfo(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		if info.Subject != p.ID || info.Email != p.Email {
			t.Errorf("userinfo says %+v of %+v", info, p)
		}
	}
}

// leave revokes, after which userinfo refuses, and signs the browser out by the ID token.
func (g *goLibraries) leave(t *testing.T, c *caller, tk *oauth2.Token) {
	t.Helper()
	g.introspected(t, tk.AccessToken, g.Method != "none", true)
	f, header := g.signed(form("token", tk.AccessToken))
	if a := g.postForm(t, "/oauth/revoke", f, header); a.Status != 200 {
		t.Fatalf("revocation answered %d: %s", a.Status, a.Body)
	}
	g.introspected(t, tk.AccessToken, g.Method != "none", false)
	if _, err := g.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(tk)); err == nil {
		t.Error("a revoked token passes at userinfo")
	}
	raw, _ := tk.Extra("id_token").(string)
	bye := form("id_token_hint", raw, "post_logout_redirect_uri", g.Redirect, "state", "it+is/done=")
	to := c.get(t, g.logout+"?"+bye.Encode()).location()
	if want := g.Redirect + "?state=" + url.QueryEscape("it+is/done="); to == nil || to.String() != want {
		t.Errorf("logout leads to %v, want %s", to, want)
	}
}

// introspected asks about a token as its client; only a client that authenticates may.
func (g *goLibraries) introspected(t *testing.T, token string, may, active bool) {
	t.Helper()
	f, header := g.signed(form("token", token))
	a := g.postForm(t, "/oauth/introspect", f, header)
	if !may {
		if a.Status != 401 || a.word() != "invalid_client" {
			t.Errorf("introspection by a public client answered %d: %s", a.Status, a.Body)
		}
		return
	}
	if got := a.json(t)["active"]; a.Status != 200 || got != active {
		t.Errorf("introspection answered %d: %s, want active %t", a.Status, a.Body, active)
	}
}
