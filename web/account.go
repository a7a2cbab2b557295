package web

import (
	"errors"
	"net/http"

	"frontdesk/internal/account"
	"frontdesk/store"
	"frontdesk/web/signin"
)

// Where a person withdraws what they have allowed.
const (
	appsPath       = "/account/apps"
	disconnectPath = appsPath + "/disconnect"
)

// own is a handler of a person's own pages.
type own func(s *Server, w http.ResponseWriter, r *http.Request, session *account.Session) error

// owned lets h answer whoever is signed in, and has everybody else sign in first and go on to path.
func (s *Server) owned(path string, h own) http.HandlerFunc {
	return s.answering(func(w http.ResponseWriter, r *http.Request) error {
		session, err := s.Accounts.Session(r)
		switch {
		case errors.Is(err, store.ErrNotFound):
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, signin.URL("/sign-in", path), http.StatusSeeOther)
			return nil
		case err != nil:
			return err
		}
		return h(s, w, r, session)
	})
}

// account leads to the first of a person's own pages.
func (s *Server) account(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, appsPath, http.StatusSeeOther)
	return nil
}
