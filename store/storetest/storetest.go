// Package storetest gives a test a real and empty database: SQLite in a folder of its own, or PostgreSQL on
// a throw-away cluster that it starts from the installed binaries. A test asks for a database and forgets
// about it; nothing has to be set up, and nothing stays. Where a database cannot be had the test fails:
// it never skips.
package storetest

import (
	"path/filepath"
	"sync"
	"testing"

	"frontdesk/store"
)

// shared is the one cluster of a test process, started by the first test that wants it.
var shared = sync.OnceValues(newCluster)

// Each runs a test on both databases, as the subtests sqlite and postgres. Every call of open opens the
// same database anew, as a restarted program would; all are closed when the test ends.
func Each(t *testing.T, test func(t *testing.T, open func() *store.Store)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) {
		test(t, func() *store.Store { return Open(t, store.Config{DSN: dsn}) })
	})
}

// EachDSN is Each for a test that brings its own clock, or hands the database to the built program.
func EachDSN(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLiteFile(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, PostgresURL(t)) })
}

// New opens an empty SQLite store, for tests of the floors above that only need one.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Config{DSN: SQLiteFile(t)})
}

// Open migrates and opens the database that c names, and closes it when the test ends. Closing it earlier
// is fine.
func Open(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	c.Migrate = true
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// SQLiteFile is the path of a database that does not exist yet, in the test's own folder.
func SQLiteFile(t testing.TB) string {
	return filepath.Join(t.TempDir(), "frontdesk.db")
}

// PostgresURL is the postgres:// URL of an empty database on the cluster that all tests of this process
// share. It is dropped when the test ends, whoever is still connected. A test that stops the server takes
// a cluster of its own with NewCluster.
func PostgresURL(t testing.TB) string {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name := c.database(t)
	t.Cleanup(func() {
		if err := c.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}
