//go:build e2e

package e2e

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// accounts: nobody learns who has an account, and a session belongs to the browser that signed in.
func (y *yard) accounts(t *testing.T) {
	y.tells(t)
	y.fields(t)
	y.sessions(t)
}

// tells: a wrong password and an unknown name look the same and take the same time.
func (y *yard) tells(t *testing.T) {
	c := y.d.stranger(t)
	page := c.get(t, "/sign-in")
	try := func(identifier string) (string, int, time.Duration) {
		began := time.Now()
		ans := c.submit(t, page, "identifier", identifier, "password", "wrong-"+rand.Text())
		y.count(t, identifier, ans)
		took := time.Since(began)
		return strings.ReplaceAll(strings.ReplaceAll(ans.Body, identifier, ""), ans.Header.Get("X-Request-Id"), ""), ans.Status, took
	}
	var known, unknown []time.Duration
	for range 7 {
		said, status, took := try(y.alice.Email)
		known = append(known, took)
		said2, status2, took2 := try("nobody." + strings.ToLower(rand.Text()[:8]) + "@example.com")
		unknown = append(unknown, took2)
		if said != said2 || status != status2 || status < 400 {
			t.Fatalf("a known name is answered %d, an unknown one %d:\n%s\n%s", status, status2, said, said2)
		}
	}
	// The quickest of several: what else the machine does only ever adds time.
	if k, u := slices.Min(known), slices.Min(unknown); k > 2*u || u > 2*k {
		t.Errorf("a wrong password takes %v, an unknown name %v", k, u)
	}
}

// fields are what people do not type.
func (y *yard) fields(t *testing.T) {
	const wrong = "not-the-password"
	for _, row := range [][2]string{
		{"", wrong},
		{" ", wrong},
		{"\x00", wrong},
		{"' OR '1'='1' --", wrong},
		{strings.Repeat("a", 100_000), wrong},
		{"a\r\nBcc: b@example.com", wrong},
		{"\u202e", wrong},
		{"\xff", wrong},
		{"*", wrong},
		{"%", wrong},
		{`{"$ne":null}`, wrong},
		{y.alice.Email + "\x00", y.alice.Password},
		{"", y.alice.Password},
		{y.bob.Email, y.alice.Password},
		{y.alice.ID, y.alice.Password},
		{y.alice.Email, ""},
		{y.alice.Email, "\x00"},
		{y.alice.Email, strings.Repeat("p", 60_000)},
		{y.alice.Email, y.alice.Password[:8]},
		{y.alice.Email, y.alice.Password + " "},
		{y.alice.Email, y.alice.Password + "\x00"},
		{y.alice.Email, strings.ToUpper(y.alice.Password)},
	} {
		ans := y.d.stranger(t).postForm(t, "/sign-in", form("identifier", row[0], "password", row[1]), y.d.browserly())
		y.want(t, "sign-in as "+row[0][:min(30, len(row[0]))], ans, "", 400, 413, 422)
		if len(ans.Header["Set-Cookie"]) > 0 {
			t.Errorf("%.60q with %d letters signed in", row[0], len(row[1]))
		}
	}
	for name, f := range map[string][]string{
		"taken email":             {"email", y.alice.Email},
		"taken email in capitals": {"email", strings.ToUpper(y.alice.Email)},
		"taken username":          {"username", y.alice.Username},
		"username in capitals":    {"username", strings.ToUpper(y.alice.Username)},
		"no email":                {"email", ""},
		"no address":              {"email", "nobody"},
		"two addresses":           {"email", "a@example.com, b@example.com"},
		"a header":                {"email", "a@example.com\r\nBcc: b@example.com"},
		"a huge email":            {"email", strings.Repeat("a", 5000) + "@example.com"},
		"an email as username":    {"username", "x@example.com"},
		"a short password":        {"password", "short"},
		"no password":             {"password", ""},
		"a huge password":         {"password", strings.Repeat("p", 60_000)},
		"a huge name":             {"first_name", strings.Repeat("n", 50_000)},
		"control characters":      {"first_name", "\x00\x01"},
	} {
		tag := strings.ToLower(rand.Text()[:8])
		v := form("email", tag+"@example.com", "username", tag, "first_name", "", "last_name", "", "password", "long-enough-"+tag)
		v.Set(f[0], f[1])
		ans := y.d.stranger(t).postForm(t, "/sign-up", v, y.d.browserly())
		y.want(t, "sign-up with "+name, ans, "", 400, 413, 422)
	}
	admin := form("email", strings.ToLower(rand.Text()[:8])+"@example.com", "password", "long-enough-"+rand.Text(), "admin", "true", "Admin", "1", "id", y.alice.ID, "verified", "true")
	ans := y.d.stranger(t).postForm(t, "/sign-up", admin, y.d.browserly())
	y.want(t, "sign-up as administrator", ans, "", 303)
	for _, p := range y.d.people(t) {
		if p["admin"] == true {
			t.Error("somebody signed up as administrator")
		}
	}
	setup := y.d.stranger(t).postForm(t, "/sign-up?setup=guess", admin, y.d.browserly())
	y.want(t, "a guessed setup link", setup, "", 403)
}

// sessions: a new id at every sign-in, out of reach of scripts and other sites, gone after sign-out.
func (y *yard) sessions(t *testing.T) {
	c := y.d.stranger(t)
	planted := &http.Cookie{Name: "session", Value: "planted-by-somebody", Path: "/"}
	home := c.get(t, "/sign-in").URL
	c.http.Jar.SetCookies(home, []*http.Cookie{planted})
	ans := c.submit(t, c.get(t, "/sign-in"), "identifier", y.bob.Email, "password", y.bob.Password)
	cookies := (&http.Response{Header: ans.Header}).Cookies()
	if ans.Status != 303 || len(cookies) != 1 {
		t.Fatalf("sign-in answered %d with %d cookies", ans.Status, len(cookies))
	}
	first := cookies[0]
	if first.Value == planted.Value || len(first.Value) < 22 || !first.HttpOnly || first.SameSite != http.SameSiteLaxMode || first.Path != "/" || first.Domain != "" {
		t.Errorf("the session cookie is %v", first.Raw)
	}
	if days := first.MaxAge / 86400; first.MaxAge != 0 && days > 7 {
		t.Errorf("the session lasts %d days", days)
	}
	old := http.Header{"Cookie": {first.Name + "=" + first.Value}}
	ans = c.submit(t, y.d.stranger(t).get(t, "/sign-in"), "identifier", y.bob.Email, "password", y.bob.Password)
	if again := (&http.Response{Header: ans.Header}).Cookies(); len(again) != 1 || again[0].Value == first.Value {
		t.Error("a second sign-in keeps the session's id")
	}
	y.want(t, "the session before the second sign-in", y.d.caller().send(t, "GET", y.web.trip("prompt", "none").path(), "", old), "login_required", 303)

	kept := c.http.Jar.Cookies(home)
	y.want(t, "a link to sign out", c.get(t, "/sign-out"), "", 200, 303)
	if to := c.get(t, y.web.trip("prompt", "none").path()).location(); to == nil || to.Query().Get("error") == "login_required" {
		t.Error("a link alone signed Bob out")
	}
	c.postForm(t, "/sign-out", nil, y.d.browserly())
	for _, k := range kept {
		ans := y.d.caller().send(t, "GET", y.web.trip("prompt", "none").path(), "", http.Header{"Cookie": {k.Name + "=" + k.Value}})
		if k.Name == first.Name {
			y.want(t, "the session after sign-out", ans, "login_required", 303)
		}
	}
}
