package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/store"
)

// TestHolding makes a grant while what it rests on ends. Whichever is first, no grant outlives the end: not a ban that
// is lifted again, and not a disconnection.
func TestHolding(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for what, end := range map[string]func(u *store.User, c *store.Client) error{
			"ban":        func(u *store.User, _ *store.Client) error { return s.Ban(t.Context(), u.ID) },
			"disconnect": func(u *store.User, c *store.Client) error { return s.Disconnect(t.Context(), u.ID, c.ID) },
		} {
			for range 20 {
				u, c := person(t, s, strings.ToLower(rand.Text())), app(t, s, "app")
				session := &store.Session{ID: u.ID, UserID: u.ID, AuthTime: start, ExpiresAt: start.Add(time.Hour)}
				must(t, s.CreateSession(t.Context(), session))
				must(t, s.SaveConsent(t.Context(), &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: []string{"a"}}))
				code := newCode(u, c)
				var wg sync.WaitGroup
				var made, ended error
				wg.Go(func() {
					made = s.Tx(t.Context(), func(ctx context.Context) error {
						if err := s.HoldSession(ctx, session); err != nil {
							return err
						}
						if _, err := s.HoldConsent(ctx, u.ID, c.ID, "r"); err != nil {
							return err
						}
						return s.CreateCode(ctx, code)
					})
				})
				wg.Go(func() { ended = end(u, c) })
				wg.Wait()
				must(t, ended)
				if made != nil && !errors.Is(made, store.ErrNotFound) {
					t.Fatalf("%s: %v", what, made)
				}
				must(t, s.Unban(t.Context(), u.ID))
				if alive(t, s, code.GrantID) {
					t.Fatalf("%s: a grant slipped in behind", what)
				}
			}
		}
	})
}

func TestNothingToHold(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u := person(t, s, "jane")
		session := &store.Session{ID: "s", UserID: u.ID, AuthTime: start, ExpiresAt: start.Add(time.Hour)}
		must(t, s.CreateSession(t.Context(), session))
		hold := func() error {
			return s.Tx(t.Context(), func(ctx context.Context) error { return s.HoldSession(ctx, session) })
		}
		must(t, hold())
		c.pass(2 * time.Hour)
		if err := hold(); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a session that is over: %v", err)
		}
		if _, err := s.HoldConsent(t.Context(), u.ID, "nobody", "r"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no consent: %v", err)
		}
	})
}
