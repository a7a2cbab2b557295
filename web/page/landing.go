package page

import (
	"net"
	"net/url"
	"slices"
)

// Landing says how to connect a client to this server.
type Landing struct {
	MCPURL string
	Client string  // the tab that is open, by its id; unknown: the first
	User   *Person // nil: nobody is signed in
	SignUp bool    // offer to create an account
}

// client is one tab of the landing page: its template is templates/landing/ID.html.
type client struct{ ID, Label string }

func (c client) sheet() string { return "landing/" + c.ID }

// clients are the tabs, in their order.
var clients = []client{
	{"cursor", "Cursor"},
	{"vscode", "VS Code"},
	{"claude-code", "Claude Code"},
	{"claude-desktop", "Claude Desktop"},
	{"windsurf", "Windsurf"},
	{"other", "Other"},
}

func (p Landing) sheet() string { return p.Open().sheet() }
func (Landing) leaves() bool    { return false }

// Tabs are the clients to choose from.
func (Landing) Tabs() []client { return clients }

// Open is the client whose tab is shown.
func (p Landing) Open() client {
	i := slices.IndexFunc(clients, func(c client) bool { return c.ID == p.Client })
	return clients[max(i, 0)]
}

// Nearby tells whether the MCP address works on this computer only, so that services which
// connect from elsewhere cannot reach it.
func (p Landing) Nearby() bool {
	u, err := url.Parse(p.MCPURL)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
