package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/clause"
)

// Where a client comes from.
const (
	FromRegistration = "registration" // it registered itself (RFC 7591)
	FromOperator     = "operator"
	FromDocument     = "document" // its id is the URL of its metadata document
)

// Client is a registered OAuth client (RFC 7591 section 2). Scopes is what it may ask for; none means
// every scope there is. AuthMethod says whether it is public ("none"); SecretHash is "" unless it authenticates with a
// secret.
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
	Source          string
	Blocked         bool      // an operator keeps it out
	FreshUntil      time.Time `gorm:"serializer:millis"` // documents: not fetched again before
	IDTokenAlg      string    // id_token_signed_response_alg; "": ES256
	FetchedAt       time.Time `gorm:"serializer:millis"` // documents: when the origin last answered with one
	Trouble         string    // documents: why it was not taken when it was last fetched, for the operator; "": it was

	JWKS             string    // its public keys (RFC 7517), inline
	JWKSURI          string    `gorm:"column:jwks_uri"` // or where they are
	SigningAlg       string    // token_endpoint_auth_signing_alg; "": any that we know
	AuthOptional     bool      // it authenticates with AuthMethod, or comes as none
	RegistrationHash string    // hex SHA-256 of the registration access token (RFC 7592); "": it has none
	Logo             string    // the id of our copy of its logo; "": there is none
	LogoUntil        time.Time `gorm:"serializer:millis"` // its logo is not fetched again before

	PostLogoutRedirectURIs []string `gorm:"serializer:list"` // where people may go after they signed out
	ResourceServer         bool     // an operator lets it introspect every access token
}

// CreateClient saves a new client. A missing id is made. ErrConflict: the id is taken.
func (s *Store) CreateClient(ctx context.Context, c *Client) error {
	if c.ID == "" {
		c.ID = NewID("client")
	}
	if c.Source == "" {
		c.Source = FromRegistration
	}
	c.CreatedAt = s.now()
	return s.insert(ctx, "create client", insertClient, c)
}

var insertClient = inserting("clients", new(Client))

// Client reads a client. ErrNotFound: there is none.
func (s *Store) Client(ctx context.Context, id string) (*Client, error) {
	return one[Client](ctx, s, "read client", readClient, id)
}

var readClient = "SELECT " + columns("clients", new(Client)) + " FROM clients WHERE id = $1"

// Clients lists clients by age, at most limit of them, beginning behind the one whose id is after ("": the first).
func (s *Store) Clients(ctx context.Context, after string, limit int) ([]Client, error) {
	q := s.read(ctx).Order("created_at, id").Limit(limit)
	if after != "" {
		q = q.Where("(created_at, id) > (SELECT created_at, id FROM clients WHERE id = ?)", after)
	}
	var cs []Client
	return cs, wrap("list clients", q.Find(&cs).Error)
}

// SaveDocument saves a client as its document describes it, over what was there before. What an operator
// decided about its address stays; what people allowed is forgotten where they would see another app now.
func (s *Store) SaveDocument(ctx context.Context, c *Client) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		before, err := s.holdClient(ctx, c.ID)
		switch {
		case errors.Is(err, ErrNotFound):
			return s.saveDocument(ctx, c)
		case err != nil:
			return err
		}
		return s.replaceDocument(ctx, before, c)
	})
}

// KeepDocument is SaveDocument for what is left of a copy that could not be fetched anew. Where there is another copy by now
// nothing happens. ErrNotFound: the client is gone.
func (s *Store) KeepDocument(ctx context.Context, c *Client) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		before, err := s.holdClient(ctx, c.ID)
		switch {
		case err != nil:
			return err
		case !before.FetchedAt.Equal(c.FetchedAt), len(before.RedirectURIs) == 0 && len(c.RedirectURIs) > 0: // it has gone meanwhile
			return nil
		}
		return s.replaceDocument(ctx, before, c)
	})
}

// RefuseDocument notes that there is a document which is no client, and in c.Trouble why; of a client that was taken it
// changes nothing.
func (s *Store) RefuseDocument(ctx context.Context, c *Client) error {
	c.Source, c.CreatedAt = FromDocument, s.now()
	return wrap("refuse client document", s.db(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"trouble", "fresh_until"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "clients.redirect_uris = '[]'"}}},
	}).Create(c).Error)
}

func (s *Store) replaceDocument(ctx context.Context, before, c *Client) error {
	// A document that an operator allowed before anybody saw it has no redirect URIs yet.
	if len(before.RedirectURIs) > 0 && another(before, c) {
		if err := s.forgetConsents(ctx, c.ID); err != nil {
			return err
		}
	}
	return s.saveDocument(ctx, c)
}

func (s *Store) saveDocument(ctx context.Context, c *Client) error {
	c.Source, c.CreatedAt = FromDocument, s.now()
	return wrap("save client document", s.db(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}},
		DoUpdates: append(newLogo, clause.AssignmentColumns([]string{
			"name", "auth_method", "application_type", "uri", "logo_uri", "policy_uri", "terms_uri", "software_id",
			"software_version", "redirect_uris", "grant_types", "response_types", "scopes", "contacts", "fresh_until", "id_token_alg",
			"fetched_at", "jwks", "jwks_uri", "signing_alg", "auth_optional",
			"post_logout_redirect_uris", "trouble",
		})...),
	}).Create(c).Error)
}

// newLogo has another logo fetched at once; the old one stays until then.
var newLogo = clause.Set{{
	Column: clause.Column{Name: "logo_until"},
	Value:  clause.Expr{SQL: "CASE WHEN clients.logo_uri = excluded.logo_uri THEN clients.logo_until ELSE 0 END"},
}}

// SetClientSecret replaces the secret's hash; the old secret is dead at once. ErrNotFound: no such client.
func (s *Store) SetClientSecret(ctx context.Context, id, hash string) error {
	return touched("set client secret", s.db(ctx).Model(&Client{}).Where("id = ?", id).
		Updates(map[string]any{"secret_hash": hash, "secret_rotated_at": toMillis(s.now())}))
}

// DeleteClient removes a client with its consents, grants and tokens. ErrNotFound: no such client.
func (s *Store) DeleteClient(ctx context.Context, id string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := touched("delete client", s.db(ctx).Where("id = ?", id).Delete(&Client{})); err != nil {
			return err
		}
		return s.doubt(ctx, id)
	})
}
