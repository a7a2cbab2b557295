package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"frontdesk/store"
)

// finding is one line of the doctor's: what was looked at, how it is, and what to do about it.
type finding struct {
	about, words string
	how          health
}

type health string

const (
	well   health = "ok"
	unsure health = "warning"
	broken health = "broken"
)

const (
	maxSkew   = 10 * time.Second // between the database's clock and ours
	reachTime = 3 * time.Second
)

// doctor is the command doctor. It changes nothing.
func doctor(*flag.FlagSet) action {
	return func(ctx context.Context, c *call) error {
		cfg, err := c.loadConfig()
		if err != nil {
			c.report(finding{"configuration", err.Error(), broken})
			return errors.New("the configuration is broken")
		}
		findings := []finding{{"configuration", "It is complete; frontdesk config prints it.", well}}
		for _, look := range []func(context.Context, *Config) finding{
			lookAtFolder, lookAtKey, lookAtDatabase, lookAtSigningKeys, lookAtURL, lookAtProxies, lookAtDocuments,
		} {
			findings = append(findings, look(ctx, cfg))
		}
		bad := 0
		for _, f := range findings {
			c.report(f)
			if f.how == broken {
				bad++
			}
		}
		if bad > 0 {
			return fmt.Errorf("broken: %d of %d", bad, len(findings))
		}
		return nil
	}
}

func (c *call) report(f finding) {
	fmt.Fprintf(c.stdout, "%-8s %-16s %s\n", f.how, f.about, oneLine(f.words))
}

// lookAtFolder asks whether only we can read the data folder.
func lookAtFolder(_ context.Context, cfg *Config) finding {
	info, err := os.Stat(cfg.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return finding{"data folder", cfg.Data + " is not there yet: serve makes it.", well}
	case err != nil:
		return finding{"data folder", err.Error(), broken}
	case !info.IsDir():
		return finding{"data folder", cfg.Data + " is no folder: set FRONTDESK_DATA.", broken}
	case info.Mode().Perm()&0o002 != 0:
		return finding{"data folder", fmt.Sprintf("Everybody may write to %s: chmod 700 %[1]s.", cfg.Data), broken}
	case info.Mode().Perm()&0o077 != 0:
		return finding{"data folder", fmt.Sprintf("Others may look into %s: chmod 700 %[1]s.", cfg.Data), unsure}
	}
	probe, err := os.CreateTemp(cfg.Data, "doctor.*")
	if err != nil {
		return finding{"data folder", "It cannot be written: " + err.Error() + ". Give it to the account that runs frontdesk.", broken}
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return finding{"data folder", err.Error(), broken}
	}
	return finding{"data folder", cfg.Data + " is ours alone.", well}
}

// lookAtKey asks whether there is a master key that others cannot read.
func lookAtKey(_ context.Context, cfg *Config) finding {
	if len(cfg.MasterKey) > 0 {
		return finding{"master key", "It is in FRONTDESK_MASTER_KEY.", well}
	}
	_, err := readMasterKey(cfg.masterKeyFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return finding{"master key", cfg.masterKeyFile() + " is not there: serve makes it for a database without signing keys.", well}
	case err != nil:
		return finding{"master key", err.Error() + ".", broken}
	}
	return finding{"master key", "It is in " + cfg.masterKeyFile() + "; keep a copy elsewhere.", well}
}

// lookAtDatabase asks whether the database answers, is whole and up to date, and agrees on the time.
func lookAtDatabase(ctx context.Context, cfg *Config) finding {
	if cfg.noDatabaseYet() {
		return finding{"database", cfg.Database + " is not there yet: serve makes it.", well}
	}
	s, err := store.Open(ctx, store.Config{DSN: cfg.Database, Synchronous: cfg.Synchronous})
	if err != nil {
		return finding{"database", "It does not answer: " + err.Error() + ". See FRONTDESK_DATABASE.", broken}
	}
	defer s.Close()
	h, err := s.Health(ctx)
	if err != nil {
		return finding{"database", err.Error() + ".", broken}
	}
	name := map[string]string{"sqlite3": "SQLite", "postgres": "PostgreSQL"}[s.Kind()] + " " + h.Version
	skew := time.Until(h.Clock).Abs()
	switch {
	case h.Pending > 0 && !cfg.Migrate:
		return finding{"database", fmt.Sprintf("%s needs %s: run frontdesk migrate.", name, migrations(h.Pending)), broken}
	case h.Pending > 0:
		return finding{"database", fmt.Sprintf("%s needs %s: serve applies them.", name, migrations(h.Pending)), unsure}
	case !h.Clock.IsZero() && skew > maxSkew:
		return finding{"database", fmt.Sprintf("%s: its clock and ours are %s apart. Set both by NTP.", name, skew.Round(time.Second)), broken}
	}
	return finding{"database", name + " is whole and up to date.", well}
}

func migrations(n int) string {
	if n == 1 {
		return "1 migration"
	}
	return fmt.Sprintf("%d migrations", n)
}

// noDatabaseYet tells whether the database is a file that serve has yet to make.
func (c *Config) noDatabaseYet() bool {
	_, err := os.Stat(c.Database)
	return errors.Is(err, fs.ErrNotExist) && !strings.Contains(c.Database, "://")
}

// lookAtURL asks whether the public URL leads here, and what time it is there.
func lookAtURL(ctx context.Context, cfg *Config) finding {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cfg.URL+"/healthz", nil)
	if err != nil {
		return finding{"public URL", err.Error(), broken}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return finding{"public URL", fmt.Sprintf("%s does not answer here: %s. That is as it should be while nothing serves, or where only others reach it.", cfg.URL, err), unsure}
	}
	defer res.Body.Close()
	there, err := http.ParseTime(res.Header.Get("Date"))
	switch {
	case res.StatusCode != http.StatusOK || res.Header.Get(requestHeader) == "":
		return finding{"public URL", fmt.Sprintf("%s/healthz answers %d: something else is there. Set FRONTDESK_URL, or have the proxy pass every path.", cfg.URL, res.StatusCode), unsure}
	case err == nil && time.Until(there).Abs() > maxSkew:
		return finding{"public URL", fmt.Sprintf("The clock at %s and ours are %s apart. Set both by NTP.", cfg.URL, time.Until(there).Abs().Round(time.Second)), broken}
	}
	return finding{"public URL", cfg.URL + " leads to a Frontdesk.", well}
}

// lookAtProxies asks whether limits per address can tell people apart.
func lookAtProxies(_ context.Context, cfg *Config) finding {
	if cfg.secure() && len(cfg.Proxies) == 0 {
		return finding{"proxies", "https comes through a proxy, and FRONTDESK_PROXIES does not name it: limits per address count everybody as one.", unsure}
	}
	return finding{"proxies", "Addresses of clients are known.", well}
}

// lookAtDocuments asks whether clients' documents are fetched from where they may be.
func lookAtDocuments(_ context.Context, cfg *Config) finding {
	switch {
	case cfg.ClientDocuments == "off":
		return finding{"client documents", "They are off.", well}
	case cfg.LoopbackDocuments:
		return finding{"client documents", "They are fetched from this machine too, so that strangers reach what listens there: FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK is for development only.", unsure}
	}
	return finding{"client documents", "They are fetched from the public internet only.", well}
}
