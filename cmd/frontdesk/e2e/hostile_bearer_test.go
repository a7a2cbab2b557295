//go:build e2e

package e2e

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// bearer: nothing but a living access token of ours, in its header, opens /mcp.
func (y *yard) bearer(t *testing.T) {
	tk := y.web.signedIn(t, y.hers, y.alice)
	f := newForger(t, y.d, tk.Access)
	parts := strings.Split(tk.Access, ".")
	kid, iat := f.header["kid"], f.claims["iat"]
	neighbour := start(t)
	visitor := neighbour.user(t)
	theirs := neighbour.register(t, everyday(webRedirect)).signedIn(t, neighbour.stranger(t), visitor)
	code := y.fresh(t, y.web).Get("code")

	forged := map[string]string{
		"an ID token":                 tk.ID,
		"a refresh token":             tk.Refresh,
		"a code":                      code,
		"another server's token":      theirs.Access,
		"a session cookie":            y.hers.http.Jar.Cookies(y.hers.get(t, "/").URL)[0].Value,
		"a client secret":             y.basic.Secret,
		"alg none":                    segment(with(f.header, "alg", "none")) + "." + parts[1] + ".",
		"alg None":                    segment(with(f.header, "alg", "None")) + "." + parts[1] + ".",
		"alg none with the signature": segment(with(f.header, "alg", "none")) + "." + parts[1] + "." + parts[2],
		"alg empty":                   segment(with(f.header, "alg", "")) + "." + parts[1] + "." + parts[2],
		"no alg":                      segment(with(f.header, "alg", nil)) + "." + parts[1] + "." + parts[2],
		"alg RS256":                   segment(with(f.header, "alg", "RS256")) + "." + parts[1] + "." + parts[2],
		"no signature":                parts[0] + "." + parts[1] + ".",
		"two parts":                   parts[0] + "." + parts[1],
		"four parts":                  tk.Access + "." + parts[2],
		"a zero signature":            parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"a short signature":           parts[0] + "." + parts[1] + "." + parts[2][:40],
		"other claims":                parts[0] + "." + segment(with(f.claims, "sub", y.bob.ID)) + "." + parts[2],
		"another signature":           f.signed(f.header, f.claims),
		"no kid":                      f.signed(with(f.header, "kid", nil), f.claims),
		"own key in jwk":              f.signed(with(f.header, "jwk", jwkOf(f.key)), f.claims),
		"own key in jwk, no kid":      f.signed(with(f.header, "jwk", jwkOf(f.key), "kid", nil), f.claims),
		"own keys by jku":             f.signed(with(f.header, "jku", y.trap+"jwks.json"), f.claims),
		"own keys by x5u":             f.signed(with(f.header, "x5u", y.trap+"cert.pem"), f.claims),
		"own certificate":             f.signed(with(f.header, "x5c", []string{"MIIB"}), f.claims),
		"kid of a file":               f.signed(with(f.header, "kid", "../../../../dev/null"), f.claims),
		"kid of SQL":                  f.signed(with(f.header, "kid", "' UNION SELECT 'x' --"), f.claims),
		"kid of a URL":                f.signed(with(f.header, "kid", y.trap), f.claims),
		"a number as kid":             f.signed(with(f.header, "kid", 5), f.claims),
		"critical headers":            f.signed(with(f.header, "crit", []string{"b64"}, "b64", false), f.claims),
		"another issuer":              f.signed(f.header, with(f.claims, "iss", "https://evil.example")),
		"another audience":            f.signed(f.header, with(f.claims, "aud", "https://evil.example/mcp")),
		"many audiences":              f.signed(f.header, with(f.claims, "aud", []any{f.claims["aud"], "https://evil.example"})),
		"typ JWT":                     f.signed(with(f.header, "typ", "JWT"), f.claims),
		"no typ":                      f.signed(with(f.header, "typ", nil), f.claims),
		"expired":                     f.signed(f.header, with(f.claims, "exp", 1)),
		"never expires":               f.signed(f.header, with(f.claims, "exp", nil)),
		"not yet":                     f.signed(f.header, with(f.claims, "nbf", 1<<40, "iat", iat)),
		"an empty header":             segment(map[string]any{}) + "." + parts[1] + "." + parts[2],
		"bad base64":                  "@@@." + parts[1] + "." + parts[2],
		"dots":                        "..", "a dot": ".", "garbage": "garbage", "padded": tk.Access + "==",
		"encrypted":  "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA",
		"a JSON JWS": base64.RawURLEncoding.EncodeToString([]byte(`{"payload":"` + parts[1] + `"}`)),
		"huge":       strings.Repeat("a", 100_000), "a huge kid": f.signed(with(f.header, "kid", strings.Repeat("k", 20_000)), f.claims),
	}
	for name, key := range f.publicKeys() {
		forged["HS256 with the public key, "+name] = f.mac(with(f.header, "alg", "HS256", "kid", kid), key)
	}
	for name, raw := range forged {
		statuses := []int{401}
		switch name {
		case "bad base64": // no token could look like that (RFC 6750 section 3.1)
			statuses = []int{400, 401}
		case "huge": // more than the listener reads of headers
			statuses = []int{401, 431}
		}
		y.want(t, name, y.d.caller().call(t, raw, toolCall), "", statuses...)
	}
	y.carriers(t, tk.Access)
	y.early(t)
	y.web.alive(t, "the real token, after all forgeries", tk.Access)
}

