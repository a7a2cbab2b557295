package mcpserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNoToken(t *testing.T) {
	d := open(t, nil)
	want := `Bearer scope="openid profile email", resource_metadata="` + d.URL + `/.well-known/oauth-protected-resource/mcp"`
	cookie := func(r *http.Request) { as("")(r); r.AddCookie(&http.Cookie{Name: "access_token", Value: everything}) }
	inQuery := func(r *http.Request) { as("")(r); r.URL.RawQuery = "access_token=" + everything }
	inForm := func(r *http.Request) {
		as("")(r)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = io.NopCloser(strings.NewReader("access_token=" + everything))
		r.ContentLength = -1
	}
	other := func(r *http.Request) { r.Header.Set("Authorization", "Basic amFuZTpqYW5l") }
	empty := func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }
	proxied := func(r *http.Request) {
		as("")(r)
		r.Header.Set("X-User", "jane")
		r.Header.Set("X-Forwarded-User", "jane")
	}
	for name, change := range map[string]func(*http.Request){
		"none": as(""), "cookie": cookie, "query": inQuery, "form": inForm, "basic": other, "empty": empty, "x-user": proxied,
	} {
		for _, method := range []string{"POST", "GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "QUERY"} {
			for _, path := range []string{"/mcp", "/mcp/"} {
				r := d.send(t, "not even [ JSON", func(r *http.Request) { r.Method, r.URL.Path = method, path; change(r) })
				if r.status != http.StatusUnauthorized || r.header.Get("WWW-Authenticate") != want {
					t.Errorf("%s %s %s: %d %q", name, method, path, r.status, r.header.Get("WWW-Authenticate"))
				}
				if r.header.Get("Cache-Control") != "no-store" || r.header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: headers %v", name, method, r.header)
				}
				if method != "HEAD" && !json.Valid([]byte(r.body)) {
					t.Errorf("%s %s: body %q", name, method, r.body)
				}
			}
		}
	}
}

func TestBadToken(t *testing.T) {
	d := open(t, nil)
	two := func(r *http.Request) { r.Header.Add("Authorization", "Bearer "+everything) }
	both := func(r *http.Request) { r.URL.RawQuery = "access_token=" + everything }
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
		word   string
	}{
		"unknown":         {as("forged"), 401, "invalid_token"},
		"jwt-like":        {as("eyJhbGciOiJub25lIn0.e30."), 401, "invalid_token"},
		"two headers":     {two, 400, "invalid_request"},
		"header, query":   {both, 400, "invalid_request"},
		"two words":       {as("jane jane"), 400, "invalid_request"},
		"joined":          {as("jane,Bearer jane"), 400, "invalid_request"},
		"not a b64token":  {as(`{"token":"jane"}`), 400, "invalid_request"},
		"outage":          {as("outage"), 503, "temporarily_unavailable"},
		"lower-case word": {func(r *http.Request) { r.Header.Set("Authorization", "bearer "+everything) }, 200, ""},
		"wide space":      {func(r *http.Request) { r.Header.Set("Authorization", "Bearer   "+everything) }, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d.log.Reset()
			r := d.send(t, list, c.change)
			if r.status != c.status {
				t.Fatalf("status %d, want %d: %s", r.status, c.status, r.body)
			}
			var body struct{ Error string }
			_ = json.Unmarshal([]byte(r.body), &body)
			if body.Error != c.word {
				t.Errorf("error %q, want %q", body.Error, c.word)
			}
			challenge := r.header.Get("WWW-Authenticate")
			if (c.status == 401 || c.status == 400) && !(strings.HasPrefix(challenge, `Bearer error="`+c.word+`", error_description="`) &&
				strings.Contains(challenge, `, scope="openid profile email", resource_metadata="`+d.URL+`/`)) {
				t.Errorf("challenge %q", challenge)
			}
			if strings.Contains(r.body, "signature") || strings.Contains(r.body, "dial") || strings.Contains(challenge, "signature") {
				t.Errorf("internals told: %s %s", r.body, challenge)
			}
			if lines := strings.Count(d.log.String(), "\n"); c.status == 503 && lines != 1 {
				t.Errorf("logged %d lines: %s", lines, d.log)
			}
		})
	}
}

// TestProtectKeepsToken: what stands behind the checks sees who calls, not with what.
func TestProtectKeepsToken(t *testing.T) {
	d := open(t, nil)
	var seen http.Header
	var user string
	behind := httptest.NewServer(d.mcp.Protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen, user = r.Header, tokenOf(r.Context()).UserID
	})))
	defer behind.Close()
	r := d.send(t, list, func(r *http.Request) { r.URL.Host = behind.Listener.Addr().String(); r.Header.Set("X-Kept", "1") })
	if r.status != http.StatusOK || user != d.jane.ID || seen.Get("X-Kept") != "1" {
		t.Fatalf("%d user %q headers %v", r.status, user, seen)
	}
	if seen.Get("Authorization") != "" {
		t.Error("the token went through")
	}
}
