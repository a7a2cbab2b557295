package page

import (
	"net/url"
	"strings"
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
	Scopes       []Scope
	RedirectHost string
	RedirectURI  string
	AppsURL      string // the person's connected apps; empty: not mentioned
	Origin       string // the site at which the client describes itself; empty: it registered here
	LookAlike    string // a name that the client's own can be mistaken for; empty: none
	LogoURL      string // our copy of the client's logo: a local URL; empty: its initial stands for it
}

// Scope is one thing an app will be able to do, in words for people.
type Scope struct{ Title, Description string }

func (Consent) sheet() string { return "consent" }

// leaves: the answer takes the browser to the client's redirect URI.
func (Consent) leaves() bool { return true }

// Opens tells whether the answer opens a program rather than a page. The browser then stays on
// the consent page, which has to say what comes next.
func (p Consent) Opens() bool {
	u, err := url.Parse(p.RedirectURI)
	return err == nil && u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https"
}

// At is the resource's address as people read it.
func (p Consent) At() string {
	return shorten(strings.TrimPrefix(clean(p.ResourceURL), "https://"), 40, 28)
}
