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
