//go:build e2e

// Package e2e drives the built program from outside, as people, browsers, MCP clients and attackers do.
// Its one idea: nothing of the program is imported but the tests' own databases, so what holds here holds for
// whoever runs it. It does not know how the program keeps its promises, only that every promise has a test.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the path of the binary under test, built once with the race detector.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "frontdesk-e2e-")
		if err == nil {
			defer os.RemoveAll(dir)
			err = prepare(dir)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			return 1
		}
		return m.Run()
	}())
}

// figures is where tests leave what they have measured; make e2e prints it, for go test keeps quiet about what passes.
const figures = "figures.txt"

// measured says what a test has measured.
func measured(t *testing.T, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	t.Log(line)
	f, err := os.OpenFile(figures, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(f, line)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Error(err)
	}
}

// prepare builds the program into dir and installs the pinned npm clients where they are missing.
func prepare(dir string) error {
	if err := os.RemoveAll(figures); err != nil {
		return err
	}
	program = filepath.Join(dir, "frontdesk")
	build := exec.Command("go", "build", "-race", "-o", program, "frontdesk/cmd/frontdesk")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("the program does not build: %w\n%s", err, out)
	}
	if installed() {
		return nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("the real clients need npm: install Node.js 20 or newer (Debian packages nodejs and npm)")
	}
	// Nothing of what is installed needs its install scripts: one less door for strangers' code.
	out, err := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund").CombinedOutput()
	if err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
}

// installed tells whether node_modules is what package-lock.json says. npm writes its own copy of the lock
// file there last.
func installed() bool {
	want, err := os.Stat("package-lock.json")
	if err != nil {
		return false
	}
	got, err := os.Stat("node_modules/.package-lock.json")
	return err == nil && !got.ModTime().Before(want.ModTime())
}

// node is the command line of a JavaScript program under the pinned Node.js, which is newer than Debian's.
func node(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := filepath.Abs("node_modules/.bin")
	if err != nil {
		t.Fatal(err)
	}
	script, err = filepath.Abs(script)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "node"), append([]string{script}, args...)...)
	cmd.Dir = home
	cmd.Env = []string{"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + home, "NO_COLOR=1"}
	return cmd
}
