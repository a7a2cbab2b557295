package store

import (
	"context"
	"fmt"
	"time"
)

// Code is an authorization code (RFC 6749 section 4.1.2). Signature is a hash: the code itself is not kept.
type Code struct {
	Signature     string `gorm:"primaryKey"`
	GrantID       string
	RedirectURI   string
	CodeChallenge string
	Nonce         string
	ExpiresAt     time.Time `gorm:"serializer:millis"`
	UsedAt        time.Time `gorm:"serializer:millis"` // zero: not yet

	Grant Grant
}

// CreateCode saves a new grant and its code.
func (s *Store) CreateCode(ctx context.Context, c *Code) error {
	c.Grant.ID, c.Grant.CreatedAt = c.GrantID, s.now()
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := s.db(ctx).Create(&c.Grant).Error; err != nil {
			return wrap("create grant", err)
		}
		return wrap("create code", s.db(ctx).Omit("Grant").Create(c).Error)
	})
}

// Code reads a code and its grant, used and expired ones too.
func (s *Store) Code(ctx context.Context, signature string) (*Code, error) {
	var c Code
	if err := s.take(ctx, "read code", readCode, []any{signature}, &c, &c.Grant); err != nil {
		return nil, err
	}
	return &c, nil
}

var readCode = "SELECT " + columns("codes", new(Code)) + ", " + columns("grants", new(Grant)) +
	" FROM codes JOIN grants ON grants.id = codes.grant_id WHERE codes.signature = $1"

// UseCode marks a code as used. ErrConflict: somebody was first, the grant was revoked, or its user is banned.
func (s *Store) UseCode(ctx context.Context, signature string) error {
	r := s.db(ctx).Exec(`UPDATE codes SET used_at = ? WHERE signature = ? AND used_at = 0
		AND EXISTS (SELECT 1 FROM grants JOIN users ON users.id = user_id WHERE grants.id = grant_id AND revoked_at = 0 AND banned_at = 0)`, toMillis(s.now()), signature)
	if r.Error == nil && r.RowsAffected == 0 {
		return fmt.Errorf("use code: %w", ErrConflict)
	}
	return wrap("use code", r.Error)
}
