package oauth

import (
	"slices"
	"time"

	"frontdesk/store"
)

// The life of a key. It is published when it is made, and signs once every copy of the JWKS that others may keep
// has it. Its successor comes in the same way; then it retires, and stays published until the last token that it
// has signed is over. The functions here only read, and say what is to happen.

// overlap is how long a key is published before it signs.
const overlap = 2 * jwksLife

// skew is how far the clocks of two servers may be apart.
const skew = time.Minute

// Where a key is in its life.
const (
	KeyPublished = "published" // it does not sign yet
	KeySigning   = "signing"
	KeyRetired   = "retired" // its last tokens may be alive
)

// Key is a signing key without its secret.
type Key struct {
	ID, Algorithm, State string
	CreatedAt            time.Time
	ActivatedAt          time.Time // signs since, or will
	RetiredAt            time.Time // signs until; zero: until another one is made
	GoneAt               time.Time // published until; zero as long as RetiredAt is
}

// keyOf describes a row as it is at a moment.
func (k *Keys) keyOf(row store.SigningKey, at time.Time) Key {
	key := Key{
		ID: row.ID, Algorithm: row.Algorithm, State: KeySigning,
		CreatedAt: row.CreatedAt, ActivatedAt: row.ActivatedAt, RetiredAt: row.RetiredAt,
	}
	if !row.RetiredAt.IsZero() {
		key.GoneAt = row.RetiredAt.Add(k.afterlife())
	}
	switch {
	case retired(row, at):
		key.State = KeyRetired
	case row.ActivatedAt.After(at):
		key.State = KeyPublished
	}
	return key
}

// afterlife is how long a key is published after it has retired.
func (k *Keys) afterlife() time.Duration { return k.Lifetime + skew }

func (k *Keys) gone(row store.SigningKey, at time.Time) bool {
	return retired(row, at.Add(-k.afterlife()))
}

func retired(row store.SigningKey, at time.Time) bool {
	return !row.RetiredAt.IsZero() && !at.Before(row.RetiredAt)
}

// signs is the key of an algorithm that signs at a moment, nil where there is no key. Should a clock have been set
// back before the first one was made, that one signs all the same.
func signs(rows []store.SigningKey, algorithm string, at time.Time) (found *store.SigningKey) {
	for i, row := range rows { // in the order in which they sign
		if row.Algorithm == algorithm && !retired(row, at) && (found == nil || !row.ActivatedAt.After(at)) {
			found = &rows[i]
		}
	}
	return found
}

// newest is the key of an algorithm that has no successor yet, nil where there is no key.
func newest(rows []store.SigningKey, algorithm string) *store.SigningKey {
	i := slices.IndexFunc(rows, func(row store.SigningKey) bool { return row.Algorithm == algorithm && row.RetiredAt.IsZero() })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// due tells whether it is time to make an algorithm's next key: so early that the last one signs for Rotation.
func (k *Keys) due(rows []store.SigningKey, algorithm string, at time.Time) bool {
	last := newest(rows, algorithm)
	return last == nil || k.Rotation > 0 && !at.Before(last.ActivatedAt.Add(k.Rotation-overlap))
}

// succeed lets a new key follow the last one of its algorithm. The first one signs at once: nobody else could.
func succeed(rows []store.SigningKey, next store.SigningKey, at time.Time) store.SigningKeyChange {
	last := newest(rows, next.Algorithm)
	if last == nil {
		next.ActivatedAt = at
		return store.SigningKeyChange{Save: []store.SigningKey{next}}
	}
	next.ActivatedAt = at.Add(overlap)
	before := *last
	before.RetiredAt = next.ActivatedAt
	return store.SigningKeyChange{Save: []store.SigningKey{before, next}}
}

// remove takes a key away. Where it signs, the key that was to follow does so at once, or else the spare one;
// where it was to follow, the one before goes on. store.ErrNotFound: there is no such key.
func remove(rows []store.SigningKey, id string, spare store.SigningKey, at time.Time) (store.SigningKeyChange, error) {
	change := store.SigningKeyChange{Drop: id}
	i := slices.IndexFunc(rows, func(row store.SigningKey) bool { return row.ID == id })
	if i < 0 {
		return change, store.ErrNotFound
	}
	key := rows[i]
	if retired(key, at) {
		return change, nil
	}
	for _, other := range rows {
		switch {
		case other.ID == id || other.Algorithm != key.Algorithm:
			continue
		case key.ActivatedAt.After(at) && other.RetiredAt.Equal(key.ActivatedAt):
			other.RetiredAt = key.RetiredAt
		case !key.ActivatedAt.After(at) && other.ActivatedAt.Equal(key.RetiredAt):
			other.ActivatedAt = at
		default:
			continue
		}
		change.Save = []store.SigningKey{other}
		return change, nil
	}
	if !key.RetiredAt.IsZero() { // by a clock that was ahead of ours; another one has no successor yet
		return change, nil
	}
	spare.ActivatedAt = at
	change.Save = []store.SigningKey{spare}
	return change, nil
}
