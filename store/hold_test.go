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
// is lifted again, and not a disconnection; and neither waits for the other until the database gives up on one.
func TestHolding(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for what, end := range map[string]func(u *store.User, c *store.Client) error{
			"ban":        func(u *store.User, _ *store.Client) error { return s.Ban(t.Context(), u.ID) },
			"disconnect": func(u *store.User, c *store.Client) error { return s.Disconnect(t.Context(), u.ID, c.ID) },
			"sign out":   func(u *store.User, _ *store.Client) error { return s.EndAccess(t.Context(), u.ID) },
			"deletion":   func(_ *store.User, c *store.Client) error { return s.DeleteClient(t.Context(), c.ID) },
		} {
			for i := range 40 {
				u, c := person(t, s, strings.ToLower(rand.Text())), app(t, s, "app")
				session := &store.Session{ID: u.ID, UserID: u.ID, AuthTime: start, ExpiresAt: start.Add(time.Hour)}
				must(t, s.CreateSession(t.Context(), session))
				must(t, s.SaveConsent(t.Context(), &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: []string{"a"}}))
				must(t, s.CreateCode(t.Context(), newCode(u, c)))
				code := newCode(u, c)
				var wg sync.WaitGroup
				var made, ended error
				wg.Go(func() {
					made = s.Tx(t.Context(), func(ctx context.Context) error {
						var err error
						if i%2 == 0 {
							_, err = s.HoldConsent(ctx, session.ID, c.ID, "r")
						} else {
							err = allowAnew(ctx, s, session, c.ID)
						}
						if err != nil {
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
				anew := what == "disconnect" && i%2 == 1 // allowed once more, after it was withdrawn
				if !anew && alive(t, s, code.GrantID) {
					t.Fatalf("%s: a grant slipped in behind", what)
				}
			}
		}
	})
}

// allowAnew is a person who unticks a box that they had ticked before.
func allowAnew(ctx context.Context, s *store.Store, session *store.Session, clientID string) error {
	if err := s.HoldSession(ctx, session.ID, clientID); err != nil {
		return err
	}
	err := s.SaveConsent(ctx, &store.Consent{UserID: session.UserID, ClientID: clientID, Resource: "r", Scopes: []string{"b"}})
	if err != nil {
		return err
	}
	return s.RevokeGrants(ctx, session.UserID, clientID)
}

func TestNothingToHold(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, a := person(t, s, "jane"), app(t, s, "app")
		session := &store.Session{ID: "s", UserID: u.ID, AuthTime: start, ExpiresAt: start.Add(time.Hour)}
		must(t, s.CreateSession(t.Context(), session))
		hold := func() error {
			return s.Tx(t.Context(), func(ctx context.Context) error { return s.HoldSession(ctx, session.ID, a.ID) })
		}
		must(t, hold())
		if _, err := s.HoldConsent(t.Context(), session.ID, a.ID, "r"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no consent: %v", err)
		}
		c.pass(2 * time.Hour)
		if err := hold(); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a session that is over: %v", err)
		}
	})
}
