package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

// SigningKey is a private key, sealed by its owner. ID is its JWK thumbprint (RFC 7638).
type SigningKey struct {
	ID        string
	Algorithm string // ES256
	Sealed    string
	CreatedAt time.Time `gorm:"serializer:millis;autoCreateTime:false"`
}

// KeepSigningKey saves k unless there is a key for its algorithm, and reads the one that counts. Replicas
// that start together so agree on one.
func (s *Store) KeepSigningKey(ctx context.Context, k SigningKey) (*SigningKey, error) {
	k.CreatedAt = s.now()
	err := s.db(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "algorithm"}}, DoNothing: true}).Create(&k).Error
	if err != nil {
		return nil, wrap("create signing key", err)
	}
	return s.SigningKey(ctx, k.Algorithm)
}

// SigningKey reads the key for an algorithm.
func (s *Store) SigningKey(ctx context.Context, algorithm string) (*SigningKey, error) {
	var k SigningKey
	if err := s.db(ctx).Where("algorithm = ?", algorithm).Take(&k).Error; err != nil {
		return nil, found("read signing key", err)
	}
	return &k, nil
}
