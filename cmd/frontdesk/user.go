package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"frontdesk/internal/account"
	"frontdesk/store"
)

// maxPasswordLine is more than any password has, and little enough to read from anybody.
const maxPasswordLine = 8 << 10 // bytes

// userCreate is the command user create. Whom the operator makes has a verified address.
func userCreate(f *flag.FlagSet) action {
	n := account.NewUser{Verified: true}
	f.StringVar(&n.Email, "email", "", "the address they sign in with; it counts as verified")
	f.StringVar(&n.Username, "username", "", "another name to sign in with")
	f.StringVar(&n.FirstName, "first-name", "", "as people and clients read it")
	f.StringVar(&n.LastName, "last-name", "", "as people and clients read it")
	f.BoolVar(&n.Admin, "admin", false, "make an administrator")
	fromStdin, asJSON := f.Bool("password-stdin", false, "read the password from the first line of standard input"), jsonFlag(f)
	return func(ctx context.Context, c *call) (err error) {
		if n.Email == "" {
			return usageError{message: "--email is missing"}
		}
		if n.Password, err = c.password(*fromStdin); err != nil {
			return err
		}
		return withNewStore(func(ctx context.Context, c *call, _ *Config, s *store.Store) error {
			u, err := account.New(account.Config{Store: s}).SignUp(ctx, n)
			if errors.Is(err, account.ErrEmailTaken) {
				return errors.New("there is an account with this address already")
			}
			if err != nil {
				return err
			}
			if there, err := s.HasAdministrator(ctx); err == nil && !there {
				fmt.Fprintln(c.stderr, "There is no administrator yet: add --admin to make one.")
			}
			return c.show(describeUser(u), *asJSON)
		})(ctx, c)
	}
}

// password reads the password from the first line of stdin: on the command line every program on the
// machine could read it.
func (c *call) password(fromStdin bool) (string, error) {
	if !fromStdin {
		return "", usageError{message: "--password-stdin is missing: the password is read from standard input"}
	}
	line, err := bufio.NewReader(io.LimitReader(c.stdin, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// userList is the command user list.
func userList(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return withStore(func(ctx context.Context, c *call, _ *Config, s *store.Store) error {
		all := each(ctx, s.Users, func(u store.User) string { return u.ID })
		return list(c.stdout, *asJSON, all, func(u store.User) any { return describeUser(&u) },
			"ID\tUSERNAME\tEMAIL\tNAME\tSTATE", func(u store.User) string {
				return strings.Join([]string{u.ID, orDash(u.Username), orDash(u.Primary().Address), orDash(u.Name()), state(&u)}, "\t")
			})
	})
}

// userShow is the command user show.
func userShow(f *flag.FlagSet) action {
	asJSON := jsonFlag(f)
	return withUser(func(_ context.Context, c *call, _ *store.Store, u *store.User) error {
		return c.show(describeUser(u), *asJSON)
	})
}

// The commands that change one thing about a user.
var (
	userBan    = changeUser((*store.Store).Ban, "%s is banned and signed out everywhere; their apps are disconnected.")
	userUnban  = letIn((*store.Store).Unban, (*store.User).Locked, "%s is not banned any more, but still locked: frontdesk user unlock %[1]s")
	userLock   = changeUser((*store.Store).Lock, "%s cannot sign in any more.")
	userUnlock = letIn((*store.Store).Unlock, (*store.User).Banned, "%s is not locked any more, but still banned: frontdesk user unban %[1]s")
	userDelete = changeUser((*store.Store).DeleteUser, "%s is deleted.")
)

func changeUser(change func(*store.Store, context.Context, string) error, done string) func(*flag.FlagSet) action {
	return func(*flag.FlagSet) action {
		return withUser(func(ctx context.Context, c *call, s *store.Store, u *store.User) error {
			if err := change(s, ctx, u.ID); err != nil {
				return err
			}
			return c.settled(ctx, s, done, u.ID)
		})
	}
}

// letIn is a command that takes back one of the two that keep a user out. other tells whether the other one stays.
func letIn(change func(*store.Store, context.Context, string) error, other func(*store.User) bool, but string) func(*flag.FlagSet) action {
	return func(*flag.FlagSet) action {
		return withUser(func(ctx context.Context, c *call, s *store.Store, u *store.User) error {
			if err := change(s, ctx, u.ID); err != nil {
				return err
			}
			if other(u) {
				return c.settled(ctx, s, but, u.ID)
			}
			return c.settled(ctx, s, "%s may sign in again.", u.ID)
		})
	}
}

// userResetPassword is the command user reset-password.
func userResetPassword(f *flag.FlagSet) action {
	fromStdin := f.Bool("password-stdin", false, "read the password from the first line of standard input")
	return func(ctx context.Context, c *call) error {
		password, err := c.password(*fromStdin)
		if err != nil {
			return err
		}
		return withUser(func(ctx context.Context, c *call, s *store.Store, u *store.User) error {
			if err := account.New(account.Config{Store: s}).SetPassword(ctx, u.ID, password); err != nil {
				return err
			}
			return c.settled(ctx, s, "%s has a new password and is signed out everywhere; their apps are disconnected.", u.ID)
		})(ctx, c)
	}
}

// withUser opens the store and finds the user whom the first argument names.
func withUser(do func(context.Context, *call, *store.Store, *store.User) error) action {
	return withStore(func(ctx context.Context, c *call, _ *Config, s *store.Store) error {
		u, err := account.New(account.Config{Store: s}).Find(ctx, c.args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("nobody has the id, email address or username %q", c.args[0])
		}
		if err != nil {
			return err
		}
		return do(ctx, c, s, u)
	})
}
