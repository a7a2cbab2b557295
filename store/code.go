package store

import (
	"context"
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
		if err := s.insert(ctx, "create grant", insertGrant, &c.Grant); err != nil {
			return err
		}
		return s.insert(ctx, "create code", insertCode, c)
	})
}

var insertGrant, insertCode = inserting("grants", new(Grant)), inserting("codes", new(Code))

// Code reads a code and its grant, used and expired ones too. ErrNotFound: there is none.
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
	rows, err := s.exec(ctx, "UPDATE codes SET used_at = $1 WHERE signature = $2 AND used_at = 0 AND "+s.whileAlive(), toMillis(s.now()), signature)
	if err == nil && rows == 0 {
		err = ErrConflict
	}
	return wrap("use code", err)
}
