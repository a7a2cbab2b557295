// Package mcpserver is the MCP resource server: it checks the bearer token, then hands the message to the
// MCP SDK, which runs one of the toolsets. Its one idea: everything that decides whether a caller may
// speak at all happens in [Server.Protect], before a byte of the body is read, and a tool finds the
// verified token in its context. It knows nothing of sign-in, consent or how a token comes to be.
package mcpserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdesk/internal/account"
	"frontdesk/oauth"
	"frontdesk/store"
)

// Config is what a Server needs to know.
type Config struct {
	URL     string // public URL without a trailing slash: the issuer; the resource is URL + "/mcp"
	Name    string // what clients call this server
	Version string // of the program

	// Scopes is what a client gets that names none (default: oauth.Standard). The first challenge names them, so
	// that one consent is enough for the everyday; offline_access is left out there.
	Scopes []string
	// Hosts are names that a Host header may bear besides the public URL's and the loopback ones: those
	// a reverse proxy calls this server by.
	Hosts []string
	// Origins are origins of web pages that may call from a browser besides the public URL's own; for a
	// public URL that is loopback, every loopback origin may.
	Origins []string

	// Verify returns the token that raw is, when it was issued for resource and nothing has ended it;
	// [oauth.ErrInvalidToken] when it was not. Any other error means that nobody can tell just now.
	Verify func(ctx context.Context, raw, resource string) (*oauth.Token, error)
	// Alive checks a token that Verify has returned once more; its errors are the same.
	Alive    func(ctx context.Context, token *oauth.Token) error
	Store    *store.Store
	Accounts *account.Accounts
	Log      *slog.Logger
}

// Server is the resource server. Make one with [New]; it is safe for concurrent use.
type Server struct {
	Config
	resource  string
	loopback  bool            // the public URL is
	hosts     map[string]bool // allowed names of the Host header, without port
	origins   map[string]bool // allowed origins of web pages
	everyday  string          // the scopes of the first challenge
	document  []byte          // RFC 9728 metadata
	challenge string          // the 401 of a request without a token
	guarded   map[string]tool
	transport http.Handler // the SDK's Streamable HTTP
}

// New checks c and builds everything that does not change from request to request.
func New(c Config) (*Server, error) {
	public, err := url.Parse(c.URL)
	if err != nil || public.Host == "" || strings.HasSuffix(c.URL, "/") {
		return nil, fmt.Errorf("public URL %q is not an absolute URL without a trailing slash", c.URL)
	}
	if c.Verify == nil || c.Alive == nil || c.Store == nil || c.Accounts == nil {
		return nil, errors.New("the MCP server needs Verify, Alive, Store and Accounts")
	}
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if len(c.Scopes) == 0 {
		c.Scopes = supported(nil)
	}
	s := &Server{Config: c, resource: c.URL + "/mcp", loopback: isLoopback(public.Hostname())}
	s.hosts, s.origins = allowed(c, public)
	s.everyday = strings.Join(without(c.Scopes, oauth.OfflineAccess), " ")
	s.document = s.metadata()
	s.challenge = s.challengeFor(&refusal{})
	s.guarded = guarded(toolsets)
	s.transport = s.streamable(toolsets)
	return s, nil
}

// Mount adds the routes. They take every method, so mux must have no "GET /" beside them ("GET /{$}" or
// "/" will do).
func (s *Server) Mount(mux *http.ServeMux) {
	mcp := s.Protect(s.message(s.transport))
	mux.Handle("/mcp", mcp)                                                                  // MCP 2026-07-28, Streamable HTTP
	mux.Handle("/mcp/{$}", mcp)                                                              // the same without a redirect, which drops the token
	mux.Handle("/.well-known/oauth-protected-resource", s.endpoint(s.protectedResource))     // RFC 9728 section 3
	mux.Handle("/.well-known/oauth-protected-resource/mcp", s.endpoint(s.protectedResource)) // RFC 9728 section 3.1
}

// Scopes is what the toolsets bring besides [oauth.Standard]: for the consent page, metadata and
// registration.
func Scopes() []oauth.Scope {
	var brought []oauth.Scope
	for _, set := range toolsets {
		for _, scope := range set.scopes {
			if !oauth.IsStandard(scope.Name) {
				brought = append(brought, scope)
			}
		}
	}
	return brought
}

// supported is the scopes of the metadata: the everyday ones and what is configured. Clients without a challenge at
// hand ask for all that they find there, so what a tool asks for by stepping up is left to its challenge and to the
// authorization server's metadata; offline_access is between a client and that server (MCP 2026-07-28, Authorization).
func supported(configured []string) []string {
	var names []string
	for _, scope := range oauth.Standard {
		names = append(names, scope.Name)
	}
	for _, name := range configured {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return without(names, oauth.OfflineAccess)
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
}
