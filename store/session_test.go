package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

func TestSession(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, ctx := person(t, s, "jane"), t.Context()
		want := &store.Session{
			ID: "session", UserID: u.ID, UserAgent: "Mozilla/5.0", Address: "2001:db8::1",
			AuthTime: start.Add(-time.Minute), ExpiresAt: start.Add(time.Hour), AMR: []string{"pwd"},
		}
		must(t, s.CreateSession(ctx, want))
		got, err := s.Session(ctx, "session")
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || !got.CreatedAt.Equal(start) {
			t.Errorf("(-want +got):\n%s", diff)
		}
		wants(t, "the same id again", s.CreateSession(ctx, want), store.ErrConflict)
		wants(t, "nobody's session", s.CreateSession(ctx, &store.Session{ID: "other", UserID: "user_gone"}), store.ErrNotFound)

		c.pass(time.Hour - time.Millisecond)
		_, err = s.Session(ctx, "session")
		must(t, err)
		c.pass(time.Millisecond)
		_, err = s.Session(ctx, "session")
		wants(t, "at its end", err, store.ErrNotFound)
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, other, ctx := person(t, s, "jane"), person(t, s, "joe"), t.Context()
		for id, owner := range map[string]*store.User{"first": u, "second": u, "third": u, "other": other} {
			must(t, s.CreateSession(ctx, &store.Session{ID: id, UserID: owner.ID, ExpiresAt: start.Add(time.Hour)}))
		}
		must(t, s.EndSessions(ctx, "first"))
		must(t, s.EndSessions(ctx, "first")) // gone already is no error
		_, err := s.Session(ctx, "first")
		wants(t, "the ended session", err, store.ErrNotFound)
		_, err = s.Session(ctx, "second")
		must(t, err)

		must(t, s.DeleteSessions(ctx, u.ID))
		for _, id := range []string{"second", "third"} {
			_, err := s.Session(ctx, id)
			wants(t, id, err, store.ErrNotFound)
		}
		_, err = s.Session(ctx, "other")
		must(t, err)
	})
}
