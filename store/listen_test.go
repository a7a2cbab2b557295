package store_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

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

// TestSilentConnection cuts a follower's line, and leaves the connection on which it begins anew open but dead, as a server
// does that has gone without a word.
func TestSilentConnection(t *testing.T) {
	dsn := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{DSN: dsn})
	e, db := follow(t, s), raw(t, s, dsn)
	const its = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND %s(query LIKE '%%pg_snapshot_xmin%%' OR query LIKE 'LISTEN%%') ORDER BY state_change DESC LIMIT 1`
	var line, other int // the other one is what the pool hands out next
	must(t, db.QueryRow(fmt.Sprintf(its, "")).Scan(&line))
	must(t, db.QueryRow(fmt.Sprintf(its, "NOT ")).Scan(&other))
	must(t, syscall.Kill(other, syscall.SIGSTOP))
	defer func() { _ = syscall.Kill(other, syscall.SIGCONT) }() // or nobody could drop the database
	must(t, syscall.Kill(line, syscall.SIGTERM))
	e.until(t, "lose the database", func() bool { return e.lost > 0 })
	e.passes(t)
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
