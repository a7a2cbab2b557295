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

// Session reads a session. ErrNotFound: there is none, or it is over.
func (s *Store) Session(ctx context.Context, id string) (*Session, error) {
	return one[Session](ctx, s, "read session", readSession, id, toMillis(s.now()))
}

var readSession = "SELECT " + columns("sessions", new(Session)) + " FROM sessions WHERE id = $1 AND expires_at > $2"

// EndSessions ends these sessions; those that are gone already are no error.
func (s *Store) EndSessions(ctx context.Context, ids ...string) error {
	return wrap("end sessions", s.db(ctx).Where("id IN ?", ids).Delete(&Session{}).Error)
}

// DeleteSessions ends every session of a user.
func (s *Store) DeleteSessions(ctx context.Context, userID string) error {
	return wrap("delete sessions", s.db(ctx).Where("user_id = ?", userID).Delete(&Session{}).Error)
}

// HoldSession reads a client, and holds it, a session and its user until the transaction ends, which it needs: all of them
// stay as they are, and of two transactions that hold one user so, the second waits for the first. ErrNotFound: the session
// is over, the user is banned, or one of them is gone.
func (s *Store) HoldSession(ctx context.Context, id, clientID string) (*Client, error) {
	query := holdSession + s.hold(" FOR NO KEY UPDATE OF users FOR SHARE OF sessions, clients")
	return one[Client](ctx, s, "hold session", query, id, toMillis(s.now()), clientID)
}

var holdSession = "SELECT " + columns("clients", new(Client)) + ofSession

// ofSession finds a session that is not over, its user, and a client.
const ofSession = ` FROM users JOIN sessions ON sessions.user_id = users.id AND sessions.id = $1 AND sessions.expires_at > $2
	JOIN clients ON clients.id = $3 AND users.banned_at = 0`

// hold is SQL that locks rows: users, sessions, clients, consents, grants, and then what hangs on a grant. This is the
// order in which others end them, or two transactions would wait for each other. SQLite has one writer.
func (s *Store) hold(rows string) string {
	if s.postgres() {
		return rows
	}
	return ""
}
