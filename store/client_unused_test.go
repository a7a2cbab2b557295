package store_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

// clientNames lists the names of the clients that are there.
func clientNames(t *testing.T, s *store.Store) (names []string) {
	t.Helper()
	all, err := s.Clients(t.Context(), "", 5000)
	must(t, err)
	for _, c := range all {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// TestUnusedClientsGo makes one client for every reason to stay, and one for none.
func TestUnusedClientsGo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx, u := t.Context(), person(t, s, "jane")
		app(t, s, "unused")
		must(t, s.SaveDocument(ctx, &store.Client{ID: "https://a.example/unused", Name: "unused document", RedirectURIs: []string{"x:/y"}}))
		allowed(t, s, u, app(t, s, "granted"))
		must(t, s.RevokeGrant(ctx, allowed(t, s, u, app(t, s, "revoked")).GrantID))
		consented := app(t, s, "consented")
		must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: consented.ID, Resource: "r"}))
		must(t, s.AllowClient(ctx, app(t, s, "allowed").ID))
		must(t, s.BlockClient(ctx, app(t, s, "blocked").ID))
		must(t, s.CreateClient(ctx, &store.Client{Name: "operator's", Source: store.FromOperator}))
		c.pass(time.Hour)
		app(t, s, "young")

		if n, err := s.CountUnusedClients(ctx, 100); n != 3 || err != nil {
			t.Errorf("%d unused, %v", n, err)
		}
		if n, err := s.CountUnusedClients(ctx, 2); n != 2 || err != nil {
			t.Errorf("%d unused of at most 2, %v", n, err)
		}
		for _, step := range []struct {
			before time.Time
			gone   int64
		}{{start, 0}, {start.Add(time.Millisecond), 2}, {start.Add(time.Hour), 0}} {
			if n, err := s.DeleteUnusedClients(ctx, step.before, 0); n != step.gone || err != nil {
				t.Errorf("before %v: %d went, %v", step.before, n, err)
			}
		}
		want := []string{"allowed", "blocked", "consented", "granted", "operator's", "revoked", "young"}
		if got := clientNames(t, s); !slices.Equal(got, want) {
			t.Errorf("left: %q", got)
		}
	})
}

// TestManyUnusedClientsGo is more than one batch, with some that stay in between.
func TestManyUnusedClientsGo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, ctx := person(t, s, "jane"), t.Context()
		must(t, s.Tx(ctx, func(ctx context.Context) error {
			for i := range 2300 {
				one := &store.Client{Name: "c" + strconv.Itoa(i)}
				if err := s.CreateClient(ctx, one); err != nil {
					return err
				}
				if i%100 != 0 {
					continue
				}
				if err := s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: one.ID, Resource: "r"}); err != nil {
					return err
				}
			}
			return nil
		}))
		c.pass(time.Hour)
		if n, err := s.DeleteUnusedClients(ctx, c.Now(), 1100); n != 1100 || err != nil {
			t.Errorf("%d of 1100 went, %v", n, err)
		}
		if n, err := s.DeleteUnusedClients(ctx, c.Now(), 0); n != 2300-23-1100 || err != nil {
			t.Errorf("%d went, %v", n, err)
		}
		if got := clientNames(t, s); len(got) != 23 {
			t.Errorf("%d left", len(got))
		}
	})
}

// TestUnusedClientsGoOrStay allows clients something while they are deleted: whoever was told yes stays.
func TestUnusedClientsGoOrStay(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, ctx := person(t, s, "jane"), t.Context()
		var ids []string
		for i := range 60 {
			ids = append(ids, app(t, s, "c"+strconv.Itoa(i)).ID)
		}
		c.pass(time.Hour)
		var kept []string
		var g errgroup.Group
		g.Go(func() error {
			for _, id := range slices.Backward(ids) {
				if s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: id, Resource: "r"}) == nil {
					kept = append(kept, id)
				}
			}
			return nil
		})
		for range 4 {
			g.Go(func() error { _, err := s.DeleteUnusedClients(ctx, c.Now(), 0); return err })
		}
		must(t, g.Wait())
		for _, id := range kept {
			_, err := s.Consent(ctx, u.ID, id, "r")
			must(t, err)
		}
		if got := clientNames(t, s); len(got) != len(kept) {
			t.Errorf("%d left, %d were allowed", len(got), len(kept))
		}
	})
}
