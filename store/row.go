package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// The reads that every request waits for go past gorm's scanner, which costs more than the database does: a
// query names the columns of its structs with columns, and each row is read into them with rows.

// columns lists the columns of a table that row, a pointer to a struct, has fields for.
func columns(table string, row any) string {
	var names []string
	for field := range cells(row) {
		name := schema.ParseTagSetting(field.Tag.Get("gorm"), ";")["COLUMN"]
		if name == "" {
			name = schema.NamingStrategy{}.ColumnName(table, field.Name)
		}
		names = append(names, table+"."+name)
	}
	return strings.Join(names, ", ")
}

// cells are the fields of a struct that have a column, and where to read it into; the other fields are rows of
// other tables.
func cells(row any) iter.Seq2[reflect.StructField, cell] {
	return func(yield func(reflect.StructField, cell) bool) {
		v := reflect.ValueOf(row).Elem()
		for i := range v.NumField() {
			switch into := v.Field(i).Addr().Interface().(type) {
			case *string, *bool, *time.Time, *[]string:
				if !yield(v.Type().Field(i), cell{into}) {
					return
				}
			default:
				if kind := v.Field(i).Kind(); kind != reflect.Struct && kind != reflect.Slice {
					panic(fmt.Sprintf("no cell for %T", into)) // when the program starts, in columns
				}
			}
		}
	}
}

// rows reads what a query finds, one row after the other, into pointers to structs: the columns of each, in order.
func (s *Store) rows(ctx context.Context, query string, args []any, into ...any) iter.Seq[error] {
	return func(yield func(error) bool) {
		rows, err := s.query(ctx, query, args)
		if err != nil {
			yield(err)
			return
		}
		defer rows.Close()
		var all []any
		for _, row := range into {
			for _, c := range cells(row) {
				all = append(all, c)
			}
		}
		for rows.Next() {
			if !yield(rows.Scan(all...)) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(err)
		}
	}
}

// query runs a query with the placeholders $1, $2 …, which both databases know; on SQLite they count in the order in
// which they first appear.
func (s *Store) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if err := allText(args); err != nil {
		return nil, err
	}
	g := s.reader
	if tx, ok := ctx.Value(txKey{}).(*gorm.DB); ok {
		g = tx
	}
	return g.Statement.ConnPool.QueryContext(ctx, query, args...)
}

// exec runs a statement that is needed often, past gorm as well. It returns how many rows it changed.
func (s *Store) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := allText(args); err != nil {
		return 0, err
	}
	r, err := s.db(ctx).Statement.ConnPool.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func allText(args []any) error {
	for _, arg := range args {
		if text, ok := arg.(string); ok && !isText(text) {
			return errNotText
		}
	}
	return nil
}

// take reads the one row that a query finds, or is ErrNotFound.
func (s *Store) take(ctx context.Context, operation, query string, args []any, into ...any) error {
	for err := range s.rows(ctx, query, args, into...) {
		return found(operation, err)
	}
	return found(operation, ErrNotFound)
}

// cell reads a column into a *string, *bool, *time.Time or *[]string. What an outer join did not find is the zero value.
type cell struct{ into any }

// Scan implements sql.Scanner.
func (c cell) Scan(value any) (err error) {
	ok := true
	switch into := c.into.(type) {
	case *string:
		*into, ok = value.(string)
	case *bool:
		*into, ok = value.(bool)
	case *time.Time:
		var n int64
		n, ok = value.(int64)
		*into = fromMillis(n)
	case *[]string:
		var text string
		if text, ok = value.(string); ok {
			*into, err = fromList(text)
		}
	}
	if !ok && value != nil {
		return fmt.Errorf("%T does not go into %T", value, c.into)
	}
	return err
}
