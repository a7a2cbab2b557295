//go:build e2e

package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// account is what `user show --json` says of a person: what the database holds.
type account struct {
	ID       string   `json:"id"`
	Username string   `json:"username"`
	First    string   `json:"first_name"`
	Last     string   `json:"last_name"`
	Primary  string   `json:"primary_email"`
	Others   []string `json:"secondary_emails"`
	TwoSteps bool     `json:"two_factor_enabled"`
	Banned   bool     `json:"banned"`
	Locked   bool     `json:"locked"`
	Image    string   `json:"image_url"`
	External []string `json:"external_accounts"`
	Creates  bool     `json:"create_organization_enabled"`
	Deletes  bool     `json:"delete_self_enabled"`
}

// account reads the person from the database.
func (d *desk) account(t *testing.T, p person) (a account) {
	t.Helper()
	d.run(t, &a, "", "user", "show", p.ID, "--json")
	return a
}

// lines are the thirteen lines of get_user_profile.
func (a account) lines() string {
	none := func(s string) string {
		if s == "" {
			return "None"
		}
		return s
	}
	yes := map[bool]string{true: "Yes", false: "No"}
	return strings.Join([]string{
		"User ID: " + a.ID,
		"Username: " + none(a.Username),
		"First Name: " + none(a.First),
		"Last Name: " + none(a.Last),
		"Primary Email: " + none(a.Primary),
		"Secondary Email: " + none(strings.Join(a.Others, ", ")),
		"2FA Enabled: " + yes[a.TwoSteps],
		"Account Banned: " + yes[a.Banned],
		"Account Locked: " + yes[a.Locked],
		"Profile Image: " + none(a.Image),
		"External Accounts: " + none(strings.Join(a.External, ", ")),
		"Organization Creation Enabled: " + yes[a.Creates],
		"Delete Self Enabled: " + yes[a.Deletes],
	}, "\n")
}

// same compares what a client was told with what the database holds.
func (d *desk) same(t *testing.T, p person, got profile) {
	t.Helper()
	a := d.account(t, p)
	if a.ID != p.ID || a.Username != p.Username || a.First != p.FirstName || a.Last != p.LastName || a.Primary != p.Email {
		t.Errorf("user show says %+v of %+v", a, p)
	}
	if want := a.lines(); strings.TrimRight(got.Text, "\n") != want {
		t.Errorf("get_user_profile says\n%s\nthe database holds\n%s", got.Text, want)
	}
	s := got.Structured
	for name, want := range map[string]any{
		"user_id": a.ID, "username": a.Username, "first_name": a.First, "last_name": a.Last, "primary_email": a.Primary,
		"two_factor_enabled": a.TwoSteps, "banned": a.Banned, "locked": a.Locked,
		"create_organization_enabled": a.Creates, "delete_self_enabled": a.Deletes,
	} {
		if s[name] != want {
			t.Errorf("structured %s is %v, want %v", name, s[name], want)
		}
	}
	for name, v := range s {
		if v == nil {
			t.Errorf("structured %s is null", name)
		}
	}
}

// enrich gives a person what no command sets yet: more emails, a picture, an account elsewhere.
func (d *desk) enrich(t *testing.T, p person) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(d.Data, "frontdesk.db")+"?_busy_timeout=10000&_foreign_keys=1")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now, tag := time.Now().UnixMilli(), strings.TrimPrefix(p.Username, "jane")
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{"UPDATE users SET image_url = ? WHERE id = ?", []any{"https://img.example/" + tag + ".png", p.ID}},
		{
			"INSERT INTO emails (id, user_id, address, canonical, verified_at, created_at) VALUES (?, ?, ?, ?, ?, ?)",
			[]any{"email_a" + tag, p.ID, "jane." + tag + "@home.example", "jane." + tag + "@home.example", now, now},
		},
		{
			"INSERT INTO emails (id, user_id, address, canonical, verified_at, created_at) VALUES (?, ?, ?, ?, ?, ?)",
			[]any{"email_b" + tag, p.ID, "jane." + tag + "@work.example", "jane." + tag + "@work.example", now, now + 1},
		},
		{
			"INSERT INTO external_accounts (id, user_id, provider, subject, identifier, created_at) VALUES (?, ?, ?, ?, ?, ?)",
			[]any{"ext_" + tag, p.ID, "Google", tag, fmt.Sprintf("jane.%s@gmail.com", tag), now},
		},
	} {
		if _, err := db.ExecContext(t.Context(), q.sql, q.args...); err != nil {
			t.Fatalf("%s: %v", q.sql, err)
		}
	}
}
