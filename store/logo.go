package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

// Logo is our copy of a client's logo. Clients with the same image share one.
type Logo struct {
	ID        string // hex SHA-256 of the image
	Kind      string // its media type
	Image     []byte
	CreatedAt time.Time `gorm:"serializer:millis;autoCreateTime:false"`
}

// SaveLogo keeps an image. One that is there already counts as new.
func (s *Store) SaveLogo(ctx context.Context, logo *Logo) error {
	logo.CreatedAt = s.now()
	return wrap("save logo", s.db(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"created_at"}),
	}).Create(logo).Error)
}

// SetLogo says which image is a client's logo, "" for none, and not to look again before until.
// ErrNotFound: there is no such client.
func (s *Store) SetLogo(ctx context.Context, clientID, id string, until time.Time) error {
	return touched("set client's logo", s.db(ctx).Model(&Client{}).Where("id = ?", clientID).
		Updates(map[string]any{"logo": id, "logo_until": toMillis(until)}))
}

// Logo reads a logo by its id. ErrNotFound: there is none.
func (s *Store) Logo(ctx context.Context, id string) (*Logo, error) {
	var logo Logo
	if err := s.read(ctx).Where("id = ?", id).Take(&logo).Error; err != nil {
		return nil, found("read logo", err)
	}
	return &logo, nil
}

// deleteLostLogos removes the logos from before a time that no client has any more.
func (s *Store) deleteLostLogos(ctx context.Context, before time.Time) error {
	r := s.db(ctx).Exec(`DELETE FROM logos WHERE created_at < ? AND NOT EXISTS
		(SELECT 1 FROM clients WHERE clients.logo = logos.id AND clients.logo <> '')`, toMillis(before))
	return wrap("delete lost logos", r.Error)
}
