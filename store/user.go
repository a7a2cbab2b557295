package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// User is a person. Username is lower case and may be empty; PasswordHash is a PHC string and may be empty.
type User struct {
	ID                        string
	Username                  string
	FirstName                 string
	LastName                  string
	PasswordHash              string
	ImageURL                  string
	Admin                     bool
	TwoFactorEnabled          bool
	CreateOrganizationEnabled bool
	DeleteSelfEnabled         bool
	BannedAt                  time.Time `gorm:"serializer:millis"` // zero: not banned
	LockedAt                  time.Time `gorm:"serializer:millis"` // zero: not locked
	CreatedAt                 time.Time `gorm:"serializer:millis;autoCreateTime:false"`

	Emails           []Email
	ExternalAccounts []ExternalAccount
}

// Name is what the user is called, "" where nobody has said.
func (u *User) Name() string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// Primary is the address the user is written to; the zero Email when there is none.
func (u *User) Primary() Email {
	for _, e := range u.Emails {
		if e.Primary {
			return e
		}
	}
	return Email{}
}

// Secondary is every other address, in the order of Emails; none is the empty list.
func (u *User) Secondary() []string {
	others := []string{}
	for _, e := range u.Emails {
		if !e.Primary {
			others = append(others, e.Address)
		}
	}
	return others
}

// Banned tells whether the user may not sign in or use a token any more.
func (u *User) Banned() bool { return !u.BannedAt.IsZero() }

// Locked tells whether signing in is closed by an operator.
func (u *User) Locked() bool { return !u.LockedAt.IsZero() }

// CreateUser saves a new user and its emails. A missing id is made. ErrConflict: the username or an
// address is taken.
func (s *Store) CreateUser(ctx context.Context, u *User) error {
	if u.ID == "" {
		u.ID = NewID("user")
	}
	u.CreatedAt = s.now()
	for i := range u.Emails {
		e := &u.Emails[i]
		e.ID, e.UserID, e.CreatedAt = NewID("email"), u.ID, u.CreatedAt
	}
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := s.db(ctx).Omit("Emails", "ExternalAccounts").Create(u).Error; err != nil {
			return wrap("create user", err)
		}
		if len(u.Emails) == 0 {
			return nil
		}
		return wrap("create user's emails", s.db(ctx).Create(&u.Emails).Error)
	})
}

// CreateFirstAdministrator is CreateUser while there is no administrator; ErrConflict once there is one.
func (s *Store) CreateFirstAdministrator(ctx context.Context, u *User) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		// Two cannot both see a table without one: SQLite has one writer, PostgreSQL locks it.
		if s.postgres() {
			if err := s.db(ctx).Exec("LOCK TABLE users IN EXCLUSIVE MODE").Error; err != nil {
				return wrap("lock users", err)
			}
		}
		switch there, err := s.HasAdministrator(ctx); {
		case err != nil:
			return err
		case there:
			return wrap("create first administrator", gorm.ErrDuplicatedKey)
		}
		return s.CreateUser(ctx, u)
	})
}

// User reads a user with emails (the primary first) and external accounts. ErrNotFound: there is none.
func (s *Store) User(ctx context.Context, id string) (*User, error) {
	return s.user(ctx, "read user", "users.id = $1", id)
}

// Username reads a user's name and nothing else; "": the user has no name. ErrNotFound: there is no user.
func (s *Store) Username(ctx context.Context, id string) (string, error) {
	var u struct{ Username string }
	err := s.take(ctx, "read username", "SELECT username FROM users WHERE id = $1", []any{id}, &u)
	return u.Username, err
}

// UserByIdentifier reads the user that has the canonical email address or username. ErrNotFound: there is none.
func (s *Store) UserByIdentifier(ctx context.Context, identifier string) (*User, error) {
	return s.user(ctx, "read user by identifier",
		"users.id = (SELECT user_id FROM emails WHERE canonical = $1 UNION SELECT id FROM users WHERE username = $1 AND username <> '' LIMIT 1)",
		identifier)
}

// user reads a user with one row an address, and asks for external accounts only where there are any.
func (s *Store) user(ctx context.Context, operation, where string, args ...any) (*User, error) {
	var u User
	var e Email
	var account struct{ ID string }
	for err := range s.rows(ctx, readUser+where+" ORDER BY emails.is_primary DESC, emails.created_at, emails.id", args, &u, &e, &account) {
		if err != nil {
			return nil, found(operation, err)
		}
		if e.ID != "" {
			u.Emails = append(u.Emails, e)
		}
	}
	if u.ID == "" {
		return nil, wrap(operation, ErrNotFound)
	}
	if account.ID == "" {
		return &u, nil
	}
	err := s.read(ctx).Where("user_id = ?", u.ID).Order("created_at, id").Find(&u.ExternalAccounts).Error
	return &u, wrap(operation, err)
}

