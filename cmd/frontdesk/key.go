package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"frontdesk/oauth"
	"frontdesk/store"
)

// keyDescription is a signing key as the commands print one.
type keyDescription struct {
	ID             string     `json:"id"` // kid
	Algorithm      string     `json:"algorithm"`
	State          string     `json:"state"`
	CreatedAt      time.Time  `json:"created_at"`
	SignsFrom      time.Time  `json:"signs_from"`
	SignsUntil     *time.Time `json:"signs_until,omitempty"` // not there: until another one is made
	PublishedUntil *time.Time `json:"published_until,omitempty"`
}

func describeKey(k oauth.Key) any {
	d := keyDescription{ID: k.ID, Algorithm: k.Algorithm, State: k.State, CreatedAt: k.CreatedAt, SignsFrom: k.ActivatedAt}
	if !k.RetiredAt.IsZero() {
		d.SignsUntil, d.PublishedUntil = &k.RetiredAt, &k.GoneAt
	}
	return d
}

// keyList is the command key list.
func keyList(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return withKeys(func(ctx context.Context, c *call, keys *oauth.Keys) error {
		return c.listKeys(ctx, keys, *asJSON, func(oauth.Key) bool { return true })
	})
}

// keyRotate is the command key rotate.
func keyRotate(f *flag.FlagSet) action {
	algorithm := f.String("algorithm", "", "of this kind only: "+strings.Join(oauth.Algorithms(), ", "))
	asJSON := jsonFlag(f)
	return withKeys(func(ctx context.Context, c *call, keys *oauth.Keys) error {
		algorithms := oauth.Algorithms()
		if *algorithm != "" {
			if !slices.Contains(algorithms, *algorithm) {
				return noAlgorithm("algorithm", *algorithm)
			}
			algorithms = []string{*algorithm}
		}
		for _, name := range algorithms {
			if err := keys.Rotate(ctx, name); err != nil {
				return err
			}
		}
		if err := agreed(ctx); err != nil {
			return err
		}
		return c.listKeys(ctx, keys, *asJSON, func(k oauth.Key) bool {
			return slices.Contains(algorithms, k.Algorithm) && k.RetiredAt.IsZero()
		})
	})
}

// noAlgorithm says that a flag names an algorithm that keys here do not have.
func noAlgorithm(name, value string) error {
	return usageError{message: fmt.Sprintf("--%s is %q: there are %s", name, value, strings.Join(oauth.Algorithms(), ", "))}
}

// keyRevoke is the command key revoke.
func keyRevoke(*flag.FlagSet) action {
	return withKeys(func(ctx context.Context, c *call, keys *oauth.Keys) error {
		err := keys.Revoke(ctx, c.args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no key %q", c.args[0])
		}
		if err != nil {
			return err
		}
		if err := agreed(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.stdout, "%s is revoked: nothing that it has signed is accepted any more.\n", c.args[0])
		return err
	})
}

// agreed waits until every server acts on what a command has changed.
func agreed(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(oauth.KeysAgree):
		return nil
	}
}

// withKeys opens the store and the keys in it.
func withKeys(do func(context.Context, *call, *oauth.Keys) error) action {
	return withStore(func(ctx context.Context, c *call, cfg *Config, s *store.Store) error {
		master, err := cfg.masterKeyFor(ctx, s)
		if err != nil {
			return err
		}
		keys, err := cfg.openKeys(ctx, s, master)
		if err != nil {
			return err
		}
		return do(ctx, c, keys)
	})
}

func (c *Config) openKeys(ctx context.Context, s *store.Store, master []byte) (*oauth.Keys, error) {
	return oauth.OpenKeys(ctx, oauth.KeysConfig{
		Store: s, MasterKey: master, Rotation: c.KeyRotation, Lifetime: c.AccessTokenLifetime,
		Now: time.Now, Log: slog.New(slog.DiscardHandler), // a command says itself what it has done
	})
}

// listKeys prints the keys that are wanted.
func (c *call) listKeys(ctx context.Context, keys *oauth.Keys, asJSON bool, wanted func(oauth.Key) bool) error {
	all, err := keys.List(ctx)
	if err != nil {
		return err
	}
	rows := func(yield func(oauth.Key, error) bool) {
		for _, k := range all {
			if wanted(k) && !yield(k, nil) {
				return
			}
		}
	}
	return list(c.stdout, asJSON, rows, describeKey, "ID\tALGORITHM\tSTATE\tSIGNS FROM\tSIGNS UNTIL", func(k oauth.Key) string {
		until := "-"
		if !k.RetiredAt.IsZero() {
			until = k.RetiredAt.Format(time.RFC3339)
		}
		return strings.Join([]string{k.ID, k.Algorithm, k.State, k.ActivatedAt.Format(time.RFC3339), until}, "\t")
	})
}

// lookAtSigningKeys asks whether the master key opens the keys in the database.
func lookAtSigningKeys(ctx context.Context, cfg *Config) finding {
	const about = "signing keys"
	if cfg.noDatabaseYet() {
		return finding{about, "There are none yet: serve makes them.", well}
	}
	s, err := store.Open(ctx, store.Config{DSN: cfg.Database, Synchronous: cfg.Synchronous})
	if err != nil {
		return finding{about, "The database does not answer.", broken}
	}
	defer s.Close()
	if n, err := s.Pending(ctx); err != nil || n > 0 {
		return finding{about, "Not checked: bring the database's schema up to date first.", unsure}
	}
	rows, err := s.SigningKeys(ctx)
	if err != nil {
		return finding{about, err.Error() + ".", broken}
	}
	if len(rows) == 0 {
		return finding{about, "There are none yet: serve makes them.", well}
	}
	master := cfg.MasterKey
	if len(master) == 0 {
		switch master, err = readMasterKey(cfg.masterKeyFile()); {
		case errors.Is(err, fs.ErrNotExist):
			return finding{about, "They are in the database, but not the master key that opens them: bring back " + cfg.masterKeyFile() + ".", broken}
		case err != nil:
			return finding{about, "They cannot be opened before the master key is mended, see above.", broken}
		}
	}
	if _, err := cfg.openKeys(ctx, s, master); err != nil {
		return finding{about, "They cannot be opened: " + err.Error() + ".", broken}
	}
	return finding{about, "The master key opens them.", well}
}
