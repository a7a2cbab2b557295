//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// person is somebody with an account, and what they would type to sign in.
type person struct {
	ID, Email, Username, FirstName, LastName, Password string
}

// command runs the program's command line beside the serving process and returns what it printed.
func (d *desk) command(t *testing.T, stdin string, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = slices.Clone(d.env)
	cmd.Stdin = strings.NewReader(stdin)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if strings.Contains(log.String(), "DATA RACE") {
		t.Errorf("frontdesk %s: %s", strings.Join(args, " "), log.String())
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

// run is command for what must succeed; it reads the JSON that --json printed into v, if v is not nil.
func (d *desk) run(t *testing.T, v any, stdin string, args ...string) {
	t.Helper()
	out, log, exit := d.command(t, stdin, args...)
	if exit != 0 {
		t.Fatalf("frontdesk %s: exit %d: %s", strings.Join(args, " "), exit, log)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal([]byte(out), v); err != nil {
		t.Fatalf("frontdesk %s printed no JSON (%v): %s", strings.Join(args, " "), err, out)
	}
}

// user makes an account as an operator does. Every name is its own.
func (d *desk) user(t *testing.T, flags ...string) person {
	t.Helper()
	tag := strings.ToLower(rand.Text()[:8])
	p := person{
		Email: "jane." + tag + "@example.com", Username: "jane" + tag,
		FirstName: "Jane", LastName: "Smith", Password: "correct-horse-" + rand.Text(),
	}
	d.secret("a password", p.Password)
	var made struct {
		ID string `json:"id"`
	}
	args := []string{
		"user", "create", "--email", p.Email, "--username", p.Username, "--first-name", p.FirstName,
		"--last-name", p.LastName, "--password-stdin", "--json",
	}
	d.run(t, &made, p.Password+"\n", slices.Concat(args, flags)...)
	if !strings.HasPrefix(made.ID, "user_") {
		t.Fatalf("user create --json says id %q", made.ID)
	}
	p.ID = made.ID
	return p
}

// client makes a client as an operator does; such clients count as verified.
func (d *desk) client(t *testing.T, name, redirect string, flags ...string) *app {
	t.Helper()
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	args := []string{"client", "create", "--name", name, "--redirect-uri", redirect, "--json"}
	d.run(t, &made, "", slices.Concat(args, flags)...)
	if made.ID == "" {
		t.Fatal("client create --json says no client_id")
	}
	d.secret("a client secret", made.Secret)
	method := "none"
	if made.Secret != "" {
		method = "client_secret_basic"
	}
	return &app{caller: d.caller(), ID: made.ID, Secret: made.Secret, Method: method, Redirect: redirect}
}
