package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"frontdesk/oauth"
)

// gate is guard around rooms of the test's, and what it logs.
func gate(t *testing.T, rooms http.HandlerFunc, proxies ...netip.Prefix) (http.Handler, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	refuse := func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) }
	machines := append(new(oauth.Server).Paths(), "/mcp", "/mcp/{$}")
	return guard(rooms, machines, &Config{URL: "http://localhost:3000", Proxies: proxies}, refuse, slog.New(slog.NewTextHandler(log, nil))), log
}

func TestRequestID(t *testing.T) {
	var seen []string
	h, log := gate(t, func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Get("X-Request-Id")) })
	for range 2 {
		r := httptest.NewRequest("GET", "/a?code=hunter2", nil)
		r.Header.Set("X-Request-Id", "theirs")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if id := w.Header().Get("X-Request-Id"); id == "theirs" || len(id) < 16 || id != seen[len(seen)-1] || !strings.Contains(log.String(), "request="+id) {
			t.Errorf("%q %q %s", id, seen, log)
		}
	}
	if seen[0] == seen[1] {
		t.Error("two requests have one id")
	}
}

func TestAccessLog(t *testing.T) {
	h, log := gate(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/callback?code=hunter2", nil))
	line := log.String()
	for _, part := range []string{"level=INFO", "msg=request ", "method=GET ", "path=/callback ", "status=418 ", "duration=", "address=192.0.2.1:1234 "} {
		if !strings.Contains(line, part) {
			t.Errorf("%q is not in %s", part, line)
		}
	}
	if strings.Contains(line, "hunter2") || strings.Count(line, "\n") != 1 {
		t.Error(line)
	}
	log.Reset()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/healthz", nil))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/"+strings.Repeat("a", 9999), nil))
	if line := log.String(); strings.Contains(line, "healthz") || len(line) > 500 {
		t.Error(line)
	}
}

func TestStatusThatIsNotWritten(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"nothing": func(http.ResponseWriter, *http.Request) {},
		"body":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") },
		"flush":   func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() },
		"hints":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusEarlyHints) },
	} {
		h, log := gate(t, h)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		if !strings.Contains(log.String(), "status=200") {
			t.Errorf("%s: %s", name, log)
		}
	}
}

func TestPanic(t *testing.T) {
	h, log := gate(t, func(http.ResponseWriter, *http.Request) { panic("the roof is off") })
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/a?code=hunter2", nil))
	id := w.Header().Get("X-Request-Id")
	if w.Code != http.StatusInternalServerError || strings.Count(log.String(), "the roof is off") != 1 || strings.Count(log.String(), id) != 2 ||
		!strings.Contains(log.String(), "middleware_test.go") || !strings.Contains(log.String(), "status=500") || strings.Contains(log.String(), "hunter2") {
		t.Errorf("%d %s", w.Code, log)
	}
}

// A page that broke off in the middle must not pass for a whole one.
func TestPanicInTheMiddle(t *testing.T) {
	for name, reason := range map[string]any{"": http.ErrAbortHandler, "the roof is off": "the roof is off"} {
		h, log := gate(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "half"); panic(reason) })
		server := httptest.NewUnstartedServer(h)
		quiet := new(bytes.Buffer)
		server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(quiet, nil), slog.LevelInfo)
		server.Start()
		res, err := http.Get(server.URL)
		if err == nil {
			_, err = io.ReadAll(res.Body)
			res.Body.Close()
		}
		server.Close()
		if err == nil || quiet.Len() > 0 {
			t.Errorf("%q: %v; %s", name, err, quiet)
		}
		if got := strings.Count(log.String(), "request panicked"); got != len(name)/max(1, len(name)) {
			t.Errorf("%q: %s", name, log)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	h, _ := gate(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			if _, ok := errors.AsType[*http.MaxBytesError](err); !ok {
				t.Error(err)
			}
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	for path, status := range map[string]int{"/sign-in": 413, "/mcpx": 413, "/mcp": 200, "/mcp/": 200} {
		for n, want := range map[int]int{maxBody: 200, maxBody + 1: status} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader(strings.Repeat("x", n))))
			if w.Code != want {
				t.Errorf("%s %d: %d", path, n, w.Code)
			}
		}
	}
}

