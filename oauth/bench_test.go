package oauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (h *house) tokens(tb testing.TB, w *httptest.ResponseRecorder) tokens {
	tb.Helper()
	var t tokens
	if err := json.Unmarshal(w.Body.Bytes(), &t); err != nil || t.Access == "" {
		tb.Fatalf("no tokens: %d %s", w.Code, w.Body)
	}
	return t
}

func BenchmarkDiscovery(b *testing.B) {
	h := newHouse(b)
	r := httptest.NewRequest("GET", "/.well-known/oauth-authorization-server", nil)
	w := &sink{}
	b.ReportAllocs()
	for b.Loop() {
		w.header = http.Header{}
		if h.mux.ServeHTTP(w, r); w.status > http.StatusOK {
			b.Fatal(w.status)
		}
	}
}

// sink is a response that goes nowhere: what a test keeps of one is no cost of ours.
type sink struct {
	header http.Header
	status int // 0: 200
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

func BenchmarkRegister(b *testing.B) {
	h := newHouse(b)
	const body = `{"client_name":"Bench","redirect_uris":["http://127.0.0.1:1/cb"],"token_endpoint_auth_method":"none"}`
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/oauth/register", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if w := h.do(r); w.Code != http.StatusCreated {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkAuthorize(b *testing.B) {
	h := newHouse(b)
	b.ReportAllocs()
	for b.Loop() {
		if h.authorized(b, nil).Get("code") == "" {
			b.Fatal("no code")
		}
	}
}

func BenchmarkExchange(b *testing.B) {
	h := newHouse(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		code := h.authorized(b, nil).Get("code")
		b.StartTimer()
		h.tokens(b, h.exchange(code))
	}
}

func BenchmarkRefresh(b *testing.B) {
	h := newHouse(b)
	t := h.tokens(b, h.exchange(h.authorized(b, nil).Get("code")))
	b.ReportAllocs()
	for b.Loop() {
		t = h.tokens(b, h.refresh(t.Refresh))
	}
}

func BenchmarkRevoke(b *testing.B) {
	h := newHouse(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		t := h.tokens(b, h.exchange(h.authorized(b, nil).Get("code")))
		b.StartTimer()
		if w := h.post("/oauth/revoke", url.Values{"token": {t.Refresh}, "client_id": {h.public.ID}}); w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	h := newHouse(b)
	t := h.tokens(b, h.exchange(h.authorized(b, nil).Get("code")))
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := h.parse(b.Context(), t.Access); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("seen", func(b *testing.B) {
		h.following(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := h.Verify(context.Background(), t.Access, testResource); err != nil {
				b.Fatal(err)
			}
		}
	})
}
