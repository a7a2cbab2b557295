//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// pages: whatever is asked of them, they leave this server only for a registered client, and their links
// are made of the configured address.
func (y *yard) pages(t *testing.T) {
	for _, to := range []string{
		"https://evil.example/", "//evil.example/", "///evil.example/", `/\evil.example/`, `\\evil.example\`, "/\t/evil.example/",
		"javascript:alert(1)", "data:text/html,x", "https:evil.example", "https:/evil.example", "@evil.example", ".evil.example",
		" https://evil.example/", "/%09/evil.example", "/%5cevil.example/", "/..//evil.example/", "http:///evil.example", "/\r\nSet-Cookie: a=b",
		strings.Replace(y.d.URL, "http://", "http://evil@", 1) + "/", y.d.URL + "@evil.example/", y.d.URL + ".evil.example/",
	} {
		for _, name := range []string{"return_to", "next", "redirect", "redirect_uri", "continue", "url"} {
			if name != "return_to" && to != "https://evil.example/" {
				continue
			}
			c := y.d.stranger(t)
			page := c.get(t, "/sign-in?"+form(name, to).Encode())
			y.count(t, to, page)
			ans := c.submit(t, page, "identifier", y.alice.Email, "password", y.alice.Password)
			y.count(t, to, ans)
			y.near(t, to, ans)
			y.near(t, to, y.d.caller().get(t, "/sign-out?"+form(name, to).Encode()))
		}
	}
	y.foreignHosts(t)
	y.assets(t)
}

// near fails the test unless a redirect stays on this server, as a browser reads it.
func (y *yard) near(t *testing.T, name string, a *answer) {
	t.Helper()
	raw := a.Header.Get("Location")
	if raw == "" {
		return
	}
	// Browsers drop tabs and line ends and take backslashes for slashes.
	seen := strings.NewReplacer("\t", "", "\r", "", "\n", "", `\`, "/").Replace(strings.TrimSpace(raw))
	u, err := a.URL.Parse(seen)
	if err != nil || u.Scheme+"://"+u.Host != y.d.URL || u.User != nil || len(a.Header["Set-Cookie"]) > 1 {
		t.Errorf("%s: leads to %q", name, raw)
	}
}

// foreignHosts: no link, no metadata and no challenge is built from what the request calls this server.
func (y *yard) foreignHosts(t *testing.T) {
	home, _ := url.Parse(y.d.URL)
	for _, header := range []http.Header{
		{"Host": {"evil.example"}},
		{"X-Forwarded-Host": {"evil.example"}},
		{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"evil.example"}},
		{"Forwarded": {"host=evil.example;proto=https"}},
		{"X-Original-Url": {"https://evil.example/"}},
		{"X-Rewrite-Url": {"/evil.example"}},
		{"Host": {home.Host + "@evil.example"}},
		{"Host": {"evil.example:" + home.Port()}},
		{"X-Http-Method-Override": {"DELETE"}, "Host": {"evil.example"}},
	} {
		for _, path := range []string{
			"/", "/sign-in", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
			"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp", y.web.trip().path(), "/mcp",
		} {
			ans, err := y.d.caller().try(http.MethodGet, path, "", header)
			if err != nil {
				t.Errorf("%v %s: %v", header, path, err)
				continue
			}
			y.count(t, path, ans)
			if strings.Contains(ans.Body+ans.Header.Get("Location")+ans.Header.Get("WWW-Authenticate"), "evil.example") {
				t.Errorf("%v %s: the answer repeats the foreign host", header, path)
			}
		}
	}
}

// assets serve what was built in and nothing of the disk.
func (y *yard) assets(t *testing.T) {
	for _, path := range []string{
		"/assets/../go.mod", "/assets/..%2f..%2fetc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets//etc/passwd", "/assets/",
		"/assets/x/../../../etc/passwd", "/assets/..%5c..%5cetc/passwd", "/assets/x%00.css", "/.env", "/.git/config", "/data/frontdesk.db",
	} {
		ans := y.d.caller().get(t, path)
		y.count(t, path, ans)
		if ans.Status == http.StatusOK || strings.Contains(ans.Body, "root:") {
			t.Errorf("%s: answered %d: %.200s", path, ans.Status, ans.Body)
		}
	}
}

// paths: every address with every method and much junk: nothing breaks.
func (y *yard) paths(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for _, path := range []string{
		"/", "/mcp", "/mcp/", "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
		"/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp", "/.well-known/openid-configuration",
		"/.well-known/jwks.json", "/oauth/authorize", "/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/introspect",
		"/oauth/userinfo", "/oauth/par", "/oauth/device", "/oauth/logout", "/sign-in", "/sign-up", "/sign-out", "/device", "/account",
		"/admin/", "/healthz", "/readyz", "/nowhere", "/%ff%fe", "/" + strings.Repeat("a", 4000), "/mcp/../oauth/token", "/oauth//token",
		"/oauth/register/" + y.web.ID, "/oauth/register/client_nobody",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"} {
			ans := y.d.caller().send(t, method, path, "", nil)
			y.count(t, method+" "+path, ans)
			y.near(t, method+" "+path, ans)
		}
		for kind, body := range map[string]string{
			"application/json": deep, "application/x-www-form-urlencoded": "%zz=%&=&&a=b;c=d", "multipart/form-data; boundary=x": "--x\r\n\r\n", "": "\x00\xff",
		} {
			y.count(t, kind+" "+path, y.d.caller().send(t, http.MethodPost, path+"?%zz", body, http.Header{"Content-Type": {kind}}))
		}
	}
	for _, header := range []http.Header{
		{"X-Long": {strings.Repeat("a", 2<<20)}},
		{"Cookie": {strings.Repeat("a=b; ", 5000)}},
		{"Cookie": {"session=\x80; =; ;"}},
		{"Accept": {strings.Repeat("text/html,", 5000)}},
		{"Accept-Language": {"\xff"}},
		{"Range": {"bytes=0-0,-1"}},
		{"X-Request-Id": {"<script>"}},
	} {
		ans, err := y.d.caller().try(http.MethodGet, "/sign-in", "", header)
		if err != nil {
			continue // cut off is fine
		}
		y.count(t, "odd header", ans)
		if strings.Contains(ans.Body, "<script>") {
			t.Error("a header came back as it was")
		}
	}
}
