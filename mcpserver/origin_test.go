package mcpserver

import (
	"net/http"
	"strings"
	"testing"
)

func TestHost(t *testing.T) {
	for url, hosts := range map[string]map[string]bool{
		"": {
			"localhost:3000": true, "127.0.0.1": true, "[::1]:80": true, "LOCALHOST": true, "evil.example": false,
			"localhost.evil.example": false, "127.0.0.1.nip.io": false, "localhost.": false, "2130706433": false, "0.0.0.0": false,
			"desk.example": false, "10.0.0.7": false,
		},
		"https://desk.example": {
			"desk.example": true, "Desk.Example:443": true, "desk.example:8443": true, "127.0.0.1:3000": true, "localhost": true,
			"frontdesk:3000": true, "evil.example": false, "desk.example.evil.example": false, "xdesk.example": false, "169.254.169.254": false,
		},
	} {
		d := open(t, func(c *Config) {
			if url != "" {
				c.URL, c.Hosts = url, []string{"frontdesk"}
			}
		})
		for host, ok := range hosts {
			for _, token := range []string{"", everything} {
				r := d.send(t, list, func(r *http.Request) { as(token)(r); r.Host = host })
				if refused := r.status == http.StatusMisdirectedRequest; refused == ok {
					t.Errorf("%s: Host %q token %q: %d %s", url, host, token, r.status, r.body)
				}
			}
		}
	}
}

func TestOrigin(t *testing.T) {
	for url, origins := range map[string]map[string]bool{
		"http://localhost:3000": {
			"http://localhost:3000": true, "http://localhost:6274": true, "http://127.0.0.1:6274": true, "http://[::1]:6274": true, "https://localhost": true,
			"null": false, "https://evil.example": false, "http://localhost.evil.example": false, "http://localhost:6274/x": false,
			"http://a@localhost": false, "file://localhost": false, "http://2130706433": false, "": false, "http://localhost:6274, https://evil.example": false,
		},
		"https://desk.example:443": {
			"https://desk.example": true, "https://app.example": true, "https://Desk.example": true, "http://desk.example": false,
			"http://localhost:6274": false, "https://desk.example:8443": false, "https://evil.desk.example": false, "null": false, "https://app.example.evil.example": false,
		},
	} {
		d := open(t, func(c *Config) { c.URL, c.Origins = url, []string{"https://app.example/"} })
		for origin, ok := range origins {
			r := d.send(t, list, func(r *http.Request) { r.Header["Origin"] = []string{origin} })
			if (ok && r.status != http.StatusOK) || (!ok && r.status != http.StatusForbidden) {
				t.Errorf("%s: Origin %q: %d %s", url, origin, r.status, r.body)
			}
			allowed := r.header.Get("Access-Control-Allow-Origin")
			if (ok && allowed != origin) || (!ok && allowed != "") {
				t.Errorf("%s: Origin %q: may be read by %q", url, origin, allowed)
			}
			if r.header.Get("WWW-Authenticate") != "" {
				t.Errorf("Origin %q: a challenge would make clients sign in again", origin)
			}
		}
		r := d.send(t, list, func(r *http.Request) { r.Header["Origin"] = []string{url, url} })
		if r.status != http.StatusForbidden {
			t.Errorf("two Origins: %d", r.status)
		}
	}
}

func TestCORS(t *testing.T) {
	d := open(t, nil)
	from := func(method, origin string) func(*http.Request) {
		return func(r *http.Request) { as("")(r); r.Method = method; r.Header.Set("Origin", origin) }
	}
	r := d.send(t, "", from("OPTIONS", "http://localhost:6274"))
	if r.status != http.StatusNoContent || r.header.Get("Access-Control-Allow-Origin") != "http://localhost:6274" || r.header.Get("Vary") != "Origin" {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
	for _, name := range []string{"authorization", "content-type", "mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name", "last-event-id"} {
		if !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), name) {
			t.Errorf("preflight does not allow %s", name)
		}
	}
	if r := d.send(t, "", from("OPTIONS", "https://evil.example")); r.status != http.StatusForbidden {
		t.Errorf("foreign preflight: %d", r.status)
	}
	// A browser client must be able to read the challenge of a refusal.
	r = d.send(t, list, from("POST", "http://localhost:6274"))
	if r.status != http.StatusUnauthorized || r.header.Get("Access-Control-Expose-Headers") != "WWW-Authenticate, Mcp-Session-Id" {
		t.Errorf("challenge: %d %v", r.status, r.header)
	}
}
