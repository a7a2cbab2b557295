package page

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestTabs opens every client's tab and reads, out of the page itself, what the client would read.
func TestTabs(t *testing.T) {
	t.Parallel()
	const mcp = "https://mcp.acme.example/mcp?a=1&b=[::1]"
	for _, c := range []struct{ tab, want string }{
		{"cursor", `{"mcpServers":{"acme":{"url":"` + mcp + `"}}}`},
		{"vscode", `{"servers":{"acme":{"type":"http","url":"` + mcp + `"}}}`},
		{"claude-code", "claude mcp add --transport http acme " + mcp},
		{"claude-desktop", `{"mcpServers":{"acme":{"command":"npx","args":["-y","mcp-remote","` + mcp + `"]}}}`},
		{"windsurf", `{"mcpServers":{"acme":{"serverUrl":"` + mcp + `"}}}`},
		{"windsurf", `{"mcpServers":{"acme":{"command":"npx","args":["-y","mcp-remote","` + mcp + `"]}}}`},
		{"other", "npx -y mcp-remote " + mcp},
		{"other", mcp},
	} {
		body := draw(t, Landing{MCPURL: mcp, Client: c.tab}).Body.String()
		if !strings.Contains(body, `href="/?client=`+c.tab+`" aria-current="page"`) {
			t.Errorf("%s is not the open tab", c.tab)
		}
		found := false
		for _, m := range regexp.MustCompile(`(?s)<pre><code>(.*?)</code></pre>`).FindAllStringSubmatch(body, -1) {
			found = found || compact(html.UnescapeString(m[1])) == c.want
		}
		if !found {
			t.Errorf("the tab %s does not hold %s", c.tab, c.want)
		}
	}
}

// compact is s without the white space of its layout, if it is JSON.
func compact(s string) string {
	var raw json.RawMessage
	if json.Unmarshal([]byte(s), &raw) != nil {
		return s
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(raw) != nil {
		return s
	}
	return strings.TrimSpace(b.String())
}

func TestUnknownTabIsTheFirst(t *testing.T) {
	t.Parallel()
	for _, tab := range []string{"", "netscape", "../consent"} {
		if open := (Landing{Client: tab}).Open(); open != clients[0] {
			t.Errorf("%q opens %s", tab, open.ID)
		}
	}
}

// deepLink finds the one-click link in a tab, as the browser would follow it.
func deepLink(t *testing.T, tab, mcp string) *url.URL {
	t.Helper()
	body := draw(t, Landing{MCPURL: mcp, Client: tab}).Body.String()
	m := regexp.MustCompile(`class="button primary" href="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("%s has no link", tab)
	}
	u, err := url.Parse(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCursorLink(t *testing.T) {
	t.Parallel()
	const mcp = "https://mcp.acme.example/mcp?~~~~~?????" // base64 of this has + and /
	u := deepLink(t, "cursor", mcp)
	config, err := base64.StdEncoding.DecodeString(u.Query().Get("config"))
	if err != nil {
		t.Fatal(err)
	}
	var server cursorServer
	if err := json.Unmarshal(config, &server); err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "cursor" || u.Host != "anysphere.cursor-deeplink" || u.Path != "/mcp/install" || u.Query().Get("name") != "acme" || server.URL != mcp {
		t.Errorf("link is %s, config %s", u, config)
	}
}

func TestVSCodeLink(t *testing.T) {
	t.Parallel()
	const mcp = "https://mcp.acme.example/m cp?a=1&b=c+d#e"
	u := deepLink(t, "vscode", mcp)
	config, err := url.PathUnescape(u.RawQuery) // as decodeURIComponent: a plus stays one
	if err != nil {
		t.Fatal(err)
	}
	var server vsCodeServer
	if err := json.Unmarshal([]byte(config), &server); err != nil {
		t.Fatalf("%s: %v", config, err)
	}
	if u.Scheme != "vscode" || u.Opaque != "mcp/install" || (server != vsCodeServer{"acme", "http", mcp}) {
		t.Errorf("link is %s, config %s", u, config)
	}
}

// TestNearby: Claude reaches connectors from the internet, so an address on this computer is
// offered as a configuration file only.
func TestNearby(t *testing.T) {
	t.Parallel()
	for mcp, nearby := range map[string]bool{
		"http://localhost:3000/mcp": true, "http://127.0.0.1:3000/mcp": true, "http://[::1]:3000/mcp": true,
		"https://mcp.acme.example/mcp": false, "https://localhost.example/mcp": false, "": false,
	} {
		p := Landing{MCPURL: mcp, Client: "claude-desktop"}
		if p.Nearby() != nearby {
			t.Errorf("%s: nearby is %v", mcp, !nearby)
		}
		if offered := strings.Contains(draw(t, p).Body.String(), "Add custom connector"); offered == nearby {
			t.Errorf("%s: connector offered is %v", mcp, offered)
		}
	}
}
