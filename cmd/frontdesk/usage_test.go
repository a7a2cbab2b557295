package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestWordsOfTheCommandLine: who mistypes reads what is wrong and where to go on.
func TestWordsOfTheCommandLine(t *testing.T) {
	p := newProgram(t)
	p.do(nil, "correct horse\n", "user", "create", "--email", "jane@example.com", "--admin", "--password-stdin")
	for _, c := range []struct{ args, words string }{
		{"", "a command is missing. One of: serve, config, migrate, user, client, key, doctor, version\nSee: frontdesk help\n"},
		{"user", "user what? One of: create, list, show, ban, unban, lock, unlock, reset-password, delete\n"},
		{"user dance", `there is no command "user dance". After user comes one of: create, list,`},
		{"srve", "there is no command \"srve\"\nSee: frontdesk help\n"},
		{"user list --bogus", "there is no flag --bogus\n"},
		{"--bogus", "there is no flag --bogus\n"},
		{"config --config", "--config needs a value\n"},
		{"key rotate --algorithm none", `--algorithm is "none": there are ES256,`},
		{"client create --name A --redirect-uri https://a.example --id-token-alg none", `--id-token-alg is "none": there are ES256,`},
		{"user create --email jane@example.com --password-stdin", "there is an account with this address already\n"},
	} {
		if _, wrong, _ := p.run("correct horse\n", strings.Fields(c.args)...); !strings.HasPrefix(wrong, "frontdesk: "+c.words) {
			t.Errorf("%q: %s", c.args, wrong)
		}
	}
	out, _, _ := p.run("", "client", "create", "--help")
	for _, words := range []string{"[--redirect-uri U]...", "[--json]", "  --confidential", "give it a secret"} {
		if !strings.Contains(out, words) {
			t.Errorf("the help has no %q:\n%s", words, out)
		}
	}
}

// TestNewDatabaseIsTold: who meant another database hears at once that this one was not there. Only what can be the first
// thing in a database makes one.
func TestNewDatabaseIsTold(t *testing.T) {
	for _, args := range []string{"user list", "user show jane", "user ban jane", "client list", "client block https://a.example/c.json", "key list", "key rotate"} {
		p := newProgram(t)
		if _, wrong, code := p.run("", strings.Fields(args)...); code != 1 || !strings.HasPrefix(wrong, "frontdesk: there is no database at "+p.dir+"/frontdesk.db: ") {
			t.Errorf("%s: %d %s", args, code, wrong)
		}
		if _, err := os.Stat(p.dir); err == nil {
			t.Errorf("%s has made %s", args, p.dir)
		}
	}
	for _, args := range []string{"client create --name A --redirect-uri https://a.example", "user create --admin --email jane@example.com --password-stdin"} {
		p := newProgram(t)
		if _, wrong, _ := p.run("correct horse\n", strings.Fields(args)...); wrong != "frontdesk: a new database was made at "+p.dir+"/frontdesk.db\n" {
			t.Errorf("%s: %s", args, wrong)
		}
		if _, wrong, _ := p.run("", "user", "list"); wrong != "" {
			t.Errorf("%s, and then: %s", args, wrong)
		}
	}
	if _, wrong, code := newProgram(t).run("", "migrate"); code != 0 || wrong != "" {
		t.Error(code, wrong)
	}
}

// TestLetIn: who is banned and locked stays out until both are taken back.
func TestLetIn(t *testing.T) {
	p := newProgram(t)
	p.do(nil, "correct horse\n", "user", "create", "--email", "jane@example.com", "--username", "jane", "--admin", "--password-stdin")
	for _, c := range []struct{ command, words string }{
		{"ban", "is banned"},
		{"lock", "cannot sign in"},
		{"unban", "is not banned any more, but still locked: frontdesk user unlock user_"},
		{"ban", "is banned"},
		{"unlock", "is not locked any more, but still banned: frontdesk user unban user_"},
		{"unban", "may sign in again"},
	} {
		if out, _, _ := p.run("", "user", c.command, "jane"); !strings.Contains(out, c.words) {
			t.Errorf("%s: %s", c.command, out)
		}
	}
}

// TestWordsOfSettings: a setting that is refused is named, alone, with what it should be.
func TestWordsOfSettings(t *testing.T) {
	for entry, words := range map[string]string{
		"FRONTDESK_PROXIES=10.0.0.1":                    `FRONTDESK_PROXIES is "10.0.0.1", which cannot be read: it is networks like 127.0.0.1/32`,
		"FRONTDESK_MASTER_KEY=!":                        "FRONTDESK_MASTER_KEY cannot be read: make one with openssl rand -base64 32",
		"FRONTDESK_SIGN_INS_PER_MINUTE=-1":              "FRONTDESK_SIGN_INS_PER_MINUTE must be 0 or more",
		"FRONTDESK_REGISTRATIONS_PER_HOUR=-1":           "FRONTDESK_REGISTRATIONS_PER_HOUR must be 0 or more",
		"FRONTDESK_LOGO=javascript:alert(1)":            "FRONTDESK_LOGO: ",
		"FRONTDESK_DATABASE=postgres://u:********@db/x": "FRONTDESK_DATABASE holds ********, ",
	} {
		if _, wrong, code := newProgram(t, entry).run("", "serve"); code != 1 || !strings.HasPrefix(wrong, "frontdesk: "+words) {
			t.Errorf("%s: %d %s", entry, code, wrong)
		}
	}
}

func TestPasswordIsTheFirstLine(t *testing.T) {
	for stdin, want := range map[string]string{"a b \r\nrest": "a b ", "a": "a", "\n": "", "": ""} {
		c := &call{stdin: strings.NewReader(stdin)}
		if got, err := c.password(true); got != want || err != nil {
			t.Errorf("%q: %q, %v", stdin, got, err)
		}
	}
	endless := &call{stdin: endlessReader{}}
	if got, err := endless.password(true); len(got) > maxPasswordLine || err != nil {
		t.Error(len(got), err)
	}
}

type endlessReader struct{}

func (endlessReader) Read(b []byte) (int, error) {
	return copy(b, bytes.Repeat([]byte("x"), len(b))), nil
}
