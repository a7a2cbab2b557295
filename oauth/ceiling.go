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

// admit counts one more client; not ok: there are too many.
func (c *ceiling) admit(ctx context.Context, s *Server) (ok bool, err error) {
	if s.RegistrationsMax <= 0 {
		return true, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	age := s.Now().Sub(c.counted)
	if age > countAgain || c.n >= s.RegistrationsMax && age > countAgainFull {
		n, err := s.Store.CountUnusedClients(ctx, s.RegistrationsMax)
		if err != nil {
			return false, err
		}
		c.n, c.counted = n, s.Now()
	}
	if c.n >= s.RegistrationsMax {
		return false, nil
	}
	c.n++
	return true, nil
}
