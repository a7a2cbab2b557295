package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/internal/account"
	"frontdesk/store"
	"frontdesk/store/storetest"
)

// program runs commands on a data folder of its own.
type program struct {
	t   *testing.T
	dir string
	env []string
}

func newProgram(t *testing.T, environ ...string) *program {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	return &program{t, dir, append([]string{"FRONTDESK_DATA=" + dir}, environ...)}
}

// newMigrated is newProgram with a database.
func newMigrated(t *testing.T, environ ...string) *program {
	t.Helper()
	p := newProgram(t, environ...)
	p.do(nil, "", "migrate")
	return p
}

func (p *program) run(stdin string, args ...string) (out, wrong string, code int) {
	p.t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(p.t.Context(), args, p.env, strings.NewReader(stdin), &stdout, &stderr)
	return stdout.String(), stderr.String(), code
}

// do is run for what must succeed; with v it reads the JSON that was printed.
func (p *program) do(v any, stdin string, args ...string) {
	p.t.Helper()
	out, wrong, code := p.run(stdin, args...)
	if code != 0 || wrong != "" && !strings.HasPrefix(wrong, "frontdesk: a new database was made at "+p.dir) {
		p.t.Fatalf("%v: %d %s", args, code, wrong)
	}
	if v != nil {
		if err := json.Unmarshal([]byte(out), v); err != nil {
			p.t.Fatalf("%v: %v in %s", args, err, out)
		}
	}
}

func (p *program) open() *store.Store {
	return storetest.Open(p.t, store.Config{DSN: filepath.Join(p.dir, "frontdesk.db")})
}

func TestUserCommands(t *testing.T) {
	p := newProgram(t)
	var made, shown userDescription
	p.do(&made, "correct horse\n", "user", "create", "--email", "Jane@example.com", "--username", "Jane", "--first-name", "Jane", "--last-name", "Smith",
		"--admin", "--password-stdin", "--json")
	if made.ID == "" || made.UserID != made.ID || made.Username != "jane" || !made.Admin || made.PrimaryEmail != "Jane@example.com" ||
		made.CreatedAt.IsZero() || !slices.Equal(made.Emails, []emailDescription{{"Jane@example.com", true, true}}) {
		t.Errorf("%+v", made)
	}
	for _, name := range []string{made.ID, "jane", "JANE@example.com"} {
		p.do(&shown, "", "user", "show", name, "--json")
		if shown.ID != made.ID || shown.FirstName != "Jane" || !shown.DeleteSelfEnabled || !shown.CreateOrganizationEnabled {
			t.Errorf("%s: %+v", name, shown)
		}
	}
	for _, step := range []struct {
		command        string
		banned, locked bool
	}{{"ban", true, false}, {"lock", true, true}, {"unban", false, true}, {"unlock", false, false}} {
		p.do(nil, "", "user", step.command, "jane")
		p.do(&shown, "", "user", "show", "--json", "jane")
		if shown.Banned != step.banned || shown.Locked != step.locked {
			t.Errorf("%s: %+v", step.command, shown)
		}
	}
	p.do(nil, "another horse\n", "user", "reset-password", "jane", "--password-stdin")
	accounts := account.New(account.Config{Store: p.open()})
	if _, err := accounts.Authenticate(t.Context(), "jane", "correct horse"); !errors.Is(err, account.ErrWrongPassword) {
		t.Error(err)
	}
	if _, err := accounts.Authenticate(t.Context(), "jane", "another horse"); err != nil {
		t.Error(err)
	}
	p.do(nil, "", "user", "delete", "jane")
	if _, wrong, code := p.run("", "user", "show", "jane"); code != 1 || !strings.Contains(wrong, `"jane"`) {
		t.Error(code, wrong)
	}
}

