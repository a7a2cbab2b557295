package mcpserver

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/oauth"
)

// BenchmarkBearer is every check in front of a handler that does nothing, for a token that Verify has
// seen before.
func BenchmarkBearer(b *testing.B) {
	seen := &oauth.Token{UserID: "user_1", ClientID: "client_1", Scopes: []string{"openid", "profile", "email"}}
	d := open(b, func(c *Config) {
		c.Verify = func(context.Context, string, string) (*oauth.Token, error) { return seen, nil }
	})
	h := d.mcp.Protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	req := callRequest(d.URL)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, req)
	}
	if w.Code != http.StatusOK {
		b.Fatal(w.Body)
	}
}

// BenchmarkToolsCall is a whole tools/call but for the network: checks, SDK, tool, database.
func BenchmarkToolsCall(b *testing.B) {
	d := open(b, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) })
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		w := httptest.NewRecorder()
		d.Config.Handler.ServeHTTP(w, callRequest(d.URL))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Username: jane") {
			b.Fatal(w.Body)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// cpuTime is what the process has spent on all cores: the garbage collector's part too, and not the time
// that other programs take.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func callRequest(url string) *http.Request {
	req := httptest.NewRequest(http.MethodPost, url+"/mcp", strings.NewReader(call))
	req.Header.Set("Authorization", "Bearer "+everything)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("Mcp-Protocol-Version", "2025-11-25")
	return req
}
