package store

import (
	"context"
	"fmt"
	"time"
)

// batch bounds how long one deletion holds the writer.
const batch = 1000

// expired lists what goes when it is over: the key, and the rows that nothing can need any more. Codes
// stay for keep after they expire, so that a late replay is still seen while their access tokens live.
var expired = []struct{ table, key, where string }{
	{"sessions", "id", "expires_at < @now"},
	{"used_nonces", "id", "expires_at < @now"},
	{"codes", "signature", "expires_at < @keep"},
	{"refresh_tokens", "signature", "expires_at < @now"},
	{"grants", "id", `created_at < @keep AND NOT EXISTS (SELECT 1 FROM codes WHERE grant_id = grants.id)
		AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE grant_id = grants.id)`},
}

// DeleteExpired removes what is over, in batches. keep is the longest life of an access token. It returns
// how many rows went.
func (s *Store) DeleteExpired(ctx context.Context, keep time.Duration) (int64, error) {
	now := s.now()
	args := map[string]any{"now": toMillis(now), "keep": toMillis(now.Add(-keep))}
	var total int64
	for _, e := range expired {
		query := fmt.Sprintf("DELETE FROM %[1]s WHERE %[2]s IN (SELECT %[2]s FROM %[1]s WHERE %[3]s LIMIT %[4]d)", e.table, e.key, e.where, batch)
		for {
			r := s.db(ctx).Exec(query, args)
			if r.Error != nil {
				return total, wrap("delete expired "+e.table, r.Error)
			}
			total += r.RowsAffected
			if r.RowsAffected < batch {
				break
			}
		}
	}
	return total, nil
}
