package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// served is the handler of serve over an empty database.
func served(t *testing.T, environ ...string) (http.Handler, *store.Store) {
	t.Helper()
	cfg, err := loadConfig(environ, "")
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.New(t)
	h, _, err := newHandler(t.Context(), cfg, s, make([]byte, 32), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

func get(h http.Handler, method, path string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:3000"+path, nil)
	r.Header = header
	if r.Header == nil {
		r.Header = http.Header{}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryRoomIsMounted(t *testing.T) {
	h, _ := served(t)
	for path, status := range map[string]int{
		"/": 200, "/sign-in": 200, "/mcp": 401, "/mcp/": 401, "/healthz": 200, "/readyz": 200,
		"/.well-known/oauth-authorization-server": 200, "/.well-known/oauth-protected-resource/mcp": 200,
		"/oauth/authorize": 400, "/oauth/token": 405, "/nowhere": 404, "/.well-known/nothing": 404, "/mcp/nothing": 404,
	} {
		w := get(h, "GET", path, nil)
		if w.Code != status || w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

func TestNobodysAddress(t *testing.T) {
	h, _ := served(t)
	w := get(h, "GET", "/nowhere", http.Header{"Accept": {"text/html,*/*"}})
	if w.Code != 404 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || w.Header().Get("Content-Security-Policy") == "" ||
		!strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
		t.Error(w.Code, w.Header(), w.Body)
	}
	for _, path := range []string{"/nowhere", "/.well-known/nothing"} {
		w = get(h, "GET", path, http.Header{"Accept": {map[bool]string{true: "text/html", false: "*/*"}[path != "/nowhere"]}})
		var body map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || body["error"] != "not_found" || body["error_description"] == "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Error(path, w.Header(), w.Body)
		}
	}
	w = get(h, "PUT", "/oauth/token", nil)
	if w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Error(w.Code, w.Header())
	}
	if w = get(h, "DELETE", "/sign-in", nil); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Error(w.Code, w.Header())
	}
	w = get(h, "POST", "/sign-in", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Accept": {"text/html"}})
	if w.Code != 403 || !strings.Contains(w.Body.String(), "<html") {
		t.Error(w.Code, w.Body)
	}
}

func TestNotReadyWithoutTheDatabase(t *testing.T) {
	cluster := storetest.NewCluster(t)
	s := storetest.Open(t, store.Config{DSN: cluster.Database(t)})
	h := ready(s, slog.New(slog.DiscardHandler))
	check := func(want int) {
		t.Helper()
		if w := get(h, "GET", "/readyz", nil); w.Code != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	check(200)
	cluster.Stop(t)
	check(503)
	cluster.Start(t)
	check(200)
}

// serving is `frontdesk serve` in this process until stop.
func serving(t *testing.T, p *program) (out *bufio.Reader, base string, stop func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base = "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	code := make(chan int, 1)
	go func() {
		environ := append(p.env, "FRONTDESK_URL="+base, "FRONTDESK_LISTEN="+l.Addr().String())
		code <- run(ctx, []string{"serve"}, environ, nil, w, io.Discard)
		w.Close()
	}()
	out = bufio.NewReader(r)
	return out, base, func() int { cancel(); return <-code }
}

func TestServe(t *testing.T) {
	p := newProgram(t)
	out, base, stop := serving(t, p)
	if line, err := out.ReadString('\n'); err != nil || !strings.Contains(line, base+"/mcp") {
		t.Fatal(line, err)
	}
	if line, err := out.ReadString('\n'); err != nil || !strings.Contains(line, "first administrator") {
		t.Fatal(line, err)
	}
	link, err := out.ReadString('\n')
	link = strings.TrimSpace(link)
	if err != nil || !strings.HasPrefix(link, base+"/sign-up?setup=") {
		t.Fatal(link, err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(to string) int {
		t.Helper()
		res, err := client.PostForm(to, url.Values{"email": {"jane@example.com"}, "password": {"correct horse"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if code := post(link + "x"); code != 403 {
		t.Error("a wrong link answers", code)
	}
	if code := post(link); code != 303 {
		t.Error("the link answers", code)
	}
	if code := post(link); code != 403 {
		t.Error("the link answers again with", code)
	}
	var u userDescription
	if p.do(&u, "", "user", "show", "jane@example.com", "--json"); !u.Admin {
		t.Errorf("%+v", u)
	}
	if code := stop(); code != 0 {
		t.Error("serve ended with", code)
	}
	if rest, err := io.ReadAll(out); err != nil || len(rest) > 0 {
		t.Errorf("%s, %v", rest, err)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "frontdesk.db-wal")); err == nil {
		t.Error("the database was left open")
	}

	out, base, stop = serving(t, p)
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if res, err := http.Get(base + "/readyz"); err != nil || res.StatusCode != 200 {
		t.Error(res, err)
	}
	stop()
	if rest, _ := io.ReadAll(out); len(rest) > 0 {
		t.Errorf("with an administrator there it still says %s", rest)
	}
}

// TestSetupLink: whoever has an account without being an administrator does not keep the operator out, and a link that has
// made one makes no second, in this run and the next.
func TestSetupLink(t *testing.T) {
	p := newProgram(t)
	_, wrong, code := p.run("correct horse\n", "user", "create", "--email", "joe@example.com", "--password-stdin")
	if code != 0 || !strings.Contains(wrong, "There is no administrator yet: add --admin to make one.\n") {
		t.Error(code, wrong)
	}
	out, _, stop := serving(t, p)
	link := setupLink(t, out)
	status := func(link, email string) int {
		t.Helper()
		noHop := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := noHop.PostForm(link, url.Values{"email": {email}, "password": {"correct horse"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if code := status(link, "joe@example.com"); code != http.StatusUnprocessableEntity {
		t.Error("an address that is taken answers", code)
	}
	if code := status(link, "jane@example.com"); code != http.StatusSeeOther {
		t.Error("the link answers", code)
	}
	p.do(nil, "", "user", "delete", "jane@example.com")
	if code := status(link, "eve@example.com"); code != http.StatusForbidden {
		t.Error("the link of somebody who was deleted answers", code)
	}
	stop()
	out, base, stop := serving(t, p)
	if setupLink(t, out) == link {
		t.Error("the next start prints the same link")
	}
	if code := status(base+"/sign-up?"+strings.SplitN(link, "?", 2)[1], "eve@example.com"); code != http.StatusForbidden {
		t.Error("the link of the last run answers", code)
	}
	stop()
	p.do(nil, "correct horse\n", "user", "create", "--email", "eve@example.com", "--admin", "--password-stdin")
}

// setupLink is what serve prints for the first administrator.
func setupLink(t *testing.T, out *bufio.Reader) string {
	t.Helper()
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			t.Fatal("no link for the first administrator: ", err)
		}
		if strings.Contains(line, "/sign-up?setup=") {
			return strings.TrimSpace(line)
		}
	}
}

func TestServeRefusesToStart(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	p := newProgram(t, "FRONTDESK_LISTEN=localhost:"+port)
	if _, wrong, code := p.run("", "serve"); code != 1 || !strings.Contains(wrong, "FRONTDESK_LISTEN") {
		t.Error(code, wrong)
	}
	q := newProgram(t, "FRONTDESK_LISTEN=127.0.0.1:0", "FRONTDESK_MIGRATE=off")
	if _, wrong, code := q.run("", "serve"); code != 1 || !strings.Contains(wrong, "frontdesk migrate") {
		t.Error(code, wrong)
	}
	q.do(nil, "", "migrate")
	c, _ := loadConfig(q.env, "")
	_, err = c.masterKey()
	if err := errors.Join(err, os.Chmod(c.masterKeyFile(), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, wrong, code := q.run("", "serve"); code != 1 || !strings.Contains(wrong, "chmod 600") {
		t.Error(code, wrong)
	}
}

func TestListen(t *testing.T) {
	both, err := listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	if len(both) != map[bool]int{true: 2, false: 1}[hasIPv6Loopback()] {
		t.Error(both)
	}
	_, port, _ := net.SplitHostPort(both[0].Addr().String())
	for _, l := range both {
		host, p, _ := net.SplitHostPort(l.Addr().String())
		if p != port || !net.ParseIP(host).IsLoopback() {
			t.Error(l.Addr())
		}
	}
	if again, err := listen("localhost:" + port); err == nil {
		t.Error(again)
	}
	if err := both[0].Close(); err != nil {
		t.Error(err)
	}
	if again, err := listen("localhost:" + port); len(both) == 2 && err == nil {
		t.Error("only one of the two was free:", again)
	}
	for _, l := range both[1:] {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	one, err := listen("127.0.0.1:0")
	if err != nil || len(one) != 1 {
		t.Fatal(one, err)
	}
	if err := one[0].Close(); err != nil {
		t.Error(err)
	}
}

// What runs when the program is told to stop is finished, and what comes later is not begun.
func TestGracefulStop(t *testing.T) {
	listeners, err := listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish
		fmt.Fprint(w, "done")
	})
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- serveUntil(ctx, h, listeners, slog.New(slog.DiscardHandler)) }()
	answered := make(chan string)
	base := "http://" + listeners[0].Addr().String()
	go func() {
		res, err := http.Get(base)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		answered <- fmt.Sprintf("%s %v", b, err)
	}()
	<-begun
	stop()
	for deadline := time.Now().Add(5 * time.Second); ; {
		conn, err := net.Dial("tcp", listeners[0].Addr().String())
		if err != nil {
			break
		}
		conn.Close()
		if time.Now().After(deadline) {
			t.Fatal("it still listens")
		}
	}
	select {
	case err := <-over:
		t.Error("it did not wait:", err)
	default:
	}
	close(finish)
	if got := <-answered; got != "done <nil>" {
		t.Error(got)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func TestHousekeeping(t *testing.T) {
	s := storetest.New(t)
	if err := s.UseNonce(t.Context(), "old", time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	stop := startHousekeeping(t.Context(), s, time.Hour, 0, slog.New(slog.DiscardHandler))
	for deadline := time.Now().Add(5 * time.Second); ; {
		if s.UseNonce(t.Context(), "old", time.Now().Add(-time.Hour)) == nil {
			break // it was gone, and may be used again
		}
		if time.Now().After(deadline) {
			t.Fatal("what is over is still there")
		}
	}
	stop()
}

// TestPortsThatDiffer: who changes one of the two settings hears of the other, unless a proxy stands between them.
func TestPortsThatDiffer(t *testing.T) {
	for environ, warns := range map[string]bool{
		"FRONTDESK_LISTEN=localhost:3000": false, "FRONTDESK_LISTEN=localhost:3100": true, "FRONTDESK_LISTEN=0.0.0.0:3000": false,
		"FRONTDESK_URL=http://localhost": true, "FRONTDESK_URL=https://login.example.com": false,
	} {
		cfg, err := loadConfig(newProgram(t, environ).env, "")
		if err != nil {
			t.Fatal(err)
		}
		s, err := cfg.openStore(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		cfg.announce(s, slog.New(slog.NewTextHandler(&log, nil)))
		if got := strings.Contains(log.String(), "another port"); got != warns {
			t.Errorf("%s: %s", environ, &log)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
