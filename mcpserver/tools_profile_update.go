package mcpserver

import (
	"context"
	"errors"

	"frontdesk/internal/account"
	"frontdesk/oauth"
	"frontdesk/store"
)

// profileChange is the arguments of update_user_profile.
type profileChange struct {
	FirstName *string `json:"first_name,omitempty" jsonschema:"The new first name, at most 100 characters. Empty: none."`
	LastName  *string `json:"last_name,omitempty" jsonschema:"The new last name, at most 100 characters. Empty: none."`
	Username  *string `json:"username,omitempty" jsonschema:"The new username, which nobody else has: 2 to 31 letters a to z, digits, dots, dashes and underscores."`
}

// updateUserProfile changes the account that the token speaks for, and no other.
func (s *Server) updateUserProfile(ctx context.Context, token *oauth.Token, in profileChange) (answer, error) {
	user, err := s.Accounts.ChangeProfile(ctx, token.UserID, account.ProfileChange(in))
	if wrong, ok := errors.AsType[*account.FieldError](err); ok {
		return answer{}, refused(wrong.Message)
	}
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, goneSentence
	}
	if err != nil {
		return answer{}, err
	}
	return profileOf(user, token), nil
}
