package store_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

func TestReplicasAgreeOnOneKey(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		_, err := s.SigningKey(ctx, "ES256")
		wants(t, "before", err, store.ErrNotFound)
		var kept [16]*store.SigningKey
		var g errgroup.Group
		for i := range kept {
			g.Go(func() (err error) {
				name := strconv.Itoa(i)
				kept[i], err = s.KeepSigningKey(ctx, store.SigningKey{ID: "key" + name, Algorithm: "ES256", Sealed: "sealed" + name})
				return err
			})
		}
		must(t, g.Wait())
		one, err := s.SigningKey(ctx, "ES256")
		must(t, err)
		if one.Sealed != "sealed"+one.ID[len("key"):] || !one.CreatedAt.Equal(start) {
			t.Errorf("kept %+v", one)
		}
		for _, k := range kept {
			if diff := cmp.Diff(one, k); diff != "" {
				t.Errorf("one of them got another key:\n%s", diff)
			}
		}
	})
}

func TestKeyIsKeptTwice(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		k := store.SigningKey{ID: "key", Algorithm: "ES256", Sealed: "sealed"}
		first, err := s.KeepSigningKey(t.Context(), k)
		must(t, err)
		c.pass(1e9)
		again, err := s.KeepSigningKey(t.Context(), k)
		must(t, err)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Error(diff)
		}
		other, err := s.KeepSigningKey(t.Context(), store.SigningKey{ID: "other", Algorithm: "RS256", Sealed: "sealed"})
		if err != nil || other.ID != "other" {
			t.Errorf("another algorithm's key: %+v, %v", other, err)
		}
		_, err = s.KeepSigningKey(t.Context(), store.SigningKey{ID: "key", Algorithm: "PS256", Sealed: "sealed"})
		wants(t, "one id for two algorithms", err, store.ErrConflict)
	})
}
