//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// inspector is one command of the MCP Inspector, with its memory in dir.
func (d *desk) inspector(t *testing.T, dir string, flags ...string) *exec.Cmd {
	t.Helper()
	args := append([]string{"--cli", "--transport", "http", "--server-url", d.URL + "/mcp", "--format", "json"}, flags...)
	cmd := node(t, "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", args...)
	cmd.Env = append(cmd.Env,
		"MCP_STORAGE_DIR="+dir, "MCP_CATALOG_PATH="+filepath.Join(dir, "mcp.json"),
		"MCP_INSPECTOR_SECRET_STORE=file", "MCP_AUTO_OPEN_ENABLED=true",
	)
	return cmd
}

// result reads the one JSON object that the Inspector prints.
func (k *talk) result(t *testing.T) []byte {
	t.Helper()
	var text string
	for {
		text += k.hear(t) + "\n"
		if json.Valid([]byte(text)) {
			break
		}
	}
	k.end(t)
	var m struct {
		Result json.RawMessage
	}
	if json.Unmarshal([]byte(text), &m) == nil && m.Result != nil {
		return m.Result
	}
	return []byte(text)
}

func TestInspector(t *testing.T) {
	for _, era := range []string{"legacy", "modern"} {
		t.Run(era, func(t *testing.T) {
			d := start(t)
			p := d.user(t)
			d.enrich(t, p)
			memory := t.TempDir()
			redirect := fmt.Sprintf("http://127.0.0.1:%d/oauth/callback", freePort(t))

			list := d.inspector(t, memory, "--protocol-era", era, "--callback-url", redirect, "--method", "tools/list")
			opened := desktop(t, list)
			k := converse(t, list)
			d.browser(t).signInAndAllow(t, opened(t), p)
			ourTools(t, k.result(t))

			// The next command has the tokens.
			k = converse(t, d.inspector(t, memory, "--protocol-era", era, "--stored-auth-only",
				"--method", "tools/call", "--tool-name", "get_user_profile"))
			d.same(t, p, readProfile(t, k.result(t)))
		})
	}
}
