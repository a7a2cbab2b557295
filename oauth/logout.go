package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ory/fosite"

	"frontdesk/internal/account"
	"frontdesk/store"
)

// logoutRequest is a client's request that a person be signed out here (OpenID Connect RP-Initiated Logout section 2).
// It lives in the URL alone.
type logoutRequest struct {
	form    url.Values
	hint    *idClaims        // nil: none
	client  *store.Client    // nil: it does not say which, or the client is gone
	to      string           // where the person goes afterwards, an address that the client registered; "": nowhere
	session *account.Session // nil: nobody is signed in
	theirs  bool             // the ID token is of the person who is signed in, and they know the client
}

// logout answers the end session endpoint. A client that shows an ID token of the person who is signed in, and that an
// operator vouches for or the person has connected, ends the session at once; in any other case the person is asked.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	q, err := s.logoutRequest(r)
	switch {
	case err != nil:
		return toPerson(err)
	case q.session == nil || q.theirs:
		return s.endSession(w, r, q)
	}
	return s.Pages.SignOut(w, r, SignOutRequest{
		Action: r.URL.Path + "?" + q.form.Encode(), Token: s.signOutToken(q), Client: q.client, User: q.session.User,
	})
}

// logoutPost answers a POST: a person's answer to the page, or a request that came as a form and goes on as a
// link, since a browser sends its cookie along with a link from another site, not with a form.
func (s *Server) logoutPost(w http.ResponseWriter, r *http.Request) error {
	if err := readAnswer(w, r); err != nil {
		return err
	}
	if !r.PostForm.Has("token") {
		redirect(w, r.URL.Path+"?"+r.PostForm.Encode())
		return nil
	}
	if err := s.origins.Check(r); err != nil {
		return toPerson(errForeignForm)
	}
	q, err := s.logoutRequest(r)
	switch {
	case err != nil:
		return toPerson(err)
	case q.session != nil && !s.signOutAnswered(q, r.PostForm.Get("token")):
		return toPerson(errStaleForm)
	}
	return s.endSession(w, r, q)
}

// logoutRequest reads and checks the request. What cannot be proved right is not used (section 4): without an ID token of ours
// the person is asked, and nobody is sent to an address that the client has not registered letter by letter.
func (s *Server) logoutRequest(r *http.Request) (*logoutRequest, error) {
	form, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fosite.ErrInvalidRequest.WithHint("The address of this page cannot be read.")
	}
	if err := once(form); err != nil {
		return nil, err
	}
	q := &logoutRequest{form: form}
	if err := s.whoAsks(r, q); err != nil {
		return nil, err
	}
	if q.client != nil {
		q.to = form.Get("post_logout_redirect_uri")
		if q.to != "" && !slices.Contains(q.client.PostLogoutRedirectURIs, q.to) {
			return nil, errUnknownPostLogoutRedirect
		}
	}
	if q.session, err = s.Accounts.Session(r); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	q.theirs, err = s.vouched(r.Context(), q)
	return q, err
}

// vouched tells whether the ID token is of the person who is signed in, for a client that an operator vouches for or that
// the person has allowed something: one that they have disconnected, or that has become another, has no say any more.
func (s *Server) vouched(ctx context.Context, q *logoutRequest) (bool, error) {
	if q.hint == nil || q.client == nil || q.session == nil || q.hint.Subject != q.session.UserID {
		return false, nil
	}
	if q.client.Verified {
		return true, nil
	}
	return s.Store.Allowed(ctx, q.session.UserID, q.client.ID)
}

// whoAsks finds the client, by its ID token or else by its name. An ID token whose key is long gone is no error here: the
// person can still say that they want to go.
func (s *Server) whoAsks(r *http.Request, q *logoutRequest) error {
	clientID := q.form.Get("client_id")
	if raw := q.form.Get("id_token_hint"); raw != "" {
		hint, err := s.idTokenHint(r.Context(), raw)
		switch {
		case errors.Is(err, errInvalidHint), errors.Is(err, errUnknownKey):
		case err != nil:
			return err
		case clientID != "" && clientID != hint.Audience: // section 2
			return fosite.ErrInvalidRequest.WithHint("The id_token_hint was made for another client.")
		default:
			q.hint, clientID = hint, hint.Audience
		}
	}
	if clientID == "" {
		return nil
	}
	if _, err := s.Store.Client(r.Context(), clientID); errors.Is(err, store.ErrNotFound) {
		return nil // nobody has come from there yet: its document is not fetched for somebody who goes
	}
	c, err := s.client(r.Context(), r, clientID)
	if err != nil && !errors.Is(err, store.ErrNotFound) && tell(err).CodeField >= http.StatusInternalServerError {
		return err
	}
	q.client = c // nil where it is not let in
	return nil
}

// endSession signs the person out and sends them back to the client: by themselves, where the client has shown an ID
// token (section 3) and is no stranger to them; else there is a link to follow. Otherwise any client that registered
// itself could have this server send anybody anywhere.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, q *logoutRequest) error {
	if err := s.Accounts.EndSession(w, r); err != nil {
		return toPerson(err)
	}
	to := q.to
	if to != "" && q.form.Has("state") {
		to = withParams(to, [2]string{"state", q.form.Get("state")})
	}
	if to != "" && q.hint != nil && (q.theirs || q.client.Verified) {
		redirect(w, to)
		return nil
	}
	return s.Pages.SignedOut(w, r, q.client, to)
}

// signOutToken binds the page's form to the browser session it is drawn for and to the request it shows.
func (s *Server) signOutToken(q *logoutRequest) string {
	until := strconv.FormatInt(s.Now().Add(formLifetime).Unix(), 10)
	return s.mac("sign out", until, q.session.ID, q.form.Encode())
}

func (s *Server) signOutAnswered(q *logoutRequest, token string) bool {
	until, ok := s.opened("sign out", token, q.session.ID, q.form.Encode())
	seconds, err := strconv.ParseInt(until, 10, 64)
	return ok && err == nil && s.Now().Before(time.Unix(seconds, 0))
}

// checkPostLogoutRedirects holds post_logout_redirect_uris to what redirect URIs are held to: people are sent there, too.
func checkPostLogoutRedirects(uris []string) error {
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
