package web

import (
	"net/http"
	"net/url"

	"frontdesk/oauth"
	"frontdesk/web/page"
	"frontdesk/web/signin"
)

var _ oauth.Pages = (*Server)(nil)

// SignIn implements oauth.Pages.
func (s *Server) SignIn(w http.ResponseWriter, r *http.Request, returnTo string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, signin.URL("/sign-in", returnTo), http.StatusSeeOther)
	return nil
}

// Consent implements oauth.Pages.
func (s *Server) Consent(w http.ResponseWriter, r *http.Request, ask oauth.ConsentRequest) error {
	host := ask.RedirectURI
	if u, err := url.Parse(ask.RedirectURI); err == nil {
		if host = u.Host; u.Scheme != "https" && u.Scheme != "http" {
			host = u.Scheme + "://" + u.Host // an app's own scheme says more than its host
		}
	}
	p := page.Consent{
		Action: ask.Action, Token: ask.Token, ClientName: ask.Client.Name, Verified: ask.Client.Verified,
		DocumentHost: oauth.DocumentHost(ask.Client), Local: ask.Local, New: ask.First, User: personOf(ask.User), SwitchURL: ask.SwitchURL,
		ResourceName: ask.Resource.Name, ResourceURL: ask.Resource.URL,
		RedirectHost: host, RedirectURI: ask.RedirectURI, Site: ask.Site, AppsURL: appsPath, UserID: ask.UserID, Nothing: ask.Nothing,
		Lasts: ask.Lasts, Unused: ask.Unused, LookAlike: ask.LookAlike, LogoURL: ask.LogoURL,
	}
	if ask.Client.Verified { // what a stranger names is no link where people decide (OpenID Connect Registration section 2)
		p.PolicyURL, p.TermsURL = ask.Client.PolicyURI, ask.Client.TermsURI
	}
	for _, scope := range ask.Scopes {
		p.Scopes = append(p.Scopes, page.Scope{
			Title: scope.Title, Description: scope.Description, Field: scope.Field, Off: scope.Off, Stay: scope.Name == oauth.OfflineAccess,
		})
	}
	if ask.Torn[0].Name != "" {
		p.Torn = &page.Torn{Ticked: ask.Torn[0].Title, Needs: ask.Torn[1].Title}
	}
	for _, scope := range ask.Kept {
		p.Kept = append(p.Kept, scope.Title)
	}
	return s.pages.Render(w, r, http.StatusOK, p)
}

// FormPost implements oauth.Pages.
func (s *Server) FormPost(w http.ResponseWriter, r *http.Request, action string, fields [][2]string, byItself bool) error {
	p := page.FormPost{Action: action, Auto: byItself}
	for _, f := range fields {
		p.Fields = append(p.Fields, page.Field{Name: f[0], Value: f[1]})
	}
	return s.pages.Render(w, r, http.StatusOK, p)
}

// Error implements oauth.Pages.
func (s *Server) Error(w http.ResponseWriter, r *http.Request, why oauth.Refusal) error {
	p := page.Error{
		Status: why.Status, Heading: why.Heading, Message: why.Message, Detail: why.Detail, App: why.App, RequestID: requestID(r),
	}
	if why.AgainURL != "" {
		p.LinkURL, p.LinkText = why.AgainURL, "Show it again"
		if why.Status == http.StatusServiceUnavailable {
			p.LinkText = "Try again"
		}
	}
	return s.pages.Render(w, r, why.Status, p)
}
