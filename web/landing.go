package web

import (
	"cmp"
	"errors"
	"net/http"

	"frontdesk/store"
	"frontdesk/web/page"
)

// landing tells how to connect a client: one tab each.
func (s *Server) landing(w http.ResponseWriter, r *http.Request) error {
	p := page.Landing{MCPURL: s.MCPURL, Client: r.URL.Query().Get("client"), SignUp: s.SignUp == "open"}
	session, err := s.Accounts.Session(r)
	switch {
	case err == nil:
		person := personOf(session.User)
		p.User = &person
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return s.pages.Render(w, r, http.StatusOK, p)
}

// personOf is a user as pages show people.
func personOf(u *store.User) page.Person {
	return page.Person{Name: cmp.Or(u.Name(), u.Username), Email: u.Primary().Address}
}
