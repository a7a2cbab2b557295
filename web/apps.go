package web

import (
	"errors"
	"net/http"
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
	p := page.Apps{User: personOf(session.User), Disconnected: r.URL.Query().Get("done") == "disconnect", Now: s.Now()}
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

// disconnect ends what an app may do for the person. That the form is ours is checked for every POST of a browser
// before it comes here; for whom it speaks, only the session says.
func (s *Server) disconnect(w http.ResponseWriter, r *http.Request, session *account.Session) error {
	err := s.Store.Disconnect(r.Context(), session.UserID, r.PostFormValue("client_id"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.Error(w, r, oauth.Refusal{
			Status: http.StatusNotFound, Heading: "This app is not connected",
			Message: "It was disconnected before, or never was. Your connected apps are under Account.",
		})
	case err != nil:
		return err
	}
	s.Log.InfoContext(r.Context(), "app disconnected", "user", session.UserID, "client", r.PostFormValue("client_id"))
	http.Redirect(w, r, appsPath+"?done=disconnect", http.StatusSeeOther)
	return nil
}
