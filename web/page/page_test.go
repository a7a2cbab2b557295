package page

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// full has every field of every page filled in, and the pages whose templates fork.
var full = []Page{
	Landing{MCPURL: "https://mcp.acme.example/mcp", Client: "cursor", User: &jane, SignUp: true},
	Landing{MCPURL: "https://mcp.acme.example/mcp", Client: "vscode", SignUp: true},
	Landing{MCPURL: "https://mcp.acme.example/mcp", Client: "claude-code"},
	Landing{MCPURL: "https://mcp.acme.example/mcp", Client: "claude-desktop"},
	Landing{MCPURL: "http://localhost:3000/mcp", Client: "claude-desktop"},
	Landing{MCPURL: "https://mcp.acme.example/mcp", Client: "windsurf"},
	Landing{MCPURL: "https://mcp.acme.example/mcp", Client: "other"},
	SignIn{"/sign-in?return_to=%2Foauth", "Cursor", "jane", "That did not match.", "/sign-up"},
	SignIn{Action: "/sign-in", Identifier: "jane"},
	SignUp{"/sign-up", true, "", "jane@example.com", "jane", "Jane", "Smith", 8, "Too short.", "password", "/sign-in"},
	SignUp{Action: "/sign-up", MinPassword: 8, ClientName: "Cursor"},
	SignUp{Action: "/sign-up", Message: "Taken.", Field: "email"},
	SignUp{Action: "/sign-up", Message: "Taken.", Field: "username"},
	SignUp{Action: "/sign-up", Message: "Too long.", Field: "first_name"},
	SignUp{Action: "/sign-up", Message: "Too long.", Field: "last_name"},
	consent,
	unchecked(consent),
	apps,
	Apps{User: jane},
	Error{404, "Not here", "Nothing to see.", "https://evil.example/cb", "Cursor", "r1", "/away", "Go away"},
	Error{Status: 503, LinkURL: "/away"},
	SignOut{"/oauth/logout?state=s", "secret", "Cursor", jane, "/stay"},
	SignOut{Action: "/oauth/logout", User: jane},
	SignedOut{"/sign-in", "Cursor", "https://client.example/bye"},
	SignedOut{SignInURL: "/sign-in"},
	FormPost{"https://client.example/cb", []Field{{"code", "c"}, {"state", "s"}}, true},
	FormPost{"https://client.example/cb", []Field{{"error", "login_required"}}, false},
}

var (
	jane    = Person{"Jane Smith", "jane@example.com"}
	consent = Consent{
		Action: "/oauth/authorize?client_id=c1", Token: "secret", ClientName: "Cursor", Verified: true, Local: true, New: true,
		User: jane, SwitchURL: "/switch", ResourceName: "Acme", ResourceURL: "https://mcp.acme.example/mcp",
		Scopes: []Scope{
			{"See your profile", "Name and picture", "scope:profile", false, false},
			{"Stay signed in", "Until you disconnect it", "scope:offline_access", true, true},
		},
		UserID: true, Nothing: true, Lasts: time.Hour, Unused: 30 * 24 * time.Hour,
		RedirectHost: "anysphere.cursor-mcp", RedirectURI: "cursor://anysphere.cursor-mcp/oauth/callback",
		AppsURL: "/account/apps", DocumentHost: "describes.example", LookAlike: "Cursor Pro", LogoURL: "/oauth/logos/00ff",
	}
	apps = Apps{User: jane, Disconnected: &App{Name: "Other"}, Now: now, Apps: []App{
		{
			ClientID: "client_1", Name: "Claude", Site: "claude.ai", Verified: true, Offline: true,
			Scopes: []string{"See your profile", "See your email addresses"}, Since: now.AddDate(0, 0, -50), LastUsed: now.Add(-4 * time.Minute),
		},
		{ClientID: "https://cursor.example/client.json", Name: "Cursor", Local: true, Since: now.AddDate(-1, 0, 0), LastUsed: now.Add(-25 * time.Hour)},
	}}
	now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
)

