package oauth

import (
	"context"
	"time"

	"github.com/ory/fosite"
)

// rowless is those of fosite's methods that have nothing to do: there is no such row, or it stays.
type rowless struct{}

// ClientAssertionJWTValid implements fosite.ClientManager. Client assertions are checked by checkAssertion.
func (rowless) ClientAssertionJWTValid(context.Context, string) error { return fosite.ErrNotFound }

// SetClientAssertionJWT implements fosite.ClientManager; see ClientAssertionJWTValid.
func (rowless) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fosite.ErrNotFound
}

// CreatePKCERequestSession implements fosite's PKCERequestStorage: the challenge is in the code's row.
func (rowless) CreatePKCERequestSession(context.Context, string, fosite.Requester) error { return nil }

// DeletePKCERequestSession implements fosite's PKCERequestStorage. It deletes nothing: a request that fails
// here may come again with the right verifier, and must not come through without one.
func (rowless) DeletePKCERequestSession(context.Context, string) error { return nil }

// CreateAccessTokenSession implements fosite's AccessTokenStorage: access tokens have no row.
func (rowless) CreateAccessTokenSession(context.Context, string, fosite.Requester) error { return nil }

// GetAccessTokenSession implements fosite's AccessTokenStorage.
func (rowless) GetAccessTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, fosite.ErrNotFound
}

// DeleteAccessTokenSession implements fosite's AccessTokenStorage.
func (rowless) DeleteAccessTokenSession(context.Context, string) error { return nil }

// DeleteRefreshTokenSession implements fosite's RefreshTokenStorage. Used tokens stay until they expire, or
// their replay would go unseen.
func (rowless) DeleteRefreshTokenSession(context.Context, string) error { return nil }
