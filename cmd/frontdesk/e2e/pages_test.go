//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPages looks at every page that needs no journey, wide and narrow, light and dark.
func TestPages(t *testing.T) {
	d := start(t, "FRONTDESK_NAME=Acme")
	p := d.user(t)
	b := d.browser(t)
	b.expect("/oauth/authorize", "/nowhere", "/sign-up")

	for _, client := range []string{"", "cursor", "vscode", "claude-code", "claude-desktop", "windsurf", "other"} {
		b.open(t, "/?client="+client)
		says(t, b, d.URL+"/mcp")
		b.look(t, strings.TrimSuffix("landing-"+client, "-"))
	}
	for name, path := range map[string]string{
		"error-unknown-client": "/oauth/authorize?client_id=client_nobody&response_type=code",
		"not-found":            "/nowhere",
		"sign-up-closed":       "/sign-up",
	} {
		if res := b.open(t, path); res.Status < 400 || res.Status > 499 {
			t.Errorf("%s answered %d", path, res.Status)
		}
		b.look(t, name)
	}

	b.open(t, "/sign-in")
	b.signIn(t, p)
	b.look(t, "signed-in")
	b.open(t, "/sign-out")
	if b.has(t, "form") {
		b.turn(t, chromedp.Click(chromedp.CSS("form button")))
	}
	b.look(t, "signed-out")
}

// TestPageHeaders: every page, whatever its status, carries the headers that keep it from being framed,
// cached, sniffed or scripted by others.
func TestPageHeaders(t *testing.T) {
	d := start(t)
	p := d.user(t)
	a := d.native(t, "http://127.0.0.1:7777/callback")
	c := d.stranger(t)
	c.signIn(t, p)
	for _, path := range []string{
		"/", "/?client=cursor", "/sign-in", "/sign-up", "/sign-out", "/nowhere", a.trip().path(),
		a.trip("redirect_uri", "https://evil.example/").path(), a.trip("client_id", "client_nobody").path(),
	} {
		for _, who := range []*caller{c, d.stranger(t)} {
			checkPage(t, path, who.get(t, path))
		}
	}
}

// checkPage fails the test where a page misses a header that guards it.
func checkPage(t *testing.T, path string, page *answer) {
	t.Helper()
	if page.location() != nil {
		return
	}
	csp := page.Header.Get("Content-Security-Policy")
	for _, need := range []string{"frame-ancestors 'none'", "default-src"} {
		if !strings.Contains(csp, need) {
			t.Errorf("%s: the policy %q has no %s", path, csp, need)
		}
	}
	for _, never := range []string{"unsafe-inline", "unsafe-eval", "*"} {
		if strings.Contains(csp, never) {
			t.Errorf("%s: the policy %q has %s", path, csp, never)
		}
	}
	if f := page.firstForm(); f != nil && f.Button["consent"] != nil && strings.Contains(csp, "form-action 'self'") {
		t.Errorf("%s: the policy blocks the way back to the client", path)
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "",
	} {
		if got := page.Header.Get(header); got == "" || !strings.Contains(got, want) {
			t.Errorf("%s: %s is %q, want %q", path, header, got, want)
		}
	}
	if page.Header.Get("X-Request-Id") == "" {
		t.Errorf("%s: no request id", path)
	}
	if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") && page.Status != http.StatusMethodNotAllowed {
		t.Errorf("%s: Content-Type %q", path, page.Header.Get("Content-Type"))
	}
}
