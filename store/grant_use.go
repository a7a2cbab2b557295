package store

import (
	"context"
	"encoding/json"
)

// NoteUses notes that tokens of the grants were used just now, for people to read. Whoever holds one of the grants is not
// waited for: it goes unnoted until the next time.
func (s *Store) NoteUses(ctx context.Context, grantIDs []string) error {
	if len(grantIDs) == 0 {
		return nil
	}
	ids, err := json.Marshal(grantIDs) // one parameter, however many there are
	if err != nil {
		return wrap("note uses of grants", err)
	}
	from := "json_each($2)"
	if s.postgres() {
		from = "jsonb_array_elements_text($2::jsonb)"
	}
	_, err = s.exec(ctx, "UPDATE grants SET last_used_at = $1 WHERE id IN (SELECT id FROM grants WHERE last_used_at < $1 AND id IN (SELECT value FROM "+
		from+")"+s.hold(" FOR NO KEY UPDATE SKIP LOCKED")+")", toMillis(s.now()), string(ids))
	return wrap("note uses of grants", err)
}
