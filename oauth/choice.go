package oauth

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"frontdesk/store"
)

// stay is the scope that lets a client stay signed in. Clients that can refresh do so whether they name it or not
// (CLIENTS.md, 6), and people decide on it either way.
const stay = "offline_access"

// choice is what a person decides on the consent page, and what goes on without a question.
type choice struct {
	asked []string // the lines of the page
	kept  []string // allowed before, and granted along with what is asked
}

// choice is what there is to decide. A client that asks for more than before is asked about what is new only. Where
// nothing is new and the person has to be asked all the same, it is all of the request.
func (s *Server) choice(a *authorization) choice {
	c := choice{asked: a.scopes}
	if fresh := without(a.scopes, a.allowed()); a.consent != nil && len(fresh) > 0 {
		c.asked = fresh
	} else if slices.Contains(a.client.GrantTypes, "refresh_token") && !slices.Contains(a.scopes, stay) {
		c.asked = append(slices.Clone(a.scopes), stay)
	}
	c.kept = without(append(slices.Clone(a.scopes), without(s.kept(a), a.scopes)...), c.asked)
	return c
}

// kept is what the person has allowed before and the client keeps. Many clients name in a step-up just what the
// challenge did, and would lose the rest with their old token; so a request that goes beyond what was allowed, or
// beyond the everyday, adds to what there is. Any other request gets what it asks for: a part, if that is all it wants.
func (s *Server) kept(a *authorization) []string {
	allowed := a.allowed()
	if covers(allowed, a.scopes) && covers(s.DefaultScopes, a.scopes) {
		return nil
	}
	may := s.implied(s.allowedScopes(a.client))
	return slices.DeleteFunc(slices.Clone(allowed), func(name string) bool { return !slices.Contains(may, name) })
}

// allowed is what the person has allowed the client before.
func (a *authorization) allowed() []string {
	if a.consent == nil {
		return nil
	}
	return a.consent.Scopes
}

// fixed tells whether a line of the page cannot be left out: openid, without which a client would not know for whom
// it acts, and a scope beside which there is no other.
func (c choice) fixed(name string, a *authorization) bool {
	others := func(n string) bool { return n != name && n != stay && slices.Contains(c.asked, n) }
	return name == "openid" || (name != stay || len(a.scopes) == 1) &&
		slices.Contains(a.scopes, name) && !slices.ContainsFunc(a.scopes, others)
}

// field is the checkbox of a scope. Each has a name of its own, so that whoever fills in forms by name ticks them all.
func field(scope string) string { return "scope:" + scope }

// decision is a person's answer.
type decision struct {
	scopes  []string // for the new grant
	refused []string // lines of the page that were not ticked
	online  bool     // the client may not stay signed in
}

// boxesField is a field that the page sends whenever it has checkboxes, and that is no <input>: a script that answers
// with the inputs it has always known allows everything, as ever, and a person who has unticked every box nothing.
const boxesField = "boxes"

// decide reads a form. A box that is not ticked is not sent.
func (s *Server) decide(a *authorization, c choice, form url.Values) decision {
	var d decision
	aware := form.Has(boxesField) || slices.ContainsFunc(c.asked, func(name string) bool { return form.Has(field(name)) })
	for _, name := range c.asked {
		if !aware {
			break
		}
		if !c.fixed(name, a) && !form.Has(field(name)) {
			d.refused = append(d.refused, name)
		}
	}
	d.scopes = s.implied(s.spared(append(slices.Clone(a.scopes), c.kept...), d.refused))
	// Unasked, it stays as it was; a first time without the question is a client that could not refresh then.
	d.online = slices.Contains(d.refused, stay) || !slices.Contains(c.asked, stay) && (a.consent == nil || a.consent.Online)
	return d
}

// spared is names without what is refused, and without what would bring it along.
func (s *Server) spared(names, refused []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(s.implied([]string{name}), func(n string) bool { return slices.Contains(refused, n) })
	})
}

// unasked is the decision when nobody has to be asked.
func (s *Server) unasked(a *authorization) decision {
	return decision{scopes: s.implied(append(slices.Clone(a.scopes), s.kept(a)...)), online: a.consent.Online}
}

// remember is the consent after a decision: what was not asked stays as it was.
func (s *Server) remember(a *authorization, d decision) *store.Consent {
	scopes := s.spared(a.allowed(), d.refused)
	return &store.Consent{
		UserID: a.session.UserID, ClientID: a.client.ID, Resource: a.resource.URL,
		Scopes: append(scopes, without(d.scopes, scopes)...), Online: d.online, Site: siteOf(a.redirect),
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

// without is names but for those in others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}
