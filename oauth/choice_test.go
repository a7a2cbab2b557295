package oauth

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/internal/account"
	"frontdesk/store"
)

// TestChoice plays what is asked, what an answer grants, and what is remembered of it. Words are scopes by their first
// letters; a ticked "*" is every box.
func TestChoice(t *testing.T) {
	names := map[string]string{"o": "openid", "p": "profile", "e": "email", "s": "offline_access", "w": "profile:write", "x": "admin"}
	list := func(letters string) (l []string) {
		for _, letter := range letters {
			l = append(l, names[string(letter)])
		}
		return l
	}
	s := &Server{Config: Config{DefaultScopes: list("opes"), Scopes: append(append([]Scope{}, Standard...),
		Scope{Name: "profile:write", Implies: []string{"profile"}}, Scope{Name: "admin", Implies: []string{"profile:write", "email"}})}}
	for _, c := range []struct {
		name                string
		before, request     string // before "-": the first time
		asked, fixed, kept  string
		ticked              string
		granted, remembered string
		wasOnline, online   bool
	}{
		{"first, all", "-", "opes", "opes", "o", "", "*", "opes", "opes", false, false},
		{"first, some", "-", "opes", "opes", "o", "", "p", "op", "op", false, true},
		{"first, nothing", "-", "pe", "pes", "", "", "", "", "", false, true},
		{"one stays fixed", "-", "e", "es", "e", "", "", "e", "e", false, true},
		{"only to stay", "-", "s", "s", "s", "", "", "s", "s", false, false},
		{"not named, may stay", "-", "op", "ops", "o", "", "*", "op", "op", false, false},
		{"again", "opes", "opes", "opes", "o", "", "*", "opes", "opes", false, false},
		{"again, less", "opes", "opes", "opes", "o", "", "es", "oes", "oes", false, false},
		{"a part", "opes", "e", "es", "e", "", "*", "e", "opes", false, false},
		{"step up, challenge only", "opes", "w", "w", "w", "opes", "*", "wopes", "opesw", false, false},
		{"step up, union", "opes", "opesw", "w", "w", "opes", "*", "opesw", "opesw", false, false},
		{"step up again", "opesw", "w", "ws", "w", "ope", "*", "wope", "opesw", false, false},
		{"two more", "o", "opw", "pw", "", "o", "*", "opw", "opw", false, false},
		{"what implies the refused goes", "o", "opw", "pw", "", "o", "w", "o", "o", false, false},
		{"what is implied comes", "-", "ow", "ows", "o", "", "*", "owp", "owp", false, false},
		{"implied twice", "-", "ox", "oxs", "o", "", "*", "oxwep", "oxwep", false, false},
		{"was refused to stay", "op", "opes", "es", "e", "op", "e", "ope", "ope", true, true},
		{"may stay now", "ope", "opes", "s", "", "ope", "*", "opes", "opes", true, false},
		{"still may not", "op", "ope", "e", "e", "op", "*", "ope", "ope", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &authorization{
				client: &store.Client{GrantTypes: []string{"refresh_token"}}, scopes: list(c.request),
				session: &account.Session{Session: &store.Session{UserID: "user_1"}},
			}
			if c.before != "-" {
				a.consent = &store.Consent{Scopes: list(c.before), Online: c.wasOnline}
			}
			shown := parseChoice(s.choice(a).String())
			form, fixed := url.Values{boxesField: {"shown"}}, []string(nil)
			for _, name := range shown.asked {
				if shown.fixed(name, a) {
					fixed = append(fixed, name)
				}
				for letter, n := range names {
					if n == name && (c.ticked == "*" || strings.Contains(c.ticked, letter)) {
						form.Set(field(name), "yes")
					}
				}
			}
			d := s.decide(a, shown, shown.refused(a, form))
			remembered := s.remember(a, d)
			got := [][]string{shown.asked, fixed, shown.kept, d.scopes, remembered.Scopes}
			want := [][]string{list(c.asked), list(c.fixed), list(c.kept), list(c.granted), list(c.remembered)}
			for i := range got {
				if diff := cmp.Diff(strings.Join(want[i], " "), strings.Join(got[i], " ")); diff != "" {
					t.Errorf("%s: %s", [...]string{"asked", "fixed", "kept", "granted", "remembered"}[i], diff)
				}
			}
			if d.online != c.online || remembered.Online != c.online {
				t.Errorf("online is %v, want %v", d.online, c.online)
			}
		})
	}
}
