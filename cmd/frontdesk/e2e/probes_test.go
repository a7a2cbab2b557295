//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestProbes asks for every address that the recorded clients probe, in every spelling of the specifications.
// JSON or a clean 404: a page, a redirect or a 5xx stops several clients.
func TestProbes(t *testing.T) {
	d := start(t)
	b, err := os.ReadFile("testdata/clients.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Clients []struct {
			Probes any
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	paths := []string{
		"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server",
		"/.well-known/oauth-authorization-server/mcp", "/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp",
		"/mcp/.well-known/openid-configuration", "/mcp/.well-known/oauth-authorization-server", "/.well-known/jwks.json",
	}
	for _, c := range file.Clients {
		probes, _ := c.Probes.([]any)
		for _, p := range probes {
			if m, ok := p.(map[string]any); ok {
				if path, _ := m["path"].(string); strings.HasPrefix(path, "/.well-known/") && !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			}
		}
	}
	for _, path := range paths {
		for _, accept := range []string{"application/json", "*/*", ""} {
			a := d.caller().send(t, http.MethodGet, path, "", http.Header{"Accept": {accept}, "Mcp-Protocol-Version": {"2025-11-25"}})
			kind := a.Header.Get("Content-Type")
			switch {
			case a.Status == http.StatusOK && strings.HasPrefix(kind, "application/json"):
				a.json(t)
			case a.Status == http.StatusNotFound && !strings.Contains(kind, "html"):
			default:
				t.Errorf("%s (%s): answered %d %s", path, accept, a.Status, kind)
			}
		}
	}
	metadata(t, d)
}

// metadata holds the documents against what the clients compare letter by letter.
func metadata(t *testing.T, d *desk) {
	t.Helper()
	c := d.caller()
	as, oidc := c.get(t, "/.well-known/oauth-authorization-server").json(t), c.get(t, "/.well-known/openid-configuration").json(t)
	prm, root := c.get(t, "/.well-known/oauth-protected-resource/mcp").json(t), c.get(t, "/.well-known/oauth-protected-resource").json(t)
	for name, v := range map[string]any{
		"issuer": d.URL, "authorization_endpoint": d.URL + "/oauth/authorize", "token_endpoint": d.URL + "/oauth/token",
		"registration_endpoint": d.URL + "/oauth/register", "revocation_endpoint": d.URL + "/oauth/revoke",
		"jwks_uri": d.URL + "/.well-known/jwks.json", "authorization_response_iss_parameter_supported": true,
	} {
		if as[name] != v || oidc[name] != v {
			t.Errorf("%s is %v and %v, want %v", name, as[name], oidc[name], v)
		}
	}
	for name, v := range map[string]string{
		"code_challenge_methods_supported": "S256", "response_types_supported": "code", "token_endpoint_auth_methods_supported": "none",
		"grant_types_supported": "refresh_token", "scopes_supported": "offline_access",
	} {
		if list, _ := as[name].([]any); !slices.Contains(list, any(v)) {
			t.Errorf("%s is %v, without %s", name, as[name], v)
		}
	}
	if list, _ := as["code_challenge_methods_supported"].([]any); slices.Contains(list, any("plain")) {
		t.Error("plain PKCE is offered")
	}
	if prm["resource"] != d.URL+"/mcp" || root["resource"] == nil {
		t.Errorf("the resource is %v at /mcp and %v at the root", prm["resource"], root["resource"])
	}
	if list, _ := prm["authorization_servers"].([]any); len(list) != 1 || list[0] != any(d.URL) {
		t.Errorf("authorization_servers is %v", prm["authorization_servers"])
	}
	if list, _ := prm["scopes_supported"].([]any); slices.Contains(list, any("offline_access")) || !slices.Contains(list, any("profile")) {
		t.Errorf("the resource's scopes are %v", list)
	}
}

// TestCORS plays the MCP Inspector's 1.x line, which does everything from a page on another port.
func TestCORS(t *testing.T) {
	d := start(t)
	const origin = "http://localhost:6274"
	for _, row := range []struct{ path, method string }{
		{"/.well-known/oauth-protected-resource/mcp", "GET"},
		{"/.well-known/oauth-protected-resource", "GET"},
		{"/.well-known/oauth-authorization-server", "GET"},
		{"/.well-known/openid-configuration", "GET"},
		{"/.well-known/jwks.json", "GET"},
		{"/oauth/register", "POST"},
		{"/oauth/token", "POST"},
		{"/oauth/revoke", "POST"},
		{"/mcp", "POST"},
		{"/mcp", "GET"},
		{"/mcp", "DELETE"},
		{"/mcp/", "POST"},
	} {
		asked := "authorization,content-type,mcp-protocol-version"
		if strings.HasPrefix(row.path, "/mcp") {
			asked += ",mcp-session-id,mcp-method,mcp-name,last-event-id"
		}
		a := d.caller().send(t, http.MethodOptions, row.path, "", http.Header{
			"Origin": {origin}, "Access-Control-Request-Method": {row.method}, "Access-Control-Request-Headers": {asked},
		})
		allowed, headers := a.Header.Get("Access-Control-Allow-Origin"), strings.ToLower(a.Header.Get("Access-Control-Allow-Headers"))
		if a.Status != http.StatusNoContent && a.Status != http.StatusOK || allowed != "*" && allowed != origin || a.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("preflight of %s %s: answered %d, origin %q", row.method, row.path, a.Status, allowed)
		}
		for _, name := range strings.Split(asked, ",") {
			if !strings.Contains(headers, name) {
				t.Errorf("preflight of %s: %s is not among %q", row.path, name, headers)
			}
		}
		if m := a.Header.Get("Access-Control-Allow-Methods"); !strings.Contains(m, row.method) {
			t.Errorf("preflight of %s: methods %q, without %s", row.path, m, row.method)
		}
		a = d.caller().send(t, row.method, row.path, "", http.Header{"Origin": {origin}})
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "*" && got != origin {
			t.Errorf("%s %s answers another origin with %q", row.method, row.path, got)
		}
	}
	for _, path := range []string{"/oauth/authorize", "/sign-in", "/"} {
		if got := d.caller().send(t, http.MethodGet, path, "", http.Header{"Origin": {origin}}).Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("the page %s may be read from %s", path, got)
		}
	}
}
