//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"frontdesk/store/storetest"
)

// pair is two serving programs on one database, and somebody's client, which was registered at the first.
type pair struct {
	here, there *desk
	app         *app
	person      person
	browser     *caller
}

// startPair starts both on a database.
func startPair(t *testing.T, database string) *pair {
	t.Helper()
	settings := []string{"FRONTDESK_ACCESS_TOKEN_LIFETIME=10m"}
	if database != "" {
		settings = append(settings, "FRONTDESK_DATABASE="+database)
	}
	p := &pair{here: start(t, settings...)}
	p.there = p.here.replica(t)
	p.person, p.browser = p.here.user(t), p.here.stranger(t)
	p.app = p.here.client(t, "Editor", webRedirect) // its consent is remembered
	p.browser.signIn(t, p.person)
	p.token(t)
	return p
}

// replica starts the program once more, on the same database and for the same public URL.
func (d *desk) replica(t *testing.T) *desk {
	t.Helper()
	port := freePort(t)
	r := &desk{URL: fmt.Sprintf("http://localhost:%d", port), Data: d.Data, secrets: map[string]string{}}
	r.env = append(slices.Clone(d.env), fmt.Sprintf("FRONTDESK_LISTEN=localhost:%d", port), fmt.Sprintf("FRONTDESK_HOSTS=localhost:%d", port))
	r.serve(t)
	r.ready(t)
	return r
}

// token is a new grant's access token, which passes at both.
func (p *pair) token(t *testing.T) string {
	t.Helper()
	tk := p.app.signedIn(t, p.browser, p.person).Access
	p.there.secret("an access token", tk)
	p.here.caller().alive(t, "at first", tk)
	p.there.caller().alive(t, "at first", tk)
	return tk
}

// revoke ends the token's grant at the first program, where it is dead at once, and returns how long after the answer
// the second let it pass.
func (p *pair) revoke(t *testing.T, token string) time.Duration {
	t.Helper()
	there := p.there.caller()
	if a := p.app.postForm(t, "/oauth/revoke", form("client_id", p.app.ID, "token", token), nil); a.Status != http.StatusOK {
		t.Fatalf("revocation answered %d: %s", a.Status, a.Body)
	}
	began := time.Now()
	p.here.caller().dead(t, "where it was revoked", token)
	for {
		switch a := there.call(t, token, toolCall); {
		case a.Status == http.StatusUnauthorized:
			return time.Since(began)
		case a.Status != http.StatusOK:
			t.Fatalf("the other program answered %d: %s", a.Status, a.Body)
		case time.Since(began) > 10*time.Second:
			t.Fatal("the other program lets it pass after 10 s")
		}
	}
}

// rounds revokes n times and holds the slowest to a second.
func (p *pair) rounds(t *testing.T, what string, n int, before func()) {
	t.Helper()
	var all []time.Duration
	for range n {
		token := p.token(t)
		before()
		all = append(all, p.revoke(t, token))
	}
	slices.Sort(all)
	measured(t, "%s, %d times: median %v, maximum %v", what, n, all[n/2].Round(100*time.Microsecond), all[n-1].Round(100*time.Microsecond))
	if all[n-1] >= time.Second {
		t.Errorf("%s: a token passed %v after the revocation", what, all[n-1])
	}
}

// commands ends access from the command line: when a command is done, it is done everywhere.
func (p *pair) commands(t *testing.T) {
	t.Helper()
	for _, command := range [][]string{
		{"user", "reset-password", "--password-stdin", p.person.ID}, {"user", "ban", p.person.ID}, {"user", "unban", p.person.ID}, {"client", "delete", p.app.ID},
	} {
		if command[1] == "unban" {
			p.here.run(t, nil, "", command...)
			continue
		}
		p.browser = p.here.stranger(t)
		p.browser.signIn(t, p.person)
		token := p.token(t)
		p.here.run(t, nil, p.person.Password+"\n", command...)
		p.there.caller().dead(t, fmt.Sprint("after ", command), token)
		p.here.caller().dead(t, fmt.Sprint("after ", command), token)
	}
}

