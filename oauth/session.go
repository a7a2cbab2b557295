package oauth

import (
	"maps"
	"time"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// session is fosite's word for what a grant carries from authorize to its tokens. It is read from the grant
// each time, never from a token.
type session struct {
	userID   string
	resource string
	online   bool     // no refresh token
	scopes   []string // all that was granted; a refresh may narrow its access token
	nonce    string   // OpenID Connect Core section 3.1.2.1
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
