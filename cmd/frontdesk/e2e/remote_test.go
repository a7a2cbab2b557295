//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// remote is mcp-remote in front of the desk, with its memory in dir.
func (d *desk) remote(t *testing.T, dir string, flags ...string) *exec.Cmd {
	t.Helper()
	cmd := node(t, "node_modules/mcp-remote/dist/proxy.js", append([]string{d.URL + "/mcp"}, flags...)...)
	cmd.Env = append(cmd.Env, "MCP_REMOTE_CONFIG_DIR="+dir)
	return cmd
}

// useTool is what an MCP host does over stdio: greet, list, call.
func (k *talk) useTool(t *testing.T) profile {
	t.Helper()
	k.request(t, "initialize", map[string]any{
		"protocolVersion": "2025-06-18", "capabilities": map[string]any{},
		"clientInfo": map[string]string{"name": "stdio driver", "version": "1"},
	})
	k.say(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	ourTools(t, k.request(t, "tools/list", map[string]any{}))
	return readProfile(t, k.request(t, "tools/call", map[string]any{"name": "get_user_profile", "arguments": map[string]any{}}))
}

// ourTools fails the test unless a tools/list result offers what this server has.
func ourTools(t *testing.T, result []byte) {
	t.Helper()
	var list struct {
		Tools []struct {
			Name, Description string
			InputSchema       map[string]any
		}
	}
	if err := json.Unmarshal(result, &list); err != nil {
		t.Fatalf("no tools: %v: %s", err, result)
	}
	names := make([]string, len(list.Tools))
	for i, tool := range list.Tools {
		if names[i] = tool.Name; tool.Description == "" || tool.InputSchema == nil {
			t.Errorf("tools/list says too little of %s: %s", tool.Name, result)
		}
	}
	if !slices.Equal(names, []string{"get_user_profile", "update_user_profile"}) {
		t.Errorf("tools/list says %s", result)
	}
}

func TestMCPRemote(t *testing.T) {
	for _, protocol := range []string{"legacy", "auto"} {
		t.Run(protocol, func(t *testing.T) {
			d := start(t)
			p := d.user(t)
			d.enrich(t, p)
			memory := t.TempDir()

			cmd := d.remote(t, memory, "--protocol", protocol)
			opened := desktop(t, cmd)
			k := converse(t, cmd)
			d.browser(t).signInAndAllow(t, opened(t), p)
			d.same(t, p, k.useTool(t))
			k.end(t)

			// The second run has tokens and asks nobody.
			k = converse(t, d.remote(t, memory, "--protocol", protocol))
			d.same(t, p, k.useTool(t))
			k.end(t)

			// The third finds them old and uses the refresh token.
			before := age(t, memory)
			k = converse(t, d.remote(t, memory, "--protocol", protocol))
			d.same(t, p, k.useTool(t))
			k.end(t)
			if after := age(t, memory); after == before {
				t.Error("mcp-remote kept its old access token")
			}
		})
	}
}

// TestMCPRemoteForgotten deletes the client that mcp-remote remembers: it must find out from the authorize
// endpoint's JSON and begin again, with nobody's help.
func TestMCPRemoteForgotten(t *testing.T) {
	d := start(t)
	p := d.user(t)
	memory := t.TempDir()
	cmd := d.remote(t, memory)
	opened := desktop(t, cmd)
	k := converse(t, cmd)
	b := d.browser(t)
	b.signInAndAllow(t, opened(t), p)
	d.same(t, p, k.useTool(t))
	k.end(t)

	var clients []struct {
		ID string `json:"client_id"`
	}
	d.run(t, &clients, "", "client", "list", "--json")
	for _, c := range clients {
		d.run(t, nil, "", "client", "delete", c.ID)
	}

	cmd = d.remote(t, memory)
	opened = desktop(t, cmd)
	k = converse(t, cmd)
	b.signInAndAllow(t, opened(t), p)
	d.same(t, p, k.useTool(t))
	k.end(t)
}

// age makes mcp-remote believe that its access token has expired, and returns that token.
func age(t *testing.T, memory string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(memory, "*", "*tokens.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("mcp-remote keeps its tokens in %v, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var kept map[string]any
	if err := json.Unmarshal(b, &kept); err != nil {
		t.Fatal(err)
	}
	token, _ := kept["access_token"].(string)
	if refresh, _ := kept["refresh_token"].(string); token == "" || refresh == "" {
		t.Fatal("mcp-remote keeps no refresh token")
	}
	kept["expires_at"] = 1
	if b, err = json.Marshal(kept); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(token)
}
