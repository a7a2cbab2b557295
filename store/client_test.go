package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

func TestClient(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		want := &store.Client{
			Name: "Editor", SecretHash: "00ff", AuthMethod: "client_secret_basic", ApplicationType: "web", URI: "https://e.example",
			LogoURI: "https://e.example/logo", PolicyURI: "https://e.example/policy", TermsURI: "https://e.example/terms",
			SoftwareID: "e", SoftwareVersion: "1", RedirectURIs: []string{`https://e.example/?a="b"&c=d,e`, "cursor://x/y"},
			GrantTypes: []string{"authorization_code"}, ResponseTypes: []string{"code"}, Scopes: []string{"profile"},
			Contacts: []string{"a@e.example", "b@e.example"}, Verified: true,
			PostLogoutRedirectURIs: []string{"https://e.example/bye"}, ResourceServer: true,
		}
		must(t, s.CreateClient(ctx, want))
		if !strings.HasPrefix(want.ID, "client_") {
			t.Errorf("id %q", want.ID)
		}
		got, err := s.Client(ctx, want.ID)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || !got.CreatedAt.Equal(start) {
			t.Errorf("(-want +got):\n%s", diff)
		}
		wants(t, "the same id again", s.CreateClient(ctx, want), store.ErrConflict)

		other := app(t, s, "Editor") // names need not be unique
		c.pass(time.Hour)
		must(t, s.SetClientSecret(ctx, want.ID, "ff00"))
		want.SecretHash, want.SecretRotatedAt = "ff00", c.Now()
		got, err = s.Client(ctx, want.ID)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with a new secret (-want +got):\n%s", diff)
		}
		if got, err = s.Client(ctx, other.ID); err != nil || got.SecretHash != "" || len(got.Scopes) != 0 {
			t.Errorf("the other client: %+v, %v", got, err)
		}
	})
}

func TestUnknownClient(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		app(t, s, "Editor")
		_, err := s.Client(t.Context(), "client_gone")
		wants(t, "read", err, store.ErrNotFound)
		_, err = s.Client(t.Context(), "")
		wants(t, "read ''", err, store.ErrNotFound)
		wants(t, "delete", s.DeleteClient(t.Context(), "client_gone"), store.ErrNotFound)
		wants(t, "set secret", s.SetClientSecret(t.Context(), "client_gone", "x"), store.ErrNotFound)
	})
}
