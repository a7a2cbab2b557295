package store

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewID makes an id of 128 random bits behind a prefix that says what it names: user_k3q….
func NewID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	var id strings.Builder
	id.WriteString(prefix)
	id.WriteByte('_')
	id.WriteString(idEncoding.EncodeToString(b[:]))
	return id.String()
}
