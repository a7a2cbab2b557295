package store

import (
	"context"
	"slices"
)

// NoteUses notes that tokens of the grants were used just now, for people to read. Whoever holds one of the grants is not
// waited for: it goes unnoted until the next time.
func (s *Store) NoteUses(ctx context.Context, grantIDs []string) error {
	now := toMillis(s.now())
	for ids := range slices.Chunk(grantIDs, batch) {
		err := s.db(ctx).Exec("UPDATE grants SET last_used_at = ? WHERE id IN (SELECT id FROM grants WHERE id IN ? AND last_used_at < ?"+
			s.hold(" FOR NO KEY UPDATE SKIP LOCKED")+")", now, ids, now).Error
		if err != nil {
			return wrap("note uses of grants", err)
		}
	}
	return nil
}
