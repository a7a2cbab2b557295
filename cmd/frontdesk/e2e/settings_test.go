//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusedSettings: what cannot be right is refused at once, in a sentence that names it.
func TestRefusedSettings(t *testing.T) {
	for _, row := range []struct{ setting, word string }{
		{"FRONTDESK_BOGUS=1", "FRONTDESK_BOGUS"},
		{"FRONTDESK_url=http://localhost:3000", "FRONTDESK_url"},
		{"FRONTDESK_URL=http://example.com", "https"},
		{"FRONTDESK_URL=http://127.0.0.1.evil.example", "https"},
		{"FRONTDESK_URL=http://192.168.1.5:3000", "https"},
		{"FRONTDESK_URL=ftp://example.com", "FRONTDESK_URL"},
		{"FRONTDESK_URL=example.com", "FRONTDESK_URL"},
		{"FRONTDESK_URL=https://user@example.com", "FRONTDESK_URL"},
		{"FRONTDESK_URL=https://example.com/?a=b", "FRONTDESK_URL"},
		{"FRONTDESK_URL=https://example.com/#a", "FRONTDESK_URL"},
		{"FRONTDESK_LISTEN=nowhere", "FRONTDESK_LISTEN"},
		{"FRONTDESK_LOG_LEVEL=loud", "FRONTDESK_LOG_LEVEL"},
		{"FRONTDESK_LOG_FORMAT=xml", "FRONTDESK_LOG_FORMAT"},
		{"FRONTDESK_SIGN_UP=maybe", "FRONTDESK_SIGN_UP"},
		{"FRONTDESK_REGISTRATION=perhaps", "FRONTDESK_REGISTRATION"},
		{"FRONTDESK_REGISTRATIONS_PER_HOUR=-1", "FRONTDESK_REGISTRATIONS_PER_HOUR"},
		{"FRONTDESK_SIGN_INS_PER_MINUTE=many", "FRONTDESK_SIGN_INS_PER_MINUTE"},
		{"FRONTDESK_DATABASE=mysql://root:hunter2-secret@localhost/x", "FRONTDESK_DATABASE"},
		{"FRONTDESK_DATABASE=postgres://desk:hunter2-secret@127.0.0.1:1/x", ""},
		{"FRONTDESK_DATA=/proc/nowhere", "/proc/nowhere"},
	} {
		d := prepareDesk(t, row.setting)
		_, said, exit := d.command(t, "", "serve")
		last := strings.TrimSpace(said[strings.LastIndex(strings.TrimSpace(said), "\n")+1:])
		if exit != 1 && exit != 2 || !strings.Contains(said, row.word) || last == "" {
			t.Errorf("%s: exit %d: %s", row.setting, exit, said)
		}
		if strings.Contains(said, "hunter2") || strings.Contains(said, "goroutine") {
			t.Errorf("%s: it says %s", row.setting, said)
		}
	}
}

// TestConfig: what `config` prints is a file that means the same, with but for the passwords, which it does not show.
func TestConfig(t *testing.T) {
	secrets := []string{"FRONTDESK_DATABASE=postgres://desk:hunter2-secret@localhost/x", "FRONTDESK_SMTP=smtp://desk:hunter3-secret@localhost:25"}
	d := prepareDesk(t, append(secrets, "FRONTDESK_NAME=Acme & Söhne", "FRONTDESK_SIGN_UP=open")...)
	first, said, exit := d.command(t, "", "config")
	if exit != 0 {
		t.Fatalf("config: exit %d: %s", exit, said)
	}
	if strings.Contains(first, "hunter") {
		t.Error("config shows a password")
	}
	for _, key := range []string{
		"URL", "LISTEN", "DATA", "DATABASE", "SMTP", "LOG_LEVEL", "LOG_FORMAT", "NAME", "LOGO", "SIGN_UP", "REGISTRATION",
		"REGISTRATIONS_PER_HOUR", "SIGN_INS_PER_MINUTE",
	} {
		if !strings.Contains(first, "FRONTDESK_"+key+"=") {
			t.Errorf("config does not print FRONTDESK_%s", key)
		}
	}
	file := filepath.Join(t.TempDir(), "frontdesk.conf")
	bare := &desk{env: append(d.env[:3:3], secrets...)} // PATH, HOME and GORACE: all other settings come from the file
	second, said, exit := bare.configured(t, file, first)
	if exit != 0 || second != first {
		t.Errorf("config of its own output: exit %d: %s\n%s\nwant\n%s", exit, said, second, first)
	}
	if _, said, exit = bare.command(t, "", "config", "--config", file+".nowhere"); exit == 0 || !strings.Contains(said, "nowhere") {
		t.Errorf("a config file that is not there: exit %d: %s", exit, said)
	}
	if _, said, exit = bare.configured(t, file, "# hello\n\nFRONTDESK_NAME=File\nFRONTDESK_BOGUS=1\n"); exit == 0 || !strings.Contains(said, "FRONTDESK_BOGUS") {
		t.Errorf("an unknown key in the file: exit %d: %s", exit, said)
	}
	bare.env = append(bare.env[:3:3], "FRONTDESK_NAME=Environment")
	out, _, _ := bare.configured(t, file, "FRONTDESK_NAME=File\nFRONTDESK_SIGN_UP=open\n")
	if !strings.Contains(out, "FRONTDESK_NAME=Environment") || !strings.Contains(out, "FRONTDESK_SIGN_UP=open") {
		t.Errorf("the environment does not come before the file:\n%s", out)
	}
}

