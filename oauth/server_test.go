package oauth

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/internal/account"
	"frontdesk/internal/outbound"
	"frontdesk/store"
)

const (
	testURL      = "http://localhost:3000"
	testResource = testURL + "/mcp"
	testVerifier = "0123456789-0123456789-0123456789-0123456789"
	testCallback = "http://127.0.0.1:8787/callback"
)

// clock is a time that tests move; the zero one is the real time.
type clock struct{ at time.Time }

func (c *clock) now() time.Time {
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}

// house is a server with one person, who is signed in, and two clients.
type house struct {
	*Server
	dsn    string
	mux    *http.ServeMux
	clock  *clock
	jane   *store.User
	cookie *http.Cookie
	public *store.Client // verified, so that consent is remembered
	pages  *testPages
}

// testPages keeps what people would have seen.
type testPages struct {
	asked   ConsentRequest
	signOut SignOutRequest
	status  int
	said    string
	refused Refusal
}

func (p *testPages) SignIn(w http.ResponseWriter, _ *http.Request, returnTo string) error {
	redirect(w, "/sign-in?return_to="+url.QueryEscape(returnTo))
	return nil
}

func (p *testPages) Consent(_ http.ResponseWriter, _ *http.Request, ask ConsentRequest) error {
	p.asked = ask
	return nil
}

func (p *testPages) FormPost(w http.ResponseWriter, _ *http.Request, action string, fields [][2]string, _ bool) error {
	fmt.Fprint(w, action, fields)
	return nil
}

func (p *testPages) SignOut(_ http.ResponseWriter, _ *http.Request, ask SignOutRequest) error {
	p.signOut = ask
	return nil
}

func (p *testPages) SignedOut(_ http.ResponseWriter, _ *http.Request, _ *store.Client, to string) error {
	p.said = "signed out, on to " + to
	return nil
}

func (p *testPages) Error(w http.ResponseWriter, _ *http.Request, why Refusal) error {
	p.status, p.said, p.refused = why.Status, why.Message, why
	w.WriteHeader(why.Status)
	return nil
}

func newHouse(tb testing.TB) *house {
	tb.Helper()
	return newHouseAt(tb, filepath.Join(tb.TempDir(), "frontdesk.db"))
}

func newHouseAt(tb testing.TB, dsn string) *house {
	tb.Helper()
	ctx := context.Background()
	h := &house{dsn: dsn, clock: &clock{time.Now()}, mux: http.NewServeMux(), pages: &testPages{}}
	db, err := store.Open(ctx, store.Config{DSN: dsn, Migrate: true, Now: h.clock.now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	accounts := account.New(account.Config{Store: db, Now: h.clock.now})
	h.Server, err = New(ctx, Config{
		URL: testURL, Store: db, Accounts: accounts, Pages: h.pages,
		Resources: []Resource{{URL: testResource, Name: "Acme"}}, Scopes: Standard,
		DefaultScopes: []string{"openid", "profile", "email", "offline_access"},
		MasterKey:     make([]byte, 32), Registration: true, Documents: true, Outbound: outbound.New(true),
		AccessTokenLifetime: time.Hour, RefreshTokenLifetime: 30 * 24 * time.Hour,
		Now: h.clock.now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	h.Mount(h.mux)
	h.jane = &store.User{Username: "jane"}
	if err := db.CreateUser(ctx, h.jane); err != nil {
		tb.Fatal(err)
	}
	w := httptest.NewRecorder()
	if _, err := accounts.StartSession(w, httptest.NewRequest("POST", "/sign-in", nil), h.jane, "pwd"); err != nil {
		tb.Fatal(err)
	}
	h.cookie = w.Result().Cookies()[0]
	if h.public, _, err = NewClient(ClientRequest{Name: "Public", RedirectURIs: []string{testCallback}}); err != nil {
		tb.Fatal(err)
	}
	if err := db.CreateClient(ctx, h.public); err != nil {
		tb.Fatal(err)
	}
	err = db.SaveConsent(ctx, &store.Consent{UserID: h.jane.ID, ClientID: h.public.ID, Resource: testResource, Scopes: h.DefaultScopes, Site: originOf(testCallback)})
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

func (h *house) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

func (h *house) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.do(r)
}

// authorizeURL is a request of the public client, with changes.
func (h *house) authorizeURL(change url.Values) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {h.public.ID}, "redirect_uri": {testCallback}, "state": {"s"},
		"code_challenge": {challengeOf(testVerifier)}, "code_challenge_method": {"S256"},
	}
	for name, values := range change {
		q[name] = values
	}
	return "/oauth/authorize?" + q.Encode()
}

func challengeOf(verifier string) string { return digest(verifier) }

// authorized is the answer in the Location after a signed-in person's request.
func (h *house) authorized(tb testing.TB, change url.Values) url.Values {
	tb.Helper()
	r := httptest.NewRequest("GET", h.authorizeURL(change), nil)
	r.AddCookie(h.cookie)
	w := h.do(r)
	to, err := url.Parse(w.Header().Get("Location"))
	if w.Code != http.StatusSeeOther || err != nil {
		tb.Fatalf("authorize: %d %s", w.Code, w.Body)
	}
	return to.Query()
}

// exchange redeems a code as the public client.
func (h *house) exchange(code string) *httptest.ResponseRecorder {
	return h.post("/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {h.public.ID},
		"redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	})
}

func (h *house) refresh(token string) *httptest.ResponseRecorder {
	return h.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {h.public.ID}})
}
