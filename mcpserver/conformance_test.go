//go:build e2e

package mcpserver

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// suite runs the official conformance suite; Node 22 comes with it.
var suite = []string{"npx", "-y", "-p", "node@22", "-p", "@modelcontextprotocol/conformance@0.2.0-alpha.12", "conformance", "server"}

// TestConformance shows that our checks take nothing away from a server behind them, and what our own
// toolset does not have.
func TestConformance(t *testing.T) {
	if _, err := exec.LookPath("npx"); err != nil {
		t.Fatal("The conformance suite needs Node.js: npx is not on the PATH.")
	}
	baseline := func(name string) string {
		path, err := filepath.Abs(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	everything := buildEverything(t)
	for _, c := range []struct {
		revision, baseline string
		stateless          bool // the transport with which the SDK's own server passes everything scored
	}{
		{"2026-07-28", baseline("conformance-2026-07-28.yml"), true},
		{"2025-11-25", baseline("conformance-2025-11-25.yml"), false},
	} {
		t.Run(c.revision+" checks", func(t *testing.T) {
			address := start(t, everything, c.stateless)
			alone := conform(t, "http://"+address, c.revision)
			d := open(t, nil)
			d.Config.Handler = d.mcp.Protect(proxy(t, "http://"+address, nil))
			behind := conform(t, withToken(t, d.URL), c.revision)
			if diff := cmp.Diff(alone, behind); diff != "" || len(alone) < 20 {
				t.Errorf("%d scenarios; without our checks (-) and with them (+):\n%s", len(alone), diff)
			}
		})
		t.Run(c.revision+" toolset", func(t *testing.T) {
			conform(t, withToken(t, open(t, nil).URL), c.revision, "--expected-failures", c.baseline)
		})
	}
}

var scenarioLine = regexp.MustCompile(`(?m)^[✓✗] [\w-]+: \d+ passed, \d+ failed$`)

// conform runs the suite against server, which must pass everything scored, and returns the line of each
// scenario.
func conform(t *testing.T, server, revision string, more ...string) []string {
	t.Helper()
	args := append([]string{"--url", server + "/mcp", "--requirements", revision, "-o", t.TempDir()}, more...)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, suite[0], append(suite[1:len(suite):len(suite)], args...)...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, summary, _ := strings.Cut(string(out), "=== SUMMARY ===")
	t.Log(strings.TrimSpace(summary))
	return scenarioLine.FindAllString(summary, -1)
}

func buildEverything(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "everything")
	cmd := exec.Command("go", "build", "-o", binary, "github.com/modelcontextprotocol/go-sdk/conformance/everything-server")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// start runs the SDK's own server, which has everything that the suite asks for, and returns its address.
func start(t *testing.T, binary string, stateless bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, "-http="+address, "-stateless="+strconv.FormatBool(stateless))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	await(t, address)
	return address
}

// withToken is the proxy that the suite talks to, which has no token of its own.
func withToken(t *testing.T, target string) string {
	t.Helper()
	s := httptest.NewServer(proxy(t, target, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+everything) }))
	t.Cleanup(s.Close)
	return s.URL
}

// proxy keeps Host and Origin as they came, which are what some of the scenarios are about. It reads the
// request to its end first: Go's HTTP/1 server closes a body when the answer begins, and a transport that
// still reads from it then cuts the answer off (golang.org/issue/40747).
func proxy(t *testing.T, target string, change func(*http.Request)) http.Handler {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	onward := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Host = r.In.Host
		if change != nil {
			change(r.Out)
		}
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		onward.ServeHTTP(w, r)
	})
}

func await(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatal("The SDK's server did not start.")
}
