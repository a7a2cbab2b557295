package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/store"
)

// ErrEmailTaken says that another user has the address.
var ErrEmailTaken = &FieldError{"email", "This email address is taken. Sign in with it, or use another one."}

// NewUser is what somebody fills in to sign up. Username and names may be empty.
type NewUser struct {
	Email     string
	Username  string
	FirstName string
	LastName  string
	Password  string
	Admin     bool
	Verified  bool // the address is known to be theirs
	First     bool // only while there is no administrator
}

// SignUp makes a user with one email address. Errors: *FieldError for what the person can mend; ErrNotFirst.
func (a *Accounts) SignUp(ctx context.Context, n NewUser) (*store.User, error) {
	u, err := n.user()
	if err != nil {
		return nil, err
	}
	if n.Verified {
		u.Emails[0].VerifiedAt = a.now()
	}
	if u.PasswordHash, err = a.hasher.make(ctx, n.Password); err != nil {
		return nil, fmt.Errorf("sign up: %w", err)
	}
	create := a.store.CreateUser
	if n.First {
		create = a.store.CreateFirstAdministrator
	}
	err = create(ctx, u)
	switch {
	case errors.Is(err, store.ErrConflict):
		return nil, a.taken(ctx, n, u)
	case err != nil:
		return nil, fmt.Errorf("sign up: %w", err)
	}
	return u, nil
}

// user is n as a row to be, or what is wrong with it.
func (n NewUser) user() (*store.User, error) {
	address := strings.TrimSpace(n.Email)
	canonical, err := canonicalEmail(address)
	if err != nil {
		return nil, err
	}
	username := canonicalUsername(n.Username)
	if username != "" && !isUsername(username) {
		return nil, errUsername
	}
	u := &store.User{
		Username: username, FirstName: strings.TrimSpace(n.FirstName), LastName: strings.TrimSpace(n.LastName),
		Admin: n.Admin, CreateOrganizationEnabled: true, DeleteSelfEnabled: true,
		Emails: []store.Email{{Address: address, Canonical: canonical, Primary: true}},
	}
	if err := checkName("first_name", "first name", u.FirstName); err != nil {
		return nil, err
	}
	if err := checkName("last_name", "last name", u.LastName); err != nil {
		return nil, err
	}
	return u, checkPassword(n.Password)
}

// taken says whether n came too late to be the first, or which of the two unique fields another user has.
func (a *Accounts) taken(ctx context.Context, n NewUser, u *store.User) error {
	if n.First {
		switch there, err := a.store.HasAdministrator(ctx); {
		case err != nil:
			return fmt.Errorf("sign up: %w", err)
		case there:
			return ErrNotFirst
		}
	}
	_, err := a.store.UserByIdentifier(ctx, u.Emails[0].Canonical)
	switch {
	case err == nil:
		return ErrEmailTaken
	case errors.Is(err, store.ErrNotFound):
		return errUsernameTaken
	}
	return fmt.Errorf("sign up: %w", err)
}
