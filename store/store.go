// Package store holds rows and the queries over them, one file per noun. Its one idea: exported methods
// are whole operations on SQLite and PostgreSQL alike, and several of them share a transaction through
// [Store.Tx]. It does not know what a row is for.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

var (
	// ErrNotFound says that no row answers to the name.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that another row has the name already, or another writer was first.
	ErrConflict = errors.New("conflict")
)

// Config says which database to open and how.
type Config struct {
	DSN         string           // a postgres:// URL, else the path of an SQLite file
	Synchronous string           // SQLite's synchronous pragma: FULL (default), NORMAL or EXTRA
	Migrate     bool             // bring the schema up to date first
	Now         func() time.Time // default time.Now
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	now    func() time.Time
	writer *gorm.DB
	reader *gorm.DB // the same as writer on PostgreSQL
	kind   goose.Dialect
	folder string  // SQLite: where the file is
	schema *sql.DB // SQLite: for migrations
	dsn    string  // PostgreSQL

	followers followers
}

// Open opens the database of c and, where told to, migrates it.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Store{now: c.Now, dsn: c.DSN}
	s.followers.ctx, s.followers.end = context.WithCancel(context.Background())
	open := s.openSQLite
	if isPostgres(c.DSN) {
		open = s.openPostgres
	}
	if err := open(ctx, c); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	if c.Migrate {
		if err := s.migrate(ctx); err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	return s, nil
}

// gormConfig is common to both databases: one statement is one round trip. Each driver keeps the prepared
// statements of a connection. gorm's own PrepareStmt must stay off: there a statement that waits for a
// connection in order to be prepared blocks the transaction that has the connection and wants the same one.
func (s *Store) gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return s.now().UTC() },
		Logger:                 logger.Discard, // errors are logged once, where they are answered
	}
}

// Kind is "sqlite3" or "postgres".
func (s *Store) Kind() string { return string(s.kind) }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	db, err := s.reader.DB()
	if err != nil {
		return err
	}
	return db.PingContext(ctx)
}

// Close waits for what runs and closes the database. Nobody follows it then.
func (s *Store) Close() error {
	s.followers.stop()
	var errs []error
	if s.schema != nil {
		errs = append(errs, s.schema.Close())
	}
	for _, g := range []*gorm.DB{s.reader, s.writer} {
		if g == nil {
			continue
		}
		db, err := g.DB()
		if err == nil {
			err = db.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
