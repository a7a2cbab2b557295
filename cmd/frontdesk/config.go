package main

import (
	"log/slog"
	"net/netip"
	"strings"
	"time"
)

// Config is every setting, and its tags are the manual: the name, the default, what it means. oneof lists
// the words that a setting may be; secret keeps its value out of what is printed.
type Config struct {
	URL    string `env:"FRONTDESK_URL" default:"http://localhost:3000" help:"Where people and clients reach this server; the issuer of its tokens. https, unless it is this machine; no slash at the end."`
	Listen string `env:"FRONTDESK_LISTEN" default:"localhost:3000" help:"Where to listen: host:port. localhost is both loopback addresses, 0.0.0.0 every IPv4 address of this machine."`
	Data   string `env:"FRONTDESK_DATA" default:"./data" help:"The folder for the database file and the master key."`

	Database    string `env:"FRONTDESK_DATABASE" default:"$FRONTDESK_DATA/frontdesk.db" help:"A file for SQLite, or a postgres:// URL."`
	Synchronous string `env:"FRONTDESK_SQLITE_SYNCHRONOUS" default:"FULL" oneof:"FULL NORMAL EXTRA" help:"How sure SQLite makes that what it has written survives a power cut: NORMAL may lose the last moments, and is faster."`
	Migrate     bool   `env:"FRONTDESK_MIGRATE" default:"on" help:"Bring the database's schema up to date at start. Off: run frontdesk migrate yourself."`
	MasterKey   []byte `env:"FRONTDESK_MASTER_KEY" secret:"true" help:"32 bytes in base64 (openssl rand -base64 32) that seal the signing keys. Unset: the file master.key in FRONTDESK_DATA, made at the first start."`
	SMTP        string `env:"FRONTDESK_SMTP" help:"The mail server, smtp://user:password@host:port. Nothing sends mail yet."`

	LogLevel  slog.Level `env:"FRONTDESK_LOG_LEVEL" default:"info" oneof:"debug info warn error" help:"The least important messages that are logged."`
	LogFormat string     `env:"FRONTDESK_LOG_FORMAT" default:"text" oneof:"text json" help:"How messages are written to standard error."`

	Name             string `env:"FRONTDESK_NAME" default:"Frontdesk" help:"What pages call this place."`
	Logo             string `env:"FRONTDESK_LOGO" help:"The logo on pages: an https address, or a path on this server. Unset: a desk bell."`
	SignUp           string `env:"FRONTDESK_SIGN_UP" default:"invite" oneof:"invite open closed" help:"open: everybody may make an account. invite and closed: the operator makes them."`
	SignInsPerMinute int    `env:"FRONTDESK_SIGN_INS_PER_MINUTE" default:"30" help:"How many tries to sign in or up one address has in a minute; a large IPv6 network (/48) eight times as many. 0: no limit."`

	Registration         string        `env:"FRONTDESK_REGISTRATION" default:"on" oneof:"on token off" help:"Let clients register themselves (RFC 7591): any client, those that bring FRONTDESK_INITIAL_ACCESS_TOKEN, or none. Most MCP clients need it on."`
	InitialAccessToken   string        `env:"FRONTDESK_INITIAL_ACCESS_TOKEN" secret:"true" help:"What clients must bring to register where FRONTDESK_REGISTRATION is token: 16 characters or more."`
	RegistrationsPerHour int           `env:"FRONTDESK_REGISTRATIONS_PER_HOUR" default:"100" help:"How many registrations, updates of one and new documents an address may bring in an hour, and as many again that web pages set off there; a large IPv6 network (/48) eight times as many. 0: no limit."`
	RegistrationsMax     int           `env:"FRONTDESK_REGISTRATIONS_MAX" default:"100000" help:"How many clients there may be that nobody has allowed anything; then those from before the last hour go, and else no more are taken. 0: no limit."`
	UnusedClients        time.Duration `env:"FRONTDESK_UNUSED_CLIENTS" default:"720h" help:"After how long a client is forgotten that nobody has allowed anything; 720h are 30 days. 0: never."`
	ClientDocuments      string        `env:"FRONTDESK_CLIENT_DOCUMENTS" default:"anyone" oneof:"anyone allowed off on" help:"Let clients introduce themselves by the URL of a document about them (Client ID Metadata Documents), which this server then fetches: anyone (or on), those that frontdesk client allow names, or none. With allowed, the documents of others are fetched too, so that frontdesk client list shows who asked."`
	LoopbackDocuments    bool          `env:"FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK" default:"off" help:"Fetch such documents from this machine too, over plain http. For development only: strangers reach what listens here."`
	DefaultScopes        []string      `env:"FRONTDESK_DEFAULT_SCOPES" default:"openid profile email offline_access" help:"What a client gets that names no scope, separated by spaces."`
	AccessTokenAlgorithm string        `env:"FRONTDESK_ACCESS_TOKEN_ALGORITHM" default:"ES256" oneof:"ES256 RS256 EdDSA" help:"How access tokens are signed. RS256 is for resource servers of your own that know nothing else, and costs thirty times as much."`
	AccessTokenLifetime  time.Duration `env:"FRONTDESK_ACCESS_TOKEN_LIFETIME" default:"1h" help:"How long an access token lasts: 90s, 15m, 1h."`
	RefreshTokenLifetime time.Duration `env:"FRONTDESK_REFRESH_TOKEN_LIFETIME" default:"720h" help:"How long a client that is not used stays signed in; 720h are 30 days."`
	KeyRotation          time.Duration `env:"FRONTDESK_KEY_ROTATION" default:"2160h" help:"How long a key signs tokens until the next one follows; 2160h are 90 days. 0: until frontdesk key rotate."`

	Proxies []netip.Prefix `env:"FRONTDESK_PROXIES" help:"The networks of your reverse proxies, separated by commas: 127.0.0.1/32, ::1/128. Their X-Forwarded-For is believed."`
	Hosts   []string       `env:"FRONTDESK_HOSTS" help:"Names that a reverse proxy calls this server by at /mcp besides that of FRONTDESK_URL, separated by commas."`
	Origins []string       `env:"FRONTDESK_ORIGINS" help:"Web pages that may call /mcp from a browser, as origins separated by commas: https://inspector.example.com."`

	effective map[string]string // every setting as it was written
}

// secure tells whether browsers reach this server over https.
func (c *Config) secure() bool { return strings.HasPrefix(c.URL, "https:") }

// initialAccessToken is what registration asks clients for, "" for nothing.
func (c *Config) initialAccessToken() string {
	if c.Registration != "token" {
		return ""
	}
	return c.InitialAccessToken
}
