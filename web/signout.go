package web

import (
	"net/http"

	"frontdesk/web/page"
)

// signOut ends the browser's session.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.EndSession(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/sign-out", http.StatusSeeOther)
	return nil
}

// signedOut says that nobody is signed in. A link alone signs nobody out.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Accounts.Session(r); err == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	return s.pages.Render(w, r, http.StatusOK, page.SignedOut{SignInURL: "/sign-in"})
}
