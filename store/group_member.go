package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"sync"
)

// member is one transaction in a group, and gorm's connection pool for its statements. The end of a ctx does not interrupt
// them, for that would undo the whole group.
type member struct {
	ctx     context.Context
	pool    *groupCommit
	group   *group
	first   bool        // it needs no savepoint, which costs a lone transaction two statements
	unwatch func() bool // the end of ctx no longer rolls it back

	mu    sync.Mutex
	ended bool
}

// Commit implements gorm.TxCommitter. It returns when the group has ended, even if ctx ends before: only then is it known
// what became of it.
func (m *member) Commit() error {
	if err := m.ctx.Err(); err != nil {
		_ = m.Rollback()
		return err
	}
	err := m.leave(func() error {
		if m.first {
			return nil
		}
		return m.pool.run("RELEASE member")
	})
	if err != nil {
		return err
	}
	<-m.group.done
	return m.group.err
}

// Rollback implements gorm.TxCommitter.
func (m *member) Rollback() error {
	return m.leave(func() error {
		if m.first { // nobody has joined yet: who comes next waits for the turn
			m.pool.undo(nil)
			return nil
		}
		return m.pool.run("ROLLBACK TO member; RELEASE member")
	})
}

// leave ends the transaction with the last statement of it. What runs is waited for; nothing runs after.
func (m *member) leave(last func() error) error {
	m.mu.Lock()
	again := m.ended
	m.ended = true
	m.mu.Unlock()
	if again {
		return sql.ErrTxDone
	}
	m.unwatch()
	defer m.pool.leave()
	return last()
}

var errUndone = errors.New("the transaction was undone when a statement of it failed")

// use hands the connection and a ctx for it to f, unless the transaction has ended.
func use[T any](ctx context.Context, m *member, f func(ctx context.Context, conn *sql.Conn) (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var none T
	switch {
	case m.ended:
		return none, cmp.Or(m.ctx.Err(), sql.ErrTxDone)
	case !m.group.active(): // the next statement would be a transaction of its own
		return none, errUndone
	}
	return f(context.WithoutCancel(ctx), m.group.conn)
}

// ExecContext implements gorm.ConnPool.
func (m *member) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	return use(ctx, m, func(ctx context.Context, conn *sql.Conn) (sql.Result, error) {
		return conn.ExecContext(ctx, statement, args...)
	})
}

// QueryContext implements gorm.ConnPool.
func (m *member) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return use(ctx, m, func(ctx context.Context, conn *sql.Conn) (*sql.Rows, error) {
		return conn.QueryContext(ctx, query, args...)
	})
}

// PrepareContext implements gorm.ConnPool.
func (m *member) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return use(ctx, m, func(ctx context.Context, conn *sql.Conn) (*sql.Stmt, error) {
		return conn.PrepareContext(ctx, query)
	})
}

// QueryRowContext implements gorm.ConnPool.
func (m *member) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx = context.WithoutCancel(ctx); !m.ended && m.group.active() {
		return m.group.conn.QueryRowContext(ctx, query, args...)
	}
	ctx, end := context.WithCancel(ctx)
	end()
	return m.pool.DB.QueryRowContext(ctx, query, args...) // comes to nothing: only a row can bring an error
}
