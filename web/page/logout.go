package page

import "net/url"

// SignOut asks whether an app may sign the person out of this place.
type SignOut struct {
	Action     string // where the answer goes: a local URL
	Token      string
	ClientName string // the app that asks; empty: it does not say
	User       Person // who is signed in
	StayURL    string // for those who want to stay
}

func (SignOut) sheet() string { return "signout" }

// leaves: the answer may go on to the app.
func (SignOut) leaves() bool { return true }

// SignedOut tells that nobody is signed in any more.
type SignedOut struct {
	SignInURL  string
	ClientName string // the app that the person may go back to
	ReturnURL  string // where; empty: nowhere
}

// ReturnHost is where ReturnURL leads.
func (p SignedOut) ReturnHost() string {
	if u, err := url.Parse(p.ReturnURL); err == nil && u.Host != "" {
		return u.Host
	}
	return p.ReturnURL
}

func (SignedOut) sheet() string { return "signedout" }
func (SignedOut) leaves() bool  { return false }
