package page

// SignIn asks for an email or username and a password.
type SignIn struct {
	Action     string // where the form goes: a local URL
	ClientName string // the app that the person came from, if any
	Identifier string // what was typed before
	Message    string // why the last try failed
	SignUpURL  string // empty: not offered
}

func (SignIn) sheet() string { return "signin" }

// leaves: a sign-in goes on to authorize, which may send the browser straight to the client.
func (SignIn) leaves() bool { return true }