func TestCrossOriginPosts(t *testing.T) {
	h, _ := gate(t, func(http.ResponseWriter, *http.Request) {})
	foreign := []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}}, // another port of localhost
		{"Origin": {"http://evil.example"}},
		{"Origin": {"http://localhost:3001"}},
		{"Origin": {"null"}},
	}
	ours := []http.Header{
		{},
		{"Sec-Fetch-Site": {"same-origin"}},
		{"Sec-Fetch-Site": {"none"}},
		{"Origin": {"http://localhost:3000"}, "Host": {"inner:80"}}, // behind a proxy that changes Host
	}
	check := func(method, path string, header http.Header, want int) {
		t.Helper()
		r := httptest.NewRequest(method, "http://localhost:3000"+path, nil)
		r.Header = header.Clone()
		if host := header.Get("Host"); host != "" {
			r.Host = host
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s %s %v: %d", method, path, header, w.Code)
		}
	}
	for _, header := range foreign {
		for _, path := range []string{"/sign-in", "/sign-up", "/sign-out", "/", "/oauth/tokens", "/mcp/x", "/account"} {
			check("POST", path, header, http.StatusForbidden)
			check("DELETE", path, header, http.StatusForbidden)
			check("GET", path, header, http.StatusOK)
		}
		for _, path := range []string{"/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/authorize", "/mcp", "/mcp/"} {
			check("POST", path, header, http.StatusOK)
		}
	}
	for _, header := range ours {
		check("POST", "/sign-in", header, http.StatusOK)
	}
}

func TestClientAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1:5"}, // nobody's proxy
		{"10.0.0.1:5", "203.0.113.9", "203.0.113.9:0"},
		{"[::ffff:10.0.0.1]:5", "203.0.113.9", "203.0.113.9:0"},
		{"[::1]:5", "2001:db8::1", "[2001:db8::1]:0"},
		{"10.0.0.1:5", "6.6.6.6, 203.0.113.9", "203.0.113.9:0"},           // what the client says comes first
		{"10.0.0.1:5", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9:0"}, // two proxies
		{"10.0.0.1:5", "10.0.0.3, 10.0.0.2", "10.0.0.3:0"},                // a client among the proxies
		{"10.0.0.1:5", "203.0.113.9, unknown", "10.0.0.1:5"},
		{"10.0.0.1:5", "unknown, 10.0.0.2", "10.0.0.2:0"},
		{"10.0.0.1:5", "", "10.0.0.1:5"},
		{"@", "203.0.113.9", "@"},
	} {
		var got string
		h, _ := gate(t, func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }, proxies...)
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		for _, line := range strings.SplitAfter(c.forwarded, ",") { // one header a proxy, as some write it
			r.Header.Add("X-Forwarded-For", strings.TrimSuffix(line, ","))
		}
		if h.ServeHTTP(httptest.NewRecorder(), r); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
		alone, _ := gate(t, func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })
		r.RemoteAddr = c.peer
		if alone.ServeHTTP(httptest.NewRecorder(), r); got != c.peer {
			t.Errorf("%+v without proxies: %s", c, got)
		}
	}
}

func FuzzClientAddress(f *testing.F) {
	f.Add("1.2.3.4, fe80::1%eth0")
	f.Fuzz(func(t *testing.T, forwarded string) {
		h := clientAddress(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if _, err := netip.ParseAddrPort(r.RemoteAddr); err != nil {
				t.Errorf("%q makes %q", forwarded, r.RemoteAddr)
			}
		}), []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("X-Forwarded-For", forwarded)
		h.ServeHTTP(httptest.NewRecorder(), r)
	})
}
