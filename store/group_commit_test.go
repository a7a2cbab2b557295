package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

type work = func(ctx context.Context) error

// pair runs two transactions: the second waits for its turn before the first goes on.
func pair(ctx context.Context, s *store.Store, first, second work) (one, two error) {
	over := make(chan struct{})
	one = s.Tx(context.WithoutCancel(ctx), func(inner context.Context) error {
		go func() {
			defer close(over)
			defer func() {
				if recover() != nil {
					two = errOurs
				}
			}()
			two = s.Tx(ctx, second)
		}()
		for store.Waiting(s) == 0 {
			select {
			case <-over:
				return errors.New("the second did not wait")
			default:
				runtime.Gosched()
			}
		}
		return first(inner)
	})
	<-over
	return one, two
}

// told compares what a transaction was told with what became of the user that it made.
func told(t *testing.T, s *store.Store, id string, err error) {
	t.Helper()
	if there(t, s, id) != (err == nil) {
		t.Errorf("%s was told %v, and is there: %v", id, err, there(t, s, id))
	}
}

// ended asserts that the first of a pair, which made user a, is committed, and what the second was told, which made b.
func ended(t *testing.T, s *store.Store, one, two, want error) {
	t.Helper()
	must(t, one)
	wants(t, "the second", two, want)
	told(t, s, "a", one)
	told(t, s, "b", two)
}

// TestGroupCommit ends the second of two transactions in every way there is. The first is committed with it, not
// before, and all the same.
func TestGroupCommit(t *testing.T) {
	for name, end := range map[string]struct {
		leave func(cancel func()) error
		want  error
	}{
		"commits":     {func(func()) error { return nil }, nil},
		"rolls back":  {func(func()) error { return errOurs }, errOurs},
		"panics":      {func(func()) error { panic("ours") }, errOurs},
		"is given up": {func(cancel func()) error { cancel(); return nil }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.New(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			one, two := pair(ctx, s, func(ctx context.Context) error { return create(ctx, s, "a") }, func(ctx context.Context) error {
				if err := create(ctx, s, "b"); err != nil {
					return err
				}
				if _, err := s.User(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("the first was committed alone: %v", err)
				}
				return end.leave(cancel)
			})
			ended(t, s, one, two, end.want)
		})
	}
}

// TestGroupThatNobodyJoins has the second give up while it waits, also at the very moment that its turn comes: what was
// left to it is committed.
func TestGroupThatNobodyJoins(t *testing.T) {
	s := storetest.New(t)
	for i := range 200 {
		a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
		ctx, cancel := context.WithCancel(t.Context())
		one, two := pair(ctx, s, func(ctx context.Context) error {
			if i%2 == 0 {
				defer cancel()
			} else {
				defer func() { go cancel() }()
			}
			return create(ctx, s, a)
		}, func(ctx context.Context) error { return create(ctx, s, b) })
		must(t, one)
		if two != nil {
			wants(t, "the second", two, context.Canceled)
		}
		told(t, s, a, one)
		told(t, s, b, two)
	}
}

// TestGroupIsNotInterrupted ends a ctx in the middle of a statement. Were it interrupted, SQLite would undo the others too.
func TestGroupIsNotInterrupted(t *testing.T) {
	s := storetest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	one, two := pair(ctx, s, func(ctx context.Context) error { return create(ctx, s, "a") }, func(ctx context.Context) error {
		if err := create(ctx, s, "b"); err != nil {
			return err
		}
		return store.ExecAndCall(ctx, s, cancel, `UPDATE users SET last_name = (WITH RECURSIVE n (i) AS
			(SELECT call() UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n)`)
	})
	ended(t, s, one, two, context.Canceled)
}

// TestRowInAGroup: one row is found in a transaction, and nowhere once that has ended.
func TestRowInAGroup(t *testing.T) {
	s := storetest.New(t)
	ctx, err := s.Begin(t.Context())
	must(t, err)
	must(t, store.OneRow(ctx))
	must(t, s.Commit(ctx))
	wants(t, "a row after the end", store.OneRow(ctx), context.Canceled)
}

// TestGroupIsBounded has one transaction more wait than a group takes: the last one finds the first committed.
func TestGroupIsBounded(t *testing.T) {
	s := storetest.New(t)
	var g errgroup.Group
	var committed [store.LargestGroup]bool
	must(t, s.Tx(t.Context(), func(ctx context.Context) error {
		for i := range committed {
			g.Go(func() error {
				return s.Tx(t.Context(), func(ctx context.Context) error {
					_, err := s.User(t.Context(), "first")
					committed[i] = err == nil
					return create(ctx, s, fmt.Sprint(i))
				})
			})
			for store.Waiting(s) <= i {
				runtime.Gosched()
			}
		}
		return create(ctx, s, "first")
	}))
	must(t, g.Wait())
	for i, committed := range committed {
		if committed != (i == store.LargestGroup-1) {
			t.Errorf("transaction %d finds the first committed: %v", i+2, committed)
		}
	}
}

