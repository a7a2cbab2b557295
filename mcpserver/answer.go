package mcpserver

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// refusal is a request that is not handed to the SDK, and what the caller may know about it.
type refusal struct {
	status      int
	code        string // RFC 6750 section 3.1 where that has a word; empty: no credentials were sent
	description string
	scope       string // what would do, for insufficient_scope
	challenge   bool   // say where a token is to be had
	rpc         int    // a JSON-RPC error code: the message itself is refused, not the caller
	err         error  // for the log only
}

func (e *refusal) Error() string { return e.description }

// answer is the only writer of refusals.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*refusal](err)
	if !ok {
		e = &refusal{status: http.StatusInternalServerError, code: "server_error", description: brokenSentence, err: err}
	}
	if e.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "request refused", "path", r.URL.Path, "request", r.Header.Get("X-Request-Id"), "status", e.status, "err", e.err)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	switch {
	case e.challenge && e.code == "":
		h.Set("WWW-Authenticate", s.challenge)
	case e.challenge:
		h.Set("WWW-Authenticate", s.challengeFor(e))
	case e.status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
	}
	w.WriteHeader(e.status)
	_, _ = w.Write(e.body())
}

// challengeFor is the WWW-Authenticate value of e (RFC 6750 section 3, RFC 9728 section 5.1). Its scope
// is the operation's for insufficient_scope; else the everyday ones, so that one consent is enough.
func (s *Server) challengeFor(e *refusal) string {
	var b strings.Builder
	b.WriteString("Bearer ")
	if e.code != "" {
		b.WriteString(`error="` + e.code + `", error_description="` + e.description + `", `)
	}
	b.WriteString(`scope="` + cmp.Or(e.scope, s.everyday) + `", resource_metadata="` + s.URL + `/.well-known/oauth-protected-resource/mcp"`)
	return b.String()
}

func (e *refusal) body() []byte {
	if e.rpc != 0 {
		return rpcError(nil, e.rpc, e.description)
	}
	b, _ := json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Scope       string `json:"scope,omitempty"`
	}{cmp.Or(e.code, "unauthorized"), e.description, e.scope})
	return b
}

// rpcError is an error about the message with id, nil where that is not known (JSON-RPC 2.0 section 5).
func rpcError(id any, code int, message string) []byte {
	type wire struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	b, _ := json.Marshal(struct {
		Version string `json:"jsonrpc"`
		ID      any    `json:"id"`
		Error   wire   `json:"error"`
	}{"2.0", id, wire{code, message}})
	return b
}
