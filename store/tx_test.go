package store_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

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
