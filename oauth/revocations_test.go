package oauth

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
	"time"

	"frontdesk/store"
	"frontdesk/store/storetest"
)

// following starts the feed and waits until it has heard. The time is the real one from then on.
func (h *house) following(tb testing.TB) {
	tb.Helper()
	h.clock.at = time.Time{}
	h.Follow()
	for end := time.Now().Add(10 * time.Second); !h.hears(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatal("nothing is heard for 10 s")
		}
	}
}

func (h *house) hears() bool {
	h.revocations.mu.RLock()
	defer h.revocations.mu.RUnlock()
	return !h.revocations.heard.IsZero()
}

// twin is another replica: its own store on the same database, the same clients and people.
func (h *house) twin(tb testing.TB) *house {
	tb.Helper()
	c, twin := h.Config, *h
	c.Now = time.Now
	c.Store = storetest.Open(tb, store.Config{DSN: h.dsn, Now: c.Now})
	server, err := New(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	twin.Server, twin.clock, twin.mux = server, &clock{}, http.NewServeMux()
	twin.Mount(twin.mux)
	return &twin
}

// eachPair runs a test on both databases with two replicas that follow.
func eachPair(t *testing.T, test func(t *testing.T, here, there *house)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		here := newHouseAt(t, dsn)
		there := here.twin(t)
		here.following(t)
		there.following(t)
		test(t, here, there)
	})
}

// signIn starts a new session of jane's.
func (h *house) signIn(tb testing.TB) {
	tb.Helper()
	jane, err := h.Store.User(tb.Context(), h.jane.ID)
	if err != nil {
		tb.Fatal(err)
	}
	w := httptest.NewRecorder()
	if _, err := h.Accounts.StartSession(w, httptest.NewRequest("POST", "/sign-in", nil), jane); err != nil {
		tb.Fatal(err)
	}
	h.cookie = w.Result().Cookies()[0]
}

func (h *house) signedIn(tb testing.TB) tokens {
	tb.Helper()
	return h.tokens(tb, h.exchange(h.authorized(tb, nil).Get("code")))
}

// passes tells whether Verify lets the token pass. It must be able to tell.
func (h *house) passes(t *testing.T, raw string) bool {
	t.Helper()
	_, err := h.Verify(t.Context(), raw, testResource)
	if err != nil && !errors.Is(err, ErrInvalidToken) {
		t.Fatal(err)
	}
	return err == nil
}

// vouched tells whether the token passes without a question to the database.
func (h *house) vouched(t *testing.T, raw string) bool {
	t.Helper()
	token, err := h.verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return h.revocations.vouch(token)
}

