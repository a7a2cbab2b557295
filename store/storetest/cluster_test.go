package storetest_test

import (
	"io"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"frontdesk/store/storetest"
)

// folder is where the cluster of a URL lives.
func folder(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

func TestClusterStopsAndStarts(t *testing.T) {
	c := storetest.NewCluster(t)
	dsn := c.Database(t)
	query := func(sql string) error {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			return err
		}
		defer conn.Close(t.Context())
		_, err = conn.Exec(t.Context(), sql)
		return err
	}
	if err := query("CREATE TABLE kept (n INT)"); err != nil {
		t.Fatal(err)
	}
	c.Stop(t)
	if err := query("SELECT n FROM kept"); err == nil {
		t.Error("a stopped server still answers")
	}
	c.Start(t)
	if err := query("SELECT n FROM kept"); err != nil {
		t.Error("after the restart:", err)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	a, b := storetest.PostgresURL(t), storetest.PostgresURL(t)
	if a == b {
		t.Fatal("two tests would share", a)
	}
	if folder(t, a) != folder(t, b) {
		t.Error("one process started two clusters")
	}
}

// TestNothingStays kills a test process that has a cluster and waits for the cluster's folder to go.
func TestNothingStays(t *testing.T) {
	if os.Getenv("STORETEST_VICTIM") != "" {
		os.Stdout.WriteString(folder(t, storetest.PostgresURL(t)) + "\n")
		io.Copy(io.Discard, os.Stdin) // until it is killed
	}
	victim := exec.Command(os.Args[0], "-test.run=^TestNothingStays$")
	victim.Env = append(os.Environ(), "STORETEST_VICTIM=1")
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := victim.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil || n < 2 {
		t.Fatal("the victim said nothing:", err)
	}
	dir := string(line[:n-1])
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	victim.Process.Kill()
	victim.Wait()
	for range 200 { // 10 s
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%s is still there", dir)
}
