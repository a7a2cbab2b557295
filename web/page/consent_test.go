package page

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// read is the page as a person reads it.
func read(t *testing.T, p Page) string {
	t.Helper()
	_, body, _ := strings.Cut(draw(t, p).Body.String(), "<body>")
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, ""))), " ")
}

// TestConsentSays holds the words that warn and explain.
func TestConsentSays(t *testing.T) {
	t.Parallel()
	said := read(t, consent)
	for _, words := range []string{
		"Cursor wants to use Acme", "for the first time", "Jane Smith", "jane@example.com", "Switch",
		"At mcp.acme.example/mcp it will be able to", "See your profile", "Name and picture", "Stay signed in",
		"You will go to anysphere.cursor-mcp", "cursor://anysphere.cursor-mcp/oauth/callback", "Connected apps",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("consent does not say %q:\n%s", words, said)
		}
	}
}

// TestConsentSaysWhoDescribes names the site behind a client that did not register here.
func TestConsentSaysWhoDescribes(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{true, false} {
		p := consent
		p.Verified, p.Local, p.DocumentHost, p.LookAlike = false, local, "cursor.example", ""
		if said := read(t, p); !strings.Contains(said, "It is described at cursor.example") {
			t.Errorf("local %v: the origin is not said:\n%s", local, said)
		}
	}
}

// TestConsentPapers leads to what the app says of itself, where the operator vouches for it.
func TestConsentPapers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ policy, terms, says string }{
		{"https://a.example/p", "https://a.example/t", "Read its privacy policy and terms"},
		{"https://a.example/p", "", "Read its privacy policy"},
		{"", "https://a.example/t", "Read its terms"},
	} {
		p := consent
		p.PolicyURL, p.TermsURL = c.policy, c.terms
		if said := read(t, p); !strings.Contains(said, c.says+" Deny") {
			t.Errorf("not %q:\n%s", c.says, said)
		}
	}
	if said := read(t, consent); strings.Contains(said, "Read its") {
		t.Errorf("it has no papers:\n%s", said)
	}
}

// TestConsentWarnsOfLookAlikes names the app that this one could be mistaken for, and shows no picture but our copy.
func TestConsentWarnsOfLookAlikes(t *testing.T) {
	t.Parallel()
	if said := read(t, unchecked(consent)); strings.Contains(said, "mistaken") {
		t.Errorf("it warns of nothing:\n%s", said)
	}
	p := unchecked(consent)
	p.ClientName, p.LookAlike, p.Site = "Cursоr", "Cursor", "evil.example"
	for _, c := range []struct {
		local  bool
		origin string
		says   string
	}{
		{false, "", "Choose Deny, unless you know evil.example."},
		{false, "described.example", "It is described at described.example. Choose Deny, unless you know evil.example."},
		{true, "", "It runs on this computer. Choose Deny, unless you know which app it is."},
	} {
		p.Local, p.DocumentHost = c.local, c.origin
		said := read(t, p)
		if !strings.Contains(said, "This name can be mistaken for Cursor. It is another app, and Acme has not checked it. "+c.says) {
			t.Errorf("no warning:\n%s", said)
		}
		if strings.Contains(said, "Allow it only if") {
			t.Errorf("the warning is taken back below:\n%s", said)
		}
	}
	p.LogoURL = "/oauth/logos/00ff"
	if drawn := draw(t, p).Body.String(); !strings.Contains(drawn, `<img class="mark" src="/oauth/logos/00ff" alt="">`) {
		t.Errorf("no logo:\n%s", drawn)
	}
}

