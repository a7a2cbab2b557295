package oauth

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"frontdesk/internal/outbound"
	"frontdesk/store"
)

// How long the keys behind a jwks_uri are believed, and how often strangers can have them fetched.
const (
	keysFresh  = 5 * time.Minute
	keysStale  = time.Hour        // while their origin is down
	keysPause  = 30 * time.Second // between two fetches; twice as long after each failure
	maxPause   = time.Hour
	maxKeys    = 16
	maxKeySets = 1024
)

// clientKeys remembers the keys behind jwks_uris (RFC 7591 section 2).
type clientKeys struct {
	mu       sync.Mutex
	sets     map[string]keySet
	fetching singleflight.Group
}

// keySet is what is known of a jwks_uri.
type keySet struct {
	keys    []jose.JSONWebKey
	fetched time.Time     // when the keys came
	tried   time.Time     // when they were last asked for
	pause   time.Duration // until they may be asked for again
}

// keysOf finds the client's public keys. again: those that it found before do not fit, and the origin may have new ones.
func (s *Server) keysOf(ctx context.Context, c *store.Client, again bool) ([]jose.JSONWebKey, error) {
	if c.JWKS != "" {
		return publicKeys([]byte(c.JWKS))
	}
	known, now := s.clientKeys.find(c.JWKSURI), s.Now()
	age := now.Sub(known.fetched)
	switch {
	case age < keysFresh && !again, age < keysStale && now.Sub(known.tried) < known.pause:
		return known.keys, nil
	case now.Sub(known.tried) < known.pause:
		return nil, nil
	}
	got, _, _ := s.clientKeys.fetching.Do(c.JWKSURI, func() (any, error) {
		return s.fetchKeys(context.WithoutCancel(ctx), c, known), nil
	})
	return got.([]jose.JSONWebKey), nil
}

// fetchKeys asks the origin and remembers what it says. While it is down the stale keys go on for a while.
func (s *Server) fetchKeys(ctx context.Context, c *store.Client, known keySet) []jose.JSONWebKey {
	now := s.Now()
	got, err := s.Outbound.JSON(ctx, c.JWKSURI)
	var keys []jose.JSONWebKey
	if err == nil {
		keys, err = publicKeys(got.Body)
	}
	known.tried = now
	if err != nil {
		s.Log.WarnContext(ctx, "client's keys not taken", "client", c.ID, "err", err)
		known.pause = min(max(2*known.pause, keysPause), maxPause)
		if !errors.Is(err, outbound.ErrDown) || now.Sub(known.fetched) >= keysStale {
			known.keys = nil
		}
	} else {
		known.keys, known.fetched, known.pause = keys, now, keysPause
	}
	s.clientKeys.keep(c.JWKSURI, known)
	return known.keys
}

func (k *clientKeys) find(uri string) keySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sets[uri]
}

// keep remembers set. Where there are too many, any other one is forgotten: it is only a memory.
func (k *clientKeys) keep(uri string, set keySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sets == nil {
		k.sets = make(map[string]keySet)
	}
	for other := range k.sets {
		if len(k.sets) < maxKeySets {
			break
		}
		delete(k.sets, other)
	}
	k.sets[uri] = set
}

// publicKeys reads the keys of a JWK set that can check a signature of an algorithm that we know (RFC 7517 section
// 5). Others are passed over, but a key that is no public one has no business there.
func publicKeys(set []byte) ([]jose.JSONWebKey, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if tooDeep(set) {
		return nil, errors.New("it nests too deep")
	}
	if err := json.Unmarshal(set, &raw); err != nil {
		return nil, errors.New("it is not a JWK set")
	}
	if len(raw.Keys) > maxKeys {
		return nil, fmt.Errorf("it has more than %d keys", maxKeys)
	}
	var keys []jose.JSONWebKey
	for _, one := range raw.Keys {
		var secret struct {
			D json.RawMessage `json:"d"`
			K json.RawMessage `json:"k"`
		}
		if json.Unmarshal(one, &secret) == nil && (secret.D != nil || secret.K != nil) {
			return nil, errors.New("a key in it is not public")
		}
		var key jose.JSONWebKey
		if key.UnmarshalJSON(one) == nil && (key.Use == "" || key.Use == "sig") && len(algorithmsOf(key)) > 0 {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("no key in it fits")
	}
	return keys, nil
}

// maxExponent is the one that everybody uses: with a large one a signature takes many times as long to check.
const maxExponent = 1<<16 + 1

// algorithmsOf lists what a key may sign with here (RFC 7518 section 3.1); none: it does not fit.
func algorithmsOf(key jose.JSONWebKey) []jose.SignatureAlgorithm {
	var fit []jose.SignatureAlgorithm
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits >= 2048 && bits <= 4096 && k.E <= maxExponent {
			fit = []jose.SignatureAlgorithm{jose.RS256, jose.PS256}
		}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			fit = []jose.SignatureAlgorithm{jose.ES256}
		}
	case ed25519.PublicKey:
		fit = []jose.SignatureAlgorithm{jose.EdDSA, algEd25519}
	}
	if key.Algorithm == "" {
		return fit
	}
	for _, alg := range fit {
		if string(alg) == key.Algorithm {
			return []jose.SignatureAlgorithm{alg}
		}
	}
	return nil
}
