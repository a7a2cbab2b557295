package store

import (
	"context"
	"time"
)

// Session is a signed-in browser. ID is the hex SHA-256 of the secret in its cookie.
type Session struct {
	ID        string
	UserID    string
	UserAgent string
	Address   string
	AuthTime  time.Time `gorm:"serializer:millis"` // when the person last proved who they are
	CreatedAt time.Time `gorm:"serializer:millis;autoCreateTime:false"`
	ExpiresAt time.Time `gorm:"serializer:millis"`
	AMR       []string  `gorm:"serializer:list"` // how the person proved it (RFC 8176)
}

// CreateSession saves a new session.
func (s *Store) CreateSession(ctx context.Context, session *Session) error {
	session.CreatedAt = s.now()
	return wrap("create session", s.db(ctx).Create(session).Error)
}

// Session reads a session that has not expired.
func (s *Store) Session(ctx context.Context, id string) (*Session, error) {
	var session Session
	if err := s.take(ctx, "read session", readSession, []any{id, toMillis(s.now())}, &session); err != nil {
		return nil, err
	}
	return &session, nil
}

var readSession = "SELECT " + columns("sessions", new(Session)) + " FROM sessions WHERE id = $1 AND expires_at > $2"

// DeleteSession ends one session; one that is gone already is no error.
func (s *Store) DeleteSession(ctx context.Context, id string) error {
	return wrap("delete session", s.db(ctx).Where("id = ?", id).Delete(&Session{}).Error)
}

// DeleteSessions ends every session of a user.
func (s *Store) DeleteSessions(ctx context.Context, userID string) error {
	return wrap("delete sessions", s.db(ctx).Where("user_id = ?", userID).Delete(&Session{}).Error)
}

// HoldSession holds the user of a session as they are until the transaction ends, which it needs. ErrNotFound: the
// session is over, or the user is banned.
func (s *Store) HoldSession(ctx context.Context, session *Session) error {
	var user struct{ ID string }
	err := s.take(ctx, "hold session", "SELECT id FROM users WHERE id = $1 AND banned_at = 0"+s.share(), []any{session.UserID}, &user)
	if err != nil {
		return err
	}
	// Only now: what ended the session in the meantime changed the user first, and is to be seen.
	_, err = s.Session(ctx, session.ID)
	return err
}

// share keeps the rows that a query reads from being changed until the transaction ends. SQLite has one writer.
func (s *Store) share() string {
	if s.postgres() {
		return " FOR SHARE"
	}
	return ""
}
