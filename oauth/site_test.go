package oauth

import (
	"testing"

	"frontdesk/store"
)

func TestSite(t *testing.T) {
	for uri, want := range map[string]string{
		"https://claude.ai/api/cb":               "claude.ai",
		"https://login.app.example.co.uk/cb":     "example.co.uk",
		"https://www.cursor.com:8443/cb":         "cursor.com",
		"https://WWW.Cursor.COM./cb":             "cursor.com",
		"https://jane.github.io/cb":              "jane.github.io", // github.io is a registry of its own
		"https://xn--cursr-8ra.com/cb":           "xn--cursr-8ra.com",
		"https://cursor.com.evil.example/cb":     "evil.example",
		"https://co.uk/cb":                       "",
		"https://intranet/cb":                    "",
		"https://192.0.2.1/cb":                   "",
		"https://[2001:db8::1]/cb":               "",
		"http://localhost:8787/cb":               "",
		"http://127.0.0.1/cb":                    "",
		"https://app.localhost/cb":               "",
		"cursor://anysphere.cursor-mcp/oauth/cb": "",
		"https://":                               "",
	} {
		if got := Site(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

func TestHome(t *testing.T) {
	for want, c := range map[string]*store.Client{
		"vscode.dev":  {ID: "https://vscode.dev/oauth/client.json", Source: store.FromDocument, RedirectURIs: []string{"http://127.0.0.1/"}},
		"example.com": {ID: "client_1", RedirectURIs: []string{"https://login.example.com/cb"}},
		"192.0.2.1":   {ID: "client_1", RedirectURIs: []string{"https://192.0.2.1/cb"}},
	} {
		if got := Home(c); got != want {
			t.Errorf("%v: %q, want %q", c.RedirectURIs, got, want)
		}
	}
	// Whoever also comes back to this computer may be any program on it.
	mixed := &store.Client{RedirectURIs: []string{"https://www.cursor.com/cb", "cursor://cursor/cb"}}
	if got := Home(mixed) + Home(&store.Client{}); got != "" {
		t.Error(got)
	}
}
