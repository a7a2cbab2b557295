package store_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

func TestHealth(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		bare, err := store.Open(t.Context(), store.Config{DSN: dsn})
		must(t, err)
		defer bare.Close()
		h, err := bare.Health(t.Context())
		must(t, err)
		if h.Version == "" || h.Pending != all(t) {
			t.Errorf("before the migrations: %+v", h)
		}
		if bare.HasTable("goose_db_version") {
			t.Error("a look at the database has made a table")
		}
		s := storetest.Open(t, store.Config{DSN: dsn})
		if h, err = s.Health(t.Context()); err != nil || h.Pending != 0 {
			t.Errorf("after the migrations: %+v, %v", h, err)
		}
		if off := time.Since(h.Clock).Abs(); s.Kind() == "postgres" && off > time.Minute {
			t.Errorf("PostgreSQL's clock is off by %v", off)
		}
	})
}

func TestDamagedFile(t *testing.T) {
	dsn := storetest.SQLiteFile(t)
	s := storetest.Open(t, store.Config{DSN: dsn})
	person(t, s, "jane")
	must(t, s.Close())
	f, err := os.OpenFile(dsn, os.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte("damage"), 2000), 2*4096)
	must(t, err)
	must(t, f.Close())
	s, err = store.Open(t.Context(), store.Config{DSN: dsn})
	must(t, err)
	defer s.Close()
	if h, err := s.Health(t.Context()); err == nil {
		t.Errorf("a damaged file is in health: %+v", h)
	}
}
