package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"frontdesk/internal/account"
	"frontdesk/oauth"
	"frontdesk/store"
	"frontdesk/web/page"
)

// apps lists the apps that may act for the person.
func (s *Server) apps(w http.ResponseWriter, r *http.Request, session *account.Session) error {
	connections, err := s.Store.Connections(r.Context(), session.UserID)
	if err != nil {
		return err
	}
	p := page.Apps{User: personOf(session.User), Now: s.Now()}
	if p.Disconnected, err = s.disconnected(r, connections); err != nil {
		return err
	}
	for _, c := range connections {
		site, local := oauth.Home(&c.Client, c.Sites)
		app := page.App{
			ClientID: c.Client.ID, Name: c.Client.Name, LogoURL: oauth.LogoURL(&c.Client), Site: site, Local: local, Verified: c.Client.Verified,
			Offline: c.Offline, Since: c.Since, LastUsed: c.LastUsed,
		}
		// That it stays signed in is said of what it can do, not of what it may ask for.
		scopes := slices.DeleteFunc(c.Scopes, func(name string) bool { return name == oauth.OfflineAccess })
		for _, scope := range oauth.Describe(s.Scopes, scopes) {
			app.Scopes = append(app.Scopes, scope.Title)
		}
		p.Apps = append(p.Apps, app)
	}
	return s.pages.Render(w, r, http.StatusOK, p)
}

// disconnected is the app that disconnect leads here from. Whoever comes by a link hears of none: anybody can register a name
// and send people here to read it.
func (s *Server) disconnected(r *http.Request, connections []store.Connection) (*page.App, error) {
	id := r.URL.Query().Get("disconnected")
	site := r.Header.Get("Sec-Fetch-Site")
	if id == "" || site != "" && site != "same-origin" || slices.ContainsFunc(connections, func(c store.Connection) bool { return c.Client.ID == id }) {
		return nil, nil
	}
	c, err := s.Store.Client(r.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &page.App{Name: c.Name}, nil
}

// disconnect ends what an app may do for the person. That the form is ours is checked for every POST of a browser
// before it comes here; for whom it speaks, only the session says.
func (s *Server) disconnect(w http.ResponseWriter, r *http.Request, session *account.Session) error {
	id := r.PostFormValue("client_id")
	err := s.Store.Disconnect(r.Context(), session.UserID, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.pages.Render(w, r, http.StatusNotFound, page.Error{
			Status: http.StatusNotFound, Heading: "This app is not connected", Message: "It was disconnected before, or never was.",
			RequestID: requestID(r), LinkURL: appsPath, LinkText: "Connected apps",
		})
	case err != nil:
		return err
	}
	s.Log.InfoContext(r.Context(), "app disconnected", "user", session.UserID, "client", id)
	http.Redirect(w, r, appsPath+"?"+url.Values{"disconnected": {id}}.Encode(), http.StatusSeeOther)
	return nil
}
