package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Fresh is how long after a look a follower may go by what it knows; then it must ask.
	Fresh = 600 * time.Millisecond

	beat    = 200 * time.Millisecond // between looks when nothing happens
	pause   = 5 * time.Millisecond   // between looks at the least, however much happens
	retry   = 500 * time.Millisecond // after the database was lost
	longest = 5 * time.Second        // that a look may take, or what comes before the first
)

// Follower hears which tokens may have died. Its methods may be called from several goroutines at once.
type Follower interface {
	// Doubt names a grant, user or client in the middle of the transaction of this process that ends its tokens.
	Doubt(id string)
	// Hear brings what a look at the database found, of this and every other process.
	Hear(n News)
	// Lose says that nothing more is heard until Hear is called again.
	Lose(err error)
}

// News is what a look found.
type News struct {
	Revoked []Revocation // since the last look; after Lose, all there are
	Since   time.Time    // what was revoked before may be missing; zero: nothing is
	Began   time.Time    // whatever was committed before is known now
	Now     time.Time    // by the database's clock
}

// errWentBack says that a copy from before has taken the database's place, with rows that a follower would pass over.
var errWentBack = errors.New("the database is as it was some time ago")

// Follow tells f about revocations, from now on and until the store is closed.
func (s *Store) Follow(f Follower) {
	ctx := s.followers.add(f)
	s.followers.running.Go(func() {
		for {
			err := s.follow(ctx, f)
			if ctx.Err() != nil {
				return
			}
			f.Lose(err)
			rest(ctx, retry)
		}
	})
}

// follow looks again and again, until the database is lost.
func (s *Store) follow(ctx context.Context, f Follower) error {
	if err := s.beginRevocations(ctx); err != nil {
		return err
	}
	l, err := s.openLine(ctx)
	if err != nil {
		return wrap("listen", err)
	}
	defer l.close()
	for next := int64(0); ; {
		began := s.now()
		n, after, err := l.look(ctx, next)
		if err != nil {
			return wrap("look for revocations", err)
		}
		if after < next {
			return errWentBack
		}
		n.Began, next = began, after
		f.Hear(n)
		if err := l.wait(ctx); err != nil {
			return wrap("wait for revocations", err)
		}
	}
}

// Settle returns once no other process goes by what it knew before this one revoked something.
func (s *Store) Settle(ctx context.Context) {
	if s.followers.doubted.Load() {
		rest(ctx, Fresh)
	}
}

// rest waits for d, or for the end of ctx.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d) // ends at once where d is not positive
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// followers are those of this process.
type followers struct {
	mu      sync.RWMutex
	all     []Follower
	ctx     context.Context // ends when the store is closed
	end     context.CancelFunc
	doubted atomic.Bool // something was revoked here
	running sync.WaitGroup
}

func (fs *followers) add(f Follower) context.Context {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.all = append(fs.all, f)
	return fs.ctx
}

func (fs *followers) doubt(id string) {
	fs.doubted.Store(true)
	fs.mu.RLock()
	defer fs.mu.RUnlock()
	for _, f := range fs.all {
		f.Doubt(id)
	}
}

func (fs *followers) stop() {
	fs.end()
	fs.running.Wait()
}
