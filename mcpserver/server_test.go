package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"frontdesk/internal/account"
	"frontdesk/oauth"
	"frontdesk/store"
)

// desk is a running server with Jane's account. Its tokens name themselves: "jane openid email" is Jane's
// with those scopes, "nobody profile" is of a user who is gone; "outage" cannot be checked.
type desk struct {
	*httptest.Server
	mcp  *Server
	jane *store.User
	log  *bytes.Buffer

	verified func()      // after a token was
	ended    atomic.Bool // every token, since it was verified
}

// everyday is a token's worth of the everyday scopes, everything one of all.
const (
	everyday   = "jane+openid+profile+email"
	everything = everyday + "+profile~write"
)

func open(t testing.TB, change func(*Config)) *desk {
	t.Helper()
	d := &desk{log: new(bytes.Buffer)}
	people, err := store.Open(t.Context(), store.Config{DSN: filepath.Join(t.TempDir(), "test.db"), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = people.Close() })
	d.jane = &store.User{
		Username: "jane", FirstName: "Jane", LastName: "Smith", ImageURL: "https://img.example/jane.png",
		CreateOrganizationEnabled: true, DeleteSelfEnabled: true,
		Emails: []store.Email{
			{Address: "jane@example.com", Canonical: "jane@example.com", Primary: true},
			{Address: "jane@home.example", Canonical: "jane@home.example"},
			{Address: "j@work.example", Canonical: "j@work.example"},
		},
	}
	if err := people.CreateUser(t.Context(), d.jane); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	d.Server = httptest.NewUnstartedServer(mux)
	c := Config{
		URL: "http://" + d.Listener.Addr().String(), Name: "Test Desk", Version: "1.0", Store: people, Accounts: account.New(account.Config{Store: people}),
		Log: slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Verify: d.verify, Alive: d.alive,
	}
	if change != nil {
		change(&c)
	}
	if d.mcp, err = New(c); err != nil {
		t.Fatal(err)
	}
	d.mcp.Mount(mux)
	d.Start()
	t.Cleanup(d.Close)
	return d
}

// verify stands in for the authorization server: "+" parts a token's name and its scopes, which have "~" for ":".
func (d *desk) verify(_ context.Context, raw, resource string) (*oauth.Token, error) {
	name, scopes, _ := strings.Cut(raw, "+")
	token := &oauth.Token{UserID: name, ClientID: "client_1", Resource: resource, Scopes: strings.Split(strings.ReplaceAll(scopes, "~", ":"), "+"), ExpiresAt: time.Now().Add(time.Hour)}
	switch name {
	case "jane":
		token.UserID = d.jane.ID
	case "nobody":
	case "outage":
		return nil, errors.New("dial tcp 10.0.0.1:5432: connection refused")
	default:
		if !strings.HasPrefix(name, "user_") {
			return nil, fmt.Errorf("%w: signature of %s", oauth.ErrInvalidToken, raw)
		}
	}
	if d.verified != nil {
		d.verified()
	}
	return token, nil
}

func (d *desk) alive(_ context.Context, token *oauth.Token) error {
	switch {
	case token == nil:
		return errors.New("no token")
	case d.ended.Load():
		return fmt.Errorf("%w: it was revoked", oauth.ErrInvalidToken)
	}
	return nil
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// send posts body to /mcp with Jane's token; change may make it another request.
func (d *desk) send(t testing.TB, body string, change func(*http.Request)) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.URL+"/mcp", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+everything)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if change != nil {
		change(req)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(b)}
}

// as sends another token, or none.
func as(token string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Authorization")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
}

const (
	list = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_user_profile","arguments":{}}}`
)

// result decodes the result of a JSON-RPC answer.
func (r reply) result(t testing.TB, into any) {
	t.Helper()
	var message struct {
		Result json.RawMessage
		Error  any
	}
	if err := json.Unmarshal([]byte(r.body), &message); err != nil || message.Error != nil || r.status != http.StatusOK {
		t.Fatalf("no result: %d %s", r.status, r.body)
	}
	if err := json.Unmarshal(message.Result, into); err != nil {
		t.Fatal(err)
	}
}

// errorCode is the code of a JSON-RPC error, 0 when there is none.
func (r reply) errorCode() int {
	var message struct{ Error struct{ Code int } }
	_ = json.Unmarshal([]byte(r.body), &message)
	return message.Error.Code
}

// toolReply is what tools/call answers.
type toolReply struct {
	Content           []struct{ Type, Text string }
	StructuredContent map[string]any
	IsError           bool
}

func TestNewRefuses(t *testing.T) {
	good := Config{
		URL: "https://desk.example", Store: new(store.Store), Accounts: new(account.Accounts),
		Verify: func(context.Context, string, string) (*oauth.Token, error) { return nil, nil },
		Alive:  func(context.Context, *oauth.Token) error { return nil },
	}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"trailing slash": func(c *Config) { c.URL += "/" },
		"relative":       func(c *Config) { c.URL = "desk.example" },
		"no verify":      func(c *Config) { c.Verify = nil },
		"no alive":       func(c *Config) { c.Alive = nil },
		"no store":       func(c *Config) { c.Store = nil },
		"no accounts":    func(c *Config) { c.Accounts = nil },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestSDKClient is the journey of a real client: it negotiates, lists and calls.
func TestSDKClient(t *testing.T) {
	d := open(t, nil)
	for _, path := range []string{"/mcp", "/mcp/"} {
		session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(),
			&mcp.StreamableClientTransport{Endpoint: d.URL + path, HTTPClient: bearerClient(everything)}, nil)
		if err != nil {
			t.Fatal(path, err)
		}
		tools, err := session.ListTools(t.Context(), nil)
		if err != nil || len(tools.Tools) != 2 || tools.CacheScope != "private" {
			t.Fatalf("%s: %+v %v", path, tools, err)
		}
		for i, name := range []string{"get_user_profile", "update_user_profile"} {
			tool, writes := tools.Tools[i], i == 1
			if a := tool.Annotations; tool.Name != name || a.ReadOnlyHint == writes || *a.DestructiveHint != writes || !a.IdempotentHint || *a.OpenWorldHint {
				t.Errorf("%s: annotations %+v", tool.Name, a)
			}
		}
		res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_user_profile"})
		if err != nil || res.IsError || !strings.Contains(res.Content[0].(*mcp.TextContent).Text, "Username: jane\n") {
			t.Fatalf("%s: %+v %v", path, res, err)
		}
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}
}

// bearerClient sends token with every request.
func bearerClient(token string) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
		return http.DefaultTransport.RoundTrip(r)
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
