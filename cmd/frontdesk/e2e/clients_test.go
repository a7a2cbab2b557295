//go:build e2e

package e2e

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// recording is an entry of clients.json: what a real client sent on the wire.
type recording struct {
	Client       string
	Registration map[string]any    `json:"registration_body"`
	Redirects    []string          `json:"redirect_uris"`
	Authorize    map[string]string `json:"authorize_params"`
	Token        map[string]string `json:"token_request"`
	Refresh      map[string]string `json:"refresh_request"`
	CIMD         json.RawMessage   `json:"cimd_document"`
}

// unregistered are the entries that never register, and why. Every other entry is replayed.
var unregistered = map[string]string{
	"mcp-remote 0.15.1 --client-metadata-url (CIMD)":                 "its id is a document's URL on a host that does not exist",
	"Claude Code 2.1.328 (CIMD)":                                     "its id is a document's URL on the open internet",
	"Codex CLI 0.169.0 (CIMD)":                                       "its id is a document's URL on the open internet",
	"claude.ai / Claude Desktop / mobile / Cowork connectors (CIMD)": "its id is a document's URL on the open internet",
	"ChatGPT (AS advertises iss): stable client":                     "its id is a document's URL on the open internet",
	"ChatGPT (AS does not advertise iss): per-connector client":      "we advertise iss, and its id is a document's URL",
	"supergateway 4.0.0":                                             "it speaks no OAuth",
	"Windsurf / Devin Desktop (Cascade)":                             "nobody has recorded it; it goes through mcp-remote",
}

// asHere are the recorded scopes and what the same clients ask for here: they repeat what a server offers.
var asHere = strings.NewReplacer("mcp:read", "profile email", "mcp:write", "openid",
	"<challenge, else PRM, else AS scopes_supported>", "profile email", "<PRM scopes joined>", "profile email")

// TestClients replays every registration, redirect URI, authorization, redemption and refresh of the
// recorded clients, as plain HTTP.
func TestClients(t *testing.T) {
	b, err := os.ReadFile("testdata/clients.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Clients []recording }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Clients) != 28 {
		t.Fatalf("%d recordings, want 28", len(file.Clients))
	}
	d := start(t)
	p := d.user(t)
	person := d.stranger(t)
	person.signIn(t, p)
	for _, rec := range file.Clients {
		t.Run(rec.Client, func(t *testing.T) {
			why, none := unregistered[rec.Client]
			if none != (rec.Registration == nil) {
				t.Fatalf("unregistered: %t (%s), body: %v", none, why, rec.Registration)
			}
			if none {
				t.Log("not replayed:", why)
				return
			}
			for _, method := range rec.methods() {
				body := maps.Clone(rec.Registration)
				body["token_endpoint_auth_method"] = method
				a := replayRegistration(t, d, body) // as recorded, with scopes that are not ours
				rec.asRecorded(t, a, person, p)
				if scope, ok := body["scope"].(string); ok {
					body["scope"] = asHere.Replace(scope)
					a = replayRegistration(t, d, body)
				}
				for _, redirect := range rec.redirects() {
					rec.journey(t, a, person, p, redirect)
				}
			}
		})
	}
}

// methods are the authentication methods that the client registers with.
func (rec recording) methods() []string {
	if m, _ := rec.Registration["token_endpoint_auth_method"].(string); !strings.HasPrefix(m, "<") {
		return []string{m}
	}
	return []string{"none", "client_secret_post", "client_secret_basic"} // "as given" by the SDK's caller
}

// redirects are the addresses that the client sends people back to, loopback ones on other ports as well.
func (rec recording) redirects() []string {
	var all []string
	for _, v := range rec.Registration["redirect_uris"].([]any) {
		all = append(all, v.(string))
	}
	for _, raw := range slices.Clone(all) {
		u, err := url.Parse(raw)
		if err == nil && u.Scheme == "http" {
			u.Host = u.Hostname() + ":49152"
			all = append(all, u.String())
		}
	}
	return all
}

// replayRegistration registers a body and holds the answer against what SDKs refuse.
func replayRegistration(t *testing.T, d *desk, body map[string]any) *app {
	t.Helper()
	ans := d.caller().postJSON(t, "/oauth/register", body)
	if ans.Status != http.StatusCreated {
		t.Fatalf("registration answered %d: %s", ans.Status, ans.Body)
	}
	m := ans.json(t)
	want, _ := json.Marshal(body["redirect_uris"])
	if got, _ := json.Marshal(m["redirect_uris"]); string(got) != string(want) {
		t.Errorf("registered %s, the answer says %s", want, got)
	}
	secret, _ := m["client_secret"].(string)
	_, expires := m["client_secret_expires_at"]
	public := body["token_endpoint_auth_method"] == "none"
	if public != (secret == "") || public == expires || m["token_endpoint_auth_method"] != body["token_endpoint_auth_method"] {
		t.Errorf("a client with method %v was answered %s", body["token_endpoint_auth_method"], ans.Body)
	}
	d.secret("a client secret", secret)
	a := &app{caller: d.caller(), ID: m["client_id"].(string), Secret: secret}
	a.Method, _ = m["token_endpoint_auth_method"].(string)
	return a
}

// params are the recorded authorization parameters with their blanks filled in.
func (rec recording) params(a *app, redirect string) *trip {
	tr := a.trip("scope", "", "resource", "")
	for key, v := range rec.Authorize {
		switch {
		case key == "resource":
			v = a.d.URL + "/mcp"
		case key == "redirect_uri" || strings.HasPrefix(v, "<") && key != "scope" && key != "state":
			continue
		case key == "state": // base64 of JSON, as Cursor and VS Code send it, with + / and =
			v = base64.StdEncoding.EncodeToString([]byte(`{"id":"??>>","owner":"` + rand.Text() + `"}`))
		}
		tr.Query.Set(key, v)
	}
	tr.Query.Set("redirect_uri", redirect)
	return tr
}

// asRecorded sends the authorization request with the recorded scopes. Those that we know are granted; where
// none is left, the client must be told so.
func (rec recording) asRecorded(t *testing.T, a *app, c *caller, p person) {
	t.Helper()
	if rec.Authorize == nil || strings.HasPrefix(rec.Authorize["scope"], "<") {
		return
	}
	tr := rec.params(a, rec.Registration["redirect_uris"].([]any)[0].(string))
	back := c.visit(t, tr.path(), p, "allow").Query()
	known := rec.Authorize["scope"] == "" || strings.Contains(rec.Authorize["scope"], "offline_access")
	switch {
	case known && back.Get("code") != "":
	case !known && back.Get("error") == "invalid_scope":
	default:
		t.Errorf("asked for %q, the client got %v", rec.Authorize["scope"], back)
	}
}
