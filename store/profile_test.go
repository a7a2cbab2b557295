package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

func TestUpdateProfile(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, joe, ctx := person(t, s, "jane"), person(t, s, "joe"), t.Context()
		to := func(s string) *string { return &s }
		must(t, s.UpdateProfile(ctx, u.ID, store.ProfileUpdate{}))
		must(t, s.UpdateProfile(ctx, u.ID, store.ProfileUpdate{Username: to("janet"), LastName: to("")}))
		wants(t, "a username that is taken", s.UpdateProfile(ctx, u.ID, store.ProfileUpdate{Username: &joe.Username}), store.ErrConflict)
		wants(t, "a user who is gone", s.UpdateProfile(ctx, "user_gone", store.ProfileUpdate{FirstName: to("x")}), store.ErrNotFound)
		got, err := s.User(ctx, u.ID)
		must(t, err)
		if diff := cmp.Diff([]string{"janet", u.FirstName, ""}, []string{got.Username, got.FirstName, got.LastName}); diff != "" {
			t.Error(diff)
		}
		if other, err := s.User(ctx, joe.ID); err != nil || other.Username != joe.Username {
			t.Error(other, err)
		}
	})
}
