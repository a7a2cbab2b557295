package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ory/fosite"
	"golang.org/x/sync/singleflight"

	"frontdesk/internal/account"
	"frontdesk/internal/outbound"
	"frontdesk/store"
)

// Config is what the authorization server is told.
type Config struct {
	URL                  string // public URL and issuer, no trailing slash
	Store                *store.Store
	Accounts             *account.Accounts
	Pages                Pages
	Resources            []Resource // the first is the default one
	Scopes               []Scope    // what there is; metadata and consent read it
	DefaultScopes        []string   // what a client gets that names none
	MasterKey            []byte     // 32 bytes: seals keys, derives refresh tokens, signs forms
	Registration         bool       // RFC 7591 on
	InitialAccessToken   string     // what registration asks for (RFC 7591 section 3); "": anybody may register
	RegistrationsMax     int        // clients that never got a grant, at most; 0: no limit
	Documents            bool       // client ID metadata documents on
	OnlyAllowedDocuments bool       // only those that an operator allowed
	Outbound             *outbound.Client
	RegistrationsPerHour int    // per address, 0: no limit
	AccessTokenAlgorithm string // one of Algorithms; "": ES256
	AccessTokenLifetime  time.Duration
	RefreshTokenLifetime time.Duration
	KeyRotation          time.Duration // how long a signing key signs; 0: until an operator says
	Now                  func() time.Time
	Log                  *slog.Logger
}

// Resource is something that access tokens are for (RFC 8707 section 2).
type Resource struct {
	URL  string // the resource indicator, as RFC 9728 metadata publishes it
	Name string // what people call it
}

// Server is the authorization server.
type Server struct {
	Config
	provider  fosite.OAuth2Provider
	keys      *Keys
	origin    string // of URL
	seen      seen
	used      uses
	registers registers
	origins   *http.CrossOriginProtection // of consent answers
	fetching  singleflight.Group          // of client ID metadata documents, by their URL
	logos     singleflight.Group          // of clients' logos, by the client
	unused    ceiling

	clientKeys  clientKeys
	names       knownNames
	revocations *revocations
	described   drawn // the metadata
}

// endpoints is every route of this room, with the member of the metadata document that names it.
func (s *Server) endpoints() []endpoint {
	return []endpoint{
		{"GET", "/.well-known/oauth-authorization-server", "", s.metadata},                       // RFC 8414 section 3
		{"GET", "/.well-known/openid-configuration", "", s.metadata},                             // OpenID Connect Discovery section 4
		{"GET", "/.well-known/jwks.json", "jwks_uri", s.jwks},                                    // RFC 7517 section 5
		{"GET", "/oauth/authorize", "authorization_endpoint", s.authorize},                       // RFC 6749 section 3.1
		{"POST", "/oauth/authorize", "", s.authorizePost},                                        // OpenID Connect Core section 3.1.2.1
		{"POST", "/oauth/token", "token_endpoint", s.token},                                      // RFC 6749 section 3.2
		{"POST", "/oauth/revoke", "revocation_endpoint", s.revoke},                               // RFC 7009 section 2
		{"POST", "/oauth/introspect", "introspection_endpoint", s.introspect},                    // RFC 7662 section 2
		{"GET", "/oauth/userinfo", "userinfo_endpoint", s.userinfo},                              // OpenID Connect Core section 5.3
		{"POST", "/oauth/userinfo", "", s.userinfo},                                              // the same
		{"GET", "/oauth/logout", "end_session_endpoint", s.logout},                               // OpenID Connect RP-Initiated Logout section 2
		{"POST", "/oauth/logout", "", s.logoutPost},                                              // the same
		{"POST", "/oauth/register", onlyIf(s.Registration, "registration_endpoint"), s.register}, // RFC 7591 section 3
		{"GET", "/oauth/register/{client_id}", "", s.readClient},                                 // RFC 7592 section 2.1
		{"PUT", "/oauth/register/{client_id}", "", s.updateClient},                               // RFC 7592 section 2.2
		{"DELETE", "/oauth/register/{client_id}", "", s.deleteClient},                            // RFC 7592 section 2.3
		{"GET", "/oauth/logos/{id}", "", s.logo},
	}
}

// endpoint is one route. member names it in the metadata document, where it is listed there.
type endpoint struct {
	method, path, member string
	handle               func(http.ResponseWriter, *http.Request) error
}

func onlyIf(on bool, member string) string {
	if on {
		return member
	}
	return ""
}

// New prepares the server: it makes or opens the signing key and draws the metadata, which never changes.
func New(ctx context.Context, c Config) (*Server, error) {
	if len(c.Resources) == 0 {
		return nil, errors.New("oauth: no resource")
	}
	c.AccessTokenAlgorithm = cmp.Or(c.AccessTokenAlgorithm, usualAlgorithm)
	s := &Server{Config: c, origin: webOrigin(c.URL), registers: newRegisters(c.RegistrationsPerHour, c.Now), revocations: newRevocations(c)}
	s.origins = http.NewCrossOriginProtection()
	err := s.origins.AddTrustedOrigin(c.URL) // behind a proxy the Host may be another
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	if s.keys, err = OpenKeys(ctx, KeysConfig{
		Store: c.Store, MasterKey: c.MasterKey, Rotation: c.KeyRotation, Lifetime: c.AccessTokenLifetime, Now: c.Now, Log: c.Log,
	}); err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	if _, err = s.keys.signer(ctx, s.AccessTokenAlgorithm); err != nil { // made at the first start
		return nil, err
	}
	s.provider = s.newProvider()
	s.described, err = s.drawMetadata()
	return s, err
}

// Maintain has the signing keys made and removed in time, and what was used written down, until ctx ends.
func (s *Server) Maintain(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { s.keys.Maintain(ctx) })
	both.Go(func() { s.keepUses(ctx) })
	both.Wait()
}

// Mount adds the room's routes.
func (s *Server) Mount(mux *http.ServeMux) {
	for _, e := range s.endpoints() {
		mux.HandleFunc(e.method+" "+e.path, s.answering(e))
	}
	for _, path := range s.Paths() {
		if !slices.Contains(browsed, path) {
			mux.HandleFunc("OPTIONS "+path, preflight)
		}
	}
}

// Paths is every path of this room. Programs post there from anywhere; what people answer there is checked where it is read.
func (s *Server) Paths() []string {
	var paths []string
	for _, e := range s.endpoints() {
		if !slices.Contains(paths, e.path) {
			paths = append(paths, e.path)
		}
	}
	return paths
}

// browsed are the endpoints that browsers go to, with their cookie; scripts do not.
var browsed = []string{"/oauth/authorize", "/oauth/logout"}

// The headers of every answer to a script, as slices so that no request makes them.
var (
	anyOrigin = []string{"*"}
	exposed   = []string{"WWW-Authenticate"}
)

// answering turns an endpoint into a handler: cross-origin headers before, the one answer to an error after.
func (s *Server) answering(e endpoint) http.HandlerFunc {
	scripts := !slices.Contains(browsed, e.path)
	return func(w http.ResponseWriter, r *http.Request) {
		if scripts {
			h := w.Header()
			h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = anyOrigin, exposed
		}
		if err := e.handle(w, r); err != nil {
			s.answer(w, r, err)
		}
	}
}

// preflight answers a script's question. No endpoint reads a cookie that a foreign page may ask for, so any
// origin may come.
func preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "authorization, content-type, mcp-protocol-version")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}