// TestMemoryVouches: what nobody said a word against passes without a question, on the replica that has never seen
// it too; what was doubted and lives passes by the database's word.
func TestMemoryVouches(t *testing.T) {
	eachPair(t, func(t *testing.T, here, there *house) {
		first := here.signedIn(t)
		if !here.vouched(t, first.Access) || !there.vouched(t, first.Access) {
			t.Error("a new token is not vouched for")
		}
		ctx, err := here.Store.Begin(t.Context())
		if err == nil {
			err = here.Store.EndAccess(ctx, here.jane.ID)
		}
		if err == nil {
			err = here.Store.Rollback(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		if here.vouched(t, first.Access) || !here.passes(t, first.Access) {
			t.Error("a doubt that came to nothing: it must be asked about, and pass")
		}
	})
}

// TestNobodyVouches: without a feed, or with one that fell behind, the database decides; without that, nobody passes.
func TestNobodyVouches(t *testing.T) {
	h := newHouse(t)
	tk := h.signedIn(t)
	if h.vouched(t, tk.Access) {
		t.Error("vouched for before anything was heard")
	}
	if !h.passes(t, tk.Access) {
		t.Error("the database lets it pass")
	}
	h.following(t)
	if !h.vouched(t, tk.Access) {
		t.Error("not vouched for although the feed is up")
	}
	if err := h.Store.Close(); err != nil {
		t.Fatal(err)
	}
	h.clock.at = time.Now().Add(store.Fresh)
	if _, err := h.Verify(t.Context(), tk.Access, testResource); err == nil || errors.Is(err, ErrInvalidToken) {
		t.Errorf("without a feed or a database: %v", err)
	}
}

// TestVouching moves both clocks, and what is remembered.
func TestVouching(t *testing.T) {
	began := time.Now()
	now := began
	news := func() *revocations {
		r := newRevocations(Config{AccessTokenLifetime: time.Hour, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
		now = began
		r.Hear(store.News{Began: began, Now: began})
		return r
	}
	token := &Token{GrantID: "grant", UserID: "user", ClientID: "client", IssuedAt: began}
	for name, c := range map[string]struct {
		change func(r *revocations)
		want   bool
	}{
		"at once":                {func(*revocations) {}, true},
		"just in time":           {func(*revocations) { now = began.Add(store.Fresh - 1) }, true},
		"too late":               {func(*revocations) { now = began.Add(store.Fresh) }, false},
		"an hour by the wall":    {func(*revocations) { now = began.Round(0).Add(time.Hour) }, false},
		"lost":                   {func(r *revocations) { r.Lose(errors.New("gone")) }, false},
		"found again":            {func(r *revocations) { r.Lose(nil); r.Hear(store.News{Began: began, Now: began}) }, true},
		"the grant":              {func(r *revocations) { r.Doubt("grant") }, false},
		"the user":               {func(r *revocations) { r.Doubt("user") }, false},
		"the client":             {func(r *revocations) { r.Doubt("client") }, false},
		"others":                 {func(r *revocations) { r.Doubt("another") }, true},
		"remembered since later": {func(r *revocations) { r.Hear(store.News{Began: began, Now: began, Since: began}) }, false},
		"remembered since then":  {func(r *revocations) { r.Hear(store.News{Began: began, Now: began, Since: began.Add(-store.Slack)}) }, true},
		"a clock that was ahead": {func(*revocations) {
			token = &Token{GrantID: "grant", IssuedAt: began.Add(store.Slack + time.Minute)}
		}, false},
		"a clock that is a little ahead": {func(*revocations) {
			token = &Token{GrantID: "grant", IssuedAt: began.Add(store.Slack)}
		}, true},
		"a token of a longer life": {func(*revocations) {
			token = &Token{GrantID: "grant", IssuedAt: began.Add(-time.Hour - time.Minute)}
		}, false},
	} {
		r := news()
		c.change(r)
		if got := r.vouch(token); got != c.want {
			t.Errorf("%s: vouched for: %v", name, got)
		}
		token = &Token{GrantID: "grant", UserID: "user", ClientID: "client", IssuedAt: began}
	}
}

// TestRevocationsAreForgotten when no token of theirs can be alive on any clock, and not before.
func TestRevocationsAreForgotten(t *testing.T) {
	began := time.Now()
	r := newRevocations(Config{AccessTokenLifetime: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	for minute := range 600 {
		at := began.Add(time.Duration(minute) * time.Minute)
		r.Hear(store.News{Revoked: []store.Revocation{{ID: strconv.Itoa(minute), At: at}}, Began: at, Now: at})
	}
	if want := int((time.Hour + store.Slack).Minutes()) + 1; len(r.doubts) != want {
		t.Errorf("%d are remembered, want %d", len(r.doubts), want)
	}
}

// TestMemoryOfRevocations measures what one of them costs.
func TestMemoryOfRevocations(t *testing.T) {
	const n = 1_000_000 // beside which it does not matter what the tests before have left
	r := newRevocations(Config{AccessTokenLifetime: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalized
	runtime.ReadMemStats(&before)
	for range n {
		r.Doubt(store.NewID("grant"))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n
	t.Logf("%d bytes a revocation", each)
	if each < 8 || each > 64 || len(r.doubts) < n-1 {
		t.Errorf("%d bytes a revocation, %d are remembered", each, len(r.doubts))
	}
	runtime.KeepAlive(r)
}
