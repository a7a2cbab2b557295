package storetest_test

import (
	"testing"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

func TestEachOpensTheSameDatabaseAgain(t *testing.T) {
	kinds := make(map[string]bool)
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		kinds[s.Kind()] = true
		u := &store.User{Username: "jane"}
		if err := s.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if again, err := open().User(t.Context(), u.ID); err != nil || again.Username != "jane" {
			t.Fatalf("after a restart: %v, %v", again, err)
		}
	})
	if !kinds["sqlite3"] || !kinds["postgres"] {
		t.Errorf("ran on %v", kinds)
	}
}

func TestDatabasesStartEmpty(t *testing.T) {
	for range 2 {
		storetest.Each(t, func(t *testing.T, open func() *store.Store) {
			s := open()
			if all, err := s.Users(t.Context(), "", 1); err != nil || len(all) != 0 {
				t.Errorf("%d users, %v", len(all), err)
			}
			if err := s.CreateUser(t.Context(), &store.User{Username: "jane"}); err != nil {
				t.Error(err)
			}
		})
	}
}
