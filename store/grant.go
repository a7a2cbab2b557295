package store

import (
	"context"
	"time"
)

// Grant is one chain of tokens: what a user allowed a client at a resource in one authorization.
type Grant struct {
	ID        string
	UserID    string
	ClientID  string
	Resource  string
	Scopes    []string  `gorm:"serializer:list"`
	AuthTime  time.Time `gorm:"serializer:millis"`
	CreatedAt time.Time `gorm:"serializer:millis;autoCreateTime:false"`
	RevokedAt time.Time `gorm:"serializer:millis"` // zero: alive
	AMR       []string  `gorm:"serializer:list"`   // how the user had signed in (RFC 8176)
	Online    bool      // the user did not let the client stay signed in: no refresh token
}

// GrantAlive tells whether tokens of the grant may be used: it is not revoked, and its user is not
// banned. A grant whose user or client was deleted is gone with them.
func (s *Store) GrantAlive(ctx context.Context, id string) (bool, error) {
	return s.there(ctx, "read grant", `SELECT grants.id FROM grants JOIN users ON users.id = grants.user_id
		WHERE grants.id = $1 AND grants.revoked_at = 0 AND users.banned_at = 0`, id)
}

// whileAlive is, in SQL, whether the grant of a code or refresh token is alive, as GrantAlive has it. It holds the grant
// until the transaction ends: who deletes one holds it before its tokens, and so must who changes them.
func (s *Store) whileAlive() string {
	return `EXISTS (SELECT 1 FROM grants JOIN users ON users.id = user_id
		WHERE grants.id = grant_id AND revoked_at = 0 AND banned_at = 0` + s.hold(" FOR KEY SHARE OF grants") + ")"
}

// RevokeGrant ends the grant and every token of it. One that is gone or revoked already is no error.
func (s *Store) RevokeGrant(ctx context.Context, id string) error {
	s.followers.doubt(id) // also where another process was first and we have not heard of it
	const end = "UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0"
	now := toMillis(s.now())
	if s.postgres() { // all in one round trip
		_, err := s.exec(ctx, s.noting("ended AS ("+end+" RETURNING id), ", "SELECT id FROM ended"), now, id)
		return wrap("revoke grant", err)
	}
	return s.Tx(ctx, func(ctx context.Context) error {
		rows, err := s.exec(ctx, end, now, id)
		if err != nil || rows == 0 {
			return wrap("revoke grant", err)
		}
		return s.doubt(ctx, id)
	})
}

// RevokeGrants ends every grant of the user, or only those of one client where clientID is not "".
func (s *Store) RevokeGrants(ctx context.Context, userID, clientID string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		q := s.db(ctx).Model(&Grant{}).Where("user_id = ? AND revoked_at = 0", userID)
		if clientID != "" {
			q = q.Where("client_id = ?", clientID)
		}
		if err := q.Update("revoked_at", toMillis(s.now())).Error; err != nil {
			return wrap("revoke grants", err)
		}
		return s.doubt(ctx, userID)
	})
}
