package store

import (
	"context"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, Config{DSN: t.TempDir() + "/x.db", Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u := &User{Username: "jane", Emails: []Email{{Address: "J@x", Canonical: "j@x", Primary: true}}}
	if err := s.CreateFirstUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateFirstUser(ctx, &User{}); err == nil {
		t.Fatal("second first")
	}
	for _, id := range []string{"jane", "j@x"} {
		v, err := s.UserByIdentifier(ctx, id)
		if err != nil || v.ID != u.ID || len(v.Emails) != 1 || v.CreatedAt.IsZero() {
			t.Fatal(v, err)
		}
	}
	c := &Client{Name: "c", RedirectURIs: []string{"http://x"}}
	if err := s.CreateClient(ctx, c); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateCode(ctx, &Code{Signature: "sig", GrantID: "g1", ExpiresAt: time.Now().Add(time.Hour), Grant: Grant{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: []string{"a"}, AuthTime: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	code, err := s.Code(ctx, "sig")
	if err != nil || code.Grant.UserID != u.ID || code.Grant.Scopes[0] != "a" || code.Grant.AuthTime.IsZero() || !code.UsedAt.IsZero() {
		t.Fatalf("%+v %v", code, err)
	}
	if err := s.UseCode(ctx, "sig"); err != nil {
		t.Fatal(err)
	}
	if err := s.UseCode(ctx, "sig"); err == nil {
		t.Fatal("twice")
	}
	if err := s.CreateRefreshToken(ctx, &RefreshToken{Signature: "r1", GrantID: "g1", ExpiresAt: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.RotateRefreshToken(ctx, "r1", &RefreshToken{Signature: "r2", GrantID: "g1", ExpiresAt: time.Now().Add(time.Hour)}, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.RotateRefreshToken(ctx, "r2", &RefreshToken{Signature: "r3", GrantID: "g1", ExpiresAt: time.Now().Add(time.Hour)}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := s.RotateRefreshToken(ctx, "r1", &RefreshToken{Signature: "r2", GrantID: "g1"}, time.Minute); err == nil {
		t.Fatal("r1 again")
	}
	if ok, err := s.GrantAlive(ctx, "g1"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if us, err := s.Users(ctx, "", 10); err != nil || len(us) != 1 || len(us[0].Emails) != 1 {
		t.Fatal(us, err)
	}
	if err := s.Ban(ctx, u.ID); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.GrantAlive(ctx, "g1"); ok {
		t.Fatal("alive")
	}
	if n, err := s.DeleteExpired(ctx, time.Hour); err != nil {
		t.Fatal(n, err)
	}
	if _, err := s.KeepSigningKey(ctx, SigningKey{ID: "a", Algorithm: "ES256", Sealed: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveConsent(ctx, &Consent{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveConsent(ctx, &Consent{UserID: u.ID, ClientID: c.ID, Resource: "r", Scopes: []string{"x", "y"}}); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Consent(ctx, u.ID, c.ID, "r"); err != nil || len(c.Scopes) != 2 {
		t.Fatal(c, err)
	}
	if err := s.DeleteUser(ctx, u.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Pending(ctx); n != 0 || err != nil {
		t.Fatal(n, err)
	}
}
