package mcpserver

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMetadata(t *testing.T) {
	d := open(t, func(c *Config) { c.Scopes = []string{"openid", "email", "offline_access", "user:org:read"} })
	want := map[string]any{
		"resource":                 d.URL + "/mcp",
		"authorization_servers":    []any{d.URL},
		"scopes_supported":         []any{"openid", "profile", "email", "user:org:read"},
		"bearer_methods_supported": []any{"header"},
		"resource_name":            "Test Desk",
	}
	for _, path := range []string{"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"} {
		for method, status := range map[string]int{"GET": 200, "HEAD": 200, "OPTIONS": 204, "POST": 405, "DELETE": 405} {
			r := d.send(t, "", func(r *http.Request) {
				as("")(r)
				r.Method, r.URL.Path = method, path
				r.Header.Set("Origin", "https://any.example")
			})
			if r.status != status || r.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s %s: %d %v", method, path, r.status, r.header)
			}
			if status == 200 && (r.header.Get("Cache-Control") != "public, max-age=300" || r.header.Get("Content-Type") != "application/json") {
				t.Errorf("%s %s: %v", method, path, r.header)
			}
			if method != "GET" {
				continue
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(r.body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
	}
	// What a tool asks for by stepping up is in its own challenge only.
	if plain := open(t, nil); strings.Contains(string(plain.mcp.document)+plain.mcp.challenge, "profile:write") {
		t.Errorf("%s %s", plain.mcp.document, plain.mcp.challenge)
	}
	// The first challenge asks for the configured scopes, and for no refresh token.
	const scope = `scope="openid email user:org:read"`
	if got := d.send(t, list, as("")).header.Get("WWW-Authenticate"); got != `Bearer `+scope+`, resource_metadata="`+d.URL+`/.well-known/oauth-protected-resource/mcp"` {
		t.Error(got)
	}
}
