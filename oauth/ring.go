package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"frontdesk/store"
)

// ring is the signing keys as they were at a moment. It never changes.
type ring struct {
	at      time.Time
	turn    uint64                 // of the read that it comes from
	keys    map[string]*signingKey // by id: whose tokens may be alive
	signing map[string]*signingKey // by algorithm: the one that signs
	jwks    drawn
	etag    []string // as a header
}

// before tells whether the ring is from before a moment, by either clock: one stands still while the machine sleeps, the
// other may be set back.
func (r *ring) before(moment time.Time) bool {
	return r.at.Before(moment) || r.at.Round(0).Before(moment.Round(0))
}

// openRing opens the keys that count at a moment. What was open in the last ring is not opened again.
func (k *Keys) openRing(rows []store.SigningKey, at time.Time, last *ring) (*ring, error) {
	r := &ring{at: at, keys: map[string]*signingKey{}, signing: map[string]*signingKey{}}
	if last == nil {
		last = r
	}
	rows = slices.DeleteFunc(rows, func(row store.SigningKey) bool { return k.gone(row, at) })
	for _, row := range rows {
		key := last.keys[row.ID]
		if key == nil {
			var err error
			if key, err = k.open(row); err != nil {
				return nil, err
			}
		}
		r.keys[row.ID] = key
	}
	for _, name := range Algorithms() {
		if row := signs(rows, name, at); row != nil {
			r.signing[name] = r.keys[row.ID]
		}
	}
	return r, r.draw(rows)
}

// draw makes the JWKS (RFC 7517 section 5): by algorithm, the key that signs first, for whoever looks no further.
func (r *ring) draw(rows []store.SigningKey) error {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, name := range Algorithms() {
		if key := r.signing[name]; key != nil {
			set.Keys = append(set.Keys, key.public)
		}
		for _, row := range rows {
			if key := r.keys[row.ID]; row.Algorithm == name && key != r.signing[name] {
				set.Keys = append(set.Keys, key.public)
			}
		}
	}
	body, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("draw JWKS: %w", err)
	}
	sum := sha256.Sum256(body)
	r.jwks, r.etag = newDrawn(body), []string{`"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	return nil
}
