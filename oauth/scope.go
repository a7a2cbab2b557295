package oauth

import (
	"slices"
	"strings"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// Scope is one permission a client can be granted (RFC 6749 section 3.3).
type Scope struct {
	Name        string   // the token on the wire: no spaces
	Title       string   // the deed in the person's words, "See your email addresses"
	Description string   // what exactly it covers, one short line; may be empty
	Implies     []string // names of scopes that come with it
}

// OfflineAccess is the scope that lets a client stay signed in (OpenID Connect Core section 11). Clients that can
// refresh do so whether they name it or not, so people decide on it either way.
const OfflineAccess = "offline_access"

// Standard are the scopes that this room itself gives meaning to. Toolsets bring the others.
var Standard = []Scope{
	{Name: "openid", Title: "Know who you are", Description: "Your user id"}, // OpenID Connect Core section 3.1.2.1
	{Name: "profile", Title: "See your profile", Description: "Name, username, picture, account status"},
	{Name: "email", Title: "See your email addresses", Description: "Primary and secondary"},
	{Name: OfflineAccess, Title: "Stay signed in", Description: "Until you disconnect it"},
}

// requestedScopes is what an authorization request comes down to: what it names, or else the default
// scopes, without what is unknown or not the client's. Nothing left is invalid_scope.
func (s *Server) requestedScopes(named string, client *store.Client) ([]string, error) {
	wanted := strings.Fields(named)
	if len(wanted) == 0 {
		wanted = s.DefaultScopes
	}
	allowed := s.allowedScopes(client)
	scopes := within(wanted, allowed)
	if len(scopes) == 0 {
		return nil, fosite.ErrInvalidScope.WithHintf("None of the scopes exist here for this client. Known ones are: %s.", strings.Join(allowed, " "))
	}
	return s.implied(scopes), nil // people see what comes along, and can leave it out
}

// allowedScopes is what the client may ask for, in the order in which people read it. An operator's list binds. A
// client that registered itself has listed what it knew of, which is often just what the first challenge named; what
// lies beyond the everyday it hears of in a later challenge, so its own list cannot rule that out. A client that cannot
// refresh cannot stay signed in.
func (s *Server) allowedScopes(client *store.Client) []string {
	var names []string
	for _, scope := range s.Scopes {
		if scope.Name == OfflineAccess && !slices.Contains(client.GrantTypes, "refresh_token") {
			continue
		}
		beyond := client.Source != store.FromOperator && !slices.Contains(s.DefaultScopes, scope.Name) && !IsStandard(scope.Name)
		if len(client.Scopes) == 0 || slices.Contains(client.Scopes, scope.Name) || beyond {
			names = append(names, scope.Name)
		}
	}
	return names
}

func (s *Server) scopeNames() []string {
	return each(s.Scopes, func(scope Scope) string { return scope.Name })
}

// IsStandard tells whether name is one of [Standard].
func IsStandard(name string) bool {
	return slices.ContainsFunc(Standard, func(s Scope) bool { return s.Name == name })
}

// scope finds a scope by its name; the zero Scope: there is none.
func (s *Server) scope(name string) Scope {
	i := slices.IndexFunc(s.Scopes, func(scope Scope) bool { return scope.Name == name })
	if i < 0 {
		return Scope{}
	}
	return s.Scopes[i]
}

// implied is the scopes and those that come with them, each once, those of the list first.
func (s *Server) implied(names []string) []string {
	var all []string
	for len(names) > 0 {
		var more []string
		for _, name := range names {
			if !slices.Contains(all, name) {
				all, more = append(all, name), append(more, s.scope(name).Implies...)
			}
		}
		names = more
	}
	return all
}

// narrow is the scopes of a refresh request (RFC 6749 section 6): a part of what was granted, with what that part
// implies. Scopes that do not exist here are ignored, as at authorize, since clients repeat what they asked for there.
func (s *Server) narrow(named string, granted []string) ([]string, error) {
	wanted := strings.Fields(named)
	if more := within(without(wanted, granted), s.scopeNames()); len(more) > 0 {
		return nil, fosite.ErrInvalidScope.WithHintf("The scope '%s' was not granted.", more[0])
	}
	scopes := within(wanted, granted)
	if len(scopes) == 0 {
		return nil, fosite.ErrInvalidScope.WithHint("None of the scopes was granted.")
	}
	return s.implied(scopes), nil
}

// Describe is the scopes in words, in the order of the list, and last that the client stays signed in. Beside profile,
// openid says nothing more to a person.
func Describe(list []Scope, names []string) []Scope {
	var scopes, last []Scope
	for _, scope := range list {
		switch {
		case !slices.Contains(names, scope.Name), scope.Name == "openid" && slices.Contains(names, "profile"):
		case scope.Name == OfflineAccess:
			last = append(last, scope)
		default:
			scopes = append(scopes, scope)
		}
	}
	return append(scopes, last...)
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

// each is one thing of everything in a list.
func each[T, R any](list []T, of func(T) R) []R {
	all := make([]R, len(list))
	for i, one := range list {
		all[i] = of(one)
	}
	return all
}

// with is names and those of more that are not among them.
func with(names []string, more ...string) []string {
	return append(slices.Clone(names), without(more, names)...)
}

// without is names but for those in others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// within is those of names that are in others.
func within(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(others, name) })
}

// covers tells whether all of asked was granted.
func covers(granted, asked []string) bool { return len(without(asked, granted)) == 0 }
