package store_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// ear is a follower that remembers all it was told.
type ear struct {
	mu      sync.Mutex
	doubted []string
	heard   map[string]time.Time // when
	since   time.Time
	looks   int
	lost    int
}

func (e *ear) Doubt(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.doubted = append(e.doubted, id)
}

func (e *ear) Hear(n store.News) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range n.Revoked {
		e.heard[r.ID] = time.Now()
	}
	if n.Since.After(e.since) {
		e.since = n.Since
	}
	e.looks++
}

func (e *ear) Lose(error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost++
}

// follow lets a new ear follow s, and waits for its first look.
func follow(t *testing.T, s *store.Store) *ear {
	t.Helper()
	e := &ear{heard: map[string]time.Time{}}
	s.Follow(e)
	e.until(t, "the first look", func() bool { return e.looks > 0 })
	return e
}

// until waits until it is so.
func (e *ear) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		e.mu.Lock()
		ok := so()
		e.mu.Unlock()
		if ok {
			return
		}
	}
	t.Fatalf("10 s, and not yet: %s", what)
}

func (e *ear) hears(t *testing.T, id string) {
	t.Helper()
	e.until(t, "hear of "+id, func() bool { return !e.heard[id].IsZero() })
}

// passes lets two more looks pass: the second one began after the call.
func (e *ear) passes(t *testing.T) {
	t.Helper()
	e.mu.Lock()
	n := e.looks + 2
	e.mu.Unlock()
	e.until(t, "two more looks", func() bool { return e.looks >= n })
}

func (e *ear) knows(id string) (doubted, heard bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.doubted, id), !e.heard[id].IsZero()
}

// replicas are two stores on one database, each with an ear.
func replicas(t *testing.T, test func(t *testing.T, here, there *store.Store, mine, other *ear)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		here, there := open(), open()
		test(t, here, there, follow(t, here), follow(t, there))
	})
}

// TestFollowersHearOfEveryEnd ends grants in every way there is. Whoever follows the same store hears of it before
// the call returns, and who follows another one soon after.
func TestFollowersHearOfEveryEnd(t *testing.T) {
	type rows struct{ user, client, grant string }
	ways := []struct {
		name string
		end  func(ctx context.Context, s *store.Store, r rows) error
		id   func(r rows) string
	}{
		{"revoke grant", func(ctx context.Context, s *store.Store, r rows) error { return s.RevokeGrant(ctx, r.grant) }, func(r rows) string { return r.grant }},
		{"revoke at a client", func(ctx context.Context, s *store.Store, r rows) error { return s.RevokeGrants(ctx, r.user, r.client) }, func(r rows) string { return r.user }},
		{"block client", func(ctx context.Context, s *store.Store, r rows) error { return s.BlockClient(ctx, r.client) }, func(r rows) string { return r.client }},
		{"end access", func(ctx context.Context, s *store.Store, r rows) error { return s.EndAccess(ctx, r.user) }, func(r rows) string { return r.user }},
		{"ban", func(ctx context.Context, s *store.Store, r rows) error { return s.Ban(ctx, r.user) }, func(r rows) string { return r.user }},
		{"delete user", func(ctx context.Context, s *store.Store, r rows) error { return s.DeleteUser(ctx, r.user) }, func(r rows) string { return r.user }},
		{"delete client", func(ctx context.Context, s *store.Store, r rows) error { return s.DeleteClient(ctx, r.client) }, func(r rows) string { return r.client }},
	}
	replicas(t, func(t *testing.T, here, _ *store.Store, mine, other *ear) {
		for i, way := range ways {
			u, c := person(t, here, "jane"+strconv.Itoa(i)), app(t, here, "Editor")
			r := rows{u.ID, c.ID, allowed(t, here, u, c).GrantID}
			if !alive(t, here, r.grant) {
				t.Fatal("it is dead already")
			}
			must(t, way.end(t.Context(), here, r))
			if alive(t, here, r.grant) {
				t.Errorf("%s: the grant lives on", way.name)
			}
			if doubted, _ := mine.knows(way.id(r)); !doubted {
				t.Errorf("%s: this process does not know at once", way.name)
			}
			other.hears(t, way.id(r))
			mine.hears(t, way.id(r))
		}
	})
}

