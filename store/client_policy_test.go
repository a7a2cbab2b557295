package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

func TestBlockClient(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx, u := t.Context(), person(t, s, "jane")
		bad, good := app(t, s, "Bad"), app(t, s, "Good")
		dead, lives := allowed(t, s, u, bad).GrantID, allowed(t, s, u, good).GrantID
		for _, c := range []*store.Client{bad, good} {
			must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: "r"}))
		}
		must(t, s.BlockClient(ctx, bad.ID))
		if alive(t, s, dead) || !alive(t, s, lives) {
			t.Error("the wrong grant is dead")
		}
		_, err := s.Consent(ctx, u.ID, bad.ID, "r")
		wants(t, "consent of a blocked client", err, store.ErrNotFound)
		_, err = s.Consent(ctx, u.ID, good.ID, "r")
		must(t, err)
		state := func(verified, blocked bool) {
			t.Helper()
			if c, err := s.Client(ctx, bad.ID); err != nil || c.Verified != verified || c.Blocked != blocked {
				t.Errorf("%+v, %v", c, err)
			}
		}
		state(false, true)
		must(t, s.UnblockClient(ctx, bad.ID))
		state(false, false)
		if alive(t, s, dead) {
			t.Error("what the block ended came back")
		}
		must(t, s.BlockClient(ctx, bad.ID))
		must(t, s.AllowClient(ctx, bad.ID))
		state(true, false)
		names, err := s.VerifiedClients(ctx)
		must(t, err)
		if diff := cmp.Diff([]store.NamedClient{{ID: bad.ID, Name: "Bad"}}, names); diff != "" {
			t.Errorf("verified (-want +got):\n%s", diff)
		}
		for _, do := range []error{s.AllowClient(ctx, "gone"), s.BlockClient(ctx, "gone"), s.UnblockClient(ctx, "gone")} {
			wants(t, "a client that is not there", do, store.ErrNotFound)
		}
	})
}

// A document that comes again changes what it says, and not what an operator decided.
func TestDocumentsKeepTheirState(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx, id := t.Context(), "https://a.example/client"
		save := func(name, logo string) *store.Client {
			t.Helper()
			must(t, s.SaveDocument(ctx, &store.Client{
				ID: id, Name: name, LogoURI: logo, JWKSURI: "https://a.example/" + name, AuthMethod: "private_key_jwt", AuthOptional: true,
				RedirectURIs: []string{"https://a.example/" + name}, FetchedAt: c.Now(), FreshUntil: c.Now().Add(time.Hour),
			}))
			got, err := s.Client(ctx, id)
			must(t, err)
			return got
		}
		save("one", "https://a.example/1.png")
		must(t, s.AllowClient(ctx, id))
		must(t, s.SetLogo(ctx, id, "00ff", c.Now().Add(time.Hour)))
		c.pass(time.Minute)
		same := save("two", "https://a.example/1.png")
		if same.Name != "two" || !same.Verified || same.Source != store.FromDocument || !same.CreatedAt.Equal(start) || !same.FetchedAt.Equal(c.Now()) ||
			same.JWKSURI != "https://a.example/two" || !same.AuthOptional || same.Logo != "00ff" || same.LogoUntil.IsZero() {
			t.Errorf("%+v", same)
		}
		if other := save("two", "https://a.example/2.png"); other.Logo != "00ff" || !other.LogoUntil.IsZero() {
			t.Errorf("with another logo: %+v", other)
		}
	})
}

