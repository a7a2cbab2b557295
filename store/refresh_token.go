package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RefreshToken is a refresh token (RFC 6749 section 1.5). Signature is a hash: the token itself is not kept.
type RefreshToken struct {
	Signature string `gorm:"primaryKey"`
	GrantID   string
	ExpiresAt time.Time `gorm:"serializer:millis"`
	UsedAt    time.Time `gorm:"serializer:millis"` // zero: not yet
	Successor string    // the signature it was rotated into; "" before

	Grant Grant
}

// CreateRefreshToken saves the first refresh token of a grant.
func (s *Store) CreateRefreshToken(ctx context.Context, t *RefreshToken) error {
	return wrap("create refresh token", s.db(ctx).Omit("Grant").Create(t).Error)
}

// RefreshToken reads a refresh token and its grant, used and expired ones too.
func (s *Store) RefreshToken(ctx context.Context, signature string) (*RefreshToken, error) {
	var t RefreshToken
	if err := s.read(ctx).Joins("Grant").Where("refresh_tokens.signature = ?", signature).Take(&t).Error; err != nil {
		return nil, wrap("read refresh token", err)
	}
	return &t, nil
}

// RotateRefreshToken marks the token old as used and saves next in its place. Where another request was
// first and rotated old into the same successor no longer ago than grace, and that successor is unused,
// it saves nothing and is no error: both callers answer with the same successor. ErrConflict: old was
// used before otherwise, or its grant is revoked.
func (s *Store) RotateRefreshToken(ctx context.Context, old string, next *RefreshToken, grace time.Duration) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		now := s.now()
		r := s.db(ctx).Exec(`UPDATE refresh_tokens SET used_at = ?, successor = ? WHERE signature = ? AND used_at = 0
			AND EXISTS (SELECT 1 FROM grants WHERE grants.id = grant_id AND revoked_at = 0)`, toMillis(now), next.Signature, old)
		switch {
		case r.Error != nil:
			return wrap("use refresh token", r.Error)
		case r.RowsAffected == 1:
			return s.CreateRefreshToken(ctx, next)
		}
		again, err := s.InGrace(ctx, old, grace)
		if err == nil && !again {
			err = ErrConflict
		}
		return wrap("rotate refresh token", err)
	})
}

// InGrace tells whether a used refresh token may be answered with its successor once more: it was used
// no longer ago than grace, the successor is unused, and the grant is alive.
func (s *Store) InGrace(ctx context.Context, signature string, grace time.Duration) (bool, error) {
	var n int64
	err := s.db(ctx).Raw(`SELECT count(*) FROM refresh_tokens t JOIN refresh_tokens n ON n.signature = t.successor
		JOIN grants g ON g.id = t.grant_id
		WHERE t.signature = ? AND t.used_at >= ? AND n.used_at = 0 AND g.revoked_at = 0`,
		signature, toMillis(s.now().Add(-grace))).Scan(&n).Error
	if err != nil && !errors.Is(err, context.Canceled) {
		err = fmt.Errorf("read successor: %w", err)
	}
	return n == 1, err
}
