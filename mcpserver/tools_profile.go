package mcpserver

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/oauth"
	"frontdesk/store"
)

var profileTools = toolset{
	[]oauth.Scope{
		{Name: "profile"}, {Name: "email"}, // their words are in oauth.Standard
		{Name: "profile:write", Title: "Change your profile", Description: "Name and username", Implies: []string{"profile"}},
	},
	[]tool{
		newTool(tool{
			name: "get_user_profile", title: "User profile",
			description: "The account of the person who is signed in: names, email addresses and account state. What was not shared with this client is left out.",
			scopes:      []string{"profile", "email"}, partly: true, output: profileSchema(),
		}, (*Server).userProfile),
		newTool(tool{
			name: "update_user_profile", title: "Change user profile",
			description: "Changes the first name, last name or username of the person who is signed in. What is left out stays as it is. Answers with the account as it is then.",
			scopes:      []string{"profile:write"}, writes: true, output: profileSchema(),
		}, (*Server).updateUserProfile),
	},
}

// profileLines are the lines of the profile, in order. A line is there, in the text and in the structured
// half alike, exactly when the token has its scope. A value that the person does not have is "None" in
// the text and "" or [] in the structured half, so that no name there ever holds null and a missing name
// always means that the scope is missing.
var profileLines = []profileLine{
	{"User ID", "user_id", "profile", func(u *store.User) any { return u.ID }},
	{"Username", "username", "profile", func(u *store.User) any { return u.Username }},
	{"First Name", "first_name", "profile", func(u *store.User) any { return u.FirstName }},
	{"Last Name", "last_name", "profile", func(u *store.User) any { return u.LastName }},
	{"Primary Email", "primary_email", "email", func(u *store.User) any { return u.Primary().Address }},
	{"Secondary Email", "secondary_emails", "email", func(u *store.User) any { return u.Secondary() }},
	{"2FA Enabled", "two_factor_enabled", "profile", func(u *store.User) any { return u.TwoFactorEnabled }},
	{"Account Banned", "banned", "profile", func(u *store.User) any { return u.Banned() }},
	{"Account Locked", "locked", "profile", func(u *store.User) any { return u.Locked() }},
	{"Profile Image", "image_url", "profile", func(u *store.User) any { return u.ImageURL }},
	{"External Accounts", "external_accounts", "profile", func(u *store.User) any { return externalAccounts(u) }},
	{"Organization Creation Enabled", "create_organization_enabled", "profile", func(u *store.User) any { return u.CreateOrganizationEnabled }},
	{"Delete Self Enabled", "delete_self_enabled", "profile", func(u *store.User) any { return u.DeleteSelfEnabled }},
}

type profileLine struct {
	label, name, scope string
	value              func(*store.User) any // a string, a []string or a bool
}

const goneSentence = refused("This account is not here any more.")

// userProfile reads the account that the token speaks for, and no other: it takes no input.
func (s *Server) userProfile(ctx context.Context, token *oauth.Token, _ struct{}) (answer, error) {
	user, err := s.Store.User(ctx, token.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, goneSentence
	}
	if err != nil {
		return answer{}, err
	}
	return profileOf(user, token), nil
}

func profileOf(user *store.User, token *oauth.Token) answer {
	lines := make([]string, 0, len(profileLines))
	structured := make(map[string]any, len(profileLines))
	for _, line := range profileLines {
		if token.Has(line.scope) {
			value := line.value(user)
			lines = append(lines, line.label+": "+inWords(value))
			structured[line.name] = value
		}
	}
	return answer{strings.Join(lines, "\n"), structured}
}

// profileSchema describes the structured half. No name is required: scopes decide which are there.
func profileSchema() *jsonschema.Schema {
	schema := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}}
	for _, line := range profileLines {
		property := &jsonschema.Schema{Type: "string"}
		switch line.value(&store.User{}).(type) {
		case bool:
			property = &jsonschema.Schema{Type: "boolean"}
		case []string:
			property = &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}
		}
		property.Title = line.label
		schema.Properties[line.name] = property
		schema.PropertyOrder = append(schema.PropertyOrder, line.name)
	}
	return schema
}

func externalAccounts(u *store.User) []string {
	accounts := []string{}
	for _, a := range u.ExternalAccounts {
		accounts = append(accounts, a.Provider+" ("+a.Identifier+")")
	}
	return accounts
}

// inWords is value as the text has it, always one line: a name with a line break in it could otherwise
// pretend to be another line.
func inWords(value any) string {
	words := ""
	switch v := value.(type) {
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case string:
		words = v
	case []string:
		words = strings.Join(v, ", ")
	}
	if words == "" {
		return "None"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, words)
}
