package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Connection is a client that may act for a user: the user has allowed it something, or a grant of it is alive.
type Connection struct {
	Client   Client
	Scopes   []string  // all that it may ask for without another word, and all that its tokens have
	Offline  bool      // it can refresh its tokens, or will be able to once it has some
	Since    time.Time // when the user first allowed it something
	LastUsed time.Time // when it was last given a token, or used one; zero: none that could be alive
	Sites    []string  // the scheme and host of each redirect URI that the user saw and allowed
}

// connected is every consent of a user and every living grant, by its refresh tokens, by its code and by itself, as rows of
// one shape, with the client of each.
var connected = "SELECT " + columns("clients", new(Client)) + `, c.scopes, c.since, c.used, c.until, c.stays, c.site FROM (
	SELECT client_id, scopes, created_at AS since, 0 AS used, 0 AS until,
		CASE WHEN online THEN '' ELSE 'refresh_token' END AS stays, site FROM consents WHERE user_id = $1
	UNION ALL
	SELECT grants.client_id, grants.scopes, grants.created_at, coalesce(max(refresh_tokens.issued_at), 0),
		coalesce(max(CASE WHEN refresh_tokens.used_at = 0 THEN refresh_tokens.expires_at ELSE 0 END), 0), '', ''
	FROM grants LEFT JOIN refresh_tokens ON refresh_tokens.grant_id = grants.id
	WHERE grants.user_id = $1 AND grants.revoked_at = 0 GROUP BY grants.id
	UNION ALL
	SELECT grants.client_id, grants.scopes, grants.created_at, codes.used_at, 0, '', ''
	FROM grants JOIN codes ON codes.grant_id = grants.id WHERE grants.user_id = $1 AND grants.revoked_at = 0
	UNION ALL
	SELECT client_id, scopes, created_at, last_used_at, 0, '', '' FROM grants WHERE user_id = $1 AND revoked_at = 0
) c JOIN clients ON clients.id = c.client_id`

// Connections lists the clients that may act for the user, the one used last first, and of those that were not the newest.
func (s *Store) Connections(ctx context.Context, userID string) ([]Connection, error) {
	var all []Connection
	at := map[string]int{} // in all, by the client's id
	var client Client
	var row connectionRow
	for err := range s.rows(ctx, connected, []any{userID}, &client, &row) {
		if err != nil {
			return nil, found("list connections", err)
		}
		i, known := at[client.ID]
		if !known {
			i = len(all)
			at[client.ID] = i
			all = append(all, Connection{Client: client, Since: row.Since})
		}
		all[i].add(row, s.now())
	}
	slices.SortStableFunc(all, func(a, b Connection) int {
		return cmp.Or(b.LastUsed.Compare(a.LastUsed), b.Since.Compare(a.Since))
	})
	return all, nil
}

// connectionRow is a consent, or a grant by its refresh tokens, its code or itself.
type connectionRow struct {
	Scopes             []string
	Since, Used, Until time.Time
	Stays, Site        string // Stays: the grant type by which it may stay signed in
}

func (c *Connection) add(row connectionRow, now time.Time) {
	for _, scope := range row.Scopes {
		if !slices.Contains(c.Scopes, scope) {
			c.Scopes = append(c.Scopes, scope)
		}
	}
	c.Offline = c.Offline || row.Until.After(now) || slices.Contains(c.Client.GrantTypes, row.Stays)
	if row.Site != "" && !slices.Contains(c.Sites, row.Site) {
		c.Sites = append(c.Sites, row.Site)
	}
	if row.Since.Before(c.Since) {
		c.Since = row.Since
	}
	if row.Used.After(c.LastUsed) {
		c.LastUsed = row.Used
	}
}

// Allowed tells whether the user has allowed the client anything, as what it is now.
func (s *Store) Allowed(ctx context.Context, userID, clientID string) (bool, error) {
	return s.there(ctx, "find consent", "SELECT client_id FROM consents WHERE user_id = $1 AND client_id = $2 LIMIT 1", userID, clientID)
}

// Connected tells whether a client may act for the user: whether it is one of Connections.
func (s *Store) Connected(ctx context.Context, userID, clientID string) (bool, error) {
	return s.there(ctx, "find connection", `SELECT client_id FROM consents WHERE user_id = $1 AND client_id = $2
		UNION ALL SELECT client_id FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at = 0 LIMIT 1`, userID, clientID)
}

// Disconnect ends every grant of the user's for the client, and forgets what the user allowed it. ErrNotFound: the
// two have nothing to do with each other.
func (s *Store) Disconnect(ctx context.Context, userID, clientID string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		there, err := s.Connected(ctx, userID, clientID)
		if err != nil {
			return err
		}
		if !there {
			return fmt.Errorf("disconnect: %w", ErrNotFound)
		}
		// The consent first: a grant that is being made holds it, and is there to be revoked once it lets go.
		if err := s.db(ctx).Where("user_id = ? AND client_id = ?", userID, clientID).Delete(&Consent{}).Error; err != nil {
			return wrap("forget consent", err)
		}
		return s.RevokeGrants(ctx, userID, clientID)
	})
}
