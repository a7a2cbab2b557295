// Package account is about people: their emails and names, how they prove who they are, and the browsers
// they are signed in with. Its one idea: whoever may not come in learns nothing but that. It knows nothing
// of pages or OAuth; those ask it who is there.
package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"frontdesk/store"
)

var (
	// ErrWrongPassword says that nobody has this identifier and password together: nobody has the
	// identifier, the password is another, or the person has none.
	ErrWrongPassword = errors.New("wrong identifier or password")
	// ErrLocked says that the password was right and signing in is closed.
	ErrLocked = errors.New("user is locked")
	// ErrBanned says that the password was right and the person is banned.
	ErrBanned = errors.New("user is banned")
	// ErrNotFirst says that a first administrator was to be made while there is one.
	ErrNotFirst = errors.New("there is an administrator already")
)

// FieldError says in a written sentence what is wrong with one field: email, username, first_name,
// last_name or password.
type FieldError struct {
	Field   string
	Message string
}

// Error implements error: it is the sentence.
func (e *FieldError) Error() string { return e.Message }

// Config says how people come in.
type Config struct {
	Store            *store.Store
	Now              func() time.Time // default time.Now
	SecureCookie     bool             // the public URL is https
	SignInsPerMinute int              // from one address; 0: no limit
	Log              *slog.Logger
}

// Accounts answers who somebody is. It is safe for concurrent use.
type Accounts struct {
	store   *store.Store
	now     func() time.Time
	secure  bool
	signIns *Limiter
	hasher  *hasher
	log     *slog.Logger
}

// New makes the accounts of c.
func New(c Config) *Accounts {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	return &Accounts{
		store: c.Store, now: c.Now, secure: c.SecureCookie, log: c.Log,
		signIns: NewLimiter(c.SignInsPerMinute, time.Minute, c.Now), hasher: newHasher(),
	}
}

// AllowSignIn counts one attempt to sign in or up from an address (http.Request.RemoteAddr), before the
// password is looked at. When it says no, retryAfter is how long to wait.
func (a *Accounts) AllowSignIn(address string) (ok bool, retryAfter time.Duration) {
	return a.signIns.Allow(address)
}

// Find reads the user with the id, email address (in any spelling) or username. store.ErrNotFound: nobody.
func (a *Accounts) Find(ctx context.Context, identifier string) (*store.User, error) {
	identifier = strings.TrimSpace(identifier)
	if strings.HasPrefix(identifier, "user_") {
		u, err := a.store.User(ctx, strings.ToValidUTF8(identifier, ""))
		if !errors.Is(err, store.ErrNotFound) {
			return u, err
		}
	}
	return a.byIdentifier(ctx, identifier)
}

func (a *Accounts) byIdentifier(ctx context.Context, identifier string) (*store.User, error) {
	canonical, err := canonicalIdentifier(identifier)
	if err != nil {
		return nil, store.ErrNotFound // nobody could have signed up with it
	}
	return a.store.UserByIdentifier(ctx, canonical)
}

// Authenticate reads the user with this email address or username and password. Errors: ErrWrongPassword;
// after the right password only, ErrBanned and ErrLocked.
func (a *Accounts) Authenticate(ctx context.Context, identifier, password string) (*store.User, error) {
	u, err := a.byIdentifier(ctx, identifier)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("authenticate: %w", err)
	}
	stored := a.hasher.nobody
	if err == nil && u.PasswordHash != "" {
		if stored, err = parseHash(u.PasswordHash); err != nil {
			a.log.ErrorContext(ctx, "password hash cannot be read", "user", u.ID, "err", err)
			stored = a.hasher.nobody
		}
	}
	ok, err := a.hasher.matches(ctx, stored, password)
	switch {
	case err != nil:
		return nil, fmt.Errorf("authenticate: %w", err)
	case !ok:
		return nil, ErrWrongPassword
	case u.Banned():
		return nil, ErrBanned
	case u.Locked():
		return nil, ErrLocked
	}
	if stored.outdated() {
		a.rehash(ctx, u, password)
	}
	return u, nil
}

// rehash brings the hash of a password that was right to today's parameters. The sign-in goes on without.
func (a *Accounts) rehash(ctx context.Context, u *store.User, password string) {
	made, err := a.hasher.make(ctx, password)
	if err == nil {
		err = a.store.ReplacePasswordHash(ctx, u.ID, u.PasswordHash, made)
	}
	if err != nil {
		a.log.WarnContext(ctx, "password not hashed anew", "user", u.ID, "err", err)
		return
	}
	u.PasswordHash = made
}

// SetPassword gives the user a new password and ends everything that the old one had opened: sessions and
// grants. Errors: *FieldError; store.ErrNotFound: no such user.
func (a *Accounts) SetPassword(ctx context.Context, userID, password string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	made, err := a.hasher.make(ctx, password)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return a.store.Tx(ctx, func(ctx context.Context) error {
		if err := a.store.SetPassword(ctx, userID, made); err != nil {
			return err
		}
		return a.store.EndAccess(ctx, userID)
	})
}
