package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

const grace = time.Minute

// chain is a store with one refresh token in it.
func chain(t *testing.T, test func(t *testing.T, s *store.Store, c *clock, token *store.RefreshToken)) {
	t.Helper()
	chainRaw(t, func(t *testing.T, s *store.Store, c *clock, token *store.RefreshToken, _ *sql.DB) {
		test(t, s, c, token)
	})
}

func chainRaw(t *testing.T, test func(t *testing.T, s *store.Store, c *clock, token *store.RefreshToken, db *sql.DB)) {
	t.Helper()
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, db *sql.DB) {
		test(t, s, c, refreshable(t, s, person(t, s, "jane"), app(t, s, "Editor")), db)
	})
}

func TestRefreshToken(t *testing.T) {
	chain(t, func(t *testing.T, s *store.Store, c *clock, token *store.RefreshToken) {
		ctx := t.Context()
		check := func(want *store.RefreshToken) {
			t.Helper()
			got, err := s.RefreshToken(ctx, want.Signature)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		first, err := s.RefreshToken(ctx, token.Signature)
		must(t, err)
		token.Grant = first.Grant
		if g := token.Grant; g.ID != token.GrantID || len(g.Scopes) != 2 || !g.RevokedAt.IsZero() || !g.AuthTime.Equal(start.Add(-time.Hour)) {
			t.Errorf("grant %+v", g)
		}
		check(token)
		c.pass(time.Hour)
		next := newToken(token.GrantID)
		must(t, s.RotateRefreshToken(ctx, token.Signature, next, grace))
		token.UsedAt, token.Successor = c.Now(), next.Signature
		next.Grant = token.Grant
		check(token)
		check(next)
		must(t, s.RevokeGrant(ctx, token.GrantID))
		next.Grant.RevokedAt = c.Now()
		check(next)
	})
}

func TestUnknownRefreshToken(t *testing.T) {
	chain(t, func(t *testing.T, s *store.Store, _ *clock, token *store.RefreshToken) {
		ctx := t.Context()
		_, err := s.RefreshToken(ctx, "gone")
		wants(t, "read", err, store.ErrNotFound)
		wants(t, "rotate", s.RotateRefreshToken(ctx, "gone", newToken(token.GrantID), grace), store.ErrConflict)
		wants(t, "the same again", s.CreateRefreshToken(ctx, token), store.ErrConflict)
		wants(t, "of a grant that is gone", s.CreateRefreshToken(ctx, newToken("grant_gone")), store.ErrNotFound)
		if ok, err := s.InGrace(ctx, "gone", grace); ok || err != nil {
			t.Error("in grace:", ok, err)
		}
	})
}

func TestRotationsAtOnceAgree(t *testing.T) {
	chainRaw(t, func(t *testing.T, s *store.Store, _ *clock, token *store.RefreshToken, db *sql.DB) {
		next := *newToken(token.GrantID)
		var g errgroup.Group
		for range 64 {
			g.Go(func() error {
				mine := next
				return s.RotateRefreshToken(t.Context(), token.Signature, &mine, grace)
			})
		}
		must(t, g.Wait())
		got, err := s.RefreshToken(t.Context(), next.Signature)
		if err != nil || !got.UsedAt.IsZero() {
			t.Errorf("the successor: %+v, %v", got, err)
		}
		if n := count(t, db, "refresh_tokens"); n != 2 {
			t.Errorf("%d refresh tokens, want the old one and its successor", n)
		}
	})
}

// TestSecondRotation tries a used refresh token again, in every state that the chain can have.
func TestSecondRotation(t *testing.T) {
	for name, state := range map[string]struct {
		change func(t *testing.T, s *store.Store, c *clock, next *store.RefreshToken)
		ok     bool
	}{
		"at once": {ok: true, change: func(*testing.T, *store.Store, *clock, *store.RefreshToken) {}},
		"at the end of grace": {ok: true, change: func(_ *testing.T, _ *store.Store, c *clock, _ *store.RefreshToken) {
			c.pass(grace)
		}},
		"after grace": {change: func(_ *testing.T, _ *store.Store, c *clock, _ *store.RefreshToken) {
			c.pass(grace + time.Millisecond)
		}},
		"successor used": {change: func(t *testing.T, s *store.Store, _ *clock, next *store.RefreshToken) {
			must(t, s.RotateRefreshToken(t.Context(), next.Signature, newToken(next.GrantID), grace))
		}},
		"grant revoked": {change: func(t *testing.T, s *store.Store, _ *clock, next *store.RefreshToken) {
			must(t, s.RevokeGrant(t.Context(), next.GrantID))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			chainRaw(t, func(t *testing.T, s *store.Store, c *clock, token *store.RefreshToken, db *sql.DB) {
				next := newToken(token.GrantID)
				must(t, s.RotateRefreshToken(t.Context(), token.Signature, next, grace))
				state.change(t, s, c, next)
				if ok, err := s.InGrace(t.Context(), token.Signature, grace); ok != state.ok || err != nil {
					t.Errorf("in grace: %v, %v, want %v", ok, err, state.ok)
				}
				before := count(t, db, "refresh_tokens")
				switch err := s.RotateRefreshToken(t.Context(), token.Signature, next, grace); {
				case state.ok:
					must(t, err)
				default:
					wants(t, "rotate again", err, store.ErrConflict)
				}
				if n := count(t, db, "refresh_tokens"); n != before {
					t.Errorf("%d refresh tokens became %d", before, n)
				}
			})
		})
	}
}

// TestOtherSuccessor asks for a second successor within grace: there is no such token, so nobody may answer with it.
func TestOtherSuccessor(t *testing.T) {
	chain(t, func(t *testing.T, s *store.Store, _ *clock, token *store.RefreshToken) {
		must(t, s.RotateRefreshToken(t.Context(), token.Signature, newToken(token.GrantID), grace))
		wants(t, "rotate", s.RotateRefreshToken(t.Context(), token.Signature, newToken(token.GrantID), grace), store.ErrConflict)
	})
}

func TestRotateUnderRevokedGrant(t *testing.T) {
	chain(t, func(t *testing.T, s *store.Store, _ *clock, token *store.RefreshToken) {
		must(t, s.RevokeGrant(t.Context(), token.GrantID))
		next := newToken(token.GrantID)
		wants(t, "rotate", s.RotateRefreshToken(t.Context(), token.Signature, next, grace), store.ErrConflict)
		if got, err := s.RefreshToken(t.Context(), token.Signature); err != nil || !got.UsedAt.IsZero() {
			t.Errorf("the refused rotation marked the token: %+v, %v", got, err)
		}
		_, err := s.RefreshToken(t.Context(), next.Signature)
		wants(t, "the successor", err, store.ErrNotFound)
	})
}

// TestRotationIsWhole rotates into a token that cannot be saved: the old one must stay good.
func TestRotationIsWhole(t *testing.T) {
	chain(t, func(t *testing.T, s *store.Store, _ *clock, token *store.RefreshToken) {
		wants(t, "rotate", s.RotateRefreshToken(t.Context(), token.Signature, newToken("grant_gone"), grace), store.ErrNotFound)
		must(t, s.RotateRefreshToken(t.Context(), token.Signature, newToken(token.GrantID), grace))
	})
}
