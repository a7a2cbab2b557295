package store_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

func TestNonceIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		var won atomic.Int32
		var g errgroup.Group
		for range 16 {
			g.Go(func() error {
				err := s.UseNonce(t.Context(), "form", start.Add(time.Hour))
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, store.ErrConflict) {
					return err
				}
				return nil
			})
		}
		must(t, g.Wait())
		if won.Load() != 1 {
			t.Errorf("used %d times", won.Load())
		}
		must(t, s.UseNonce(t.Context(), "another form", start.Add(time.Hour)))
	})
}
