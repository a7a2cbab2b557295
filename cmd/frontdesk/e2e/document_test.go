//go:build e2e

package e2e

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// TestMCPRemoteDocument: mcp-remote introduces itself by a document. It takes https addresses only, so the document stands
// on this machine under a certificate that the program is told to trust.
func TestMCPRemoteDocument(t *testing.T) {
	var fetched atomic.Int32
	var body []byte
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetched.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // the program may be gone
	}))
	t.Cleanup(site.Close)
	document := site.URL + "/clients/mcp-remote.json"
	body, _ = json.Marshal(map[string]any{
		"client_id": document, "client_name": "Remote by document", "token_endpoint_auth_method": "none",
		"redirect_uris": []string{"http://localhost/oauth/callback", "http://127.0.0.1/oauth/callback"},
		"grant_types":   []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	})
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})
	if err := os.WriteFile(trusted, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, "FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK=on", "SSL_CERT_FILE="+trusted)
	p := d.user(t)
	memory, k := d.signedInRemote(t, p, "--client-metadata-url", document)
	k.end(t)

	// The second run refreshes under the same name.
	before := age(t, memory)
	k = converse(t, d.remote(t, memory, "--client-metadata-url", document))
	d.same(t, p, k.useTool(t))
	k.end(t)
	if held(t, memory) == before {
		t.Error("mcp-remote kept its old access token")
	}
	if n := fetched.Load(); n != 1 {
		t.Errorf("the document was fetched %d times, want once", n)
	}
	var clients []struct {
		ID string `json:"client_id"`
	}
	d.run(t, &clients, "", "client", "list", "--json")
	if len(clients) != 1 || clients[0].ID != document {
		t.Errorf("the clients are %v, want %s alone: mcp-remote must not register", clients, document)
	}
}
