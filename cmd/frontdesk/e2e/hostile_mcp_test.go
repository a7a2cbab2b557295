//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// mcp: what a caller with a good token may still not do.
func (y *yard) mcp(t *testing.T) {
	token := y.web.signedIn(t, y.hers, y.alice).Access
	y.messages(t, token)
	y.origins(t, token)
	y.narrow(t)
	y.apart(t)
}

// messages that are broken, too much, or not what they say.
func (y *yard) messages(t *testing.T, token string) {
	call := func(method, params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`
	}
	tool := func(name, arguments string) string {
		return call("tools/call", `{"name":"`+name+`","arguments":`+arguments+`}`)
	}
	for _, row := range []struct {
		name, body string
		statuses   []int
	}{
		{"nothing", "", []int{400}},
		{"no JSON", "hello", []int{400}},
		{"cut off", toolCall[:40], []int{400}},
		{"null", "null", []int{400}},
		{"a number", "5", []int{400}},
		{"a batch", "[" + toolCall + "]", []int{400}},
		{"an empty batch", "[]", []int{400}},
		{"a batch after space", " \r\n\t[" + toolCall + "," + toolCall + "]", []int{400}},
		{"no version", `{"id":1,"method":"tools/list"}`, []int{400}},
		{"wrong version", `{"jsonrpc":"1.0","id":1,"method":"tools/list"}`, []int{400}},
		{"deep", call("tools/list", strings.Repeat(`{"a":`, 50_000)+"1"+strings.Repeat("}", 50_000)), []int{400}},
		{"deep arrays", call("tools/list", strings.Repeat("[", 100_000)), []int{400}},
		{"huge", call("tools/list", `{"a":"`+strings.Repeat("a", 8<<20)+`"}`), []int{400, 413}},
		{"two messages", toolCall + toolCall, []int{400}},
		{"bad UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", []int{200, 400, 404}},
		{"unknown method", call("evil/method", "{}"), []int{200, 400, 404}},
		{"unknown tool", tool("evil", "{}"), []int{200, 400, 404}},
		{"tool of a path", tool("../../etc/passwd", "{}"), []int{200, 400, 404}},
		{"tool without a name", call("tools/call", "{}"), []int{200, 400, 404}},
		{"arguments as an array", tool("get_user_profile", "[1]"), []int{200, 400}},
		{"somebody else's id", tool("get_user_profile", `{"user_id":"`+y.bob.ID+`"}`), []int{200, 400}},
		{"prompts", call("prompts/list", "{}"), []int{200, 400, 404}},
		{"a resource", call("resources/read", `{"uri":"file:///etc/passwd"}`), []int{200, 400, 404}},
		{"parameters as a string", call("tools/call", `"get_user_profile"`), []int{200, 400}},
		{"an object as id", `{"jsonrpc":"2.0","id":{},"method":"tools/list"}`, []int{200, 400}},
		{"two methods", `{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"get_user_profile"}}`, []int{200, 400}},
	} {
		ans := y.d.caller().call(t, token, row.body)
		y.want(t, row.name, ans, "", row.statuses...)
		said := rpcMessage(ans)
		if strings.Contains(said, y.bob.ID) && !strings.Contains(said, `"error"`) || strings.Contains(said, "root:") {
			t.Errorf("%s: %s", row.name, said)
		}
	}
	for name, header := range map[string]http.Header{
		"text":              {"Content-Type": {"text/plain"}},
		"a form":            {"Content-Type": {"application/x-www-form-urlencoded"}},
		"no type":           {"Content-Type": {""}},
		"accepts nothing":   {"Accept": {"image/png"}},
		"unknown version":   {"Mcp-Protocol-Version": {"1999-01-01"}},
		"a session of ours": {"Mcp-Session-Id": {"../../evil"}},
		"another tool's name": {
			"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"tools/call"}, "Mcp-Name": {"harmless"},
		},
		"another method's name": {"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"tools/list"}},
	} {
		h := mcpHeader(token)
		for key, v := range header {
			h[key] = v
		}
		y.want(t, name, y.d.caller().send(t, http.MethodPost, "/mcp", toolCall, h), "", 200, 400, 404, 406, 415)
	}
}

// origins: pages of other sites and names that are not ours get nothing, token or not.
func (y *yard) origins(t *testing.T, token string) {
	port := y.d.URL[strings.LastIndex(y.d.URL, ":"):]
	for _, origin := range []string{
		"https://evil.example", "null", "http://evil.example" + port, "http://localhost.evil.example" + port, "https://user@localhost", "file://",
		"chrome-extension://abcdef", "http://169.254.169.254", "evil", y.d.URL + ".evil.example", "http://localhost@evil.example", "*",
	} {
		for _, raw := range []string{token, ""} {
			h := mcpHeader(raw)
			if raw == "" {
				h.Del("Authorization")
			}
			h["Origin"] = []string{origin}
			ans := y.d.caller().send(t, http.MethodPost, "/mcp", toolCall, h)
			y.want(t, "origin "+origin, ans, "", 403)
			if ans.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("origin %s is let in by CORS", origin)
			}
		}
	}
	for _, host := range []string{"evil.example", "evil.example" + port, "localhost.evil.example", "127.0.0.1.evil.example", "169.254.169.254", "[fd00::1]"} {
		h := mcpHeader(token)
		h["Host"] = []string{host}
		y.want(t, "host "+host, y.d.caller().send(t, http.MethodPost, "/mcp", toolCall, h), "", 403, 421)
	}
	if u, err := url.Parse(y.d.URL); err == nil { // what must pass: our own page, a page of this computer
		for _, origin := range []string{u.String(), "http://localhost:6274", "http://127.0.0.1:6274"} {
			h := mcpHeader(token)
			h["Origin"] = []string{origin}
			ans := y.d.caller().send(t, http.MethodPost, "/mcp", toolCall, h)
			exposed := strings.ToLower(ans.Header.Get("Access-Control-Expose-Headers"))
			if ans.Status != 200 || ans.Header.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(exposed, "www-authenticate") {
				t.Errorf("origin %s: answered %d, %v", origin, ans.Status, ans.Header)
			}
		}
	}
}

// narrow: a token opens what its scopes say. What is missing is named, so that clients can step up.
func (y *yard) narrow(t *testing.T) {
	for scope, lines := range map[string]int{"profile": 11, "email": 3, "openid offline_access": 0} {
		tk := y.web.signedIn(t, y.hers, y.alice, "scope", scope)
		ans := y.web.call(t, tk.Access, toolCall)
		y.count(t, scope, ans)
		if lines == 0 {
			c := ans.Header.Get("WWW-Authenticate")
			if ans.Status != 403 || !strings.Contains(c, `error="insufficient_scope"`) || !strings.Contains(c, "profile") || !strings.Contains(c, "resource_metadata=") {
				t.Errorf("scope %s: answered %d, challenge %q", scope, ans.Status, c)
			}
			continue
		}
		got := y.web.profile(t, tk.Access)
		text := strings.TrimRight(got.Text, "\n")
		if n := len(strings.Split(text, "\n")); n > lines || strings.Contains(text, "Email") != (scope == "email") || strings.Contains(text, "Username") != (scope == "profile") {
			t.Errorf("scope %s: %d lines:\n%s", scope, n, text)
		}
		if strings.Contains(fmt.Sprint(got.Structured), y.alice.Email) != (scope == "email") || strings.Contains(fmt.Sprint(got.Structured), "<nil>") {
			t.Errorf("scope %s: %v", scope, got.Structured)
		}
	}
}

// apart: two callers at once never see each other's answers.
func (y *yard) apart(t *testing.T) {
	var all sync.WaitGroup
	for _, who := range []struct {
		p person
		c *caller
	}{{y.alice, y.hers}, {y.bob, y.his}} {
		token := y.web.signedIn(t, who.c, who.p).Access
		for worker := range 4 {
			all.Go(func() {
				for i := range 25 {
					id := fmt.Sprintf("%s-%d-%d", who.p.ID, worker, i)
					ans := y.web.call(t, token, strings.Replace(toolCall, `"id":1`, `"id":"`+id+`"`, 1))
					var m struct {
						ID     string
						Result struct{ StructuredContent map[string]any }
					}
					if json.Unmarshal([]byte(rpcMessage(ans)), &m) != nil || m.ID != id || m.Result.StructuredContent["user_id"] != who.p.ID {
						t.Errorf("asked as %s with id %s, got %s", who.p.ID, id, ans.Body)
					}
				}
			})
		}
	}
	all.Wait()
}
