package store_test

import (
	"database/sql"
	"strconv"
	"testing"
	"time"

	"frontdesk/store"
)

// TestOldRevocationsGo removes what is over, more of it than one batch takes, and nothing else. What comes after is
// heard by those who heard what went.
func TestOldRevocationsGo(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		e, u := follow(t, s), person(t, s, "jane")
		must(t, s.EndAccess(t.Context(), u.ID))
		for i := range 1500 {
			_, err := db.Exec("INSERT INTO revocations (seq, id, at) SELECT " + strconv.Itoa(i/3) + ", 'grant_old', 1")
			must(t, err)
		}
		if n := count(t, db, "revocations"); n != 1502 {
			t.Fatalf("%d rows, want 1502", n)
		}
		_, err := s.DeleteExpired(t.Context(), time.Hour)
		must(t, err)
		left(t, db, "after an hour", map[string]int{"revocations": 2})
		var since, then int64
		must(t, db.QueryRow("SELECT at FROM revocations WHERE id = ''").Scan(&since))
		// Each batch moves it: what is heard first may not be the last word.
		e.until(t, "hear that something is missing", func() bool { return e.since.UnixMilli() == since })
		if ago := time.Since(e.since); ago < time.Hour+store.Slack-time.Minute || ago > time.Hour+store.Slack+time.Minute {
			t.Errorf("nothing is missing since %v ago", ago)
		}

		_, err = db.Exec("INSERT INTO revocations (seq, id, at) SELECT 0, 'grant_old', 1")
		must(t, err)
		_, err = s.DeleteExpired(t.Context(), 24*time.Hour) // somebody who would have kept more
		must(t, err)
		must(t, db.QueryRow("SELECT at FROM revocations WHERE id = ''").Scan(&then))
		if then != since {
			t.Errorf("what is missing since %v came back: %v", time.UnixMilli(since), time.UnixMilli(then))
		}

		_, err = s.DeleteExpired(t.Context(), -store.Slack-time.Hour)
		must(t, err)
		left(t, db, "in the end", map[string]int{"revocations": 1})
		for i := range 3 {
			u := person(t, s, "joe"+strconv.Itoa(i))
			must(t, s.EndAccess(t.Context(), u.ID))
			e.hears(t, u.ID)
		}
	})
}

// TestRevocationsOfALongerPast: a database with tokens from before revocations were kept says since when they are.
func TestRevocationsOfALongerPast(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		_, err := db.Exec("DELETE FROM revocations")
		must(t, err)
		began := time.Now().Add(-time.Minute)
		if e := follow(t, s); e.since.Before(began) {
			t.Errorf("nothing is missing since %v, it says", e.since)
		}
		left(t, db, "after the first look", map[string]int{"revocations": 1})
		follow(t, s)
		left(t, db, "after the second", map[string]int{"revocations": 1})
	})
}

// TestNoTokensForTheBanned: a grant that slipped in behind a ban brings no tokens while the ban lasts, so that what is
// remembered of the ban need not last longer than the tokens from before.
func TestNoTokensForTheBanned(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, _ *clock, db *sql.DB) {
		u, c, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		must(t, s.Ban(ctx, u.ID))
		code, token := allowed(t, s, u, c), refreshable(t, s, u, c)
		wants(t, "use code", s.UseCode(ctx, code.Signature), store.ErrConflict)
		wants(t, "rotate", s.RotateRefreshToken(ctx, token.Signature, newToken(token.GrantID), time.Minute), store.ErrConflict)
		must(t, s.Unban(ctx, u.ID))
		must(t, s.UseCode(ctx, code.Signature))
		must(t, s.RotateRefreshToken(ctx, token.Signature, newToken(token.GrantID), time.Minute))
		_, err := db.Exec("UPDATE users SET banned_at = 1") // and the grant lives
		must(t, err)
		again, err := s.InGrace(ctx, token.Signature, time.Minute)
		if err != nil || again {
			t.Errorf("a rotated token answers once more: %v, %v", again, err)
		}
	})
}
