//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// callback is the loopback listener of a native client (RFC 8252 section 7.3).
type callback struct {
	URL string
	got chan url.Values
}

// listen opens a callback on 127.0.0.1.
func listen(t *testing.T) *callback {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &callback{URL: fmt.Sprintf("http://%s/callback", l.Addr()), got: make(chan url.Values, 8)}
	mux := http.NewServeMux()
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // what cannot be read is missing, and the test says so
		c.got <- r.Form
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>Done</title><link rel="icon" href="data:,"><p>You can close this page.`)
	})
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return c
}

// answer waits for what the authorization server sent the client.
func (c *callback) answer(ctx context.Context) (url.Values, error) {
	select {
	case v := <-c.got:
		return v, nil
	case <-time.After(30 * time.Second):
		return nil, fmt.Errorf("nothing came to %s", c.URL)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wait is answer for the test's own goroutine.
func (c *callback) wait(t *testing.T) url.Values {
	t.Helper()
	v, err := c.answer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}
