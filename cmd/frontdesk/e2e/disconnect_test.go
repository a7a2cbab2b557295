//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

var appListed = regexp.MustCompile(`name="client_id" value="([^"]+)"`)

// disconnect ends every app's grants at /account/apps, as the person with their browser, and returns how many.
func (d *desk) disconnect(t *testing.T, p person) int {
	t.Helper()
	c := d.stranger(t)
	c.signIn(t, p)
	for n := 0; ; n++ {
		app := appListed.FindStringSubmatch(c.get(t, "/account/apps").Body)
		if app == nil {
			return n
		}
		f := form("client_id", html.UnescapeString(app[1]))
		if a := c.postForm(t, "/account/apps/disconnect", f, d.browserly()); a.Status != http.StatusSeeOther {
			t.Fatalf("disconnecting answered %d: %.300s", a.Status, a.Body)
		}
	}
}

// clientIDs are the clients that the desk knows.
func (d *desk) clientIDs(t *testing.T) (ids []string) {
	t.Helper()
	var clients []struct {
		ID string `json:"client_id"`
	}
	d.run(t, &clients, "", "client", "list", "--json")
	for _, c := range clients {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestMCPRemoteDisconnected takes a connected mcp-remote's grant away, and then its registration too. Its next call
// is refused, it says so by opening the sign-in again, and the call is answered once the person has allowed it.
func TestMCPRemoteDisconnected(t *testing.T) {
	for _, forgotten := range []bool{false, true} {
		t.Run(map[bool]string{false: "disconnected", true: "forgotten"}[forgotten], func(t *testing.T) {
			d := start(t)
			p := d.user(t)
			memory := t.TempDir()
			cmd := d.remote(t, memory)
			opened := desktop(t, cmd)
			k := converse(t, cmd)
			b := d.browser(t)
			b.signInAndAllow(t, opened(t), p)
			d.same(t, p, k.useTool(t))
			before := d.clientIDs(t)
			if forgotten {
				d.run(t, nil, "", "client", "delete", before[0])
			} else if n := d.disconnect(t, p); n != 1 {
				t.Fatalf("/account/apps disconnected %d apps, want 1", n)
			}
			d.caller().dead(t, "after it was taken away", held(t, memory))
			k.beginCall(t)
			b.signInAndAllow(t, opened(t), p)
			d.same(t, p, k.endCall(t))
			if same := slices.Equal(before, d.clientIDs(t)); same == forgotten {
				t.Errorf("before %v, after %v: a client registers again when it was forgotten, not when it was disconnected", before, d.clientIDs(t))
			}
			k.end(t)
		})
	}
}

var errNeedsLogin = errors.New("needs login")

// TestGoSDKDisconnected: the SDK's next call wants the person again, and where nobody comes it fails for just that.
func TestGoSDKDisconnected(t *testing.T) {
	d := start(t)
	p := d.user(t)
	cb, links := listen(t), make(chan string, 1)
	var nobody atomic.Bool // sits at the screen
	h, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		RedirectURL: cb.URL, RequestRefreshToken: true,
		PreregisteredClient: &oauthex.ClientCredentials{ClientID: d.native(t, cb.URL).ID},
		AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			if nobody.Load() {
				return nil, errNeedsLogin
			}
			links <- args.URL
			v, err := cb.answer(ctx)
			return &auth.AuthorizationResult{Code: v.Get("code"), State: v.Get("state"), Iss: v.Get("iss")}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := d.browser(t)
	transport := &mcp.StreamableClientTransport{Endpoint: d.URL + "/mcp", OAuthHandler: h}
	session := meanwhile(t, func() (*mcp.ClientSession, error) {
		return mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	}, links, func(t *testing.T, link string) { t.Helper(); b.signInAndAllow(t, link, p) })
	defer session.Close()
	call := &mcp.CallToolParams{Name: "get_user_profile"}
	if _, err := session.CallTool(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if n := d.disconnect(t, p); n != 1 {
		t.Fatalf("/account/apps disconnected %d apps, want 1", n)
	}
	nobody.Store(true)
	if _, err := session.CallTool(t.Context(), call); !errors.Is(err, errNeedsLogin) {
		t.Errorf("after it was disconnected a call says %v, want %v", err, errNeedsLogin)
	}
}

// TestDisconnectedInTheMiddle: a call whose last byte comes after the person has disconnected its app does nothing more.
func TestDisconnectedInTheMiddle(t *testing.T) {
	d := start(t)
	p := d.user(t)
	a := d.native(t, nativeRedirect)
	token := a.signedIn(t, d.stranger(t), p).Access
	conn := d.raw(t, fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"+
		"Accept: application/json, text/event-stream\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", token, len(toolCall), toolCall[:len(toolCall)-1]))
	if n := d.disconnect(t, p); n != 1 {
		t.Fatalf("%d apps were connected", n)
	}
	if _, err := io.WriteString(conn, toolCall[len(toolCall)-1:]); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("it was answered %d", res.StatusCode)
	}
}
