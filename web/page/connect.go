package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/url"
	"regexp"
	"strings"
)

// What clients read in their configuration files. Every file names the server and says how to
// reach it; no two of them agree on the words.
type (
	mcpServers[T any] struct {
		Servers map[string]T `json:"mcpServers"`
	}
	vsCodeServers struct {
		Servers map[string]vsCodeServer `json:"servers"`
	}
	cursorServer struct {
		URL string `json:"url"`
	}
	vsCodeServer struct {
		Name string `json:"name,omitempty"`
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	windsurfServer struct {
		URL string `json:"serverUrl"`
	}
	commandServer struct {
		Command string   `json:"command"`
		Args    []string `json:"args"`
	}
)

// CursorConfig is Cursor's mcp.json.
func (p Landing) CursorConfig(server string) (string, error) {
	return indented(mcpServers[cursorServer]{map[string]cursorServer{server: {p.MCPURL}}})
}

// CursorLink opens Cursor and adds the server. The link is made of encoded parts only, so it is
// safe although html/template does not know its scheme.
func (p Landing) CursorLink(server string) (template.URL, error) {
	config, err := json.Marshal(cursorServer{p.MCPURL})
	if err != nil {
		return "", err
	}
	return template.URL("cursor://anysphere.cursor-deeplink/mcp/install?name=" + url.QueryEscape(server) +
		"&config=" + url.QueryEscape(base64.StdEncoding.EncodeToString(config))), nil
}

// VSCodeConfig is .vscode/mcp.json.
func (p Landing) VSCodeConfig(server string) (string, error) {
	return indented(vsCodeServers{map[string]vsCodeServer{server: {Type: "http", URL: p.MCPURL}}})
}

// VSCodeLink opens VS Code and adds the server; encoded as CursorLink is.
func (p Landing) VSCodeLink(server string) (template.URL, error) {
	config, err := json.Marshal(vsCodeServer{server, "http", p.MCPURL})
	if err != nil {
		return "", err
	}
	// VS Code decodes percent signs only: a plus would stay a plus.
	query := strings.ReplaceAll(url.QueryEscape(string(config)), "+", "%20")
	return template.URL("vscode:mcp/install?" + query), nil
}

// ClaudeCommand adds the server to Claude Code.
func (p Landing) ClaudeCommand(server string) string {
	return "claude mcp add --transport http " + server + " " + p.MCPURL
}

// WindsurfConfig is Windsurf's mcp_config.json.
func (p Landing) WindsurfConfig(server string) (string, error) {
	return indented(mcpServers[windsurfServer]{map[string]windsurfServer{server: {p.MCPURL}}})
}

// RemoteConfig is the configuration of any client that starts its servers by a command.
func (p Landing) RemoteConfig(server string) (string, error) {
	remote := commandServer{"npx", []string{"-y", "mcp-remote", p.MCPURL}}
	return indented(mcpServers[commandServer]{map[string]commandServer{server: remote}})
}

// RemoteCommand is what such a client runs.
func (p Landing) RemoteCommand() string { return "npx -y mcp-remote " + p.MCPURL }

// spreadList is a JSON list that the encoder has put on several lines. A line break is never part
// of a string there.
var spreadList = regexp.MustCompile(`(?s)\[\n.*?\n *\]`)

// indented is v as JSON for a person to paste: an ampersand stays an ampersand, and a list of
// words stays on its line.
func indented(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return spreadList.ReplaceAllStringFunc(strings.TrimSuffix(b.String(), "\n"), func(list string) string {
		lines := strings.Split(list, "\n")
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		last := len(lines) - 1
		return lines[0] + strings.Join(lines[1:last], " ") + lines[last]
	}), nil
}