// carriers bring a good token in a way that does not count, or more than a token.
func (y *yard) carriers(t *testing.T, token string) {
	plain := mcpHeader("")
	plain.Del("Authorization")
	header := func(pairs ...string) http.Header {
		h := plain.Clone()
		for i := 0; i < len(pairs); i += 2 {
			h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
		}
		return h
	}
	for _, row := range []struct {
		name, path string
		header     http.Header
	}{
		{"nothing", "/mcp", plain},
		{"query", "/mcp?access_token=" + token, plain},
		{"query by another name", "/mcp?token=" + token, plain},
		{"cookie", "/mcp", header("Cookie", "access_token="+token)},
		{"session", "/mcp", header("Cookie", "session="+token)},
		{"Basic", "/mcp", header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(y.alice.Email+":"+y.alice.Password)))},
		{"Token", "/mcp", header("Authorization", "Token "+token)},
		{"no scheme", "/mcp", header("Authorization", token)},
		{"empty", "/mcp", header("Authorization", "Bearer ")},
		{"scheme only", "/mcp", header("Authorization", "Bearer")},
		{"glued", "/mcp", header("Authorization", "Bearer"+token)},
		{"colon", "/mcp", header("Authorization", "Bearer: "+token)},
		{"quoted", "/mcp", header("Authorization", `Bearer "`+token+`"`)},
		{"two tokens", "/mcp", header("Authorization", "Bearer "+token+" "+token)},
		{"a list", "/mcp", header("Authorization", "Bearer "+token+", Bearer "+token)},
		{"two headers", "/mcp", header("Authorization", "Bearer "+token, "Authorization", "Bearer "+token)},
		{"X-User", "/mcp", header("X-User", y.alice.ID, "X-User-Id", y.alice.ID, "X-Forwarded-User", y.alice.Email)},
		{"Remote-User", "/mcp", header("Remote-User", y.alice.Username, "X-Remote-User", y.alice.Username)},
		{"another header", "/mcp", header("X-Access-Token", token, "X-Api-Key", token, "Proxy-Authorization", "Bearer "+token)},
		{"both", "/mcp?access_token=" + token, header("Authorization", "Bearer "+token)},
	} {
		ans := y.d.caller().send(t, http.MethodPost, row.path, toolCall, row.header)
		y.want(t, row.name, ans, "", 400, 401)
		if strings.Contains(ans.Body, y.alice.ID) {
			t.Errorf("%s: the answer tells who Alice is", row.name)
		}
	}
	y.want(t, "form", y.d.caller().postForm(t, "/mcp", form("access_token", token), nil), "", 401)
	y.want(t, "a signed-in browser", y.hers.send(t, http.MethodPost, "/mcp", toolCall, plain), "", 401)
	if a := y.d.caller().send(t, http.MethodPost, "/mcp", toolCall, header("Authorization", "bearer "+token)); a.Status != 200 {
		t.Errorf("the scheme in lower case answered %d (RFC 9110 section 11.1)", a.Status)
	}
}

// early: the caller is judged before method, version or body are looked at, and before the body has come.
func (y *yard) early(t *testing.T) {
	for _, path := range []string{"/mcp", "/mcp/"} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"} {
			for _, version := range []string{"", "2025-06-18", "2026-07-28", "1999-01-01"} {
				ans := y.d.caller().send(t, method, path, "", http.Header{"Mcp-Protocol-Version": {version}})
				y.want(t, method+" "+version, ans, "", 401)
				c := ans.Header.Get("WWW-Authenticate")
				if !strings.HasPrefix(c, "Bearer ") || !strings.Contains(c, `resource_metadata="`+y.d.URL+`/.well-known/oauth-protected-resource/mcp"`) || !strings.Contains(c, `scope="`) || strings.Contains(c, "error=") {
					t.Errorf("%s %s: challenge %q", method, path, c)
				}
			}
		}
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(y.d.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.WriteString(conn, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
	reply := make([]byte, 12)
	if _, err := io.ReadFull(conn, reply); err != nil || string(reply) != "HTTP/1.1 401" {
		t.Errorf("before its body had come, the request was answered %q, %v", reply, err)
	}
	y.requests++
}
