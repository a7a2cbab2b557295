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
	described := &store.Client{ID: "https://vscode.dev/oauth/client.json", Source: store.FromDocument, RedirectURIs: []string{"http://127.0.0.1/"}}
	at := func(uris ...string) *store.Client { return &store.Client{ID: "client_1", RedirectURIs: uris} }
	checked := func(uris ...string) *store.Client {
		return &store.Client{ID: "client_1", RedirectURIs: uris, Verified: true}
	}
	for _, c := range []struct {
		client *store.Client
		agreed []string
		site   string
		local  bool
	}{
		{described, []string{"http://127.0.0.1:1"}, "vscode.dev", false},
		{checked("https://login.example.com/cb", "https://www.example.com/cb"), nil, "example.com", false},
		{at("https://login.example.com/cb"), nil, "", false},
		{checked("https://192.0.2.1/cb"), nil, "192.0.2.1", false},
		{at("https://www.google.com/cb", "https://evil.example/cb"), []string{"https://evil.example"}, "evil.example", false},
		{checked("https://www.google.com/cb", "https://evil.example/cb"), nil, "", false},
		{at("https://a.example/cb", "https://b.example/cb"), []string{"https://a.example", "https://b.example"}, "", false},
		{at("https://www.cursor.com/cb", "cursor://cursor/cb"), []string{"https://www.cursor.com"}, "cursor.com", false},
		{at("https://www.cursor.com/cb", "cursor://cursor/cb"), []string{"cursor://cursor"}, "", true},
		{checked("https://www.cursor.com/cb", "cursor://cursor/cb"), nil, "", true}, // it may be any program there
		{at(), nil, "", false},
	} {
		if site, local := Home(c.client, c.agreed); site != c.site || local != c.local {
			t.Errorf("%v, agreed to %v: %q, local: %v", c.client.RedirectURIs, c.agreed, site, local)
		}
	}
}
