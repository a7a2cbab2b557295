package oauth

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// noteEvery is how often it is written down which grants were used.
const noteEvery = time.Minute

// uses are the grants of which a token was used since that was last written down: to write it down each time would cost more
// than the check of a token.
type uses struct {
	taken atomic.Uint64 // so many times

	mu     sync.Mutex
	grants map[string]bool
}

func (u *uses) add(t *Token) {
	turn := u.taken.Load() + 1
	if t.used.Load() == turn { // nearly always
		return
	}
	t.used.Store(turn)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.grants == nil {
		u.grants = make(map[string]bool)
	}
	u.grants[t.GrantID] = true
}

// take empties u.
func (u *uses) take() []string {
	u.taken.Add(1) // first: who sees it is noted now or the next time
	u.mu.Lock()
	defer u.mu.Unlock()
	ids := slices.Collect(maps.Keys(u.grants))
	u.grants = nil
	return ids
}

// keepUses writes down what was used, now and then, and what is left when ctx ends.
func (s *Server) keepUses(ctx context.Context) {
	tick := time.NewTicker(noteEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.noteUses(context.WithoutCancel(ctx))
		case <-ctx.Done():
			s.noteUses(context.WithoutCancel(ctx))
			return
		}
	}
}

// noteUses writes down what was used. What cannot be is lost: the next use is noted as well.
func (s *Server) noteUses(ctx context.Context) {
	for ids := range slices.Chunk(s.used.take(), noteBatch) {
		err := func() error {
			ctx, cancel := context.WithTimeout(ctx, noteTime)
			defer cancel()
			return s.Store.NoteUses(ctx, ids)
		}()
		if err != nil {
			s.Log.WarnContext(ctx, "last uses not noted", "err", err)
			return
		}
	}
}

// How many are written down at once, and how long that may take, at the end of the program too.
const (
	noteBatch = 1000
	noteTime  = 2 * time.Second
)
