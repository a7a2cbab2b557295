package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"text/tabwriter"
	"time"
)

// each goes through all rows that page reads in steps, so that a long list needs little memory.
func each[T any](ctx context.Context, page func(ctx context.Context, after string, limit int) ([]T, error), id func(T) string) iter.Seq2[T, error] {
	const step = 500
	return func(yield func(T, error) bool) {
		after := ""
		for {
			rows, err := page(ctx, after, step)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
				after = id(row)
			}
			if len(rows) < step {
				return
			}
		}
	}
}

// list prints rows as they come: a JSON array of what describe makes of them, or a table for people.
func list[T any](w io.Writer, asJSON bool, rows iter.Seq2[T, error], describe func(T) any, heading string, line func(T) string) error {
	if !asJSON {
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, heading)
		for row, err := range rows {
			if err != nil {
				return err
			}
			fmt.Fprintln(table, line(row))
		}
		return table.Flush()
	}
	open := "["
	for row, err := range rows {
		if err != nil {
			return err
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("  ", "  ")
		if err := e.Encode(describe(row)); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n  %s", open, bytes.TrimSpace(b.Bytes()))
		open = ","
	}
	if open == "[" {
		_, err := fmt.Fprintln(w, "[]")
		return err
	}
	_, err := fmt.Fprintln(w, "\n]")
	return err
}

// show prints a description: JSON, or a line for each of its fields under the name that JSON has for it. Fields
// tagged text:"-" are for programs only.
func (c *call) show(description any, asJSON bool) error {
	if asJSON {
		return printJSON(c.stdout, description)
	}
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	v := reflect.ValueOf(description)
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name, options, _ := strings.Cut(tag.Get("json"), ",")
		if tag.Get("text") == "-" || options == "omitempty" && v.Field(i).IsZero() {
			continue
		}
		fmt.Fprintf(table, "%s\t%s\n", strings.ReplaceAll(name, "_", " "), inWords(v.Field(i)))
	}
	return table.Flush()
}

// inWords is the value of a field as people read it.
func inWords(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case bool:
		if value {
			return "yes"
		}
		return "no"
	case string:
		return orDash(value)
	case time.Time:
		return value.Format(time.RFC3339)
	}
	words := make([]string, v.Len())
	for i := range words {
		words[i] = fmt.Sprint(v.Index(i))
	}
	return orDash(strings.Join(words, ", "))
}

func orDash(s string) string { return cmp.Or(s, "-") }
