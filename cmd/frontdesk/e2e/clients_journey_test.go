//go:build e2e

package e2e

import (
	"net/url"
	"strings"
	"testing"
)

// journey is one sign-in of a recorded client on one of its redirect URIs, down to the tool, then the same
// after a refresh.
func (rec recording) journey(t *testing.T, a *app, c *caller, p person, redirect string) {
	t.Helper()
	tr := rec.params(a, redirect)
	if scope := tr.Query.Get("scope"); scope != "" {
		tr.Query.Set("scope", asHere.Replace(scope))
	}
	to := c.visit(t, tr.path(), p, "allow")
	back := to.Query()
	if !strings.HasPrefix(to.String(), redirect) {
		t.Fatalf("sent to %s, want %s", to, redirect)
	}
	if back.Get("code") == "" || back.Get("state") != tr.Query.Get("state") || back.Get("iss") != a.d.URL {
		t.Fatalf("%s got %v, want a code, state %q and the issuer", redirect, back, tr.Query.Get("state"))
	}
	tk := a.tokens(t, a.token(t, rec.exchange(a, tr, back.Get("code"))))
	checkTokens(t, tk)
	a.d.same(t, p, a.profile(t, tk.Access))

	if tk.Refresh == "" {
		t.Fatal("no refresh token, though the client registered that grant")
	}
	renewed := a.tokens(t, a.token(t, rec.renew(a, tk.Refresh)))
	checkTokens(t, renewed)
	a.d.same(t, p, a.profile(t, renewed.Access))
}

// checkTokens holds a token answer against what SDKs need.
func checkTokens(t *testing.T, tk tokens) {
	t.Helper()
	if !strings.EqualFold(tk.Type, "Bearer") || tk.Seconds < 3590 || tk.Seconds > 3600 || !strings.Contains(tk.Scope, "profile") || strings.Contains(tk.Scope, "mcp:") {
		t.Errorf("tokens of type %q for %d s with scope %q", tk.Type, tk.Seconds, tk.Scope)
	}
}

// exchange is the recorded token request for this trip.
func (rec recording) exchange(a *app, tr *trip, code string) url.Values {
	if rec.Token == nil {
		return a.redemption(tr, code)
	}
	return rec.fillIn(a, rec.Token, map[string]string{
		"code": code, "code_verifier": tr.Verifier, "redirect_uri": tr.Query.Get("redirect_uri"),
	})
}

// renew is the recorded refresh request.
func (rec recording) renew(a *app, refresh string) url.Values {
	if rec.Refresh == nil {
		return renewal(refresh)
	}
	return rec.fillIn(a, rec.Refresh, map[string]string{"refresh_token": refresh})
}

// fillIn repeats a recorded request with the values of today. The client's own authentication is added where
// it is sent.
func (rec recording) fillIn(a *app, recorded, today map[string]string) url.Values {
	v := url.Values{}
	for key, was := range recorded {
		switch now, varies := today[key]; {
		case varies:
			v.Set(key, now)
		case key == "resource":
			v.Set(key, a.d.URL+"/mcp")
		case key == "client_id" || key == "client_secret":
		default:
			v.Set(key, asHere.Replace(was))
		}
	}
	return v
}