// What get_user_profile says must be in what the operator sees, under the same names.
func TestUserShowHasTheProfile(t *testing.T) {
	p := newProgram(t)
	p.do(nil, "", "migrate")
	err := p.open().CreateUser(t.Context(), &store.User{Username: "kim", ImageURL: "https://a.example/i.png", TwoFactorEnabled: true, Emails: []store.Email{
		{Address: "b@example.com", Canonical: "b@example.com"}, {Address: "a@example.com", Canonical: "a@example.com", Primary: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var shown map[string]any
	p.do(&shown, "", "user", "show", "kim", "--json")
	for name, want := range map[string]any{
		"username": "kim", "first_name": "", "last_name": "", "primary_email": "a@example.com", "two_factor_enabled": true,
		"banned": false, "locked": false, "image_url": "https://a.example/i.png", "create_organization_enabled": false, "delete_self_enabled": false,
	} {
		if shown[name] != want {
			t.Errorf("%s: %v", name, shown[name])
		}
	}
	if l, ok := shown["secondary_emails"].([]any); !ok || len(l) != 1 || l[0] != "b@example.com" {
		t.Error(shown["secondary_emails"])
	}
	if l, ok := shown["external_accounts"].([]any); !ok || len(l) != 0 {
		t.Error(shown["external_accounts"])
	}
	out, _, _ := p.run("", "user", "show", "kim")
	if !strings.Contains(out, "a@example.com (primary), b@example.com\n") {
		t.Error(out)
	}
}

func TestLists(t *testing.T) {
	p := newMigrated(t)
	for _, noun := range []string{"user", "client"} {
		var none []any
		if p.do(&none, "", noun, "list", "--json"); none == nil || len(none) != 0 {
			t.Errorf("%s: %v", noun, none)
		}
	}
	s := p.open()
	err := s.Tx(t.Context(), func(ctx context.Context) error {
		for range 1203 {
			if err := s.CreateUser(ctx, &store.User{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []userDescription
	p.do(&all, "", "user", "list", "--json")
	seen := map[string]bool{}
	for _, u := range all {
		seen[u.ID] = true
	}
	if len(all) != 1203 || len(seen) != 1203 {
		t.Error(len(all), len(seen))
	}
	out, _, _ := p.run("", "user", "list")
	if strings.Count(out, "\n") != 1204 {
		t.Error(out)
	}
}

func TestClientCommands(t *testing.T) {
	p := newProgram(t)
	var public, secret, shown, rotated clientDescription
	p.do(&public, "", "client", "create", "--name", "Editor", "--redirect-uri", "http://127.0.0.1/cb", "--redirect-uri", "editor://cb", "--json")
	if public.ID == "" || public.Secret != "" || !public.Verified || public.Source != "operator" || public.AuthMethod != "none" || public.Scope != "" ||
		!slices.Equal(public.RedirectURIs, []string{"http://127.0.0.1/cb", "editor://cb"}) {
		t.Errorf("%+v", public)
	}
	p.do(&secret, "", "client", "create", "--name", "Web", "--redirect-uri", "https://a.example/cb", "--confidential", "--scope", "openid", "--scope", "profile email", "--json")
	if secret.Secret == "" || secret.Scope != "openid profile email" || secret.AuthMethod != "client_secret_basic" {
		t.Errorf("%+v", secret)
	}
	if p.do(&shown, "", "client", "show", secret.ID, "--json"); shown.Secret != "" || shown.Name != "Web" {
		t.Errorf("%+v", shown)
	}
	before, _ := p.open().Client(t.Context(), secret.ID)
	p.do(&rotated, "", "client", "rotate-secret", secret.ID, "--json")
	after, err := p.open().Client(t.Context(), secret.ID)
	if err != nil || rotated.Secret == "" || rotated.Secret == secret.Secret || before.SecretHash == after.SecretHash || after.SecretRotatedAt.IsZero() {
		t.Errorf("%+v %+v %v", rotated, after, err)
	}
	if _, wrong, code := p.run("", "client", "rotate-secret", public.ID); code != 1 || !strings.Contains(wrong, "authenticates with none") {
		t.Error(code, wrong)
	}
	var all []clientDescription
	if p.do(&all, "", "client", "list", "--json"); len(all) != 2 || all[0].Secret+all[1].Secret != "" {
		t.Errorf("%+v", all)
	}
	p.do(nil, "", "client", "delete", public.ID)
	if _, _, code := p.run("", "client", "show", public.ID); code != 1 {
		t.Error("it is still there")
	}
}

func TestExitCodes(t *testing.T) {
	p := newProgram(t)
	p.do(nil, "correct horse\n", "user", "create", "--email", "jane@example.com", "--admin", "--password-stdin")
	for _, c := range []struct {
		code        int
		args, stdin string
	}{
		{0, "--help", ""},
		{0, "help", ""},
		{0, "help user", ""},
		{0, "user --help", ""},
		{0, "user ban --help", ""},
		{0, "client create -h", ""},
		{0, "serve --help", ""},
		{0, "version --json", ""},
		{0, "--version", ""},
		{1, "user create --email jane@example.com --password-stdin", "correct horse\n"},
		{1, "user create --email x --password-stdin", "correct horse\n"},
		{1, "user create --email a@example.com --password-stdin", "short\n"},
		{1, "user create --email a@example.com --password-stdin", ""},
		{1, "user show nobody", ""},
		{1, "client show client_x", ""},
		{1, "client create --name A --redirect-uri http://example.com", ""},
		{2, "client create --name A --redirect-uri https://a.example --scope everything", ""},
		{1, "config --config /nowhere", ""},
		{2, "", ""},
		{2, "dance", ""},
		{2, "user", ""},
		{2, "user dance", ""},
		{2, "token list", ""},
		{2, "key dance", ""},
		{2, "key rotate --algorithm none", ""},
		{2, "client create --name A --redirect-uri https://a.example --id-token-alg none", ""},
		{2, "--version now", ""},
		{2, "backup x", ""},
		{2, "user show", ""},
		{2, "help dance", ""},
		{2, "help user dance", ""},
		{2, "user show a b", ""},
		{2, "user show --dance a", ""},
		{2, "user create --password-stdin", ""},
		{2, "user create --email a@example.com", ""},
		{2, "user reset-password jane@example.com", ""},
		{2, "client create --name A", ""},
		{2, "client create --redirect-uri https://a.example", ""},
		{2, "serve now", ""},
		{2, "--dance", ""},
		{2, "config --config", ""},
	} {
		out, wrong, code := p.run(c.stdin, strings.Fields(c.args)...)
		if code != c.code {
			t.Errorf("%q: %d, not %d: %s%s", c.args, code, c.code, out, wrong)
		}
		switch {
		case c.code == 0 && (wrong != "" || out == ""):
			t.Errorf("%q: %q %q", c.args, out, wrong)
		case c.code == 1 && (strings.Count(wrong, "\n") != 1 || !strings.HasPrefix(wrong, "frontdesk: ")):
			t.Errorf("%q does not say one sentence: %q", c.args, wrong)
		case c.code == 2 && !strings.Contains(wrong, "\nUsage:") && !strings.Contains(wrong, "\nSee: frontdesk help"):
			t.Errorf("%q: %q", c.args, wrong)
		}
	}
}

func TestSchemaOutOfDate(t *testing.T) {
	p := newProgram(t, "FRONTDESK_MIGRATE=off")
	if _, wrong, code := p.run("secret-1234\n", "user", "create", "--email", "a@a.example", "--password-stdin"); code != 1 || !strings.Contains(wrong, "frontdesk migrate") {
		t.Error(code, wrong)
	}
	p.do(nil, "", "migrate")
	p.do(nil, "", "user", "list")
}

func TestMasterKey(t *testing.T) {
	p := newProgram(t)
	c, err := loadConfig(p.env, "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := c.masterKey()
	again, err2 := c.masterKey()
	if err != nil || err2 != nil || len(key) != 32 || !bytes.Equal(key, again) {
		t.Fatal(key, again, err, err2)
	}
	info, err := os.Stat(c.masterKeyFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if folder, err := os.ReadDir(c.Data); err != nil || len(folder) != 1 {
		t.Error("something else stayed there:", folder, err)
	}
	if err := makeMasterKey(c.masterKeyFile()); err != nil {
		t.Error(err)
	}
	if kept, err := c.masterKey(); err != nil || !bytes.Equal(kept, key) {
		t.Error("a second start made another key:", err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(c.masterKeyFile(), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := c.masterKey(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%o: %v", mode, err)
		}
	}
	for _, content := range []string{"", "c2hvcnQ=\n", "no base64!"} {
		if err := errors.Join(os.WriteFile(c.masterKeyFile(), []byte(content), 0o600), os.Chmod(c.masterKeyFile(), 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.masterKey(); err == nil {
			t.Errorf("%q passes for a key", content)
		}
	}
	c.MasterKey = bytes.Repeat([]byte("k"), 32)
	if key, err := c.masterKey(); err != nil || !bytes.Equal(key, c.MasterKey) {
		t.Error(key, err)
	}
}

func TestDoctor(t *testing.T) {
	p := newProgram(t)
	if out, wrong, code := p.run("", "doctor"); code != 0 || strings.Contains(out, "broken") {
		t.Error("before the first start:", code, out, wrong)
	}
	if _, err := os.Stat(p.dir); err == nil {
		t.Error("the doctor has made the folder")
	}
	p.do(nil, "", "migrate")
	c, _ := loadConfig(p.env, "")
	if _, err := c.masterKey(); err != nil {
		t.Fatal(err)
	}
	if out, wrong, code := p.run("", "doctor"); code != 0 || !strings.Contains(out, "whole and up to date") {
		t.Error(code, out, wrong)
	}
	for name, c := range map[string]struct {
		spoil func() error
		env   string
		word  string
	}{
		"key file":      {func() error { return os.Chmod(c.masterKeyFile(), 0o644) }, "", "chmod 600"},
		"folder":        {func() error { return os.Chmod(p.dir, 0o777) }, "", "chmod 700"},
		"configuration": {nil, "FRONTDESK_URL=http://a.example", "FRONTDESK_URL"},
		"database":      {nil, "FRONTDESK_DATABASE=postgres://desk:hunter2@127.0.0.1:1/x", "does not answer"},
		"no database":   {nil, "FRONTDESK_DATABASE=" + write(t, strings.Repeat("this is no database ", 1000)), "broken"},
	} {
		q := &program{t, p.dir, append(slices.Clone(p.env), c.env)}
		if c.spoil != nil {
			if err := c.spoil(); err != nil {
				t.Fatal(err)
			}
		}
		out, wrong, code := q.run("", "doctor")
		if code != 1 || !strings.Contains(out, "broken") || !strings.Contains(out, c.word) || strings.Contains(out+wrong, "hunter2") {
			t.Errorf("%s: %d %s%s", name, code, out, wrong)
		}
		if err := errors.Join(os.Chmod(p.dir, 0o700), os.Chmod(filepath.Join(p.dir, "master.key"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDoctorOnPostgres(t *testing.T) {
	p := newProgram(t, "FRONTDESK_DATABASE="+storetest.PostgresURL(t))
	if out, _, code := p.run("", "doctor"); code != 0 || !strings.Contains(out, "serve applies them") {
		t.Error(code, out)
	}
	p.do(nil, "", "migrate")
	if out, _, code := p.run("", "doctor"); code != 0 || !strings.Contains(out, "PostgreSQL 1") || !strings.Contains(out, "up to date") {
		t.Error(code, out)
	}
}
