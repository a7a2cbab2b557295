package signin

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"time"

	"frontdesk/internal/account"
	"frontdesk/web/page"
)

// SetupLasts is how long a setup token is good for.
const SetupLasts = 24 * time.Hour

// showSignUp shows the sign-up page to whoever may use it.
func (s *Server) showSignUp(w http.ResponseWriter, r *http.Request) error {
	first, ok, err := s.maySignUp(r)
	switch {
	case err != nil:
		return err
	case !ok:
		return s.refuse(w, r)
	}
	return s.Pages.Render(w, r, http.StatusOK, s.signUpPage(r, first))
}

// signUp makes the account and signs it in.
func (s *Server) signUp(w http.ResponseWriter, r *http.Request) error {
	first, ok, err := s.maySignUp(r)
	switch {
	case err != nil:
		return err
	case !ok:
		return s.refuse(w, r)
	}
	p := s.signUpPage(r, first)
	if err := r.ParseForm(); err != nil {
		p.Message = "The form was too large or cut off. Fill it in again."
		return s.Pages.Render(w, r, http.StatusBadRequest, p)
	}
	f := r.PostForm
	p.Email, p.Username, p.FirstName, p.LastName = f.Get("email"), f.Get("username"), f.Get("first_name"), f.Get("last_name")
	if wait := s.throttle(w, r); wait {
		p.Message = tooMany
		return s.Pages.Render(w, r, http.StatusTooManyRequests, p)
	}
	u, err := s.Accounts.SignUp(r.Context(), account.NewUser{
		Email: p.Email, Username: p.Username, FirstName: p.FirstName, LastName: p.LastName, Password: f.Get("password"),
		First: first, Admin: first, Verified: first, // who can read the operator's terminal speaks for the operator
	})
	if wrong, ok := errors.AsType[*account.FieldError](err); ok {
		p.Message, p.Field = wrong.Message, wrong.Field
		return s.Pages.Render(w, r, http.StatusUnprocessableEntity, p)
	}
	switch {
	case errors.Is(err, account.ErrNotFirst):
		return s.refuse(w, r)
	case err != nil:
		return err
	case first:
		s.setupUsed.Store(true)
	}
	return s.welcome(w, r, u, "pwd")
}

// maySignUp tells whether signing up is open to this request, and whether it makes the first administrator:
// while there has been no administrator, whoever brings the setup token does, once and in time.
func (s *Server) maySignUp(r *http.Request) (first, ok bool, err error) {
	token := r.URL.Query().Get("setup")
	if token == "" {
		return false, s.SignUp == "open", nil
	}
	if s.SetupToken == "" || s.setupOver() || subtle.ConstantTimeCompare([]byte(token), []byte(s.SetupToken)) != 1 {
		return false, false, nil
	}
	there, err := s.Store.HasAdministrator(r.Context())
	if there {
		s.setupUsed.Store(true)
	}
	return true, !there, err
}

// setupOver tells whether nobody gets in by the setup token any more.
func (s *Server) setupOver() bool { return s.setupUsed.Load() || !s.Now().Before(s.SetupUntil) }

func (s *Server) signUpPage(r *http.Request, first bool) page.SignUp {
	p := page.SignUp{First: first, ClientName: s.client(r), MinPassword: account.MinPassword, Action: URL("/sign-up", returnTo(r))}
	if first {
		p.Action = "/sign-up?" + url.Values{"setup": {s.SetupToken}}.Encode()
	} else {
		p.SignInURL = URL("/sign-in", returnTo(r))
	}
	return p
}

// refuse tells why the page is closed.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) error {
	p := page.Error{
		Status: http.StatusForbidden, Heading: "Signing up is closed here",
		Message:   "The operator of this server creates the accounts. If you have one, sign in.",
		RequestID: r.Header.Get("X-Request-Id"), LinkURL: URL("/sign-in", returnTo(r)), LinkText: "Sign in",
	}
	if r.URL.Query().Get("setup") != "" {
		switch there, err := s.Store.HasAdministrator(r.Context()); {
		case err != nil:
			return err
		case there:
			p.Heading, p.Message = "This link has been used", "There is an administrator already. Sign in."
		case s.setupOver():
			p.Heading, p.Message = "This link has expired", "Start the server again: it prints a new one."
		default:
			p.Heading, p.Message = "This link is incomplete", "Copy all of it from the terminal: the server printed it when it last started."
		}
	}
	return s.Pages.Render(w, r, http.StatusForbidden, p)
}
