package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"frontdesk/store"
)

// keep is how long the codes of these tests are kept after they expire.
const keep = time.Hour

// left asserts how many rows each table has.
func left(t *testing.T, db *sql.DB, when string, want map[string]int) {
	t.Helper()
	for table, n := range want {
		if got := count(t, db, table); got != n {
			t.Errorf("%s: %d %s, want %d", when, got, table, n)
		}
	}
}

// TestExpiredGoes lets time pass and sees each row go when it is over, and not before. The code and the session
// live for a minute, the nonce for two, the refresh token for a day.
func TestExpiredGoes(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, db *sql.DB) {
		u, editor, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		refreshable(t, s, u, editor)
		allowed(t, s, u, editor)
		must(t, s.CreateSession(ctx, &store.Session{ID: "session", UserID: u.ID, ExpiresAt: start.Add(time.Minute)}))
		must(t, s.UseNonce(ctx, "form", start.Add(2*time.Minute)))
		must(t, s.SaveConsent(ctx, &store.Consent{UserID: u.ID, ClientID: editor.ID, Resource: "r"}))
		now := start
		for _, step := range []struct {
			at   time.Duration
			gone int64
			left map[string]int
		}{
			{time.Minute, 0, map[string]int{"sessions": 1, "used_nonces": 1, "codes": 2, "refresh_tokens": 1, "grants": 2}},
			{time.Minute + time.Millisecond, 1, map[string]int{"sessions": 0, "used_nonces": 1, "codes": 2}},
			{2 * time.Minute, 0, map[string]int{"used_nonces": 1}},
			{3 * time.Minute, 0, map[string]int{"used_nonces": 1, "codes": 2}},
			{time.Minute + keep, 0, map[string]int{"codes": 2, "grants": 2}},
			{time.Minute + keep + time.Millisecond, 3, map[string]int{"codes": 0, "refresh_tokens": 1, "grants": 1}},
			{2*time.Minute + store.Slack, 0, map[string]int{"used_nonces": 1}},
			{2*time.Minute + store.Slack + time.Millisecond, 1, map[string]int{"used_nonces": 0}},
			{24 * time.Hour, 0, map[string]int{"refresh_tokens": 1, "grants": 1}},
			{24*time.Hour + time.Millisecond, 2, map[string]int{"refresh_tokens": 0, "grants": 0}},
			{1000 * time.Hour, 0, map[string]int{"users": 1, "emails": 1, "clients": 1, "consents": 1}},
		} {
			c.pass(step.at - now.Sub(start))
			now = start.Add(step.at)
			gone, err := s.DeleteExpired(ctx, keep)
			must(t, err)
			if gone != step.gone {
				t.Errorf("after %v: %d rows went, want %d", step.at, gone, step.gone)
			}
			left(t, db, "after "+step.at.String(), step.left)
		}
	})
}

// TestGrantWaitsForItsTokens is a grant that has no code yet, or none any more: it is kept while anything hangs on it,
// and as long as an access token of it may live.
func TestGrantWaitsForItsTokens(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, db *sql.DB) {
		u, editor, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		token := refreshable(t, s, u, editor)
		_, err := db.Exec("DELETE FROM codes")
		must(t, err)
		for range 3 { // rotated on the last day of each token
			c.pass(23 * time.Hour)
			next := newToken(token.GrantID)
			next.ExpiresAt = c.Now().Add(24 * time.Hour)
			must(t, s.RotateRefreshToken(ctx, token.Signature, next, grace))
			token = next
			_, err := s.DeleteExpired(ctx, keep)
			must(t, err)
			if !alive(t, s, token.GrantID) {
				t.Fatal("the grant went before its tokens")
			}
		}
		left(t, db, "in use", map[string]int{"refresh_tokens": 2, "grants": 1}) // the last two have not expired
		must(t, s.RevokeGrant(ctx, token.GrantID))
		_, err = s.DeleteExpired(ctx, keep)
		must(t, err)
		left(t, db, "revoked", map[string]int{"refresh_tokens": 2, "grants": 1}) // so that reuse is still seen
	})
}

// TestGrantWaitsForItsCode has a refresh token that is over before its code may go: the grant stays for the replay of the code.
func TestGrantWaitsForItsCode(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, db *sql.DB) {
		code := allowed(t, s, person(t, s, "jane"), app(t, s, "Editor"))
		token := newToken(code.GrantID)
		token.ExpiresAt = start.Add(2 * time.Minute)
		must(t, s.CreateRefreshToken(t.Context(), token))
		c.pass(3 * time.Minute)
		_, err := s.DeleteExpired(t.Context(), keep)
		must(t, err)
		left(t, db, "before", map[string]int{"refresh_tokens": 0, "codes": 1, "grants": 1})
		c.pass(keep)
		_, err = s.DeleteExpired(t.Context(), keep)
		must(t, err)
		left(t, db, "after", map[string]int{"codes": 0, "grants": 0})
	})
}

// TestExpiredGoesInBatches has more rows than one deletion takes.
func TestExpiredGoesInBatches(t *testing.T) {
	eachRaw(t, func(t *testing.T, s *store.Store, c *clock, db *sql.DB) {
		const n = 2500
		u, editor, ctx := person(t, s, "jane"), app(t, s, "Editor"), t.Context()
		kept := refreshable(t, s, u, editor)
		old := start.Add(-2 * store.Slack).UnixMilli()
		for _, insert := range []string{
			"INSERT INTO sessions (id, user_id, auth_time, created_at, expires_at) SELECT 'session' || i, '%[2]s', 0, 0, %[1]d FROM n",
			"INSERT INTO used_nonces (id, expires_at) SELECT 'form' || i, %[1]d FROM n",
			"INSERT INTO grants (id, user_id, client_id, resource, scopes, auth_time, created_at) SELECT 'grant' || i, '%[2]s', '%[3]s', '', '[]', 0, %[1]d FROM n",
			"INSERT INTO codes (signature, grant_id, redirect_uri, code_challenge, expires_at) SELECT 'code' || i, 'grant' || i, '', '', %[1]d FROM n",
			"INSERT INTO refresh_tokens (signature, grant_id, expires_at) SELECT 'token' || i, 'grant' || i, %[1]d FROM n",
		} {
			_, err := db.Exec(fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[4]d) "+insert,
				old, u.ID, editor.ID, n))
			must(t, err)
		}
		gone, err := s.DeleteExpired(ctx, time.Minute)
		must(t, err)
		if gone != 5*n {
			t.Errorf("%d rows went, want %d", gone, 5*n)
		}
		left(t, db, "after", map[string]int{"sessions": 0, "used_nonces": 0, "codes": 1, "refresh_tokens": 1, "grants": 1})
		if !alive(t, s, kept.GrantID) {
			t.Error("what lives went too")
		}
	})
}
