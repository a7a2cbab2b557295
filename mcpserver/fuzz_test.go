package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdesk/oauth"
)

// ask hands a request to the whole handler, without a network between.
func (d *desk) ask(t testing.TB, body []byte, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, d.URL+"/mcp", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	change(r)
	w := httptest.NewRecorder()
	d.Config.Handler.ServeHTTP(w, r)
	if ctx.Err() != nil {
		t.Fatalf("no answer: %q", body)
	}
	if w.Code >= http.StatusInternalServerError {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, inside := range []string{"*mcp.", "jsonrpc2", "goroutine ", ".go:"} {
		if strings.Contains(w.Body.String(), inside) && !bytes.Contains(body, []byte(inside)) {
			t.Fatalf("internals told: %s", w.Body)
		}
	}
	return w
}

// inJSON tells whether an answer is JSON, be it in a stream of one event after another, or empty.
func inJSON(w *httptest.ResponseRecorder) bool {
	switch kind := w.Header().Get("Content-Type"); {
	case w.Body.Len() == 0:
		return true
	case kind == "application/json":
		return json.Valid(w.Body.Bytes())
	case kind != "text/event-stream":
		return false
	}
	for line := range strings.Lines(w.Body.String()) {
		if data, ok := strings.CutPrefix(line, "data: "); ok && !json.Valid([]byte(data)) {
			return false
		}
	}
	return true
}

// Every body has an answer in JSON or none, whoever sends it and in whatever version. A tool runs once, for a body that is one
// JSON object and a token that covers it: batches never run.
func FuzzMessage(f *testing.F) {
	d := open(f, nil)
	change := strings.Replace(call, `get_user_profile","arguments":{}`, `update_user_profile","arguments":{"first_name":"Eve"}`, 1)
	for i, seed := range []string{
		list, call, change, "[" + list + "," + call + "]", call + change, call + " 7", "{}", "null", "", `"` + call, strings.Repeat(`{"a":[`, 60),
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"f","version":"1"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`, `{"jsonrpc":"2.0","id":{"x":1},"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"result":{}}`,
		`{"jsonrpc":"2.0","id":1,"Method":"tools/call","method":"tools/list","params":{"name":"update_user_profile","Name":"get_user_profile"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_user_profile","arguments":{"username":"\ud800","last_name":null}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}`, `{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`,
	} {
		f.Add([]byte(seed), byte(i), byte(i))
	}
	tokens := []string{everything, everyday, "jane+openid", "nobody+profile"}
	versions := []string{"", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28", "x"}
	f.Fuzz(func(t *testing.T, body []byte, who, which byte) {
		d.log.Reset()
		token := tokens[int(who)%len(tokens)]
		w := d.ask(t, body, func(r *http.Request) {
			as(token)(r)
			if version := versions[int(which)%len(versions)]; version != "" {
				r.Header.Set("Mcp-Protocol-Version", version)
			}
		})
		if !inJSON(w) {
			t.Errorf("%d %s: %s", w.Code, w.Header(), w.Body)
		}
		var one map[string]json.RawMessage
		ran := strings.Count(d.log.String(), `msg="tool called"`)
		if ran > 1 || ran == 1 && json.Unmarshal(body, &one) != nil {
			t.Errorf("%d tools ran: %q", ran, body)
		}
		if ran > 0 && (token == "jane+openid" || token != everything && strings.Contains(d.log.String(), "tool=update_user_profile")) {
			t.Errorf("%s ran a tool: %s", token, d.log)
		}
		if s := bytes.TrimLeft(body, " \t\r\n"); len(s) > 0 && s[0] == '[' && w.Code != http.StatusBadRequest {
			t.Errorf("a batch: %d %s", w.Code, w.Body)
		}
	})
}

// One header with the word Bearer and one good token gets in, and nothing else. What is refused says where to get a token, and
// repeats nothing of what came.
func FuzzBearer(f *testing.F) {
	const good = "good-token.1~+/="
	var d *desk
	d = open(f, func(c *Config) {
		c.Verify = func(_ context.Context, raw, resource string) (*oauth.Token, error) {
			if !isToken68(raw) {
				panic("asked for " + raw)
			}
			if raw != good {
				return nil, oauth.ErrInvalidToken
			}
			return d.verify(context.Background(), everything, resource)
		}
	})
	for _, seed := range [][3]string{
		{"Bearer " + good, "", ""},
		{"bearer   " + good + " ", "", ""},
		{"Bearer " + good, "Bearer " + good, ""},
		{"Bearer " + good, "", "access_token=" + good},
		{"", "Bearer " + good, ""},
		{"Bearer", "", ""},
		{"Bearer " + good + ",Bearer x", "", "%zz"},
		{"Basic amFuZTpqYW5l", "", "a=1;b"},
		{"Bearer\t" + good, "", ""},
		{"Bearer \x00\xff\"", "", ""},
		{"Bearer ====", "", ""},
		{`Bearer realm="x", ` + good, "", "&access_token"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	form := regexp.MustCompile(`^(?i:bearer) +\Q` + good + `\E *$`)
	f.Fuzz(func(t *testing.T, first, second, query string) {
		w := d.ask(t, []byte(list), func(r *http.Request) {
			r.URL.RawQuery = query
			for _, value := range []string{first, second} {
				if value != "" {
					r.Header.Add("Authorization", value)
				}
			}
		})
		alone := first == "" || second == ""
		if in := alone && form.MatchString(first+second) && !(&url.URL{RawQuery: query}).Query().Has("access_token"); in != (w.Code == http.StatusOK) {
			t.Fatalf("%d for %q, %q, %q", w.Code, first, second, query)
		}
		if w.Code == http.StatusOK {
			return
		}
		if w.Code != http.StatusUnauthorized && w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		challenge := w.Header().Get("WWW-Authenticate")
		if !strings.HasPrefix(challenge, "Bearer ") || !strings.HasSuffix(challenge, `resource_metadata="`+d.URL+`/.well-known/oauth-protected-resource/mcp"`) ||
			strings.Contains(challenge+w.Body.String(), good) {
			t.Errorf("challenge %q, body %s", challenge, w.Body)
		}
	})
}