// TestGroupOnAFullDisk fills the disk in one of two transactions, where SQLite undoes both. None is told that it was
// committed, not even where it passes over the error, and the next ones are none the worse.
func TestGroupOnAFullDisk(t *testing.T) {
	for _, passesOver := range []bool{false, true} {
		for _, first := range []bool{false, true} {
			t.Run(fmt.Sprintf("first %v, passes over %v", first, passesOver), func(t *testing.T) {
				s := storetest.New(t)
				must(t, store.ExecOnWriter(t.Context(), s, "PRAGMA max_page_count = 1000"))
				small := func(id string) work { return func(ctx context.Context) error { return create(ctx, s, id) } }
				large := func(id string) work {
					return func(ctx context.Context) error {
						if err := create(ctx, s, id); err != nil {
							return err
						}
						err := s.UseNonce(ctx, strings.Repeat("x", 8<<20), start)
						if err == nil {
							return errors.New("the disk was not full")
						}
						if !passesOver {
							return err
						}
						if err := create(ctx, s, id+" later"); err == nil {
							return errors.New("it went on where nothing was left")
						}
						return nil
					}
				}
				a, b := small("a"), large("b")
				if first {
					a, b = large("a"), small("b")
				}
				one, two := pair(t.Context(), s, a, b)
				told(t, s, "a", one)
				told(t, s, "b", two)
				if one == nil || (two == nil) != first {
					t.Error("told:", one, two)
				}
				if there(t, s, "a later") || there(t, s, "b later") {
					t.Error("what came after stayed")
				}
				must(t, create(t.Context(), s, "c"))
			})
		}
	}
}

// TestGroupOfMany has many write at once, of whom some fail and some give up. Each is there if, and only if, it was told
// so; and on PostgreSQL nobody is told of a connection that another one broke.
func TestGroupOfMany(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		var g errgroup.Group
		for i := range 16 {
			g.Go(func() error {
				for j := range 40 {
					id := fmt.Sprint("user ", i, " ", j)
					err, want := write(t, s, id, (i+j)%4)
					if _, found := s.User(t.Context(), id); !errors.Is(err, want) || (err == nil) != (found == nil) {
						return fmt.Errorf("%s: %v, want %v; then: %v", id, err, want, found)
					}
				}
				return nil
			})
		}
		must(t, g.Wait())
	})
}

// write makes a user in one of four ways.
func write(t *testing.T, s *store.Store, id string, way int) (err, want error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	switch way {
	case 0:
		return s.Tx(ctx, func(ctx context.Context) error { return errors.Join(create(ctx, s, id), errOurs) }), errOurs
	case 1:
		return s.Tx(ctx, func(ctx context.Context) error {
			defer cancel()
			return create(ctx, s, id)
		}), context.Canceled
	case 2: // statements of their own
		return create(ctx, s, id), nil
	}
	return s.Tx(ctx, func(ctx context.Context) error { return create(ctx, s, id) }), nil
}

// TestWritersOfTwoProcesses has a second process write beside a busy one. SQLite gives nobody a turn; each gets through all
// the same, long before it would give up.
func TestWritersOfTwoProcesses(t *testing.T) {
	dsn := storetest.SQLiteFile(t)
	busy, other := storetest.Open(t, store.Config{DSN: dsn}), storetest.Open(t, store.Config{DSN: dsn})
	ctx, cancel := context.WithCancel(t.Context())
	var g errgroup.Group
	for i := range 64 {
		g.Go(func() error {
			for j := 0; ctx.Err() == nil; j++ {
				if err := create(t.Context(), busy, fmt.Sprint("busy ", i, " ", j)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if err := create(ctx, other, fmt.Sprint("other ", i)); err != nil {
			t.Error(err)
		}
		cancel()
	}
	cancel()
	must(t, g.Wait())
}

// TestWaitingForAnotherProcess ends when the request does, for one who is the first in a group and for a single statement;
// and otherwise once the other process has written.
func TestWaitingForAnotherProcess(t *testing.T) {
	dsn := storetest.SQLiteFile(t)
	s, other := storetest.Open(t, store.Config{DSN: dsn}), storetest.Open(t, store.Config{DSN: dsn})
	began, err := other.Begin(t.Context())
	must(t, err)
	must(t, create(began, other, "other"))
	for what, write := range map[string]work{
		"transaction": func(ctx context.Context) error { return create(ctx, s, "late") },
		"statement":   func(ctx context.Context) error { return s.UseNonce(ctx, "late", start) },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		wants(t, what, write(ctx), context.DeadlineExceeded)
		cancel()
	}
	var g errgroup.Group
	g.Go(func() error { return create(t.Context(), s, "patient") })
	g.Go(func() error { return s.UseNonce(t.Context(), "patient", start) })
	must(t, other.Commit(began))
	must(t, g.Wait())
	if !there(t, s, "other") || !there(t, s, "patient") || there(t, s, "late") {
		t.Error("there:", there(t, s, "other"), there(t, s, "patient"), there(t, s, "late"))
	}
}

// TestManyWaitNoLongerThanOne has many wait for a process that does not end: all give up together, not one after the other.
func TestManyWaitNoLongerThanOne(t *testing.T) {
	dsn := storetest.SQLiteFile(t)
	s, other := storetest.Open(t, store.Config{DSN: dsn}), storetest.Open(t, store.Config{DSN: dsn})
	store.SetPatience(s, 200*time.Millisecond)
	began, err := other.Begin(t.Context())
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var g errgroup.Group
	for i := range 64 {
		g.Go(func() error {
			if err := create(ctx, s, fmt.Sprint(i)); err == nil || !strings.Contains(err.Error(), "locked") {
				return fmt.Errorf("it was told: %w", err)
			}
			return nil
		})
	}
	must(t, g.Wait())
	must(t, other.Rollback(began))
	must(t, create(t.Context(), s, "after"))
}
