package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

// seen is a connection without the rest of its client.
type seen struct {
	name            string
	scopes          []string
	offline         bool
	since, lastUsed time.Duration // after start
}

func connections(t *testing.T, s *store.Store, userID string) []seen {
	t.Helper()
	all, err := s.Connections(t.Context(), userID)
	must(t, err)
	var short []seen
	for _, c := range all {
		there, err := s.Connected(t.Context(), userID, c.Client.ID)
		must(t, err)
		if !there {
			t.Errorf("%s is a connection, and is none", c.Client.Name)
		}
		slices.Sort(c.Scopes)
		short = append(short, seen{c.Client.Name, c.Scopes, c.Offline, c.Since.Sub(start), c.LastUsed.Sub(start)})
	}
	return short
}

func TestConnections(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, other, ctx := person(t, s, "jane"), person(t, s, "joe"), t.Context()
		editor, terminal, idle := app(t, s, "Editor"), app(t, s, "Terminal"), app(t, s, "Idle")
		is := func(when string, want ...seen) {
			t.Helper()
			if diff := cmp.Diff(want, connections(t, s, u.ID), cmp.AllowUnexported(seen{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		grant := func(clientID string, scopes ...string) string {
			code := &store.Code{
				Signature: store.NewID("code"), GrantID: store.NewID("grant"), ExpiresAt: c.Now().Add(time.Minute),
				Grant: store.Grant{UserID: u.ID, ClientID: clientID, Resource: "r", Scopes: scopes},
			}
			must(t, s.CreateCode(ctx, code))
			return code.GrantID
		}
		refresh := func(grantID, signature string) {
			must(t, s.CreateRefreshToken(ctx, &store.RefreshToken{Signature: signature, GrantID: grantID, ExpiresAt: c.Now().Add(100 * time.Hour)}))
		}
		allow := func(userID, clientID string, scopes ...string) {
			must(t, s.SaveConsent(ctx, &store.Consent{UserID: userID, ClientID: clientID, Resource: "r", Scopes: scopes}))
		}
		is("nothing")
		allow(other.ID, idle.ID, "profile")
		allow(u.ID, editor.ID, "profile")
		first := grant(editor.ID, "profile")
		refresh(first, "one")
		c.pass(time.Hour)
		allow(u.ID, terminal.ID, "email")
		is("two", seen{"Terminal", []string{"email"}, false, time.Hour, time.Hour}, seen{"Editor", []string{"profile"}, true, 0, 0})

		// A refresh is a use, whether its token is still there or not.
		c.pass(time.Hour)
		must(t, s.RotateRefreshToken(ctx, "one", &store.RefreshToken{Signature: "two", GrantID: first, ExpiresAt: c.Now().Add(100 * time.Hour)}, time.Minute))
		second := grant(editor.ID, "email", "profile")
		is("used again", seen{"Editor", []string{"email", "profile"}, true, 0, 2 * time.Hour}, seen{"Terminal", []string{"email"}, false, time.Hour, time.Hour})

		// What is over does not count.
		must(t, s.RevokeGrant(ctx, first))
		must(t, s.RevokeGrant(ctx, second))
		is("revoked", seen{"Terminal", []string{"email"}, false, time.Hour, time.Hour}, seen{"Editor", []string{"profile"}, false, 0, 0})
		third := grant(terminal.ID, "email")
		refresh(third, "three")
		c.pass(200 * time.Hour)
		is("expired", seen{"Terminal", []string{"email"}, false, time.Hour, 2 * time.Hour}, seen{"Editor", []string{"profile"}, false, 0, 0})

		must(t, s.Disconnect(ctx, u.ID, terminal.ID))
		if alive(t, s, third) {
			t.Error("a grant of a disconnected client is alive")
		}
		is("disconnected", seen{"Editor", []string{"profile"}, false, 0, 0})
		for what, id := range map[string]string{"again": terminal.ID, "somebody else's": idle.ID, "unknown": "client_gone", "no text": "\x00\xff"} {
			wants(t, what, s.Disconnect(ctx, u.ID, id), store.ErrNotFound)
		}
		if got := connections(t, s, other.ID); len(got) != 1 {
			t.Errorf("somebody else's: %v", got)
		}
	})
}
