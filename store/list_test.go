package store_test

import (
	"slices"
	"testing"
	"time"

	"frontdesk/store"
)

// TestListsPageByAge pages through people and clients of whom several are made at the same time: nobody is left
// out and nobody comes twice.
func TestListsPageByAge(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		var people, clients []string
		for _, together := range []int{3, 1, 4} {
			var us, cs []string
			for range together {
				u, editor := &store.User{}, &store.Client{}
				must(t, s.CreateUser(t.Context(), u))
				must(t, s.CreateClient(t.Context(), editor))
				us, cs = append(us, u.ID), append(cs, editor.ID)
			}
			slices.Sort(us)
			slices.Sort(cs)
			people, clients = append(people, us...), append(clients, cs...)
			c.pass(time.Minute)
		}
		for limit := 1; limit <= 9; limit++ {
			got := pages(t, limit, func(after string) (ids []string, err error) {
				us, err := s.Users(t.Context(), after, limit)
				for _, u := range us {
					ids = append(ids, u.ID)
				}
				return ids, err
			})
			if !slices.Equal(got, people) {
				t.Errorf("people by %d: %v, want %v", limit, got, people)
			}
			got = pages(t, limit, func(after string) (ids []string, err error) {
				cs, err := s.Clients(t.Context(), after, limit)
				for _, c := range cs {
					ids = append(ids, c.ID)
				}
				return ids, err
			})
			if !slices.Equal(got, clients) {
				t.Errorf("clients by %d: %v, want %v", limit, got, clients)
			}
		}
	})
}

// pages reads a list to its end.
func pages(t *testing.T, limit int, list func(after string) ([]string, error)) (all []string) {
	t.Helper()
	for after := ""; ; after = all[len(all)-1] {
		ids, err := list(after)
		must(t, err)
		if len(ids) > limit {
			t.Fatalf("%d at once, want at most %d", len(ids), limit)
		}
		if len(ids) == 0 {
			return all
		}
		all = append(all, ids...)
	}
}

func TestListOfPeopleHasTheirAddresses(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		want := map[string]string{}
		for _, name := range []string{"jane", "joe", "jim"} {
			u := person(t, s, name)
			want[u.ID] = u.Emails[0].Address
		}
		us, err := s.Users(t.Context(), "", 10)
		must(t, err)
		for _, u := range us {
			if len(u.Emails) != 1 || u.Primary().Address != want[u.ID] {
				t.Errorf("%s has %+v", u.Username, u.Emails)
			}
		}
	})
}
