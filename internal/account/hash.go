package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"
)

const (
	// MinPassword is how many characters a password has at least.
	MinPassword = 8
	maxPassword = 1024 // bytes
)

// parameters is what a hash costs (RFC 9106 section 3.1).
type parameters struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// current is OWASP's first choice for argon2id. Hashes that cost anything else are made anew at the next sign-in.
var current = parameters{memory: 19 * 1024, time: 2, threads: 1}

const (
	saltLength = 16
	keyLength  = 32
	maxMemory  = 1 << 20 // KiB: what an imported hash may ask of this machine
	maxTime    = 64
)

// hash is one argon2id hash taken apart.
type hash struct {
	parameters
	salt, key []byte
}

var errNotPHC = errors.New("not an argon2id hash")

// hasher makes and checks hashes, a bounded number at once: each takes 19 MiB and a core for a while.
type hasher struct {
	slots  *semaphore.Weighted
	nobody hash // what no password matches, as costly as anybody's
}

func newHasher() *hasher {
	nobody := hash{parameters: current, salt: make([]byte, saltLength), key: make([]byte, keyLength)}
	_, _ = rand.Read(nobody.salt) // never fails
	_, _ = rand.Read(nobody.key)
	return &hasher{slots: semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0))), nobody: nobody}
}

// make hashes a password that checkPassword let through. The error is ctx's.
func (h *hasher) make(ctx context.Context, password string) (string, error) {
	n := hash{parameters: current, salt: make([]byte, saltLength)}
	_, _ = rand.Read(n.salt)
	var err error
	n.key, err = h.derive(ctx, n.parameters, n.salt, keyLength, password)
	return n.String(), err
}

// matches tells whether the password is the hash's one. The error is ctx's.
func (h *hasher) matches(ctx context.Context, stored hash, password string) (bool, error) {
	if len(password) > maxPassword {
		stored, password = h.nobody, "" // none is that long; answer no sooner than otherwise
	}
	key, err := h.derive(ctx, stored.parameters, stored.salt, len(stored.key), password)
	return err == nil && subtle.ConstantTimeCompare(key, stored.key) == 1, err
}

func (h *hasher) derive(ctx context.Context, p parameters, salt []byte, length int, password string) ([]byte, error) {
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait to hash: %w", err)
	}
	defer h.slots.Release(1)
	// The same letters are typed as different bytes on different machines (RFC 8265 section 4.2.2).
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, p.time, p.memory, p.threads, uint32(length)), nil
}

// String is the hash in the PHC string format.
func (h hash) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.memory, h.time, h.threads, b64(h.salt), b64(h.key))
}

func parseHash(s string) (hash, error) {
	var h hash
	var version int
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return h, errNotPHC
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return h, errNotPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil ||
		h.memory > maxMemory || h.time < 1 || h.time > maxTime || h.threads < 1 {
		return h, errNotPHC
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(h.salt) < 8 || len(h.key) < keyLength/2 || len(h.key) > 64 {
		return h, errNotPHC
	}
	return h, nil
}

// outdated tells whether the hash costs something else than hashes do today.
func (h hash) outdated() bool {
	return h.parameters != current || len(h.salt) != saltLength || len(h.key) != keyLength
}

func checkPassword(password string) error {
	switch {
	case strings.TrimSpace(password) == "" && password != "":
		return &FieldError{"password", "The password is nothing but spaces. Use something that only you know."}
	case utf8.RuneCountInString(password) < MinPassword:
		return &FieldError{"password", fmt.Sprintf("The password is too short. Use at least %d characters.", MinPassword)}
	case len(password) > maxPassword:
		return &FieldError{"password", fmt.Sprintf("The password is too long. Use at most %d bytes.", maxPassword)}
	}
	return nil
}
