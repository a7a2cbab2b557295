package main

import (
	"context"
	"log/slog"
	"time"

	"frontdesk/store"
)

// startHousekeeping deletes what is over: now and every ten minutes what has expired, codes after keep more, and every
// hour, for it looks at them all, the clients that nobody has used within unused (0: none). stop ends it, and waits for the
// deletion that runs.
func startHousekeeping(ctx context.Context, s *store.Store, keep, unused time.Duration, log *slog.Logger) (stop func()) {
	return inBackground(ctx, func(ctx context.Context) {
		tick := time.NewTicker(10 * time.Minute)
		defer tick.Stop()
		for round := 0; ; round++ {
			switch n, err := s.DeleteExpired(ctx, keep); {
			case err != nil && ctx.Err() == nil:
				log.Error("expired rows not deleted", "err", err)
			case n > 0:
				log.Debug("expired rows deleted", "rows", n)
			}
			if round%6 == 0 {
				deleteUnused(ctx, s, unused, log)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// inBackground does something until stop is called or ctx ends; stop waits for its end.
func inBackground(ctx context.Context, do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(ctx)
	}()
	return func() { cancel(); <-done }
}

func deleteUnused(ctx context.Context, s *store.Store, unused time.Duration, log *slog.Logger) {
	if unused == 0 {
		return
	}
	switch n, err := s.DeleteUnusedClients(ctx, time.Now().Add(-unused), 0); {
	case err != nil && ctx.Err() == nil:
		log.Error("unused clients not deleted", "err", err)
	case n > 0:
		log.Info("unused clients deleted", "clients", n)
	}
}
