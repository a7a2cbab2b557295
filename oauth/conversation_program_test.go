package oauth_test

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// serve starts the program and stops it, and its data, with the script.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	address := l.Addr().String()
	ts.Check(l.Close())
	data := filepath.Join(ts.Getenv("WORK"), "data")
	settings := append([]string{
		"FRONTDESK_URL=http://" + address, "FRONTDESK_LISTEN=" + address, "FRONTDESK_DATA=" + data,
		"FRONTDESK_REGISTRATIONS_PER_HOUR=0", "FRONTDESK_SIGN_INS_PER_MINUTE=0",
	}, args...)
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		ts.Setenv(key, value)
	}
	ts.Setenv("URL", "http://"+address)
	ts.Setenv("MCP", "http://"+address+"/mcp")
	cmd := exec.Command(program, "serve")
	cmd.Env = append(os.Environ(), settings...)
	log, err := os.Create(filepath.Join(ts.Getenv("WORK"), "log"))
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	cmd.Stderr = log
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			ts.Logf("serve: %v", err)
		}
		b, _ := os.ReadFile(log.Name())
		if strings.Contains(string(b), "DATA RACE") || strings.Contains(string(b), "panic") {
			panic(string(b))
		}
	})
	waitFor(ts, out, log.Name())
}

// waitFor reads what serve prints until it says where it is.
func waitFor(ts *testscript.TestScript, out io.Reader, log string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "/mcp") {
			go io.Copy(io.Discard, out)
			return
		}
	}
	b, _ := os.ReadFile(log)
	ts.Fatalf("serve ended: %s", b)
}

func run(ts *testscript.TestScript, stdin string, args ...string) []byte {
	cmd := exec.Command(program, args...)
	cmd.Env = os.Environ()
	for _, key := range []string{"FRONTDESK_URL", "FRONTDESK_DATA", "FRONTDESK_CLIENT_DOCUMENTS_LOOPBACK"} {
		if value := ts.Getenv(key); value != "" {
			cmd.Env = append(cmd.Env, key+"="+value)
		}
	}
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		why := err.Error()
		if e, ok := err.(*exec.ExitError); ok {
			why = string(e.Stderr)
		}
		ts.Fatalf("frontdesk %s: %s", strings.Join(args, " "), why)
	}
	return out
}

func user(ts *testscript.TestScript, _ bool, args []string) {
	out := run(ts, args[1], append([]string{"user", "create", "--email", args[0], "--password-stdin", "--json"}, args[2:]...)...)
	var made struct {
		ID     string `json:"id"`
		UserID string `json:"user_id"`
	}
	ts.Check(json.Unmarshal(out, &made))
	ts.Setenv("USER", cmp.Or(made.UserID, made.ID))
}

func client(ts *testscript.TestScript, _ bool, args []string) {
	out := run(ts, "", append([]string{"client", "create", "--name", args[0], "--redirect-uri", args[1], "--json"}, args[2:]...)...)
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	ts.Check(json.Unmarshal(out, &made))
	ts.Setenv("CLIENT", made.ID)
	ts.Setenv("SECRET", made.Secret)
}

func command(ts *testscript.TestScript, _ bool, args []string) {
	fmt.Fprintf(ts.Stdout(), "%s", run(ts, "", args...))
}

func pkce(ts *testscript.TestScript, _ bool, _ []string) {
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	ts.Setenv("VERIFIER", verifier)
	ts.Setenv("CHALLENGE", base64.RawURLEncoding.EncodeToString(sum[:]))
}

// signIn gives the script a new browser and signs somebody in with it.
func signIn(ts *testscript.TestScript, neg bool, args []string) {
	talkOf(ts).newBrowser()
	if len(args) == 0 {
		return
	}
	request := []string{"/sign-in", "identifier=" + args[0] + "&password=" + args[1]}
	send(ts, http.MethodPost, request)
	if got := talkOf(ts).answer.StatusCode; (got == http.StatusSeeOther) == neg {
		ts.Fatalf("sign-in: status %d", got)
	}
}
