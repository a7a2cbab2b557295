package page

import (
	"strings"
	"testing"
)

func TestAppsSay(t *testing.T) {
	t.Parallel()
	said := read(t, apps)
	for _, words := range []string{
		"Connected apps", "Disconnecting one ends its access at once, everywhere", "Other is disconnected.", "Signed in as Jane Smith",
		"Claude claude.ai · active 4 minutes ago · since 1 October See your profile See your email addresses Stays signed in Disconnect",
		"Cursor An app on a computer of yours · active yesterday · since 20 November 2025 Not checked Disconnect",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("does not say %q:\n%s", words, said)
		}
	}
	if none := read(t, Apps{User: jane}); !strings.Contains(none, "No app is connected. Connect one, and it appears here") || strings.Contains(none, "Disconnected") {
		t.Error(none)
	}
	if idle := read(t, Apps{Apps: []App{{Name: "Idle", Since: now}}, Now: now}); !strings.Contains(idle, "Idle not in use · since 20 November") {
		t.Error(idle)
	}
	// The first form is the one meant: signing out comes last.
	form := formTag.FindStringSubmatch(draw(t, apps).Body.String())
	if !strings.Contains(form[1], `action="/account/apps/disconnect"`) || !strings.Contains(form[2], `name="client_id" value="client_1"`) ||
		!strings.Contains(form[2], `aria-label="Disconnect Claude"`) {
		t.Error(form)
	}
}
