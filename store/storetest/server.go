package storetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// conf makes a server quick to start and careless of power cuts, as a throw-away one may be. It is reached
// only through a socket in its own closed folder: no port to collide on, no password to guess.
const conf = `
listen_addresses = ''
unix_socket_directories = '%s'
max_connections = 100
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
`

// guard waits for the end of its input, which comes however the test process ends, kill -9 included; then
// it leaves nothing behind.
const guard = `read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1; cd / && rm -rf "$2"`

// errMissing is what a test says on a machine without PostgreSQL.
var errMissing = errors.New("PostgreSQL's server binaries are missing: apt-get install postgresql")

func newCluster() (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin}
	parent := os.TempDir()
	if os.Geteuid() == 0 {
		if c.account, err = otherAccount(); err != nil {
			return nil, err
		}
		parent = "/tmp" // root's own temporary folder may be closed to others
	}
	if c.dir, err = os.MkdirTemp(parent, "frontdesk-pg-"); err != nil {
		return nil, err
	}
	if err := c.create(); err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

// create hands the folder to its owner, posts the guard, and only then fills the folder.
func (c *Cluster) create() error {
	if c.account != nil {
		if err := os.Chown(c.dir, int(c.account.Uid), int(c.account.Gid)); err != nil {
			return err
		}
	}
	if err := c.post(); err != nil {
		return fmt.Errorf("post PostgreSQL's guard: %w", err)
	}
	data := filepath.Join(c.dir, "data")
	err := c.run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
		"--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, conf, c.dir)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return c.start()
}

func (c *Cluster) post() (err error) {
	c.guard = c.command("/bin/sh", "-c", guard, "guard", c.bin, c.dir)
	c.guard.SysProcAttr.Setsid = true // control-C is for the tests; the guard cleans up after them
	if c.alive, err = c.guard.StdinPipe(); err != nil {
		return err
	}
	return c.guard.Start()
}

func (c *Cluster) start() error {
	return c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-l", filepath.Join(c.dir, "log"), "start")
}

func (c *Cluster) stop() error {
	return c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-m", "fast", "stop")
}

func (c *Cluster) run(program string, args ...string) error {
	out, err := c.command(filepath.Join(c.bin, program), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

func (c *Cluster) command(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account}
	return cmd
}

// binaries finds the folder of PostgreSQL's server programs, which Debian keeps out of PATH.
func binaries() (string, error) {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	debian, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Reverse(debian) // the newest first
	for _, dir := range append(dirs, debian...) {
		_, err1 := os.Stat(filepath.Join(dir, "initdb"))
		_, err2 := os.Stat(filepath.Join(dir, "pg_ctl"))
		_, err3 := os.Stat(filepath.Join(dir, "postgres"))
		if errors.Join(err1, err2, err3) == nil {
			return dir, nil
		}
	}
	return "", errMissing
}

// otherAccount is who runs the server when root runs the tests, because PostgreSQL refuses root.
func otherAccount() (*syscall.Credential, error) {
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("an account to run PostgreSQL as: %w", err)
	}
	uid, err1 := strconv.ParseUint(who.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(who.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}
