// Package web is what people see and send: the pages, and the forms behind them. Its one idea: a handler
// reads the request, asks the rooms below, and fills a page's struct. It knows no HTML, which is web/page's,
// and no protocol, which is oauth's: of that it only implements the Pages that oauth asks for.
package web

import (
	"log/slog"
	"net/http"
	"time"

	"frontdesk/internal/account"
	"frontdesk/oauth"
	"frontdesk/store"
	"frontdesk/web/page"
	"frontdesk/web/signin"
)

// Config is what the pages are told.
type Config struct {
	MCPURL     string // the address that clients are given
	Site       page.Site
	Store      *store.Store
	Accounts   *account.Accounts
	Scopes     []oauth.Scope    // all that there are, in words
	SignUp     string           // open, invite or closed
	Now        func() time.Time // default time.Now
	SetupToken string           // opens sign-up to the first administrator while there is none
	Log        *slog.Logger
}

// Server draws the pages. It implements oauth.Pages.
type Server struct {
	Config
	pages *page.Renderer
	desk  *signin.Server
}

// New prepares the pages.
func New(c Config) (*Server, error) {
	pages, err := page.New(c.Site)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{Config: c, pages: pages}
	s.desk = &signin.Server{
		Store: c.Store, Accounts: c.Accounts, Pages: pages,
		SignUp: c.SignUp, SetupToken: c.SetupToken, SetupUntil: c.Now().Add(signin.SetupLasts), Now: c.Now, Fail: s.fail,
	}
	return s, nil
}

// Mount adds the room's routes.
func (s *Server) Mount(mux *http.ServeMux) {
	s.desk.Mount(mux)
	mux.Handle("GET /assets/", s.pages.Assets())
	mux.HandleFunc("GET /{$}", s.answering(s.landing))
	mux.HandleFunc("GET /account", s.answering(s.account))
	mux.HandleFunc("GET "+appsPath, s.owned(appsPath, (*Server).apps))
	mux.HandleFunc("POST "+disconnectPath, s.owned(appsPath, (*Server).disconnect))
	mux.HandleFunc("GET /sign-out", s.answering(s.signedOut))
	mux.HandleFunc("POST /sign-out", s.answering(s.signOut))
}

// answering turns a handler that returns an error into one that answers it.
func (s *Server) answering(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// fail answers what went wrong behind a page: what a person can mend has a page of its own, and what else fails is ours.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil { // who has gone is no failure of ours
		s.Log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "request", requestID(r), "err", err)
	}
	w.Header().Set("Retry-After", "2")
	why := oauth.Refusal{Status: http.StatusServiceUnavailable, AgainURL: r.URL.RequestURI()} // forms post to their page's own address
	if r.URL.Path == disconnectPath {
		why.AgainURL = appsPath
	}
	if err := s.Error(w, r, why); err != nil {
		http.Error(w, "Not available right now. Try again in a moment.", http.StatusServiceUnavailable)
	}
}

// requestID is what the middleware calls this request.
func requestID(r *http.Request) string { return r.Header.Get("X-Request-Id") }
