package main

import (
	"context"
	"flag"
	"fmt"

	"frontdesk/store"
)

// migrate is the command migrate.
func migrate(*flag.FlagSet) action {
	return func(ctx context.Context, c *call) error {
		cfg, err := c.loadConfig()
		if err != nil {
			return err
		}
		s, err := store.Open(ctx, store.Config{DSN: cfg.Database, Synchronous: cfg.Synchronous, Migrate: true})
		if err != nil {
			return err
		}
		fmt.Fprintln(c.stdout, "The database's schema is up to date.")
		return s.Close()
	}
}
