package store

import (
	"context"
	"slices"
)

// UpdateClient replaces what a client registered with c, and its registration access token. held is the hash of
// the token that the request came with: of two updates at once the second is ErrNotFound. Where people would see
// another app, or be sent elsewhere, what they and the operator had allowed is forgotten.
func (s *Store) UpdateClient(ctx context.Context, c *Client, held string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		before, err := s.Client(ctx, c.ID)
		if err != nil {
			return err
		}
		c.Verified = before.Verified
		if c.Name != before.Name || !slices.Equal(c.RedirectURIs, before.RedirectURIs) ||
			!slices.Equal(c.PostLogoutRedirectURIs, before.PostLogoutRedirectURIs) {
			c.Verified = false
			if err := s.db(ctx).Where("client_id = ?", c.ID).Delete(&Consent{}).Error; err != nil {
				return wrap("forget consents", err)
			}
		}
		if c.LogoURI == before.LogoURI {
			c.Logo, c.LogoUntil = before.Logo, before.LogoUntil
		}
		return touched("update client", s.db(ctx).Model(c).Where("registration_hash = ?", held).
			Select("*").Omit("id", "created_at", "source", "blocked", "fresh_until", "fetched_at", "resource_server").Updates(c))
	})
}
