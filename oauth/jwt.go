package oauth

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"
)

// accessClaims is the body of an access token (RFC 9068 section 2.2).
type accessClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
	ID        string `json:"jti"`
	GrantID   string `json:"grant_id"` // ours: by it a token is dead once its grant is
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	AuthTime  int64  `json:"auth_time"`
}

// idClaims is the body of an ID token (OpenID Connect Core section 2).
type idClaims struct {
	Issuer          string `json:"iss"`
	Subject         string `json:"sub"`
	Audience        string `json:"aud"`
	IssuedAt        int64  `json:"iat"`
	ExpiresAt       int64  `json:"exp"`
	AuthTime        int64  `json:"auth_time"`
	Nonce           string `json:"nonce,omitempty"` // not after a refresh (section 12.2)
	AccessTokenHash string `json:"at_hash"`

	ACR string   `json:"acr"`
	AMR []string `json:"amr,omitempty"`
}

// accessToken signs an access token for what r was granted. This process knows it from then on: whoever gets it comes
// with it soon.
func (s *Server) accessToken(ctx context.Context, r fosite.Requester) (string, error) {
	key, err := s.keys.signer(ctx, s.AccessTokenAlgorithm)
	if err != nil {
		return "", err
	}
	sess := r.GetSession().(*session)
	now := s.Now()
	claims := accessClaims{
		Issuer: s.URL, Subject: sess.userID, Audience: sess.resource,
		ClientID: r.GetClient().GetID(), Scope: strings.Join(r.GetGrantedScopes(), " "),
		ID: rand.Text(), GrantID: r.GetID(),
		IssuedAt: now.Unix(), ExpiresAt: now.Add(s.AccessTokenLifetime).Unix(), AuthTime: sess.authTime.Unix(),
	}
	token, err := sign(key.access, claims)
	if err == nil {
		s.seen.add(sha256.Sum256([]byte(token)), claims.token(key.public.KeyID), now)
	}
	return token, err
}

// token is what the claims say.
func (c accessClaims) token(keyID string) *Token {
	return &Token{
		ID: c.ID, GrantID: c.GrantID, UserID: c.Subject, ClientID: c.ClientID, Resource: c.Audience,
		Scopes: strings.Fields(c.Scope), AuthTime: time.Unix(c.AuthTime, 0).UTC(),
		IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), ExpiresAt: time.Unix(c.ExpiresAt, 0).UTC(),
		keyID: keyID,
	}
}

// idToken signs an ID token that goes with accessToken, as its client registered
// (id_token_signed_response_alg, OpenID Connect Registration section 2).
func (s *Server) idToken(ctx context.Context, r fosite.Requester, accessToken string) (string, error) {
	key, err := s.keys.signer(ctx, cmp.Or(r.GetClient().(*client).IDTokenAlg, usualAlgorithm))
	if err != nil {
		return "", err
	}
	sess := r.GetSession().(*session)
	now := s.Now()
	hash := key.hash.New() // OpenID Connect Core section 3.1.3.6
	hash.Write([]byte(accessToken))
	return sign(key.idToken, idClaims{
		Issuer: s.URL, Subject: sess.userID, Audience: r.GetClient().GetID(),
		IssuedAt: now.Unix(), ExpiresAt: now.Add(s.AccessTokenLifetime).Unix(), AuthTime: sess.authTime.Unix(),
		Nonce: sess.nonce, AccessTokenHash: base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:hash.Size()/2]),
		ACR: acr, AMR: sess.amr,
	})
}

func sign(signer jose.Signer, claims any) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(body)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}
