package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"syscall"
	"time"
)

// folderLock keeps programs that start together on one SQLite file from making it, or migrating it, together. It locks
// the file's folder: a lock on the file itself would take away SQLite's own as soon as it is closed, and another file
// would stay behind.
type folderLock struct {
	path string
	f    *os.File
}

// Lock implements goose's lock.Locker.
func (l *folderLock) Lock(ctx context.Context, _ *sql.DB) (err error) {
	if l.f, err = os.Open(l.path); err != nil {
		return err
	}
	for {
		err = syscall.Flock(int(l.f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			break
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), l.f.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
	if err != nil {
		return errors.Join(err, l.f.Close())
	}
	return nil
}

// Unlock implements goose's lock.Locker.
func (l *folderLock) Unlock(context.Context, *sql.DB) error { return l.f.Close() }
