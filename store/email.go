package store

import "time"

// Email is an address of a user. Canonical is what is compared and unique; Address is as it was typed.
type Email struct {
	ID         string
	UserID     string
	Address    string
	Canonical  string
	Primary    bool      `gorm:"column:is_primary"`
	VerifiedAt time.Time `gorm:"serializer:millis"` // zero: not verified
	CreatedAt  time.Time `gorm:"serializer:millis;autoCreateTime:false"`
}

// ExternalAccount is an account elsewhere that a user has connected. Provider is as people read it: Google. Subject is the
// provider's id of the person, Identifier what people recognise.
type ExternalAccount struct {
	ID         string
	UserID     string
	Provider   string
	Subject    string
	Identifier string
	CreatedAt  time.Time `gorm:"serializer:millis;autoCreateTime:false"`
}