func TestUpdateClient(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx, u := t.Context(), person(t, s, "jane")
		was := &store.Client{
			Name: "Editor", AuthMethod: "none", ApplicationType: "web", RedirectURIs: []string{"https://e.example/cb"}, Verified: true,
			RegistrationHash: "first", URI: "https://e.example", Contacts: []string{"a@e.example"}, ResourceServer: true,
			GrantTypes: []string{"authorization_code"}, ResponseTypes: []string{"code"}, Scopes: []string{"email"},
		}
		must(t, s.CreateClient(ctx, was))
		consented := func() bool {
			_, err := s.Consent(ctx, u.ID, was.ID, "r")
			return err == nil
		}
		allow := func() {
			must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: was.ID, Resource: "r"}))
		}
		allow()
		c.pass(time.Hour)

		next := *was
		next.RegistrationHash, next.Contacts, next.SoftwareVersion = "second", nil, "2"
		next.ResourceServer, next.CreatedAt = false, time.Time{} // not the client's to set
		wants(t, "with another token", s.UpdateClient(ctx, new(next), "wrong"), store.ErrNotFound)
		if !consented() {
			t.Error("a refused update made people's consent forgotten")
		}
		must(t, s.UpdateClient(ctx, new(next), "first"))
		wants(t, "with the token of before", s.UpdateClient(ctx, new(next), "first"), store.ErrNotFound)
		got, err := s.Client(ctx, was.ID)
		must(t, err)
		want := next
		want.ResourceServer, want.CreatedAt, want.Contacts = true, start, []string{}
		if diff := cmp.Diff(&want, got, cmp.Transformer("list", func(l []string) []string { return append([]string{}, l...) })); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !consented() || !got.Verified {
			t.Error("the same app at the same place lost what it was allowed")
		}
		for what, change := range map[string]func(*store.Client){
			"logo": func(c *store.Client) { c.LogoURI = "https://e.example/bank.png" }, "page": func(c *store.Client) { c.URI = "" },
			"policy": func(c *store.Client) { c.PolicyURI = "https://e.example/other" }, "terms": func(c *store.Client) { c.TermsURI = "https://e.example/other" },
			"keys": func(c *store.Client) { c.JWKS = `{"keys":[]}` }, "keys' address": func(c *store.Client) { c.JWKSURI = "https://e.example/jwks" },
			"method": func(c *store.Client) { c.AuthMethod = "private_key_jwt" },
		} {
			must(t, s.AllowClient(ctx, was.ID))
			again := *got
			change(&again)
			must(t, s.UpdateClient(ctx, &again, "second"))
			if now, err := s.Client(ctx, was.ID); err != nil || now.Verified || !consented() {
				t.Errorf("with another %s: %+v, %v, consent: %v", what, now, err, consented())
			}
			again = *got
			must(t, s.UpdateClient(ctx, &again, "second"))
		}
		for _, change := range []func(*store.Client){
			func(c *store.Client) { c.Name = "Bank" },
			func(c *store.Client) { c.RedirectURIs = []string{"https://elsewhere.example/cb"} },
		} {
			must(t, s.AllowClient(ctx, was.ID))
			allow()
			again := *got
			change(&again)
			must(t, s.UpdateClient(ctx, &again, "second"))
			if now, err := s.Client(ctx, was.ID); err != nil || now.Verified || consented() {
				t.Errorf("another app kept what this one was allowed: %+v, %v", now, err)
			}
		}
		wants(t, "of nobody", s.UpdateClient(ctx, &store.Client{ID: "gone"}, ""), store.ErrNotFound)
	})
}

func TestLogo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx, editor := t.Context(), app(t, s, "Editor")
		logo := &store.Logo{ID: "00ff", Kind: "image/png", Image: []byte("\x89PNG\x00\xff")}
		must(t, s.SaveLogo(ctx, logo))
		must(t, s.SaveLogo(ctx, &store.Logo{ID: "lost", Kind: "image/png", Image: []byte{1}}))
		must(t, s.SaveLogo(ctx, logo)) // another client's
		must(t, s.SetLogo(ctx, editor.ID, logo.ID, start.Add(time.Hour)))
		got, err := s.Logo(ctx, "00ff")
		must(t, err)
		if diff := cmp.Diff(logo, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		_, err = s.Logo(ctx, "none")
		wants(t, "no logo", err, store.ErrNotFound)
		wants(t, "a logo for nobody", s.SetLogo(ctx, "gone", "00ff", start), store.ErrNotFound)
		allowed(t, s, person(t, s, "jane"), editor)
		c.pass(time.Hour)
		if n, err := s.DeleteUnusedClients(ctx, c.Now(), 0); n != 0 || err != nil {
			t.Errorf("%d went, %v", n, err)
		}
		_, err = s.Logo(ctx, "lost")
		wants(t, "a logo that is nobody's", err, store.ErrNotFound)
		_, err = s.Logo(ctx, "00ff")
		must(t, err)
	})
}
