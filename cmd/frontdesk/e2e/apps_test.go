//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// connectedApps are the kinds of apps that people see under Connected apps: checked by the operator or not, on the
// web, on their own computer, and of a name that leaves no room.
func (d *desk) connectedApps(t *testing.T) []*app {
	t.Helper()
	var made []*app
	for _, one := range []struct{ name, redirect string }{
		{"Claude", "https://claude.ai/api/mcp/auth_callback"},
		{"Cursor", "cursor://anysphere.cursor-mcp/oauth/callback"},
		{strings.Repeat("Donaudampfschifffahrts", 3), "https://" + strings.Repeat("very-long-", 5) + "name.example.co.uk/callback"},
	} {
		made = append(made, d.register(t, map[string]any{
			"client_name": one.name, "redirect_uris": []string{one.redirect}, "token_endpoint_auth_method": "none",
		}))
	}
	return append(made, d.client(t, "Checked", "https://editor.example.com/callback"))
}

// TestConnectedApps is a person who looks at what acts for them, and disconnects some of it with and without scripts:
// the app is gone from the list, and its token dead, at once.
func TestConnectedApps(t *testing.T) {
	d := start(t, "FRONTDESK_NAME=Acme")
	p := d.user(t)
	b, c := d.browser(t), d.stranger(t)

	b.open(t, "/account/apps")
	b.signIn(t, p)
	says(t, b, "Connected apps", "No app is connected")
	b.look(t, "apps-none")

	apps := d.connectedApps(t)
	tokens := make([]string, len(apps))
	for i, a := range apps {
		tokens[i] = a.signedIn(t, c, p).Access
		d.same(t, p, a.profile(t, tokens[i]))
	}
	b.open(t, "/account/apps")
	says(t, b, "claude.ai", "An app on a computer of yours", "example.com", "See your email addresses", "Stays signed in", "Not checked")
	b.look(t, "apps")
	for i, a := range apps {
		b.scripts(t, i%2 == 0)
		b.open(t, "/account/apps")
		press := fmt.Sprintf(`form:has(input[value=%q]) button`, a.ID)
		b.turn(t, chromedp.Click(chromedp.CSS(press)))
		says(t, b, "is disconnected. Its access has ended.")
		if b.has(t, press) {
			t.Errorf("%s is still listed", a.ID)
		}
		d.caller().dead(t, "after its app was disconnected", tokens[i])
	}
	b.look(t, "apps-last-disconnected")
}
