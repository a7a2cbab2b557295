package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// readers is how many connections read beside the one that writes.
const readers = 4

// openSQLite opens one connection that writes, and takes its lock at BEGIN so that two transactions never meet half way: see
// groupCommit. A few read beside it from the write-ahead log.
func (s *Store) openSQLite(ctx context.Context, c Config) error {
	s.kind = goose.DialectSQLite3
	c.Synchronous = cmp.Or(c.Synchronous, "FULL")
	if c.DSN == "" {
		return errors.New("no path")
	}
	// An absolute path is nothing but a path to SQLite, even ":memory:" and "//x".
	path, err := filepath.Abs(c.DSN)
	if err != nil {
		return err
	}
	c.DSN = path
	s.folder = filepath.Dir(c.DSN)
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	if err := create(c.DSN); err != nil {
		return err
	}
	// SQLite has nobody wait for whoever first makes it a write-ahead log.
	lock := folderLock{path: s.folder}
	if err := lock.Lock(ctx, nil); err != nil {
		return err
	}
	defer lock.Unlock(ctx, nil) // there is nothing in it to lose
	return s.connect(c)
}

func (s *Store) connect(c Config) error {
	var err error
	if s.schema, err = openFile(c, 1, url.Values{"_txlock": {"immediate"}}); err != nil {
		return err
	}
	s.schema.SetMaxIdleConns(0)
	writer, err := openFile(c, 1, url.Values{})
	if err != nil {
		return err
	}
	if s.writer, err = s.over(&groupCommit{DB: writer, patience: 10 * time.Second}); err != nil {
		return err
	}
	if _, err := writer.Exec("PRAGMA busy_timeout = 0"); err != nil { // now that it is open: patiently waits in its place
		return err
	}
	reader, err := openFile(c, readers, url.Values{"_query_only": {"true"}})
	if err != nil {
		return err
	}
	s.reader, err = s.over(reader)
	return err
}

func (s *Store) over(pool gorm.ConnPool) (*gorm.DB, error) {
	return gorm.Open(sqliteText{sqlite.Dialector{Conn: pool}}, s.gormConfig())
}

// create makes the file: it holds hashes and names, and nobody else on the machine reads it. One that is there is
// not touched, for to close it would end the locks that another store of this process has on it.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func openFile(c Config, connections int, q url.Values) (*sql.DB, error) {
	q.Set("_journal_mode", "WAL")
	q.Set("_foreign_keys", "on")
	q.Set("_busy_timeout", "10000")
	q.Set("_synchronous", c.Synchronous)
	q.Set("_cache_size", "-16000")
	q.Set("_stmt_cache_size", "100") // more than there are queries
	dsn := "file:" + (&url.URL{Path: c.DSN}).EscapedPath() + "?" + q.Encode()
	db, err := sql.Open(sqlite.DriverName, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}
