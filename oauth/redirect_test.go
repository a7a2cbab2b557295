package oauth

import (
	"net/http"
	"testing"
)

func TestCheckRedirect(t *testing.T) {
	for _, uri := range []string{
		"https://claude.ai/api/mcp/auth_callback", "https://example.com", "https://example.com:8443/cb?x=1",
		"http://localhost:3142", "http://127.0.0.1/", "http://[::1]:5/cb", "http://127.0.0.1:33418/",
		"cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/cb", "vscode://vscode.github/cb", "windsurf://x",
	} {
		if err := checkRedirect(uri); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for _, uri := range []string{
		"", "x", "/cb", "//example.com/cb", "example.com/cb", "http://example.com/cb", "http://localhost.example.com/cb", "http://127.0.0.2/cb",
		"http://0x7f000001/", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://LOCALHOST/cb", "http://localhost:0/cb",
		"http://localhost:65536/cb", "http://localhost:478210/cb", "http://localhost:/cb", "http://localhost:1x/cb", "http://localhost@evil.example/cb",
		"https://user@example.com/cb", "https://user:pw@example.com/cb", "https://example.com/cb#x", "https://example.com/cb#", "https://*.example.com/cb",
		"https://example.com/\r\nX:y", "https://example.com/a b", "https://example.com\\@evil.example/", "https://ex\u3002ample.com/", "https:///cb", "https:cb",
		"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://example.com/x", "about:blank",
		"com.example.app:cb", "cursor:", "HTTPS://example.com/cb", "ws://example.com/", "intent://x/", "https://example.com/\u202e", "https://example.com/\x00",
		"https://%D0%B0%D1%80%D1%80.com/cb", "https://clau%E2%A0%80de.ai/cb", "https://accounts.example%E3%80%82evil.example/cb", // a host that only Go reads
		"https://[fe80::1%25en0]/cb", "cursor://%D1%81ursor/cb",
		"https://claude.ai.evil.example:0000000000000443/cb", "https://example.com:99999/cb", "https://example.com:/cb", "https://example.com:0/cb", // only pads the host
	} {
		if checkRedirect(uri) == nil {
			t.Errorf("%q is allowed", uri)
		}
	}
}

func TestMatchRedirect(t *testing.T) {
	registered := []string{"https://app.example/cb", "http://127.0.0.1:1/cb", "http://localhost/cb?x=1", "http://[::1]/", "cursor://a/cb", "http://localhost:3142"}
	for _, uri := range []string{
		"https://app.example/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://127.0.0.1/cb", "http://localhost:9/cb?x=1",
		"http://[::1]:80/", "cursor://a/cb", "http://localhost:1",
	} {
		if !matchRedirect(uri, registered) {
			t.Errorf("%s does not match", uri)
		}
	}
	for _, uri := range []string{
		"", "https://app.example/cb/", "https://app.example/cb/x", "https://app.example/CB", "https://APP.example/cb", "https://app.example/a/../cb",
		"https://app.example/%63b", "https://app.example./cb", "https://sub.app.example/cb", "https://app.example:443/cb", "https://app.example:8443/cb",
		"http://app.example/cb", "https://app.example/cb?x=1", "https://app.example/cb?", "https://app.example/cb#x", "https://x@app.example/cb",
		"https://app.example@evil.example/cb", "https://app.example\\@evil.example/cb", "https://app.example/cb\r\n", "https://app.example /cb",
		"http://127.0.0.1:1/%63b", "http://127.0.0.1:478210/cb", "http://127.0.0.1:0/cb", "https://127.0.0.1:1/cb", "http://127.0.0.2:1/cb", "http://2130706433:1/cb",
		"http://user@127.0.0.1:1/cb", "http://localhost:1/cb", "http://127.0.0.1:1/cb?x=1", "http://127.0.0.1:1/cb/", "http://127.0.0.1.evil.example/cb",
		"http://127.0.0.1:1@evil.example/cb", "http://[::1]:80/cb", "cursor://a/cb/", "cursor://a:1/cb", "cursor://b/cb", "http://localhost:1/", "http://localhost:+1", "http://localhost:١",
	} {
		if matchRedirect(uri, registered) {
			t.Errorf("%q matches", uri)
		}
	}
}

func TestIsLocal(t *testing.T) {
	for uri, want := range map[string]bool{
		"http://localhost:1/cb": true, "http://[::1]/cb": true, "cursor://a/cb": true, "https://localhost/cb": true, "https://LOCALHOST.:8443/cb": true,
		"https://app.localhost/cb": true, "https://127.0.0.1:8443/cb": true, "https://127.1.2.3/cb": true, "https://[::1]/cb": true,
		"https://[::ffff:127.0.0.1]/cb": true, "https://0.0.0.0/cb": true, "https://[::]/cb": true, "https://127.1/cb": true, "https://2130706433/cb": true, "https://0x7f000001/cb": true,
		"https://app.example/cb": false, "https://localhost.example/cb": false, "https://notlocalhost/cb": false, "https://192.0.2.1/cb": false,
	} {
		if got := isLocal(uri); got != want {
			t.Errorf("%s: %v", uri, got)
		}
	}
}

// TestOwnOrigin: no client that registered itself has the browser sent to us, however the origin is spelled. On this computer
// the port that counts is the request's, and clients list addresses without one.
func TestOwnOrigin(t *testing.T) {
	for _, c := range []struct {
		url, uri string
		ours     bool
		status   int
	}{
		{"https://desk.example", "https://desk.example/sign-out", true, http.StatusBadRequest},
		{"https://desk.example", "https://desk.example:443/", true, http.StatusBadRequest},
		{"https://desk.example", "https://DESK.Example", true, http.StatusBadRequest},
		{"https://desk.example:8443", "https://desk.example:8443/", true, http.StatusBadRequest},
		{"https://desk.example", "https://desk.example:8443/", false, http.StatusCreated},
		{"https://desk.example", "https://desk.example.evil.example/", false, http.StatusCreated},
		{"https://desk.example", "https://a.desk.example/", false, http.StatusCreated},
		{"https://desk.example", "com.example.app:/cb", false, http.StatusCreated},
		{"http://localhost", "http://localhost/callback", true, http.StatusCreated},
		{"http://localhost:8787", "http://localhost:8787/oauth/callback", true, http.StatusCreated},
		{"http://localhost:3000", "http://localhost/callback", false, http.StatusCreated},
	} {
		h := newHouse(t)
		h.origin = webOrigin(c.url)
		w := h.json("POST", "/oauth/register", `{"redirect_uris":["`+c.uri+`","https://app.example/cb"]}`, "")
		if h.ours(c.uri) != c.ours || w.Code != c.status {
			t.Errorf("%s at %s: %v, %d %s", c.uri, c.url, h.ours(c.uri), w.Code, w.Body)
		}
	}
}
