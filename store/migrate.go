package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pressly/goose/v3"

	"frontdesk/migrations"
)

func (s *Store) migrate(ctx context.Context) error {
	lock, err := s.migrationLock()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	p, err := s.goose(lock)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := s.Pending(ctx); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (s *Store) goose(options ...goose.ProviderOption) (*goose.Provider, error) {
	db := s.schema
	if s.postgres() {
		var err error
		if db, err = s.writer.DB(); err != nil {
			return nil, err
		}
	}
	options = append(options, goose.WithSlog(slog.New(slog.DiscardHandler)))
	return goose.NewProvider(s.kind, db, migrations.FS, options...)
}

// migrationLock keeps programs that start together from migrating together.
func (s *Store) migrationLock() (goose.ProviderOption, error) {
	if !s.postgres() {
		return goose.WithLocker(&folderLock{path: s.folder}), nil
	}
	lock, err := sessionLock()
	return goose.WithSessionLocker(lock), err
}

// errNewer says that the schema has migrations that this program does not know.
var errNewer = errors.New("the database was made by a newer Frontdesk: run that version, or bring back a copy from before")

// Pending tells how many migrations the schema still needs. It changes nothing, and waits for nobody who migrates. It is an
// error where the schema is further than this program.
func (s *Store) Pending(ctx context.Context) (int, error) {
	p, err := s.goose()
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	if !s.read(ctx).Migrator().HasTable(goose.DefaultTablename) { // goose would make it
		return len(p.ListSources()), nil
	}
	switch current, known, err := p.GetVersions(ctx); {
	case err != nil:
		return 0, fmt.Errorf("read migrations: %w", err)
	case current > known:
		return 0, errNewer
	}
	status, err := p.Status(ctx)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	n := 0
	for _, m := range status {
		if m.State == goose.StatePending {
			n++
		}
	}
	return n, nil
}
