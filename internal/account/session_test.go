package account

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// browser keeps the cookies that it was given.
type browser struct{ cookies []*http.Cookie }

func (b browser) request() *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("User-Agent", "Browser/1")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return r
}

func signedIn(t *testing.T, d desk, u *store.User) browser {
	t.Helper()
	return signIn(t, d, u, browser{}.request())
}

func signIn(t *testing.T, d desk, u *store.User, r *http.Request) browser {
	t.Helper()
	w := httptest.NewRecorder()
	if _, err := d.StartSession(w, r, u); err != nil {
		t.Fatal(err)
	}
	return browser{w.Result().Cookies()}
}

func TestSession(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	b := signedIn(t, d, u)
	s, err := d.Session(b.request())
	if err != nil || s.User.ID != u.ID || s.User.Primary().Address != "Jane@Example.com" {
		t.Fatal(s, err)
	}
	if s.UserAgent != "Browser/1" || s.Address != "192.0.2.1" || !s.AuthTime.Equal(d.clock.Time) || strings.Contains(s.ID, b.cookies[0].Value) {
		t.Errorf("%+v", s.Session)
	}
	d.clock.Time = d.clock.Add(7*24*time.Hour - time.Second)
	if _, err := d.Session(b.request()); err != nil {
		t.Error("over too early:", err)
	}
	d.clock.Time = d.clock.Add(time.Second)
	if _, err := d.Session(b.request()); !errors.Is(err, store.ErrNotFound) {
		t.Error("still there after seven days:", err)
	}
}

func TestCookie(t *testing.T) {
	for _, c := range []struct {
		secure bool
		name   string
	}{{true, "__Host-frontdesk"}, {false, "frontdesk"}} {
		d := newDesk(t, Config{SecureCookie: c.secure})
		b := signedIn(t, d, d.jane(t))
		got := b.cookies[0]
		if len(b.cookies) != 1 || got.Name != c.name || !got.HttpOnly || got.SameSite != http.SameSiteLaxMode || got.Path != "/" ||
			got.Domain != "" || got.MaxAge != 604800 || got.Secure != c.secure || len(got.Value) < 43 {
			t.Errorf("%+v", got)
		}
	}
}

func TestSignInRotates(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	before, other := signedIn(t, d, u), signedIn(t, d, u)
	after := signIn(t, d, u, before.request())
	if before.cookies[0].Value == after.cookies[0].Value {
		t.Error("the secret stayed")
	}
	if _, err := d.Session(before.request()); !errors.Is(err, store.ErrNotFound) {
		t.Error("the browser's old session lives:", err)
	}
	for _, b := range []browser{after, other} {
		if _, err := d.Session(b.request()); err != nil {
			t.Error(err)
		}
	}
}

func TestEndSession(t *testing.T) {
	d := newDesk(t, Config{})
	b := signedIn(t, d, d.jane(t))
	w := httptest.NewRecorder()
	if err := d.EndSession(w, b.request()); err != nil {
		t.Fatal(err)
	}
	gone := w.Result().Cookies()[0]
	if gone.Name != "frontdesk" || gone.MaxAge >= 0 || gone.Value != "" || gone.Path != "/" {
		t.Errorf("%+v", gone)
	}
	if _, err := d.Session(b.request()); !errors.Is(err, store.ErrNotFound) {
		t.Error("the session lives:", err)
	}
	if err := d.EndSession(httptest.NewRecorder(), b.request()); err != nil {
		t.Error("twice:", err)
	}
}

