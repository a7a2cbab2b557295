package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm/schema"
)

// millis keeps a time as Unix milliseconds, so that both databases store, index and compare it alike.
// The zero time is 0.
type millis struct{}

// list keeps a []string as a JSON array; nil is the empty one.
type list struct{}

func init() {
	schema.RegisterSerializer("millis", millis{})
	schema.RegisterSerializer("list", list{})
}

// Scan implements schema.SerializerInterface.
func (millis) Scan(ctx context.Context, field *schema.Field, dst reflect.Value, value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("%s: %T is not a time in milliseconds", field.Name, value)
	}
	return field.Set(ctx, dst, fromMillis(n))
}

// Value implements schema.SerializerInterface.
func (millis) Value(_ context.Context, field *schema.Field, _ reflect.Value, value any) (any, error) {
	t, ok := value.(time.Time)
	if !ok {
		return nil, fmt.Errorf("%s: %T is not a time", field.Name, value)
	}
	return toMillis(t), nil
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Scan implements schema.SerializerInterface.
func (list) Scan(ctx context.Context, field *schema.Field, dst reflect.Value, value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("%s: %T is not a list", field.Name, value)
	}
	l, err := fromList(text)
	if err != nil {
		return fmt.Errorf("%s: %w", field.Name, err)
	}
	return field.Set(ctx, dst, l)
}

// Value implements schema.SerializerInterface.
func (list) Value(_ context.Context, field *schema.Field, _ reflect.Value, value any) (any, error) {
	l, ok := value.([]string)
	if !ok {
		return nil, fmt.Errorf("%s: %T is not a list", field.Name, value)
	}
	return toList(l)
}

func toList(l []string) (string, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	for _, text := range l {
		if !isText(text) {
			return "", errNotText // JSON would keep another text in its place
		}
	}
	b, err := json.Marshal(l)
	return string(b), err
}

func fromList(text string) (l []string, err error) {
	if text == "[]" {
		return []string{}, nil
	}
	if inner, ok := strings.CutPrefix(text, `["`); ok && !strings.Contains(text, `\`) { // as JSON has it; this is quicker
		return strings.Split(strings.TrimSuffix(inner, `"]`), `","`), nil
	}
	return l, json.Unmarshal([]byte(text), &l)
}
