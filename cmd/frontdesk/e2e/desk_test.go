//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// desk is one installation of the program: its settings, its running `serve`, and the secrets that its log
// must never show.
type desk struct {
	URL  string // the public URL, which is the issuer; no trailing slash
	Data string // FRONTDESK_DATA
	env  []string

	serving *process

	mu       sync.Mutex
	secrets  map[string]string // the secret: what it is; nil: nobody keeps them
	failures bool              // this test breaks things on purpose: 5xx answers are no surprise
}

// process is one run of `frontdesk serve`.
type process struct {
	cmd       *exec.Cmd
	out       *transcript
	log       *transcript
	gone      chan struct{} // closed when it has ended
	inspected bool
}

// start runs `frontdesk serve` on a free port with an empty data folder and the settings given as
// "FRONTDESK_KEY=value". The test fails at its end if the log shows a panic, a race, a 5xx or a secret.
func start(t *testing.T, settings ...string) *desk {
	t.Helper()
	d := prepareDesk(t, settings...)
	d.serve(t)
	d.ready(t)
	return d
}

// prepareDesk is start without the serving.
func prepareDesk(t *testing.T, settings ...string) *desk {
	t.Helper()
	port := freePort(t)
	d := &desk{
		URL:     fmt.Sprintf("http://localhost:%d", port),
		Data:    t.TempDir(),
		secrets: map[string]string{},
	}
	d.env = slices.Concat([]string{
		"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "GORACE=atexit_sleep_ms=0",
		"FRONTDESK_URL=" + d.URL, fmt.Sprintf("FRONTDESK_LISTEN=localhost:%d", port), "FRONTDESK_DATA=" + d.Data,
		"FRONTDESK_LOG_LEVEL=debug", "FRONTDESK_LOG_FORMAT=json",
		// All tests come from one address. The limits have tests of their own.
		"FRONTDESK_REGISTRATIONS_PER_HOUR=0", "FRONTDESK_SIGN_INS_PER_MINUTE=0",
	}, settings)
	return d
}

// serve starts the program; it does not wait until it answers.
func (d *desk) serve(t *testing.T) {
	t.Helper()
	d.begin(t, exec.Command(program, "serve"))
}

// begin starts a command that becomes the serving program.
func (d *desk) begin(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	p := &process{cmd: cmd, out: newTranscript(), log: newTranscript(), gone: make(chan struct{})}
	p.cmd.Env = slices.Clone(d.env)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // what it ended with is in ProcessState
		close(p.gone)
	}()
	d.serving = p
	t.Cleanup(func() { d.end(t, p) })
}

// end kills a process, unless it has ended already, and reads its log.
func (d *desk) end(t *testing.T, p *process) {
	t.Helper()
	if p.inspected {
		return
	}
	p.inspected = true
	_ = p.cmd.Process.Kill()
	<-p.gone
	d.inspect(t, p)
	p.log = nil // 200 of them would fill the memory
}

// ready waits until the program answers with its database.
func (d *desk) ready(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+"/readyz", nil)
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-d.serving.gone:
			t.Fatalf("serve ended: %s\n%s", d.serving.cmd.ProcessState, d.serving.log)
		case <-ctx.Done():
			t.Fatalf("serve is not ready after a minute:\n%s", d.serving.log)
		case <-tick.C:
		}
	}
}

// stop ends the program as an operator does and returns its exit code.
func (d *desk) stop(t *testing.T) int {
	t.Helper()
	if err := d.serving.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-d.serving.gone:
	case <-time.After(15 * time.Second):
		t.Fatalf("serve still runs 15 s after SIGTERM:\n%s", d.serving.log)
	}
	return d.serving.cmd.ProcessState.ExitCode()
}

// secret tells the desk that value, a password or a token, must not appear in its log.
func (d *desk) secret(what, value string) {
	if len(value) < 8 { // too short to be told from chance
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.secrets != nil {
		d.secrets[value] = what
	}
}

// inspect reads the log as a wary operator does.
func (d *desk) inspect(t *testing.T, p *process) {
	t.Helper()
	log := p.log.String()
	for _, alarm := range []string{"DATA RACE", "panic: ", "goroutine ", "fatal error"} {
		if i := strings.Index(log, alarm); i >= 0 {
			t.Errorf("the log shows %q:\n%.4000s", alarm, log[max(0, i-500):])
		}
	}
	for line := range strings.Lines(log) {
		var entry struct {
			Status int `json:"status"`
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Status >= 500 && !d.failures {
			t.Errorf("answered %d: %s", entry.Status, line)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for value, what := range d.secrets {
		if strings.Contains(log, value) {
			t.Errorf("the log shows a secret: %s", what)
		}
	}
}

// freePort is a port that nothing uses on either loopback address.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		four, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := four.Addr().(*net.TCPAddr).Port
		six, err := net.Listen("tcp6", fmt.Sprintf("[::1]:%d", port))
		four.Close()
		if err == nil {
			six.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}
