package account

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

const password = "correct horse"

// clock is a time that tests move.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// desk is an empty house: accounts over a real store, at a time that stands still.
type desk struct {
	*Accounts
	store *store.Store
	clock *clock
	log   *bytes.Buffer
}

func newDesk(t *testing.T, c Config) desk {
	t.Helper()
	d := desk{clock: &clock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}, log: new(bytes.Buffer)}
	d.store = storetest.Open(t, store.Config{DSN: storetest.SQLiteFile(t), Now: d.clock.now})
	c.Store, c.Now, c.Log = d.store, d.clock.now, slog.New(slog.NewTextHandler(d.log, nil))
	d.Accounts = New(c)
	return d
}

// jane signs up.
func (d desk) jane(t *testing.T) *store.User {
	t.Helper()
	u, err := d.SignUp(t.Context(), NewUser{Email: "Jane@Example.com", Username: "Jane", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAuthenticateTakesEverySpelling(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	for _, identifier := range []string{"jane", "JANE", "jane@example.com", "Jane@EXAMPLE.com", " jane@example.com "} {
		got, err := d.Authenticate(t.Context(), identifier, password)
		if err != nil || got.ID != u.ID {
			t.Errorf("%q: %v, %v", identifier, got, err)
		}
	}
}

func TestAuthenticateTellsNothing(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	if err := d.store.CreateUser(t.Context(), &store.User{Username: "keyless"}); err != nil {
		t.Fatal(err)
	}
	if err := d.store.CreateUser(t.Context(), &store.User{Username: "garbled", PasswordHash: "$2a$10$bcrypt"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"jane", "wrong password"},
		{"jane", ""},
		{"nobody", password},
		{"nobody@example.com", password},
		{"", ""},
		{"keyless", password},
		{"keyless", ""},
		{"garbled", password},
		{"jane\x00", password},
		{"\xff\xfe", password},
		{"@", password},
		{"user_", password},
		{u.ID, password},
		{strings.Repeat("a", 1<<20) + "@example.com", password},
		{"jane", password + strings.Repeat("x", 1<<20)},
	} {
		if got, err := d.Authenticate(t.Context(), c[0], c[1]); !errors.Is(err, ErrWrongPassword) || got != nil {
			t.Errorf("%.40q %.20q: %v, %v", c[0], c[1], got, err)
		}
	}
	if !strings.Contains(d.log.String(), "password hash cannot be read") {
		t.Error("a hash that cannot be read is not in the log")
	}
}

// The sentence about a ban or a lock is for the person alone, so the password comes first.
func TestBannedAndLockedNeedThePassword(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	check := func(given string, want error) {
		t.Helper()
		if _, err := d.Authenticate(t.Context(), "jane", given); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", given, err, want)
		}
	}
	for _, step := range []struct {
		do   func(context.Context, string) error
		want error
	}{{d.store.Lock, ErrLocked}, {d.store.Ban, ErrBanned}, {d.store.Unban, ErrLocked}, {d.store.Unlock, nil}} {
		if err := step.do(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
		check(password, step.want)
		check("wrong password", ErrWrongPassword)
	}
}

// Whoever is unknown costs as many hashes as whoever is known: none of them is answered when no hash can be made.
func TestUnknownPeopleCostAHash(t *testing.T) {
	d := newDesk(t, Config{})
	d.jane(t)
	d.hasher.slots.TryAcquire(1)
	for d.hasher.slots.TryAcquire(1) {
	}
	for _, identifier := range []string{"jane", "nobody", "nobody@example.com", "not valid", ""} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if _, err := d.Authenticate(ctx, identifier, strings.Repeat("x", 2000)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q was answered without a hash: %v", identifier, err)
		}
		cancel()
	}
}

func TestRehash(t *testing.T) {
	d := newDesk(t, Config{})
	cheap := hash{parameters: parameters{memory: 64, time: 1, threads: 1}, salt: make([]byte, 16)}
	var err error
	if cheap.key, err = d.hasher.derive(t.Context(), cheap.parameters, cheap.salt, 32, password); err != nil {
		t.Fatal(err)
	}
	old := &store.User{Username: "old", PasswordHash: cheap.String()}
	if err := d.store.CreateUser(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Authenticate(t.Context(), "old", "wrong password"); !errors.Is(err, ErrWrongPassword) {
		t.Fatal(err)
	}
	u, err := d.Authenticate(t.Context(), "old", password)
	if err != nil || !strings.HasPrefix(u.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(u, err)
	}
	again, err := d.Authenticate(t.Context(), "old", password)
	if err != nil || again.PasswordHash != u.PasswordHash {
		t.Fatal("hashed anew twice", again, err)
	}
	// A password that was changed meanwhile stays.
	if err := d.SetPassword(t.Context(), old.ID, "another password"); err != nil {
		t.Fatal(err)
	}
	d.rehash(t.Context(), old, password)
	if _, err := d.Authenticate(t.Context(), "old", "another password"); err != nil {
		t.Error("a late rehash undid a new password:", err)
	}
}

func TestSetPasswordEndsWhatTheOldOneOpened(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	browser := signedIn(t, d, u)
	client := &store.Client{Name: "c"}
	if err := d.store.CreateClient(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	err := d.store.CreateCode(t.Context(), &store.Code{
		Signature: "s", GrantID: "g",
		Grant: store.Grant{UserID: u.ID, ClientID: client.ID, Resource: "r"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SetPassword(t.Context(), u.ID, "short"); !isField(err, "password") {
		t.Fatal(err)
	}
	if _, err := d.Session(browser.request()); err != nil {
		t.Fatal("refused, and yet it signed out:", err)
	}
	if err := d.SetPassword(t.Context(), u.ID, "another password"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Session(browser.request()); !errors.Is(err, store.ErrNotFound) {
		t.Error("the session lives:", err)
	}
	if alive, err := d.store.GrantAlive(t.Context(), "g"); alive || err != nil {
		t.Error("the grant lives:", err)
	}
	if _, err := d.Authenticate(t.Context(), "jane", password); !errors.Is(err, ErrWrongPassword) {
		t.Error("the old password works:", err)
	}
	if err := d.SetPassword(t.Context(), "user_nobody", password); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	d := newDesk(t, Config{})
	u := d.jane(t)
	for _, identifier := range []string{u.ID, "jane", "JANE@example.com"} {
		if got, err := d.Find(t.Context(), identifier); err != nil || got.ID != u.ID {
			t.Errorf("%q: %v, %v", identifier, got, err)
		}
	}
	for _, identifier := range []string{"", "user_nobody", "nobody", "x@example.com", "user_\xff\x00"} {
		if got, err := d.Find(t.Context(), identifier); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v, %v", identifier, got, err)
		}
	}
}

func TestAllowSignIn(t *testing.T) {
	d := newDesk(t, Config{SignInsPerMinute: 1})
	if ok, _ := d.AllowSignIn("192.0.2.1:1"); !ok {
		t.Error("the first was refused")
	}
	if ok, _ := d.AllowSignIn("192.0.2.1:2"); ok {
		t.Error("the second was not")
	}
}

func isField(err error, field string) bool {
	e, ok := errors.AsType[*FieldError](err)
	return ok && e.Field == field
}
