package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
	"frontdesk/store/storetest"
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
			"block":      func(_ *store.User, c *store.Client) error { return s.BlockClient(t.Context(), c.ID) },
			"change": func(_ *store.User, c *store.Client) error {
				other := *c
				other.Name = "another app"
				return s.UpdateClient(t.Context(), &other, c.RegistrationHash)
			},
		} {
			for i := range 40 {
				held(t, s, what, i%2 == 1, end)
			}
		}
	})
}

// held lets a grant be made and what it rests on end at once.
func held(t *testing.T, s *store.Store, what string, anew bool, end func(u *store.User, c *store.Client) error) {
	t.Helper()
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
			if anew {
				err = allowAnew(ctx, s, session, c)
			} else {
				_, err = s.HoldConsent(ctx, session.ID, c.ID, "r")
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
	if what == "disconnect" && anew {
		return // allowed once more, after it was withdrawn
	}
	if _, err := s.Consent(t.Context(), u.ID, c.ID, "r"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("%s: a consent slipped in behind: %v", what, err)
	}
	if what != "change" && alive(t, s, code.GrantID) {
		t.Fatalf("%s: a grant slipped in behind", what)
	}
}

// TestHoldingWhateverIsUsual has a new password wait for a grant that is being made, in a database where transactions
// usually go by what was there when they began: that grant ends too.
func TestHoldingWhateverIsUsual(t *testing.T) {
	dsn := storetest.PostgresURL(t) + "&default_transaction_isolation=repeatable%20read"
	s := storetest.Open(t, store.Config{DSN: dsn})
	u, c := person(t, s, "jane"), app(t, s, "app")
	session := &store.Session{ID: u.ID, UserID: u.ID, AuthTime: start, ExpiresAt: time.Now().Add(time.Hour)}
	must(t, s.CreateSession(t.Context(), session))
	must(t, s.SaveConsent(t.Context(), &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: []string{"a"}}))
	ctx, err := s.Begin(t.Context())
	must(t, err)
	_, err = s.HoldConsent(ctx, session.ID, c.ID, "r")
	must(t, err)
	code := newCode(u, c)
	must(t, s.CreateCode(ctx, code))
	var g errgroup.Group
	g.Go(func() error {
		return s.Tx(t.Context(), func(ctx context.Context) error {
			if err := s.SetPassword(ctx, u.ID, "new"); err != nil {
				return err
			}
			return s.EndAccess(ctx, u.ID)
		})
	})
	waiting(t, raw(t, s, dsn), 1)
	must(t, s.Commit(ctx))
	must(t, g.Wait())
	if alive(t, s, code.GrantID) {
		t.Error("a grant slipped in behind a new password")
	}
}

// allowAnew is a person who unticks a box that they had ticked before.
func allowAnew(ctx context.Context, s *store.Store, session *store.Session, shown *store.Client) error {
	c, err := s.HoldSession(ctx, session.ID, shown.ID)
	if err != nil {
		return err
	}
	if c.Blocked || c.Name != shown.Name {
		return store.ErrNotFound // who would answer for another app than the page showed
	}
	err = s.SaveConsent(ctx, &store.Consent{UserID: session.UserID, ClientID: c.ID, Resource: "r", Scopes: []string{"b"}})
	if err != nil {
		return err
	}
	return s.RevokeGrants(ctx, session.UserID, c.ID)
}

// TestHoldingTogether has one person answer in two windows at once: each answer is added to what the other left.
func TestHoldingTogether(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, scopes := person(t, s, "jane"), []string{"a", "b"}
		for range 20 {
			c := app(t, s, "app")
			var g errgroup.Group
			for _, scope := range scopes {
				session := &store.Session{ID: rand.Text(), UserID: u.ID, AuthTime: start, ExpiresAt: start.Add(time.Hour)}
				must(t, s.CreateSession(t.Context(), session))
				g.Go(func() error {
					return s.Tx(t.Context(), func(ctx context.Context) error {
						if _, err := s.HoldSession(ctx, session.ID, c.ID); err != nil {
							return err
						}
						all := []string{scope}
						if before, err := s.Consent(ctx, u.ID, c.ID, "r"); err == nil {
							all = append(all, before.Scopes...)
						}
						return s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: all})
					})
				})
			}
			must(t, g.Wait())
			got, err := s.Consent(t.Context(), u.ID, c.ID, "r")
			must(t, err)
			if slices.Sort(got.Scopes); !slices.Equal(got.Scopes, scopes) {
				t.Fatalf("left of %v: %v", scopes, got.Scopes)
			}
		}
	})
}

func TestNothingToHold(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, a := person(t, s, "jane"), app(t, s, "app")
		session := &store.Session{ID: "s", UserID: u.ID, AuthTime: start, ExpiresAt: start.Add(time.Hour)}
		must(t, s.CreateSession(t.Context(), session))
		hold := func() error {
			return s.Tx(t.Context(), func(ctx context.Context) error {
				_, err := s.HoldSession(ctx, session.ID, a.ID)
				return err
			})
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
