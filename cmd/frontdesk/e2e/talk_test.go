//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// talk is a client program that the test speaks with, line by line.
type talk struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	log   *transcript
	gone  chan error // the program's end, told once
	asked int
}

// converse starts a program. It is killed at the test's end if it still runs.
func converse(t *testing.T, cmd *exec.Cmd) *talk {
	t.Helper()
	k := &talk{cmd: cmd, lines: make(chan string, 100), log: newTranscript(), gone: make(chan error, 1)}
	cmd.Stderr = k.log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	k.in = in
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		scan := bufio.NewScanner(out)
		scan.Buffer(nil, 4<<20)
		for scan.Scan() {
			k.lines <- scan.Text()
		}
		close(k.lines)
		k.gone <- cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended already
		for range k.lines {
		}
		<-ended
	})
	return k
}

func (k *talk) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		t.Fatalf("%s hears nothing: %v\n%s", k.cmd.Path, err, k.log)
	}
}

// hear returns the next line.
func (k *talk) hear(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-k.lines:
		if !ok {
			t.Fatalf("%v ended early:\n%s", k.cmd.Args, k.log)
		}
		return line
	case <-time.After(60 * time.Second):
		t.Fatalf("%v says nothing for a minute:\n%s", k.cmd.Args, k.log)
	}
	return ""
}

// end closes the program's input and waits until it has ended.
func (k *talk) end(t *testing.T) {
	t.Helper()
	_ = k.in.Close() // it may be closed already
	select {
	case <-k.gone:
	case <-time.After(20 * time.Second):
		t.Fatalf("%v does not end with its input:\n%s", k.cmd.Args, k.log)
	}
}

// request is one JSON-RPC request over stdio and its result.
func (k *talk) request(t *testing.T, method string, params any) json.RawMessage {
	t.Helper()
	k.asked++
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": k.asked, "method": method, "params": params})
	if err != nil {
		t.Fatal(err)
	}
	k.say(t, string(b))
	for {
		var m struct {
			ID            any
			Result, Error json.RawMessage
		}
		line := k.hear(t)
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s is no JSON-RPC: %v", line, err)
		}
		if fmt.Sprint(m.ID) != fmt.Sprint(k.asked) {
			continue // a notification
		}
		if m.Error != nil {
			t.Fatalf("%s: %s\n%s", method, m.Error, k.log)
		}
		return m.Result
	}
}

// desktop gives a program the one thing of a desktop that OAuth clients need: something that opens a link.
// The returned function waits for the next link and brings it to the test.
func desktop(t *testing.T, cmd *exec.Cmd) func(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	pipe, opener := filepath.Join(dir, "links"), filepath.Join(dir, "xdg-open")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$1\" > '%s'\n", pipe)
	if err := os.WriteFile(opener, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(pipe, os.O_RDWR, 0) // both ends: neither side waits for the other to open
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	for i, v := range cmd.Env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			cmd.Env[i] = "PATH=" + dir + ":" + path
		}
	}
	cmd.Env = append(cmd.Env, "BROWSER="+opener)
	links := make(chan string, 8)
	go func() {
		for scan := bufio.NewScanner(f); scan.Scan(); {
			links <- scan.Text()
		}
	}()
	return func(t *testing.T) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		select {
		case link := <-links:
			return link
		case <-ctx.Done():
			t.Fatalf("%v opened no link in a minute", cmd.Args)
			return ""
		}
	}
}
