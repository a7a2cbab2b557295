package store

import (
	"context"
	"time"
)

// RefreshToken is a refresh token (RFC 6749 section 1.5). Signature is a hash: the token itself is not kept.
type RefreshToken struct {
	Signature string `gorm:"primaryKey"`
	GrantID   string
	ExpiresAt time.Time `gorm:"serializer:millis"`
	UsedAt    time.Time `gorm:"serializer:millis"` // zero: not yet
	Successor string    // the signature it was rotated into; "" before
	IssuedAt  time.Time `gorm:"serializer:millis"`

	Grant Grant
}

// CreateRefreshToken saves the first refresh token of a grant.
func (s *Store) CreateRefreshToken(ctx context.Context, t *RefreshToken) error {
	t.IssuedAt = s.now()
	return s.insert(ctx, "create refresh token", insertRefreshToken, t)
}

var insertRefreshToken = inserting("refresh_tokens", new(RefreshToken))

// RefreshToken reads a refresh token and its grant, used and expired ones too. ErrNotFound: there is none.
func (s *Store) RefreshToken(ctx context.Context, signature string) (*RefreshToken, error) {
	var t RefreshToken
	if err := s.take(ctx, "read refresh token", readRefreshToken, []any{signature}, &t, &t.Grant); err != nil {
		return nil, err
	}
	return &t, nil
}

var readRefreshToken = "SELECT " + columns("refresh_tokens", new(RefreshToken)) + ", " + columns("grants", new(Grant)) +
	" FROM refresh_tokens JOIN grants ON grants.id = refresh_tokens.grant_id WHERE refresh_tokens.signature = $1"

// RotateRefreshToken marks the token old as used and saves next in its place. Where another request was
// first and rotated old into the same successor no longer ago than grace, and that successor is unused,
// it saves nothing and is no error: both callers answer with the same successor. ErrConflict: old was
// used before otherwise, or its grant is revoked, its user is banned, or old is unknown.
func (s *Store) RotateRefreshToken(ctx context.Context, old string, next *RefreshToken, grace time.Duration) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		rows, err := s.exec(ctx, "UPDATE refresh_tokens SET used_at = $1, successor = $2 WHERE signature = $3 AND used_at = 0 AND "+s.whileAlive(),
			toMillis(s.now()), next.Signature, old)
		switch {
		case err != nil:
			return wrap("use refresh token", err)
		case rows == 1:
			return s.CreateRefreshToken(ctx, next)
		}
		successor, err := s.successor(ctx, old, grace)
		if err == nil && successor != next.Signature {
			err = ErrConflict
		}
		return wrap("rotate refresh token", err)
	})
}

// InGrace tells whether a used refresh token may be answered with its successor once more: it was used
// no longer ago than grace, the successor is unused, and the grant is alive.
func (s *Store) InGrace(ctx context.Context, signature string, grace time.Duration) (bool, error) {
	successor, err := s.successor(ctx, signature, grace)
	return successor != "", wrap("read successor", err)
}

// successor is what a used refresh token may be answered with once more; "" when it may not be.
func (s *Store) successor(ctx context.Context, signature string, grace time.Duration) (successor string, err error) {
	err = s.read(ctx).Raw(`SELECT n.signature FROM refresh_tokens t JOIN refresh_tokens n ON n.signature = t.successor
		JOIN grants g ON g.id = t.grant_id JOIN users u ON u.id = g.user_id
		WHERE t.signature = ? AND t.used_at >= ? AND n.used_at = 0 AND g.revoked_at = 0 AND u.banned_at = 0`,
		signature, toMillis(s.now().Add(-grace))).Scan(&successor).Error
	return successor, err
}
