package oauth

import (
	"context"
	"crypto/subtle"
	"errors"
	"maps"
	"net/url"
	"time"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// grace is how long a rotated refresh token still answers with its successor.
const grace = time.Minute

// storage is the store as fosite wants to see it. PKCE and nonce live in the code's row.
type storage struct {
	rowless
	server *Server
}

// exchange remembers, for one token request, what was read and what is to be written, so that nothing is
// read twice.
type exchange struct {
	code *store.Code
	next store.RefreshToken
}

type exchangeKey struct{}

func withExchange(ctx context.Context) context.Context {
	return context.WithValue(ctx, exchangeKey{}, new(exchange))
}

func exchangeOf(ctx context.Context) *exchange { return ctx.Value(exchangeKey{}).(*exchange) }

// asked is this token request.
func asked(ctx context.Context) *fosite.AccessRequest {
	return ctx.Value(fosite.AccessRequestContextKey).(*fosite.AccessRequest)
}

// GetClient implements fosite.ClientManager: at authorize, with the one redirect URI that was matched.
func (s *storage) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	if c, ok := ctx.Value(clientKey{}).(*client); ok && c.ID == id {
		return c, nil
	}
	return nil, fosite.ErrNotFound
}

// CreateAuthorizeCodeSession implements fosite's AuthorizeCodeStorage.
func (s *storage) CreateAuthorizeCodeSession(ctx context.Context, signature string, r fosite.Requester) error {
	sess, form := r.GetSession().(*session), r.GetRequestForm()
	return s.server.Store.CreateCode(ctx, &store.Code{
		Signature: signature, GrantID: r.GetID(),
		RedirectURI: sess.redirect, CodeChallenge: form.Get("code_challenge"), Nonce: form.Get("nonce"),
		ExpiresAt: s.server.Now().Add(codeLifetime),
		Grant: store.Grant{
			UserID: sess.userID, ClientID: r.GetClient().GetID(), Resource: sess.resource,
			Scopes: r.GetGrantedScopes(), AuthTime: sess.authTime, AMR: sess.amr, Online: sess.online,
		},
	})
}

// GetAuthorizeCodeSession implements fosite's AuthorizeCodeStorage. Only the client that the code was made
// for learns that it exists, and only with the right verifier is a second use a replay that ends the grant:
// otherwise a thief could end it.
func (s *storage) GetAuthorizeCodeSession(ctx context.Context, signature string, into fosite.Session) (fosite.Requester, error) {
	code, err := s.code(ctx, signature)
	if err != nil {
		return nil, missing(err)
	}
	if code.Grant.ClientID != asked(ctx).Client.GetID() || !code.Grant.RevokedAt.IsZero() {
		return nil, fosite.ErrNotFound
	}
	if !code.UsedAt.IsZero() {
		if !verifies(asked(ctx).Form.Get("code_verifier"), code.CodeChallenge) {
			return nil, fosite.ErrNotFound
		}
		err = fosite.ErrInvalidatedAuthorizeCode // which ends the grant of the request that comes with it
	}
	sess := into.(*session)
	sess.fill(&code.Grant)
	sess.nonce = code.Nonce
	sess.SetExpiresAt(fosite.AuthorizeCode, code.ExpiresAt)
	return requester(ctx, &code.Grant, sess, url.Values{
		"redirect_uri": {code.RedirectURI}, "code_challenge": {code.CodeChallenge}, "code_challenge_method": {"S256"},
	}), err
}

// code reads a code, once for each token request.
func (s *storage) code(ctx context.Context, signature string) (*store.Code, error) {
	x := exchangeOf(ctx)
	if x.code == nil || x.code.Signature != signature {
		code, err := s.server.Store.Code(ctx, signature)
		if err != nil {
			return nil, err
		}
		x.code = code
	}
	return x.code, nil
}

// verifies is RFC 7636 section 4.6 for S256.
func verifies(verifier, challenge string) bool {
	return subtle.ConstantTimeCompare([]byte(digest(verifier)), []byte(challenge)) == 1
}

// requester is a grant as fosite wants to see it.
func requester(ctx context.Context, g *store.Grant, sess *session, form url.Values) *fosite.Request {
	return &fosite.Request{
		ID: g.ID, RequestedAt: g.CreatedAt, Client: grantee(ctx, g), Session: sess, Form: form,
		RequestedScope: g.Scopes, GrantedScope: g.Scopes,
		RequestedAudience: fosite.Arguments{g.Resource}, GrantedAudience: fosite.Arguments{g.Resource},
	}
}

// missing turns the store's word for "no such row" into fosite's.
func missing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fosite.ErrNotFound
	}
	return err
}

// InvalidateAuthorizeCodeSession implements fosite's AuthorizeCodeStorage.
func (s *storage) InvalidateAuthorizeCodeSession(ctx context.Context, signature string) error {
	return s.server.Store.UseCode(ctx, signature)
}

