//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontdesk/store/storetest"
)

// raw opens a connection to the desk and writes the start of a request.
func (d *desk) raw(t *testing.T, begin string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, begin); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestDrain: on SIGTERM the program takes nothing new, finishes what it has begun, and is gone in 10 s, even
// where a client dawdles.
func TestDrain(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		d := start(t)
		const body = "grant_type=authorization_code&code=x&client_id=y"
		head := fmt.Sprintf("POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", len(body))
		running := d.raw(t, head+body[:10])
		d.raw(t, head+body[:10])                             // never goes on
		d.raw(t, "")                                         // says nothing at all
		d.raw(t, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n") // stays open
		d.caller().get(t, "/healthz")                        // by now the others are being served

		began := time.Now()
		if err := d.serving.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		for { // until it listens no more
			conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
			if err != nil {
				break
			}
			conn.Close()
			if time.Since(began) > 5*time.Second {
				t.Fatal("it still takes connections 5 s after the signal")
			}
		}
		if _, err := io.WriteString(running, body[10:]); err != nil {
			t.Fatal(err)
		}
		_ = running.SetReadDeadline(time.Now().Add(5 * time.Second))
		reply := make([]byte, 12)
		if _, err := io.ReadFull(running, reply); err != nil || string(reply) != "HTTP/1.1 401" {
			t.Errorf("%v: what ran was answered %q, %v", sig, reply, err)
		}
		select {
		case <-d.serving.gone:
		case <-time.After(12 * time.Second):
			t.Fatalf("%v: it still runs after %v", sig, time.Since(began))
		}
		if took, code := time.Since(began), d.serving.cmd.ProcessState.ExitCode(); took > 10*time.Second || code != 0 {
			t.Errorf("%v: it ended after %v with %d", sig, took, code)
		}
	}
}

// TestSlow: whoever sends slowly, or reads nothing, is cut off within 30 s and keeps nobody else waiting.
func TestSlow(t *testing.T) {
	t.Parallel()
	d := start(t)
	a := d.native(t, nativeRedirect)
	token := a.signedIn(t, d.stranger(t), d.user(t)).Access
	post := func(path, kind, extra string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + kind + "\r\n" + extra + "Content-Length: 60000\r\n\r\n"
	}
	const formKind = "application/x-www-form-urlencoded"
	var all sync.WaitGroup
	for name, begin := range map[string]string{
		"nothing at all": "", "half a line": "GET /sig", "headers": "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
		"token body": post("/oauth/token", formKind, ""), "sign-in body": post("/sign-in", formKind, ""),
		"authorize body": post("/oauth/authorize", formKind, ""), "registration body": post("/oauth/register", "application/json", ""),
		"message":              post("/mcp", "application/json", "Accept: application/json, text/event-stream\r\nAuthorization: Bearer "+token+"\r\n"),
		"unauthorized message": post("/mcp", "application/json", ""),
		"chunks":               "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + formKind + "\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		for range 20 {
			conn := d.raw(t, begin)
			all.Go(func() {
				drip, began := "a", time.Now()
				if begin == "" {
					drip = ""
				}
				if name == "chunks" {
					drip = "1\r\na\r\n"
				}
				closed := make(chan struct{})
				go func() { _, _ = io.Copy(io.Discard, conn); close(closed) }()
				tick := time.NewTicker(time.Second)
				defer tick.Stop()
				for {
					select {
					case <-closed:
						return
					case <-tick.C:
						_, _ = io.WriteString(conn, drip) // closed says when it is over
					}
					if time.Since(began) > 31*time.Second {
						t.Errorf("slow %s: still open after %v", name, time.Since(began))
						_ = conn.Close()
						return
					}
				}
			})
		}
	}
	for range 50 {
		began := time.Now()
		if a := d.caller().get(t, "/readyz"); a.Status != 200 || time.Since(began) > 3*time.Second {
			t.Errorf("meanwhile /readyz answered %d after %v", a.Status, time.Since(began))
		}
	}
	all.Wait()
	d.caller().alive(t, "afterwards", token)
}

// TestDatabaseDown: without its database the program says 503 and lets nobody pass; it recovers by itself.
func TestDatabaseDown(t *testing.T) {
	cluster := storetest.NewCluster(t)
	d := start(t, "FRONTDESK_DATABASE="+cluster.Database(t), "FRONTDESK_SIGN_UP=open")
	p := d.user(t)
	a := d.native(t, nativeRedirect)
	browser := d.stranger(t)
	browser.signIn(t, p)
	tk := a.signedIn(t, browser, p)
	d.same(t, p, a.profile(t, tk.Access))
	tr := a.trip()
	code := a.redemption(tr, a.code(t, browser, p, tr))

	d.failures = true
	cluster.Stop(t)
	c := d.stranger(t)
	json := http.Header{"Content-Type": {"application/json"}}
	for name, ans := range map[string]*answer{
		"/readyz":      c.get(t, "/readyz"),
		"/mcp":         c.call(t, tk.Access, toolCall),
		"token":        a.token(t, code),
		"refresh":      a.token(t, renewal(tk.Refresh)),
		"registration": c.send(t, "POST", "/oauth/register", `{"redirect_uris":["`+webRedirect+`"]}`, json),
		"revocation":   c.postForm(t, "/oauth/revoke", form("client_id", a.ID, "token", tk.Refresh), nil),
		"authorize":    browser.get(t, a.trip().path()),
		"sign-in":      c.postForm(t, "/sign-in", form("identifier", p.Email, "password", p.Password), d.browserly()),
		"sign-up":      c.postForm(t, "/sign-up", form("email", "x@example.com", "password", "long-enough-1"), d.browserly()),
	} {
		if ans.Status != http.StatusServiceUnavailable || innards.MatchString(ans.Body) || len(ans.Header["Set-Cookie"]) > 0 {
			t.Errorf("without its database %s answered %d: %.300s", name, ans.Status, ans.Body)
		}
	}
	for _, path := range []string{"/healthz", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp", "/.well-known/jwks.json"} {
		if ans := c.get(t, path); ans.Status != http.StatusOK {
			t.Errorf("without its database %s answered %d", path, ans.Status)
		}
	}
	if ans := c.call(t, "garbage", toolCall); ans.Status != http.StatusUnauthorized {
		t.Errorf("without its database a forged token was answered %d", ans.Status)
	}

	cluster.Start(t)
	d.ready(t)
	d.same(t, p, a.profile(t, tk.Access))
	a.tokens(t, a.token(t, code))
	a.tokens(t, a.token(t, renewal(tk.Refresh)))
}

// TestPrivateFiles: nobody else on the machine reads the keys or the database.
func TestPrivateFiles(t *testing.T) {
	d := start(t)
	d.user(t)
	keys := 0
	err := filepath.WalkDir(d.Data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if strings.Contains(path, "key") {
			keys++
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil || keys == 0 {
		t.Errorf("%d key files in %s, %v", keys, d.Data, err)
	}
}
