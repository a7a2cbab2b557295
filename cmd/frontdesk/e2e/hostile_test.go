//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// yard is where the attacks happen: one desk with two people, their browsers, and clients of every kind.
type yard struct {
	d          *desk
	alice, bob person
	hers, his  *caller // their browsers, signed in
	web        *app    // registered itself, on webRedirect
	native     *app    // registered itself, on nativeRedirect
	other      *app    // registered itself, on otherRedirect
	basic      *app    // the operator's, with a secret in the header
	post       *app    // registered itself, with a secret in the form
	trap       string  // a URL that nobody must fetch
	trapped    atomic.Int32
	requests   int
}

const (
	webRedirect    = "https://app.example.com/oauth/callback"
	nativeRedirect = "http://127.0.0.1:47821/callback"
	otherRedirect  = "https://other.example.com/oauth/callback"
)

// TestHostile is what strangers try at the front door, from outside.
func TestHostile(t *testing.T) {
	y := newYard(t)
	for _, area := range []struct {
		name string
		run  func(*yard, *testing.T)
	}{
		{"redirect", (*yard).redirects},
		{"authorize", (*yard).authorize},
		{"consent", (*yard).consent},
		{"pages", (*yard).pages},
		{"token", (*yard).token},
		{"replay", (*yard).replay},
		{"refresh", (*yard).refresh},
		{"registration", (*yard).registration},
		{"revocation", (*yard).revocation},
		{"bearer", (*yard).bearer},
		{"mcp", (*yard).mcp},
		{"accounts", (*yard).accounts},
		{"paths", (*yard).paths},
	} {
		before := y.requests
		t.Run(area.name, func(t *testing.T) { area.run(y, t) })
		t.Logf("%s: %d hostile requests", area.name, y.requests-before)
	}
	measured(t, "%d hostile requests in all", y.requests)
	if y.requests < 200 && !t.Failed() {
		t.Errorf("only %d hostile requests", y.requests)
	}
	if n := y.trapped.Load(); n > 0 {
		t.Errorf("the server called a hostile address %d times", n)
	}
}

func newYard(t *testing.T) *yard {
	t.Helper()
	d := start(t, "FRONTDESK_SIGN_UP=open")
	y := &yard{d: d, alice: d.user(t), bob: d.user(t), hers: d.stranger(t), his: d.stranger(t)}
	y.hers.signIn(t, y.alice)
	y.his.signIn(t, y.bob)
	y.web = d.register(t, everyday(webRedirect))
	y.native = d.register(t, everyday(nativeRedirect))
	y.other = d.register(t, everyday(otherRedirect))
	y.basic = d.client(t, "Basic", webRedirect, "--confidential")
	secret := everyday(webRedirect)
	secret["token_endpoint_auth_method"] = "client_secret_post"
	y.post = d.register(t, secret)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	trap := &http.Server{ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew { // a connection is enough: the guard must act before
			y.trapped.Add(1)
		}
	}}
	go func() { _ = trap.Serve(l) }()
	t.Cleanup(func() { _ = trap.Close() })
	y.trap = fmt.Sprintf("http://%s/", l.Addr())
	return y
}

// everyday is a registration body as most clients send it, for one redirect URI.
func everyday(redirect string) map[string]any {
	return map[string]any{
		"client_name": "Attacked", "redirect_uris": []string{redirect}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	}
}

// innards are words that no answer may ever show.
var innards = regexp.MustCompile(`(?i)\b(sqlite|gorm|fosite|goose|pgx|postgres)|goroutine \d|\.go:\d+|panic:|runtime error|` +
	`constraint failed|no such (table|column)|SELECT .* FROM|stack trace`)

// count notes one hostile request and holds its answer against what must be true of all.
func (y *yard) count(t *testing.T, name string, a *answer) {
	t.Helper()
	y.requests++
	if a.Status >= 500 {
		t.Errorf("%s: answered %d: %.300s", name, a.Status, a.Body)
	}
	if word := innards.FindString(a.Body); word != "" {
		t.Errorf("%s: the answer shows %q: %.500s", name, word, a.Body)
	}
	early := a.Status == http.StatusBadRequest || a.Status == http.StatusRequestHeaderFieldsTooLarge // net/http's own answers
	if a.Header.Get("X-Request-Id") == "" && !early {
		t.Errorf("%s: no request id", name)
	}
}

// want fails the test unless the answer has one of the statuses and, where word is given, this error word.
func (y *yard) want(t *testing.T, name string, a *answer, word string, statuses ...int) {
	t.Helper()
	y.count(t, name, a)
	ok := false
	for _, s := range statuses {
		ok = ok || a.Status == s
	}
	if !ok || (word != "" && a.word() != word) {
		t.Errorf("%s: answered %d %q, want %v %q: %.300s", name, a.Status, a.word(), statuses, word, a.Body)
	}
}

// stays fails the test unless the browser is shown a 4xx page and sent nowhere.
func (y *yard) stays(t *testing.T, name string, a *answer) {
	t.Helper()
	y.count(t, name, a)
	if a.Status < 400 || a.Status > 499 || a.Header.Get("Location") != "" || a.Header.Get("Refresh") != "" {
		t.Errorf("%s: answered %d, Location %q, want a 4xx page", name, a.Status, a.Header.Get("Location"))
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || strings.Contains(a.Body, "<form") {
		t.Errorf("%s: no error page: %.300s", name, a.Body)
	}
}
