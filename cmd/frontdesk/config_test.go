package main

import (
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	c, err := loadConfig([]string{"PATH=/bin", "FRONTDESK_NAME="}, "")
	if err != nil {
		t.Fatal(err)
	}
	if c.URL != "http://localhost:3000" || c.Listen != "localhost:3000" || c.Data != "./data" || c.Database != "data/frontdesk.db" ||
		c.Name != "Frontdesk" || c.SignUp != "invite" || c.Registration != "on" || c.ClientDocuments != "anyone" || c.LoopbackDocuments || !c.Migrate || c.secure() || len(c.MasterKey) != 0 ||
		c.AccessTokenLifetime != time.Hour || c.RefreshTokenLifetime != 30*24*time.Hour ||
		!reflect.DeepEqual(c.DefaultScopes, []string{"openid", "profile", "email", "offline_access"}) {
		t.Errorf("%+v", c)
	}
	c, err = loadConfig([]string{"FRONTDESK_DATA=/srv/desk"}, "")
	if err != nil || c.Database != "/srv/desk/frontdesk.db" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestEnvironmentOverFile(t *testing.T) {
	file := write(t, "# comment\n\n FRONTDESK_NAME = \"Acme #1\" # comment\r\nFRONTDESK_SIGN_UP='open'\nFRONTDESK_DATA=/srv/a\\b # c\nFRONTDESK_LOGO=\n")
	c, err := loadConfig([]string{"FRONTDESK_SIGN_UP=closed", "FRONTDESK_NAME=", "FRONTDESK_DATABASE=", "FRONTDESK_PROXIES=10.0.0.0/8, ::1/128"}, file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "Acme #1" || c.SignUp != "closed" || c.Data != `/srv/a\b` || c.Database != `/srv/a\b/frontdesk.db` || len(c.Proxies) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	for _, entry := range []string{
		"FRONTDESK_PORT=1", "FRONTDESK_=1", "FRONTDESK_url=http://localhost:1",
		"FRONTDESK_URL=http://localhost:3000/", "FRONTDESK_URL=https://a.example/desk", "FRONTDESK_URL=https://a.example?", "FRONTDESK_URL=https://a.example#",
		"FRONTDESK_URL=http://a.example", "FRONTDESK_URL=http://10.0.0.1", "FRONTDESK_URL=http://localhost.evil.example", "FRONTDESK_URL=ftp://localhost",
		"FRONTDESK_URL=//a.example", "FRONTDESK_URL=a.example", "FRONTDESK_URL=https://u@a.example", "FRONTDESK_URL=https://A.example",
		"FRONTDESK_URL=https://a.example:443", "FRONTDESK_URL=http://localhost:80", "FRONTDESK_URL=https://a.example:", "FRONTDESK_URL=https://:1", "FRONTDESK_URL=https://a b",
		"FRONTDESK_LISTEN=3000", "FRONTDESK_LISTEN=localhost:http2", "FRONTDESK_LISTEN=localhost:70000",
		"FRONTDESK_DATABASE=mysql://localhost/x", "FRONTDESK_DATABASE=host=db password=hunter2",
		"FRONTDESK_DATABASE=postgres://desk:********@db/x", "FRONTDESK_MASTER_KEY=********", "FRONTDESK_SQLITE_SYNCHRONOUS=OFF", "FRONTDESK_MIGRATE=maybe",
		"FRONTDESK_MASTER_KEY=c2hvcnQ=", "FRONTDESK_MASTER_KEY=!", "FRONTDESK_SMTP=mail.example.com", "FRONTDESK_SMTP=smtp://",
		"FRONTDESK_LOG_LEVEL=loud", "FRONTDESK_LOG_FORMAT=xml", "FRONTDESK_SIGN_UP=yes", "FRONTDESK_REGISTRATION=2",
		"FRONTDESK_REGISTRATION=token", "FRONTDESK_CLIENT_DOCUMENTS=some", "FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK=maybe",
		"FRONTDESK_REGISTRATIONS_MAX=-1", "FRONTDESK_UNUSED_CLIENTS=1m",
		"FRONTDESK_SIGN_INS_PER_MINUTE=-1", "FRONTDESK_REGISTRATIONS_PER_HOUR=many",
		"FRONTDESK_DEFAULT_SCOPES=openid everything", "FRONTDESK_ACCESS_TOKEN_LIFETIME=1", "FRONTDESK_ACCESS_TOKEN_LIFETIME=48h",
		"FRONTDESK_ACCESS_TOKEN_LIFETIME=0s", "FRONTDESK_REFRESH_TOKEN_LIFETIME=5m", "FRONTDESK_KEY_ROTATION=30m", "FRONTDESK_KEY_ROTATION=-1h", "FRONTDESK_PROXIES=localhost", "FRONTDESK_PROXIES=10.0.0.1",
		"FRONTDESK_LOGO=javascript:alert(1)", `FRONTDESK_LOGO=/\evil.example/x.svg`, "FRONTDESK_LOGO=//evil.example/x.svg", "FRONTDESK_LOGO=logo.png",
		"FRONTDESK_ORIGINS=example.com", "FRONTDESK_ORIGINS=https://example.com/", "FRONTDESK_ORIGINS=*",
	} {
		name, value, _ := strings.Cut(entry, "=")
		for _, load := range []func() (*Config, error){
			func() (*Config, error) { return loadConfig([]string{entry}, "") },
			func() (*Config, error) { return loadConfig(nil, write(t, name+"='"+value+"'\n")) },
		} {
			if c, err := load(); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, %v", entry, c, err)
			}
		}
	}
}

func TestURLsThatAreGood(t *testing.T) {
	for _, url := range []string{
		"https://a.example", "https://a.example:8443", "http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost", "http://127.8.8.8",
	} {
		if _, err := loadConfig([]string{"FRONTDESK_URL=" + url}, ""); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for name, content := range map[string]string{
		"no =": "FRONTDESK_NAME", "twice": "FRONTDESK_NAME=a\nFRONTDESK_NAME=b", "unknown": "NAME=a", "open quote": `FRONTDESK_NAME="a`,
		"open single quote": `FRONTDESK_NAME='a`, "behind the quote": `FRONTDESK_NAME="a" b`, "two quotes": `FRONTDESK_NAME='a''b'`,
	} {
		if _, err := loadConfig(nil, write(t, content)); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := loadConfig(nil, filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there passes")
	}
}

// Whatever the settings are, the file that is printed for them says the same, but for what it does not show.
func TestPrintedConfigParsesBack(t *testing.T) {
	for _, environ := range [][]string{
		nil,
		{"FRONTDESK_DATA=/srv/desk"},
		{"FRONTDESK_NAME=Acme \"Inc\" # 'x' \\ \t \x01 é \u200b", "FRONTDESK_URL=https://a.example", "FRONTDESK_REGISTRATION=off", "FRONTDESK_ORIGINS=https://b.example,https://c.example"},
		{"FRONTDESK_NAME=#", "FRONTDESK_LOGO=/a b.svg", "FRONTDESK_DATABASE=postgres://desk@db/x?sslmode=disable"},
		{"FRONTDESK_NAME='", "FRONTDESK_DATABASE=postgres://desk:hunter2@db/x", "FRONTDESK_SMTP=smtp://a:b%3Dhunter2@mail:25"},
	} {
		d := newProgram(t, environ...)
		d.env = environ
		first, wrong, code := d.run("", "config")
		if code != 0 || strings.Contains(first, "hunter2") {
			t.Fatal(wrong, first)
		}
		d.env = slices.DeleteFunc(slices.Clone(environ), func(entry string) bool { return !strings.Contains(entry, "hunter2") })
		second, wrong, code := d.run("", "config", "--config", write(t, first))
		if code != 0 || second != first {
			t.Errorf("%q: %s\n%s\nbecame\n%s", environ, wrong, first, second)
		}
		want, err := loadConfig(environ, "")
		if got, err2 := loadConfig(d.env, write(t, first)); err != nil || err2 != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v\nbecame\n%+v, %v", want, err, got, err2)
		}
		if _, err := loadConfig(nil, write(t, first)); err != nil {
			t.Error("without the passwords it cannot be read:", err)
		}
	}
}

// TestPrintedConfigFollows: who moves the data in a printed file moves the database as well.
func TestPrintedConfigFollows(t *testing.T) {
	d := newProgram(t)
	first, _, _ := d.run("", "config")
	c, err := loadConfig(nil, write(t, strings.Replace(first, "FRONTDESK_DATA="+d.dir, "FRONTDESK_DATA=/srv/moved", 1)))
	if err != nil || c.Database != "/srv/moved/frontdesk.db" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	for _, entry := range []string{
		"FRONTDESK_MASTER_KEY=aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMjIyMjI=",
		"FRONTDESK_DATABASE=postgres://desk:aHVudGVy@db/x", "FRONTDESK_DATABASE=postgres://db/x?password=aHVudGVy&sslmode=disable",
		"FRONTDESK_DATABASE=postgres://db/x?sslpassword=aHVudGVy", "FRONTDESK_DATABASE=postgres://desk:aHVudGVy%zz@db/x",
		"FRONTDESK_SMTP=smtp://desk:aHVudGVy@mail:25",
	} {
		for _, args := range [][]string{{"config"}, {"config", "--json"}} {
			d := newProgram(t, entry)
			out, wrong, code := d.run("", args...)
			name, _, _ := strings.Cut(entry, "=")
			if code != 0 || strings.Contains(out+wrong, "aHVudGVy") || !strings.Contains(out, name) {
				t.Errorf("%s %v: %d %s%s", entry, args, code, out, wrong)
			}
		}
	}
	if _, wrong, code := newProgram(t, "FRONTDESK_MASTER_KEY=aHVudGVy~").run("", "config"); code != 1 || strings.Contains(wrong, "aHVudGVy") {
		t.Error(code, wrong)
	}
}

// A setting without a meaning, or two under one name, would leave a hole in the manual.
func TestEverySettingIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range settings {
		if !strings.HasPrefix(s.name, prefix) || seen[s.name] || !strings.HasSuffix(s.help, ".") {
			t.Errorf("%+v", s)
		}
		seen[s.name] = true
	}
	if len(settings) != reflect.TypeFor[Config]().NumField()-1 {
		t.Error("a field of Config is no setting")
	}
}

func FuzzConfigFile(f *testing.F) {
	f.Add("FRONTDESK_NAME=\"a\" # b\nFRONTDESK_LOGO='x'\n")
	f.Fuzz(func(t *testing.T, content string) {
		given := map[string]string{}
		if readConfigFile(write(t, content), given) != nil {
			return
		}
		for name, value := range given {
			again := map[string]string{}
			if err := readConfigFile(write(t, name+"="+quote(value)), again); err != nil || again[name] != value {
				t.Errorf("%s is %q and comes back as %q (%v)", name, value, again[name], err)
			}
		}
	})
}

func FuzzMaskPassword(f *testing.F) {
	f.Add("user", "pässw0rd-of-theirs")
	f.Add("user", "000000%0X000")
	f.Add("us#er", "12/34567890123")
	f.Add("us?er", "1234567890123")
	f.Fuzz(func(t *testing.T, user, password string) {
		if len(password) < 12 || strings.Contains(url.QueryEscape(user)+user, password) {
			return
		}
		for _, value := range []string{"postgres://" + user + ":" + password + "@db/x", "postgres://db/x?password=" + url.QueryEscape(password)} {
			if masked, _ := maskPassword(value); strings.Contains(masked, password) || strings.Contains(masked, url.QueryEscape(password)) {
				t.Errorf("%q shows as %q", value, masked)
			}
		}
	})
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "frontdesk.conf")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
