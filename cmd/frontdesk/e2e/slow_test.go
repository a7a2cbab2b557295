//go:build e2e

package e2e

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// dawdlers are requests that begin well and go on a byte a second: how each begins, and the byte.
func dawdlers(token string) map[string][2]string {
	post := func(path, kind, extra string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + kind + "\r\n" + extra + "Content-Length: 60000\r\n\r\n"
	}
	const form = "application/x-www-form-urlencoded"
	return map[string][2]string{
		"nothing at all":       {"", ""},
		"half a line":          {"GET /sig", "n"},
		"headers":              {"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", "a"},
		"token body":           {post("/oauth/token", form, ""), "a"},
		"sign-in body":         {post("/sign-in", form, ""), "a"},
		"authorize body":       {post("/oauth/authorize", form, ""), "a"},
		"registration body":    {post("/oauth/register", "application/json", ""), "["},
		"message":              {post("/mcp", "application/json", "Accept: application/json, text/event-stream\r\nAuthorization: Bearer "+token+"\r\n"), " "},
		"unauthorized message": {post("/mcp", "application/json", ""), " "},
		"chunks":               {"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + form + "\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"},
	}
}

// TestSlow: whoever sends slowly, or nothing at all, is cut off within 30 s and keeps nobody else waiting.
func TestSlow(t *testing.T) {
	t.Parallel()
	d := start(t)
	a := d.native(t, nativeRedirect)
	token := a.signedIn(t, d.stranger(t), d.user(t)).Access
	var all sync.WaitGroup
	for name, how := range dawdlers(token) {
		for range 20 {
			conn := d.raw(t, how[0])
			all.Go(func() { dawdle(t, name, conn, how[1]) })
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

// dawdle sends drip every second until the other side has had enough.
func dawdle(t *testing.T, name string, conn net.Conn, drip string) {
	began := time.Now()
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, conn) // ends with the connection
		close(closed)
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for time.Since(began) < 31*time.Second {
		select {
		case <-closed:
			return
		case <-tick.C:
			_, _ = io.WriteString(conn, drip) // closed says when it is over
		}
	}
	t.Errorf("slow %s: still open after %v", name, time.Since(began))
	_ = conn.Close()
	<-closed
}
