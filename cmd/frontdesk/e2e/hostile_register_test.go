//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// registration: one bad member sinks it, what a client may not choose is not believed, nothing is fetched.
func (y *yard) registration(t *testing.T) {
	for _, uri := range []string{
		"javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "javascript://localhost/%0aalert(1)",
		"data:text/html,x", "vbscript:x", "file:///etc/passwd", "about:blank", "blob:https://evil.example/x", "view-source:https://evil.example/",
		"https://*.example.com/callback", "https://example.com/*", "https://example.com/callback#fragment", "https://example.com/callback#",
		"http://example.com/callback", "http://127.0.0.1.evil.example/callback", "http://localhost.evil.example/callback", "http://0.0.0.0/callback",
		"http://10.0.0.1/callback", "http://2130706433/callback", "https://example.com/callback\r\nX: y", "https://example.com/call back",
		"https://user@example.com/callback", "https://user:pass@example.com/callback", "http://evil@127.0.0.1/callback", "/callback", "callback",
		"//example.com/callback", "", " ", "https://", "https:///callback", "https:example.com", "http://", "https://example.com\\callback",
		"https://exa\x00mple.com/", "https://[::1/callback", "https://example.com:port/", "https://" + strings.Repeat("a", 20000) + ".example/",
		"https://example.com/\u202egnp", "ws://example.com/", "http://[::ffff:127.0.0.1]/callback", "http://127.0.0.1:99999/callback",
	} {
		for name, uris := range map[string][]string{"alone": {uri}, "beside good ones": {webRedirect, uri, nativeRedirect}} {
			body := everyday("")
			body["redirect_uris"] = uris
			ans := y.d.caller().postJSON(t, "/oauth/register", body)
			y.want(t, strconv.Quote(uri)+" "+name, ans, "invalid_redirect_uri", 400)
		}
	}
	y.members(t)
	y.bodies(t)
	y.boasts(t)
	y.outbound(t)
}

// members: the right name, the wrong thing in it.
func (y *yard) members(t *testing.T) {
	for _, row := range []struct {
		member string
		value  any
		word   string
	}{
		{"redirect_uris", nil, ""},
		{"redirect_uris", []string{}, ""},
		{"redirect_uris", webRedirect, ""},
		{"redirect_uris", map[string]string{"a": webRedirect}, ""},
		{"redirect_uris", []any{5}, ""},
		{"redirect_uris", []any{webRedirect, nil}, ""},
		{"redirect_uris", strings.Split(strings.Repeat(webRedirect+" ", 1000)+webRedirect, " "), ""},
		{"grant_types", []string{"implicit"}, "invalid_client_metadata"},
		{"grant_types", []string{"password"}, "invalid_client_metadata"},
		{"grant_types", []string{"refresh_token"}, "invalid_client_metadata"},
		{"grant_types", "authorization_code", "invalid_client_metadata"},
		{"response_types", []string{"token"}, "invalid_client_metadata"},
		{"response_types", []string{"code token"}, "invalid_client_metadata"},
		{"token_endpoint_auth_method", "tls_client_auth", "invalid_client_metadata"},
		{"token_endpoint_auth_method", "bogus", "invalid_client_metadata"},
		{"token_endpoint_auth_method", "NONE", "invalid_client_metadata"},
		{"token_endpoint_auth_method", 5, "invalid_client_metadata"},
		{"application_type", "desktop", "invalid_client_metadata"},
		{"client_name", 5, "invalid_client_metadata"},
		{"client_name", map[string]any{}, "invalid_client_metadata"},
		{"client_name", strings.Repeat("a", 60_000), "invalid_client_metadata"},
		{"client_uri", "javascript:alert(1)", "invalid_client_metadata"},
		{"logo_uri", "data:image/svg+xml,x", "invalid_client_metadata"},
		{"policy_uri", "/relative", "invalid_client_metadata"},
		{"contacts", "me@example.com", "invalid_client_metadata"},
		{"contacts", strings.Split(strings.Repeat("a@b.c ", 2000)+"a@b.c", " "), "invalid_client_metadata"},
		{"software_id", strings.Repeat("a", 60_000), "invalid_client_metadata"},
		{"scope", []string{"profile"}, "invalid_client_metadata"},
	} {
		body := everyday(webRedirect)
		body[row.member] = row.value
		y.want(t, row.member, y.d.caller().postJSON(t, "/oauth/register", body), row.word, 400)
	}
}

