package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// line is how a follower looks at revocations, and waits until it is time to look again. What it knows rests on
// looks alone: that PostgreSQL calls makes it quick, and where calls do not get through, as behind a pooler, the beat
// goes on.
type line interface {
	look(ctx context.Context, next int64) (n News, after int64, err error)
	wait(ctx context.Context) error
	close()
}

func (s *Store) openLine(ctx context.Context) (line, error) {
	if s.postgres() {
		return s.openPostgresLine(ctx)
	}
	return sqliteLine{s}, nil
}

// lookFor is the query of a look: one row at least, so that the clock and the next seq always come.
func (s *Store) lookFor() string {
	after := s.nextSeq()
	if s.postgres() {
		after = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint" // every transaction below has ended
	}
	return fmt.Sprintf(`SELECT %s, %s, coalesce(r.id, ''), coalesce(r.at, 0)
		FROM (SELECT 1) AS one LEFT JOIN revocations AS r ON r.seq >= $1`, after, s.clock())
}

// readNews reads what lookFor found, through either library.
func readNews(rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
},
) (n News, after int64, err error) {
	for rows.Next() {
		var id string
		var now, at int64
		if err := rows.Scan(&after, &now, &id, &at); err != nil {
			return n, 0, err
		}
		n.Now = fromMillis(now)
		switch {
		case id != "":
			n.Revoked = append(n.Revoked, Revocation{id, fromMillis(at)})
		case fromMillis(at).After(n.Since):
			n.Since = fromMillis(at)
		}
	}
	return n, after, rows.Err()
}

// sqliteLine looks beside the writer. The next seq is the counter by which another process's change is seen.
type sqliteLine struct{ s *Store }

func (l sqliteLine) look(ctx context.Context, next int64) (n News, after int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	rows, err := l.s.query(ctx, l.s.lookFor(), []any{next})
	if err != nil {
		return n, 0, err
	}
	defer rows.Close()
	return readNews(rows)
}

func (sqliteLine) wait(ctx context.Context) error {
	rest(ctx, beat)
	return ctx.Err()
}

func (sqliteLine) close() {}

// postgresLine is a connection of its own that PostgreSQL calls when something was revoked.
type postgresLine struct {
	s      *Store
	conn   *pgx.Conn
	called bool
	looked time.Time
}

func (s *Store) openPostgresLine(ctx context.Context) (*postgresLine, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	config, err := s.connecting()
	if err != nil {
		return nil, err
	}
	l := &postgresLine{s: s}
	config.OnNotification = func(*pgconn.PgConn, *pgconn.Notification) { l.called = true }
	if l.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, err
	}
	if _, err = l.conn.Exec(ctx, "LISTEN "+channel); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// look comes to an end even on a connection whose other side has silently gone.
func (l *postgresLine) look(ctx context.Context, next int64) (n News, after int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	l.called, l.looked = false, time.Now() // a call in the middle of the look may be about what it does not show
	rows, err := l.conn.Query(ctx, l.s.lookFor(), next)
	if err != nil {
		return n, 0, err
	}
	defer rows.Close()
	return readNews(rows)
}

func (l *postgresLine) wait(ctx context.Context) error {
	if !l.called {
		if err := l.listen(ctx); err != nil {
			return err
		}
	}
	rest(ctx, time.Until(l.looked.Add(pause)))
	return ctx.Err()
}

// listen waits for a call, and no longer than a beat.
func (l *postgresLine) listen(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	err := l.conn.PgConn().WaitForNotification(short)
	if err != nil && short.Err() != nil {
		return ctx.Err() // the beat, or the end
	}
	return err
}

func (l *postgresLine) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.conn.Close(ctx) // there is nothing on it to lose
}
