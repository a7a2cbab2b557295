package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/ory/fosite"
)

// strategy makes and checks tokens for fosite. Codes and refresh tokens are opaque: 256 bits, kept as
// their SHA-256. Access tokens are JWTs and are not kept.
type strategy struct{ server *Server }

const (
	codePrefix    = "fdc_"
	refreshPrefix = "fdr_"
)

// digest is BASE64URL(SHA256(text)): what an opaque token is kept under, and a PKCE challenge (RFC 7636 section 4.2).
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func randomToken(prefix string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// successor is the refresh token that follows token. It is derived, so that a client that lost the answer,
// or several processes of one client that refresh at once, get the very same one, while the database holds
// nothing but hashes.
func (s *strategy) successor(token string) string {
	mac := hmac.New(sha256.New, s.server.keys.refresh)
	mac.Write([]byte(token))
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// AuthorizeCodeSignature implements fosite's AuthorizeCodeStrategy.
func (*strategy) AuthorizeCodeSignature(_ context.Context, token string) string {
	return digest(token)
}

// GenerateAuthorizeCode implements fosite's AuthorizeCodeStrategy.
func (*strategy) GenerateAuthorizeCode(context.Context, fosite.Requester) (string, string, error) {
	code := randomToken(codePrefix)
	return code, digest(code), nil
}

// ValidateAuthorizeCode implements fosite's AuthorizeCodeStrategy.
func (s *strategy) ValidateAuthorizeCode(_ context.Context, r fosite.Requester, _ string) error {
	return s.alive(r, fosite.AuthorizeCode)
}

// RefreshTokenSignature implements fosite's RefreshTokenStrategy.
func (*strategy) RefreshTokenSignature(_ context.Context, token string) string {
	return digest(token)
}

// GenerateRefreshToken implements fosite's RefreshTokenStrategy.
func (s *strategy) GenerateRefreshToken(ctx context.Context, r fosite.Requester) (string, string, error) {
	if ar, ok := r.(fosite.AccessRequester); !ok || !ar.GetGrantTypes().ExactOne("refresh_token") {
		token := randomToken(refreshPrefix)
		return token, digest(token), nil
	}
	token := s.successor(r.GetRequestForm().Get("refresh_token"))
	exchangeOf(ctx).next.Signature = digest(token) // RotateRefreshToken saves it
	return token, digest(token), nil
}

// ValidateRefreshToken implements fosite's RefreshTokenStrategy.
func (s *strategy) ValidateRefreshToken(_ context.Context, r fosite.Requester, _ string) error {
	return s.alive(r, fosite.RefreshToken)
}

func (s *strategy) alive(r fosite.Requester, kind fosite.TokenType) error {
	if at := r.GetSession().GetExpiresAt(kind); at.Before(s.server.Now()) {
		return fosite.ErrTokenExpired.WithHintf("It expired at %s.", at.Format(time.RFC3339))
	}
	return nil
}

// AccessTokenSignature implements fosite's AccessTokenStrategy; nothing is kept under it.
func (*strategy) AccessTokenSignature(context.Context, string) string { return "" }

// GenerateAccessToken implements fosite's AccessTokenStrategy: RFC 9068.
func (s *strategy) GenerateAccessToken(ctx context.Context, r fosite.Requester) (string, string, error) {
	token, err := s.server.accessToken(ctx, r)
	return token, "", err
}

// ValidateAccessToken implements fosite's AccessTokenStrategy. Access tokens are checked by Verify.
func (*strategy) ValidateAccessToken(context.Context, fosite.Requester, string) error {
	return errors.New("access tokens are checked by Verify")
}
