package page

import "slices"

// SignUp asks for what a new account needs. All but email and password may be left empty.
type SignUp struct {
	Action      string // where the form goes: a local URL
	First       bool   // this makes the first administrator
	ClientName  string // the app that the person came from, if any
	Email       string
	Username    string
	FirstName   string
	LastName    string
	MinPassword int    // shortest password in characters; 0: not said
	Message     string // why the last try failed
	Field       string // name of the input that Message is about; empty: the whole form
	SignInURL   string // empty: not offered
}

func (SignUp) sheet() string { return "signup" }

// leaves: a sign-up goes on to authorize, as a sign-in does.
func (SignUp) leaves() bool { return true }

// signUpInputs are the names of the form's inputs.
var signUpInputs = []string{"email", "username", "first_name", "last_name", "password"}

// About tells whether Message is about the input called name.
func (p SignUp) About(name string) bool { return p.Message != "" && p.Field == name }

// General tells whether Message is about no input in particular.
func (p SignUp) General() bool { return p.Message != "" && !slices.Contains(signUpInputs, p.Field) }
