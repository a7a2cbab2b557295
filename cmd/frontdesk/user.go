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
	f.StringVar(&n.Email, "email", "", "")
	f.StringVar(&n.Username, "username", "", "")
	f.StringVar(&n.FirstName, "first-name", "", "")
	f.StringVar(&n.LastName, "last-name", "", "")
	f.BoolVar(&n.Admin, "admin", false, "")
	fromStdin, asJSON := f.Bool("password-stdin", false, ""), jsonFlag(f)
	return func(ctx context.Context, c *call) (err error) {
		if n.Email == "" {
			return usageError{message: "--email is missing"}
		}
		if n.Password, err = c.password(*fromStdin); err != nil {
			return err
		}
		_, s, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
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
	return func(ctx context.Context, c *call) error {
		_, s, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		all := each(ctx, s.Users, func(u store.User) string { return u.ID })
		return list(c.stdout, *asJSON, all, func(u store.User) any { return describeUser(&u) },
			"ID\tUSERNAME\tEMAIL\tNAME\tSTATE", func(u store.User) string {
				return strings.Join([]string{u.ID, orDash(u.Username), orDash(u.Primary().Address), orDash(fullName(&u)), state(&u)}, "\t")
			})
	}
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
	userBan    = changeUser((*store.Store).Ban, "%s is banned, and signed out everywhere.")
	userUnban  = changeUser((*store.Store).Unban, "%s may sign in again.")
	userLock   = changeUser((*store.Store).Lock, "%s cannot sign in any more.")
	userUnlock = changeUser((*store.Store).Unlock, "%s may sign in again.")
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

// userResetPassword is the command user reset-password.
func userResetPassword(f *flag.FlagSet) action {
	fromStdin := f.Bool("password-stdin", false, "")
	return func(ctx context.Context, c *call) error {
		password, err := c.password(*fromStdin)
		if err != nil {
			return err
		}
		return withUser(func(ctx context.Context, c *call, s *store.Store, u *store.User) error {
			if err := account.New(account.Config{Store: s}).SetPassword(ctx, u.ID, password); err != nil {
				return err
			}
			return c.settled(ctx, s, "%s has a new password, and is signed out everywhere.", u.ID)
		})(ctx, c)
	}
}

// withUser opens the store and finds the user whom the first argument names.
func withUser(do func(context.Context, *call, *store.Store, *store.User) error) action {
	return func(ctx context.Context, c *call) error {
		_, s, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		u, err := account.New(account.Config{Store: s}).Find(ctx, c.args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("nobody has the id, email address or username %q", c.args[0])
		}
		if err != nil {
			return err
		}
		return do(ctx, c, s, u)
	}
}
