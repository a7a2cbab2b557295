package store_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

func TestCode(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, editor, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		allowed(t, s, u, editor)
		want := allowed(t, s, u, editor)
		check := func(when string) {
			t.Helper()
			got, err := s.Code(ctx, want.Signature)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		if want.Grant.ID != want.GrantID || !want.Grant.CreatedAt.Equal(start) {
			t.Errorf("grant %+v", want.Grant)
		}
		check("new")
		c.pass(time.Hour)
		must(t, s.UseCode(ctx, want.Signature))
		want.UsedAt = c.Now()
		check("used")
		c.pass(time.Hour)
		must(t, s.RevokeGrant(ctx, want.GrantID))
		want.Grant.RevokedAt = c.Now()
		c.pass(time.Hour)
		must(t, s.RevokeGrant(ctx, want.GrantID)) // the first time counts
		check("revoked")
	})
}

func TestUnknownCode(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, c, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		first := allowed(t, s, u, c)
		_, err := s.Code(ctx, "gone")
		wants(t, "read", err, store.ErrNotFound)
		wants(t, "use", s.UseCode(ctx, "gone"), store.ErrConflict)
		wants(t, "for a user that is gone", s.CreateCode(ctx, newCode(&store.User{ID: "user_gone"}, c)), store.ErrNotFound)
		wants(t, "for a client that is gone", s.CreateCode(ctx, newCode(u, &store.Client{ID: "client_gone"})), store.ErrNotFound)

		again := newCode(u, c)
		again.Signature = first.Signature
		wants(t, "the same code again", s.CreateCode(ctx, again), store.ErrConflict)
		if alive(t, s, again.GrantID) {
			t.Error("the grant stayed without its code")
		}
		again = newCode(u, c)
		again.GrantID = first.GrantID
		wants(t, "the same grant again", s.CreateCode(ctx, again), store.ErrConflict)
	})
}

func TestCodeIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, c := person(t, s, "jane"), app(t, s, "Editor")
		code, other := allowed(t, s, u, c), allowed(t, s, u, c)
		var won atomic.Int32
		var g errgroup.Group
		for range 64 {
			g.Go(func() error {
				err := s.UseCode(t.Context(), code.Signature)
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
		if got, err := s.Code(t.Context(), other.Signature); err != nil || !got.UsedAt.IsZero() {
			t.Errorf("the other code: %+v, %v", got, err)
		}
	})
}

func TestCodeOfRevokedGrant(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		code := allowed(t, s, person(t, s, "jane"), app(t, s, "Editor"))
		must(t, s.RevokeGrant(t.Context(), code.GrantID))
		wants(t, "use", s.UseCode(t.Context(), code.Signature), store.ErrConflict)
	})
}
