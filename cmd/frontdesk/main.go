// Command frontdesk signs people in to MCP clients: authorization server, accounts, pages and an MCP server
// in one program. Its one idea: this is the only place where the parts meet. Every command is an entry of
// the table below and a file of its own; it reads the settings, opens the store, and leaves the rest to
// the rooms.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// commands is every command, in the order of the usage text.
var commands = []command{
	{"serve", "", "", "serve everything on one listener", serve},
	{"config", "", "[--json]", "print every setting, as a file for --config", printConfig},
	{"migrate", "", "", "bring the database's schema up to date and stop", migrate},
	{"user create", "", "--email E [--username U] [--first-name F] [--last-name L] [--admin] --password-stdin [--json]", "make an account", userCreate},
	{"user list", "", "[--json]", "list the accounts", userList},
	{"user show", "USER", "[--json]", "show an account", userShow},
	{"user ban", "USER", "", "sign somebody out everywhere and keep them out", userBan},
	{"user unban", "USER", "", "let somebody in again", userUnban},
	{"user lock", "USER", "", "keep somebody from signing in; what is open stays open", userLock},
	{"user unlock", "USER", "", "let somebody sign in again", userUnlock},
	{"user reset-password", "USER", "--password-stdin", "set a password and sign out everywhere", userResetPassword},
	{"user delete", "USER", "", "delete an account and all that hangs on it", userDelete},
	{"client create", "", "--name N --redirect-uri U [--redirect-uri U]... [--post-logout-redirect-uri U]... [--confidential] [--resource-server] [--scope S]... [--id-token-alg A] [--json]", "make a client, which then counts as verified", clientCreate},
	{"client list", "", "[--json]", "list the clients", clientList},
	{"client show", "CLIENT", "[--json]", "show a client", clientShow},
	{"client delete", "CLIENT", "", "delete a client; its tokens end at once", clientDelete},
	{"client rotate-secret", "CLIENT", "[--json]", "give a confidential client a new secret; the old one ends at once", clientRotateSecret},
	{"client allow", "CLIENT", "", "vouch for a client, by its id or the URL of its document, seen before or not", clientAllow},
	{"client block", "CLIENT", "", "keep a client out; its tokens end at once", clientBlock},
	{"client unblock", "CLIENT", "", "let a client in again", clientUnblock},
	{"key list", "", "[--json]", "list the keys that sign tokens", keyList},
	{"key rotate", "", "[--algorithm A] [--json]", "make the next key, unless one is waiting; it signs once everybody can know it", keyRotate},
	{"key revoke", "KEY", "", "take back a key that others may have; its tokens end at once, and another key signs", keyRevoke},
	{"doctor", "", "", "check configuration, database, clock and reachability", doctor},
	{"version", "", "[--json]", "print what was built", version},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program. It returns the exit code: 0 done, 1 failed with a sentence on stderr, 2 usage.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &call{environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
	err := c.dispatch(ctx, args)
	wrong, isUsage := errors.AsType[usageError](err)
	switch {
	case err == nil:
		if c.made != "" {
			fmt.Fprintf(stderr, "frontdesk: a new database was made at %s\n", c.made)
		}
		return 0
	case errors.Is(err, flag.ErrHelp):
		wrong.print(stdout)
		return 0
	case isUsage:
		fmt.Fprintf(stderr, "frontdesk: %s\n", wrong.message)
		wrong.print(stderr)
		return 2
	}
	words := oneLine(err.Error())
	if c.made != "" {
		words += "; a new database was made at " + c.made
	}
	fmt.Fprintf(stderr, "frontdesk: %s\n", words)
	return 1
}

// dispatch finds the command that args name and runs it.
func (c *call) dispatch(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("frontdesk", flag.ContinueOnError)
	c.declare(f)
	asked := f.Bool("version", false, "")
	f.SetOutput(io.Discard)
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return usageError{err: err}
		}
		return usageError{message: flagSentence(err), err: err}
	}
	if args = f.Args(); *asked {
		args = append([]string{"version"}, args...)
	}
	if len(args) == 0 {
		return usageError{message: "a command is missing. One of: " + strings.Join(firstWords(), ", ")}
	}
	if args[0] == "help" {
		topic := strings.Join(args[1:], " ")
		if topic != "" && len(about(topic)) == 0 {
			return unknown(args[1:])
		}
		return usageError{topic: topic, err: flag.ErrHelp}
	}
	for _, name := range []string{strings.Join(args[:min(2, len(args))], " "), args[0]} {
		for _, command := range commands {
			if command.name == name {
				return command.run(ctx, c, args[len(strings.Fields(name)):])
			}
		}
	}
	return unknown(args)
}

// firstWords are the commands, those of two words once for all.
func firstWords() []string {
	var all []string
	for _, command := range commands {
		all = append(all, strings.Fields(command.name)[0])
	}
	return slices.Compact(all)
}

// unknown answers words that are no command, or half of one.
func unknown(args []string) error {
	var second []string
	for _, command := range about(args[0]) {
		second = append(second, strings.TrimPrefix(command.name, args[0]+" "))
	}
	switch {
	case len(second) > 0 && len(args) == 1:
		return usageError{topic: args[0], message: args[0] + " what? One of: " + strings.Join(second, ", ")}
	case len(args) > 1 && slices.Contains([]string{"--help", "-h", "-help"}, args[1]):
		return usageError{topic: args[0], err: flag.ErrHelp}
	case len(second) > 0:
		return usageError{message: fmt.Sprintf("there is no command %q. After %s comes one of: %s", strings.Join(args[:2], " "), args[0], strings.Join(second, ", "))}
	}
	return usageError{message: fmt.Sprintf("there is no command %q", args[0])}
}
