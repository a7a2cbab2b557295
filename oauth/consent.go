package oauth

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/store"
)

// formLifetime is how long a person may look at the consent page.
const formLifetime = time.Hour

// consentOf is what the person has allowed the client before; nil: nothing.
func (s *Server) consentOf(ctx context.Context, a *authorization) (*store.Consent, error) {
	consent, err := s.Store.Consent(ctx, a.session.UserID, a.client.ID, a.resource.URL)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return consent, err
}

// answerConsent takes a person's answer. The request is checked again from the start; nothing that the page
// said is believed but the answer itself.
func (s *Server) answerConsent(w http.ResponseWriter, r *http.Request) error {
	if err := s.origins.Check(r); err != nil {
		return toPerson(errForeignForm)
	}
	a, err := s.authorization(r)
	if err != nil {
		return err
	}
	if a.session == nil || s.stale(a) {
		return s.signIn(w, r, a)
	}
	f, ok := s.readConsentForm(a, r.PostForm)
	if !ok {
		return a.toPerson(errStaleForm)
	}
	switch r.PostForm.Get("consent") {
	case "allow":
		return s.allow(w, r, a, f)
	case "deny":
		if err := s.useForm(r.Context(), f); err != nil {
			return a.toPerson(err)
		}
		return a.fail(errDenied)
	}
	return a.toPerson(errStaleForm)
}

// allow saves the consent and the code in one transaction.
func (s *Server) allow(w http.ResponseWriter, r *http.Request, a *authorization, f consentForm) error {
	var code string
	var decided decision
	again := false // nothing that is ticked can be granted as it is
	err := s.Store.Tx(r.Context(), func(ctx context.Context) error {
		if err := s.hold(ctx, a); err != nil {
			return err
		}
		decided = s.decide(a, f.choice, f.choice.refused(a, r.PostForm))
		if ticked, _ := s.torn(f.choice, decided.refused); decided.nothing() || ticked != "" {
			again = true
			return nil
		}
		if err := s.useForm(ctx, f); err != nil {
			return err
		}
		ends, err := s.endsOlder(ctx, a, decided)
		if err != nil {
			return err
		}
		if err := s.Store.SaveConsent(ctx, s.remember(a, decided)); err != nil {
			return err
		}
		if ends {
			if err := s.Store.RevokeGrants(ctx, a.session.UserID, a.client.ID); err != nil {
				return err
			}
		}
		code, err = s.code(ctx, a, decided)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.signIn(w, r, a)
	case err != nil:
		return a.toPerson(err)
	case again:
		return s.ask(w, r, a, f.choice, decided.refused)
	}
	return s.respond(w, r, a, [][2]string{{"code", code}})
}

// endsOlder tells whether an answer ends the client's older grants: it takes something back, or they are from when the client
// was another app, which is why nobody remembers what that was allowed.
func (s *Server) endsOlder(ctx context.Context, a *authorization, d decision) (bool, error) {
	if a.consent == nil {
		return s.known(ctx, a)
	}
	return len(d.refused) > 0, nil
}

// hold has what an answer rests on stay as it is until the transaction ends, and reads it anew: while the answer was on
// its way the client may have been blocked, or become another one than the page showed.
func (s *Server) hold(ctx context.Context, a *authorization) error {
	shown := a.shown()
	c, err := s.Store.HoldSession(ctx, a.session.ID, a.client.ID)
	if err != nil {
		return err
	}
	a.client = c
	if c.Blocked || !slices.Equal(shown, a.shown()) {
		return errStaleForm
	}
	a.consent, err = s.consentOf(ctx, a)
	return err
}

// consentForm is a page that was drawn, as its token tells.
type consentForm struct {
	choice  choice
	nonce   string
	expires time.Time
}

// useForm lets a form through once.
func (s *Server) useForm(ctx context.Context, f consentForm) error {
	err := s.Store.UseNonce(ctx, f.nonce, f.expires)
	if errors.Is(err, store.ErrConflict) {
		return errStaleForm
	}
	return err
}

// formToken binds a consent form to the browser session it is drawn for, to the request and to what the page says.
func (s *Server) formToken(a *authorization, c choice) string {
	until := strconv.FormatInt(s.Now().Add(formLifetime).Unix(), 10)
	return s.mac("consent", rand.Text()+"-"+until+"-"+c.String(), a.shown()...)
}

// shown is what a person sees on the page, or relies on: where any of it has changed since, so has the question.
func (a *authorization) shown() []string {
	return []string{
		a.session.ID, a.form.Encode(), a.redirect, strings.Join(a.scopes, " "), a.client.Name,
		strings.Join(a.client.RedirectURIs, " "), strings.Join(a.client.GrantTypes, " "), strconv.FormatBool(a.client.Verified),
	}
}

// readConsentForm checks a form's token and reads what it says.
func (s *Server) readConsentForm(a *authorization, form url.Values) (f consentForm, ok bool) {
	value, ok := s.opened("consent", form.Get("token"), a.shown()...)
	nonce, rest, _ := strings.Cut(value, "-")
	until, shown, _ := strings.Cut(rest, "-")
	seconds, err := strconv.ParseInt(until, 10, 64)
	if !ok || err != nil || len(form["token"]) != 1 || len(form["consent"]) != 1 {
		return f, false
	}
	f = consentForm{parseChoice(shown), nonce, time.Unix(seconds, 0)}
	return f, s.Now().Before(f.expires)
}