var readUser = "SELECT " + columns("users", new(User)) + ", " + columns("emails", new(Email)) +
	", (SELECT max(id) FROM external_accounts WHERE external_accounts.user_id = users.id)" +
	" FROM users LEFT JOIN emails ON emails.user_id = users.id WHERE "

// Users lists users by age, at most limit of them, beginning behind the one whose id is after ("": the first).
func (s *Store) Users(ctx context.Context, after string, limit int) ([]User, error) {
	q := s.read(ctx).Preload("Emails", func(db *gorm.DB) *gorm.DB { return db.Order("is_primary DESC, created_at, id") }).
		Preload("ExternalAccounts", func(db *gorm.DB) *gorm.DB { return db.Order("created_at, id") }).Order("created_at, id").Limit(limit)
	if after != "" {
		q = q.Where("(created_at, id) > (SELECT created_at, id FROM users WHERE id = ?)", after)
	}
	var us []User
	return us, wrap("list users", q.Find(&us).Error)
}

// HasAdministrator tells whether any user is one.
func (s *Store) HasAdministrator(ctx context.Context) (bool, error) {
	return s.there(ctx, "look for an administrator", "SELECT id FROM users WHERE admin LIMIT 1")
}

// SetPassword saves a new hash for the same person's next sign-in. ErrNotFound: no such user.
func (s *Store) SetPassword(ctx context.Context, userID, hash string) error {
	return touched("set password", s.db(ctx).Model(&User{}).Where("id = ?", userID).Update("password_hash", hash))
}

// ReplacePasswordHash is SetPassword while the hash is still old. ErrNotFound: it is another one by now.
func (s *Store) ReplacePasswordHash(ctx context.Context, userID, old, hash string) error {
	return touched("replace password hash", s.db(ctx).Model(&User{}).Where("id = ? AND password_hash = ?", userID, old).
		Update("password_hash", hash))
}

// HoldUser reads a user whom nobody else changes until the transaction ends. It needs one; emails and
// external accounts are left out. ErrNotFound: there is none.
func (s *Store) HoldUser(ctx context.Context, id string) (*User, error) {
	return one[User](ctx, s, "hold user", holdUser+s.hold(" FOR SHARE"), id)
}

var holdUser = "SELECT " + columns("users", new(User)) + " FROM users WHERE id = $1"

// Ban ends everything the user has open and keeps them out until Unban. ErrNotFound: no such user.
func (s *Store) Ban(ctx context.Context, userID string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := s.mark(ctx, "ban user", userID, "banned_at", s.now()); err != nil {
			return err
		}
		return s.EndAccess(ctx, userID)
	})
}

// Unban lets the user in again; what the ban ended stays ended. ErrNotFound: no such user.
func (s *Store) Unban(ctx context.Context, userID string) error {
	return s.mark(ctx, "unban user", userID, "banned_at", time.Time{})
}

// Lock closes signing in; what is open stays open. ErrNotFound: no such user.
func (s *Store) Lock(ctx context.Context, userID string) error {
	return s.mark(ctx, "lock user", userID, "locked_at", s.now())
}

// Unlock opens signing in again. ErrNotFound: no such user.
func (s *Store) Unlock(ctx context.Context, userID string) error {
	return s.mark(ctx, "unlock user", userID, "locked_at", time.Time{})
}

func (s *Store) mark(ctx context.Context, operation, userID, column string, at time.Time) error {
	return touched(operation, s.db(ctx).Model(&User{}).Where("id = ?", userID).Update(column, toMillis(at)))
}

// DeleteUser removes the user and all that hangs on them: emails, sessions, consents, grants. ErrNotFound: no such user.
func (s *Store) DeleteUser(ctx context.Context, id string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := touched("delete user", s.db(ctx).Where("id = ?", id).Delete(&User{})); err != nil {
			return err
		}
		return s.doubt(ctx, id)
	})
}

// EndAccess ends the user's sessions, revokes every grant, so that no token of theirs works any more, and forgets what
// they allowed: somebody else may have.
func (s *Store) EndAccess(ctx context.Context, userID string) error {
	return s.Tx(ctx, func(ctx context.Context) error {
		if err := s.DeleteSessions(ctx, userID); err != nil {
			return err
		}
		if err := s.db(ctx).Where("user_id = ?", userID).Delete(&Consent{}).Error; err != nil {
			return wrap("forget consents", err)
		}
		return s.RevokeGrants(ctx, userID, "")
	})
}
