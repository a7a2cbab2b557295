package store

import (
	"context"
	"time"
)

// Client is a registered OAuth client (RFC 7591 section 2). Scopes is what it may ask for; none means
// every scope there is. A client with no SecretHash is public.
type Client struct {
	ID              string
	Name            string
	SecretHash      string // hex SHA-256
	AuthMethod      string // token_endpoint_auth_method
	ApplicationType string // native or web
	URI             string
	LogoURI         string
	PolicyURI       string
	TermsURI        string
	SoftwareID      string
	SoftwareVersion string
	RedirectURIs    []string  `gorm:"serializer:list"`
	GrantTypes      []string  `gorm:"serializer:list"`
	ResponseTypes   []string  `gorm:"serializer:list"`
	Scopes          []string  `gorm:"serializer:list"`
	Contacts        []string  `gorm:"serializer:list"`
	Verified        bool      // an operator vouches for it
	CreatedAt       time.Time `gorm:"serializer:millis;autoCreateTime:false"`
	SecretRotatedAt time.Time `gorm:"serializer:millis"`
}

// CreateClient saves a new client. A missing id is made.
func (s *Store) CreateClient(ctx context.Context, c *Client) error {
	if c.ID == "" {
		c.ID = NewID("client")
	}
	c.CreatedAt = s.now()
	return wrap("create client", s.db(ctx).Create(c).Error)
}

// Client reads a client.
func (s *Store) Client(ctx context.Context, id string) (*Client, error) {
	var c Client
	if err := s.read(ctx).Where("id = ?", id).Take(&c).Error; err != nil {
		return nil, wrap("read client", err)
	}
	return &c, nil
}

// Clients lists clients by age, at most limit of them, beginning behind the one whose id is after ("": the first).
func (s *Store) Clients(ctx context.Context, after string, limit int) ([]Client, error) {
	q := s.read(ctx).Order("created_at, id").Limit(limit)
	if after != "" {
		q = q.Where("(created_at, id) > (SELECT created_at, id FROM clients WHERE id = ?)", after)
	}
	var cs []Client
	return cs, wrap("list clients", q.Find(&cs).Error)
}

// SetClientSecret replaces the secret's hash; the old secret is dead at once.
func (s *Store) SetClientSecret(ctx context.Context, id, hash string) error {
	return touched("set client secret", s.db(ctx).Model(&Client{}).Where("id = ?", id).
		Updates(map[string]any{"secret_hash": hash, "secret_rotated_at": toMillis(s.now())}))
}

// DeleteClient removes a client with its consents, grants and tokens.
func (s *Store) DeleteClient(ctx context.Context, id string) error {
	return touched("delete client", s.db(ctx).Where("id = ?", id).Delete(&Client{}))
}
