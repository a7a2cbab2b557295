package store

import (
	"context"
	"slices"
	"sync"
)

// turn is a fair mutex: who waits is given it in the order of coming. It also knows how many wait.
type turn struct {
	mu      sync.Mutex
	taken   bool
	waiting []chan struct{} // closed when the turn has come
}

// take waits for the turn, and no longer than ctx. Without an error it is the caller's.
func (t *turn) take(ctx context.Context) error {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	t.waiting = append(t.waiting, mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.waiting, mine)
	if i < 0 {
		return nil // it came at the same moment
	}
	t.waiting = slices.Delete(t.waiting, i, i+1)
	return ctx.Err()
}

// waiters is how many wait.
func (t *turn) waiters() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting)
}

// hand gives the turn to the next one, or tells that nobody waits: then it stays the caller's.
func (t *turn) hand() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next()
}

// pass gives the turn to the next one, or else up.
func (t *turn) pass() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = t.next()
}

func (t *turn) next() bool {
	if len(t.waiting) == 0 {
		return false
	}
	close(t.waiting[0])
	t.waiting = slices.Delete(t.waiting, 0, 1)
	return true
}
