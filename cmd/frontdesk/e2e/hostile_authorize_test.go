//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// authorize: a broken request never yields a code or a question. Somebody signed in hears of it through the
// client, with state and iss; a stranger's browser is not sent anywhere.
func (y *yard) authorize(t *testing.T) {
	sum := challenge(strings.Repeat("v", 43))
	for _, row := range []struct {
		name  string
		pairs []string
		word  string
	}{
		{"no response_type", []string{"response_type", ""}, "invalid_request"},
		{"implicit", []string{"response_type", "token"}, "unsupported_response_type"},
		{"id_token", []string{"response_type", "id_token"}, "unsupported_response_type"},
		{"hybrid", []string{"response_type", "code token"}, "unsupported_response_type"},
		{"hybrid with id_token", []string{"response_type", "code id_token"}, "unsupported_response_type"},
		{"none", []string{"response_type", "none"}, "unsupported_response_type"},
		{"capitals", []string{"response_type", "CODE"}, "unsupported_response_type"},
		{"code twice", []string{"response_type", "code code"}, "unsupported_response_type"},
		{"space after code", []string{"response_type", "code "}, "unsupported_response_type"},
		{"no challenge", []string{"code_challenge", ""}, "invalid_request"},
		{"no PKCE", []string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		{"plain", []string{"code_challenge_method", "plain"}, "invalid_request"},
		{"no method, which means plain", []string{"code_challenge_method", ""}, "invalid_request"},
		{"s256", []string{"code_challenge_method", "s256"}, "invalid_request"},
		{"challenge of 42", []string{"code_challenge", sum[:42]}, "invalid_request"},
		{"challenge of 129", []string{"code_challenge", strings.Repeat("a", 129)}, "invalid_request"},
		{"challenge with +", []string{"code_challenge", sum[:42] + "+"}, "invalid_request"},
		{"challenge with =", []string{"code_challenge", sum + "="}, "invalid_request"},
		{"unknown scopes only", []string{"scope", "root admin"}, "invalid_scope"},
		{"scopes in capitals", []string{"scope", "PROFILE EMAIL"}, "invalid_scope"},
		{"scopes with commas", []string{"scope", "profile,email"}, "invalid_scope"},
		{"foreign resource", []string{"resource", "https://evil.example/mcp"}, "invalid_target"},
		{"prefixed resource", []string{"resource", y.d.URL + "/mcpx"}, "invalid_target"},
		{"longer resource", []string{"resource", y.d.URL + "/mcp/evil"}, "invalid_target"},
		{"resource with fragment", []string{"resource", y.d.URL + "/mcp#a"}, "invalid_target"},
		{"resource with query", []string{"resource", y.d.URL + "/mcp?a=b"}, "invalid_target"},
		{"resource in capitals", []string{"resource", y.d.URL + "/MCP"}, "invalid_target"},
		{"relative resource", []string{"resource", "/mcp"}, "invalid_target"},
		{"resource with user", []string{"resource", strings.Replace(y.d.URL, "//", "//evil@", 1) + "/mcp"}, "invalid_target"},
		{"resource on https", []string{"resource", strings.Replace(y.d.URL, "http:", "https:", 1) + "/mcp"}, "invalid_target"},
		{"resource by number", []string{"resource", strings.Replace(y.d.URL, "localhost", "127.0.0.1", 1) + "/mcp"}, "invalid_target"},
		{"request object", []string{"request", "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"},
		{"request_uri", []string{"request_uri", y.trap}, "request_uri_not_supported"},
		{"foreign PAR", []string{"request_uri", "urn:ietf:params:oauth:request_uri:evil"}, "request_uri_not_supported"},
		{"registration", []string{"registration", `{"redirect_uris":["https://evil.example/"]}`}, "registration_not_supported"},
		{"fragment mode", []string{"response_mode", "fragment"}, "invalid_request"},
		{"unknown mode", []string{"response_mode", "web_message"}, "invalid_request"},
		{"prompt none and login", []string{"prompt", "none login"}, "invalid_request"},
		{"negative max_age", []string{"max_age", "-1"}, "invalid_request"},
		{"max_age in words", []string{"max_age", "yesterday"}, "invalid_request"},
		{"huge max_age", []string{"max_age", "99999999999999999999"}, "invalid_request"},
	} {
		for _, a := range []*app{y.web, y.native, y.basic} {
			y.refused(t, row.name, a, a.trip(row.pairs...).Query, row.word)
		}
	}
	y.twice(t)
	y.silent(t)
	y.unknown(t)
	y.state(t)
}

// refused sends a broken request as somebody signed in, and, for clients that registered themselves, as a
// stranger.
func (y *yard) refused(t *testing.T, name string, a *app, q url.Values, word string) {
	t.Helper()
	path := "/oauth/authorize?" + q.Encode()
	ans := y.hers.get(t, path)
	y.want(t, name, ans, word, http.StatusSeeOther)
	if to := ans.location(); to != nil {
		v := to.Query()
		if !strings.HasPrefix(to.String(), a.Redirect+"?") || v.Get("state") != q.Get("state") || v.Get("iss") != y.d.URL || v.Get("code") != "" {
			t.Errorf("%s: the client got %s", name, to)
		}
	}
	if a != y.basic {
		y.stays(t, "a stranger, "+name, y.d.stranger(t).get(t, path))
	}
}

// twice sends every parameter two times, the same value and another one.
func (y *yard) twice(t *testing.T) {
	full := y.web.trip("nonce", "n-0S6_WzA2Mj", "prompt", "consent", "max_age", "100", "response_mode", "query").Query
	for key, was := range full {
		for _, second := range []string{was[0], "evil"} {
			q := form()
			for k, v := range full {
				q[k] = v
			}
			q[key] = []string{was[0], second}
			path := "/oauth/authorize?" + q.Encode()
			ans := y.hers.get(t, path)
			y.count(t, key+" twice", ans)
			answered := ans.Status == http.StatusSeeOther && ans.word() == "invalid_request" && strings.HasPrefix(ans.location().String(), webRedirect+"?")
			if key == "client_id" || key == "redirect_uri" {
				y.stays(t, key+" twice", ans)
			} else if !answered {
				t.Errorf("%s twice: answered %d %s", key, ans.Status, ans.location())
			}
			y.want(t, key+" twice, a program", y.d.caller().getJSON(t, path), "invalid_request", http.StatusBadRequest)
		}
	}
}

// silent: prompt=none asks nobody and skips nothing.
func (y *yard) silent(t *testing.T) {
	for _, row := range []struct {
		name string
		who  *caller
		app  *app
		word string
	}{
		{"a stranger", y.d.stranger(t), y.web, "login_required"},
		{"a stranger of a verified client", y.d.stranger(t), y.basic, "login_required"},
		{"never allowed", y.hers, y.other, "consent_required"},
		{"a loopback client", y.hers, y.native, "consent_required"},
	} {
		ans := row.who.get(t, row.app.trip("prompt", "none").path())
		y.want(t, row.name, ans, row.word, http.StatusSeeOther)
	}
}

// unknown clients get a page, programs get JSON; a client_id that is a URL is never fetched.
func (y *yard) unknown(t *testing.T) {
	port := strings.TrimSuffix(y.trap[strings.LastIndex(y.trap, ":")+1:], "/")
	for _, id := range []string{
		"", "client_nobody", "' OR '1'='1", "client_%", "\x00", strings.Repeat("a", 9000), "../../etc/passwd", "\u202e",
		y.trap, "https://localhost:" + port + "/c", "https://127.0.0.1:" + port + "/c", "https://127.1:" + port + "/c",
		"https://[::1]:" + port + "/c", "https://[::ffff:127.0.0.1]:" + port + "/c", "https://2130706433:" + port + "/c",
		"https://0x7f000001:" + port + "/c", "https://0177.0.0.1:" + port + "/c", "https://0.0.0.0:" + port + "/c",
		"https://10.0.0.1/c", "https://192.168.0.1/c", "https://169.254.169.254/latest/meta-data", "https://[fd00::1]/c",
		"https://localhost.:" + port + "/c", "https://user@127.0.0.1:" + port + "/c", "http://127.0.0.1:" + port + "/c",
	} {
		q := y.web.trip().Query
		q.Set("client_id", id)
		path := "/oauth/authorize?" + q.Encode()
		y.stays(t, "client "+id, y.hers.get(t, path))
		y.want(t, "a program, client "+id, y.d.caller().getJSON(t, path), "invalid_client", http.StatusBadRequest, http.StatusUnauthorized)
	}
}

// state comes back byte for byte.
func (y *yard) state(t *testing.T) {
	odd, _ := json.Marshal(map[string]string{"id": "a+b/c==", "to": "https://evil.example/?x=y&z=%20"})
	for _, state := range []string{
		"x", "a b", "a+b/c==", "%20", "%", "&code=evil", "#", "é\u202e", "<script>alert(1)</script>", string(odd), "a\r\nSet-Cookie: b=c",
		strings.Repeat("s", 2000), "'\"", "\x00", "\xff\xfe",
	} {
		to := y.hers.visit(t, y.web.trip("state", state).path(), y.alice, "allow")
		y.requests++
		if v := to.Query(); len(v["state"]) != 1 || v.Get("state") != state || len(v["code"]) != 1 || len(v["iss"]) != 1 || len(v) != 3 {
			t.Errorf("state %q: the client got %s", state, to)
		}
		to = y.hers.visit(t, y.web.trip("state", state, "prompt", "consent").path(), y.alice, "deny")
		y.requests++
		if v := to.Query(); v.Get("state") != state || v.Get("error") != "access_denied" || v.Get("iss") != y.d.URL {
			t.Errorf("state %q: after Deny the client got %s", state, to)
		}
	}
}
