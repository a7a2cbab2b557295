package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"frontdesk/store"
)

// hostile is text that people and clients may send, and that is kept as it is.
var hostile = map[string]string{
	"quotes":      `'"` + "`" + `''; DROP TABLE users; --`,
	"placeholder": `? $1 :a @a %s %d \' \0 {}[]`,
	"controls":    "\x01\x07\b\t\r\n\x1b[31m\x7f",
	"unicode":     "é\u0301 \u202eevil\u2066 \u200b \ufeff 😀 \U0010ffff \ufffd",
	"spaces":      "  a  ",
	"large":       strings.Repeat("Zoë 'x' ", 1<<17), // 1.1 MB
}

func TestHostileText(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		ctx := t.Context()
		for name, text := range hostile {
			u := &store.User{FirstName: text, LastName: text, ImageURL: text, PasswordHash: text, Emails: []store.Email{{Address: text, Canonical: name}}}
			must(t, s.CreateUser(ctx, u))
			if got, err := s.User(ctx, u.ID); err != nil || got.FirstName != text || got.PasswordHash != text || got.Emails[0].Address != text {
				t.Errorf("%s in a user is lost: %v", name, err)
			}
			c := &store.Client{Name: text, RedirectURIs: []string{text, "", text}, Contacts: []string{text}}
			must(t, s.CreateClient(ctx, c))
			got, err := s.Client(ctx, c.ID)
			if err != nil || !cmp.Equal(c, got, cmpopts.EquateEmpty()) {
				t.Errorf("%s in a client is lost: %v", name, err)
			}
			if len(text) > 1<<20 {
				continue // PostgreSQL indexes no more than 2,700 bytes
			}
			named := &store.User{Username: text}
			must(t, s.CreateUser(ctx, named))
			if got, err := s.UserByIdentifier(ctx, text); err != nil || got.ID != named.ID {
				t.Errorf("by the username %s: %v, %v", name, got, err)
			}
			must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: text, Scopes: []string{text}}))
			if got, err := s.Consent(ctx, u.ID, c.ID, text); err != nil || got.Scopes[0] != text {
				t.Errorf("%s in a consent: %v, %v", name, got, err)
			}
		}
	})
}

// notText is what PostgreSQL cannot keep as text, so that SQLite must not either.
var notText = map[string]string{"NUL": "a\x00b", "invalid UTF-8": "a\xffb", "surrogate": "a\xed\xa0\x80b", "cut off": "a\xe2\x82"}

func TestNoText(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, c, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		for name, bad := range notText {
			for what, read := range map[string]func() error{
				"user":               func() error { _, err := s.User(ctx, bad); return err },
				"user by identifier": func() error { _, err := s.UserByIdentifier(ctx, bad); return err },
				"client":             func() error { _, err := s.Client(ctx, bad); return err },
				"session":            func() error { _, err := s.Session(ctx, bad); return err },
				"code":               func() error { _, err := s.Code(ctx, bad); return err },
				"refresh token":      func() error { _, err := s.RefreshToken(ctx, bad); return err },
				"consent":            func() error { _, err := s.Consent(ctx, u.ID, c.ID, bad); return err },
			} {
				wants(t, name+" names a "+what, read(), store.ErrNotFound)
			}
			if alive(t, s, bad) {
				t.Errorf("%s names a grant", name)
			}
			bare := newCode(u, c)
			bare.Nonce = bad
			for what, err := range map[string]error{
				"first name":   s.CreateUser(ctx, &store.User{FirstName: bad}),
				"address":      s.CreateUser(ctx, &store.User{Emails: []store.Email{{Address: bad, Canonical: "bad"}}}),
				"client name":  s.CreateClient(ctx, &store.Client{Name: bad}),
				"user agent":   s.CreateSession(ctx, &store.Session{ID: "session", UserID: u.ID, UserAgent: bad}),
				"nonce":        s.CreateCode(ctx, bare),
				"form":         s.UseNonce(ctx, bad, start),
				"resource":     s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: c.ID, Resource: bad}),
				"new password": s.SetPassword(ctx, u.ID, bad),
				"new secret":   s.SetClientSecret(ctx, c.ID, bad),
				"redirect URI": s.CreateClient(ctx, &store.Client{RedirectURIs: []string{"a", bad}}),
				"ban":          s.Ban(ctx, bad),
				"revocation":   s.RevokeGrant(ctx, bad),
				"used code":    s.UseCode(ctx, bad),
			} {
				if err == nil || !strings.HasSuffix(err.Error(), "not text: UTF-8 without NUL") {
					t.Errorf("%s in a %s: %v", name, what, err)
				}
			}
		}
		if all, err := s.Users(ctx, "", 2); len(all) != 1 || err != nil {
			t.Errorf("%d users, %v", len(all), err)
		}
	})
}
