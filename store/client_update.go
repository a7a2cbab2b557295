package store

import (
	"context"
	"slices"
)

// UpdateClient replaces what a client registered with c, and its registration access token. held is the hash of
// the token that the request came with: of two updates at once the second is ErrNotFound. Where people would see
// another app, or be sent elsewhere, what they had allowed is forgotten; then, and where it shows or proves itself in another
// way, no operator vouches for it any more. A client that has a secret keeps it as long as it authenticates with one.
func (s *Store) UpdateClient(ctx context.Context, c *Client, held string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		before, err := s.holdClient(ctx, c.ID)
		if err != nil {
			return err
		}
		c.Verified = before.Verified && !another(before, c) && !reintroduced(before, c)
		if another(before, c) {
			if err := s.forgetConsents(ctx, c.ID); err != nil {
				return err
			}
		}
		if c.LogoURI == before.LogoURI {
			c.Logo, c.LogoUntil = before.Logo, before.LogoUntil
		}
		if c.SecretHash != "" && before.SecretHash != "" {
			c.SecretHash = before.SecretHash // an operator may have replaced it since c was drawn up
		}
		return touched("update client", s.db(ctx).Model(c).Where("registration_hash = ?", held).
			Select("*").Omit("id", "created_at", "secret_rotated_at", "source", "blocked", "fresh_until", "fetched_at", "resource_server").Updates(c))
	})
}

// holdClient reads a client that the transaction is going to change. It comes before the client's consents: who answers
// for a person holds them in this order too.
func (s *Store) holdClient(ctx context.Context, id string) (*Client, error) {
	return one[Client](ctx, s, "hold client", readClient+s.hold(" FOR NO KEY UPDATE"), id)
}

// another tells whether people would see another app, or be sent elsewhere.
func another(before, after *Client) bool {
	return after.Name != before.Name || !slices.Equal(after.RedirectURIs, before.RedirectURIs) ||
		!slices.Equal(after.PostLogoutRedirectURIs, before.PostLogoutRedirectURIs)
}

// reintroduced tells whether a client shows itself, or proves who it is, otherwise than when an operator vouched for it.
func reintroduced(before, after *Client) bool {
	return after.LogoURI != before.LogoURI || after.URI != before.URI || after.PolicyURI != before.PolicyURI ||
		after.TermsURI != before.TermsURI || after.AuthMethod != before.AuthMethod ||
		after.JWKS != before.JWKS || after.JWKSURI != before.JWKSURI
}

func (s *Store) forgetConsents(ctx context.Context, clientID string) error {
	return wrap("forget consents", s.db(ctx).Where("client_id = ?", clientID).Delete(&Consent{}).Error)
}
