package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// No more than so many fetches run at once, of all sites and of one; who waits too long is told that nothing is known.
func TestTurns(t *testing.T) {
	c := newClient(true, nil)
	waits := func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := c.JSON(ctx, "https://localhost:1/doc")
		return errors.Is(err, ErrDown) && strings.Contains(err.Error(), "too much is being fetched")
	}
	var running []func()
	start := func(n int, site func(i int) string) {
		for i := range n {
			done, err := c.turns.take(t.Context(), site(i))
			if err != nil {
				t.Fatal(err)
			}
			running = append(running, done)
		}
	}
	end := func() {
		for _, done := range running {
			done()
		}
		running = nil
	}
	others := func(i int) string { return fmt.Sprintf("%d.example", i) }
	start(parallel-1, others)
	if waits() {
		t.Error("one turn is left, and its own site is idle")
	}
	start(1, others)
	if !waits() {
		t.Error("all turns are taken")
	}
	end()
	start(parallelSite, func(int) string { return "localhost" })
	if !waits() {
		t.Error("its site has all the turns that a site may have")
	}
	end()
	if waits() || len(c.turns.sites) != 0 || len(c.turns.all) != 0 {
		t.Errorf("%d sites and %d turns are left", len(c.turns.sites), len(c.turns.all))
	}
}

func TestSiteOf(t *testing.T) {
	for from, want := range map[string]string{
		"https://a.b.evil.example/x": "evil.example", "https://evil.example:8443/x": "evil.example",
		"https://a.EVIL.example./x": "evil.example", "https://me.github.io/x": "me.github.io", "https://192.0.2.1/x": "192.0.2.1", "https://localhost/x": "localhost",
	} {
		u, err := url.Parse(from)
		if err != nil || siteOf(u) != want {
			t.Errorf("%s: %s, %v", from, siteOf(u), err)
		}
	}
}
