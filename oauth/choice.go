package oauth

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"frontdesk/store"
)

// choice is the question on the consent page: the lines that a person answers, and what goes along unasked.
type choice struct {
	asked []string
	kept  []string // allowed before
}

// choice is what there is to decide: what is new where the client asks for more than before, else all of the request.
func (s *Server) choice(a *authorization) choice {
	asked := a.scopes
	fresh := without(a.scopes, a.allowed())
	switch {
	case a.consent != nil && len(fresh) > 0:
		asked = fresh
	case slices.Contains(a.client.GrantTypes, "refresh_token"):
		asked = with(a.scopes, OfflineAccess)
	}
	return choice{asked, without(with(a.scopes, s.kept(a)...), asked)}
}

// kept is what the person has allowed before and the client keeps. Many clients name in a step-up just what the
// challenge did, and would lose the rest with their old token; so a request that goes beyond what was allowed, or
// beyond the everyday, adds to what there is. Any other request gets what it asks for: a part, if that is all it wants.
func (s *Server) kept(a *authorization) []string {
	allowed := a.allowed()
	if covers(allowed, a.scopes) && covers(s.DefaultScopes, a.scopes) {
		return nil
	}
	return within(allowed, s.implied(s.allowedScopes(a.client)))
}

// allowed is what the person has allowed the client before.
func (a *authorization) allowed() []string {
	if a.consent == nil {
		return nil
	}
	return a.consent.Scopes
}

// fixed tells whether a line of the page cannot be left out: openid, without which a client would not know for whom
// it acts, and the only scope of the request that is asked, staying signed in not counted.
func (c choice) fixed(name string, a *authorization) bool {
	switch requested := within(c.asked, a.scopes); {
	case name == "openid":
		return true
	case len(a.scopes) == 1:
		return slices.Equal(requested, []string{name})
	default:
		return slices.Equal(without(requested, []string{OfflineAccess}), []string{name})
	}
}

// field is the checkbox of a scope. Each has a name of its own, so that whoever fills in forms by name ticks them all.
func field(scope string) string { return "scope:" + scope }

// boxesField is a field that the page sends whenever it has checkboxes, and that is no <input>: a script that answers
// with the inputs it has always known allows everything, as ever, and a person who has unticked every box nothing.
const boxesField = "boxes"

// refused is the lines that the person has not ticked: a box that is not ticked is not sent.
func (c choice) refused(a *authorization, form url.Values) []string {
	ticked := func(name string) bool { return form.Has(field(name)) }
	if !form.Has(boxesField) && !slices.ContainsFunc(c.asked, ticked) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.asked), func(name string) bool { return c.fixed(name, a) || ticked(name) })
}

// decision is what comes of an answer.
type decision struct {
	scopes  []string // for the new grant
	refused []string // lines of the page that were not ticked
	online  bool     // the client may not stay signed in
}

// nothing tells whether there is nothing to grant.
func (d decision) nothing() bool { return len(d.scopes) == 0 }

// decide is what the client gets where these lines are refused.
func (s *Server) decide(a *authorization, c choice, refused []string) decision {
	d := decision{scopes: s.implied(s.spared(with(a.scopes, c.kept...), refused)), refused: refused}
	switch {
	case slices.Contains(c.asked, OfflineAccess):
		d.online = slices.Contains(refused, OfflineAccess)
	case a.consent != nil:
		d.online = a.consent.Online
	default:
		d.online = true // a client that could not refresh, and so was not asked about
	}
	return d
}

// unasked is the decision when nobody has to be asked.
func (s *Server) unasked(a *authorization) decision {
	return s.decide(a, choice{kept: s.kept(a)}, nil)
}

// spared is names without what is refused, and without what would bring it along.
func (s *Server) spared(names, refused []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return len(within(s.implied([]string{name}), refused)) > 0
	})
}

// torn finds a line that the person has ticked without another that comes with it; "": there is none.
func (s *Server) torn(c choice, refused []string) (ticked, needs string) {
	for _, name := range without(c.asked, refused) {
		if missing := within(s.implied([]string{name}), refused); len(missing) > 0 {
			return name, missing[0]
		}
	}
	return "", ""
}

// remember is the consent after a decision: what was not asked stays as it was.
func (s *Server) remember(a *authorization, d decision) *store.Consent {
	return &store.Consent{
		UserID: a.session.UserID, ClientID: a.client.ID, Resource: a.resource.URL,
		Scopes: with(s.spared(a.allowed(), d.refused), d.scopes...), Online: d.online, Site: originOf(a.redirect),
	}
}

// String is the choice as it travels in the page's token: the answer is to what was shown, whatever was allowed in
// another window since.
func (c choice) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(c.asked, " ") + "\n" + strings.Join(c.kept, " ")))
}

func parseChoice(text string) choice {
	b, _ := base64.RawURLEncoding.DecodeString(text) // signed by us
	asked, kept, _ := strings.Cut(string(b), "\n")
	return choice{strings.Fields(asked), strings.Fields(kept)}
}