// TestFollowersHearOnlyWhatIsCommitted rolls back, and leaves open.
func TestFollowersHearOnlyWhatIsCommitted(t *testing.T) {
	replicas(t, func(t *testing.T, here, _ *store.Store, mine, other *ear) {
		u, c := person(t, here, "jane"), app(t, here, "Editor")
		grant := allowed(t, here, u, c).GrantID
		ctx, err := here.Begin(t.Context())
		must(t, err)
		must(t, here.RevokeGrant(ctx, grant))
		other.passes(t)
		must(t, here.Rollback(ctx))
		other.passes(t)
		if doubted, heard := mine.knows(grant); !doubted || heard {
			t.Errorf("this process: doubted %v, heard %v", doubted, heard)
		}
		if _, heard := other.knows(grant); heard {
			t.Error("another process heard of what was rolled back")
		}
		must(t, here.RevokeGrant(t.Context(), grant))
		other.hears(t, grant)
	})
}

// TestWhoeverComesSecondKnowsToo: a second revocation has nothing to write, but who asked for it must not see the
// token pass afterwards.
func TestWhoeverComesSecondKnowsToo(t *testing.T) {
	replicas(t, func(t *testing.T, here, there *store.Store, _, other *ear) {
		grant := allowed(t, here, person(t, here, "jane"), app(t, here, "Editor")).GrantID
		must(t, here.RevokeGrant(t.Context(), grant))
		must(t, there.RevokeGrant(t.Context(), grant))
		if doubted, _ := other.knows(grant); !doubted {
			t.Error("it does not know")
		}
	})
}

// TestLateFollower comes after the fact, as a restarted program does.
func TestLateFollower(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		u, c := person(t, s, "jane"), app(t, s, "Editor")
		grant := allowed(t, s, u, c).GrantID
		must(t, s.RevokeGrant(t.Context(), grant))
		must(t, s.Close())
		e := follow(t, open())
		if _, heard := e.knows(grant); !heard {
			t.Error("the first look does not show it")
		}
		if !e.since.IsZero() {
			t.Errorf("nothing is missing, but it says since %v", e.since)
		}
	})
}

// TestDatabaseWentBack puts an older copy in the place of a database that is followed, and revokes something in it before
// anybody looks.
func TestDatabaseWentBack(t *testing.T) {
	dsn := storetest.SQLiteFile(t) // PostgreSQL's numbers only go back with the server, behind a pooler
	s := storetest.Open(t, store.Config{DSN: dsn})
	e, db := follow(t, s), raw(t, s, dsn)
	for range 3 {
		must(t, s.EndAccess(t.Context(), "somebody"))
	}
	e.passes(t)
	_, err := db.Exec("BEGIN; DELETE FROM revocations WHERE seq > 0; INSERT INTO revocations (seq, id, at) VALUES (1, 'grant_behind', 1); COMMIT")
	must(t, err)
	e.hears(t, "grant_behind")
}

// TestFollowersEnd closes a store that is followed.
func TestFollowersEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		e := follow(t, s)
		must(t, s.Close())
		looks := e.looks // nobody writes it any more
		time.Sleep(3 * store.Fresh / 2)
		if e.looks != looks || e.lost > 0 {
			t.Errorf("after the end: %d looks, lost %d times", e.looks-looks, e.lost)
		}
	})
}

// TestSettle waits only where something was revoked.
func TestSettle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		u := person(t, s, "jane")
		if store.Unsettled(s) {
			t.Error("it would wait for nothing")
		}
		must(t, s.Ban(t.Context(), u.ID))
		began := time.Now()
		s.Settle(t.Context())
		if took := time.Since(began); took < store.Fresh {
			t.Errorf("it waited no longer than %v", took)
		}
	})
}