// GetPKCERequestSession implements fosite's PKCERequestStorage.
func (s *storage) GetPKCERequestSession(ctx context.Context, signature string, into fosite.Session) (fosite.Requester, error) {
	return s.GetAuthorizeCodeSession(ctx, signature, into)
}

// CreateRefreshTokenSession implements fosite's RefreshTokenStorage. A rotation has saved its successor already.
func (s *storage) CreateRefreshTokenSession(ctx context.Context, signature, _ string, r fosite.Requester) error {
	if exchangeOf(ctx).next.Signature == signature {
		return nil
	}
	return s.server.Store.CreateRefreshToken(ctx, &store.RefreshToken{
		Signature: signature, GrantID: r.GetID(), ExpiresAt: s.server.Now().Add(s.server.RefreshTokenLifetime),
	})
}

// GetRefreshTokenSession implements fosite's RefreshTokenStorage. A used token is good once more as long as
// RotateRefreshToken would answer it with its successor; any other second use is reuse (RFC 9700 section 4.14.2).
func (s *storage) GetRefreshTokenSession(ctx context.Context, signature string, into fosite.Session) (fosite.Requester, error) {
	t, err := s.server.Store.RefreshToken(ctx, signature)
	if err != nil {
		return nil, missing(err)
	}
	if t.Grant.ClientID != asked(ctx).Client.GetID() || !t.Grant.RevokedAt.IsZero() || t.ExpiresAt.Before(s.server.Now()) {
		return nil, fosite.ErrNotFound
	}
	sess := into.(*session)
	sess.fill(&t.Grant)
	sess.SetExpiresAt(fosite.RefreshToken, t.ExpiresAt)
	r := requester(ctx, &t.Grant, sess, url.Values{})
	if t.UsedAt.IsZero() {
		return r, nil
	}
	again, err := s.server.Store.InGrace(ctx, signature, grace)
	if err == nil && !again {
		err = fosite.ErrInactiveToken
	}
	return r, err
}

// RotateRefreshToken implements fosite's RefreshTokenStorage: the old token goes and its successor comes in
// one step.
func (s *storage) RotateRefreshToken(ctx context.Context, grantID, signature string) error {
	next := &exchangeOf(ctx).next
	next.GrantID = grantID
	next.ExpiresAt = s.server.Now().Add(s.server.RefreshTokenLifetime)
	return s.server.Store.RotateRefreshToken(ctx, signature, next, grace)
}

// RevokeRefreshToken implements fosite's TokenRevocationStorage: the whole grant ends.
func (s *storage) RevokeRefreshToken(ctx context.Context, grantID string) error {
	return s.server.Store.RevokeGrant(ctx, grantID)
}

// RevokeAccessToken implements fosite's TokenRevocationStorage: the same.
func (s *storage) RevokeAccessToken(ctx context.Context, grantID string) error {
	return s.server.Store.RevokeGrant(ctx, grantID)
}

// BeginTX implements fosite's Transactional.
func (s *storage) BeginTX(ctx context.Context) (context.Context, error) {
	return s.server.Store.Begin(ctx)
}

// Commit implements fosite's Transactional.
func (s *storage) Commit(ctx context.Context) error { return s.server.Store.Commit(ctx) }

// Rollback implements fosite's Transactional.
func (s *storage) Rollback(ctx context.Context) error { return s.server.Store.Rollback(ctx) }

// session is fosite's word for what a grant carries from authorize to its tokens. It is read from the grant
// each time, never from a token.
type session struct {
	userID   string
	resource string
	online   bool     // no refresh token
	scopes   []string // all that was granted; a refresh may narrow its access token
	nonce    string   // OpenID Connect Core section 3.1.2.1
	redirect string   // as the request named it; "": it did not, so that of the token need not (RFC 6749 section 4.1.3)
	authTime time.Time
	amr      []string // how the person had signed in (RFC 8176)
	expires  map[fosite.TokenType]time.Time
}

// fill takes over what the grant says.
func (s *session) fill(g *store.Grant) {
	s.userID, s.resource, s.scopes, s.authTime, s.amr = g.UserID, g.Resource, g.Scopes, g.AuthTime, g.AMR
}

// SetExpiresAt implements fosite.Session.
func (s *session) SetExpiresAt(key fosite.TokenType, at time.Time) {
	if s.expires == nil {
		s.expires = map[fosite.TokenType]time.Time{}
	}
	s.expires[key] = at
}

// GetExpiresAt implements fosite.Session.
func (s *session) GetExpiresAt(key fosite.TokenType) time.Time { return s.expires[key] }

// GetUsername implements fosite.Session; nothing here asks for it.
func (s *session) GetUsername() string { return "" }

// GetSubject implements fosite.Session.
func (s *session) GetSubject() string { return s.userID }

// Clone implements fosite.Session.
func (s *session) Clone() fosite.Session {
	c := *s
	c.expires = maps.Clone(s.expires)
	return &c
}
