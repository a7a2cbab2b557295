package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"frontdesk/store"
)

// wants fails the test unless err is the sentinel.
func wants(t *testing.T, what string, err, sentinel error) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Errorf("%s: %v, want %v", what, err, sentinel)
	}
}

func TestUserIsReadAsSaved(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock) {
		u := &store.User{
			Username: "jane", FirstName: "Jane", LastName: "Doe", PasswordHash: "$argon2id$…", ImageURL: "https://example.com/jane.png",
			Admin: true, TwoFactorEnabled: true, CreateOrganizationEnabled: true, DeleteSelfEnabled: true,
			Emails: []store.Email{
				{Address: "Other@Example.com", Canonical: "other@example.com"},
				{Address: "Jane@Example.com", Canonical: "jane@example.com", Primary: true, VerifiedAt: start},
			},
		}
		must(t, s.CreateUser(t.Context(), u))
		want := *u
		want.Emails = []store.Email{u.Emails[1], u.Emails[0]} // the primary comes first
		if !want.CreatedAt.Equal(start) || want.Primary().Address != "Jane@Example.com" {
			t.Errorf("made at %v, primary %+v", want.CreatedAt, want.Primary())
		}
		c.pass(time.Hour)
		for _, identifier := range []string{"jane", "jane@example.com", "other@example.com"} {
			found, err := s.UserByIdentifier(t.Context(), identifier)
			must(t, err)
			if diff := cmp.Diff(&want, found); diff != "" {
				t.Errorf("by %s (-want +got):\n%s", identifier, diff)
			}
		}
		got, err := s.User(t.Context(), u.ID)
		must(t, err)
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("by id (-want +got):\n%s", diff)
		}
		list, err := s.Users(t.Context(), "", 10)
		must(t, err)
		if diff := cmp.Diff([]store.User{want}, list, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("in the list (-want +got):\n%s", diff)
		}
	})
}

// TestExternalAccounts reads two of them beside two addresses, and none of somebody else's.
func TestExternalAccounts(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		u := &store.User{Username: "jane", Emails: []store.Email{{Canonical: "a", Primary: true}, {Canonical: "b"}}}
		must(t, s.CreateUser(t.Context(), u))
		other := person(t, s, "joe")
		insert := func(id, user, subject string, at time.Time) {
			_, err := db.Exec(fmt.Sprintf(`INSERT INTO external_accounts (id, user_id, provider, subject, identifier, created_at)
				VALUES ('%s', '%s', 'Google', '%s', '%s@gmail.com', %d)`, id, user, subject, id, at.UnixMilli()))
			must(t, err)
		}
		insert("late", u.ID, "1", start.Add(time.Hour))
		insert("other", other.ID, "2", start)
		insert("old", u.ID, "3", start)
		u.ExternalAccounts = []store.ExternalAccount{
			{ID: "old", UserID: u.ID, Provider: "Google", Subject: "3", Identifier: "old@gmail.com", CreatedAt: start},
			{ID: "late", UserID: u.ID, Provider: "Google", Subject: "1", Identifier: "late@gmail.com", CreatedAt: start.Add(time.Hour)},
		}
		got, err := s.User(t.Context(), u.ID)
		must(t, err)
		if diff := cmp.Diff(u, got); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
		list, err := s.Users(t.Context(), "", 10)
		must(t, err)
		for _, got := range list {
			if diff := cmp.Diff(u, &got); got.ID == u.ID && diff != "" {
				t.Errorf("in the list (-want +got):\n%s", diff)
			}
		}
	})
}

func TestFalseIsKept(t *testing.T) { // the columns' defaults are true
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u := &store.User{}
		must(t, s.CreateUser(t.Context(), u))
		got, err := s.User(t.Context(), u.ID)
		must(t, err)
		if got.CreateOrganizationEnabled || got.DeleteSelfEnabled || got.Banned() || got.Locked() || got.Primary() != (store.Email{}) {
			t.Errorf("read %+v", got)
		}
	})
}

func TestUnknownUser(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		person(t, s, "jane")
		must(t, s.CreateUser(t.Context(), &store.User{ID: "user_nameless"})) // '' is nobody's username
		ctx := t.Context()
		_, err := s.User(ctx, "user_gone")
		wants(t, "read", err, store.ErrNotFound)
		for _, identifier := range []string{"", "joe", "Jane", "jane@example.co", "jane'--", "%"} {
			_, err = s.UserByIdentifier(ctx, identifier)
			wants(t, "read by "+identifier, err, store.ErrNotFound)
		}
		_, err = s.HoldUser(ctx, "user_gone")
		wants(t, "hold", err, store.ErrNotFound)
		wants(t, "ban", s.Ban(ctx, "user_gone"), store.ErrNotFound)
		wants(t, "unban", s.Unban(ctx, "user_gone"), store.ErrNotFound)
		wants(t, "lock", s.Lock(ctx, "user_gone"), store.ErrNotFound)
		wants(t, "unlock", s.Unlock(ctx, "user_gone"), store.ErrNotFound)
		wants(t, "delete", s.DeleteUser(ctx, "user_gone"), store.ErrNotFound)
		wants(t, "set password", s.SetPassword(ctx, "user_gone", "x"), store.ErrNotFound)
		wants(t, "replace hash", s.ReplacePasswordHash(ctx, "user_gone", "x", "y"), store.ErrNotFound)
		must(t, s.EndAccess(ctx, "user_gone"))
	})
}

