package store

import (
	"context"
	"fmt"
	"time"
)

// Revocation says that tokens of a grant, a user or a client may have died: whoever meets one asks GrantAlive.
type Revocation struct {
	ID string    // of any of them
	At time.Time // by the database's clock
}

// Slack is how far the clocks of replicas may be apart before one of them forgets a revocation that counts.
const Slack = time.Hour

// channel is where PostgreSQL tells that there is a new revocation.
const channel = "frontdesk_revocations"

// doubt notes, in the transaction that ends tokens, whose they are. This process hears of it before anybody could
// know that the transaction was committed; to doubt what then was not revoked costs a question and no more.
func (s *Store) doubt(ctx context.Context, id string) error {
	s.followers.doubt(id)
	_, err := s.exec(ctx, s.noting("", "SELECT CAST($1 AS TEXT) AS id"), id)
	return wrap("note revocation", err)
}

// noting is the SQL that notes the ids that a query finds, and has PostgreSQL call when that is committed. There
// more queries may stand before it.
func (s *Store) noting(before, ids string) string {
	insert := "INSERT INTO revocations (seq, id, at) SELECT " + s.nextSeq() + ", id, " + s.clock() + " FROM (" + ids + ") AS ids"
	if s.postgres() {
		return "WITH " + before + "noted AS (" + insert + " RETURNING seq) SELECT pg_notify('" + channel + "', '') FROM noted"
	}
	return insert
}

// nextSeq is, in SQL, the seq of a new row. SQLite has one writer, so rows appear in its order. On PostgreSQL they do
// not; but once every transaction below an id has ended, no row below it can appear any more.
func (s *Store) nextSeq() string {
	if s.postgres() {
		return "pg_current_xact_id()::text::bigint"
	}
	return "(SELECT coalesce(max(seq), 0) + 1 FROM revocations)"
}

// clock is, in SQL, the time in Unix milliseconds on the one clock that all processes share.
func (s *Store) clock() string {
	if s.postgres() {
		return "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
	}
	return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
}

// beginRevocations notes since when revocations are kept, in a database where nobody has yet. Like a look it comes to an
// end on a connection that has silently died.
func (s *Store) beginRevocations(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	return wrap("begin revocations", s.db(ctx).Exec(fmt.Sprintf(`INSERT INTO revocations (seq, id, at)
		SELECT %s, '', %s WHERE NOT EXISTS (SELECT 1 FROM revocations WHERE id = '')`, s.nextSeq(), s.clock())).Error)
}

// dropRevocations removes, in batches, what no token outlives, and notes that it is missing from then on.
func (s *Store) dropRevocations(ctx context.Context, keep time.Duration) (total int64, err error) {
	old := fmt.Sprintf("%s - %d", s.clock(), (keep + Slack).Milliseconds())
	move := fmt.Sprintf(`UPDATE revocations SET seq = %s, at = %s WHERE id = '' AND at < %[2]s
		AND EXISTS (SELECT 1 FROM revocations WHERE id <> '' AND at < %[2]s)`, s.nextSeq(), old)
	drop := fmt.Sprintf(`DELETE FROM revocations WHERE seq IN (SELECT seq FROM revocations WHERE id <> '' AND at < %[1]s
		ORDER BY seq LIMIT %[2]d) AND id <> '' AND at < %[1]s`, "(SELECT max(at) FROM revocations WHERE id = '')", batch)
	for rows := int64(batch); rows >= batch; total += rows {
		err = s.Tx(ctx, func(ctx context.Context) error {
			if err := s.db(ctx).Exec(move).Error; err != nil { // first: on SQLite the last seq must never go
				return err
			}
			r := s.db(ctx).Exec(drop)
			rows = r.RowsAffected
			return r.Error
		})
		if err != nil {
			break
		}
	}
	return total, wrap("delete expired revocations", err)
}
