package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// formLifetime is how long a person may look at the consent page.
const formLifetime = time.Hour

// askConsent shows the consent page.
func (s *Server) askConsent(w http.ResponseWriter, r *http.Request, a *authorization) error {
	first, err := s.firstTime(r.Context(), a)
	if err != nil {
		return a.fail(err)
	}
	lookAlike, err := s.lookAlike(r.Context(), a.client)
	if err != nil {
		return a.fail(err)
	}
	logo := ""
	if lookAlike == "" { // the picture would only help to mistake it
		logo = s.logoOf(r.Context(), a.client)
	}
	action := r.URL.Path + "?" + a.form.Encode()
	other := url.Values{}
	for name, values := range a.form {
		other[name] = values
	}
	other.Set("prompt", strings.Join(append(slices.DeleteFunc(slices.Clone(a.prompt), isAccountPrompt), "select_account"), " "))
	other.Del(mark)
	return s.Pages.Consent(w, r, ConsentRequest{
		Action: action, Token: s.formToken(a), Client: a.client, User: a.session.User, Resource: a.resource,
		Scopes: s.described(a.scopes), RedirectURI: a.redirect, Local: isLocal(a.redirect), First: first,
		SwitchURL: r.URL.Path + "?" + other.Encode(), LookAlike: lookAlike, LogoURL: logo,
	})
}

func isAccountPrompt(p string) bool { return p == "login" || p == "select_account" }

func (s *Server) firstTime(ctx context.Context, a *authorization) (bool, error) {
	_, err := s.Store.Consent(ctx, a.session.UserID, a.client.ID, a.resource.URL)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// answerConsent takes a person's answer. The request is checked again from the start; nothing that the page
// said is believed but the answer itself.
func (s *Server) answerConsent(w http.ResponseWriter, r *http.Request) error {
	if err := s.origins.Check(r); err != nil {
		return (&authorization{}).fail(foreignForm)
	}
	a, err := s.authorization(r)
	if err != nil {
		return err
	}
	if a.session == nil || s.stale(a) {
		return s.signIn(w, r, a)
	}
	nonce, expires, ok := s.formNonce(a, r.PostForm)
	if !ok {
		return &authorizeError{authorization: a, err: staleForm}
	}
	switch r.PostForm.Get("consent") {
	case "allow":
		return s.allow(w, r, a, nonce, expires)
	case "deny":
		if err := s.useForm(r.Context(), nonce, expires); err != nil {
			return &authorizeError{authorization: a, err: err}
		}
		return a.fail(fosite.ErrAccessDenied.WithHint("The person said no."))
	}
	return &authorizeError{authorization: a, err: staleForm}
}

// allow saves the consent and the code in one transaction.
func (s *Server) allow(w http.ResponseWriter, r *http.Request, a *authorization, nonce string, expires time.Time) error {
	var code string
	err := s.Store.Tx(r.Context(), func(ctx context.Context) error {
		if err := s.useForm(ctx, nonce, expires); err != nil {
			return err
		}
		if err := s.saveConsent(ctx, a); err != nil {
			return err
		}
		var err error
		code, err = s.code(ctx, a)
		return err
	})
	if err != nil {
		return &authorizeError{authorization: a, err: err}
	}
	return s.respond(w, r, a, [][2]string{{"code", code}})
}

// saveConsent adds what is allowed now to what was allowed before.
func (s *Server) saveConsent(ctx context.Context, a *authorization) error {
	before, err := s.Store.Consent(ctx, a.session.UserID, a.client.ID, a.resource.URL)
	if errors.Is(err, store.ErrNotFound) {
		before, err = &store.Consent{}, nil
	}
	if err != nil {
		return err
	}
	scopes := before.Scopes
	for _, name := range a.scopes {
		if !slices.Contains(scopes, name) {
			scopes = append(scopes, name)
		}
	}
	return s.Store.SaveConsent(ctx, &store.Consent{UserID: a.session.UserID, ClientID: a.client.ID, Resource: a.resource.URL, Scopes: scopes})
}

// useForm lets a form through once.
func (s *Server) useForm(ctx context.Context, nonce string, expires time.Time) error {
	err := s.Store.UseNonce(ctx, nonce, expires)
	if errors.Is(err, store.ErrConflict) {
		return staleForm
	}
	return err
}

// formToken binds a consent form to the browser session it is drawn for and to the request it shows.
func (s *Server) formToken(a *authorization) string {
	return s.mac("consent", rand.Text()+"-"+strconv.FormatInt(s.Now().Add(formLifetime).Unix(), 10), a.session.ID, a.form.Encode())
}

// formNonce checks a form's token and reads the part that is used once.
func (s *Server) formNonce(a *authorization, form url.Values) (nonce string, expires time.Time, ok bool) {
	value, _, _ := strings.Cut(form.Get("token"), ".")
	nonce, until, _ := strings.Cut(value, "-")
	seconds, err := strconv.ParseInt(until, 10, 64)
	if err != nil || len(form["token"]) != 1 || len(form["consent"]) != 1 ||
		!hmac.Equal([]byte(form.Get("token")), []byte(s.mac("consent", value, a.session.ID, a.form.Encode()))) {
		return "", time.Time{}, false
	}
	expires = time.Unix(seconds, 0)
	return nonce, expires, s.Now().Before(expires)
}

var (
	staleForm = &fosite.RFC6749Error{
		ErrorField: "stale_form", CodeField: http.StatusBadRequest,
		DescriptionField: "This page was already answered, or it was opened too long ago. Go back to the app and connect again.",
	}
	foreignForm = &fosite.RFC6749Error{
		ErrorField: "foreign_form", CodeField: http.StatusForbidden,
		DescriptionField: "The answer came from another site and was not taken.",
	}
)
