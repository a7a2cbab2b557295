package page

import (
	"slices"
	"strings"
	"time"
)

// Consent asks a person whether an app may act for them.
type Consent struct {
	Action       string // where the form goes: a local URL
	Token        string // binds the form to this browser; the hidden input "token"
	ClientName   string
	Verified     bool // the operator knows this client
	Local        bool // the redirect is a loopback address or a private-use scheme
	New          bool // the person has not met this client before
	User         Person
	SwitchURL    string // leads to another account; empty: not offered
	ResourceName string // empty: the site's name
	ResourceURL  string
	Scopes       []Scope       // what it asks for now
	Kept         []string      // what it was allowed before and keeps, as deeds
	UserID       bool          // it learns the user id, whatever is ticked
	Nothing      bool          // nothing that there is to allow was ticked, and the person is asked again
	Torn         *Torn         // or that was ticked without what comes with it; nil: it was not
	Lasts        time.Duration // how long its access lasts
	Unused       time.Duration // how long it may renew that without being used; 0: it may not
	RedirectHost string
	RedirectURI  string
	Site         string // the end of RedirectHost that says whose it is; empty: nothing does
	AppsURL      string // the person's connected apps; empty: not mentioned
	DocumentHost string // the host at which the client describes itself; empty: it registered here
	LookAlike    string // a name that the client's own can be mistaken for; empty: none
	PolicyURL    string // the app's privacy policy; empty: it has none that we vouch for
	TermsURL     string // the app's terms of service; as PolicyURL
	LogoURL      string // our copy of the client's logo: a local URL; empty: its initial stands for it
}

// Torn is the title of a scope that was ticked without another, which comes with it.
type Torn struct{ Ticked, Needs string }

// Scope is one thing an app will be able to do, in words for people.
type Scope struct {
	Title, Description string
	Field              string // the checkbox's name; empty: the person cannot leave it out
	Off                bool   // not ticked at first
	Stay               bool   // it is to stay signed in
}

func (Consent) sheet() string { return "consent" }

// leaves: the answer takes the browser to the client's redirect URI.
func (Consent) leaves() bool { return true }

// Opens tells whether the answer opens a program rather than a page. The browser then stays on
// the consent page, which has to say what comes next.
func (p Consent) Opens() bool {
	scheme, _, ok := strings.Cut(p.RedirectURI, ":")
	return ok && !strings.Contains(scheme, "/") && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https")
}

// At is the resource's address as people read it.
func (p Consent) At() string {
	return shorten(strings.TrimPrefix(clean(p.ResourceURL), "https://"), 40, 28)
}

// Choosable tells whether there is something to untick.
func (p Consent) Choosable() bool {
	return slices.ContainsFunc(p.Scopes, func(s Scope) bool { return s.Field != "" })
}

// Says is what stands below a scope's title.
func (p Consent) Says(s Scope) string {
	if s.Stay && p.Unused > 0 {
		return "Until you disconnect it or leave it unused for " + span(p.Unused)
	}
	return s.Description
}

// Renews tells whether the app stays signed in though no line of the page says so.
func (p Consent) Renews() bool {
	return p.Unused > 0 && !slices.ContainsFunc(p.Scopes, func(s Scope) bool { return s.Stay })
}

// Before is the part of the redirect's host that says nothing about whose it is.
func (p Consent) Before() string {
	return shorten(clean(strings.TrimSuffix(p.RedirectHost, p.Whose())), 10, 10)
}

// Whose is the part of the redirect's host that says whose it is.
func (p Consent) Whose() string {
	if p.Site != "" && strings.HasSuffix(p.RedirectHost, p.Site) {
		return p.Site
	}
	return p.RedirectHost
}
