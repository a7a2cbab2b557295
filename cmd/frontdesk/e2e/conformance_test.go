//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestConformance runs the official suite against the authorization server. It exits 0 even where it tests
// nothing, so its words are what counts. It plays a public client only: with a secret it would still send none.
func TestConformance(t *testing.T) {
	d := start(t)
	p := d.user(t)
	port := freePort(t)
	a := d.client(t, "Conformance", fmt.Sprintf("http://127.0.0.1:%d/callback", port))
	k := converse(t, node(t, "node_modules/@modelcontextprotocol/conformance/dist/index.js",
		"authorization", "--url", d.URL, "--client-id", a.ID, "-p", fmt.Sprint(port),
		"--resource", d.URL+"/mcp", "-o", t.TempDir()))
	var said strings.Builder
	for line := range k.lines {
		fmt.Fprintln(&said, line)
		if strings.HasPrefix(line, d.URL+"/oauth/authorize?") {
			d.browser(t).signInAndAllow(t, line, p)
		}
	}
	if !strings.Contains(said.String(), "Total: 3 passed, 0 failed") {
		t.Errorf("the suite says:\n%s%s", said.String(), k.log)
	}
}