// unchecked is the same request from a website that the operator does not know.
func unchecked(c Consent) Consent {
	c.Verified, c.Local, c.New, c.LookAlike, c.LogoURL = false, false, false, "", ""
	c.Scopes, c.Kept = []Scope{{Title: "Change your profile", Description: "Name and username"}}, []string{"See your profile", "Stay signed in"}
	c.RedirectHost, c.RedirectURI, c.Site = "login.claude.ai", "https://login.claude.ai/api/mcp/auth_callback", "claude.ai"
	return c
}

func newRenderer(t testing.TB, site Site) *Renderer {
	t.Helper()
	rr, err := New(site)
	if err != nil {
		t.Fatal(err)
	}
	return rr
}

// draw renders p the way a handler does.
func draw(t testing.TB, p Page) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := newRenderer(t, Site{Name: "Acme"}).Render(w, httptest.NewRequest("GET", "/", nil), http.StatusOK, p); err != nil {
		t.Fatalf("%T: %v", p, err)
	}
	return w
}

// TestTemplatesFitTheirStructs draws every page empty and full: a template that names a field
// which its struct lacks fails here.
func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	drawn := map[string]bool{}
	for _, p := range full {
		zero := reflect.Zero(reflect.TypeOf(p)).Interface().(Page)
		for _, p := range []Page{p, zero} {
			body := draw(t, p).Body.String()
			if !strings.HasSuffix(body, "</html>\n") || strings.Contains(body, "ZgotmplZ") {
				t.Errorf("%T is not whole:\n%s", p, body)
			}
			drawn[p.sheet()] = true
		}
	}
	for name := range newRenderer(t, Site{}).sheets {
		if !drawn[name] {
			t.Errorf("no test draws %s", name)
		}
	}
}

// TestEveryTemplateHasAPage finds template files that nothing parses.
func TestEveryTemplateHasAPage(t *testing.T) {
	t.Parallel()
	rr := newRenderer(t, Site{})
	err := fs.WalkDir(files, "templates", func(path string, e fs.DirEntry, err error) error {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "templates/"), ".html")
		if err == nil && !e.IsDir() && rr.sheets[name] == nil && !strings.HasPrefix(name, "frame/") {
			t.Errorf("nothing draws %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFieldsReachThePage sets one field at a time to a word of its own and looks for the word: a
// field that no template shows is a promise not kept.
func TestFieldsReachThePage(t *testing.T) {
	t.Parallel()
	for _, p := range full {
		for i := range reflect.TypeOf(p).NumField() {
			field := reflect.TypeOf(p).Field(i)
			if field.Type.Kind() != reflect.String || field.Name == "Client" || field.Name == "Field" {
				continue
			}
			marked := reflect.New(reflect.TypeOf(p)).Elem()
			marked.Set(reflect.ValueOf(p))
			if marked.Field(i).String() == "" {
				continue
			}
			marked.Field(i).SetString("/marked-word")
			if body := draw(t, marked.Interface().(Page)).Body.String(); !strings.Contains(body, "marked-word") {
				t.Errorf("%T.%s does not reach its page", p, field.Name)
			}
		}
	}
}

// TestNoMaps: no page hides what it shows behind a map.
func TestNoMaps(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(source, []byte("map[string]"+"any")) {
			t.Errorf("%s has a map of anything", name)
		}
	}
}

// BenchmarkRenderConsent draws the page as nearly everybody sees it.
func BenchmarkRenderConsent(b *testing.B) {
	consent := consent
	consent.Nothing, consent.LookAlike = false, ""
	rr := newRenderer(b, Site{Name: "Acme"})
	r := httptest.NewRequest("GET", "/", nil)
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		if err := rr.Render(w, r, http.StatusOK, consent); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(w.length()), "bytes/page")
}

// sink is a response that goes nowhere.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}
func (s *sink) length() int                 { n, _ := strconv.Atoi(s.header.Get("Content-Length")); return n }
