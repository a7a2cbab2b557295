package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pressly/goose/v3/lock"
	"golang.org/x/sync/errgroup"

	"frontdesk/migrations"
	"frontdesk/store"
	"frontdesk/store/storetest"
)

// pending asserts how many migrations a store says it needs.
func pending(t *testing.T, s *store.Store, want int) {
	t.Helper()
	if n, err := s.Pending(t.Context()); n != want || err != nil {
		t.Errorf("%d migrations pending, %v, want %d", n, err, want)
	}
}

// all is how many migrations there are.
func all(t *testing.T) int {
	t.Helper()
	entries, err := migrations.FS.ReadDir(".")
	must(t, err)
	return len(slices.DeleteFunc(entries, func(e os.DirEntry) bool { return filepath.Ext(e.Name()) != ".sql" }))
}

func TestMigrate(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		bare, err := store.Open(t.Context(), store.Config{DSN: dsn})
		must(t, err)
		pending(t, bare, all(t))
		must(t, bare.Ping(t.Context()))
		must(t, bare.Close())

		s := storetest.Open(t, store.Config{DSN: dsn})
		pending(t, s, 0)
		u := person(t, s, "jane")
		again := storetest.Open(t, store.Config{DSN: dsn}) // beside the first, as a second replica does
		pending(t, again, 0)
		_, err = again.User(t.Context(), u.ID)
		must(t, err)
	})
}

// TestNewerSchema: a program from before does not touch what a later one has made.
func TestNewerSchema(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		_, err := db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)")
		must(t, err)
		if _, err := s.Pending(t.Context()); err == nil || !strings.Contains(err.Error(), "newer") {
			t.Error(err)
		}
		if _, err := s.Health(t.Context()); err == nil || !strings.Contains(err.Error(), "newer") {
			t.Error(err)
		}
		if err := store.MigrateUp(t.Context(), s); err == nil || !strings.Contains(err.Error(), "newer") {
			t.Error(err)
		}
	})
}

func TestMigrateDownAndUp(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		person(t, s, "jane")
		before := schema(t, s, db)
		store.MigrateDown(t, s)
		pending(t, s, all(t))
		if left := schema(t, s, db); len(left) != 0 {
			t.Errorf("left after the way down: %v", left)
		}
		if _, err := s.HasAdministrator(t.Context()); err == nil {
			t.Error("users without a table")
		}
		must(t, store.MigrateUp(t.Context(), s))
		if after := schema(t, s, db); !slices.Equal(before, after) {
			t.Errorf("down and up made %v of %v", after, before)
		}
		person(t, s, "jane")
	})
}

// schema lists tables and indexes, but for goose's own.
func schema(t *testing.T, s *store.Store, db *sql.DB) (names []string) {
	t.Helper()
	query := "SELECT type || ' ' || name FROM sqlite_master WHERE tbl_name NOT LIKE 'goose%' AND tbl_name NOT LIKE 'sqlite%' ORDER BY 1"
	if s.Kind() == "postgres" {
		query = `SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'
			UNION SELECT 'table ' || tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' ORDER BY 1`
	}
	rows, err := db.Query(query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, rows.Err())
	return names
}

// TestReplicasMigrateAtOnce starts several programs on one empty database.
func TestReplicasMigrateAtOnce(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		var g errgroup.Group
		for range 4 {
			g.Go(func() error {
				s, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrate: true})
				if err != nil {
					return err
				}
				_, err = s.HasAdministrator(t.Context())
				return errors.Join(err, s.Close())
			})
		}
		must(t, g.Wait())
		pending(t, storetest.Open(t, store.Config{DSN: dsn}), 0)
	})
}

// TestMigrationWaits holds the lock of somebody who migrates: a second program waits, and goes on behind them.
func TestMigrationWaits(t *testing.T) {
	for name, database := range map[string]struct {
		dsn  func(testing.TB) string
		hold func(t *testing.T, dsn string) (release func() error)
	}{
		"sqlite": {storetest.SQLiteFile, func(t *testing.T, dsn string) func() error {
			folder, err := os.Open(filepath.Dir(dsn))
			must(t, err)
			must(t, syscall.Flock(int(folder.Fd()), syscall.LOCK_EX))
			return folder.Close
		}},
		"postgres": {storetest.PostgresURL, func(t *testing.T, dsn string) func() error {
			db, err := sql.Open("pgx", dsn)
			must(t, err)
			db.SetMaxOpenConns(1)
			_, err = db.Exec("SELECT pg_advisory_lock($1)", lock.DefaultLockID)
			must(t, err)
			return db.Close
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := database.dsn(t)
			release := database.hold(t, dsn)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := store.Open(ctx, store.Config{DSN: dsn, Migrate: true})
			wants(t, "beside somebody who migrates", err, context.DeadlineExceeded)
			must(t, release())
			pending(t, storetest.Open(t, store.Config{DSN: dsn}), 0)
		})
	}
}

func TestReopeningFindsEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		u, c := person(t, s, "jane"), app(t, s, "Editor")
		token := refreshable(t, s, u, c)
		next := newToken(token.GrantID)
		must(t, s.RotateRefreshToken(ctx, token.Signature, next, grace))
		revoked := allowed(t, s, u, c)
		must(t, s.RevokeGrant(ctx, revoked.GrantID))
		must(t, s.UseNonce(ctx, "form", time.Now()))
		must(t, s.CreateSession(ctx, &store.Session{ID: "session", UserID: u.ID, ExpiresAt: time.Now().Add(time.Hour)}))
		changeKeys(t, s, "", store.SigningKey{ID: "key", Algorithm: "ES256", Sealed: "sealed", ActivatedAt: time.Now()})
		must(t, s.Close())
		if err := s.Ping(ctx); err == nil {
			t.Error("a closed store answers")
		}

		s = open()
		must(t, s.Ping(ctx))
		_, err := s.UserByIdentifier(ctx, "jane@example.com")
		must(t, err)
		_, err = s.Client(ctx, c.ID)
		must(t, err)
		_, err = s.Session(ctx, "session")
		must(t, err)
		if keys, err := s.SigningKeys(ctx); err != nil || len(keys) != 1 || keys[0].ID != "key" || keys[0].Sealed != "sealed" {
			t.Errorf("signing keys %+v, %v", keys, err)
		}
		if got, err := s.RefreshToken(ctx, token.Signature); err != nil || got.Successor != next.Signature {
			t.Errorf("rotated token %+v, %v", got, err)
		}
		wants(t, "form", s.UseNonce(ctx, "form", time.Now()), store.ErrConflict)
		wants(t, "revoked code", s.UseCode(ctx, revoked.Signature), store.ErrConflict)
		if alive(t, s, revoked.GrantID) || !alive(t, s, token.GrantID) {
			t.Error("what was revoked lives, or what lived does not")
		}
	})
}

func TestDatabaseThatIsNotThere(t *testing.T) {
	dsn := "postgres:///frontdesk?host=" + t.TempDir()
	if _, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrate: true}); err == nil {
		t.Error("opened a server that does not run")
	}
}
