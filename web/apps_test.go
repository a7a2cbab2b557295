package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdesk/internal/account"
	"frontdesk/oauth"
	"frontdesk/store"
	"frontdesk/store/storetest"
)

var tag = regexp.MustCompile(`<[^>]*>`)

// TestAppsSayWhen: since when an app is connected and when it was last used are its own two times.
func TestAppsSayWhen(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	s := storetest.Open(t, store.Config{DSN: storetest.SQLiteFile(t), Now: now})
	accounts := account.New(account.Config{Store: s, Now: now})
	pages, err := New(Config{MCPURL: "http://localhost:3000/mcp", Store: s, Accounts: accounts, Scopes: oauth.Standard, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	pages.Mount(mux)
	jane, err := accounts.SignUp(t.Context(), account.NewUser{Email: "jane@example.com", Password: "correct-horse-battery-7"})
	client := &store.Client{Name: "Editor", RedirectURIs: []string{"https://editor.example/cb"}, AuthMethod: "none"}
	grant := store.NewID("grant")
	for _, step := range []func() error{
		func() error { return err },
		func() error { return s.CreateClient(t.Context(), client) },
		func() error {
			return s.CreateCode(t.Context(), &store.Code{
				Signature: "code", GrantID: grant, ExpiresAt: at.Add(time.Minute), Grant: store.Grant{UserID: jane.ID, ClientID: client.ID, Scopes: []string{"email"}},
			})
		},
		func() error { at = at.AddDate(0, 0, 40); return s.NoteUses(t.Context(), []string{grant}) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	w := httptest.NewRecorder()
	if _, err := accounts.StartSession(w, httptest.NewRequest("POST", "/sign-in", nil), jane, "pwd"); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Hour)
	r := httptest.NewRequest("GET", "/account/apps", nil)
	r.AddCookie(w.Result().Cookies()[0])
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	said := strings.Join(strings.Fields(tag.ReplaceAllString(w.Body.String(), " ")), " ")
	if !strings.Contains(said, "Editor active 1 hour ago &nbsp;· since 1 March See your email addresses Not checked") {
		t.Errorf("%d %s", w.Code, said)
	}
}
