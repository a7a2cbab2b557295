//go:build e2e

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestLanding follows what the start page offers to copy and to click: each must hold the address that
// clients are given, in the form in which that client reads it.
func TestLanding(t *testing.T) {
	d := start(t, "FRONTDESK_NAME=Acme & Söhne")
	b := d.browser(t)
	mcp := d.URL + "/mcp"

	b.open(t, "/?client=cursor")
	link := ask[string](t, b, `document.querySelector('a[href^="cursor:"]').href`)
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	config, err := base64.StdEncoding.DecodeString(u.Query().Get("config"))
	var server struct{ URL string }
	if err != nil || json.Unmarshal(config, &server) != nil || server.URL != mcp || u.Query().Get("name") == "" {
		t.Errorf("Cursor's link is %s with %s (%v)", link, config, err)
	}

	b.open(t, "/?client=vscode")
	link = ask[string](t, b, `document.querySelector('a[href^="vscode:"]').href`)
	_, query, _ := strings.Cut(link, "?")
	install, err := url.QueryUnescape(query)
	server.URL = ""
	if err != nil || json.Unmarshal([]byte(install), &server) != nil || server.URL != mcp {
		t.Errorf("VS Code's link is %s", link)
	}

	for _, client := range []string{"cursor", "vscode", "claude-code", "claude-desktop", "windsurf", "other"} {
		b.open(t, "/?client="+client)
		for _, text := range ask[[]string](t, b, `[...document.querySelectorAll("code")].map(c => c.textContent)`) {
			if strings.HasPrefix(text, "{") && (!json.Valid([]byte(text)) || !strings.Contains(text, mcp)) {
				t.Errorf("%s: this configuration is not right: %s", client, text)
			}
		}
		b.do(t, chromedp.Click(chromedp.CSS("button.copy")))
		b.until(t, `document.querySelector("button.copy").textContent === "Copied"`)
	}
}

// TestFormPost: a client that asks for a form gets one, which sends itself; without scripts a person sends it.
func TestFormPost(t *testing.T) {
	d := start(t)
	p := d.user(t)
	cb := listen(t)
	a := d.native(t, cb.URL)
	for _, scripts := range []bool{true, false} {
		b := d.browser(t)
		b.scripts(t, scripts)
		tr := a.trip("response_mode", "form_post")
		b.open(t, tr.path())
		b.signIn(t, p)
		b.consent(t, "allow")
		if !scripts {
			b.look(t, "form-post")
			b.turn(t, chromedp.Click(chromedp.CSS("form button")))
		}
		v := cb.wait(t)
		if v.Get("code") == "" || v.Get("state") != tr.State || v.Get("iss") != d.URL {
			t.Errorf("scripts %t: the client got %v", scripts, v)
		}
	}
}
