package page

import "time"

// accountPage is one of a person's own pages: its template is templates/account/ID.html.
type accountPage struct{ ID, Label string }

func (p accountPage) sheet() string { return "account/" + p.ID }

// Path is where the page is.
func (p accountPage) Path() string { return "/account/" + p.ID }

// accountPages are the entries of the side list, in their order.
var accountPages = []accountPage{
	{"apps", "Connected apps"},
}

// Apps lists the apps that may act for a person.
type Apps struct {
	User         Person
	Apps         []App
	Disconnected *App // was just disconnected; nil: none was
	Now          time.Time
}

// App is a client that may act for the person.
type App struct {
	ClientID string
	Name     string
	LogoURL  string // our copy of its logo: a local URL; empty: its initial stands for it
	Site     string // whose it is; empty: nobody can tell
	Local    bool   // it runs on a computer of the person's, or could
	Verified bool   // the operator knows it
	Offline  bool   // it stays signed in
	Scopes   []string
	Since    time.Time
	LastUsed time.Time // zero: it is not in use
}

func (Apps) sheet() string { return "account/apps" }
func (Apps) leaves() bool  { return false }

// Side is the side list.
func (Apps) Side() []accountPage { return accountPages }

// Open is the ID of the entry that is shown.
func (Apps) Open() string { return "apps" }

// Used is when the app last got access.
func (p Apps) Used(a App) moment { return ago(p.Now, a.LastUsed) }

// From is when the person first let it in.
func (p Apps) From(a App) moment { return since(p.Now, a.Since) }
