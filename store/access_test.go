package store_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"frontdesk/store"
)

// alive tells what GrantAlive says, which must not fail.
func alive(t *testing.T, s *store.Store, grant string) bool {
	t.Helper()
	ok, err := s.GrantAlive(t.Context(), grant)
	must(t, err)
	return ok
}

// TestEndOfGrants ends grants in every way there is, and sees that they end, and no others.
func TestEndOfGrants(t *testing.T) {
	type rows struct{ user, client, grant string }
	ways := []struct {
		name string
		end  func(ctx context.Context, s *store.Store, r rows) error
		left []string
	}{
		{"nothing", func(context.Context, *store.Store, rows) error { return nil }, []string{"first", "second", "elsewhere", "other's"}},
		{"lock", func(ctx context.Context, s *store.Store, r rows) error { return s.Lock(ctx, r.user) }, []string{"first", "second", "elsewhere", "other's"}},
		{"revoke grant", func(ctx context.Context, s *store.Store, r rows) error { return s.RevokeGrant(ctx, r.grant) }, []string{"second", "elsewhere", "other's"}},
		{"revoke at a client", func(ctx context.Context, s *store.Store, r rows) error { return s.RevokeGrants(ctx, r.user, r.client) }, []string{"elsewhere", "other's"}},
		{"delete client", func(ctx context.Context, s *store.Store, r rows) error { return s.DeleteClient(ctx, r.client) }, []string{"elsewhere"}},
		{"revoke all", func(ctx context.Context, s *store.Store, r rows) error { return s.RevokeGrants(ctx, r.user, "") }, []string{"other's"}},
		{"end access", func(ctx context.Context, s *store.Store, r rows) error { return s.EndAccess(ctx, r.user) }, []string{"other's"}},
		{"ban", func(ctx context.Context, s *store.Store, r rows) error { return s.Ban(ctx, r.user) }, []string{"other's"}},
		{"delete user", func(ctx context.Context, s *store.Store, r rows) error { return s.DeleteUser(ctx, r.user) }, []string{"other's"}},
	}
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		for i, way := range ways {
			u, other := person(t, s, "jane"+strconv.Itoa(i)), person(t, s, "joe"+strconv.Itoa(i))
			c, another := app(t, s, "Editor"), app(t, s, "Terminal")
			grants := map[string]string{
				"first": allowed(t, s, u, c).GrantID, "second": allowed(t, s, u, c).GrantID,
				"elsewhere": allowed(t, s, u, another).GrantID, "other's": allowed(t, s, other, c).GrantID,
			}
			must(t, way.end(t.Context(), s, rows{u.ID, c.ID, grants["first"]}))
			for name, id := range grants {
				if want := slices.Contains(way.left, name); alive(t, s, id) != want {
					t.Errorf("%s: the %s grant is alive: %v", way.name, name, !want)
				}
			}
		}
	})
}

func TestBanEndsWhatIsOpen(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, ctx := person(t, s, "jane"), t.Context()
		g := allowed(t, s, u, app(t, s, "Editor")).GrantID
		must(t, s.CreateSession(ctx, &store.Session{ID: "session", UserID: u.ID, ExpiresAt: start.Add(time.Hour)}))
		must(t, s.Ban(ctx, u.ID))
		must(t, s.Lock(ctx, u.ID))
		got, err := s.User(ctx, u.ID)
		must(t, err)
		if !got.Banned() || !got.BannedAt.Equal(c.Now()) || !got.Locked() || !got.LockedAt.Equal(c.Now()) {
			t.Errorf("after the ban: %+v", got)
		}
		must(t, s.Unban(ctx, u.ID))
		must(t, s.Unlock(ctx, u.ID))
		if got, err = s.User(ctx, u.ID); err != nil || got.Banned() || got.Locked() {
			t.Errorf("after the end of the ban: %+v, %v", got, err)
		}
		_, err = s.Session(ctx, "session")
		wants(t, "the session", err, store.ErrNotFound)
		if alive(t, s, g) {
			t.Error("the end of the ban revived a grant")
		}
	})
}

// TestGrantOfBannedUser is a grant that slipped in behind a ban: dead as long as the ban lasts.
func TestGrantOfBannedUser(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, c := person(t, s, "jane"), app(t, s, "Editor")
		must(t, s.Ban(t.Context(), u.ID))
		if alive(t, s, allowed(t, s, u, c).GrantID) {
			t.Error("a banned user's grant is alive")
		}
		if alive(t, s, "grant_gone") {
			t.Error("a grant that never was is alive")
		}
	})
}

// TestDeletionsCascade deletes a user, or a client, and finds nothing of theirs.
func TestDeletionsCascade(t *testing.T) {
	for _, way := range []string{"user", "client"} {
		t.Run(way, func(t *testing.T) {
			each(t, func(t *testing.T, s *store.Store, _ *clock) {
				u, c, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
				token := refreshable(t, s, u, c)
				code := allowed(t, s, u, c)
				must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: "r"}))
				must(t, s.CreateSession(ctx, &store.Session{ID: "session", UserID: u.ID, ExpiresAt: start.Add(time.Hour)}))
				if way == "user" {
					must(t, s.DeleteUser(ctx, u.ID))
					_, err := s.Session(ctx, "session")
					wants(t, "session", err, store.ErrNotFound)
					_, err = s.UserByIdentifier(ctx, "jane@example.com")
					wants(t, "email", err, store.ErrNotFound)
					person(t, s, "jane") // the names are free again
				} else {
					must(t, s.DeleteClient(ctx, c.ID))
					_, err := s.Client(ctx, c.ID)
					wants(t, "client", err, store.ErrNotFound)
				}
				_, err := s.Code(ctx, code.Signature)
				wants(t, "code", err, store.ErrNotFound)
				_, err = s.RefreshToken(ctx, token.Signature)
				wants(t, "refresh token", err, store.ErrNotFound)
				_, err = s.Consent(ctx, u.ID, c.ID, "r")
				wants(t, "consent", err, store.ErrNotFound)
				wants(t, "use code", s.UseCode(ctx, code.Signature), store.ErrConflict)
				wants(t, "rotate", s.RotateRefreshToken(ctx, token.Signature, newToken(token.GrantID), time.Minute), store.ErrConflict)
				must(t, s.RevokeGrant(ctx, code.GrantID))
			})
		})
	}
}
