package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/oauth"
	"frontdesk/store"
)

// clientDescription is a client as the commands print one, in the words of RFC 7591 section 2.
type clientDescription struct {
	ID              string    `json:"client_id"`
	Secret          string    `json:"client_secret,omitempty"` // shown when it is made, and never again
	Name            string    `json:"client_name"`
	RedirectURIs    []string  `json:"redirect_uris"`
	Scope           string    `json:"scope,omitempty"` // none: all
	AuthMethod      string    `json:"token_endpoint_auth_method"`
	GrantTypes      []string  `json:"grant_types"`
	ResponseTypes   []string  `json:"response_types"`
	ApplicationType string    `json:"application_type"`
	URI             string    `json:"client_uri,omitempty"`
	LogoURI         string    `json:"logo_uri,omitempty"`
	PolicyURI       string    `json:"policy_uri,omitempty"`
	TermsURI        string    `json:"tos_uri,omitempty"`
	SoftwareID      string    `json:"software_id,omitempty"`
	SoftwareVersion string    `json:"software_version,omitempty"`
	Contacts        []string  `json:"contacts,omitempty"`
	JWKSURI         string    `json:"jwks_uri,omitempty"`
	JWKS            string    `json:"jwks,omitempty"`
	IDTokenAlg      string    `json:"id_token_signed_response_alg"`
	PostLogoutURIs  []string  `json:"post_logout_redirect_uris,omitempty"`
	Verified        bool      `json:"verified"`
	ResourceServer  bool      `json:"resource_server"` // it may introspect every access token
	Source          string    `json:"source"`
	State           string    `json:"state"`             // allowed, blocked, unverified, or refused: its document is none
	Trouble         string    `json:"trouble,omitempty"` // why its document was not taken when it was last fetched
	CreatedAt       time.Time `json:"created_at"`
}

func describeClient(c *store.Client, secret string) clientDescription {
	return clientDescription{
		ID: c.ID, Secret: secret, Name: c.Name, RedirectURIs: append([]string{}, c.RedirectURIs...), Scope: strings.Join(c.Scopes, " "),
		AuthMethod: c.AuthMethod, GrantTypes: append([]string{}, c.GrantTypes...), ResponseTypes: append([]string{}, c.ResponseTypes...),
		ApplicationType: c.ApplicationType, URI: c.URI, LogoURI: c.LogoURI, PolicyURI: c.PolicyURI, TermsURI: c.TermsURI,
		SoftwareID: c.SoftwareID, SoftwareVersion: c.SoftwareVersion, Contacts: c.Contacts,
		JWKSURI: c.JWKSURI, JWKS: c.JWKS,
		IDTokenAlg: cmp.Or(c.IDTokenAlg, oauth.Algorithms()[0]), PostLogoutURIs: c.PostLogoutRedirectURIs, ResourceServer: c.ResourceServer,
		Verified: c.Verified, Source: c.Source, State: stateOf(c), Trouble: c.Trouble, CreatedAt: c.CreatedAt.UTC(),
	}
}

// stateOf is what an operator decided about a client, or else what there is of it.
func stateOf(c *store.Client) string {
	switch {
	case c.Blocked:
		return "blocked"
	case c.Verified:
		return "allowed"
	case c.Trouble != "" && len(c.RedirectURIs) == 0:
		return "refused"
	}
	return "unverified"
}

