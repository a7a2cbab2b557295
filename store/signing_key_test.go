package store_test

import (
	"database/sql"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// changeKeys drops a key, where one is named, and saves others.
func changeKeys(t *testing.T, s *store.Store, drop string, save ...store.SigningKey) {
	t.Helper()
	must(t, s.ChangeSigningKeys(t.Context(), func([]store.SigningKey) (store.SigningKeyChange, error) {
		return store.SigningKeyChange{Drop: drop, Save: save}, nil
	}))
}

func keys(t *testing.T, s *store.Store) []store.SigningKey {
	t.Helper()
	all, err := s.SigningKeys(t.Context())
	must(t, err)
	return all
}

func key(id, algorithm string, activated time.Time) store.SigningKey {
	return store.SigningKey{ID: id, Algorithm: algorithm, Sealed: "sealed " + id, ActivatedAt: activated}
}

func TestSigningKeys(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		later := start.Add(time.Hour)
		changeKeys(t, s, "", key("second", "ES256", later), key("other", "RS256", start))
		first := key("first", "ES256", start)
		first.RetiredAt = later
		c.pass(time.Second)
		changeKeys(t, s, "", first)

		got := keys(t, s) // in the order in which they sign
		want := []store.SigningKey{key("other", "RS256", start), first, key("second", "ES256", later)}
		want[0].CreatedAt, want[1].CreatedAt, want[2].CreatedAt = start, start.Add(time.Second), start
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}

		moved := got[2]
		moved.ActivatedAt, moved.Sealed = start.Add(time.Minute), "something else"
		changeKeys(t, s, "first", moved)
		want = []store.SigningKey{want[0], want[2]}
		want[1].ActivatedAt = moved.ActivatedAt // the times change, the key does not
		if diff := cmp.Diff(want, keys(t, s)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOneNewestKeyPerAlgorithm(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		changeKeys(t, s, "", key("one", "ES256", start))
		change := func(do store.SigningKeyChange, fail error) error {
			return s.ChangeSigningKeys(t.Context(), func([]store.SigningKey) (store.SigningKeyChange, error) { return do, fail })
		}
		two := []store.SigningKey{key("more", "RS256", start), key("two", "ES256", start)}
		wants(t, "a second newest key", change(store.SigningKeyChange{Save: two}, nil), store.ErrConflict)
		wants(t, "no such key", change(store.SigningKeyChange{Drop: "nothing"}, nil), store.ErrNotFound)
		wants(t, "a refusal", change(store.SigningKeyChange{Drop: "one"}, errOurs), errOurs)
		if all := keys(t, s); len(all) != 1 || all[0].ID != "one" {
			t.Errorf("what failed left %+v", all)
		}
	})
}

// TestReplicasTakeTurns has several programs replace the newest key at once: each sees what the one before did.
func TestReplicasTakeTurns(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		var replicas [2]*store.Store
		for i := range replicas {
			replicas[i] = storetest.Open(t, store.Config{DSN: dsn})
		}
		const turns = 40
		var g errgroup.Group
		for i := range turns {
			g.Go(func() error {
				return replicas[i%len(replicas)].ChangeSigningKeys(t.Context(), func(all []store.SigningKey) (store.SigningKeyChange, error) {
					next := key(strconv.Itoa(len(all)), "ES256", start.Add(time.Duration(len(all))*time.Second))
					if len(all) == 0 {
						return store.SigningKeyChange{Save: []store.SigningKey{next}}, nil
					}
					last := all[len(all)-1]
					if !last.RetiredAt.IsZero() {
						return store.SigningKeyChange{}, errors.New("the newest key has retired")
					}
					last.RetiredAt = next.ActivatedAt
					return store.SigningKeyChange{Save: []store.SigningKey{last, next}}, nil
				})
			})
		}
		must(t, g.Wait())
		if all := keys(t, replicas[0]); len(all) != turns {
			t.Errorf("%d keys after %d turns", len(all), turns)
		}
	})
}

func TestRetiredKeysGo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		old, young := key("old", "ES256", start), key("young", "ES256", start)
		old.RetiredAt, young.RetiredAt = start.Add(time.Minute), start.Add(time.Hour)
		changeKeys(t, s, "", old, young, key("newest", "ES256", start))
		for range 2 {
			n, err := s.DeleteSigningKeys(t.Context(), start.Add(time.Minute))
			must(t, err)
			if left := keys(t, s); len(left) != 2 || left[0].ID == "old" || left[1].ID == "old" {
				t.Errorf("%d went, left are %+v", n, left)
			}
		}
	})
}

// TestKeyOfTheFrontDoor brings a key of the first schema over.
func TestKeyOfTheFrontDoor(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		store.MigrateTo(t, s, 2)
		_, err := db.Exec("INSERT INTO signing_keys (id, algorithm, sealed, created_at) VALUES ('key', 'ES256', 'sealed key', 1000)")
		must(t, err)
		must(t, store.MigrateUp(t.Context(), s))
		want := key("key", "ES256", time.UnixMilli(1000).UTC())
		want.CreatedAt = want.ActivatedAt
		if diff := cmp.Diff([]store.SigningKey{want}, keys(t, s)); diff != "" {
			t.Error(diff)
		}
	})
}
