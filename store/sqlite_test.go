package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// TestSQLitePragmas asks every connection of a store, while all of them are in use at once.
func TestSQLitePragmas(t *testing.T) {
	for setting, synchronous := range map[string]string{"": "2", "FULL": "2", "NORMAL": "1", "EXTRA": "3"} {
		s := storetest.Open(t, store.Config{DSN: storetest.SQLiteFile(t), Synchronous: setting})
		want := map[string]string{
			"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "0", "synchronous": synchronous, "query_only": "0",
		}
		store.EachConnection(t, s, func(role string, pragma func(name string) string) {
			if role == "reader" {
				want["query_only"], want["busy_timeout"] = "1", "10000"
			}
			for name, value := range want {
				if got := pragma(name); got != value {
					t.Errorf("synchronous %q: a %s has %s=%s, want %s", setting, role, name, got, value)
				}
			}
		})
	}
	if _, err := store.Open(t.Context(), store.Config{DSN: storetest.SQLiteFile(t), Synchronous: "SOMETIMES"}); err == nil {
		t.Error("synchronous=SOMETIMES is taken")
	}
}

func TestSQLiteFilesAreClosedToOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "x.db")
	s := storetest.Open(t, store.Config{DSN: path})
	person(t, s, "jane")
	for name, want := range map[string]os.FileMode{path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		must(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", name, info.Mode().Perm(), want)
		}
	}
}

// TestSQLiteFileIsMadeOnce has programs that start together find no file yet, again and again: one in a hundred times one
// of them was told that it is locked.
func TestSQLiteFileIsMadeOnce(t *testing.T) {
	for range 60 {
		dsn := storetest.SQLiteFile(t)
		var g errgroup.Group
		for range 8 {
			g.Go(func() error {
				s, err := store.Open(t.Context(), store.Config{DSN: dsn})
				if err != nil {
					return err
				}
				return s.Close()
			})
		}
		must(t, g.Wait())
	}
}

// TestSQLitePaths opens files whose names mean something in a URI, and finds the rows in that very file again.
func TestSQLitePaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{
		"plain.db", "./a b.db", "what?.db", "100%.db", "%41.db", "a#b&c=d;e.db", "näme.db", "a'b.db", ":memory:", "a:b.db", "file:x.db",
		"what?mode=memory", t.TempDir() + "/spaces and ?/x.db", "/" + t.TempDir() + "/two slashes.db", "postgres.db",
	} {
		s, err := store.Open(t.Context(), store.Config{DSN: path, Migrate: true})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		u := person(t, s, "jane")
		if info, err := os.Stat(path); err != nil || info.Size() == 0 && !strings.Contains(path, "wal") {
			t.Errorf("%s is not the file: %v", path, err)
		}
		must(t, s.Close())
		if info, err := os.Stat(path); err != nil || info.Size() < 4096 {
			t.Errorf("%s is not the file: %v", path, err)
		}
		if again, err := storetest.Open(t, store.Config{DSN: path}).User(t.Context(), u.ID); err != nil || again.Username != "jane" {
			t.Errorf("%s opened again: %+v, %v", path, again, err)
		}
	}
	if s, err := store.Open(t.Context(), store.Config{DSN: ""}); err == nil {
		t.Error("no path is taken")
		s.Close()
	}
	if _, err := store.Open(t.Context(), store.Config{DSN: t.TempDir()}); err == nil {
		t.Error("a folder is taken for a database")
	}
}

// TestSQLiteReadersCannotWrite is what keeps a write from passing by the one connection that may.
func TestSQLiteReadersCannotWrite(t *testing.T) {
	s := storetest.New(t)
	for _, statement := range []string{"DELETE FROM users", "CREATE TABLE x (n INT)", "UPDATE users SET admin = TRUE"} {
		if err := store.ExecOnReader(s, statement); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
