package mcpserver

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// response passes the SDK's answer on: nothing of it is stored by caches, its plain-text refusals become
// JSON-RPC errors, and the names of Go types that it puts into some errors stay inside.
type response struct {
	http.ResponseWriter
	wrote bool
	plain bool // the SDK refuses in plain text
}

func (w *response) WriteHeader(status int) {
	if !w.wrote {
		w.wrote = true
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		if status >= http.StatusBadRequest && strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
			w.plain = true
			h.Set("Content-Type", "application/json")
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write relies on the SDK writing a JSON answer, and http.Error a text, in one piece.
func (w *response) Write(b []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	out := b
	switch {
	case w.plain:
		out = rpcError(jsonrpc.CodeInvalidRequest, sentence(string(b)))
	case bytes.Contains(b, goType):
		out = withoutGoType(b)
	}
	if _, err := w.ResponseWriter.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Unwrap lets [http.ResponseController] flush.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// sentence is the SDK's text, unless it quotes its JSON library.
func sentence(text string) string {
	if strings.HasPrefix(text, "malformed payload") {
		return "The body is not a JSON-RPC message."
	}
	return strings.TrimSpace(text)
}

var goType = []byte(" into a *mcp.")

// withoutGoType replaces the message of a JSON-RPC error that names a Go type. A result that happens to
// hold such words is left alone.
func withoutGoType(b []byte) []byte {
	msg, err := jsonrpc.DecodeMessage(b)
	res, ok := msg.(*jsonrpc.Response)
	if err != nil || !ok || res.Error == nil {
		return b
	}
	res.Error = &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "The params do not fit the method."}
	if clean, err := jsonrpc.EncodeMessage(res); err == nil {
		return clean
	}
	return rpcError(jsonrpc.CodeInvalidParams, "The params do not fit the method.")
}
