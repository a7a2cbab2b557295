package oauth

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"frontdesk/store/storetest"
)

// rounds is how often TestRace races; make e2e asks for 200 under the race detector.
var rounds = flag.Int("rounds", 10, "how often TestRace races on each database")

// racers come at the same moment.
const racers = 64

// TestRace has many clients' processes come at once, on both databases: one redeems the code, and all who refresh get one
// successor, which works.
func TestRace(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		h := newHouseAt(t, dsn)
		for range *rounds {
			h.raceForCode(t)
			h.raceForSuccessor(t)
			if t.Failed() {
				return
			}
		}
	})
}

func (h *house) raceForCode(t *testing.T) {
	t.Helper()
	code, won := h.authorized(t, nil).Get("code"), 0
	for _, w := range together(func() *httptest.ResponseRecorder { return h.exchange(code) }) {
		if w.Code == http.StatusOK {
			won++
		} else {
			refused(t, "a loser", w, "invalid_grant")
		}
	}
	if won != 1 {
		t.Errorf("one code was redeemed %d times", won)
	}
}

func (h *house) raceForSuccessor(t *testing.T) {
	t.Helper()
	first := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code")))
	var successor string
	for _, w := range together(func() *httptest.ResponseRecorder { return h.refresh(first.Refresh) }) {
		got := h.tokens(t, w)
		if successor == "" {
			successor = got.Refresh
		}
		if got.Refresh != successor {
			t.Error("one refresh token has two successors")
		}
		if _, err := h.Verify(t.Context(), got.Access, testResource); err != nil {
			t.Errorf("an access token of a refresh: %v", err)
		}
	}
	h.tokens(t, h.refresh(successor)) // the family lives
}

// together does the same thing in every racer, and waits for all of them.
func together(do func() *httptest.ResponseRecorder) []*httptest.ResponseRecorder {
	answers := make([]*httptest.ResponseRecorder, racers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { <-start; answers[i] = do() })
	}
	close(start)
	wg.Wait()
	return answers
}
