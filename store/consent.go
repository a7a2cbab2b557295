package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

// Consent is what a user has allowed a client at a resource.
type Consent struct {
	UserID    string    `gorm:"primaryKey"`
	ClientID  string    `gorm:"primaryKey"`
	Resource  string    `gorm:"primaryKey"`
	Scopes    []string  `gorm:"serializer:list"`
	CreatedAt time.Time `gorm:"serializer:millis;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"serializer:millis;autoUpdateTime:false"`
	Online    bool      // the user did not let the client stay signed in
	Site      string    // scheme and host of the redirect URI that the user saw
}

// Consent reads what the user has allowed the client at the resource. ErrNotFound: nothing.
func (s *Store) Consent(ctx context.Context, userID, clientID, resource string) (*Consent, error) {
	return one[Consent](ctx, s, "read consent", readConsent, userID, clientID, resource)
}

// HoldConsent reads what the user of a session has allowed a client at a resource, and holds it, the session and the user
// until the transaction ends, which it needs. The client may change: where people would have to be asked anew, that forgets
// the consent. ErrNotFound: there is no consent, the session is over, or the user is banned.
func (s *Store) HoldConsent(ctx context.Context, sessionID, clientID, resource string) (*Consent, error) {
	query := holdConsent + s.hold(" FOR SHARE OF users, sessions FOR KEY SHARE OF clients FOR SHARE OF consents")
	return one[Consent](ctx, s, "hold consent", query, sessionID, toMillis(s.now()), clientID, resource)
}

var readConsent = "SELECT " + columns("consents", new(Consent)) + " FROM consents WHERE user_id = $1 AND client_id = $2 AND resource = $3"

var holdConsent = "SELECT " + columns("consents", new(Consent)) + ofSession +
	" JOIN consents ON consents.user_id = users.id AND consents.client_id = clients.id AND consents.resource = $4"

// SaveConsent saves c over what was allowed before.
func (s *Store) SaveConsent(ctx context.Context, c *Consent) error {
	c.CreatedAt = s.now()
	c.UpdatedAt = c.CreatedAt
	return wrap("save consent", s.db(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "user_id"}, {Name: "client_id"}, {Name: "resource"}},
		DoUpdates: clause.AssignmentColumns([]string{"scopes", "updated_at", "online", "site"}),
	}).Create(c).Error)
}
