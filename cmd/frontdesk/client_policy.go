package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"frontdesk/internal/outbound"
	"frontdesk/oauth"
	"frontdesk/store"
)

// The commands that decide about a client.
var (
	clientAllow   = decide((*store.Store).AllowClient, "%s is allowed, and people read that you checked it.")
	clientBlock   = decide((*store.Store).BlockClient, "%s is blocked, and its access has ended.")
	clientUnblock = changeClient((*store.Store).UnblockClient, "%s is not blocked any more.")
)

// decide does what an operator decided about a client. A document can be decided about before anybody has seen it.
func decide(do func(s *store.Store, ctx context.Context, id string) error, done string) func(*flag.FlagSet) action {
	return func(*flag.FlagSet) action {
		return withStore(func(ctx context.Context, c *call, cfg *Config, s *store.Store) error {
			id := c.args[0]
			err := do(s, ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				err = s.Tx(ctx, func(ctx context.Context) error {
					client, err := newDocument(cfg, id)
					if err != nil {
						return err
					}
					if err := s.CreateClient(ctx, client); err != nil {
						return err
					}
					return do(s, ctx, id)
				})
			}
			if err != nil {
				return err
			}
			if err := c.settled(ctx, s, done, id); err != nil {
				return err
			}
			return c.showVouched(ctx, s, id)
		})
	}
}

// showVouched says what people now read that the operator has checked: a client may have changed since the operator looked.
func (c *call) showVouched(ctx context.Context, s *store.Store, id string) error {
	client, err := s.Client(ctx, id)
	if err != nil || !client.Verified || client.Blocked {
		return err
	}
	says := fmt.Sprintf("It is called %q and takes people to %s.", client.Name, strings.Join(client.RedirectURIs, " "))
	switch {
	case len(client.RedirectURIs) == 0 && client.Trouble != "":
		says = "Its document was not taken when it was last fetched: " + client.Trouble
	case len(client.RedirectURIs) == 0:
		says = "Its document has not been fetched yet."
	}
	_, err = fmt.Fprintln(c.stdout, says)
	return err
}

// newDocument is oauth.NewDocument for what these settings let the server fetch.
func newDocument(cfg *Config, id string) (*store.Client, error) {
	client, err := oauth.NewDocument(id)
	if err != nil {
		return nil, err
	}
	if outbound.New(cfg.LoopbackDocuments).Check(id) != nil {
		return nil, fmt.Errorf("there is no client %q: a document is fetched over https", id)
	}
	return client, nil
}
