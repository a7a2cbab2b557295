package oauth

import (
	"slices"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// Standard are the scopes that this room itself gives meaning to. Toolsets bring the others.
var Standard = []Scope{
	{Name: "openid", Title: "Know who you are", Description: "Your user id"}, // OpenID Connect Core section 3.1.2.1
	{Name: "profile", Title: "See your profile", Description: "Name, username, picture, account status"},
	{Name: "email", Title: "See your email addresses", Description: "Primary and secondary"},
	{Name: "offline_access", Title: "Stay signed in", Description: "Until you disconnect it"}, // OpenID Connect Core section 11
}

// requestedScopes is what an authorization request comes down to: what it names, or else the default
// scopes, without what is unknown or not the client's. Nothing left is invalid_scope.
func (s *Server) requestedScopes(named string, client *store.Client) ([]string, error) {
	wanted := strings.Fields(named)
	if len(wanted) == 0 {
		wanted = s.DefaultScopes
	}
	allowed := s.allowedScopes(client)
	var scopes []string
	for _, name := range wanted {
		if slices.Contains(allowed, name) && !slices.Contains(scopes, name) {
			scopes = append(scopes, name)
		}
	}
	if len(scopes) == 0 {
		return nil, fosite.ErrInvalidScope.WithHintf("None of the scopes exist here for this client. Known ones are: %s.", strings.Join(allowed, " "))
	}
	return scopes, nil
}

// allowedScopes is what the client may ask for, in the order in which people read it. An operator's list binds. A
// client that registered itself has listed what it knew of, which is often just what the first challenge named; what
// lies beyond the everyday it hears of in a later challenge, so its own list cannot rule that out.
func (s *Server) allowedScopes(client *store.Client) []string {
	var names []string
	for _, scope := range s.Scopes {
		beyond := client.Source != store.FromOperator && !slices.Contains(s.DefaultScopes, scope.Name) && !isStandard(scope.Name)
		if len(client.Scopes) == 0 || slices.Contains(client.Scopes, scope.Name) || beyond {
			names = append(names, scope.Name)
		}
	}
	return names
}

func isStandard(name string) bool {
	return slices.ContainsFunc(Standard, func(s Scope) bool { return s.Name == name })
}

// implied is the scopes and those that come with them, each once, those of the list first.
func (s *Server) implied(names []string) []string {
	var all []string
	for len(names) > 0 {
		var more []string
		for _, name := range names {
			if slices.Contains(all, name) {
				continue
			}
			all = append(all, name)
			for _, scope := range s.Scopes {
				if scope.Name == name {
					more = append(more, scope.Implies...)
				}
			}
		}
		names = more
	}
	return all
}

// narrow is the scopes of a refresh request (RFC 6749 section 6): a part of what was granted, with what that part
// implies. Scopes that do not exist here are ignored, as at authorize, since clients repeat what they asked for there.
func (s *Server) narrow(named string, granted []string) ([]string, error) {
	var scopes []string
	for _, name := range strings.Fields(named) {
		switch {
		case slices.Contains(granted, name):
			if !slices.Contains(scopes, name) {
				scopes = append(scopes, name)
			}
		case slices.ContainsFunc(s.Scopes, func(k Scope) bool { return k.Name == name }):
			return nil, fosite.ErrInvalidScope.WithHintf("The scope '%s' was not granted.", name)
		}
	}
	if len(scopes) == 0 {
		return nil, fosite.ErrInvalidScope.WithHint("None of the scopes was granted.")
	}
	return s.implied(scopes), nil
}

// Describe is the scopes in words, in the order of the list. Beside profile, openid says nothing more to a person.
func Describe(list []Scope, names []string) []Scope {
	var scopes []Scope
	for _, scope := range list {
		if scope.Name == "openid" && slices.Contains(names, "profile") {
			continue
		}
		if slices.Contains(names, scope.Name) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// resource finds the resource that a request names. A trailing slash makes no difference, nothing at all
// means the default one.
func (s *Server) resource(named string) (Resource, bool) {
	if named == "" {
		return s.Resources[0], true
	}
	named = strings.TrimSuffix(named, "/")
	for _, r := range s.Resources {
		if r.URL == named {
			return r, true
		}
	}
	return Resource{}, false
}
