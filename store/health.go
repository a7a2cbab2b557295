package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Health is what a look at the database shows.
type Health struct {
	Version string    // of SQLite or PostgreSQL
	Pending int       // migrations that the schema still needs
	Clock   time.Time // of the database's machine; zero for SQLite, which has ours
}

// Health looks whether the database is whole and what it is. An SQLite file is read from end to end.
func (s *Store) Health(ctx context.Context) (*Health, error) {
	look := s.lookAtSQLite
	if s.postgres() {
		look = s.lookAtPostgres
	}
	h, err := look(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at the database: %w", err)
	}
	h.Pending, err = s.Pending(ctx)
	return h, err
}

func (s *Store) lookAtSQLite(ctx context.Context) (*Health, error) {
	var h Health
	if err := s.read(ctx).Raw("SELECT sqlite_version()").Scan(&h.Version).Error; err != nil {
		return nil, err
	}
	var found []string
	if err := s.read(ctx).Raw("PRAGMA quick_check").Scan(&found).Error; err != nil {
		return nil, err
	}
	if len(found) != 1 || found[0] != "ok" {
		return nil, errors.New("the file is damaged, bring back a copy: " + strings.Join(found, "; "))
	}
	return &h, nil
}

func (s *Store) lookAtPostgres(ctx context.Context) (*Health, error) {
	var h Health
	var clock int64
	err := s.read(ctx).Raw("SELECT current_setting('server_version'), (extract(epoch from clock_timestamp()) * 1000)::bigint").
		Row().Scan(&h.Version, &clock)
	h.Clock = fromMillis(clock)
	return &h, err
}
