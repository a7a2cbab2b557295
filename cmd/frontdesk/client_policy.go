package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"frontdesk/oauth"
	"frontdesk/store"
)

// clientAllow is the command client allow.
func clientAllow(*flag.FlagSet) action {
	return decide((*store.Store).AllowClient, "%s is allowed, and people read that you checked it.\n")
}

// clientBlock is the command client block.
func clientBlock(*flag.FlagSet) action {
	return decide((*store.Store).BlockClient, "%s is blocked, and its tokens are dead.\n")
}

// clientUnblock is the command client unblock.
func clientUnblock(*flag.FlagSet) action {
	return decide((*store.Store).UnblockClient, "%s is not blocked any more.\n")
}

// decide does what an operator decided about a client. A document can be decided about before anybody has seen it.
func decide(do func(s *store.Store, ctx context.Context, id string) error, done string) action {
	return func(ctx context.Context, c *call) error {
		_, s, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		id := c.args[0]
		err = do(s, ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			err = s.Tx(ctx, func(ctx context.Context) error {
				client, err := oauth.NewDocument(id)
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
		_, err = fmt.Fprintf(c.stdout, done, id)
		return err
	}
}
