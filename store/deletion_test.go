package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// TestBusyClientsGo deletes clients and users in the middle of exchanges and refreshes. Neither waits for the other until
// the database gives up on one.
func TestBusyClientsGo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for i := range 10 {
			u, c := person(t, s, "jane"+strconv.Itoa(i)), app(t, s, "Editor")
			var g errgroup.Group
			for range 4 {
				code := allowed(t, s, u, c)
				g.Go(func() error { return useUp(t.Context(), s, code) })
			}
			time.Sleep(time.Duration(i) * 2 * time.Millisecond)
			if i%2 == 0 {
				must(t, s.DeleteClient(t.Context(), c.ID))
			} else {
				must(t, s.DeleteUser(t.Context(), u.ID))
			}
			must(t, g.Wait())
		}
	})
}

// useUp exchanges a code and refreshes until the grant is gone.
func useUp(ctx context.Context, s *store.Store, code *store.Code) error {
	token := newToken(code.GrantID)
	err := s.Tx(ctx, func(ctx context.Context) error {
		if err := s.UseCode(ctx, code.Signature); err != nil {
			return err
		}
		return s.CreateRefreshToken(ctx, token)
	})
	for err == nil {
		next := newToken(code.GrantID)
		err = s.RotateRefreshToken(ctx, token.Signature, next, grace)
		token = next
	}
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// TestExpiredGoesBesideDeletions has a client's deletion wait in the middle: whoever removes what has expired leaves to it
// what it is going to delete.
func TestExpiredGoesBesideDeletions(t *testing.T) {
	dsn := storetest.PostgresURL(t) // SQLite has one writer
	s := storetest.Open(t, store.Config{DSN: dsn})
	db, c, u := raw(t, s, dsn), app(t, s, "Editor"), person(t, s, "jane")
	held, old := refreshable(t, s, u, c), newToken(allowed(t, s, u, c).GrantID)
	old.ExpiresAt = time.Now().Add(-time.Minute)
	must(t, s.CreateRefreshToken(t.Context(), old))
	_, err := db.Exec("UPDATE refresh_tokens SET expires_at = $1 WHERE signature = $2", time.Now().Add(time.Hour).UnixMilli(), held.Signature)
	must(t, err)
	_, err = db.Exec("DELETE FROM codes")
	must(t, err)

	tx, err := db.Begin()
	must(t, err)
	_, err = tx.Exec("SELECT 1 FROM refresh_tokens WHERE signature = $1 FOR UPDATE", held.Signature)
	must(t, err)
	var g errgroup.Group
	g.Go(func() error { return s.DeleteClient(t.Context(), c.ID) })
	waiting(t, db, 1)
	expired := make(chan error, 1)
	go func() { _, err := s.DeleteExpired(t.Context(), time.Hour); expired <- err }()
	select {
	case err := <-expired:
		must(t, err)
	case <-time.After(5 * time.Second):
		t.Error("it waits for the deletion")
	}
	must(t, tx.Rollback())
	must(t, g.Wait())
	left(t, db, "after", map[string]int{"clients": 0, "grants": 0, "refresh_tokens": 0})
}

// waiting waits until so many transactions wait for another.
func waiting(t *testing.T, db *sql.DB, want int) {
	t.Helper()
	for n, end := 0, time.Now().Add(10*time.Second); n < want; time.Sleep(time.Millisecond) {
		must(t, db.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").Scan(&n))
		if time.Now().After(end) {
			t.Fatalf("%d transactions wait, want %d", n, want)
		}
	}
}
