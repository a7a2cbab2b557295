package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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

func (s *Store) openPostgres(context.Context, Config) error {
	s.kind = goose.DialectPostgres
	config, err := s.connecting()
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector{stdlib.GetConnector(*config)})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.writer, err = gorm.Open(postgresText{&postgres.Dialector{Config: &postgres.Config{Conn: db}}}, s.gormConfig())
	s.reader = s.writer
	return err
}

// connector makes connections that are asked whether they are whole before somebody else gets them. The driver's own are
// not: one broken by a caller who gave up in a transaction went to the next, who after three such was told
// "bad connection".
type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return connection{conn.(*stdlib.Conn)}, nil
}

type connection struct{ *stdlib.Conn }

// IsValid implements driver.Validator.
func (c connection) IsValid() bool { return !c.Conn.Conn().IsClosed() }

// connecting is how to reach the server that writes. Its URL may name a standby too, or lead to one while the other is
// down; but what a standby says of a grant may be old.
func (s *Store) connecting() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(s.dsn)
	if err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > longest { // 0: as long as it takes
		config.ConnectTimeout = longest // who waits has given up by then, and another host may answer
	}
	config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	return config, nil
}

// sessionLock is held by the one who migrates: who comes second asks every second, for five minutes.
func sessionLock() (lock.SessionLocker, error) {
	return lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
}

func (s *Store) postgres() bool { return s.kind == goose.DialectPostgres }
