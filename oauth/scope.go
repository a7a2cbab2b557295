package oauth

import (
	"slices"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// Standard are the scopes that this room itself gives meaning to. Toolsets bring the others.
var Standard = []Scope{
	{"openid", "Know who you are", "Your user id"}, // OpenID Connect Core section 3.1.2.1
	{"profile", "See your profile", "Name, username, picture, account status"},
	{"email", "See your email addresses", "Primary and secondary"},
	{"offline_access", "Stay signed in", "Until you disconnect it"}, // OpenID Connect Core section 11
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

// allowedScopes is what the client may ask for, in the order in which people read it.
func (s *Server) allowedScopes(client *store.Client) []string {
	var names []string
	for _, scope := range s.Scopes {
		if len(client.Scopes) == 0 || slices.Contains(client.Scopes, scope.Name) {
			names = append(names, scope.Name)
		}
	}
	return names
}

// narrow is the scopes of a refresh request (RFC 6749 section 6): a part of what was granted. Scopes that do
// not exist here are ignored, as at authorize, since clients repeat what they asked for there.
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
	return scopes, nil
}

// described is the scopes in words, in the order of the list. Beside profile, openid says nothing more to a person.
func (s *Server) described(names []string) []Scope {
	var scopes []Scope
	for _, scope := range s.Scopes {
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
