//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestConsentKinds shows a person the consent page for every kind of app, and each says whose app it is and where the
// answer goes.
func TestConsentKinds(t *testing.T) {
	d := start(t, "FRONTDESK_NAME=Acme")
	p := d.user(t, "--first-name", "Jane", "--last-name", "Smith")
	b := d.browser(t)
	b.open(t, "/sign-in")
	b.signIn(t, p)

	known := d.register(t, map[string]any{
		"client_name": "Notes", "redirect_uris": []string{"https://notes.example.com/callback"}, "token_endpoint_auth_method": "none",
		"policy_uri": "https://notes.example.com/privacy", "tos_uri": "https://notes.example.com/terms",
	})
	d.run(t, nil, "", "client", "allow", known.ID)
	d.client(t, "Claude", "https://claude.ai/api/mcp/auth_callback")
	for _, kind := range []struct {
		name string
		app  *app
		says []string
	}{
		{"checked", d.client(t, "Editor", "https://editor.example.com/callback"), []string{"Checked by Acme", "example.com"}},
		{"papers", known, []string{"Checked by Acme", "Read its privacy policy and terms"}},
		{"unchecked", d.called(t, "Notebook", "https://app.notebook.co.uk/callback"), []string{"Acme has not checked this app", "notebook.co.uk", "for the first time"}},
		{"own-scheme", d.called(t, "Cursor", "cursor://anysphere.cursor-mcp/oauth/callback"), []string{"An app on this computer", "cursor://anysphere.cursor-mcp"}},
		{"look-alike", d.called(t, "CIaude", "https://claude.ai.example.net/callback"), []string{"can be mistaken for Claude", "example.net"}},
		{"long", d.called(t, longName, "https://"+longHost+"/callback?to="+strings.Repeat("nowhere-", 20)), []string{"name.example.org"}},
	} {
		b.open(t, kind.app.trip().path())
		says(t, b, kind.says...)
		b.look(t, "consent-"+kind.name)
		b.do(t, chromedp.Click(chromedp.CSS("details.going summary")))
		says(t, b, kind.app.Redirect)
		b.look(t, "consent-"+kind.name+"-address")
	}
}

const (
	longName = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung"
	longHost = "very-long-very-long-very-long-very-long.and-longer-and-longer-and-longer.name.example.org"
)

// called registers a public app as anybody can.
func (d *desk) called(t *testing.T, name, redirect string) *app {
	t.Helper()
	return d.register(t, map[string]any{"client_name": name, "redirect_uris": []string{redirect}, "token_endpoint_auth_method": "none"})
}

// TestUntick: what the person unticks the app does not get, and nothing at all is asked again; later the page for more names
// what is new alone, and what stays.
func TestUntick(t *testing.T) {
	d := start(t, "FRONTDESK_NAME=Acme")
	p := d.user(t)
	cb := listen(t)
	a := d.client(t, "Editor", cb.URL)
	b := d.browser(t)
	b.open(t, "/sign-in")
	b.signIn(t, p)

	tr := a.trip("scope", "profile email")
	b.open(t, tr.path())
	for _, scope := range []string{"profile", "email", "offline_access"} {
		b.do(t, untick(scope))
	}
	b.consent(t, "allow")
	says(t, b, "Nothing to allow is ticked")
	b.look(t, "consent-nothing")
	b.do(t, untick("profile")) // ticks it: the page comes back as it was left
	b.consent(t, "allow")
	tk := a.tokens(t, a.token(t, a.redemption(tr, cb.wait(t).Get("code"))))
	if tk.Scope != "profile" || tk.Refresh != "" {
		t.Errorf("the app got the scopes %q and a refresh token %t, want profile alone", tk.Scope, tk.Refresh != "")
	}

	tr = a.trip("scope", "profile:write")
	b.open(t, tr.path())
	says(t, b, "for more than before", changeProfile, "What you allowed before stays", seeProfile)
	b.look(t, "consent-more")
	b.consent(t, "allow")
	if tk = a.tokens(t, a.token(t, a.redemption(tr, cb.wait(t).Get("code")))); tk.Scope != "profile:write profile" {
		t.Errorf("the app has the scopes %q, want profile:write profile", tk.Scope)
	}
}

// untick presses the checkbox of a scope.
func untick(scope string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(`input[name="scope:` + scope + `"]`))
}

// TestSignOutQuestion: an app without an ID token cannot sign anybody out; the person is asked, and may stay.
func TestSignOutQuestion(t *testing.T) {
	d := start(t, "FRONTDESK_NAME=Acme")
	p := d.user(t)
	a := d.client(t, "Editor", "https://editor.example.com/callback", "--post-logout-redirect-uri", "https://editor.example.com/bye")
	b := d.browser(t)
	b.open(t, "/sign-in")
	b.signIn(t, p)

	ask := "/oauth/logout?client_id=" + a.ID + "&post_logout_redirect_uri=https://editor.example.com/bye"
	b.open(t, ask)
	says(t, b, "Editor", p.Email)
	b.look(t, "sign-out-question")
	b.open(t, "/account/apps")
	says(t, b, "Connected apps")
	b.open(t, ask)
	b.turn(t, chromedp.Click(chromedp.CSS("main form button")))
	says(t, b, "signed out")
	b.look(t, "signed-out-to-app")
	b.open(t, "/account/apps")
	if !b.has(t, `input[name="identifier"]`) {
		t.Error("the browser is still signed in")
	}
}
