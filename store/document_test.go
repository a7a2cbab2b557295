package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"frontdesk/store"
)

// TestDocument saves a client's document, and a newer one over it: what the operator and the clock said first stays.
func TestDocument(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, db *sql.DB) {
		const id = "https://e.example/client.json"
		describe := func(name string) *store.Client {
			d := &store.Client{
				ID: id, Name: name, AuthMethod: "none", ApplicationType: "web", URI: name, LogoURI: name, PolicyURI: name, TermsURI: name,
				SoftwareID: name, SoftwareVersion: name, RedirectURIs: []string{name}, GrantTypes: []string{name}, ResponseTypes: []string{name},
				Scopes: []string{name}, Contacts: []string{name}, FreshUntil: c.Now().Add(time.Hour),
			}
			must(t, s.SaveDocument(t.Context(), d))
			return d
		}
		read := func() *store.Client {
			got, err := s.Client(t.Context(), id)
			must(t, err)
			return got
		}
		want := describe("first")
		if diff := cmp.Diff(want, read(), cmpopts.EquateEmpty()); diff != "" || want.Source != store.FromDocument {
			t.Errorf("from %q (-want +got):\n%s", want.Source, diff)
		}
		jane := person(t, s, "jane")
		for _, step := range []struct {
			name string
			same bool // as before, to people
		}{{"first", true}, {"second", false}, {"second", true}} {
			_, err := db.Exec("UPDATE clients SET verified = TRUE, blocked = TRUE")
			must(t, err)
			must(t, s.SaveConsent(t.Context(), &store.Consent{UserID: jane.ID, ClientID: id, Resource: "r"}))
			c.pass(time.Minute)
			want = describe(step.name)
			want.CreatedAt, want.Verified, want.Blocked = start, true, true
			if diff := cmp.Diff(want, read(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
			if _, err := s.Consent(t.Context(), jane.ID, id, "r"); (err == nil) != step.same {
				t.Errorf("%s: consent %v", step.name, err)
			}
		}
	})
}

// TestKeepDocument: what became of a copy is saved over that very copy, and a server that learned less brings back nothing of
// what another has seen go.
func TestKeepDocument(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		const id = "https://a.example/client.json"
		ctx, copied := t.Context(), store.Client{ID: id, Name: "Copied", RedirectURIs: []string{"https://a.example/cb"}, FetchedAt: start}
		is := func(when, name string, redirects int, fresh time.Duration) {
			t.Helper()
			got, err := s.Client(ctx, id)
			must(t, err)
			if got.Name != name || len(got.RedirectURIs) != redirects || !got.FreshUntil.Equal(start.Add(fresh)) {
				t.Errorf("%s: %+v", when, got)
			}
		}
		keep := func(name string, redirects []string, fetched, fresh time.Duration) {
			t.Helper()
			kept := copied
			kept.Name, kept.RedirectURIs, kept.FetchedAt, kept.FreshUntil = name, redirects, start.Add(fetched), start.Add(fresh)
			must(t, s.KeepDocument(ctx, &kept))
		}
		first := copied
		wants(t, "there is none", s.KeepDocument(ctx, &first), store.ErrNotFound)
		first = copied
		first.FreshUntil = start
		must(t, s.SaveDocument(ctx, &first))
		keep("Copied", copied.RedirectURIs, 0, time.Minute)
		is("down", "Copied", 1, time.Minute)
		keep("Another", copied.RedirectURIs, time.Hour, 2*time.Minute)
		is("of another copy", "Copied", 1, time.Minute)
		keep("Copied", nil, 0, 3*time.Minute)
		is("gone", "Copied", 0, 3*time.Minute)
		keep("Copied", copied.RedirectURIs, 0, 4*time.Minute)
		is("down, says another", "Copied", 0, 3*time.Minute)
		keep("Copied", nil, 0, 5*time.Minute)
		is("gone again", "Copied", 0, 5*time.Minute)
	})
}
