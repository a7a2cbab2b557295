//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// revocation: a client ends its own grants, at once, and nobody else's.
func (y *yard) revocation(t *testing.T) {
	revoke := func(a *app, pairs ...string) *answer {
		t.Helper()
		f, header := a.signed(form(pairs...))
		return y.d.caller().postForm(t, "/oauth/revoke", f, header)
	}
	kept := y.web.signedIn(t, y.hers, y.alice)
	for name, token := range map[string]string{"access": kept.Access, "refresh": kept.Refresh} {
		for _, thief := range []*app{y.other, y.basic, y.post} {
			y.want(t, "another client's "+name+" token", revoke(thief, "token", token), "", 200, 400, 401, 403)
		}
		y.want(t, "nobody's "+name+" token", y.d.caller().postForm(t, "/oauth/revoke", form("token", token), nil), "invalid_client", 401)
		y.want(t, "a wrong secret", y.d.caller().postForm(t, "/oauth/revoke", form("token", token), basicAuth(y.basic.ID, "wrong")), "invalid_client", 401)
		y.want(t, "in the query", y.d.caller().postForm(t, "/oauth/revoke?token="+token, form("client_id", y.web.ID), nil), "invalid_request", 400)
		y.want(t, "GET", y.d.caller().get(t, "/oauth/revoke?token="+token+"&client_id="+y.web.ID), "", 400, 405)
		y.want(t, "JSON", y.d.caller().postJSON(t, "/oauth/revoke", map[string]string{"token": token, "client_id": y.web.ID}), "", 400, 415)
		y.want(t, "twice", y.d.caller().send(t, http.MethodPost, "/oauth/revoke", "client_id="+y.web.ID+"&token="+token+"&token="+token,
			http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}), "invalid_request", 400)
	}
	for _, token := range []string{"garbage", "a.b.c", strings.Repeat("x", 30000), "\x00", kept.Refresh + "A", kept.Access[:len(kept.Access)-4], kept.ID} {
		y.want(t, "no token of ours", revoke(y.web, "token", token), "", 200)
	}
	y.want(t, "no token", revoke(y.web), "invalid_request", 400)
	y.web.alive(t, "after everybody tried", kept.Access)
	kept = y.web.tokens(t, y.web.token(t, renewal(kept.Refresh)))

	for _, row := range []struct{ hint, which string }{
		{"", "access"}, {"", "refresh"}, {"access_token", "refresh"}, {"refresh_token", "access"}, {"bogus", "refresh"},
	} {
		for _, a := range []*app{y.web, y.basic, y.post} {
			tk := a.signedIn(t, y.hers, y.alice)
			token := map[string]string{"access": tk.Access, "refresh": tk.Refresh}[row.which]
			y.want(t, row.which, revoke(a, "token", token, "token_type_hint", row.hint), "", 200)
			a.dead(t, "after revoking the "+row.which+" token", tk.Access)
			y.want(t, "refresh after revocation", a.token(t, renewal(tk.Refresh)), "invalid_grant", 400)
			y.want(t, "revoked again", revoke(a, "token", token), "", 200)
		}
	}
	y.web.alive(t, "after others were revoked", kept.Access)
	y.operators(t)
}

// operators end what they end at the next request.
func (y *yard) operators(t *testing.T) {
	cb := webRedirect
	for _, row := range []struct {
		name string
		end  func(p person, a *app)
		back func(p person, a *app)
	}{
		{"client delete", func(_ person, a *app) { y.d.run(t, nil, "", "client", "delete", a.ID) }, nil},
		{"user ban", func(p person, _ *app) { y.d.run(t, nil, "", "user", "ban", p.ID) }, func(p person, _ *app) { y.d.run(t, nil, "", "user", "unban", p.ID) }},
		{"user delete", func(p person, _ *app) { y.d.run(t, nil, "", "user", "delete", p.ID) }, nil},
		{"user reset-password", func(p person, _ *app) {
			y.d.run(t, nil, "another-password-4711\n", "user", "reset-password", p.ID, "--password-stdin")
		}, nil},
	} {
		p, a := y.d.user(t), y.d.register(t, everyday(cb))
		browser := y.d.stranger(t)
		browser.signIn(t, p)
		tk := a.signedIn(t, browser, p)
		a.alive(t, "before "+row.name, tk.Access)
		code := y.code(t, a, browser, p)
		row.end(p, a)
		a.dead(t, "after "+row.name, tk.Access)
		y.want(t, "refresh after "+row.name, a.token(t, renewal(tk.Refresh)), "", 400, 401)
		y.want(t, "code after "+row.name, a.token(t, code), "", 400, 401)
		if row.name != "client delete" {
			ans := browser.get(t, a.trip("prompt", "none").path())
			y.want(t, "the browser after "+row.name, ans, "login_required", 303)
		}
		if row.back != nil {
			row.back(p, a)
			a.dead(t, "what "+row.name+" ended, after its undoing", tk.Access)
			y.want(t, "refresh after its undoing", a.token(t, renewal(tk.Refresh)), "invalid_grant", 400)
		}
	}
}

// code is a redemption that has not been sent yet.
func (y *yard) code(t *testing.T, a *app, browser *caller, p person) map[string][]string {
	t.Helper()
	tr := a.trip()
	return a.redemption(tr, a.code(t, browser, p, tr))
}
