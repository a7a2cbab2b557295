package oauth

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/ory/fosite"

	"frontdesk/store"
)

// step is what an authorization request needs next.
type step func(*Server, http.ResponseWriter, *http.Request, *authorization) error

// next decides the one step that is still missing. It only reads.
func (s *Server) next(ctx context.Context, a *authorization) (step, error) {
	silent := slices.Contains(a.prompt, "none")
	switch {
	case a.session == nil || s.stale(a):
		if silent {
			return nil, fosite.ErrLoginRequired // OpenID Connect Core section 3.1.2.6
		}
		return (*Server).signIn, nil
	case a.another() && silent:
		return nil, fosite.ErrLoginRequired
	case a.another():
		return s.notThem(a)
	}
	var err error
	if a.consent, err = s.consentOf(ctx, a); err != nil {
		return nil, err
	}
	switch ask := mustAsk(a); {
	case ask && silent:
		return nil, fosite.ErrConsentRequired
	case ask:
		return (*Server).askConsent, nil
	}
	return (*Server).issue, nil
}

// stale tells whether the person must prove again who they are: the client asks for it by prompt, or their last sign-in is
// longer ago than max_age, and they have not since it asked.
func (s *Server) stale(a *authorization) bool {
	again := a.maxAge == 0 || slices.Contains(a.prompt, "login") || slices.Contains(a.prompt, "select_account")
	if !again && (a.maxAge < 0 || s.Now().Sub(a.session.AuthTime) <= a.maxAge) {
		return false
	}
	asked, ok := s.markedAt(a)
	return !ok || a.session.AuthTime.Before(asked)
}

// mustAsk tells whether the person has to see the consent page.
func mustAsk(a *authorization) bool {
	local := isLocal(a.redirect) && !a.client.Verified // any program on the computer can claim it (RFC 8252 section 8.6)
	return slices.Contains(a.prompt, "consent") || local || a.elsewhere() || !covers(a.allowed(), a.scopes)
}

// elsewhere tells whether the answer goes to another site than the person agreed to. A client that nobody vouches for
// may have registered many, and only the one on the page was allowed; and whoever is vouched for, on the person's computer
// another program may listen at another port (RFC 8252 section 8.6).
func (a *authorization) elsewhere() bool {
	return a.consent != nil && (!a.client.Verified || isLocal(a.redirect)) && a.consent.Site != originOf(a.redirect)
}

// signIn sends the person to sign in and back to this very request.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, a *authorization) error {
	return s.Pages.SignIn(w, r, s.marked(r, a))
}

// issue makes the code and sends it to the client. What it rests on is held meanwhile, so that no grant slips in
// behind a ban, a new password or a disconnection; where that was first, the request begins anew.
func (s *Server) issue(w http.ResponseWriter, r *http.Request, a *authorization) error {
	var code string
	err := s.Store.Tx(r.Context(), func(ctx context.Context) error {
		var err error
		if a.consent, err = s.Store.HoldConsent(ctx, a.session.ID, a.client.ID, a.resource.URL); err != nil {
			return err
		}
		if mustAsk(a) {
			return store.ErrNotFound
		}
		code, err = s.code(ctx, a, s.unasked(a))
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		redirect(w, r.URL.RequestURI())
		return nil
	case err != nil:
		return a.fail(err)
	}
	return s.respond(w, r, a, [][2]string{{"code", code}})
}

func (s *Server) code(ctx context.Context, a *authorization, decided decision) (string, error) {
	a.fosite.SetID(store.NewID("grant"))
	for _, scope := range decided.scopes {
		a.fosite.GrantScope(scope)
	}
	a.fosite.GrantAudience(a.resource.URL)
	resp, err := s.provider.NewAuthorizeResponse(ctx, a.fosite, &session{
		userID: a.session.UserID, authTime: a.session.AuthTime, amr: a.session.AMR, resource: a.resource.URL, online: decided.online,
		redirect: a.form.Get("redirect_uri"),
	})
	if err != nil {
		return "", err
	}
	return resp.GetCode(), nil
}
