//go:build e2e

package e2e

import (
	"net/http"
	"testing"
)

// almostWeb are addresses that resemble webRedirect to somebody: a sloppy matcher, a browser, or a person.
var almostWeb = map[string]string{
	"longer path":               webRedirect + "/evil",
	"trailing slash":            webRedirect + "/",
	"suffix":                    webRedirect + "x",
	"shorter path":              "https://app.example.com/oauth",
	"path in capitals":          "https://app.example.com/OAuth/Callback",
	"host in capitals":          "https://APP.example.com/oauth/callback",
	"scheme in capitals":        "HTTPS://app.example.com/oauth/callback",
	"traversal out":             webRedirect + "/../../evil",
	"traversal back":            "https://app.example.com/evil/../oauth/callback",
	"encoded traversal":         "https://app.example.com/oauth/%2e%2e/oauth/callback",
	"encoded letter":            "https://app.example.com/oauth/%63allback",
	"encoded slash":             "https://app.example.com/oauth%2fcallback",
	"double slash":              "https://app.example.com//oauth/callback",
	"user":                      "https://user@app.example.com/oauth/callback",
	"host as user":              "https://app.example.com@evil.example/oauth/callback",
	"host as user and password": "https://app.example.com:x@evil.example/oauth/callback",
	"subdomain":                 "https://evil.app.example.com/oauth/callback",
	"longer domain":             "https://app.example.com.evil.example/oauth/callback",
	"parent domain":             "https://example.com/oauth/callback",
	"trailing dot":              "https://app.example.com./oauth/callback",
	"ideographic dot":           "https://app.example。com/oauth/callback",
	"fullwidth letter":          "https://ａpp.example.com/oauth/callback",
	"backslash":                 `https://evil.example\@app.example.com/oauth/callback`,
	"backslashes":               `https:\\app.example.com\oauth\callback`,
	"CRLF":                      webRedirect + "\r\nSet-Cookie: a=b",
	"encoded CRLF":              webRedirect + "%0d%0aSet-Cookie:%20a=b",
	"leading space":             " " + webRedirect,
	"trailing space":            webRedirect + " ",
	"inner tab":                 "https://app.example.com/oauth\t/callback",
	"null byte":                 webRedirect + "\x00",
	"fragment":                  webRedirect + "#evil",
	"empty fragment":            webRedirect + "#",
	"query":                     webRedirect + "?a=b",
	"empty query":               webRedirect + "?",
	"path parameter":            webRedirect + ";a=b",
	"default port":              "https://app.example.com:443/oauth/callback",
	"other port":                "https://app.example.com:8443/oauth/callback",
	"plain http":                "http://app.example.com/oauth/callback",
	"no scheme":                 "//app.example.com/oauth/callback",
	"path only":                 "/oauth/callback",
	"another client's":          otherRedirect,
	"JavaScript":                "javascript:alert(1)//app.example.com/oauth/callback",
	"data":                      "data:text/html,<script>alert(1)</script>",
	"loopback":                  "http://127.0.0.1/oauth/callback",
}

// almostNative differ from nativeRedirect in more than the port.
var almostNative = map[string]string{
	"user":            "http://evil@127.0.0.1:47821/callback",
	"host as user":    "http://127.0.0.1:47821@evil.example/callback",
	"encoded letter":  "http://127.0.0.1:47821/%63allback",
	"port too large":  "http://127.0.0.1:478210/callback",
	"port zero":       "http://127.0.0.1:0/callback",
	"port negative":   "http://127.0.0.1:-1/callback",
	"port in words":   "http://127.0.0.1:http/callback",
	"https":           "https://127.0.0.1:47821/callback",
	"127.0.0.2":       "http://127.0.0.2:47821/callback",
	"decimal":         "http://2130706433:47821/callback",
	"hexadecimal":     "http://0x7f000001:47821/callback",
	"octal":           "http://0177.0.0.1:47821/callback",
	"short":           "http://127.1:47821/callback",
	"zero":            "http://0.0.0.0:47821/callback",
	"localhost":       "http://localhost:47821/callback",
	"IPv6":            "http://[::1]:47821/callback",
	"mapped":          "http://[::ffff:127.0.0.1]:47821/callback",
	"localhost dot":   "http://localhost.:47821/callback",
	"a longer domain": "http://127.0.0.1.evil.example:47821/callback",
	"longer path":     nativeRedirect + "/evil",
	"shorter path":    "http://127.0.0.1:47821/",
	"query":           nativeRedirect + "?a=b",
	"fragment":        nativeRedirect + "#a",
	"backslash":       `http://127.0.0.1:47821\@evil.example/callback`,
}

// redirects: what is not the registered address, to the letter, gets a page and no Location, whoever asks.
func (y *yard) redirects(t *testing.T) {
	for _, row := range []struct {
		app    *app
		almost map[string]string
	}{{y.web, almostWeb}, {y.native, almostNative}} {
		for name, uri := range row.almost {
			tr := row.app.trip("redirect_uri", uri)
			y.stays(t, "signed in, "+name, y.hers.get(t, tr.path()))
			y.stays(t, "a stranger, "+name, y.d.stranger(t).get(t, tr.path()))
			y.want(t, "a program, "+name, y.d.caller().getJSON(t, tr.path()), "invalid_request", http.StatusBadRequest)
		}
	}
	// What must pass, or the rows above show nothing: any port of the registered loopback host.
	for _, uri := range []string{nativeRedirect, "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://127.0.0.1/callback"} {
		if to := y.hers.visit(t, y.native.trip("redirect_uri", uri).path(), y.alice, "allow"); to.Query().Get("code") == "" {
			t.Errorf("%s: sent to %s", uri, to)
		}
	}
}
