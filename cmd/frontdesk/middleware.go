package main

import (
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

const (
	requestHeader = "X-Request-Id" // as http.CanonicalHeaderKey has it
	maxBody       = 64 << 10       // bytes; /mcp has a limit of its own
	maxLoggedPath = 200            // bytes
)

// refuser answers a request that no room answers.
type refuser func(w http.ResponseWriter, r *http.Request, status int)

// guard is what every request passes before it comes to a room. machines are where programs post, from any origin or none:
// they bring a token or a secret instead of the browser's cookie. Where they share an address with people's answers, the
// room (oauth) looks at the origin itself.
func guard(rooms http.Handler, machines []string, cfg *Config, refuse refuser, log *slog.Logger) http.Handler {
	origins := http.NewCrossOriginProtection()
	if err := origins.AddTrustedOrigin(cfg.URL); err != nil {
		panic(err) // checkURL lets nothing else through
	}
	for _, pattern := range machines {
		origins.AddInsecureBypassPattern(pattern)
	}
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusForbidden)
	}))
	h := limitBody(origins.Handler(rooms))
	h = observing(h, refuse, log)
	h = clientAddress(h, cfg.Proxies)
	return naming(h)
}

// naming gives every request an id. Rooms read it from the request's header, where nobody else's gets.
func naming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], rand.Uint64()) // it only has to be another one each time
		id := []string{hex.EncodeToString(b[:])}
		r.Header[requestHeader], w.Header()[requestHeader] = id, id
		next.ServeHTTP(w, r)
	})
}

// observing writes one line a request, and answers what panics. The query stays out of the log: codes travel there.
func observing(next http.Handler, refuse refuser, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		defer logRequest(log, rec, r, time.Now())
		defer answerPanic(rec, r, refuse, log)
		next.ServeHTTP(rec, r)
	})
}

func logRequest(log *slog.Logger, rec *recorder, r *http.Request, start time.Time) {
	level, path := slog.LevelInfo, r.URL.Path
	if path == "/healthz" || path == "/readyz" {
		level = slog.LevelDebug
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	log.LogAttrs(r.Context(), level, "request",
		slog.String("method", r.Method), slog.String("path", path[:min(len(path), maxLoggedPath)]), slog.Int("status", rec.code()),
		slog.Duration("duration", time.Since(start)), slog.String("address", r.RemoteAddr), slog.String("request", r.Header.Get(requestHeader)))
}

// answerPanic is deferred: it answers with 500 and logs what happened, once. Where the answer has begun, the
// connection ends instead.
func answerPanic(rec *recorder, r *http.Request, refuse refuser, log *slog.Logger) {
	reason := recover()
	switch {
	case reason == nil:
		return
	case reason != http.ErrAbortHandler:
		log.ErrorContext(r.Context(), "request panicked", "path", r.URL.Path, "request", r.Header.Get(requestHeader),
			"err", reason, "stack", string(debug.Stack()))
	}
	if rec.status != 0 || reason == http.ErrAbortHandler {
		panic(http.ErrAbortHandler) // net/http's own way to end a connection, without a word in its log
	}
	refuse(rec, r, http.StatusInternalServerError)
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody && r.URL.Path != "/mcp" && !strings.HasPrefix(r.URL.Path, "/mcp/") {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int // 0: nothing was sent yet
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Flush implements http.Flusher, which streams ask for.
func (r *recorder) Flush() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	_ = http.NewResponseController(r.ResponseWriter).Flush() // what cannot be flushed is sent at the end
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// code is the status that was sent: net/http sends 200 where the handler sent nothing.
func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