// TestConsentSaysHowLong: for how long access lasts, and what of it the person decides.
func TestConsentSaysHowLong(t *testing.T) {
	t.Parallel()
	line := Scope{Title: "Stay signed in", Field: "x", Stay: true}
	for _, c := range []struct {
		scopes       []Scope
		unused       time.Duration
		says, silent string
	}{
		{[]Scope{line}, 30 * 24 * time.Hour, "Until you disconnect it or leave it unused for 30 days Only what is ticked is allowed. Access lasts 1 hour at a time.", "renews"},
		{nil, 30 * 24 * time.Hour, "Access lasts 1 hour at a time and renews itself until you disconnect it or leave it unused for 30 days.", "ticked"},
		{nil, 0, "Access ends after 1 hour.", "renews"},
	} {
		said := read(t, Consent{Scopes: c.scopes, Lasts: time.Hour, Unused: c.unused})
		if !strings.Contains(said, c.says) || strings.Contains(said, c.silent) {
			t.Errorf("%q does not say %q", said, c.says)
		}
	}
}

// TestConsentAsksForMore: a step up shows what is new, and sums up the rest.
func TestConsentAsksForMore(t *testing.T) {
	t.Parallel()
	said := read(t, unchecked(consent))
	for _, words := range []string{
		"for more than before", "it will also be able to Change your profile", "What you allowed before stays: See your profile, Stay signed in.",
		"You will go to login.claude.ai", "and trust claude.ai.",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("does not say %q:\n%s", words, said)
		}
	}
}

func TestConsentWarns(t *testing.T) {
	t.Parallel()
	const local, unknown, test = "An app on this computer. ", "Acme has not checked this app.", "Allow it only if you just started signing in from Cursor"
	for _, c := range []struct {
		verified, local bool
		says, silent    []string
	}{
		{true, false, []string{"Checked by Acme"}, []string{local, unknown, test}},
		{true, true, []string{local + "Any program here could use this name. " + test}, []string{unknown, "Checked by"}},
		{false, true, []string{local, unknown, "Any program here could use this name.", test}, []string{"Checked by"}},
		{false, false, []string{unknown, test, "and trust anysphere.cursor-mcp."}, []string{local, "Checked by"}},
	} {
		p := consent
		p.Verified, p.Local, p.DocumentHost, p.LookAlike = c.verified, c.local, "", ""
		said := read(t, p)
		for _, words := range c.says {
			if !strings.Contains(said, words) {
				t.Errorf("verified %v, local %v: does not say %q", c.verified, c.local, words)
			}
		}
		for _, words := range c.silent {
			if strings.Contains(said, words) {
				t.Errorf("verified %v, local %v: says %q", c.verified, c.local, words)
			}
		}
	}
}

// TestConsentThatOpensAProgram: the browser stays on the page, so the page says what comes next.
func TestConsentThatOpensAProgram(t *testing.T) {
	t.Parallel()
	for uri, opens := range map[string]bool{
		"cursor://anysphere.cursor-mcp/cb": true, "com.example.app:/cb": true,
		"http://localhost:8787/cb": false, "https://claude.ai/cb": false, "": false,
	} {
		p := consent
		p.RedirectURI = uri
		if said := strings.Contains(read(t, p), "does not open by itself"); said != opens {
			t.Errorf("%s: said is %v", uri, said)
		}
	}
}

func TestErrorAlwaysLeadsOn(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, 400, 403, 404, 405, 413, 418, 429, 500, 503} {
		p := Error{Status: status}
		if p.Title() == "" || p.Sentence() == "" || !strings.Contains(draw(t, p).Body.String(), `class="button" href="/"`) {
			t.Errorf("status %d is a dead end", status)
		}
		if p.Heading = "Broken"; p.Sentence() == "" {
			t.Errorf("status %d says nothing below its heading", status)
		}
	}
}

// TestErrorQuotesApps: an app's words on our page are not to be taken for ours.
func TestErrorQuotesApps(t *testing.T) {
	t.Parallel()
	p := Error{Status: 400, App: "Your account is locked", Message: "It named this address:", Detail: `"https://evil.example/cb"`}
	if said := read(t, p); !strings.Contains(said, `It named this address: "https://evil.example/cb" The app calls itself “Your account is locked”`) {
		t.Error(said)
	}
}
