//go:build e2e

package e2e

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	kills   = 200
	workers = 4
)

// TestKill kills the program with kill -9 at random moments under load, 200 times, on SQLite. Whatever it had
// acknowledged must be there afterwards; whatever it had ended must stay ended.
func TestKill(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))

	d := start(t, "FRONTDESK_SIGN_UP=open", "FRONTDESK_LOG_LEVEL=info")
	p := d.user(t)
	verified := d.client(t, "Load", webRedirect) // its consent is remembered: a code is one GET away
	browser := d.stranger(t)
	browser.signIn(t, p)
	verified.signedIn(t, browser, p)
	d.secrets = nil // there will be tens of thousands

	books := make([]*ledger, workers)
	for i := range books {
		books[i] = &ledger{d: d, app: verified, browser: browser, plain: d.caller(), rng: rand.New(rand.NewPCG(seed, uint64(i+1)))}
	}
	began := time.Now()
	for round := range kills {
		killOnce(t, d, books, rng)
		if t.Failed() {
			t.Fatalf("after kill %d", round+1)
		}
	}
	d.ready(t)
	killed := time.Since(began)
	together(books, func(b *ledger) { b.audit(t, -1) })
	intact(t, filepath.Join(d.Data, "frontdesk.db"))
	var sum tally
	for _, b := range books {
		sum.add(b.tally)
	}
	measured(t, "%d kills in %v; acknowledged: %+v; everything audited in %v", kills, killed.Round(time.Second), sum, (time.Since(began) - killed).Round(time.Second))
	if sum.Clients == 0 || sum.People == 0 || sum.Exchanges == 0 || sum.Rotations == 0 || sum.Revocations == 0 || sum.CutShort == 0 {
		t.Error("the load was too light to show anything")
	}
	if a := browser.get(t, verified.trip("prompt", "none").path()); a.Status != http.StatusSeeOther || a.word() != "" {
		t.Errorf("the first session is gone: %d %s", a.Status, a.word())
	}
}

// killOnce audits what the last kill left, puts load on the program, kills it at a random moment and starts
// it anew. One time in five it dies while it starts.
func killOnce(t *testing.T, d *desk, books []*ledger, rng *rand.Rand) {
	t.Helper()
	if rng.IntN(5) == 0 {
		time.Sleep(time.Duration(rng.IntN(150)) * time.Millisecond)
	} else {
		d.ready(t)
		together(books, func(b *ledger) { b.audit(t, 4) })
		stop := make(chan struct{})
		var load sync.WaitGroup
		for _, b := range books {
			load.Go(func() { b.work(t, stop) })
		}
		moment := 5 + rng.IntN(200)
		if rng.IntN(10) == 0 {
			moment += 1000 // long enough to hash a password and sign somebody up
		}
		time.Sleep(time.Duration(moment) * time.Millisecond)
		_ = d.serving.cmd.Process.Kill()
		close(stop)
		load.Wait()
	}
	d.end(t, d.serving)
	d.serve(t)
}

// together runs f on every book at once and waits.
func together(books []*ledger, f func(*ledger)) {
	var all sync.WaitGroup
	for _, b := range books {
		all.Go(func() { f(b) })
	}
	all.Wait()
}
