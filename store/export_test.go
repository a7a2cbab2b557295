package store

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"
)

// EachConnection shows a test the connections of a store on SQLite: the writer, then the readers.
func EachConnection(t *testing.T, s *Store, look func(role string, pragma func(name string) string)) {
	t.Helper()
	for _, pool := range []struct {
		role string
		g    *gorm.DB
	}{{"writer", s.writer}, {"reader", s.reader}} {
		db, err := pool.g.DB()
		if err != nil {
			t.Fatal(err)
		}
		var taken []*sql.Conn
		for range db.Stats().MaxOpenConnections {
			c, err := db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, c)
			look(pool.role, func(name string) (value string) {
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&value); err != nil {
					t.Fatal(err)
				}
				return value
			})
		}
		for _, c := range taken {
			c.Close()
		}
	}
}

// ExecOnReader runs a statement where only reads go.
func ExecOnReader(s *Store, statement string) error { return s.reader.Exec(statement).Error }

// MigrateUp is what Open does when told to migrate.
func MigrateUp(ctx context.Context, s *Store) error { return s.migrate(ctx) }

// MigrateDown takes every migration back.
func MigrateDown(t *testing.T, s *Store) { MigrateTo(t, s, 0) }

// MigrateTo takes back every migration after one.
func MigrateTo(t *testing.T, s *Store, version int64) {
	t.Helper()
	p, err := s.goose()
	if err == nil {
		_, err = p.DownTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// HasTable tells whether the database has a table.
func (s *Store) HasTable(name string) bool { return s.reader.Migrator().HasTable(name) }

// Unsettled tells whether Settle would wait.
func Unsettled(s *Store) bool { return s.followers.doubted.Load() }

// Waiting tells how many transactions wait for their turn to write to SQLite.
func Waiting(s *Store) int {
	return s.writer.ConnPool.(*groupCommit).turn.waiters()
}

// LargestGroup is how many transactions on SQLite are committed together at most.
const LargestGroup = largestGroup

// ExecOnWriter runs a statement where writes go.
func ExecOnWriter(ctx context.Context, s *Store, statement string) error {
	return s.db(ctx).Exec(statement).Error
}

// ExecAndCall runs a statement of a transaction on SQLite, which may call call().
func ExecAndCall(ctx context.Context, s *Store, call func(), statement string) error {
	err := in(ctx, s.writer).Statement.ConnPool.(*member).group.conn.Raw(func(c any) error {
		return c.(*sqlite3.SQLiteConn).RegisterFunc("call", func() int { call(); return 1 }, false)
	})
	if err != nil {
		return err
	}
	return ExecOnWriter(ctx, s, statement)
}

// ConnectTimeout is how long a store tries to reach a server of PostgreSQL.
func ConnectTimeout(t *testing.T, dsn string) time.Duration {
	t.Helper()
	config, err := (&Store{dsn: dsn}).connecting()
	if err != nil {
		t.Fatal(err)
	}
	return config.ConnectTimeout
}

// OneRow asks for one row in the transaction of ctx.
func OneRow(ctx context.Context) error {
	return ctx.Value(txKey{}).(*gorm.DB).Statement.ConnPool.QueryRowContext(ctx, "SELECT 1").Scan(new(int))
}

// SetPatience sets how long writers to SQLite wait for one in another process.
func SetPatience(s *Store, d time.Duration) { s.writer.ConnPool.(*groupCommit).patience = d }
