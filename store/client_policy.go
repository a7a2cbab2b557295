package store

import "context"

// AllowClient lets an operator vouch for a client; one that was blocked is so no more. ErrNotFound: no such client.
func (s *Store) AllowClient(ctx context.Context, id string) error {
	return touched("allow client", s.db(ctx).Model(&Client{}).Where("id = ?", id).
		Updates(map[string]any{"verified": true, "blocked": false}))
}

// BlockClient keeps a client out and ends every token of it. People are asked anew should it come back. ErrNotFound: no
// such client.
func (s *Store) BlockClient(ctx context.Context, id string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := touched("block client", s.db(ctx).Model(&Client{}).Where("id = ?", id).Update("blocked", true)); err != nil {
			return err
		}
		if err := s.forgetConsents(ctx, id); err != nil {
			return err
		}
		err := s.db(ctx).Model(&Grant{}).Where("client_id = ? AND revoked_at = 0", id).Update("revoked_at", toMillis(s.now())).Error
		if err != nil {
			return wrap("revoke client's grants", err)
		}
		return s.doubt(ctx, id)
	})
}

// UnblockClient lets a client in again; what the block ended stays ended. ErrNotFound: no such client.
func (s *Store) UnblockClient(ctx context.Context, id string) error {
	return touched("unblock client", s.db(ctx).Model(&Client{}).Where("id = ?", id).Update("blocked", false))
}

// NamedClient is what people know a client by.
type NamedClient struct{ ID, Name string }

// VerifiedClients lists the clients that an operator vouches for.
func (s *Store) VerifiedClients(ctx context.Context) ([]NamedClient, error) {
	var all []NamedClient
	var c NamedClient
	for err := range s.rows(ctx, "SELECT id, name FROM clients WHERE verified AND name <> '' ORDER BY id", nil, &c) {
		if err != nil {
			return nil, wrap("list verified clients", err)
		}
		all = append(all, c)
	}
	return all, nil
}
