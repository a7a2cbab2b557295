package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

// SigningKey is a private key, sealed by its owner. It signs from ActivatedAt until RetiredAt; the zero time
// there means that no other key follows it yet, and one key of an algorithm is so.
type SigningKey struct {
	ID          string // the JWK thumbprint (RFC 7638)
	Algorithm   string // ES256
	Sealed      string
	CreatedAt   time.Time `gorm:"serializer:millis;autoCreateTime:false"`
	ActivatedAt time.Time `gorm:"serializer:millis"`
	RetiredAt   time.Time `gorm:"serializer:millis"`
}

// SigningKeyChange is what happens to the signing keys in one step: a key goes, others come or get new times.
type SigningKeyChange struct {
	Drop string // the id of a key, or ""
	Save []SigningKey
}

// SigningKeys reads every key, in the order in which they sign.
func (s *Store) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	var keys []SigningKey
	return keys, wrap("read signing keys", s.read(ctx).Order("activated_at, created_at, id").Find(&keys).Error)
}

// ChangeSigningKeys does what decide says of the keys that there are. Nobody else changes them meanwhile, on
// whatever machine. An error of decide is returned as it is, and nothing happens.
func (s *Store) ChangeSigningKeys(ctx context.Context, decide func([]SigningKey) (SigningKeyChange, error)) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		if s.postgres() { // SQLite has one writer anyhow
			if err := s.db(ctx).Exec("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
				return wrap("lock signing keys", err)
			}
		}
		keys, err := s.SigningKeys(ctx)
		if err != nil {
			return err
		}
		change, err := decide(keys)
		if err != nil {
			return err
		}
		return s.changeSigningKeys(ctx, change)
	})
}

func (s *Store) changeSigningKeys(ctx context.Context, change SigningKeyChange) error {
	if change.Drop != "" {
		if err := touched("delete signing key", s.db(ctx).Where("id = ?", change.Drop).Delete(&SigningKey{})); err != nil {
			return err
		}
	}
	for _, k := range change.Save {
		if k.CreatedAt.IsZero() {
			k.CreatedAt = s.now()
		}
		err := s.db(ctx).Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"activated_at", "retired_at"}),
		}).Create(&k).Error
		if err != nil {
			return wrap("save signing key", err)
		}
	}
	return nil
}

// DeleteSigningKeys removes the keys that had retired by a moment, and returns how many.
func (s *Store) DeleteSigningKeys(ctx context.Context, by time.Time) (int64, error) {
	r := s.db(ctx).Where("retired_at > 0 AND retired_at <= ?", toMillis(by)).Delete(&SigningKey{})
	return r.RowsAffected, wrap("delete signing keys", r.Error)
}
