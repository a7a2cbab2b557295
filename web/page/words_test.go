package page

import (
	"html/template"
	"strings"
	"testing"
)

// TestHostileWords puts the worst into everything that a stranger can name.
func TestHostileWords(t *testing.T) {
	t.Parallel()
	worst := `"'><script>alert(1)</script><img src=x onerror=alert(1)>` + "\u202e\u2066\u200b\ufeff\x00\x1b{{.}}"
	for _, p := range []Page{
		SignIn{ClientName: worst, Identifier: worst, Message: worst, Action: worst, SignUpURL: "javascript:alert(1)"},
		SignUp{ClientName: worst, Email: worst, Username: worst, FirstName: worst, LastName: worst, Message: worst, Field: worst},
		Consent{
			ClientName: worst, Token: worst, User: Person{worst, worst}, ResourceName: worst, ResourceURL: worst,
			Scopes: []Scope{{Title: worst, Description: worst, Field: worst}}, Kept: []string{worst}, Site: worst, RedirectHost: worst, RedirectURI: worst, SwitchURL: "javascript:alert(1)",
		},
		Error{Heading: worst, Message: worst, Detail: worst, App: worst, RequestID: worst, LinkURL: "javascript:alert(1)", LinkText: worst},
		Landing{MCPURL: worst, Client: worst, User: &Person{worst, worst}},
		Apps{User: Person{worst, worst}, Apps: []App{{ClientID: worst, Name: worst, Site: worst, Scopes: []string{worst}}}},
		FormPost{Action: "https://client.example", Fields: []Field{{worst, worst}}},
	} {
		body := draw(t, p).Body.String()
		for _, bad := range []string{"<script>alert", "<img src=x", `"'>`, `="javascript:`} {
			if strings.Contains(body, bad) {
				t.Errorf("%T lets %s through", p, bad)
			}
		}
	}
	shown := draw(t, Consent{ClientName: worst, User: Person{worst, worst}, RedirectHost: worst, RedirectURI: worst, ResourceURL: worst}).Body.String()
	if strings.ContainsAny(shown, "\u202e\u2066\u200b\ufeff\x00\x1b") {
		t.Error("consent shows characters that cannot be seen")
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Cursor":                             "Cursor",
		"":                                   "",
		" ":                                  "",
		"Claude Code":                        "Claude Code",
		" Claude":                            "Claude",
		"Claude ":                            "Claude",
		"Claude  Code":                       "Claude Code",
		"  Visual\tStudio\r\n Code ":         "Visual Studio Code",
		"Cur\u202esor\u200b\u2069":           "Cursor",
		"C\u00adu\u034fr\u2060s\ufeffo\x7fr": "Cursor",
		"\u3164\u2800\u115f":                 "",
		"Zo\u0308e\u0301":                    "Zo\u0308e\u0301",
		"Z" + strings.Repeat("\u0335", 40):   "Z" + strings.Repeat("\u0335", maxMarks),
		"日本語 עברית":                          "日本語 עברית",
		"a\xffb":                             "ab",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"short":          "short",
		"exactly10!":     "exactly10!",
		"accounts.evil1": "acco…evil1",
		"ééééééééééé":    "éééé…ééééé",
	} {
		if got := shorten(in, 4, 5); got != want {
			t.Errorf("shorten(%q) = %q, want %q", in, got, want)
		}
	}
	if got := appName("\u200b"); got != "Unnamed app" {
		t.Errorf("a name that cannot be seen is shown as %q", got)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		person          Person
		initials, title string
		detail          template.HTML
	}{
		{Person{"Jane Smith", "jane@example.com"}, "JS", "Jane Smith", "jane@example.com"},
		{Person{"jane van der berg", ""}, "JB", "jane van der berg", ""},
		{Person{"Élodie", "e@example.com"}, "É", "Élodie", "e@example.com"},
		{Person{"", "jane@example.com"}, "J", "jane@example.com", ""},
		{Person{}, "?", "", ""},
	} {
		if got := c.person.Initials(); got != c.initials {
			t.Errorf("%+v: initials %q, want %q", c.person, got, c.initials)
		}
		if title, detail := c.person.Title(), c.person.Detail(); title != c.title || detail != c.detail {
			t.Errorf("%+v: %q and %q, want %q and %q", c.person, title, detail, c.title, c.detail)
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Acme": "acme", "Acme & Sons, Ltd.": "acme-sons-ltd", "--": "frontdesk", "日本": "frontdesk",
		strings.Repeat("a-", 40): strings.TrimSuffix(strings.Repeat("a-", 16), "-"), strings.Repeat("a", 40): strings.Repeat("a", 32),
		"Globex Corporation of Springfield": "globex-corporation-of", "Globex Corporation of Springfie": "globex-corporation-of-springfie",
	} {
		if got := (Site{Name: name}).Slug(); got != want {
			t.Errorf("slug of %q is %q, want %q", name, got, want)
		}
	}
}

// TestBreakable: lines end between the parts of an address, what an address says stays text, and nothing is added to it.
func TestBreakable(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"jane@example.com":                "jane@example.com",
		"jane_d@engineering.mail.example": `<span title="jane_d@engineering.mail.example">jane_<wbr>d<wbr>@engineering<wbr>.mail<wbr>.example</span>`,
		"~/.codeium/windsurf/config.json": `<span title="~/.codeium/windsurf/config.json">~/<wbr><wbr>.codeium/<wbr>windsurf/<wbr>config<wbr>.json</span>`,
		`"><script>x</script>`:            `<span title="&#34;&gt;&lt;script&gt;x&lt;/script&gt;">&#34;&gt;&lt;script&gt;x&lt;/<wbr>script&gt;</span>`,
	} {
		if got := string(breakable(s, s)); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
}
