package store

import (
	"context"
	"time"
)

// UseNonce marks id as used until expires. ErrConflict: it was used before.
func (s *Store) UseNonce(ctx context.Context, id string, expires time.Time) error {
	return wrap("use nonce", s.db(ctx).Exec("INSERT INTO used_nonces (id, expires_at) VALUES (?, ?)", id, toMillis(expires)).Error)
}