func TestNamesAreUnique(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		jane := person(t, s, "jane")
		mail := func(canonical string, primary bool) store.Email {
			return store.Email{Address: canonical, Canonical: canonical, Primary: primary}
		}
		for what, u := range map[string]*store.User{
			"username":             {Username: "jane"},
			"address":              {Username: "joe", Emails: []store.Email{mail("joe@example.com", true), mail("jane@example.com", false)}},
			"two primaries":        {Username: "joe", Emails: []store.Email{mail("joe@example.com", true), mail("j@example.com", true)}},
			"one's own addresses":  {Username: "joe", Emails: []store.Email{mail("joe@example.com", true), mail("joe@example.com", false)}},
			"id":                   {ID: jane.ID, Username: "joe"},
			"id, username and all": jane,
		} {
			wants(t, what, s.CreateUser(t.Context(), u), store.ErrConflict)
		}
		_, err := s.UserByIdentifier(t.Context(), "joe")
		wants(t, "what was half made", err, store.ErrNotFound)
		for range 2 { // no username is no conflict
			must(t, s.CreateUser(t.Context(), &store.User{}))
		}
		if all, err := s.Users(t.Context(), "", 4); err != nil || len(all) != 3 {
			t.Errorf("%d users, %v", len(all), err)
		}
	})
}

func TestOnlyOneIsFirst(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		person(t, s, "jane") // who is no administrator keeps nobody from it
		var won atomic.Int32
		var g errgroup.Group
		for i := range 16 {
			g.Go(func() error {
				err := s.CreateFirstAdministrator(t.Context(), &store.User{Username: "first" + strconv.Itoa(i), Admin: true})
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, store.ErrConflict) {
					return err
				}
				return nil
			})
		}
		must(t, g.Wait())
		if all, err := s.Users(t.Context(), "", 3); won.Load() != 1 || len(all) != 2 || err != nil {
			t.Errorf("%d won, %d users, %v", won.Load(), len(all), err)
		}
	})
}

func TestPasswordHash(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u, other := person(t, s, "jane"), person(t, s, "joe")
		ctx := t.Context()
		must(t, s.SetPassword(ctx, u.ID, "second"))
		wants(t, "replace what is gone", s.ReplacePasswordHash(ctx, u.ID, u.PasswordHash, "third"), store.ErrNotFound)
		must(t, s.ReplacePasswordHash(ctx, u.ID, "second", "third"))
		for id, want := range map[string]string{u.ID: "third", other.ID: other.PasswordHash} {
			if got, err := s.User(ctx, id); err != nil || got.PasswordHash != want {
				t.Errorf("hash %+v, %v, want %s", got, err, want)
			}
		}
	})
}

// TestHeldUserDoesNotChange bans somebody in the middle of a transaction that holds them: the ban comes after.
func TestHeldUserDoesNotChange(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock) {
		u := person(t, s, "jane")
		ctx, err := s.Begin(t.Context())
		must(t, err)
		held, err := s.HoldUser(ctx, u.ID)
		must(t, err)
		if held.PasswordHash != u.PasswordHash {
			t.Errorf("held %+v", held)
		}
		banned := make(chan error, 1)
		go func() {
			banned <- s.Ban(t.Context(), u.ID)
			close(banned)
		}()
		must(t, s.CreateSession(ctx, &store.Session{ID: "session", UserID: u.ID, ExpiresAt: start.Add(time.Hour)}))
		select {
		case err := <-banned:
			t.Error("banned while held:", err)
		case <-time.After(100 * time.Millisecond): // long enough for a ban that does not wait
		}
		must(t, s.Commit(ctx))
		must(t, <-banned) // nil, too, where it came too early
		_, err = s.Session(t.Context(), "session")
		wants(t, "the session that was made before the ban", err, store.ErrNotFound)
	})
}

func TestUserName(t *testing.T) {
	t.Parallel()
	for want, u := range map[string]store.User{
		"Jane Smith": {FirstName: "Jane", LastName: "Smith", Username: "jane"},
		"Jane":       {FirstName: "Jane"},
		"Smith":      {LastName: "Smith"},
		"":           {Username: "jane"},
	} {
		if got := u.Name(); got != want {
			t.Errorf("%+v: %q", u, got)
		}
	}
	u := store.User{Emails: []store.Email{{Address: "a"}, {Address: "b", Primary: true}, {Address: "c"}}}
	if got := u.Secondary(); !slices.Equal(got, []string{"a", "c"}) {
		t.Error(got)
	}
	if (&store.User{}).Secondary() == nil {
		t.Error("no addresses are no list")
	}
}
