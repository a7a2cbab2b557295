//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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
