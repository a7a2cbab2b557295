package store

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// idEncoding sorts like the bytes it encodes.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an id behind a prefix that says what it names: user_06f0…. It is 48 bits of time and 80 random
// ones, so that new rows come to lie side by side in an index. It is no secret.
func NewID(prefix string) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMilli())<<16)
	_, _ = rand.Read(b[6:]) // never fails
	return prefix + "_" + idEncoding.EncodeToString(b[:])
}
