package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"frontdesk/internal/account"
	"frontdesk/internal/outbound"
	"frontdesk/mcpserver"
	"frontdesk/oauth"
	"frontdesk/store"
	"frontdesk/web"
	"frontdesk/web/page"
)

// serve is the command serve: it runs until ctx ends.
func serve(*flag.FlagSet) action {
	return func(ctx context.Context, c *call) (err error) {
		cfg, err := c.loadConfig()
		if err != nil {
			return err
		}
		spendMemory()
		log := cfg.newLog(c.stderr)
		s, err := cfg.openStore(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		key, err := cfg.masterKeyFor(ctx, s)
		if err != nil {
			return err
		}
		setup, err := newSetupToken(ctx, s)
		if err != nil {
			return err
		}
		handler, authorization, err := newHandler(ctx, cfg, s, key, setup, log)
		if err != nil {
			return err
		}
		listeners, err := listen(cfg.Listen)
		if err != nil {
			return err
		}
		c.welcome(cfg, setup)
		defer startHousekeeping(ctx, s, cfg.AccessTokenLifetime, cfg.UnusedClients, log)()
		defer inBackground(ctx, authorization.Maintain)()
		cfg.announce(s, log)
		err = serveUntil(ctx, handler, listeners, log)
		log.Info("stopped")
		return err
	}
}

// announce logs what is served, and what no server on the internet should do.
func (c *Config) announce(s *store.Store, log *slog.Logger) {
	if c.LoopbackDocuments {
		log.Warn("client documents on this machine are fetched: strangers reach what listens here", "setting", "FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK")
	}
	if public, listens := portOf(c.URL), c.Listen[strings.LastIndexByte(c.Listen, ':')+1:]; !c.secure() && listens != "0" && public != listens {
		log.Warn("the public URL leads to another port than the one that is listened on: set both, unless something passes requests on",
			"url", c.URL, "listen", c.Listen)
	}
	log.Info("serving", "listen", c.Listen, "url", c.URL, "database", s.Kind(), "version", built().Version)
}

// portOf is the port that an http address leads to.
func portOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return cmp.Or(u.Port(), "80")
}

// welcome says where clients connect, and while there is no administrator, where the first is made.
func (c *call) welcome(cfg *Config, setup string) {
	fmt.Fprintf(c.stdout, "MCP clients connect to %s/mcp\n", cfg.URL)
	if setup != "" {
		fmt.Fprintf(c.stdout, "There is no administrator yet. Open this link to create the first administrator; it works once, within 24 hours:\n%s/sign-up?setup=%s\n", cfg.URL, setup)
	}
}

// newSetupToken lets whoever sees the operator's terminal create the first administrator; "" where there is one. Every
// start makes another, which lapses, so that an old link is worth nothing should the administrators go again.
func newSetupToken(ctx context.Context, s *store.Store) (string, error) {
	there, err := s.HasAdministrator(ctx)
	if err != nil || there {
		return "", err
	}
	return rand.Text(), nil
}

// newHandler builds every room over an open store and puts the routes together. The authorization server among them
// wants to be maintained.
func newHandler(ctx context.Context, cfg *Config, s *store.Store, key []byte, setup string, log *slog.Logger) (http.Handler, *oauth.Server, error) {
	accounts := account.New(account.Config{
		Store: s, SecureCookie: cfg.secure(), SignInsPerMinute: cfg.SignInsPerMinute, Log: log,
	})
	pages, err := web.New(web.Config{
		MCPURL: cfg.URL + "/mcp", Site: page.Site{Name: cfg.Name, LogoURL: cfg.Logo},
		Store: s, Accounts: accounts, Scopes: scopes(), SignUp: cfg.SignUp, SetupToken: setup, Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	authorization, err := oauth.New(ctx, oauth.Config{
		URL: cfg.URL, Store: s, Accounts: accounts, Pages: pages,
		Resources: []oauth.Resource{{URL: cfg.URL + "/mcp", Name: cfg.Name}},
		Scopes:    scopes(), DefaultScopes: cfg.DefaultScopes, MasterKey: key,
		Registration: cfg.Registration != "off", InitialAccessToken: cfg.initialAccessToken(),
		RegistrationsPerHour: cfg.RegistrationsPerHour, RegistrationsMax: cfg.RegistrationsMax,
		Documents: cfg.ClientDocuments != "off", OnlyAllowedDocuments: cfg.ClientDocuments == "allowed",
		Outbound:             outbound.New(cfg.LoopbackDocuments),
		AccessTokenAlgorithm: cfg.AccessTokenAlgorithm,
		AccessTokenLifetime:  cfg.AccessTokenLifetime, RefreshTokenLifetime: cfg.RefreshTokenLifetime, KeyRotation: cfg.KeyRotation,
		Now: time.Now, Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	authorization.Follow()
	resource, err := mcpserver.New(mcpserver.Config{
		URL: cfg.URL, Name: cfg.Name, Version: built().Version, Scopes: cfg.DefaultScopes,
		Hosts: cfg.Hosts, Origins: cfg.Origins, Verify: authorization.Verify, Alive: authorization.Alive, Store: s, Accounts: accounts, Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	return mount(pages, authorization, resource, cfg, s, log), authorization, nil
}

// mount puts the routes of every room together, and what every request passes before them.
func mount(pages *web.Server, authorization *oauth.Server, resource *mcpserver.Server, cfg *Config, s *store.Store, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	pages.Mount(mux)
	authorization.Mount(mux)
	resource.Mount(mux)
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", ready(s, log))
	refuse := refusal(pages)
	mux.HandleFunc("/", nowhere(mux, refuse))
	return guard(mux, append(authorization.Paths(), "/mcp", "/mcp/{$}"), cfg, refuse, log)
}

// scopes is every scope of this server: those of the authorization server, and what toolsets bring.
func scopes() []oauth.Scope { return slices.Concat(oauth.Standard, mcpserver.Scopes()) }