func TestNobodyIsSignedIn(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	secret := signedIn(t, d, u).cookies[0].Value
	for name, header := range map[string]string{
		"no cookie": "", "empty": "frontdesk=", "short": "frontdesk=" + secret[1:], "long": "frontdesk=" + secret + "A",
		"another": "frontdesk=" + strings.Repeat("A", 43), "huge": "frontdesk=" + strings.Repeat("A", 1<<16),
		"twice": "frontdesk=" + secret + "; frontdesk=" + secret, "two": "frontdesk=x; frontdesk=" + secret,
		"other name": "__Host-frontdesk=" + secret, "the row's id": "frontdesk=" + sessionID(secret),
	} {
		r := browser{}.request()
		r.Header.Set("Cookie", header)
		if s, err := d.Session(r); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

func TestBanSignsOut(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	b := signedIn(t, d, u)
	if err := d.store.Ban(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Session(b.request()); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
	// Somebody whose password was looked at just before the ban, or the new password, comes too late.
	late := func() error { _, err := d.StartSession(httptest.NewRecorder(), browser{}.request(), u); return err }
	if err := late(); !errors.Is(err, ErrWrongPassword) {
		t.Error("signed in behind a ban:", err)
	}
	if err := d.store.Unban(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.store.Lock(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if err := late(); !errors.Is(err, ErrLocked) {
		t.Error("signed in behind a lock:", err)
	}
	if err := d.store.Unlock(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if err := late(); err != nil {
		t.Error(err)
	}
	if err := d.SetPassword(t.Context(), u.ID, "another password"); err != nil {
		t.Fatal(err)
	}
	if err := late(); !errors.Is(err, ErrWrongPassword) {
		t.Error("signed in behind a new password:", err)
	}
	if err := d.store.DeleteUser(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	if err := late(); !errors.Is(err, ErrWrongPassword) {
		t.Error("signed in though deleted:", err)
	}
}

// A row of a session that a ban missed would be nobody's either.
func TestSessionOfTheBannedIsNobodys(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	if err := d.store.Ban(t.Context(), u.ID); err != nil {
		t.Fatal(err)
	}
	secret := strings.Repeat("A", 43)
	err := d.store.CreateSession(t.Context(), &store.Session{ID: sessionID(secret), UserID: u.ID, ExpiresAt: d.clock.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Session(browser{[]*http.Cookie{{Name: "frontdesk", Value: secret}}}.request()); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

func TestUserAgentIsCut(t *testing.T) {
	for sent, want := range map[string]string{
		"":                                   "",
		strings.Repeat("a", 300):             strings.Repeat("a", 200),
		strings.Repeat("a", 199) + "é":       strings.Repeat("a", 199),
		"a\xffb":                             "ab",
		strings.Repeat("é", 100) + "x":       strings.Repeat("é", 100),
		strings.Repeat("\xff", 300) + "Moz/": "Moz/",
	} {
		r := browser{}.request()
		r.Header.Set("User-Agent", sent)
		if got := userAgent(r); got != want {
			t.Errorf("%q: %q", sent, got)
		}
	}
}

// On PostgreSQL writers run side by side, and a session must not slip in behind the change that ends all of them.
func TestSessionsNeverOutliveThePassword(t *testing.T) {
	s := storetest.Open(t, store.Config{DSN: storetest.PostgresURL(t)})
	a := New(Config{Store: s})
	u, err := a.SignUp(t.Context(), NewUser{Email: "a@example.com", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		changed := make(chan error)
		go func() { changed <- a.SetPassword(t.Context(), u.ID, password) }()
		var b browser
		for done := false; !done; {
			w := httptest.NewRecorder()
			if _, err := a.StartSession(w, browser{}.request(), u); err == nil {
				b.cookies = w.Result().Cookies()
			} else if !errors.Is(err, ErrWrongPassword) {
				t.Fatal(err)
			}
			select {
			case err := <-changed:
				if err != nil {
					t.Fatal(err)
				}
				done = true
			default:
			}
		}
		if _, err := a.Session(b.request()); !errors.Is(err, store.ErrNotFound) {
			t.Fatal("a session outlived the password it was opened with:", err)
		}
		if u, err = a.Authenticate(t.Context(), "a@example.com", password); err != nil {
			t.Fatal(err)
		}
	}
}
