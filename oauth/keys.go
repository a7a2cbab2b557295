package oauth

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"frontdesk/store"
)

// KeysConfig is what Keys are told.
type KeysConfig struct {
	Store     *store.Store
	MasterKey []byte        // 32 bytes: seals signing keys, derives refresh tokens, signs forms
	Rotation  time.Duration // how long a key signs; 0: until Rotate or Revoke
	Lifetime  time.Duration // the longest life of a token: so long a key is published after it has retired
	Now       func() time.Time
	Log       *slog.Logger
}

// Keys is what a server signs, seals and derives with: it comes from the master key, or lies in the database
// sealed under it. Servers on one database agree, because nobody signs or checks anything with what was read
// longer ago than KeysAgree. It is safe for concurrent use.
type Keys struct {
	KeysConfig
	refresh []byte // derives a refresh token's successor
	form    []byte // signs consent forms and sign-in marks
	seal    []byte // seals signing keys

	ring    atomic.Pointer[ring]
	turns   atomic.Uint64
	reading singleflight.Group
}

const (
	// KeysAgree is how long it takes at most until every server acts on a change of the signing keys. With the read that
	// follows it stays below the second that a key which was taken back may live.
	KeysAgree = store.Fresh
	// impatience bounds how often ids of keys that nobody has, which strangers can send, make us read.
	impatience = 50 * time.Millisecond
	// readTime is what a read may take, whoever waits for it.
	readTime = 5 * time.Second
)

// OpenKeys derives keys from the master key and opens the signing keys that there are. It makes none.
func OpenKeys(ctx context.Context, c KeysConfig) (*Keys, error) {
	if len(c.MasterKey) != 32 {
		return nil, errors.New("the master key is not 32 bytes long")
	}
	k := &Keys{KeysConfig: c}
	for purpose, key := range map[string]*[]byte{"refresh tokens": &k.refresh, "forms": &k.form, "signing keys": &k.seal} {
		derived, err := hkdf.Key(sha256.New, c.MasterKey, nil, "frontdesk "+purpose, 32) // RFC 5869
		if err != nil {
			return nil, err
		}
		*key = derived
	}
	return k, k.read(ctx)
}

// current is the signing keys as they were at most KeysAgree ago. It fails where the database cannot say.
func (k *Keys) current(ctx context.Context) (*ring, error) { return k.noOlder(ctx, KeysAgree) }

// noOlder is the signing keys as they were at most age ago. Those who wait for the same read share it.
func (k *Keys) noOlder(ctx context.Context, age time.Duration) (*ring, error) {
	oldest := k.Now().Add(-age)
	for reads := 0; ; reads++ {
		if r := k.ring.Load(); reads == 2 || !r.before(oldest) { // the second has begun after we came
			return r, nil
		}
		read := k.reading.DoChan("", func() (any, error) {
			ctx, cancel := context.WithTimeout(context.Background(), readTime)
			defer cancel()
			return nil, k.read(ctx)
		})
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case got := <-read:
			if got.Err != nil {
				return nil, got.Err
			}
		}
	}
}

// read reads the keys, and keeps what it finds unless a later read was faster.
func (k *Keys) read(ctx context.Context) error {
	turn, at := k.turns.Add(1), k.Now()
	rows, err := k.Store.SigningKeys(ctx)
	if err != nil {
		return err
	}
	last := k.ring.Load()
	r, err := k.openRing(rows, at, last)
	if err != nil {
		return err
	}
	r.turn = turn
	for ; last == nil || last.turn < turn; last = k.ring.Load() {
		if k.ring.CompareAndSwap(last, r) {
			break
		}
	}
	return nil
}

// signer is the key that signs with an algorithm now. The first key of an algorithm is made when it is asked
// for, and signs at once: there is none that could sign while the new one becomes known.
func (k *Keys) signer(ctx context.Context, algorithm string) (*signingKey, error) {
	r, err := k.current(ctx)
	if err == nil && r.signing[algorithm] == nil {
		if err = k.makeFirst(ctx, algorithm); err == nil {
			r = k.ring.Load()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find signing key: %w", err)
	}
	if key := r.signing[algorithm]; key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("no key signs with %s", algorithm)
}

// find is the published key with an id. ErrInvalidToken: there is none, any more or at all.
func (k *Keys) find(ctx context.Context, id string) (*signingKey, error) {
	r, err := k.current(ctx)
	if err == nil && r.keys[id] == nil { // it may be newer than what we know
		r, err = k.noOlder(ctx, impatience)
	}
	if err != nil {
		return nil, fmt.Errorf("find signing key: %w", err)
	}
	if key := r.keys[id]; key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("%w: %w", ErrInvalidToken, errUnknownKey)
}

// errUnknownKey says that a token may have been ours, and that nobody can tell any more.
var errUnknownKey = errors.New("its key is not ours, or not any more")

// verify returns the claims of a JWT of ours of a type and the id of the key that has signed it. ErrInvalidToken: it is none; any other error: nobody can tell.
func (k *Keys) verify(ctx context.Context, raw, typ string) ([]byte, string, error) {
	jws, err := jose.ParseSignedCompact(raw, ours) // never none, never HS256
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrInvalidToken, err)
	}
	header := jws.Signatures[0].Protected
	if said, _ := header.ExtraHeaders[jose.HeaderType].(string); !strings.EqualFold(said, typ) {
		return nil, "", fmt.Errorf("%w: it is a %q, not a %q", ErrInvalidToken, said, typ)
	}
	if header.JSONWebKey != nil { // keys come from us, never from the token
		return nil, "", fmt.Errorf("%w: it brings a key", ErrInvalidToken)
	}
	key, err := k.find(ctx, header.KeyID)
	if err != nil {
		return nil, "", err
	}
	if header.Algorithm != string(key.algorithm) { // RFC 8725 section 3.1
		return nil, "", fmt.Errorf("%w: its key is for %s", ErrInvalidToken, key.algorithm)
	}
	claims, err := jws.Verify(key.public)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrInvalidToken, err)
	}
	return claims, key.id, nil
}
