package storetest

import (
	"context"
	"crypto/rand"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A Cluster is a PostgreSQL server that belongs to the tests. It ends and its folder goes with the test
// process at the latest, however that ends.
type Cluster struct {
	bin, dir string
	account  *syscall.Credential // nil: the account that runs the tests
	guard    *exec.Cmd
	alive    io.Closer // the guard's input
}

// NewCluster starts a server for this test alone, which may stop and start it without disturbing others.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	c, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.remove)
	return c
}

// Database makes an empty database and returns its postgres:// URL.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	return c.url(c.database(t))
}

func (c *Cluster) database(t testing.TB) (name string) {
	t.Helper()
	name = "test_" + strings.ToLower(rand.Text())
	if err := c.exec("CREATE DATABASE " + name + " TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	return name
}

// Stop ends the server as an operator's restart does: open connections break and new ones are refused.
func (c *Cluster) Stop(t testing.TB) {
	t.Helper()
	if err := c.stop(); err != nil {
		t.Fatal(err)
	}
}

// Start brings a stopped server back under the same URLs, with all that was committed.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
}

func (c *Cluster) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database}
	u.RawQuery = url.Values{"host": {c.dir}}.Encode()
	return u.String()
}

// exec runs one statement from outside of any test's database.
func (c *Cluster) exec(sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	conn.Close(ctx)
	return err
}

// remove lets the guard do its work now, and waits for it.
func (c *Cluster) remove() {
	if c.alive != nil {
		c.alive.Close()
		c.guard.Wait() // its status says nothing that the missing folder does not
	}
	os.RemoveAll(c.dir)
}
