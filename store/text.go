package store

import (
	"errors"
	"strings"
	"unicode/utf8"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// errNotText refuses what PostgreSQL cannot keep in a TEXT column. SQLite could; but then a database could not
// move from one to the other, and tests on the one would say nothing about the other.
var errNotText = errors.New("not text: UTF-8 without NUL")

func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// sqliteText and postgresText are the dialects with one check more: no statement runs with a value that is not text.
type (
	sqliteText   struct{ sqlite.Dialector }
	postgresText struct{ *postgres.Dialector }
)

// BindVarTo implements gorm.Dialector.
func (d sqliteText) BindVarTo(w clause.Writer, stmt *gorm.Statement, value any) {
	checkText(stmt, value)
	d.Dialector.BindVarTo(w, stmt, value)
}

// BindVarTo implements gorm.Dialector.
func (d postgresText) BindVarTo(w clause.Writer, stmt *gorm.Statement, value any) {
	checkText(stmt, value)
	d.Dialector.BindVarTo(w, stmt, value)
}

func checkText(stmt *gorm.Statement, value any) {
	if text, ok := value.(string); ok && !isText(text) {
		_ = stmt.AddError(errNotText)
	}
}
