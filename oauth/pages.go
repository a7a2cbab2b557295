package oauth

import (
	"net/http"
	"time"

	"frontdesk/store"
)

// Pages is what people see of this room. Each method answers the request; what it returns as an error was
// not answered.
type Pages interface {
	// SignIn sends the person to sign in and from there to returnTo, a path and query on this server.
	SignIn(w http.ResponseWriter, r *http.Request, returnTo string) error
	// Consent asks the person. The form posts to ask.Action with "token", "consent" ("allow" or "deny") and the fields of
	// the scopes that are ticked, and "boxes" where there are any to tick.
	Consent(w http.ResponseWriter, r *http.Request, ask ConsentRequest) error
	// FormPost sends the fields to action through the browser (OAuth 2.0 Form Post Response Mode), by itself or when the
	// person says so.
	FormPost(w http.ResponseWriter, r *http.Request, action string, fields [][2]string, byItself bool) error
	// SignOut asks whether the person wants to be signed out. The form posts to ask.Action with "token".
	SignOut(w http.ResponseWriter, r *http.Request, ask SignOutRequest) error
	// SignedOut tells that nobody is signed in any more, with a link to where client, where it is not nil, wants
	// the person to go on, where that is not "".
	SignedOut(w http.ResponseWriter, r *http.Request, client *store.Client, to string) error
	// Error tells the person what is wrong, and how to go on.
	Error(w http.ResponseWriter, r *http.Request, why Refusal) error
}

// ConsentRequest is the question on the consent page.
type ConsentRequest struct {
	Action      string // where the answer is posted: a path and query on this server
	Token       string // goes back with the answer; works once, in this browser session
	Client      *store.Client
	User        *store.User
	Resource    Resource
	Scopes      []AskedScope // to be allowed now
	Kept        []Scope      // allowed before, and not asked about again
	UserID      bool         // the client learns the user id, and no line of the page says so
	RedirectURI string
	Site        string        // whose the redirect's host is: the registrable domain; "": it has none
	Local       bool          // the redirect goes to this computer: any program there may claim it (RFC 8252 section 8.6)
	First       bool          // the person has allowed this client nothing, and no grant of it is alive
	SwitchURL   string        // where another person signs in for the same request
	LookAlike   string        // a name that the client's own can be mistaken for; "": none
	LogoURL     string        // our copy of the client's logo: a path on this server; "": none
	Nothing     bool          // nothing that there is to allow was ticked, and the person is asked again
	Torn        [2]Scope      // or the first was ticked without the second, which comes with it
	Lasts       time.Duration // how long a token lasts
	Unused      time.Duration // how long the client stays signed in without being used; 0: it does not
}

// AskedScope is a line of the consent page.
type AskedScope struct {
	Scope
	Field string // the name of its checkbox, which any value ticks; "": it cannot be left out
	Off   bool   // not ticked at first: the person left it out the last time
}

// SignOutRequest is the question whether to sign out.
type SignOutRequest struct {
	Action string        // where the answer is posted: a path and query on this server
	Token  string        // goes back with the answer; works in this browser session only
	Client *store.Client // who asks; nil: it does not say
	User   *store.User   // who is signed in
}
