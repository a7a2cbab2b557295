package oauth

import (
	"context"
	"sync"
	"time"
)

// ceiling bounds how many clients there are that never got a grant. It counts them now and then, and those that come
// in between.
type ceiling struct {
	mu      sync.Mutex
	n       int
	counted time.Time
}

// How long a count is believed: the longer, the further the ceiling is away.
const (
	countAgain     = 10 * time.Minute
	countAgainFull = time.Minute
)

// signingIn is how long a new client has for its first sign-in before it makes room for others.
const signingIn = time.Hour

// admit counts one more client. errFull: there are too many, all of them too new to go.
func (c *ceiling) admit(ctx context.Context, s *Server) error {
	if s.RegistrationsMax <= 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	age := s.Now().Sub(c.counted)
	if full := c.n >= s.RegistrationsMax; age > countAgain || full && age > countAgainFull {
		if err := c.count(ctx, s); err != nil {
			return err
		}
	}
	if c.n >= s.RegistrationsMax {
		return errFull
	}
	c.n++
	return nil
}

// count counts, and where that is too many, forgets the oldest of the clients that nobody seems to wait for: whoever
// registers for the sake of it must not keep others out. It goes on when the one who asked for it has gone.
func (c *ceiling) count(ctx context.Context, s *Server) error {
	ctx = context.WithoutCancel(ctx)
	n, err := s.Store.CountUnusedClients(ctx, s.RegistrationsMax)
	if err == nil && n >= s.RegistrationsMax {
		var gone int64
		gone, err = s.Store.DeleteUnusedClients(ctx, s.Now().Add(-signingIn), 1+s.RegistrationsMax/10)
		n -= int(gone)
		s.Log.WarnContext(ctx, "too many clients that nobody has allowed anything", "forgotten", gone)
	}
	if err != nil {
		return err
	}
	c.n, c.counted = n, s.Now()
	return nil
}
