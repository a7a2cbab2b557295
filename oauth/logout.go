package oauth

import (
	"context"
	"crypto/hmac"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"

	"frontdesk/internal/account"
	"frontdesk/store"
)

// farewell is a client's request that a person be signed out here (OpenID Connect RP-Initiated Logout section 2).
// It lives in the URL alone.
type farewell struct {
	form    url.Values
	hint    *idClaims        // nil: none
	client  *store.Client    // nil: it does not say which, or the client is gone
	to      string           // where the person goes afterwards, an address that the client registered; "": nowhere
	session *account.Session // nil: nobody is signed in
}

// logout answers the end session endpoint. A client that shows an ID token of the person who is signed in ends the
// session at once; in any other case the person is asked.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	f, err := s.farewell(r)
	switch {
	case err != nil:
		return (&authorization{}).fail(err)
	case f.session == nil || f.hint != nil && f.hint.Subject == f.session.UserID:
		return s.endSession(w, r, f)
	}
	return s.Pages.SignOut(w, r, SignOutRequest{
		Action: r.URL.Path + "?" + f.form.Encode(), Token: s.signOutToken(f), Client: f.client, User: f.session.User,
	})
}

// logoutPost answers a POST: a person's answer to the page, or a request that came as a form and goes on as a
// link, since a browser sends its cookie along with a link from another site, not with a form.
func (s *Server) logoutPost(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return (&authorization{}).fail(fosite.ErrInvalidRequest.WithHint("The form cannot be read, or is too large."))
	}
	if !r.PostForm.Has("token") {
		redirect(w, r.URL.Path+"?"+r.PostForm.Encode())
		return nil
	}
	if err := s.origins.Check(r); err != nil {
		return (&authorization{}).fail(errForeignForm)
	}
	f, err := s.farewell(r)
	switch {
	case err != nil:
		return (&authorization{}).fail(err)
	case f.session != nil && !s.signOutAnswered(f, r.PostForm.Get("token")):
		return (&authorization{}).fail(errStaleForm)
	}
	return s.endSession(w, r, f)
}

// farewell reads and checks the request. What cannot be proved right is not used (section 4): without an ID token of ours
// the person is asked, and nobody is sent to an address that the client has not registered letter by letter.
func (s *Server) farewell(r *http.Request) (*farewell, error) {
	form, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fosite.ErrInvalidRequest.WithHint("The address of this page cannot be read.")
	}
	if err := once(form); err != nil {
		return nil, err
	}
	f := &farewell{form: form}
	if err := s.whoAsks(r.Context(), f); err != nil {
		return nil, err
	}
	if f.client != nil {
		f.to = form.Get("post_logout_redirect_uri")
		if f.to != "" && !slices.Contains(f.client.PostLogoutRedirectURIs, f.to) {
			return nil, errUnknownPostLogoutRedirect
		}
	}
	if f.session, err = s.Accounts.Session(r); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return f, nil
}

// whoAsks finds the client, by its ID token or else by its name. An ID token whose key is long gone is no error here: the
// person can still say that they want to go.
func (s *Server) whoAsks(ctx context.Context, f *farewell) error {
	clientID := f.form.Get("client_id")
	if raw := f.form.Get("id_token_hint"); raw != "" {
		hint, err := s.idTokenHint(ctx, raw)
		switch {
		case errors.Is(err, errInvalidHint):
		case err != nil:
			return err
		case clientID != "" && clientID != hint.Audience: // section 2
			return fosite.ErrInvalidRequest.WithHint("The id_token_hint was made for another client.")
		default:
			f.hint, clientID = hint, hint.Audience
		}
	}
	if clientID == "" {
		return nil
	}
	c, err := s.Store.Client(ctx, clientID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case !c.Blocked:
		f.client = c
	}
	return nil
}

// endSession signs the person out and sends them back to the client: by themselves, where the client has shown an ID
// token (section 3) and is no stranger to them; else there is a link to follow. Otherwise any client that registered
// itself could have this server send anybody anywhere.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, f *farewell) error {
	if err := s.Accounts.EndSession(w, r); err != nil {
		return (&authorization{}).fail(err)
	}
	to := f.to
	if state := f.form.Get("state"); to != "" && f.form.Has("state") {
		separator := "?"
		if strings.Contains(to, "?") {
			separator = "&"
		}
		to += separator + "state=" + url.QueryEscape(state)
	}
	theirs := f.hint != nil && f.session != nil && f.hint.Subject == f.session.UserID
	if to != "" && f.hint != nil && (theirs || f.client.Verified) {
		redirect(w, to)
		return nil
	}
	return s.Pages.SignedOut(w, r, f.client, to)
}

// signOutToken binds the page's form to the browser session it is drawn for and to the request it shows.
func (s *Server) signOutToken(f *farewell) string {
	until := strconv.FormatInt(s.Now().Add(formLifetime).Unix(), 10)
	return s.mac("sign out", until, f.session.ID, f.form.Encode())
}

func (s *Server) signOutAnswered(f *farewell, token string) bool {
	until, _, _ := strings.Cut(token, ".")
	seconds, err := strconv.ParseInt(until, 10, 64)
	return err == nil && s.Now().Before(time.Unix(seconds, 0)) &&
		hmac.Equal([]byte(token), []byte(s.mac("sign out", until, f.session.ID, f.form.Encode())))
}

// checkFarewells holds post_logout_redirect_uris to what redirect URIs are held to: people are sent there, too.
func checkFarewells(uris []string) error {
	if len(uris) > maxRedirects {
		return errInvalidClientMetadata.WithHintf("There may be %d post-logout redirect URIs at most.", maxRedirects)
	}
	for i, uri := range uris {
		if err := checkRedirect(uri); err != nil {
			return errInvalidClientMetadata.WithHintf("Post-logout redirect URI %d: %s.", i+1, err)
		}
	}
	return nil
}
