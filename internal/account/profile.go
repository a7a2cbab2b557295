package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/store"
)

var (
	errUsername      = &FieldError{"username", "A username has 2 to 31 characters: letters a to z, digits, dots, dashes and underscores, beginning with a letter or digit, and not with user_."}
	errUsernameTaken = &FieldError{"username", "This username is taken. Choose another one."}
)

// ProfileChange is what somebody wants to be called from now on. Nil stays as it is; an empty name is none.
type ProfileChange struct {
	FirstName *string
	LastName  *string
	Username  *string
}

// ChangeProfile changes what the person is called and reads them as they are then. Errors: *FieldError for what
// they can mend; store.ErrNotFound: no such user.
func (a *Accounts) ChangeProfile(ctx context.Context, userID string, change ProfileChange) (u *store.User, err error) {
	set, err := change.columns()
	if err != nil {
		return nil, err
	}
	err = a.store.Tx(ctx, func(ctx context.Context) error {
		if err := a.store.UpdateProfile(ctx, userID, set); err != nil {
			return err
		}
		u, err = a.store.User(ctx, userID)
		return err
	})
	switch {
	case errors.Is(err, store.ErrConflict):
		return nil, errUsernameTaken
	case err != nil:
		return nil, fmt.Errorf("change profile: %w", err)
	}
	return u, nil
}

// columns is the change as the store takes it, held to the rules of signing up.
func (c ProfileChange) columns() (store.ProfileUpdate, error) {
	var set store.ProfileUpdate
	if c.FirstName != nil {
		name := strings.TrimSpace(*c.FirstName)
		if err := checkName("first_name", "first name", name); err != nil {
			return set, err
		}
		set.FirstName = &name
	}
	if c.LastName != nil {
		name := strings.TrimSpace(*c.LastName)
		if err := checkName("last_name", "last name", name); err != nil {
			return set, err
		}
		set.LastName = &name
	}
	if c.Username != nil {
		username := canonicalUsername(*c.Username)
		if !isUsername(username) {
			return set, errUsername
		}
		set.Username = &username
	}
	return set, nil
}

// isUsername tells whether somebody may be called so: not like an id, by which operators find people.
func isUsername(name string) bool {
	return usernamePattern.MatchString(name) && !strings.HasPrefix(name, "user_")
}

func canonicalUsername(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
