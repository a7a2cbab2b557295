package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// mask stands for a password. No setting may hold it: a file that was printed would otherwise lose the password.
const mask = "********"

// printConfig is the command config: what it prints is a file for --config.
func printConfig(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return func(_ context.Context, c *call) error {
		cfg, err := c.loadConfig()
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.stdout, cfg.entries())
		}
		fmt.Fprintln(c.stdout, "# The settings of Frontdesk. Save this as a file for --config, or set them in the environment.")
		hidden := 0
		for _, e := range cfg.entries() {
			e.print(c)
			if e.Hidden || strings.Contains(e.Value, mask) {
				hidden++
			}
		}
		if hidden > 0 {
			fmt.Fprintf(c.stderr, "frontdesk: %d of the settings hold secrets, and are left out as comments: write them in before you use this as a file\n", hidden)
		}
		return nil
	}
}

// entry is a setting as it is printed.
type entry struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
	Default string `json:"default"`
	Value   string `json:"value"`
	Hidden  bool   `json:"hidden,omitempty"` // there is a value, and it is not shown

	follows bool // nobody set it: the value follows from another setting
}

func (c *Config) entries() []entry {
	all := make([]entry, 0, len(settings))
	for _, s := range settings {
		e := entry{Name: s.name, Meaning: s.help, Default: s.initial, Value: c.effective[s.name]}
		e.follows = e.Value != s.initial && e.Value == s.usual(c)
		if len(s.oneof) > 0 {
			e.Meaning += " One of: " + strings.Join(s.oneof, ", ") + "."
		}
		if s.secret {
			e.Value, e.Hidden = "", e.Value != ""
		} else {
			e.Value, e.Hidden = maskPassword(e.Value)
		}
		all = append(all, e)
	}
	return all
}

// print writes the setting as a line of a configuration file. A secret is left for the operator to fill in, and what
// follows from another setting goes on following.
func (e entry) print(c *call) {
	fmt.Fprintf(c.stdout, "\n# %s\n# Default: %s\n", e.Meaning, cmp.Or(e.Default, "none"))
	switch {
	case e.Hidden:
		fmt.Fprintf(c.stdout, "# It is set, and not shown here.\n# %s=\n", e.Name)
	case strings.Contains(e.Value, mask):
		fmt.Fprintf(c.stdout, "# It holds a password, which is not shown here.\n# %s=%s\n", e.Name, quote(e.Value))
	case e.follows:
		fmt.Fprintf(c.stdout, "# %s=%s\n", e.Name, quote(e.Value))
	default:
		fmt.Fprintf(c.stdout, "%s=%s\n", e.Name, quote(e.Value))
	}
}

// quote writes a value so that a configuration file gives it back.
func quote(value string) string {
	quoted := strconv.Quote(value)
	if quoted == `"`+value+`"` && !strings.ContainsAny(value, " '#") {
		return value
	}
	return quoted
}

// maskPassword hides the password in a URL, wherever a URL can hold one. What looks like a URL and does not
// read like one is hidden whole: there is no telling where its password begins.
func maskPassword(value string) (masked string, hidden bool) {
	if !strings.Contains(value, "://") {
		return value, false
	}
	u, err := url.Parse(value)
	if err != nil || u.Fragment != "" || strings.Contains(u.Path+u.RawQuery, "@") {
		return "", true
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", true
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.UserPassword(u.User.Username(), mask)
	}
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") {
			query.Set(name, mask)
			u.RawQuery = query.Encode()
		}
	}
	return strings.ReplaceAll(u.String(), url.QueryEscape(mask), mask), false
}
