package store

import (
	"context"
	"time"
)

// unused picks the clients that nobody would miss: nobody ever allowed them anything, and no operator has made,
// allowed or blocked them.
const unused = `clients.source <> 'operator' AND NOT clients.verified AND NOT clients.blocked
	AND NOT EXISTS (SELECT 1 FROM consents WHERE consents.client_id = clients.id)
	AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.client_id = clients.id)`

// CountUnusedClients counts the clients that never got a grant, and stops at limit.
func (s *Store) CountUnusedClients(ctx context.Context, limit int) (int, error) {
	var n int
	err := s.read(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM clients WHERE "+unused+" LIMIT ?) AS found", limit).Scan(&n).Error
	return n, wrap("count unused clients", err)
}

// DeleteUnusedClients removes, in batches, the clients from before a time that never got a grant, the oldest first and
// no more than most of them (0: all), and then the logos that belong to nobody. It returns how many clients went.
func (s *Store) DeleteUnusedClients(ctx context.Context, before time.Time, most int) (int64, error) {
	var total int64
	for last, n := (Client{}), batch; ; {
		if most > 0 {
			n = min(batch, most-int(total))
		}
		var found []Client
		err := s.read(ctx).Raw("SELECT id, created_at FROM clients WHERE created_at < ? AND (created_at, id) > (?, ?) AND "+unused+
			" ORDER BY created_at, id LIMIT ?", toMillis(before), toMillis(last.CreatedAt), last.ID, n).Scan(&found).Error
		if err != nil {
			return total, wrap("find unused clients", err)
		}
		gone, err := s.dropUnused(ctx, found)
		total += gone
		if err != nil {
			return total, err
		}
		if len(found) < n || most > 0 && total >= int64(most) {
			break
		}
		last = found[len(found)-1]
	}
	return total, s.deleteLostLogos(ctx, before)
}

// dropUnused deletes clients that are still unused now that nobody else can change it: one statement holds them,
// and the next, which sees all that was committed before, deletes them.
func (s *Store) dropUnused(ctx context.Context, found []Client) (gone int64, err error) {
	if len(found) == 0 {
		return 0, nil
	}
	ids := make([]string, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	err = s.Tx(ctx, func(ctx context.Context) error {
		if s.postgres() { // SQLite has one writer
			if err := s.db(ctx).Exec("SELECT 1 FROM clients WHERE id IN ? ORDER BY id FOR UPDATE", ids).Error; err != nil {
				return err
			}
		}
		r := s.db(ctx).Exec("DELETE FROM clients WHERE id IN ? AND "+unused, ids)
		gone = r.RowsAffected
		return r.Error
	})
	return gone, wrap("delete unused clients", err)
}
