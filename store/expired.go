package store

import (
	"context"
	"fmt"
	"time"
)

// batch bounds how long one deletion holds the writer.
const batch = 1000

// DeleteExpired removes what is over, in batches. keep is the longest life of an access token: codes stay
// so long after they expire, so that a late replay is still seen. A grant goes with the last code or refresh
// token of it. It returns how many rows went.
func (s *Store) DeleteExpired(ctx context.Context, keep time.Duration) (int64, error) {
	now := s.now()
	var total int64
	for _, e := range []struct {
		table string
		at    time.Time
		drop  func(ctx context.Context, table string, at time.Time) (rows, grants int64, err error)
	}{
		{"sessions", now, s.dropRows},
		{"used_nonces", now.Add(-Slack), s.dropRows}, // by whose clock ever: what was used once must not pass again
		{"codes", now.Add(-keep), s.dropTokens},
		{"refresh_tokens", now, s.dropTokens},
	} {
		for {
			rows, grants, err := e.drop(ctx, e.table, e.at)
			if err != nil {
				return total, wrap("delete expired "+e.table, err)
			}
			total += rows + grants
			if rows < batch {
				break
			}
		}
	}
	rows, err := s.dropRevocations(ctx, keep)
	return total + rows, err
}

func (s *Store) dropRows(ctx context.Context, table string, at time.Time) (rows, _ int64, _ error) {
	r := s.db(ctx).Exec(fmt.Sprintf("DELETE FROM %[1]s WHERE id IN (SELECT id FROM %[1]s WHERE expires_at < ? LIMIT %[2]d)", table, batch), toMillis(at))
	return r.RowsAffected, 0, r.Error
}

// dropTokens looks only at the grants of what it deletes: to search all of them would take the longer, the more are alive.
// It holds them before it touches their tokens, and leaves for another time those that somebody else holds: it waits for
// nobody who may come to wait for it.
func (s *Store) dropTokens(ctx context.Context, table string, at time.Time) (rows, grants int64, err error) {
	err = s.Tx(ctx, func(ctx context.Context) error {
		var over []struct{ Signature, GrantID string }
		err := s.db(ctx).Raw(fmt.Sprintf("SELECT signature, grant_id FROM %s JOIN grants ON grants.id = grant_id WHERE expires_at < ? LIMIT %d",
			table, batch)+s.hold(" FOR UPDATE OF grants SKIP LOCKED"), toMillis(at)).Scan(&over).Error
		if err != nil || len(over) == 0 {
			return err
		}
		var signatures, ids []string
		for _, token := range over {
			signatures, ids = append(signatures, token.Signature), append(ids, token.GrantID)
		}
		r := s.db(ctx).Exec(fmt.Sprintf("DELETE FROM %s WHERE signature IN ?", table), signatures)
		if rows = r.RowsAffected; r.Error != nil {
			return r.Error
		}
		r = s.db(ctx).Exec(`DELETE FROM grants WHERE id IN ? AND NOT EXISTS (SELECT 1 FROM codes WHERE grant_id = grants.id)
			AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE grant_id = grants.id)`, ids)
		grants = r.RowsAffected
		return r.Error
	})
	return rows, grants, err
}
