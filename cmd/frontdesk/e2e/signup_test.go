//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// newcomer is somebody without an account yet.
func newcomer(d *desk) person {
	tag := strings.ToLower(rand.Text()[:8])
	p := person{
		Email: "new." + tag + "@example.com", Username: "new" + tag,
		FirstName: "Nadia", LastName: "Comer", Password: "staple-battery-" + rand.Text(),
	}
	d.secret("a password", p.Password)
	return p
}

// signUp fills in the sign-up page that is open, whichever of the fields it asks for.
func (b *browser) signUp(t *testing.T, p person) {
	t.Helper()
	for name, value := range map[string]string{
		"email": p.Email, "username": p.Username, "first_name": p.FirstName, "last_name": p.LastName, "password": p.Password,
	} {
		if b.has(t, `form input[name="`+name+`"]`) {
			b.do(t, fill(name, value))
		}
	}
	b.turn(t, chromedp.Click(chromedp.CSS(`form:has(input[name="password"]) button[type="submit"]`)))
}

// people lists the accounts as an operator sees them.
func (d *desk) people(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	d.run(t, &list, "", "user", "list", "--json")
	return list
}

// TestSignUp: where the setting says open, a client can send somebody who has no account yet.
func TestSignUp(t *testing.T) {
	d := start(t, "FRONTDESK_SIGN_UP=open")
	d.user(t)
	p := newcomer(d)
	cb := listen(t)
	a := d.native(t, cb.URL)
	b := d.browser(t)

	tr := a.trip()
	b.open(t, tr.path())
	b.turn(t, chromedp.Click(chromedp.CSS(`a[href*="/sign-up"]`)))
	b.look(t, "sign-up")
	b.signUp(t, p)
	if !b.has(t, `button[name="consent"]`) {
		t.Fatalf("after sign-up the browser shows %s: %.300s", ask[string](t, b, "location.href"), ask[string](t, b, "document.body.innerText"))
	}
	b.consent(t, "allow")
	v := cb.wait(t)
	got := a.profile(t, a.tokens(t, a.token(t, a.redemption(tr, v.Get("code")))).Access)
	p.ID, _ = got.Structured["user_id"].(string)
	if !strings.Contains(got.Text, "Primary Email: "+p.Email) {
		t.Errorf("the newcomer reads %s", got.Text)
	}
	d.account(t, p)
}

// TestSignUpClosed: by default nobody comes in uninvited.
func TestSignUpClosed(t *testing.T) {
	for _, setting := range []string{"invite", "closed"} {
		d := start(t, "FRONTDESK_SIGN_UP="+setting)
		d.user(t)
		c := d.stranger(t)
		page := c.get(t, "/sign-up")
		if f := page.firstForm(); f != nil && f.Values.Has("password") {
			t.Errorf("%s: /sign-up offers an account", setting)
		}
		a := c.postForm(t, "/sign-up", form("email", "mallory@example.com", "username", "mallory", "password", "let-me-in-"+rand.Text()), d.browserly())
		if a.Status < 400 || len(d.people(t)) != 1 {
			t.Errorf("%s: /sign-up answered %d; %d people", setting, a.Status, len(d.people(t)))
		}
	}
}

// TestFirstAdministrator: while there is nobody, serve prints a link that makes the first administrator, once.
func TestFirstAdministrator(t *testing.T) {
	d := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := d.serving.out.wait(ctx, `(?m)`+d.URL+`/mcp\b`); err != nil {
		t.Errorf("serve does not print the MCP URL: %v", err)
	}
	m, err := d.serving.out.wait(ctx, d.URL+`/(sign-up|setup)\S+`)
	if err != nil {
		t.Fatalf("serve prints no link for the first administrator: %v", err)
	}
	link, p := m[0], newcomer(d)
	d.secret("the first administrator's link", link[strings.LastIndex(link, "=")+1:])
	b := d.browser(t)
	b.open(t, link)
	b.until(t, `document.activeElement.name === "email"`)
	b.look(t, "first-administrator")
	b.signUp(t, p)
	people := d.people(t)
	if len(people) != 1 || people[0]["admin"] != true {
		list, _ := json.Marshal(people)
		t.Fatalf("after the link there are %s", list)
	}

	again := d.stranger(t)
	page := again.get(t, link)
	if f := page.firstForm(); f != nil && f.Values.Has("password") && page.Status == http.StatusOK {
		t.Error("the link works twice")
	}
	if code := d.stop(t); code != 0 {
		t.Errorf("serve ended with %d", code)
	}
	d.serve(t)
	d.ready(t)
	if out := d.serving.out.String(); strings.Contains(out, "sign-up") {
		t.Errorf("serve still prints a link: %s", out)
	}
	again.signIn(t, p)
}
