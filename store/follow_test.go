package store_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// TestLateCommit commits in another order than the ids of the transactions say.
func TestLateCommit(t *testing.T) {
	s := storetest.Open(t, store.Config{DSN: storetest.PostgresURL(t)}) // SQLite has one writer
	e, u, c := follow(t, s), person(t, s, "jane"), app(t, s, "Editor")
	early, late := allowed(t, s, u, c).GrantID, allowed(t, s, u, c).GrantID
	ctx, err := s.Begin(t.Context())
	must(t, err)
	must(t, s.RevokeGrant(ctx, early))
	must(t, s.RevokeGrant(t.Context(), late))
	e.hears(t, late)
	e.passes(t)
	must(t, s.Commit(ctx))
	e.hears(t, early)
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

// TestCallsLost writes what PostgreSQL does not call about, as behind a pooler that swallows calls.
func TestCallsLost(t *testing.T) {
	dsn := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{DSN: dsn})
	e := follow(t, s)
	_, err := raw(t, s, dsn).Exec("INSERT INTO revocations VALUES (pg_current_xact_id()::text::bigint, 'grant_silent', 0)")
	must(t, err)
	began := time.Now()
	e.hears(t, "grant_silent")
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestCallsAreQuick: where PostgreSQL's calls come through, nobody waits for the next beat.
func TestCallsAreQuick(t *testing.T) {
	s := storetest.Open(t, store.Config{DSN: storetest.PostgresURL(t)})
	e, u, c := follow(t, s), person(t, s, "jane"), app(t, s, "Editor")
	var all []time.Duration
	for range 21 {
		grant := allowed(t, s, u, c).GrantID
		began := time.Now()
		must(t, s.RevokeGrant(t.Context(), grant))
		e.hears(t, grant)
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	if all[10] > 50*time.Millisecond {
		t.Errorf("half of them took longer than %v", all[10])
	}
}

// TestCutLine ends the connections of followers. They say that they have lost the database, come back by themselves,
// and miss nothing of what was revoked in between.
func TestCutLine(t *testing.T) {
	dsn := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{DSN: dsn})
	e, u, c := follow(t, s), person(t, s, "jane"), app(t, s, "Editor")
	conn, err := pgx.Connect(t.Context(), dsn)
	must(t, err)
	defer conn.Close(t.Context())
	for i := range 3 {
		var cut int
		must(t, conn.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query LIKE '%pg_snapshot_xmin%') AND pid <> pg_backend_pid()`).Scan(&cut))
		if cut == 0 {
			t.Fatal("there was nothing to cut")
		}
		e.until(t, "lose the database", func() bool { return e.lost > i })
		grant := allowed(t, s, u, c).GrantID
		must(t, s.RevokeGrant(t.Context(), grant))
		e.hears(t, grant)
	}
}

// TestServerRestarts stops PostgreSQL under a follower and starts it again.
func TestServerRestarts(t *testing.T) {
	cluster := storetest.NewCluster(t)
	s := storetest.Open(t, store.Config{DSN: cluster.Database(t)})
	e, u, c := follow(t, s), person(t, s, "jane"), app(t, s, "Editor")
	grant := allowed(t, s, u, c).GrantID
	cluster.Stop(t)
	e.until(t, "lose the database", func() bool { return e.lost > 0 })
	cluster.Start(t)
	for s.Ping(t.Context()) != nil { // the pool still has dead connections
	}
	must(t, s.RevokeGrant(t.Context(), grant))
	e.hears(t, grant)
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
		began := time.Now()
		s.Settle(t.Context())
		if took := time.Since(began); took > store.Fresh/2 {
			t.Errorf("it waited %v for nothing", took)
		}
		must(t, s.Ban(t.Context(), u.ID))
		began = time.Now()
		s.Settle(t.Context())
		if took := time.Since(began); took < store.Fresh {
			t.Errorf("it waited no longer than %v", took)
		}
	})
}
