package oauth

import (
	"context"
	"fmt"
	"time"

	"frontdesk/store"
)

// List describes every signing key there is, in the order in which they sign.
func (k *Keys) List(ctx context.Context) ([]Key, error) {
	rows, err := k.Store.SigningKeys(ctx)
	keys := make([]Key, len(rows))
	for i, row := range rows {
		keys[i] = k.keyOf(row, k.Now())
	}
	return keys, err
}

// Rotate makes the next key of an algorithm, unless one is waiting. It is published now, and signs once everybody can know
// it.
func (k *Keys) Rotate(ctx context.Context, algorithm string) error {
	return k.makeNext(ctx, algorithm, func(rows []store.SigningKey) bool {
		last := newest(rows, algorithm)
		return last == nil || !last.ActivatedAt.After(k.Now())
	})
}

// Revoke ends a key that others may have got hold of: every token that it has signed is dead, here at once and on
// other servers within KeysAgree, and another key signs in its place. store.ErrNotFound: there is no such key.
func (k *Keys) Revoke(ctx context.Context, id string) error {
	rows, err := k.Store.SigningKeys(ctx)
	if err != nil {
		return err
	}
	var spare store.SigningKey
	for _, row := range rows {
		if row.ID == id { // made before the keys are locked: some take their time
			if spare, err = k.newSigningKey(row.Algorithm); err != nil {
				return err
			}
		}
	}
	err = k.Store.ChangeSigningKeys(ctx, func(rows []store.SigningKey) (store.SigningKeyChange, error) {
		return remove(rows, id, spare, k.Now())
	})
	if err != nil {
		return fmt.Errorf("revoke signing key: %w", err)
	}
	k.Log.WarnContext(ctx, "signing key revoked", "key", id)
	return k.read(ctx)
}

// makeFirst makes the first key of an algorithm, unless somebody else was faster.
func (k *Keys) makeFirst(ctx context.Context, algorithm string) error {
	return k.makeNext(ctx, algorithm, func(rows []store.SigningKey) bool { return newest(rows, algorithm) == nil })
}

// makeNext makes the next key of an algorithm if that is still wanted once nobody else can change the keys.
func (k *Keys) makeNext(ctx context.Context, algorithm string, wanted func([]store.SigningKey) bool) error {
	next, err := k.newSigningKey(algorithm)
	if err != nil {
		return err
	}
	made := false
	err = k.Store.ChangeSigningKeys(ctx, func(rows []store.SigningKey) (change store.SigningKeyChange, _ error) {
		if made = wanted(rows); made {
			change = succeed(rows, next, k.Now())
		}
		return change, nil
	})
	if err != nil {
		return fmt.Errorf("make signing key: %w", err)
	}
	if made {
		k.Log.InfoContext(ctx, "signing key made", "key", next.ID, "algorithm", algorithm)
	}
	return k.read(ctx)
}

// Maintain makes the keys that are due and removes those that are gone, now and every minute until ctx ends.
// Every server may do so: one of them is the first.
func (k *Keys) Maintain(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := k.maintain(ctx); err != nil && ctx.Err() == nil {
			k.Log.ErrorContext(ctx, "signing keys not maintained", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (k *Keys) maintain(ctx context.Context) error {
	for _, algorithm := range Algorithms() {
		if err := k.makeDue(ctx, algorithm); err != nil {
			return err
		}
	}
	n, err := k.Store.DeleteSigningKeys(ctx, k.Now().Add(-k.afterlife()))
	if n > 0 {
		k.Log.InfoContext(ctx, "signing keys removed", "keys", n)
	}
	return err
}

// makeDue makes the next key of an algorithm if it is time.
func (k *Keys) makeDue(ctx context.Context, algorithm string) error {
	rows, err := k.Store.SigningKeys(ctx)
	if err != nil || !k.due(rows, algorithm, k.Now()) {
		return err
	}
	return k.makeNext(ctx, algorithm, func(rows []store.SigningKey) bool { return k.due(rows, algorithm, k.Now()) })
}