// killed kills both programs right after the answer. What was revoked is so when they are back.
func (p *pair) killed(t *testing.T) {
	t.Helper()
	for range 5 {
		token, kept := p.token(t), p.token(t)
		a := p.app.postForm(t, "/oauth/revoke", form("client_id", p.app.ID, "token", token), nil)
		for _, d := range []*desk{p.here, p.there} {
			_ = d.serving.cmd.Process.Kill()
			d.end(t, d.serving)
		}
		if a.Status != http.StatusOK {
			t.Fatalf("revocation answered %d: %s", a.Status, a.Body)
		}
		for _, d := range []*desk{p.here, p.there} {
			d.serve(t)
			d.ready(t)
			d.caller().dead(t, "after kill -9", token)
			d.caller().alive(t, "after kill -9", kept)
		}
	}
}

// TestRevocationSQLite is two programs on one file.
func TestRevocationSQLite(t *testing.T) {
	p := startPair(t, "")
	p.rounds(t, "two programs on one SQLite file", 100, func() {})
	p.killed(t)
	p.commands(t)
}

// TestRevocationPostgres is two programs on one PostgreSQL, whose calls come through, are cut off, and which stops.
func TestRevocationPostgres(t *testing.T) {
	cluster := storetest.NewCluster(t)
	database := cluster.Database(t)
	p := startPair(t, database)
	p.rounds(t, "two programs on one PostgreSQL", 100, func() {})
	p.rounds(t, "the LISTEN connections cut just before", 20, func() { cut(t, database) })
	undo := silent(t, database)
	t.Cleanup(undo) // or the server would wait for them
	p.rounds(t, "the LISTEN connections silent", 10, func() {})
	undo()
	p.stopped(t, cluster)
	p.rounds(t, "after PostgreSQL was stopped", 30, func() {})
	p.killed(t)
	p.commands(t)
}

// listening waits until both programs listen and have looked, and returns the server's processes that serve them there.
func listening(t *testing.T, database string) []int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for {
		rows, err := conn.Query(t.Context(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
			AND state = 'idle' AND query LIKE '%LEFT JOIN revocations%'`)
		if err != nil {
			t.Fatal(err)
		}
		pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil {
			t.Fatal(err)
		}
		if len(pids) >= 2 {
			return pids
		}
	}
}

// cut ends the connections on which the programs listen, as pg_terminate_backend does.
func cut(t *testing.T, database string) {
	t.Helper()
	for _, pid := range listening(t, database) {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
}

// silent keeps those connections open, but nothing comes over them any more.
func silent(t *testing.T, database string) (undo func()) {
	t.Helper()
	pids := listening(t, database)
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGCONT) // it may have ended
		}
	}
}

// stopped stops the database: nobody passes, nothing can be revoked. When it is back, what was revoked before is
// dead, and nothing else.
func (p *pair) stopped(t *testing.T, cluster *storetest.Cluster) {
	t.Helper()
	kept, revoked := p.token(t), p.token(t)
	p.here.failures, p.there.failures = true, true
	if a := p.app.postForm(t, "/oauth/revoke", form("client_id", p.app.ID, "token", revoked), nil); a.Status != http.StatusOK {
		t.Fatalf("revocation answered %d: %s", a.Status, a.Body)
	}
	cluster.Stop(t)
	for _, d := range []*desk{p.here, p.there} {
		for _, token := range []string{kept, revoked} {
			if a := d.caller().call(t, token, toolCall); a.Status != http.StatusServiceUnavailable {
				t.Errorf("without its database a program answered %d", a.Status)
			}
		}
	}
	if a := p.app.postForm(t, "/oauth/revoke", form("client_id", p.app.ID, "token", kept), nil); a.Status != http.StatusServiceUnavailable {
		t.Errorf("without a database revocation answered %d", a.Status)
	}
	cluster.Start(t)
	for _, d := range []*desk{p.here, p.there} {
		d.ready(t)
		d.caller().dead(t, "after PostgreSQL came back", revoked)
		d.caller().alive(t, "after PostgreSQL came back", kept)
	}
}
