//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// refresh: rotation, its grace, and its end.
func (y *yard) refresh(t *testing.T) {
	y.refusedRefresh(t)
	y.grace(t)
	y.reuse(t)
	y.narrowing(t)
}

// refusedRefresh: what is wrong is refused and burns nothing.
func (y *yard) refusedRefresh(t *testing.T) {
	tk := y.web.signedIn(t, y.hers, y.alice, "scope", "openid profile offline_access")
	good := renewal(tk.Refresh)
	for _, row := range []struct {
		name string
		app  *app
		form []string
		word string
	}{
		{"no token", y.web, []string{"refresh_token", "-"}, ""},
		{"empty", y.web, []string{"refresh_token", ""}, ""},
		{"garbage", y.web, []string{"refresh_token", "garbage"}, "invalid_grant"},
		{"longer", y.web, []string{"refresh_token", tk.Refresh + "A"}, "invalid_grant"},
		{"shorter", y.web, []string{"refresh_token", tk.Refresh[:len(tk.Refresh)-1]}, "invalid_grant"},
		{"spoilt start", y.web, []string{"refresh_token", "x" + tk.Refresh[1:]}, "invalid_grant"},
		{"capitals", y.web, []string{"refresh_token", strings.ToUpper(tk.Refresh)}, "invalid_grant"},
		{"huge", y.web, []string{"refresh_token", strings.Repeat("a", 30000)}, "invalid_grant"},
		{"null byte", y.web, []string{"refresh_token", "\x00"}, "invalid_grant"},
		{"SQL", y.web, []string{"refresh_token", "' OR 1=1 --"}, "invalid_grant"},
		{"the access token", y.web, []string{"refresh_token", tk.Access}, "invalid_grant"},
		{"the ID token", y.web, []string{"refresh_token", tk.ID}, "invalid_grant"},
		{"by another client", y.other, nil, "invalid_grant"},
		{"by a confidential one", y.basic, nil, "invalid_grant"},
		{"as a code", y.web, []string{"grant_type", "authorization_code", "code", tk.Refresh, "redirect_uri", webRedirect, "code_verifier", strings.Repeat("v", 43)}, "invalid_grant"},
		{"foreign resource", y.web, []string{"resource", "https://evil.example/mcp"}, "invalid_target"},
		{"prefixed resource", y.web, []string{"resource", y.d.URL + "/mcpx"}, "invalid_target"},
		{"more scope", y.web, []string{"scope", "profile email"}, "invalid_scope"},
		{"unknown scope only", y.web, []string{"scope", "root"}, "invalid_scope"},
	} {
		y.want(t, row.name, row.app.token(t, changed(good, row.form...)), row.word, 400)
	}
	for key := range good {
		f := changed(good)
		f[key] = []string{good.Get(key), good.Get(key)}
		y.want(t, key+" twice", y.web.token(t, f), "invalid_request", 400)
	}
	y.want(t, "in the query", y.d.caller().postForm(t, "/oauth/token?"+good.Encode(), form("client_id", y.web.ID), nil), "invalid_request", 400)
	y.web.alive(t, "after all refused refreshes", tk.Access)
	y.web.alive(t, "after the good refresh", y.web.tokens(t, y.web.token(t, good)).Access)
}

// grace: a lost reply costs nothing. The same token gives the same successor, to many at once as well.
func (y *yard) grace(t *testing.T) {
	tk := y.web.signedIn(t, y.hers, y.alice)
	first := y.web.tokens(t, y.web.token(t, renewal(tk.Refresh)))
	if first.Refresh == tk.Refresh || first.Refresh == "" {
		t.Fatal("the refresh token is not rotated")
	}
	var all sync.WaitGroup
	answers := make([]*answer, 16)
	for i := range answers {
		all.Go(func() { answers[i] = y.web.token(t, renewal(tk.Refresh)) })
	}
	all.Wait()
	for _, ans := range answers {
		y.want(t, "a retry", ans, "", http.StatusOK)
		if again := y.web.keep(ans); again.Refresh != first.Refresh {
			t.Error("a retry got another successor: the family branches")
		}
	}
	y.web.alive(t, "after retries", first.Access)
	y.web.tokens(t, y.web.token(t, renewal(first.Refresh)))
}

// reuse: once the successor has been used, the old token ends the family.
func (y *yard) reuse(t *testing.T) {
	for _, thief := range []*app{y.other, y.web} {
		tk := y.web.signedIn(t, y.hers, y.alice)
		second := y.web.tokens(t, y.web.token(t, renewal(tk.Refresh)))
		third := y.web.tokens(t, y.web.token(t, renewal(second.Refresh)))
		y.want(t, "reuse", thief.token(t, renewal(tk.Refresh)), "invalid_grant", 400)
		if thief == y.other { // somebody else's reuse proves nothing and ends nothing
			y.web.alive(t, "after another client's reuse", third.Access)
			continue
		}
		for name, access := range map[string]string{"first": tk.Access, "second": second.Access, "third": third.Access} {
			y.web.dead(t, name+" access token after reuse", access)
		}
		for name, refresh := range map[string]string{"first": tk.Refresh, "second": second.Refresh, "third": third.Refresh} {
			y.want(t, name+" refresh token after reuse", y.web.token(t, renewal(refresh)), "invalid_grant", 400)
		}
	}
}

// narrowing: a refresh may ask for less and gets it, for this access token only; it keeps the audience.
func (y *yard) narrowing(t *testing.T) {
	tk := y.web.signedIn(t, y.hers, y.alice)
	f := renewal(tk.Refresh)
	f.Set("scope", "profile")
	less := y.web.tokens(t, y.web.token(t, f))
	if less.Scope != "profile" {
		t.Errorf("narrowed to profile, got %q", less.Scope)
	}
	if got := y.web.profile(t, less.Access); strings.Contains(got.Text, "Email") || got.Structured["primary_email"] != nil {
		t.Errorf("without the scope email the tool says %s", got.Text)
	}
	f = renewal(less.Refresh)
	f.Set("scope", "profile email")
	f.Set("resource", y.d.URL+"/mcp")
	again := y.web.tokens(t, y.web.token(t, f))
	y.d.same(t, y.alice, y.web.profile(t, again.Access))
}
