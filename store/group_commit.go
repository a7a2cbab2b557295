package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"
)

// groupCommit is how transactions on SQLite share the one connection that writes. There it is one after the other, and
// each would wait for the disk before the next begins. Instead, while others wait, a transaction leaves what it has
// written to them, and the last one commits for all. Everybody's commit returns after that, so that nobody is told that
// something is saved which a crash could still undo. Each has a savepoint, to which its rollback goes back.
//
// What fails only when a group commits fails for everybody in it. So no foreign key may be deferred, and no query may
// write (RETURNING): while its rows are open, no savepoint can be released. Rows that only read hold up who comes next until
// they are closed.
//
// It is gorm's connection pool for the writer. A statement outside of a transaction is a transaction of its own; a query
// there waits for the connection, not for its turn.
type groupCommit struct {
	*sql.DB                // of one connection
	patience time.Duration // how long a writer waits for one in another process, its wait for the turn included
	turn     turn
	open     *group // nil between groups; only who has the turn touches it
}

// group is a transaction of SQLite that several of ours share.
type group struct {
	conn *sql.Conn
	size int
	done chan struct{} // closed when it has ended
	err  error         // set before: why nothing of it was saved; nil: it was
}

// largestGroup is how many transactions a group takes at most: the first of them waits for the last.
const largestGroup = 64

// GetDBConn implements gorm.GetDBConnector.
func (g *groupCommit) GetDBConn() (*sql.DB, error) { return g.DB, nil }

// BeginTx implements gorm.ConnPoolBeginner.
func (g *groupCommit) BeginTx(ctx context.Context, _ *sql.TxOptions) (gorm.ConnPool, error) {
	came := time.Now()
	if err := g.turn.take(ctx); err != nil {
		return nil, err
	}
	m, err := g.join(ctx, came)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// ExecContext implements gorm.ConnPool.
func (g *groupCommit) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	came := time.Now()
	if err := g.turn.take(ctx); err != nil {
		return nil, err
	}
	if g.open == nil && g.turn.waiters() == 0 { // SQLite makes a transaction of it
		defer g.turn.pass()
		var result sql.Result
		err := g.patiently(ctx, came, func() (err error) {
			result, err = g.DB.ExecContext(ctx, statement, args...)
			return err
		})
		return result, err
	}
	m, err := g.join(ctx, came)
	if err != nil {
		return nil, err
	}
	result, err := m.ExecContext(ctx, statement, args...)
	if err != nil {
		_ = m.Rollback()
		return nil, err
	}
	return result, m.Commit()
}

// join begins a transaction for who has the turn. It is rolled back at the end of ctx, unless it has ended before.
func (g *groupCommit) join(ctx context.Context, came time.Time) (*member, error) {
	first := g.open == nil
	err := ctx.Err()
	switch {
	case err != nil:
	case first:
		err = g.begin(ctx, came)
	default:
		err = g.run("SAVEPOINT member")
	}
	if err != nil {
		g.leave()
		return nil, err
	}
	g.open.size++
	m := &member{ctx: ctx, pool: g, group: g.open, first: first}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unwatch = context.AfterFunc(ctx, func() { _ = m.Rollback() })
	return m, nil
}

// begin opens a group. It takes SQLite's lock at once, so that it never has to give up half way. It is not a sql.Tx, which
// starts a goroutine for itself and for every query.
func (g *groupCommit) begin(ctx context.Context, came time.Time) error {
	conn, err := g.Conn(ctx)
	if err != nil {
		return err
	}
	err = g.patiently(ctx, came, func() error {
		_, err := conn.ExecContext(context.Background(), "BEGIN IMMEDIATE") // a group is not only of those who began it
		return err
	})
	if err != nil {
		_ = conn.Close()
		return err
	}
	g.open = &group{conn: conn, done: make(chan struct{})}
	return nil
}

// patiently repeats what fails because another process writes. SQLite could wait itself, but looks every 100 ms, and a
// busy server lets go of its lock for less than one. Patience counts from when the writer came: else the last of many would
// wait as often as there are others before it.
func (g *groupCommit) patiently(ctx context.Context, came time.Time, f func() error) error {
	for {
		err := f()
		var e sqlite3.Error
		if !errors.As(err, &e) || e.Code != sqlite3.ErrBusy || time.Since(came) > g.patience {
			return err
		}
		rest(ctx, time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// run runs a statement about the group's savepoints. It fails where SQLite has undone the whole transaction, as it may on
// a full disk: then the group has ended.
func (g *groupCommit) run(statement string) error {
	_, err := g.open.conn.ExecContext(context.Background(), statement)
	if err != nil {
		err = fmt.Errorf("the transactions of a group are undone: %w", err)
		g.undo(err)
	}
	return err
}

// leave passes the turn on. It commits if nobody is there to go on with the group.
func (g *groupCommit) leave() {
	if g.open != nil {
		if g.open.size < largestGroup && g.open.active() && g.turn.hand() {
			return
		}
		g.commit()
	}
	g.turn.pass()
}

// active tells whether SQLite has not undone the transaction.
func (o *group) active() (active bool) {
	_ = o.conn.Raw(func(c any) error {
		active = !c.(*sqlite3.SQLiteConn).AutoCommit()
		return nil
	})
	return active
}

func (g *groupCommit) commit() {
	if _, err := g.open.conn.ExecContext(context.Background(), "COMMIT"); err != nil {
		g.undo(err)
		return
	}
	g.end(nil)
}

func (g *groupCommit) undo(why error) {
	_, _ = g.open.conn.ExecContext(context.Background(), "ROLLBACK") // an error where SQLite has done so
	g.end(why)
}

// end tells every member what has become of the group.
func (g *groupCommit) end(err error) {
	g.open.err = err
	close(g.open.done)
	_ = g.open.conn.Close()
	g.open = nil
}
