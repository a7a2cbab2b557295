package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

func TestConsent(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u, editor, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		save := func(resource string, scopes ...string) {
			t.Helper()
			must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: editor.ID, Resource: resource, Scopes: scopes}))
		}
		save("first", "profile")
		save("second", "admin")
		c.pass(time.Hour)
		save("first", "email", "profile")
		got, err := s.Consent(ctx, u.ID, editor.ID, "first")
		must(t, err)
		want := &store.Consent{
			UserID: u.ID, ClientID: editor.ID, Resource: "first", Scopes: []string{"email", "profile"},
			CreatedAt: start, UpdatedAt: c.Now(),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for what, key := range map[string][3]string{
			"user":     {"user_gone", editor.ID, "first"},
			"client":   {u.ID, "client_gone", "first"},
			"resource": {u.ID, editor.ID, "firs"},
		} {
			_, err = s.Consent(ctx, key[0], key[1], key[2])
			wants(t, "another "+what, err, store.ErrNotFound)
		}
		gone := &store.Consent{UserID: u.ID, ClientID: "client_gone", Resource: "first"}
		wants(t, "for a client that is gone", s.SaveConsent(ctx, gone), store.ErrNotFound)
	})
}
