// Package signin is every way in: one file a way, and signing up. Its one idea: whoever proves who they are
// gets a session and goes back to where they came from, an address on this server. It does not know what
// they came for, but for the name of the app that sent them.
package signin

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"frontdesk/internal/account"
	"frontdesk/store"
	"frontdesk/web/page"
)

// Server is the desk at which people sign in and up.
type Server struct {
	Store      *store.Store
	Accounts   *account.Accounts
	Pages      *page.Renderer
	SignUp     string // open, invite or closed
	SetupToken string // see signup.go
	SetupUntil time.Time
	Now        func() time.Time
	Fail       func(http.ResponseWriter, *http.Request, error)

	setupUsed atomic.Bool // an administrator was seen; were they deleted, the token makes no other
}

// methods is every way to sign in: the path that its form posts to, and what happens then.
var methods = []struct {
	path   string
	answer func(*Server, http.ResponseWriter, *http.Request) error
}{
	{"/sign-in", (*Server).password},
}

// Mount adds the room's routes.
func (s *Server) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /sign-in", s.answering((*Server).show))
	mux.HandleFunc("GET /sign-up", s.answering((*Server).showSignUp))
	mux.HandleFunc("POST /sign-up", s.answering((*Server).signUp))
	for _, m := range methods {
		mux.HandleFunc("POST "+m.path, s.answering(m.answer))
	}
}

func (s *Server) answering(h func(*Server, http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(s, w, r); err != nil {
			s.Fail(w, r, err)
		}
	}
}

// URL is path with where to go afterwards.
func URL(path, returnTo string) string {
	if returnTo == "" {
		return path
	}
	return path + "?" + url.Values{"return_to": {returnTo}}.Encode()
}

// returnTo is where the person goes afterwards: a path and query on this server, never another place.
func returnTo(r *http.Request) string {
	to := r.URL.Query().Get("return_to")
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return ""
	}
	return to
}

// client is the name of the app that the person came from, "" if none. It is a courtesy on the page, so what
// cannot be read is left out.
func (s *Server) client(r *http.Request) string {
	asked := request(r)
	if asked == nil {
		return ""
	}
	c, err := s.Store.Client(r.Context(), asked.Get("client_id"))
	if err != nil {
		return ""
	}
	return c.Name
}

// request is the authorization request that the person came from; nil: none.
func request(r *http.Request) url.Values {
	u, err := url.Parse(returnTo(r))
	if err != nil || u.Path != "/oauth/authorize" {
		return nil
	}
	return u.Query()
}

// maxHint is as long as an email address can be (RFC 5321 section 4.5.3.1).
const maxHint = 254

// hint is who the app says is there (OpenID Connect Core section 3.1.2.1, login_hint), to be typed over.
func hint(r *http.Request) string {
	hint := request(r).Get("login_hint")
	if len(hint) > maxHint || !utf8.ValidString(hint) || strings.ContainsFunc(hint, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return hint
}

// show shows the sign-in page; to somebody who is signed in and came for nothing else, the start page.
func (s *Server) show(w http.ResponseWriter, r *http.Request) error {
	if returnTo(r) == "" {
		switch _, err := s.Accounts.Session(r); {
		case err == nil:
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return nil
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
	}
	p := s.page(r)
	p.Identifier = hint(r)
	return s.Pages.Render(w, r, http.StatusOK, p)
}

func (s *Server) page(r *http.Request) page.SignIn {
	p := page.SignIn{Action: URL("/sign-in", returnTo(r)), ClientName: s.client(r)}
	if s.SignUp == "open" {
		p.SignUpURL = URL("/sign-up", returnTo(r))
	}
	return p
}

// welcome signs the person in, who has come by the method (RFC 8176), and sends them on.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request, u *store.User, method string) error {
	if _, err := s.Accounts.StartSession(w, r, u, method); err != nil {
		return err
	}
	http.Redirect(w, r, cmp.Or(returnTo(r), "/"), http.StatusSeeOther)
	return nil
}
