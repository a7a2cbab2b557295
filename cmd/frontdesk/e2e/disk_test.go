//go:build e2e

package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestDiskFull: on a full disk the program says 503 to whoever wants something written, goes on reading,
// damages nothing, and recovers by itself.
func TestDiskFull(t *testing.T) {
	d, disk := smallDisk(t)
	p := newcomer(d)
	c := d.stranger(t)
	if ans := c.submit(t, c.get(t, "/sign-up"), "email", p.Email, "username", p.Username, "password", p.Password); ans.Status != http.StatusSeeOther {
		t.Fatalf("sign-up answered %d", ans.Status)
	}
	a := d.register(t, everyday(webRedirect))
	tk := a.signedIn(t, c, p)
	tr := a.trip()
	code := a.redemption(tr, a.code(t, c, p, tr))

	d.failures = true
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 8<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk does not fill up: %v", err)
	}
	useUp(t, a)
	a.alive(t, "on a full disk", tk.Access)
	for name, ans := range map[string]*answer{
		"redemption": a.token(t, code), "refresh": a.token(t, renewal(tk.Refresh)),
		"sign-up": d.caller().postForm(t, "/sign-up", form("email", "x@example.com", "password", "long-enough-1"), d.browserly()),
	} {
		if ans.Status != http.StatusServiceUnavailable && ans.Status != http.StatusOK || innards.MatchString(ans.Body) {
			t.Errorf("on a full disk %s answered %d: %.300s", name, ans.Status, ans.Body)
		}
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if ans := a.postJSON(t, "/oauth/register", everyday(webRedirect)); ans.Status != http.StatusCreated {
		t.Errorf("with room again registration answered %d: %s", ans.Status, ans.Body)
	}
	a.alive(t, "with room again", a.tokens(t, a.token(t, renewal(tk.Refresh))).Access)
	intact(t, filepath.Join(disk, "frontdesk.db"))
}

// smallDisk starts a desk whose data folder is a disk of 3 MiB, which only the program sees; disk is the way
// there from here.
func smallDisk(t *testing.T) (d *desk, disk string) {
	t.Helper()
	d = prepareDesk(t, "FRONTDESK_SIGN_UP=open")
	flags := "-m"
	if os.Geteuid() != 0 {
		flags = "-Urm"
	}
	mount := fmt.Sprintf("mount -t tmpfs -o size=3m,mode=0700 tmpfs '%s' && exec '%s' serve", d.Data, program)
	d.begin(t, exec.Command("unshare", flags, "sh", "-c", mount))
	d.ready(t)
	return d, fmt.Sprintf("/proc/%d/root%s", d.serving.cmd.Process.Pid, d.Data)
}

// useUp registers clients until the room is gone that the database has left in its files.
func useUp(t *testing.T, a *app) {
	t.Helper()
	for range 500 {
		ans := a.postJSON(t, "/oauth/register", everyday(webRedirect))
		switch {
		case ans.Status == http.StatusServiceUnavailable:
			return
		case ans.Status != http.StatusCreated || innards.MatchString(ans.Body):
			t.Fatalf("while the disk fills, registration answered %d: %s", ans.Status, ans.Body)
		}
	}
	t.Fatal("the disk is full and registration does not notice")
}

// intact fails the test where SQLite finds damage in a database file.
func intact(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?_busy_timeout=10000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %s, %v", verdict, err)
	}
}
