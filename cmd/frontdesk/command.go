package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"frontdesk/store"
)

// command is one line of the usage text and what stands behind it.
type command struct {
	name    string // one word or two
	takes   string // what its one argument is, as the usage text names it: USER; "": it takes none
	flags   string // as the usage text names them
	does    string
	prepare func(f *flag.FlagSet) action // declares the flags
}

// arguments is what the words stand for that usage texts name arguments by.
var arguments = map[string]string{
	"USER":   "an id, an email address or a username",
	"CLIENT": "an id, or the URL of a client's document",
	"KEY":    "an id that frontdesk key list shows",
}

// action does what a command is for, after its flags were read. Its error is a sentence for the operator.
type action func(ctx context.Context, c *call) error

// call is one run of the program.
type call struct {
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer

	file  string   // --config
	args  []string // of the command, without flags
	makes bool     // it makes a database where there is none
	made  string   // the database file that was not there: who meant another one should hear of it
}

// usageError is a command line that cannot be understood, or one that asks for help. topic is the
// beginning of the names of the commands that the usage text is about.
type usageError struct {
	topic, message string
	err            error
}

func (e usageError) Error() string { return e.message }
func (e usageError) Unwrap() error { return e.err }

// about lists the commands whose names begin with topic.
func about(topic string) []command {
	return slices.DeleteFunc(slices.Clone(commands), func(c command) bool {
		return topic == "" || c.name != topic && !strings.HasPrefix(c.name, topic+" ")
	})
}

// print writes the usage text of the commands that e is about; where it is about none, of all to who asks for help, and
// where to ask to who does not.
func (e usageError) print(w io.Writer) {
	shown := about(e.topic)
	switch {
	case len(shown) == 0 && e.message != "":
		fmt.Fprintln(w, "See: frontdesk help")
		return
	case len(shown) == 0:
		shown = commands
	}
	fmt.Fprintln(w, "Usage:")
	for _, c := range shown {
		fmt.Fprintf(w, "  frontdesk %s\n        %s\n", strings.Join(strings.Fields(c.name+" "+c.takes+" "+c.flags), " "), c.does)
	}
	if len(shown) == 1 {
		shown[0].printFlags(w)
	}
	for _, word := range slices.Sorted(maps.Keys(arguments)) {
		if slices.ContainsFunc(shown, func(c command) bool { return c.takes == word }) {
			fmt.Fprintf(w, "\n%s is %s.\n", word, arguments[word])
		}
	}
	fmt.Fprintln(w, "\nEvery command takes --config FILE and --help. Settings: frontdesk config.")
}

// printFlags explains the flags that the usage line alone does not.
func (cmd command) printFlags(w io.Writer) {
	f := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	cmd.prepare(f)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	f.VisitAll(func(flag *flag.Flag) {
		if flag.Usage != "" {
			fmt.Fprintf(table, "  --%s\t%s\n", flag.Name, flag.Usage)
		}
	})
	_ = table.Flush() // what cannot be written to the terminal cannot be told there either
}

// run reads the flags, which may stand before, between and behind the arguments, and does it.
func (cmd command) run(ctx context.Context, c *call, args []string) error {
	f := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	c.declare(f)
	do := cmd.prepare(f)
	for {
		if err := f.Parse(args); err != nil {
			return usageError{cmd.name, flagSentence(err), err}
		}
		if args = f.Args(); len(args) == 0 {
			break
		}
		c.args, args = append(c.args, args[0]), args[1:]
	}
	wants := len(strings.Fields(cmd.takes))
	if len(c.args) < wants {
		return usageError{topic: cmd.name, message: "which " + strings.ToLower(cmd.takes) + "? Say " + arguments[cmd.takes]}
	}
	if len(c.args) > wants {
		return usageError{topic: cmd.name, message: fmt.Sprintf("%q is one argument too many", c.args[wants])}
	}
	err := do(ctx, c)
	if wrong, ok := errors.AsType[usageError](err); ok {
		wrong.topic = cmd.name
		return wrong
	}
	return err
}

// declare adds the flags that every command has.
func (c *call) declare(f *flag.FlagSet) {
	f.StringVar(&c.file, "config", c.file, "")
}

func jsonFlag(f *flag.FlagSet) *bool { return f.Bool("json", false, "print JSON") }

func (c *call) loadConfig() (*Config, error) { return loadConfig(c.environ, c.file) }

// open reads the settings and opens the store for one command. Close it.
func (c *call) open(ctx context.Context) (*Config, *store.Store, error) {
	cfg, err := c.loadConfig()
	if err != nil {
		return nil, nil, err
	}
	missing := cfg.noDatabaseYet()
	if missing && !c.makes {
		return nil, nil, fmt.Errorf("there is no database at %s: run this where the server runs, or set FRONTDESK_DATA", cfg.Database)
	}
	s, err := cfg.openStore(ctx)
	if err == nil && missing {
		c.made = cfg.Database
	}
	return cfg, s, err
}

// withNewStore is withStore for what can be the first thing in a database, which is made where there is none.
func withNewStore(do func(context.Context, *call, *Config, *store.Store) error) action {
	return func(ctx context.Context, c *call) error {
		c.makes = true
		return withStore(do)(ctx, c)
	}
}

// withStore is an action with the settings and an open store.
func withStore(do func(context.Context, *call, *Config, *store.Store) error) action {
	return func(ctx context.Context, c *call) error {
		cfg, s, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		return do(ctx, c, cfg, s)
	}
}

// openStore opens the database of the settings, with its schema up to date.
func (c *Config) openStore(ctx context.Context) (*store.Store, error) {
	s, err := store.Open(ctx, store.Config{DSN: c.Database, Synchronous: c.Synchronous, Migrate: c.Migrate})
	if err != nil || c.Migrate {
		return s, err
	}
	n, err := s.Pending(ctx)
	if err == nil && n > 0 {
		err = errors.New("the database's schema is out of date: run frontdesk migrate")
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// settled says what a command has done, once what it has ended has ended on every server.
func (c *call) settled(ctx context.Context, s *store.Store, done, id string) error {
	s.Settle(ctx)
	_, err := fmt.Fprintf(c.stdout, done+"\n", id)
	return err
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// flagSentence is what package flag says of a command line, with the dashes that people type.
func flagSentence(err error) string {
	words := err.Error()
	if name, ok := strings.CutPrefix(words, "flag provided but not defined: -"); ok {
		return "there is no flag --" + name
	}
	if name, ok := strings.CutPrefix(words, "flag needs an argument: -"); ok {
		return "--" + name + " needs a value"
	}
	return words
}

// oneLine keeps what others have worded, such as a database, on the one line that a failure has.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
