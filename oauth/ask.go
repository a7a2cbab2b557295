package oauth

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// askConsent shows the consent page.
func (s *Server) askConsent(w http.ResponseWriter, r *http.Request, a *authorization) error {
	return s.ask(w, r, a, s.choice(a), nil)
}

// ask shows the consent page for c. Where the person has been there already, and what they ticked could not be granted as it
// was, refused is what they left out: the page shows it as they left it, and says why it is back.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, a *authorization, c choice, refused []string) error {
	lookAlike, err := s.lookAlike(r.Context(), a.client)
	if err != nil {
		return a.fail(err)
	}
	known, err := s.known(r.Context(), a)
	if err != nil {
		return a.fail(err)
	}
	logo := ""
	if lookAlike == "" { // the picture would only help to mistake it
		logo = s.logoOf(r.Context(), a.client)
	}
	lines := s.lines(a, c, refused)
	ask := ConsentRequest{
		Action: r.URL.Path + "?" + a.form.Encode(), Token: s.formToken(a, c), SwitchURL: r.URL.Path + "?" + a.switched(),
		Client: a.client, User: a.session.User, Resource: a.resource, LookAlike: lookAlike, LogoURL: logo,
		Scopes: lines, Kept: Describe(s.Scopes, without(with(c.kept, a.allowed()...), c.asked)),
		UserID:      !slices.ContainsFunc(lines, func(line AskedScope) bool { return line.Name == "openid" }),
		RedirectURI: a.redirect, Site: Site(a.redirect), Local: isLocal(a.redirect),
		First: !known, Nothing: s.decide(a, c, refused).nothing(), Lasts: s.AccessTokenLifetime,
	}
	if ticked, needs := s.torn(c, refused); ticked != "" {
		ask.Torn = [2]Scope{s.scope(ticked), s.scope(needs)}
	}
	may := slices.Contains(c.asked, OfflineAccess) || a.consent == nil || !a.consent.Online
	if may && slices.Contains(a.client.GrantTypes, "refresh_token") {
		ask.Unused = s.RefreshTokenLifetime
	}
	return s.Pages.Consent(w, r, ask)
}

// known tells whether the person has met the client: has allowed it something, or a grant of it is alive. What people
// allowed a client is forgotten when it changes; the grants they gave it are not.
func (s *Server) known(ctx context.Context, a *authorization) (bool, error) {
	if a.consent != nil {
		return true, nil
	}
	return s.Store.Connected(ctx, a.session.UserID, a.client.ID)
}

// lines is what the page asks, in the order in which people read it. At first all of it is ticked but what the person left
// out the last time.
func (s *Server) lines(a *authorization, c choice, refused []string) []AskedScope {
	if refused == nil && a.consent != nil && a.consent.Online {
		refused = []string{OfflineAccess}
	}
	var lines []AskedScope
	for _, scope := range Describe(s.Scopes, c.asked) {
		line := AskedScope{Scope: scope, Off: slices.Contains(refused, scope.Name)}
		if !c.fixed(scope.Name, a) {
			line.Field = field(scope.Name)
		}
		lines = append(lines, line)
	}
	return lines
}

// switched is the same request for another person.
func (a *authorization) switched() string {
	other := maps.Clone(a.form)
	other.Set("prompt", strings.Join(append(slices.DeleteFunc(slices.Clone(a.prompt), isAccountPrompt), "select_account"), " "))
	other.Del(mark)
	return other.Encode()
}

func isAccountPrompt(p string) bool { return p == "login" || p == "select_account" }