// clientCreate is the command client create.
func clientCreate(f *flag.FlagSet) action {
	var q oauth.ClientRequest
	f.StringVar(&q.Name, "name", "", "what people read on the consent page")
	f.BoolVar(&q.Confidential, "confidential", false, "give it a secret, which is shown once")
	f.Func("redirect-uri", "where it takes people back, once for each address", func(uri string) error { q.RedirectURIs = append(q.RedirectURIs, uri); return nil })
	f.StringVar(&q.IDTokenAlg, "id-token-alg", "", "how its ID tokens are signed: "+strings.Join(oauth.Algorithms(), ", "))
	f.BoolVar(&q.ResourceServer, "resource-server", false, "let it introspect every access token; it gets a secret, and needs no --redirect-uri")
	f.Func("post-logout-redirect-uri", "where it takes people after signing out, once for each address", func(uri string) error {
		q.PostLogoutRedirectURIs = append(q.PostLogoutRedirectURIs, uri)
		return nil
	})
	f.Func("scope", "what it may ask for: "+strings.Join(scopeNames(), ", ")+"; without it, everything", func(names string) error { q.Scopes = append(q.Scopes, strings.Fields(names)...); return nil })
	asJSON := jsonFlag(f)
	return func(ctx context.Context, c *call) error {
		switch {
		case q.Name == "":
			return usageError{message: "--name is missing"}
		case len(q.RedirectURIs) == 0 && !q.ResourceServer:
			return usageError{message: "--redirect-uri is missing"}
		case q.IDTokenAlg != "" && !slices.Contains(oauth.Algorithms(), q.IDTokenAlg):
			return noAlgorithm("id-token-alg", q.IDTokenAlg)
		}
		for _, name := range q.Scopes {
			if !slices.Contains(scopeNames(), name) {
				return usageError{message: fmt.Sprintf("--scope is %q: there are %s", name, strings.Join(scopeNames(), ", "))}
			}
		}
		client, secret, err := oauth.NewClient(q)
		if err != nil {
			return err
		}
		return withNewStore(func(ctx context.Context, c *call, _ *Config, s *store.Store) error {
			if err := s.CreateClient(ctx, client); err != nil {
				return err
			}
			return c.show(describeClient(client, secret), *asJSON)
		})(ctx, c)
	}
}

// clientList is the command client list.
func clientList(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return withStore(func(ctx context.Context, c *call, _ *Config, s *store.Store) error {
		all := each(ctx, s.Clients, func(client store.Client) string { return client.ID })
		return list(c.stdout, *asJSON, all, func(client store.Client) any { return describeClient(&client, "") },
			"ID\tNAME\tKIND\tFROM\tSTATE\tREDIRECTS TO", func(client store.Client) string {
				kind := "public"
				if client.AuthMethod != "none" && !client.AuthOptional {
					kind = "confidential"
				}
				return strings.Join([]string{client.ID, client.Name, kind, client.Source, stateOf(&client), strings.Join(client.RedirectURIs, " ")}, "\t")
			})
	})
}

// clientShow is the command client show.
func clientShow(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return withClient(func(_ context.Context, c *call, _ *store.Store, client *store.Client) error {
		return c.show(describeClient(client, ""), *asJSON)
	})
}

// clientDelete is the command client delete.
var clientDelete = changeClient(oauth.DeleteClient, "%s is deleted.")

// clientRotateSecret is the command client rotate-secret.
func clientRotateSecret(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return withClient(func(ctx context.Context, c *call, s *store.Store, client *store.Client) error {
		if client.SecretHash == "" {
			return fmt.Errorf("%s has no secret: it authenticates with %s", client.ID, client.AuthMethod)
		}
		secret, hash := oauth.NewClientSecret()
		if err := s.SetClientSecret(ctx, client.ID, hash); err != nil {
			return err
		}
		return c.show(describeClient(client, secret), *asJSON)
	})
}

// changeClient is a command that changes one thing about a client.
func changeClient(change func(*store.Store, context.Context, string) error, done string) func(*flag.FlagSet) action {
	return func(*flag.FlagSet) action {
		return withClient(func(ctx context.Context, c *call, s *store.Store, client *store.Client) error {
			if err := change(s, ctx, client.ID); err != nil {
				return err
			}
			return c.settled(ctx, s, done, client.ID)
		})
	}
}

// withClient opens the store and finds the client that the first argument names.
func withClient(do func(context.Context, *call, *store.Store, *store.Client) error) action {
	return withStore(func(ctx context.Context, c *call, _ *Config, s *store.Store) error {
		client, err := s.Client(ctx, c.args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no client %q", c.args[0])
		}
		if err != nil {
			return err
		}
		return do(ctx, c, s, client)
	})
}

func scopeNames() []string {
	var names []string
	for _, scope := range scopes() {
		names = append(names, scope.Name)
	}
	return names
}
