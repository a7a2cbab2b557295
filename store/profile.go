package store

import "context"

// ProfileUpdate is what changes about a person; nil stays as it is.
type ProfileUpdate struct {
	FirstName *string
	LastName  *string
	Username  *string // lower case
}

// UpdateProfile changes what the user is called. ErrConflict: another user has the username;
// ErrNotFound: there is no user.
func (s *Store) UpdateProfile(ctx context.Context, userID string, update ProfileUpdate) error {
	set := map[string]any{}
	for column, value := range map[string]*string{
		"first_name": update.FirstName, "last_name": update.LastName, "username": update.Username,
	} {
		if value != nil {
			set[column] = *value
		}
	}
	if len(set) == 0 {
		return nil
	}
	return touched("update profile", s.db(ctx).Model(&User{}).Where("id = ?", userID).Updates(set))
}
