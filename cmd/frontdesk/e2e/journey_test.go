//go:build e2e

package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestJourney is a person's first day: a client sends them here, they mistype, sign in, think better of it,
// come again and allow.
func TestJourney(t *testing.T) {
	d := start(t)
	p := d.user(t)
	cb := listen(t)
	a := d.native(t, cb.URL)
	b := d.browser(t)

	tr := a.trip()
	b.open(t, tr.path())
	b.until(t, `document.activeElement.name === "identifier"`)
	b.look(t, "sign-in")
	wrongPassword(t, b, p)
	b.signIn(t, p)

	says(t, b, "Native", p.Email, "127.0.0.1", d.URL+"/mcp")
	equalButtons(t, b)
	b.look(t, "consent")
	b.consent(t, "deny")
	if v := cb.wait(t); v.Get("error") != "access_denied" || v.Get("state") != tr.State || v.Get("iss") != d.URL {
		t.Errorf("after Deny the client got %v", v)
	}

	for range 2 { // asked again: any local program could claim this client's loopback address
		tr = a.trip()
		b.open(t, tr.path())
		if !b.has(t, `button[name="consent"]`) {
			t.Fatalf("no consent page at %s", ask[string](t, b, "location.href"))
		}
		b.consent(t, "allow")
		v := cb.wait(t)
		if v.Get("code") == "" || v.Get("state") != tr.State || v.Get("iss") != d.URL {
			t.Fatalf("after Allow the client got %v", v)
		}
		d.same(t, p, a.profile(t, a.tokens(t, a.token(t, a.redemption(tr, v.Get("code")))).Access))
	}
}

// wrongPassword mistypes on the sign-in page that is open: what was typed stays but the password, and the
// message has the focus.
func wrongPassword(t *testing.T, b *browser, p person) {
	t.Helper()
	b.expect("/sign-in", "/oauth/authorize")
	wrong := p
	wrong.Password = "not my password"
	b.signIn(t, wrong)
	if v := ask[string](t, b, `document.querySelector("input[name=identifier]").value`); v != p.Email {
		t.Errorf("after a wrong password the identifier is %q, want %q", v, p.Email)
	}
	if v := ask[string](t, b, `document.querySelector("input[name=password]").value`); v != "" {
		t.Errorf("after a wrong password the field still holds %q", v)
	}
	b.until(t, `document.activeElement.closest("[role=alert]") !== null`)
	b.look(t, "sign-in-wrong")
}

// says fails the test unless the page shows every one of these words.
func says(t *testing.T, b *browser, words ...string) {
	t.Helper()
	text := ask[string](t, b, "document.body.textContent")
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not show %q", ask[string](t, b, "location.pathname"), w)
		}
	}
}

// equalButtons fails the test unless Deny and Allow have the same size.
func equalButtons(t *testing.T, b *browser) {
	t.Helper()
	const size = `(v => { const r = document.querySelector('button[name="consent"][value="' + v + '"]').getBoundingClientRect();
		return Math.round(r.width) + "x" + Math.round(r.height) })`
	deny, allow := ask[string](t, b, size+`("deny")`), ask[string](t, b, size+`("allow")`)
	if deny != allow || strings.HasPrefix(deny, "0x") {
		t.Errorf("Deny is %s and Allow %s", deny, allow)
	}
}

// TestRememberedConsent: a client that the operator made is asked about once, and again for more.
func TestRememberedConsent(t *testing.T) {
	d := start(t)
	p := d.user(t)
	cb := listen(t)
	a := d.client(t, "Verified", cb.URL)
	b := d.browser(t)

	allow := func(asked bool, pairs ...string) url.Values {
		t.Helper()
		b.open(t, a.trip(pairs...).path())
		if b.has(t, `input[name="identifier"]`) {
			b.signIn(t, p)
		}
		if shown := b.has(t, `button[name="consent"]`); shown != asked {
			t.Fatalf("%v: consent page shown: %t, want %t", pairs, shown, asked)
		}
		if asked {
			b.consent(t, "allow")
		}
		v := cb.wait(t)
		if v.Get("code") == "" {
			t.Fatalf("%v: the client got %v", pairs, v)
		}
		return v
	}
	allow(true, "scope", "openid profile")
	allow(false, "scope", "openid profile")
	allow(false, "scope", "profile")
	allow(true, "scope", "openid profile email") // more than was allowed
	allow(false, "scope", "openid email")
	allow(true, "scope", "openid profile", "prompt", "consent")
	allow(false, "prompt", "none", "scope", "openid profile email")
}

// TestWithoutScripts is the journey by keyboard alone in a browser that runs no scripts.
func TestWithoutScripts(t *testing.T) {
	d := start(t)
	p := d.user(t)
	cb := listen(t)
	a := d.native(t, cb.URL)
	b := d.browser(t)
	b.scripts(t, false)

	tr := a.trip()
	b.open(t, tr.path())
	b.until(t, `document.activeElement.name === "identifier"`)
	b.do(t, chromedp.KeyEvent(p.Username+kb.Tab+p.Password))
	b.turn(t, chromedp.KeyEvent(kb.Enter))
	for range 30 { // Tab goes round everything that can be pressed
		b.do(t, chromedp.KeyEvent(kb.Tab))
		if ask[bool](t, b, `document.activeElement.matches('button[name="consent"][value="allow"]')`) {
			b.turn(t, chromedp.KeyEvent(kb.Enter))
			break
		}
	}
	if v := cb.wait(t); v.Get("code") == "" {
		t.Errorf("the client got %v", v)
	}
}
