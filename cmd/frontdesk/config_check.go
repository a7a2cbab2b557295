package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/web/page"
)

// check says in a sentence what no server could work with.
func (c *Config) check() error {
	for _, wrong := range []error{
		c.checkURL(), c.checkListen(), c.checkDatabase(), c.checkMasterKey(), c.checkSMTP(), c.checkScopes(), c.checkLifetimes(),
		c.checkRegistration(), c.checkLimits(), c.checkOrigins(), c.checkLogo(),
	} {
		if wrong != nil {
			return wrong
		}
	}
	return nil
}

func (c *Config) checkURL() error {
	u, err := url.Parse(c.URL)
	wrong := ""
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		wrong = "is not a web address: write it like https://login.example.com"
	case strings.HasSuffix(c.URL, "/"):
		wrong = "ends with a slash: leave it out"
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(c.URL, "#"):
		wrong = "has something behind the host: this server needs a host of its own"
	case u.User != nil:
		wrong = "holds a user name: leave it out"
	case u.Host != strings.ToLower(u.Host) || u.Port() != "" && u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] || strings.HasSuffix(u.Host, ":"):
		wrong = "is not written as browsers write it: in small letters, and without the port that goes without saying"
	case u.Scheme == "http" && !loopback(u.Hostname()):
		wrong = "must begin with https://, unless the host is localhost"
	}
	if wrong != "" {
		return fmt.Errorf("FRONTDESK_URL %s", wrong)
	}
	return nil
}

// loopback tells whether the host is this machine, whoever looks it up.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (c *Config) checkListen() error {
	_, port, err := net.SplitHostPort(c.Listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return errors.New("FRONTDESK_LISTEN is not a host and a port: write it like localhost:3000 or 0.0.0.0:3000")
	}
	return nil
}

func (c *Config) checkDatabase() error {
	scheme, _, isURL := strings.Cut(c.Database, "://")
	if isURL && scheme != "postgres" && scheme != "postgresql" || !isURL && connectionString.MatchString(c.Database) {
		return errors.New("FRONTDESK_DATABASE is neither a file nor a postgres:// URL")
	}
	return nil
}

// connectionString is how PostgreSQL's programs also name a database (libpq, section "Keyword/Value Connection Strings"):
// as the name of a file it would have the password in it.
var connectionString = regexp.MustCompile(`(^|\s)(host|hostaddr|user|password|dbname|service)\s*=`)

func (c *Config) checkMasterKey() error {
	if len(c.MasterKey) != 0 && len(c.MasterKey) != masterKeyLength {
		return fmt.Errorf("FRONTDESK_MASTER_KEY is not %d bytes in base64: make one with openssl rand -base64 %[1]d", masterKeyLength)
	}
	return nil
}

func (c *Config) checkSMTP() error {
	if c.SMTP == "" {
		return nil
	}
	if u, err := url.Parse(c.SMTP); err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return errors.New("FRONTDESK_SMTP is not a mail server: write it like smtp://user:password@mail.example.com:587")
	}
	return nil
}

func (c *Config) checkScopes() error {
	for _, name := range c.DefaultScopes {
		if !slices.Contains(scopeNames(), name) {
			return fmt.Errorf("FRONTDESK_DEFAULT_SCOPES names %s, which is no scope here: there are %s", name, strings.Join(scopeNames(), ", "))
		}
	}
	return nil
}

func (c *Config) checkLifetimes() error {
	switch {
	case c.AccessTokenLifetime < time.Minute || c.AccessTokenLifetime > 24*time.Hour:
		return errors.New("FRONTDESK_ACCESS_TOKEN_LIFETIME must be between 1m and 24h")
	case c.RefreshTokenLifetime < c.AccessTokenLifetime || c.RefreshTokenLifetime > 10*365*24*time.Hour:
		return errors.New("FRONTDESK_REFRESH_TOKEN_LIFETIME must be between FRONTDESK_ACCESS_TOKEN_LIFETIME and ten years")
	case c.KeyRotation != 0 && c.KeyRotation < time.Hour:
		return errors.New("FRONTDESK_KEY_ROTATION must be 0, or at least 1h")
	}
	return nil
}

func (c *Config) checkRegistration() error {
	switch {
	case c.Registration == "token" && len(c.InitialAccessToken) < 16:
		return errors.New("FRONTDESK_REGISTRATION is token, and FRONTDESK_INITIAL_ACCESS_TOKEN is not 16 characters or more")
	case c.UnusedClients != 0 && c.UnusedClients < time.Hour:
		return errors.New("FRONTDESK_UNUSED_CLIENTS must be 0, or at least 1h")
	}
	return nil
}

func (c *Config) checkLimits() error {
	switch {
	case c.SignInsPerMinute < 0:
		return errors.New("FRONTDESK_SIGN_INS_PER_MINUTE must be 0 or more")
	case c.RegistrationsPerHour < 0:
		return errors.New("FRONTDESK_REGISTRATIONS_PER_HOUR must be 0 or more")
	case c.RegistrationsMax < 0:
		return errors.New("FRONTDESK_REGISTRATIONS_MAX must be 0 or more")
	}
	return nil
}

func (c *Config) checkOrigins() error {
	for _, origin := range c.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme+"://"+u.Host != origin {
			return fmt.Errorf("FRONTDESK_ORIGINS names %q, which is no origin: write it like https://inspector.example.com", origin)
		}
	}
	return nil
}

func (c *Config) checkLogo() error {
	if err := (page.Site{LogoURL: c.Logo}).Check(); err != nil {
		return fmt.Errorf("FRONTDESK_LOGO: %w", err)
	}
	return nil
}
