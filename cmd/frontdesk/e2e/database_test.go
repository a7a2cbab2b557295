//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"frontdesk/store/storetest"
)

// TestDatabaseDown: without its database the program says 503 and lets nobody pass; it recovers by itself.
func TestDatabaseDown(t *testing.T) {
	cluster := storetest.NewCluster(t)
	d := start(t, "FRONTDESK_DATABASE="+cluster.Database(t), "FRONTDESK_SIGN_UP=open")
	p := d.user(t)
	a := d.native(t, nativeRedirect)
	browser := d.stranger(t)
	tk := a.signedIn(t, browser, p)
	d.same(t, p, a.profile(t, tk.Access))
	tr := a.trip()
	code := a.redemption(tr, a.code(t, browser, p, tr))

	d.failures = true
	cluster.Stop(t)
	failsClosed(t, a, browser, p, tk, code)

	cluster.Start(t)
	d.ready(t)
	d.same(t, p, a.profile(t, tk.Access))
	a.tokens(t, a.token(t, code))
	a.tokens(t, a.token(t, renewal(tk.Refresh)))
}

// failsClosed asks for everything that needs the database, and for what does not.
func failsClosed(t *testing.T, a *app, browser *caller, p person, tk tokens, code map[string][]string) {
	t.Helper()
	c := a.d.stranger(t)
	json := http.Header{"Content-Type": {"application/json"}}
	for name, ans := range map[string]*answer{
		"/readyz":      c.get(t, "/readyz"),
		"/mcp":         c.call(t, tk.Access, toolCall),
		"token":        a.token(t, code),
		"refresh":      a.token(t, renewal(tk.Refresh)),
		"registration": c.send(t, "POST", "/oauth/register", `{"redirect_uris":["`+webRedirect+`"]}`, json),
		"revocation":   c.postForm(t, "/oauth/revoke", form("client_id", a.ID, "token", tk.Refresh), nil),
		"authorize":    browser.get(t, a.trip().path()),
		"/":            browser.get(t, "/"),
		"/sign-out":    browser.get(t, "/sign-out"),
		"apps":         browser.get(t, "/account/apps"),
		"logout":       browser.get(t, "/oauth/logout"),
		"userinfo":     c.send(t, "GET", "/oauth/userinfo", "", http.Header{"Authorization": {"Bearer " + tk.Access}}),
		"sign-in":      c.postForm(t, "/sign-in", form("identifier", p.Email, "password", p.Password), a.d.browserly()),
		"sign-up":      c.postForm(t, "/sign-up", form("email", "x@example.com", "password", "long-enough-1"), a.d.browserly()),
	} {
		if ans.Status != http.StatusServiceUnavailable || innards.MatchString(ans.Body) || len(ans.Header["Set-Cookie"]) > 0 {
			t.Errorf("without its database %s answered %d: %.300s", name, ans.Status, ans.Body)
		}
	}
	for again, ans := range map[string]*answer{
		"/account/apps":            browser.get(t, "/account/apps"),
		"/account/apps#disconnect": browser.postForm(t, "/account/apps/disconnect", form("client_id", a.ID), a.d.browserly()),
		"/sign-in?return_to=%2F":   c.postForm(t, "/sign-in?return_to=%2F", form("identifier", p.Email, "password", p.Password), a.d.browserly()),
	} {
		again, _, _ = strings.Cut(again, "#")
		if !strings.Contains(ans.Body, `href="`+again+`">Try again`) {
			t.Errorf("the page offers no other try at %s: %.2000s", again, ans.Body)
		}
	}
	for _, path := range []string{"/healthz", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp", "/.well-known/jwks.json"} {
		if ans := c.get(t, path); ans.Status != http.StatusOK {
			t.Errorf("without its database %s answered %d", path, ans.Status)
		}
	}
	if ans := c.call(t, "garbage", toolCall); ans.Status != http.StatusUnauthorized {
		t.Errorf("without its database a forged token was answered %d", ans.Status)
	}
}

// TestPostgres is the whole way on the other database, over a restart.
func TestPostgres(t *testing.T) {
	d := start(t, "FRONTDESK_DATABASE="+storetest.PostgresURL(t), "FRONTDESK_SIGN_UP=open")
	p := d.user(t)
	c := d.stranger(t)
	a := d.native(t, nativeRedirect)
	tk := a.signedIn(t, c, p)
	d.same(t, p, a.profile(t, tk.Access))
	next := a.tokens(t, a.token(t, renewal(tk.Refresh)))
	if code := d.stop(t); code != 0 {
		t.Errorf("exit %d", code)
	}
	d.serve(t)
	d.ready(t)
	d.same(t, p, a.profile(t, next.Access))
	again := a.keep(a.token(t, renewal(tk.Refresh)))
	if again.Refresh != next.Refresh {
		t.Error("after a restart a retried refresh got another successor")
	}
	if ans := a.postForm(t, "/oauth/revoke", form("client_id", a.ID, "token", again.Refresh), nil); ans.Status != 200 {
		t.Errorf("revocation answered %d", ans.Status)
	}
	a.dead(t, "after revocation", next.Access)
}