// bodies are not even registrations.
func (y *yard) bodies(t *testing.T) {
	good, _ := json.Marshal(everyday(webRedirect))
	const kind = "application/json"
	for _, row := range []struct{ name, method, kind, body string }{
		{"text", "POST", "text/plain", string(good)},
		{"no type", "POST", "", string(good)},
		{"a form", "POST", "application/x-www-form-urlencoded", "redirect_uris=" + webRedirect},
		{"multipart", "POST", "multipart/form-data; boundary=x", "--x--"},
		{"two types", "POST", "text/plain, application/json", string(good)},
		{"nothing", "POST", kind, ""},
		{"null", "POST", kind, "null"},
		{"an array", "POST", kind, "[" + string(good) + "]"},
		{"a string", "POST", kind, `"` + webRedirect + `"`},
		{"cut off", "POST", kind, string(good[:len(good)-5])},
		{"more than one", "POST", kind, string(good) + string(good)},
		{"deep", "POST", kind, `{"redirect_uris":["` + webRedirect + `"],"x":` + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000) + "}"},
		{"deep and open", "POST", kind, strings.Repeat("[", 50_000)},
		{"huge", "POST", kind, `{"client_name":"` + strings.Repeat("a", 4<<20) + `"}`},
		{"bad UTF-8", "POST", kind, "{\"client_name\":\"\xff\xfe"},
		{"a comment", "POST", kind, "// hello\n" + string(good)},
		{"GET", "GET", "", ""},
		{"PUT", "PUT", kind, string(good)},
		{"DELETE", "DELETE", "", ""},
	} {
		ans := y.d.caller().send(t, row.method, "/oauth/register", row.body, http.Header{"Content-Type": {row.kind}})
		y.want(t, row.name, ans, "", 400, 405, 413, 415)
	}
}

// boasts are members by which a client would make itself more than it is.
func (y *yard) boasts(t *testing.T) {
	body := everyday(webRedirect)
	for member, v := range map[string]any{
		"client_id": y.basic.ID, "client_secret": "chosen-by-the-client", "client_secret_expires_at": 1, "client_id_issued_at": 1,
		"verified": true, "Verified": true, "trusted": true, "registration_access_token": "chosen-too", "secret_hash": "x",
		"registration_client_uri": y.trap, "created_at": 0, "owner": y.alice.ID, "skip_consent": true, "id": y.basic.ID,
	} {
		body[member] = v
	}
	ans := y.d.caller().postJSON(t, "/oauth/register", body)
	y.want(t, "boasts", ans, "", 201)
	m := ans.json(t)
	if m["client_id"] == y.basic.ID || m["client_secret"] != nil || m["verified"] != nil || m["registration_access_token"] == "chosen-too" || strings.Contains(ans.Body, y.trap) {
		t.Errorf("the client chose for itself: %s", ans.Body)
	}
	y.web.tokens(t, y.basic.token(t, y.fresh(t, y.basic))) // the operator's client is as it was
}

// outbound: nothing that a registration names is fetched, however it is spelt.
func (y *yard) outbound(t *testing.T) {
	port := strings.TrimSuffix(y.trap[strings.LastIndex(y.trap, ":")+1:], "/")
	for _, host := range []string{"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		for _, member := range []string{"jwks_uri", "logo_uri", "sector_identifier_uri", "request_uris", "client_uri", "initiate_login_uri", "tos_uri"} {
			body := everyday(webRedirect)
			body[member] = "http://" + host + ":" + port + "/"
			if member == "request_uris" {
				body[member] = []any{body[member]}
			}
			ans := y.d.caller().postJSON(t, "/oauth/register", body)
			y.want(t, member+" "+host, ans, "", 201, 400)
			if ans.Status == 201 {
				y.ask(t, &app{caller: y.d.caller(), ID: ans.json(t)["client_id"].(string), Redirect: webRedirect})
			}
		}
	}
}

// TestRegistrationFlood: one address registers so many clients an hour and is then told when to come again.
func TestRegistrationFlood(t *testing.T) {
	d := start(t, "FRONTDESK_REGISTRATIONS_PER_HOUR=5")
	y := &yard{d: d}
	for i := range 8 {
		ans := d.caller().send(t, "POST", "/oauth/register", `{"redirect_uris":["`+webRedirect+`"]}`, http.Header{
			"Content-Type": {"application/json"}, "X-Forwarded-For": {"192.0.2." + strconv.Itoa(i)}, // nobody asked for a proxy
		})
		switch seconds, err := strconv.Atoi(ans.Header.Get("Retry-After")); {
		case i < 5:
			y.want(t, "within the limit", ans, "", 201)
		case ans.Status != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 3600:
			t.Errorf("registration %d answered %d, Retry-After %q", i+1, ans.Status, ans.Header.Get("Retry-After"))
		}
	}
}

// TestRegistrationOff: one setting closes it, and the metadata says so.
func TestRegistrationOff(t *testing.T) {
	d := start(t, "FRONTDESK_REGISTRATION=off")
	ans := d.caller().send(t, "POST", "/oauth/register", `{"redirect_uris":["`+webRedirect+`"]}`, http.Header{"Content-Type": {"application/json"}})
	if ans.Status < 400 || ans.Status > 499 {
		t.Errorf("registration answered %d", ans.Status)
	}
	m := d.caller().get(t, "/.well-known/oauth-authorization-server").json(t)
	if m["registration_endpoint"] != nil {
		t.Error("the metadata still names the endpoint")
	}
}
