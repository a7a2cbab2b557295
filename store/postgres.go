package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// connections is how many a program has at most, beside the one that it listens on.
const connections = 16

// openPostgres opens pgx's pool, which looks whether a connection is whole before it gives it on. That of database/sql
// does not: one broken by a caller who gave up in a transaction went to the next, who after three such was told
// "bad connection".
func (s *Store) openPostgres(ctx context.Context, _ Config) error {
	s.kind = goose.DialectPostgres
	config, err := s.connecting()
	if err != nil {
		return err
	}
	config.MaxConns, config.MaxConnIdleTime = connections, 5*time.Minute
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	s.pool = pool
	g, err := gorm.Open(postgresText{&postgres.Dialector{Config: &postgres.Config{Conn: stdlib.OpenDBFromPool(pool)}}}, s.gormConfig())
	if err != nil {
		return err
	}
	s.writer, s.reader = g, g
	return nil
}

// connecting is how to reach the server that writes. Its URL may name a standby too, or lead to one while the other is
// down; but what a standby says of a grant may be old.
func (s *Store) connecting() (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(s.dsn)
	if err != nil {
		return nil, err
	}
	// Who waited has given up by then, and the attempt would take the place of another connection.
	config.ConnConfig.ConnectTimeout, config.PingTimeout = min(config.ConnConfig.ConnectTimeout, longest), longest
	config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	return config, nil
}

// sessionLock is held by the one who migrates: who comes second asks every second, for five minutes.
func sessionLock() (lock.SessionLocker, error) {
	return lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
}

func (s *Store) postgres() bool { return s.kind == goose.DialectPostgres }
