package page

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// TestHeaders holds the headers that guard every page, error pages too.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, p := range full {
		w := draw(t, p)
		for name, want := range map[string]string{
			"Content-Type":           "text/html; charset=utf-8",
			"X-Content-Type-Options": "nosniff",
			"X-Frame-Options":        "DENY",
			"Referrer-Policy":        "same-origin",
			"Cache-Control":          "no-store",
			"Content-Length":         strconv.Itoa(w.Body.Len()),
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%T: %s is %q, want %q", p, name, got, want)
			}
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy+";", directive+";") {
				t.Errorf("%T: policy %q lacks %s", p, policy, directive)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%T: policy %q is unsafe", p, policy)
		}
	}
}

// TestFormAction: where a form's answer may end at a client there is no form-action, because
// Chromium would stop the redirect; everywhere else forms end here.
func TestFormAction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page Page
		free bool
	}{
		{Landing{}, false},
		{Error{}, false},
		{SignedOut{}, false},
		{Apps{}, false},
		{SignIn{}, true},
		{SignUp{}, true},
		{Consent{}, true},
		{FormPost{}, true},
	} {
		policy := draw(t, c.page).Header().Get("Content-Security-Policy")
		if free := !strings.Contains(policy, "form-action"); free != c.free {
			t.Errorf("%T: policy is %q", c.page, policy)
		}
		if !c.free && !strings.HasSuffix(policy, "; form-action 'self'") {
			t.Errorf("%T: policy is %q", c.page, policy)
		}
	}
}

func TestLogo(t *testing.T) {
	t.Parallel()
	for logo, images := range map[string]string{
		"":                                 "img-src 'self';",
		"/logo.svg":                        "img-src 'self';",
		"https://cdn.example/a;b/logo.svg": "img-src 'self' https://cdn.example;",
		"http://localhost:9000/logo.png":   "img-src 'self' http://localhost:9000;",
	} {
		w := httptest.NewRecorder()
		if err := newRenderer(t, Site{LogoURL: logo}).Render(w, httptest.NewRequest("GET", "/", nil), 200, SignedOut{}); err != nil {
			t.Fatal(err)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, images) {
			t.Errorf("logo %q: policy is %q", logo, policy)
		}
		if shown := strings.Contains(w.Body.String(), `<img class="mark" src="`+logo+`" alt="">`); shown != (logo != "") {
			t.Errorf("logo %q: shown is %v", logo, shown)
		}
	}
	for _, logo := range []string{"javascript:alert(1)", "data:image/png;base64,AA", "//cdn.example/x", `/\cdn.example/x`, "logo.png", "https://a;script-src *", "https://", "https://u@", "ftp://a/b", "https://a b/"} {
		if _, err := New(Site{LogoURL: logo}); err == nil {
			t.Errorf("logo %q is taken", logo)
		}
	}
}

// TestSiteIsNoTemplate: what the operator calls the place is text, though it is written into the templates.
func TestSiteIsNoTemplate(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	rr := newRenderer(t, Site{Name: `{{.Token}} <b>"Acme"</b> & '{{end}}`, LogoURL: `/{{.Token}}"><script>`})
	if err := rr.Render(w, httptest.NewRequest("GET", "/", nil), 200, consent); err != nil {
		t.Fatal(err)
	}
	name := "&#123;&#123;.Token}} &lt;b&gt;&#34;Acme&#34;&lt;/b&gt; &amp; &#39;&#123;&#123;end}}"
	for _, want := range []string{" – " + name + "</title>", `src="/&#123;&#123;.Token}}&#34;&gt;&lt;script&gt;"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "<script>") || strings.Contains(w.Body.String(), "<b>&#34;Acme") {
		t.Errorf("the name is markup:\n%s", w.Body)
	}
}

// TestHead: a HEAD request gets the headers of the page and no body.
func TestHead(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := newRenderer(t, Site{}).Render(w, httptest.NewRequest("HEAD", "/", nil), http.StatusTeapot, Error{Status: 418}); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusTeapot || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("status %d, %d bytes, Content-Length %s", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
}

// TestFailedPageWritesNothing: after an error the caller can still answer something else.
func TestFailedPageWritesNothing(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "https://a\r\nb", " javascript:alert(1)"} {
		w := httptest.NewRecorder()
		err := newRenderer(t, Site{}).Render(w, httptest.NewRequest("GET", "/", nil), 200, FormPost{Action: action})
		if err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%q: error %v, headers %v, body %q", action, err, w.Header(), w.Body)
		}
	}
	if body := draw(t, FormPost{Action: "cursor://anysphere.cursor-mcp/cb"}).Body.String(); !strings.Contains(body, `action="cursor://anysphere.cursor-mcp/cb"`) {
		t.Error("a private-use scheme does not reach the form")
	}
}
