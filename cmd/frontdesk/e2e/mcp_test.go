//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// toolCall is the plainest request of an MCP client.
const toolCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_user_profile","arguments":{}}}`

// mcpHeader is what an MCP client of 2025-06-18 sends.
func mcpHeader(token string) http.Header {
	return http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"},
		"Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2025-06-18"},
	}
}

// call posts one JSON-RPC message with a token.
func (c *caller) call(t *testing.T, token, message string) *answer {
	t.Helper()
	return c.send(t, http.MethodPost, "/mcp", message, mcpHeader(token))
}

// profile is what get_user_profile answers.
type profile struct {
	Text       string
	Structured map[string]any
}

// profile calls the tool and fails the test where it does not answer.
func (c *caller) profile(t *testing.T, token string) profile {
	t.Helper()
	a := c.call(t, token, toolCall)
	if a.Status != http.StatusOK {
		t.Fatalf("get_user_profile answered %d: %s %s", a.Status, a.Header.Get("WWW-Authenticate"), a.Body)
	}
	return readProfile(t, []byte(rpcMessage(a)))
}

// readProfile reads the tool's result from a JSON-RPC response, or from the bare result.
func readProfile(t *testing.T, message []byte) profile {
	t.Helper()
	type result struct {
		Content []struct {
			Type, Text string
		}
		Structured map[string]any `json:"structuredContent"`
		IsError    bool
	}
	var m struct {
		Result *result
		result
	}
	if err := json.Unmarshal(message, &m); err != nil {
		t.Fatalf("no tool result: %v: %s", err, message)
	}
	if m.Result == nil {
		m.Result = &m.result
	}
	if m.Result.IsError || len(m.Result.Content) != 1 || m.Result.Content[0].Type != "text" {
		t.Fatalf("get_user_profile says %s", message)
	}
	return profile{m.Result.Content[0].Text, m.Result.Structured}
}

// rpcMessage is the JSON-RPC response in an answer, be it JSON or an event stream.
func rpcMessage(a *answer) string {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/event-stream") {
		return a.Body
	}
	for line := range strings.Lines(a.Body) {
		if data, ok := strings.CutPrefix(line, "data:"); ok && strings.Contains(data, `"id"`) {
			return strings.TrimSpace(data)
		}
	}
	return a.Body
}

// dead fails the test unless the token is refused at /mcp with a challenge that clients understand.
func (c *caller) dead(t *testing.T, why, token string) {
	t.Helper()
	a := c.call(t, token, toolCall)
	challenge := a.Header.Get("WWW-Authenticate")
	if a.Status != http.StatusUnauthorized || !strings.HasPrefix(challenge, "Bearer ") || !strings.Contains(challenge, `error="invalid_token"`) {
		t.Errorf("%s: /mcp answered %d, %q, want 401 invalid_token: %.200s", why, a.Status, challenge, a.Body)
	}
}

// alive fails the test unless the token works at /mcp.
func (c *caller) alive(t *testing.T, why, token string) {
	t.Helper()
	if a := c.call(t, token, toolCall); a.Status != http.StatusOK {
		t.Errorf("%s: /mcp answered %d %q, want 200: %.200s", why, a.Status, a.Header.Get("WWW-Authenticate"), a.Body)
	}
}
