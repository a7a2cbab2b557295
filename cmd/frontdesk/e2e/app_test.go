//go:build e2e

package e2e

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// app is an OAuth client that the test plays itself.
type app struct {
	*caller
	ID, Secret string
	Method     string // its token_endpoint_auth_method
	Redirect   string
}

// register makes an app by dynamic registration, from a body as clients send it.
func (d *desk) register(t *testing.T, body map[string]any) *app {
	t.Helper()
	a := d.caller().postJSON(t, "/oauth/register", body)
	if a.Status != http.StatusCreated {
		t.Fatalf("registration answered %d: %s", a.Status, a.Body)
	}
	m := a.json(t)
	made := &app{caller: d.caller()}
	made.ID, _ = m["client_id"].(string)
	made.Secret, _ = m["client_secret"].(string)
	made.Method, _ = m["token_endpoint_auth_method"].(string)
	if uris, ok := m["redirect_uris"].([]any); ok && len(uris) > 0 {
		made.Redirect, _ = uris[0].(string)
	}
	d.secret("a client secret", made.Secret)
	return made
}

// native registers a public client on a loopback redirect, the everyday case.
func (d *desk) native(t *testing.T, redirect string) *app {
	t.Helper()
	return d.register(t, map[string]any{
		"client_name": "Native", "redirect_uris": []string{redirect}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	})
}

func (c *caller) postJSON(t *testing.T, target string, body any) *answer {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return c.send(t, http.MethodPost, target, string(b), http.Header{"Content-Type": {"application/json"}})
}

// trip is one authorization request and the secrets that belong to it.
type trip struct {
	Query           url.Values
	Verifier, State string
}

// trip begins an authorization request; pairs change its parameters, an empty value removes one.
func (a *app) trip(pairs ...string) *trip {
	tr := &trip{Verifier: rand.Text() + rand.Text(), State: rand.Text()}
	tr.Query = form(
		"response_type", "code", "client_id", a.ID, "redirect_uri", a.Redirect, "state", tr.State,
		"code_challenge", challenge(tr.Verifier), "code_challenge_method", "S256", "resource", a.d.URL+"/mcp",
		"scope", "openid profile email offline_access",
	)
	for i := 0; i < len(pairs); i += 2 {
		tr.Query.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			tr.Query.Del(pairs[i])
		}
	}
	return tr
}

func (tr *trip) path() string { return "/oauth/authorize?" + tr.Query.Encode() }

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// token posts to the token endpoint with the client's registered authentication.
func (a *app) token(t *testing.T, f url.Values) *answer {
	t.Helper()
	f, header := a.signed(f)
	ans := a.postForm(t, "/oauth/token", f, header)
	a.keep(ans)
	return ans
}

// signed adds the client's authentication to a form.
func (a *app) signed(f url.Values) (url.Values, http.Header) {
	f = maps.Clone(f)
	switch a.Method {
	case "client_secret_basic":
		cred := url.QueryEscape(a.ID) + ":" + url.QueryEscape(a.Secret)
		return f, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(cred))}}
	case "client_secret_post":
		f.Set("client_secret", a.Secret)
	}
	f.Set("client_id", a.ID)
	return f, nil
}

// tokens is a successful token answer.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
	Type    string `json:"token_type"`
	Scope   string `json:"scope"`
	Seconds int    `json:"expires_in"`
}

// keep notes the secrets of a token answer.
func (a *app) keep(ans *answer) (tk tokens) {
	if ans.Status == http.StatusOK {
		_ = json.Unmarshal([]byte(ans.Body), &tk) // an answer that is no JSON fails where it is read
		a.d.secret("an access token", tk.Access)
		a.d.secret("a refresh token", tk.Refresh)
	}
	return tk
}

// tokens reads a token answer that must be a success.
func (a *app) tokens(t *testing.T, ans *answer) tokens {
	t.Helper()
	if ans.Status != http.StatusOK {
		t.Fatalf("the token endpoint answered %d: %s", ans.Status, ans.Body)
	}
	ans.json(t)
	if cc := ans.Header.Get("Cache-Control"); !strings.Contains(cc, "no-store") {
		t.Errorf("the token answer may be cached: %q", cc)
	}
	return a.keep(ans)
}

// redemption is the form that redeems code.
func (a *app) redemption(tr *trip, code string) url.Values {
	return form("grant_type", "authorization_code", "code", code, "code_verifier", tr.Verifier,
		"redirect_uri", tr.Query.Get("redirect_uri"))
}

// renewal is the form that uses a refresh token.
func renewal(refresh string) url.Values {
	return form("grant_type", "refresh_token", "refresh_token", refresh)
}

// code lets p allow a trip in the browser c and returns the authorization code.
func (a *app) code(t *testing.T, c *caller, p person, tr *trip) string {
	t.Helper()
	back := c.visit(t, tr.path(), p, "allow").Query()
	if back.Get("code") == "" || back.Get("state") != tr.Query.Get("state") || back.Get("iss") != a.d.URL {
		t.Fatalf("the client got %v, want a code, its state and the issuer", back)
	}
	return back.Get("code")
}

// signedIn is the whole way from nothing to tokens.
func (a *app) signedIn(t *testing.T, c *caller, p person, pairs ...string) tokens {
	t.Helper()
	tr := a.trip(pairs...)
	return a.tokens(t, a.token(t, a.redemption(tr, a.code(t, c, p, tr))))
}
