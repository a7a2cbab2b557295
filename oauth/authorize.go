package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"frontdesk/internal/account"
	"frontdesk/store"
)

// authorization is an authorization request (RFC 6749 section 4.1.1) on its way through the browser. It
// lives in the URL alone: between the steps nothing pends.
type authorization struct {
	form     url.Values // as it came
	client   *store.Client
	redirect string // the matched redirect URI; "": no answer may go to the client
	resource Resource
	scopes   []string
	prompt   []string
	maxAge   time.Duration    // -1: any
	hinted   string           // the person whom id_token_hint names; "": anybody
	session  *account.Session // who is signed in; nil: nobody
	consent  *store.Consent   // what that person has allowed before; nil: nothing
	fosite   fosite.AuthorizeRequester
}

// authorizeError is an error at authorize. bounce: the client hears of it through its redirect URI.
type authorizeError struct {
	authorization *authorization
	err           error
	bounce        bool
}

// Error implements error.
func (e *authorizeError) Error() string { return e.err.Error() }

// Unwrap lets errors.As see what the client is told.
func (e *authorizeError) Unwrap() error { return e.err }

// toPerson says that the client hears nothing of err, and the person does.
func (a *authorization) toPerson(err error) error {
	return &authorizeError{authorization: a, err: err}
}

// toPerson is for what goes wrong before anybody knows which client asks for what.
func toPerson(err error) error { return new(authorization).toPerson(err) }

// fail decides whether the client hears of err. A stranger's browser is never bounced to a client that
// registered itself (OAuth 2.1 section 7.12.2), except to say login_required.
func (a *authorization) fail(err error) error {
	bounce := a.redirect != "" &&
		(a.session != nil || a.client.Verified || errors.Is(err, fosite.ErrLoginRequired))
	if tell(err).CodeField >= http.StatusInternalServerError {
		bounce = false // the person can reload, the client cannot
	}
	return &authorizeError{authorization: a, err: err, bounce: bounce}
}

// authorize answers the authorization endpoint: it reads the request anew each time and takes the one step
// that is missing.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorization(r)
	if err != nil {
		return err
	}
	step, err := s.next(r.Context(), a)
	if err != nil {
		return a.fail(err)
	}
	return step(s, w, r, a)
}

// authorizePost answers a POST: a person's answer to the consent page, or a request that came as a form and
// goes on as a link.
func (s *Server) authorizePost(w http.ResponseWriter, r *http.Request) error {
	if err := readAnswer(w, r); err != nil {
		return err
	}
	if r.PostForm.Has("consent") || r.PostForm.Has("token") {
		return s.answerConsent(w, r)
	}
	redirect(w, r.URL.Path+"?"+r.PostForm.Encode())
	return nil
}

// authorization reads and checks the request. Nothing is shown before all of it is right.
func (s *Server) authorization(r *http.Request) (*authorization, error) {
	a := &authorization{maxAge: -1}
	var err error
	if a.form, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, a.fail(fosite.ErrInvalidRequest.WithHint("The address of this page cannot be read."))
	}
	leaveOutEmpty(a.form)
	for _, name := range []string{"client_id", "redirect_uri"} {
		if len(a.form[name]) > 1 {
			return nil, a.fail(once(a.form))
		}
	}
	if err := s.identify(r, a); err != nil {
		return nil, a.fail(err)
	}
	if err := s.check(r.Context(), a); err != nil {
		return nil, a.fail(err)
	}
	if a.fosite, err = s.provider.NewAuthorizeRequest(a.context(r.Context()), a.request(r)); err != nil {
		return nil, a.fail(err)
	}
	return a, nil
}

// identify finds the client, where it may be answered, and who is signed in.
func (s *Server) identify(r *http.Request, a *authorization) error {
	c, err := s.client(r.Context(), r, a.form.Get("client_id"))
	if err != nil {
		return noClient(a.form.Get("client_id"), err)
	}
	a.client = c
	redirect := a.form.Get("redirect_uri")
	switch openID := slices.Contains(strings.Fields(a.form.Get("scope")), "openid"); {
	case redirect == "" && (openID || len(c.RedirectURIs) != 1): // OpenID Connect Core section 3.1.2.1, RFC 6749 section 3.1.2.3
		return errMissingRedirect
	case redirect == "":
		redirect = c.RedirectURIs[0]
	}
	if !matchRedirect(redirect, c.RedirectURIs) || s.ours(redirect) && c.Source != store.FromOperator {
		return errUnknownRedirect.WithHint(brief(redirect))
	}
	if a.session, err = s.Accounts.Session(r); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	a.redirect = redirect
	return nil
}

// context lets fosite find the client without reading it again.
func (a *authorization) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, clientKey{}, &client{Client: a.client, redirects: []string{a.redirect}, scopes: a.scopes})
}

// request is what fosite gets to see: the checked parameters, and the resource as its audience. How the answer is sent is
// respond's alone.
func (a *authorization) request(r *http.Request) *http.Request {
	form := url.Values{
		"client_id": {a.client.ID}, "response_type": {"code"}, "redirect_uri": {a.redirect},
		"scope": {strings.Join(a.scopes, " ")}, "audience": {a.resource.URL},
		// fosite refuses short states, which real clients send; PKCE protects the code. respond echoes theirs.
		"state": {"answered by respond"},
	}
	for _, name := range []string{"nonce", "code_challenge", "code_challenge_method"} {
		if a.form.Has(name) {
			form.Set(name, a.form.Get(name))
		}
	}
	q := &http.Request{Method: http.MethodGet, URL: r.URL, Header: http.Header{}, Form: form}
	return q.WithContext(r.Context())
}
