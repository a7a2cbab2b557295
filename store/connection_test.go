package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// seen is a connection without the rest of its client.
type seen struct {
	name            string
	scopes          []string
	offline         bool
	since, lastUsed time.Duration // after start
}

// never stands for a time that there is none of.
const never = -time.Hour

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
		used := never
		if !c.LastUsed.IsZero() {
			used = c.LastUsed.Sub(start)
		}
		short = append(short, seen{c.Client.Name, c.Scopes, c.Offline, c.Since.Sub(start), used})
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
		grant := func(clientID, code string, scopes ...string) string {
			saved := &store.Code{
				Signature: code, GrantID: store.NewID("grant"), ExpiresAt: c.Now().Add(time.Minute),
				Grant: store.Grant{UserID: u.ID, ClientID: clientID, Resource: "r", Scopes: scopes},
			}
			must(t, s.CreateCode(ctx, saved))
			return saved.GrantID
		}
		refresh := func(grantID, signature string) {
			must(t, s.CreateRefreshToken(ctx, &store.RefreshToken{Signature: signature, GrantID: grantID, ExpiresAt: c.Now().Add(100 * time.Hour)}))
		}
		allow := func(userID, clientID string, online bool, scopes ...string) {
			must(t, s.SaveConsent(ctx, &store.Consent{UserID: userID, ClientID: clientID, Resource: "r", Scopes: scopes, Online: online}))
		}
		is("nothing")
		allow(other.ID, idle.ID, false, "profile")
		allow(u.ID, editor.ID, false, "profile")
		first := grant(editor.ID, "code one", "profile")
		is("allowed", seen{"Editor", []string{"profile"}, true, 0, never})
		refresh(first, "one")
		c.pass(time.Hour)
		allow(u.ID, terminal.ID, true, "email")
		is("two", seen{"Editor", []string{"profile"}, true, 0, 0}, seen{"Terminal", []string{"email"}, false, time.Hour, never})

		// A refresh is a use, whether its token is still there or not.
		c.pass(time.Hour)
		must(t, s.RotateRefreshToken(ctx, "one", &store.RefreshToken{Signature: "two", GrantID: first, ExpiresAt: c.Now().Add(100 * time.Hour)}, time.Minute))
		second := grant(editor.ID, "code two", "email", "profile")
		is("used again", seen{"Editor", []string{"email", "profile"}, true, 0, 2 * time.Hour}, seen{"Terminal", []string{"email"}, false, time.Hour, never})

		// So is a code, though no refresh token comes with it.
		c.pass(time.Hour)
		must(t, s.UseCode(ctx, "code two"))
		is("a code", seen{"Editor", []string{"email", "profile"}, true, 0, 3 * time.Hour}, seen{"Terminal", []string{"email"}, false, time.Hour, never})

		// So is what a token is used for, which no clock that is behind takes back.
		c.pass(time.Hour)
		must(t, s.NoteUses(ctx, []string{second, "grant_gone", first, second}))
		must(t, s.NoteUses(ctx, nil))
		c.pass(-time.Minute)
		must(t, s.NoteUses(ctx, []string{first, second}))
		c.pass(time.Minute)
		is("its tokens", seen{"Editor", []string{"email", "profile"}, true, 0, 4 * time.Hour}, seen{"Terminal", []string{"email"}, false, time.Hour, never})

		// What is over does not count.
		must(t, s.RevokeGrant(ctx, first))
		must(t, s.RevokeGrant(ctx, second))
		is("revoked", seen{"Terminal", []string{"email"}, false, time.Hour, never}, seen{"Editor", []string{"profile"}, true, 0, never})
		third := grant(terminal.ID, "code three", "email")
		refresh(third, "three")
		c.pass(200 * time.Hour)
		is("expired", seen{"Terminal", []string{"email"}, false, time.Hour, 4 * time.Hour}, seen{"Editor", []string{"profile"}, true, 0, never})

		must(t, s.Disconnect(ctx, u.ID, terminal.ID))
		if alive(t, s, third) {
			t.Error("a grant of a disconnected client is alive")
		}
		is("disconnected", seen{"Editor", []string{"profile"}, true, 0, never})
		for what, id := range map[string]string{"again": terminal.ID, "somebody else's": idle.ID, "unknown": "client_gone", "no text": "\x00\xff"} {
			wants(t, what, s.Disconnect(ctx, u.ID, id), store.ErrNotFound)
		}
		if got := connections(t, s, other.ID); len(got) != 1 {
			t.Errorf("somebody else's: %v", got)
		}
	})
}

// TestNoteUsesWaitsForNobody: a grant that is being changed stays unnoted, and the others are noted.
func TestNoteUsesWaitsForNobody(t *testing.T) {
	c := &clock{now: start}
	s := storetest.Open(t, store.Config{DSN: storetest.PostgresURL(t), Now: c.Now})
	u := person(t, s, "jane")
	var ids []string
	for range 2001 { // more than one statement takes
		ids = append(ids, store.NewID("grant"))
	}
	for _, id := range []string{ids[0], ids[2000]} {
		must(t, s.CreateCode(t.Context(), &store.Code{
			Signature: store.NewID("code"), GrantID: id, ExpiresAt: c.Now().Add(time.Minute),
			Grant: store.Grant{UserID: u.ID, ClientID: app(t, s, id).ID, Resource: "r"},
		}))
	}
	must(t, s.Tx(t.Context(), func(ctx context.Context) error {
		if err := s.RevokeGrant(ctx, ids[0]); err != nil {
			return err
		}
		short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		return s.NoteUses(short, ids)
	}))
	if got := connections(t, s, u.ID); len(got) != 1 || got[0].lastUsed != 0 {
		t.Errorf("%v", got)
	}
}
