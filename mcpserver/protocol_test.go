package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"frontdesk/oauth"
	"frontdesk/store"
)

// speak sends method in the words of version: with _meta and headers since 2026-07-28.
func (d *desk) speak(t testing.TB, version, method, params string) reply {
	t.Helper()
	if params == "" {
		params = "{}"
	}
	if version >= "2026-07-28" {
		meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"` + version + `","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"}}`
		params = strings.Replace(strings.Replace(params, "{", "{"+meta+",", 1), ",}", "}", 1)
	}
	body := `{"jsonrpc":"2.0","id":"a1","method":"` + method + `","params":` + params + `}`
	return d.send(t, body, func(r *http.Request) {
		if method != "initialize" {
			r.Header.Set("Mcp-Protocol-Version", version)
		}
		if version >= "2026-07-28" {
			r.Header.Set("Mcp-Method", method)
			var named struct{ Name, URI string }
			_ = json.Unmarshal([]byte(params), &named)
			if name := named.Name + named.URI; name != "" {
				r.Header.Set("Mcp-Name", name)
			}
		}
	})
}

func TestEveryVersion(t *testing.T) {
	d := open(t, nil)
	versions := mcp.SupportedProtocolVersions()
	if !slices.Contains(versions, "2026-07-28") || !slices.Contains(versions, "2024-11-05") {
		t.Fatal(versions)
	}
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			if version >= "2026-07-28" {
				var discovered struct {
					SupportedVersions []string
					Capabilities      map[string]any
					CacheScope        string
				}
				d.speak(t, version, "server/discover", "").result(t, &discovered)
				if !slices.Equal(discovered.SupportedVersions, versions) || len(discovered.Capabilities) != 1 || discovered.CacheScope != "private" {
					t.Errorf("%+v", discovered)
				}
			} else {
				var initialized struct {
					ProtocolVersion string
					Capabilities    map[string]any
					ServerInfo      struct{ Name, Title string }
				}
				r := d.speak(t, version, "initialize", `{"protocolVersion":"`+version+`","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`)
				r.result(t, &initialized)
				if initialized.ProtocolVersion != version || len(initialized.Capabilities) != 1 || initialized.ServerInfo.Title != "Test Desk" {
					t.Errorf("%+v", initialized)
				}
				if r.header.Get("Mcp-Session-Id") != "" {
					t.Error("a stateless server gave a session")
				}
			}
			var tools struct {
				Tools []struct{ Name string }
			}
			d.speak(t, version, "tools/list", "").result(t, &tools)
			if len(tools.Tools) != 2 || tools.Tools[0].Name != "get_user_profile" {
				t.Errorf("%+v", tools)
			}
			var got toolReply
			d.speak(t, version, "tools/call", `{"name":"get_user_profile","arguments":{}}`).result(t, &got)
			if got.IsError || got.StructuredContent["user_id"] != d.jane.ID {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestToolsOnly(t *testing.T) {
	d := open(t, nil)
	for method, params := range map[string]string{
		"no/such": "", "prompts/list": "", "resources/list": "", "resources/templates/list": "", "prompts/get": `{"name":"x"}`, "resources/read": `{"uri":"x:y"}`,
		"logging/setLevel": `{"level":"info"}`, "completion/complete": `{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"x","value":"y"}}`,
	} {
		for _, version := range []string{"2025-11-25", "2026-07-28"} {
			want := http.StatusOK
			if version == "2026-07-28" {
				want = http.StatusNotFound // 2026-07-28, Streamable HTTP
			}
			if r := d.speak(t, version, method, params); r.errorCode() != -32601 || r.status != want || !strings.Contains(r.body, `"id":"a1"`) {
				t.Errorf("%s %s: %d %s", version, method, r.status, r.body)
			}
		}
	}
}

// TestPanic: a tool that panics is an error of that tool, told once to the log and not to the caller.
func TestPanic(t *testing.T) {
	d := open(t, nil)
	object := &jsonschema.Schema{Type: "object"}
	boom := tool{
		name: "boom", input: object, output: object,
		call: func(*Server, context.Context, *oauth.Token, json.RawMessage) (answer, error) { panic("secret cause") },
	}
	broken := tool{
		name: "broken", input: object, output: object,
		call: func(*Server, context.Context, *oauth.Token, json.RawMessage) (answer, error) {
			return answer{}, fmt.Errorf("secret cause: %w", store.ErrConflict)
		},
	}
	d.Config.Handler = d.mcp.Protect(d.mcp.message(d.mcp.streamable([]toolset{{profileTools.scopes, []tool{boom, broken}}})))
	for _, name := range []string{"boom", "broken"} {
		d.log.Reset()
		var got toolReply
		d.send(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+name+`"}}`, nil).result(t, &got)
		if !got.IsError || got.Content[0].Text != brokenSentence {
			t.Errorf("%s: %+v", name, got)
		}
		if log := d.log.String(); strings.Count(log, "secret cause") != 1 || strings.Count(log, "\n") != 1 {
			t.Errorf("%s: log %s", name, log)
		}
	}
}

// TestMisfitParams: an error that names the SDK's types does not, in an event stream either.
func TestMisfitParams(t *testing.T) {
	d := open(t, nil)
	for _, method := range []string{"tools/list", "subscriptions/listen"} {
		r := d.speak(t, "2026-07-28", method, `{"cursor":7,"notifications":7}`)
		if strings.Contains(r.body, "*mcp.") || !strings.Contains(r.body, "do not fit the method") {
			t.Errorf("%s: %d %s", method, r.status, r.body)
		}
	}
}

// TestCallersApart: many people at once, each sees only their own account.
func TestCallersApart(t *testing.T) {
	d := open(t, nil)
	var ids []string
	for i := range 8 {
		u := &store.User{Username: fmt.Sprintf("user%d", i)}
		if err := d.mcp.Store.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			for range 50 {
				// All use the same JSON-RPC id, which is a caller's own affair.
				var got toolReply
				r := d.send(t, call, as(id+"+profile"))
				if json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(r.body, `{"jsonrpc":"2.0","id":1,"result":`), "}")), &got) != nil ||
					got.StructuredContent["user_id"] != id || !strings.Contains(got.Content[0].Text, fmt.Sprintf("Username: user%d\n", i)) {
					t.Errorf("%s got %s", id, r.body)
					return
				}
			}
		})
	}
	wg.Wait()
}
