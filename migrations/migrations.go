// Package migrations holds the numbered SQL that makes the schema. There is one set for both databases:
// ids are TEXT that we make, times BIGINT Unix milliseconds (0: never), lists JSON in TEXT.
package migrations

import "embed"

// FS holds the migrations in goose's format.
//
//go:embed *.sql
var FS embed.FS