// configured is what config says of a file with this text.
func (d *desk) configured(t *testing.T, file, text string) (stdout, stderr string, exit int) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return d.command(t, "", "config", "--config", file)
}

// TestExitCodes: 0 done, 1 failed with one sentence on stderr, 2 usage.
func TestExitCodes(t *testing.T) {
	d := start(t)
	p := d.user(t)
	for _, row := range []struct {
		args  string
		stdin string
		exit  int
	}{
		{"version", "", 0},
		{"doctor", "", 0},
		{"config", "", 0},
		{"migrate", "", 0},
		{"user list", "", 0},
		{"user list --json", "", 0},
		{"client list --json", "", 0},
		{"user show " + p.ID, "", 0},
		{"user show " + p.Email, "", 0},
		{"user lock " + p.ID, "", 0},
		{"user unlock " + p.ID, "", 0},
		{"help", "", 0},
		{"--help", "", 0},
		{"user show user_nobody", "", 1},
		{"user ban nobody@example.com", "", 1},
		{"user delete user_nobody", "", 1},
		{"client show client_nobody", "", 1},
		{"client delete client_nobody", "", 1},
		{"client rotate-secret client_nobody", "", 1},
		{"user create --email " + p.Email + " --password-stdin", "long-enough-pass\n", 1},
		{"user create --email nobody --password-stdin", "long-enough-pass\n", 1},
		{"user create --email short@example.com --password-stdin", "short\n", 1},
		{"user create --email empty@example.com --password-stdin", "", 1},
		{"client create --name Evil --redirect-uri javascript:alert(1)", "", 1},
		{"client create --name Evil --redirect-uri http://example.com/", "", 1},
		{"serve", "", 1}, // the address is taken
		{"", "", 2},
		{"bogus", "", 2},
		{"user", "", 2},
		{"user bogus", "", 2},
		{"client", "", 2},
		{"user create", "", 2},
		{"client create", "", 2},
		{"user list --bogus", "", 2},
		{"user show", "", 2},
		{"serve extra", "", 2},
	} {
		out, said, exit := d.command(t, row.stdin, strings.Fields(row.args)...)
		if exit != row.exit {
			t.Errorf("frontdesk %s: exit %d, want %d: %s%s", row.args, exit, row.exit, out, said)
		}
		lines := strings.Split(strings.TrimSpace(said), "\n")
		if row.exit == 1 && row.args != "serve" && (len(lines) != 1 || lines[0] == "") {
			t.Errorf("frontdesk %s says no one sentence: %s", row.args, said)
		}
		if innards.MatchString(said) || row.exit != 0 && strings.TrimSpace(said) == "" {
			t.Errorf("frontdesk %s says %q", row.args, said)
		}
	}
}

// TestHTTPS: behind a proxy that speaks https, addresses are the public ones and cookies are locked to the host.
func TestHTTPS(t *testing.T) {
	d := start(t)
	local := d.URL
	if code := d.stop(t); code != 0 {
		t.Fatalf("exit %d", code)
	}
	const public = "https://desk.example"
	d.env = append(d.env, "FRONTDESK_URL="+public)
	d.serve(t)
	d.ready(t)
	p := d.user(t)
	host := http.Header{"Host": {"desk.example"}, "X-Forwarded-Proto": {"https"}}
	m := d.caller().send(t, "GET", "/.well-known/oauth-authorization-server", "", host).json(t)
	if m["issuer"] != public || m["token_endpoint"] != public+"/oauth/token" || strings.Contains(fmt.Sprint(m), local) {
		t.Errorf("the metadata says %v", m)
	}
	prm := d.caller().send(t, "GET", "/.well-known/oauth-protected-resource/mcp", "", host).json(t)
	if prm["resource"] != public+"/mcp" {
		t.Errorf("the resource's metadata says %v", prm)
	}
	h := http.Header{"Host": {"desk.example"}, "Origin": {public}, "Sec-Fetch-Site": {"same-origin"}}
	ans := d.caller().postForm(t, "/sign-in", form("identifier", p.Email, "password", p.Password), h)
	cookies := (&http.Response{Header: ans.Header}).Cookies()
	if len(cookies) != 1 || !strings.HasPrefix(cookies[0].Name, "__Host-") || !cookies[0].Secure || !cookies[0].HttpOnly || cookies[0].Path != "/" {
		t.Errorf("sign-in answered %d with %v", ans.Status, ans.Header["Set-Cookie"])
	}
	if c := d.caller().send(t, "POST", "/mcp", toolCall, host).Header.Get("WWW-Authenticate"); !strings.Contains(c, public+"/.well-known/") {
		t.Errorf("the challenge says %q", c)
	}
}
