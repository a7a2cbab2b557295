package web

import (
	"errors"
	"net/http"
	"strings"

	"frontdesk/oauth"
	"frontdesk/store"
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

// signedOut says that nobody is signed in. A link alone signs nobody out: it leads to the question.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request) error {
	switch _, err := s.Accounts.Session(r); {
	case err == nil:
		http.Redirect(w, r, "/oauth/logout", http.StatusSeeOther)
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return s.pages.Render(w, r, http.StatusOK, page.SignedOut{SignInURL: "/sign-in"})
}

// SignOut implements oauth.Pages.
func (s *Server) SignOut(w http.ResponseWriter, r *http.Request, ask oauth.SignOutRequest) error {
	return s.pages.Render(w, r, http.StatusOK, page.SignOut{
		Action: ask.Action, Token: ask.Token, ClientName: nameOf(ask.Client), User: personOf(ask.User), StayURL: "/",
	})
}

// SignedOut implements oauth.Pages. An app's own scheme is no link on a page.
func (s *Server) SignedOut(w http.ResponseWriter, r *http.Request, client *store.Client, to string) error {
	p := page.SignedOut{SignInURL: "/sign-in"}
	if strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") {
		p.ClientName, p.ReturnURL = nameOf(client), to
	}
	return s.pages.Render(w, r, http.StatusOK, p)
}

func nameOf(client *store.Client) string {
	if client == nil {
		return ""
	}
	return client.Name
}
