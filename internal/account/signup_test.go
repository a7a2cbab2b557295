package account

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

func TestSignUp(t *testing.T) {
	d := newDesk(t, Config{})
	made, err := d.SignUp(t.Context(), NewUser{
		Email: " Jane@Bücher.example ", Username: " Jane.Smith ", FirstName: " Jane ", LastName: "Smith-Ōe",
		Password: password, Admin: true, Verified: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := d.store.User(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if u.Username != "jane.smith" || u.FirstName != "Jane" || u.LastName != "Smith-Ōe" || !u.Admin ||
		!u.CreateOrganizationEnabled || !u.DeleteSelfEnabled || u.TwoFactorEnabled || u.Banned() || u.Locked() || u.ImageURL != "" {
		t.Errorf("%+v", u)
	}
	e := u.Primary()
	if len(u.Emails) != 1 || e.Address != "Jane@Bücher.example" || e.Canonical != "jane@xn--bcher-kva.example" || !e.VerifiedAt.Equal(d.clock.Time) {
		t.Errorf("%+v", u.Emails)
	}
	plain, err := d.SignUp(t.Context(), NewUser{Email: "a@example.com", Password: password})
	if err != nil || plain.Admin || !plain.Primary().VerifiedAt.IsZero() {
		t.Errorf("%+v, %v", plain, err)
	}
}

func TestSignUpRefuses(t *testing.T) {
	d := newDesk(t, Config{})
	d.jane(t)
	good := NewUser{Email: "a@example.com", Username: "abc", Password: password}
	for field, cases := range map[string][]func(*NewUser){
		"email": {
			func(n *NewUser) { n.Email = "" },
			func(n *NewUser) { n.Email = "jane" },
			func(n *NewUser) { n.Email = "@example.com" },
			func(n *NewUser) { n.Email = "jane@" },
			func(n *NewUser) { n.Email = "Jane <a@example.com>" },
			func(n *NewUser) { n.Email = "<a@example.com>" },
			func(n *NewUser) { n.Email = "a@example.com, b@example.com" },
			func(n *NewUser) { n.Email = "a@b@example.com" },
			func(n *NewUser) { n.Email = `"a b"@example.com` },
			func(n *NewUser) { n.Email = "a@example.com(comment)" },
			func(n *NewUser) { n.Email = "a@[127.0.0.1]" },
			func(n *NewUser) { n.Email = "a@-example.com" },
			func(n *NewUser) { n.Email = "a@exa_mple.com" },
			func(n *NewUser) { n.Email = "a@example..com" },
			func(n *NewUser) { n.Email = "a@example.com\r\nBcc: b@example.com" },
			func(n *NewUser) { n.Email = "a\u200b@example.com" },
			func(n *NewUser) { n.Email = "a\u202e@example.com" },
			func(n *NewUser) { n.Email = "a\xff@example.com" },
			func(n *NewUser) { n.Email = "a\x00@example.com" },
			func(n *NewUser) { n.Email = strings.Repeat("a", 65) + "@example.com" },
			func(n *NewUser) { n.Email = "a@" + strings.Repeat("a.", 130) + "com" },
			func(n *NewUser) { n.Email = "JANE@example.COM" }, // taken
			func(n *NewUser) { n.Email, n.Username = "JANE@example.COM", "jane" },
		},
		"username": {
			func(n *NewUser) { n.Username = "a" },
			func(n *NewUser) { n.Username = ".abc" },
			func(n *NewUser) { n.Username = "a b" },
			func(n *NewUser) { n.Username = "USER_06h25x25kjfd6kzm8" }, // an id, perhaps somebody's
			func(n *NewUser) { n.Username = "a@example.com" },
			func(n *NewUser) { n.Username = "jané" },
			func(n *NewUser) { n.Username = "abc\n" + "d" },
			func(n *NewUser) { n.Username = strings.Repeat("a", 32) },
			func(n *NewUser) { n.Username = "JANE" }, // taken
		},
		"first_name": {
			func(n *NewUser) { n.FirstName = strings.Repeat("é", 101) },
			func(n *NewUser) { n.FirstName = "J\u0000" },
			func(n *NewUser) { n.FirstName = "J\nane" },
			func(n *NewUser) { n.FirstName = "\u202eenaJ" },
			func(n *NewUser) { n.FirstName = "Ja\u200dne" },
			func(n *NewUser) { n.FirstName = "Ja\u3164ne" },
			func(n *NewUser) { n.FirstName = "Ja\xffne" },
		},
		"last_name": {func(n *NewUser) { n.LastName = "Sm\u2066ith" }},
		"password":  {func(n *NewUser) { n.Password = "1234567" }, func(n *NewUser) { n.Password = strings.Repeat("x", 1025) }},
	} {
		for i, spoil := range cases {
			n := good
			spoil(&n)
			if _, err := d.SignUp(t.Context(), n); !isField(err, field) || !strings.HasSuffix(err.Error(), ".") {
				t.Errorf("%s %d %+v: %v", field, i, n, err)
			}
		}
	}
	if all, err := d.store.Users(t.Context(), "", 2); len(all) != 1 || err != nil {
		t.Error(len(all), err)
	}
	long := good
	long.FirstName = strings.Repeat("é", 100)
	if _, err := d.SignUp(t.Context(), long); err != nil {
		t.Error(err)
	}
}

func TestFirstAdministratorIsMadeOnce(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		d := New(Config{Store: storetest.Open(t, store.Config{DSN: dsn}), Now: time.Now})
		if _, err := d.SignUp(t.Context(), NewUser{Email: "z@example.com", Password: password}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.SignUp(t.Context(), NewUser{Email: "z@example.com", Password: password, Admin: true, First: true}); !errors.Is(err, ErrEmailTaken) {
			t.Error(err)
		}
		var wg sync.WaitGroup
		results := make([]error, 4)
		for i := range results {
			wg.Go(func() {
				email := string(rune('a'+i)) + "@example.com"
				_, results[i] = d.SignUp(t.Context(), NewUser{Email: email, Password: password, Admin: true, First: true})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range results {
			switch {
			case err == nil:
				made++
			case !errors.Is(err, ErrNotFirst):
				t.Error(err)
			}
		}
		if made != 1 {
			t.Errorf("%d first administrators", made)
		}
	})
}

func FuzzCanonicalIdentifier(f *testing.F) {
	for _, s := range []string{"jane", "JANE@EXAMPLE.com", "jané@bücher.example", "a@xn--bcher-kva.example", "İ@example.com", "\u212a@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		canonical, err := canonicalIdentifier(s)
		if err != nil {
			return
		}
		again, err := canonicalIdentifier(canonical)
		if err != nil || again != canonical {
			t.Errorf("%q is %q, and that is %q (%v)", s, canonical, again, err)
		}
	})
}
