package store_test

import (
	"testing"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// TestStandbyIsNotAsked has a server that only reads stand in for the one that writes: it does not know yet what was
// revoked, so nobody believes it, and all is well once the other is back.
func TestStandbyIsNotAsked(t *testing.T) {
	dsn := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{DSN: dsn})
	e, db := follow(t, s), raw(t, s, dsn)
	grant := allowed(t, s, person(t, s, "jane"), app(t, s, "Editor")).GrantID
	reconnect := func(readOnly string) {
		for _, statement := range []string{
			"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = " + readOnly + "', current_database()); END $$",
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
		} {
			_, err := db.Exec(statement)
			must(t, err)
		}
	}
	db.SetMaxOpenConns(1) // which may write all the time
	must(t, db.Ping())
	reconnect("on")
	e.until(t, "lose the database", func() bool { return e.lost > 1 })
	for range 3 { // the pool still has dead connections
		if alive, err := s.GrantAlive(t.Context(), grant); err == nil {
			t.Errorf("a standby was believed: %v", alive)
		}
	}
	if _, err := store.Open(t.Context(), store.Config{DSN: dsn}); err == nil {
		t.Error("a store opened on a standby")
	}
	reconnect("off")
	e.passes(t)
	for s.Ping(t.Context()) != nil {
	}
	if !alive(t, s, grant) {
		t.Error("the grant is not alive again")
	}
}
