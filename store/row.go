package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// The rows that every request waits for go past gorm, which costs more than the database does: a query names the
// columns of its structs with columns and reads them with rows; what inserting says is written with insert.

// columns lists the columns of a table that row, a pointer to a struct, has fields for.
func columns(table string, row any) string {
	return table + "." + strings.Join(names(row), ", "+table+".")
}

// inserting is the statement for insert that adds row, a pointer to a struct, to a table.
func inserting(table string, row any) string {
	var places []string
	for i := range names(row) {
		places = append(places, fmt.Sprintf("$%d", i+1))
	}
	return "INSERT INTO " + table + " (" + strings.Join(names(row), ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
}

// columnTypes are the types of the fields that have a column; the other fields are rows of other tables.
var columnTypes = []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[time.Time](), reflect.TypeFor[[]string]()}

func names(row any) (names []string) {
	for _, field := range reflect.VisibleFields(reflect.TypeOf(row).Elem()) {
		switch kind := field.Type.Kind(); {
		case slices.Contains(columnTypes, field.Type):
			name := schema.ParseTagSetting(field.Tag.Get("gorm"), ";")["COLUMN"]
			names = append(names, cmp.Or(name, schema.NamingStrategy{}.ColumnName("", field.Name)))
		case kind != reflect.Struct && kind != reflect.Slice:
			panic(fmt.Sprintf("no column for %s %s", field.Name, field.Type)) // when the program starts
		}
	}
	return names
}

// holder is the room for cells.
type holder struct {
	each []cell
	all  []any
}

// holders are kept from one statement to the next.
var holders = sync.Pool{New: func() any { return new(holder) }}

// cells are the columns of rows, pointers to structs, in the order of names.
func (h *holder) cells(rows ...any) []any {
	n := 0
	for _, row := range rows {
		n += reflect.TypeOf(row).Elem().NumField()
	}
	h.each, h.all = slices.Grow(h.each[:0], n), slices.Grow(h.all[:0], n)
	for _, row := range rows {
		v := reflect.ValueOf(row).Elem()
		for i := range v.NumField() {
			if field := v.Field(i); slices.Contains(columnTypes, field.Type()) {
				h.each = append(h.each, cell{field.Addr().Interface()})
				h.all = append(h.all, &h.each[len(h.each)-1])
			}
		}
	}
	return h.all
}

// free lets go of the rows, and keeps the room.
func (h *holder) free() {
	clear(h.each)
	holders.Put(h)
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
		h := holders.Get().(*holder)
		defer h.free()
		all := h.cells(into...)
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
	return in(ctx, s.reader).Statement.ConnPool.QueryContext(ctx, query, args...)
}

// insert adds a row with a statement made by inserting.
func (s *Store) insert(ctx context.Context, operation, statement string, row any) error {
	h := holders.Get().(*holder)
	defer h.free()
	_, err := s.exec(ctx, statement, h.cells(row)...)
	return wrap(operation, err)
}

// exec runs a statement that is needed often, past gorm as well. It returns how many rows it changed.
func (s *Store) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := allText(args); err != nil {
		return 0, err
	}
	g := in(ctx, s.writer)
	r, err := g.Statement.ConnPool.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, g.Dialector.(gorm.ErrorTranslator).Translate(err)
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

// one is take for a query that finds rows of one table.
func one[T any](ctx context.Context, s *Store, operation, query string, args ...any) (*T, error) {
	row := new(T)
	if err := s.take(ctx, operation, query, args, row); err != nil {
		return nil, err
	}
	return row, nil
}

// there tells whether a query for a text finds any.
func (s *Store) there(ctx context.Context, operation, query string, args ...any) (bool, error) {
	var row struct{ Text string }
	err := s.take(ctx, operation, query, args, &row)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// cell is a column of a *string, *bool, *time.Time or *[]string.
type cell struct{ of any }

// Value implements driver.Valuer.
func (c *cell) Value() (driver.Value, error) {
	switch of := c.of.(type) {
	case *string:
		return *of, allText([]any{*of})
	case *bool:
		return *of, nil
	case *time.Time:
		return toMillis(*of), nil
	case *[]string:
		return toList(*of)
	}
	return nil, fmt.Errorf("%T has no column", c.of)
}

// Scan implements sql.Scanner. What an outer join did not find is the zero value.
func (c *cell) Scan(value any) (err error) {
	ok := true
	switch into := c.of.(type) {
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
		return fmt.Errorf("%T does not go into %T", value, c.of)
	}
	return err
}
