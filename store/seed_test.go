package store_test

import (
	"crypto/rand"
	"database/sql"
	"sync"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// start is when the tests' clocks begin, in whole milliseconds as the databases keep them.
var start = time.Date(2026, 7, 28, 9, 30, 0, int(123*time.Millisecond), time.UTC)

// A clock tells the time that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// each runs a test on both databases, with a clock that stands still until the test moves it.
func each(t *testing.T, test func(t *testing.T, s *store.Store, c *clock)) {
	t.Helper()
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, _ *sql.DB) { test(t, s, c) })
}

// eachRaw is each for a test that looks behind the store's back.
func eachRaw(t *testing.T, test func(t *testing.T, s *store.Store, c *clock, db *sql.DB)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		c := &clock{now: start}
		s := storetest.Open(t, store.Config{DSN: dsn, Now: c.Now})
		test(t, s, c, raw(t, s, dsn))
	})
}

func raw(t testing.TB, s *store.Store, dsn string) *sql.DB {
	t.Helper()
	driver := map[string]string{"sqlite3": "sqlite3", "postgres": "pgx"}[s.Kind()]
	db, err := sql.Open(driver, dsn)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// count tells how many rows a table has.
func count(t testing.TB, db *sql.DB, table string) (n int) {
	t.Helper()
	must(t, db.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
	return n
}

// person saves a user who has a username and one address.
func person(t testing.TB, s *store.Store, name string) *store.User {
	t.Helper()
	u := &store.User{
		Username: name, PasswordHash: "hash of " + name,
		Emails: []store.Email{{Address: name + "@Example.com", Canonical: name + "@example.com", Primary: true}},
	}
	must(t, s.CreateUser(t.Context(), u))
	return u
}

// app saves a client.
func app(t testing.TB, s *store.Store, name string) *store.Client {
	t.Helper()
	c := &store.Client{
		Name: name, AuthMethod: "none", ApplicationType: "native", RedirectURIs: []string{"http://127.0.0.1/callback"},
		GrantTypes: []string{"authorization_code", "refresh_token"}, ResponseTypes: []string{"code"},
	}
	must(t, s.CreateClient(t.Context(), c))
	return c
}

// allowed saves a grant of u to c with its code, which lives for a minute.
func allowed(t testing.TB, s *store.Store, u *store.User, c *store.Client) *store.Code {
	t.Helper()
	code := newCode(u, c)
	must(t, s.CreateCode(t.Context(), code))
	return code
}

func newCode(u *store.User, c *store.Client) *store.Code {
	return &store.Code{
		Signature: rand.Text(), GrantID: store.NewID("grant"),
		RedirectURI: "http://127.0.0.1:4711/callback", CodeChallenge: "challenge", Nonce: "nonce", ExpiresAt: start.Add(time.Minute),
		Grant: store.Grant{
			UserID: u.ID, ClientID: c.ID, Resource: "http://localhost:3000/mcp",
			Scopes: []string{"profile", "email"}, AuthTime: start.Add(-time.Hour), AMR: []string{"pwd"},
		},
	}
}

// refreshable saves a new grant's first refresh token, which lives for a day.
func refreshable(t testing.TB, s *store.Store, u *store.User, c *store.Client) *store.RefreshToken {
	t.Helper()
	token := newToken(allowed(t, s, u, c).GrantID)
	must(t, s.CreateRefreshToken(t.Context(), token))
	return token
}

func newToken(grant string) *store.RefreshToken {
	return &store.RefreshToken{Signature: rand.Text(), GrantID: grant, ExpiresAt: start.Add(24 * time.Hour)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
