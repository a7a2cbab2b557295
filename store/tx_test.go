package store_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

var errOurs = errors.New("ours")

// there tells whether a user exists, asked from outside of every transaction.
func there(t *testing.T, s *store.Store, id string) bool {
	t.Helper()
	_, err := s.User(t.Context(), id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// create is a transaction's work: two writes, which see each other.
func create(ctx context.Context, s *store.Store, id string) error {
	if err := s.CreateUser(ctx, &store.User{ID: id}); err != nil {
		return err
	}
	if _, err := s.User(ctx, id); err != nil {
		return err
	}
	return s.SetPassword(ctx, id, "hash")
}

func TestTx(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		must(t, s.Tx(t.Context(), func(ctx context.Context) error {
			must(t, create(ctx, s, "committed"))
			if there(t, s, "committed") {
				t.Error("seen from outside before the commit")
			}
			return nil
		}))
		wants(t, "tx", s.Tx(t.Context(), func(ctx context.Context) error {
			must(t, create(ctx, s, "rolled back"))
			return errOurs
		}), errOurs)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Tx(t.Context(), func(ctx context.Context) error {
				must(t, create(ctx, s, "panicked"))
				panic("ours")
			})
		}()
		if !there(t, s, "committed") || there(t, s, "rolled back") || there(t, s, "panicked") {
			t.Error("committed, rolled back, panicked:", there(t, s, "committed"), there(t, s, "rolled back"), there(t, s, "panicked"))
		}
	})
}

func TestTxJoins(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		wants(t, "outer", s.Tx(t.Context(), func(ctx context.Context) error {
			must(t, s.Tx(ctx, func(ctx context.Context) error { return create(ctx, s, "inner") }))
			return errOurs
		}), errOurs)
		if there(t, s, "inner") {
			t.Error("the inner transaction outlived the outer one")
		}
		ctx, err := s.Begin(t.Context())
		must(t, err)
		must(t, s.Tx(ctx, func(ctx context.Context) error { return create(ctx, s, "joined") }))
		if there(t, s, "joined") {
			t.Error("Tx committed what Begin had opened")
		}
		must(t, s.Commit(ctx))
		if !there(t, s, "joined") {
			t.Error("not there after the commit")
		}
	})
}

func TestBegin(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx, err := s.Begin(t.Context())
		must(t, err)
		must(t, create(ctx, s, "rolled back"))
		must(t, s.Rollback(ctx))
		if there(t, s, "rolled back") {
			t.Error("there after the rollback")
		}
		for what, err := range map[string]error{
			"commit after the end":   s.Commit(ctx),
			"rollback after the end": s.Rollback(ctx),
			"write after the end":    create(ctx, s, "late"),
			"commit of nothing":      s.Commit(t.Context()),
			"rollback of nothing":    s.Rollback(t.Context()),
		} {
			if err == nil {
				t.Errorf("%s is no error", what)
			}
		}
		if there(t, s, "late") {
			t.Error("written after the end")
		}
	})
}

// TestGivingUp cancels requests in the middle of transactions. Nothing of them stays, and the one connection that
// writes is free for the next.
func TestGivingUp(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx, cancel := context.WithCancel(t.Context())
		wants(t, "tx", s.Tx(ctx, func(ctx context.Context) error {
			must(t, create(ctx, s, "in tx"))
			cancel()
			return nil
		}), context.Canceled)

		for i := range 40 { // more than there are connections; half of them call neither Commit nor Rollback
			ctx, cancel := context.WithCancel(t.Context())
			began, err := s.Begin(ctx)
			must(t, err)
			must(t, create(began, s, "begun"))
			cancel()
			if i%2 == 0 {
				if err := create(began, s, "begun later"); err != nil {
					wants(t, "write", err, context.Canceled)
				}
				wants(t, "commit", s.Commit(began), context.Canceled)
			}
		}

		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		_, err := s.Begin(ctx)
		wants(t, "begin", err, context.Canceled)
		wants(t, "write", create(ctx, s, "late"), context.Canceled)
		_, err = s.User(ctx, "late")
		wants(t, "read", err, context.Canceled)

		must(t, create(t.Context(), s, "after"))
		for _, id := range []string{"in tx", "begun", "begun later", "late"} {
			if there(t, s, id) {
				t.Errorf("%q stayed", id)
			}
		}
	})
}

// TestWaitingIsGivenUp waits for a writer that takes its time, and no longer than the request lives.
func TestWaitingIsGivenUp(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u := person(t, s, "jane")
		began, err := s.Begin(t.Context())
		must(t, err)
		must(t, s.SetPassword(began, u.ID, "first"))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		wants(t, "write", s.SetPassword(ctx, u.ID, "second"), context.DeadlineExceeded)
		if got, err := s.User(t.Context(), u.ID); err != nil || got.PasswordHash != u.PasswordHash {
			t.Errorf("readers wait, or see what is not committed: %+v, %v", got, err)
		}
		patient, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if us, err := s.Users(patient, "", 10); err != nil || len(us) != 1 {
			t.Errorf("lists wait: %v, %v", us, err)
		}
		must(t, s.Commit(began))
		must(t, s.SetPassword(t.Context(), u.ID, "third"))
	})
}

// TestConnectingEnds: a server that does not answer is given up, whatever its URL says.
func TestConnectingEnds(t *testing.T) {
	for query, want := range map[string]time.Duration{"": 5 * time.Second, "?connect_timeout=0": 5 * time.Second, "?connect_timeout=60": 5 * time.Second, "?connect_timeout=2": 2 * time.Second} {
		if got := store.ConnectTimeout(t, "postgres://a@localhost/db"+query); got != want {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
}

// TestCloseInTheMiddle closes a store while somebody is still in a transaction, of which nothing stays.
func TestCloseInTheMiddle(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrate: true})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		began, err := s.Begin(ctx)
		must(t, err)
		must(t, create(began, s, "begun"))
		closed := make(chan struct{})
		go func() { defer close(closed); s.Close() }()
		select {
		case <-closed:
		case <-time.After(20 * time.Second):
			t.Fatal("it waits for the transaction")
		}
		if there(t, storetest.Open(t, store.Config{DSN: dsn}), "begun") {
			t.Error("it stayed")
		}
	})
}

// TestFirstUseInsideAndOutside uses a method for the first time at once in transactions and outside: who waits
// for the connection must hold nothing that the transaction needs.
func TestFirstUseInsideAndOutside(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		g, ctx := errgroup.WithContext(ctx)
		for i := range 64 {
			use := func(ctx context.Context) error { return s.UseNonce(ctx, "form"+strconv.Itoa(i), start) }
			if i%2 == 0 {
				g.Go(func() error { return use(ctx) })
			} else {
				g.Go(func() error { return s.Tx(ctx, use) })
			}
		}
		must(t, g.Wait())
	})
}
