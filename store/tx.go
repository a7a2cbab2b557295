package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

type txKey struct{}

// readCommitted is what every transaction is, whatever is usual in the database: each statement of it sees what others
// have committed before. Who has waited for another transaction goes by what that did.
var readCommitted = &sql.TxOptions{Isolation: sql.LevelReadCommitted}

// Tx runs f in one transaction: every method called with f's ctx takes part. It commits when f returns
// nil and rolls back otherwise. Inside another Tx it joins that one. On SQLite the commits of others may wait for it:
// let f wait for nothing but the database.
func (s *Store) Tx(ctx context.Context, f func(ctx context.Context) error) error {
	if ctx.Value(txKey{}) != nil {
		return f(ctx)
	}
	err := s.writer.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return f(context.WithValue(ctx, txKey{}, tx))
	}, readCommitted)
	return gone(ctx, err)
}

// gone is err, unless a transaction is rolled back already because the caller has gone.
func gone(ctx context.Context, err error) error {
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Begin opens a transaction for callers that cannot hand over a function. The ctx that it returns takes
// part in it until Commit or Rollback, one of which must follow.
func (s *Store) Begin(ctx context.Context) (context.Context, error) {
	tx := s.writer.WithContext(ctx).Begin(readCommitted)
	if tx.Error != nil {
		return ctx, fmt.Errorf("begin: %w", tx.Error)
	}
	return context.WithValue(ctx, txKey{}, tx), nil
}

// Commit ends the transaction that Begin opened.
func (s *Store) Commit(ctx context.Context) error {
	tx, ok := ctx.Value(txKey{}).(*gorm.DB)
	if !ok {
		return errors.New("commit: no transaction")
	}
	return gone(ctx, tx.Commit().Error)
}

// Rollback undoes the transaction that Begin opened.
func (s *Store) Rollback(ctx context.Context) error {
	tx, ok := ctx.Value(txKey{}).(*gorm.DB)
	if !ok {
		return errors.New("rollback: no transaction")
	}
	return tx.Rollback().Error
}

// db is where a query goes that may write, or must see what the transaction has written.
func (s *Store) db(ctx context.Context) *gorm.DB { return in(ctx, s.writer).WithContext(ctx) }

// read is where a query goes that only reads: on SQLite it does not wait for the writer.
func (s *Store) read(ctx context.Context) *gorm.DB { return in(ctx, s.reader).WithContext(ctx) }

// in is the transaction of ctx, else g.
func in(ctx context.Context, g *gorm.DB) *gorm.DB {
	if tx, ok := ctx.Value(txKey{}).(*gorm.DB); ok {
		return tx
	}
	return g
}

// wrap names the operation and turns the database's words into the store's two sentinels.
func wrap(operation string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		err = ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		err = ErrConflict
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		err = ErrNotFound // the row it would belong to is gone
	}
	return fmt.Errorf("%s: %w", operation, err)
}

// found is wrap for reads: what is not text is nobody's name.
func found(operation string, err error) error {
	if errors.Is(err, errNotText) {
		err = ErrNotFound
	}
	return wrap(operation, err)
}

// touched is wrap for writes that must have hit a row.
func touched(operation string, result *gorm.DB) error {
	if result.Error == nil && result.RowsAffected == 0 {
		return fmt.Errorf("%s: %w", operation, ErrNotFound)
	}
	return wrap(operation, result.Error)
}
