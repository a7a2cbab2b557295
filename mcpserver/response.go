package mcpserver

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// response passes the SDK's answer on: nothing of it is stored by caches, its plain-text refusals become JSON-RPC
// errors, the call that named a method that is not there hears so, and the names of Go types in some errors stay inside.
type response struct {
	http.ResponseWriter
	request []byte // the body that is answered
	wrote   bool
	plain   int // the status that the SDK refuses with in plain text
}

func (w *response) WriteHeader(status int) {
	if !w.wrote {
		w.wrote = true
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		if status >= http.StatusBadRequest && strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
			h.Set("Content-Type", "application/json")
			w.plain = status // the text decides
			return
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
	case w.plain != 0:
		var status int
		status, out = w.refusal(string(b))
		w.ResponseWriter.WriteHeader(status)
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

// refusal is the SDK's text as JSON-RPC has it. Before 2026-07-28 the SDK refuses a method that it does not know as it
// would a message that it cannot read.
func (w *response) refusal(text string) (status int, body []byte) {
	message, err := jsonrpc.DecodeMessage(w.request)
	if call, ok := message.(*jsonrpc.Request); err == nil && ok && call.IsCall() && strings.HasPrefix(text, "JSON RPC not handled") {
		return http.StatusOK, rpcError(call.ID.Raw(), jsonrpc.CodeMethodNotFound, fmt.Sprintf("method not found: %q", call.Method))
	}
	return w.plain, rpcError(nil, jsonrpc.CodeInvalidRequest, sentence(text))
}

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
	before, message, after := frame(b)
	msg, err := jsonrpc.DecodeMessage(message)
	res, ok := msg.(*jsonrpc.Response)
	if err != nil || !ok || res.Error == nil {
		return b
	}
	res.Error = &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "The params do not fit the method."}
	clean, err := jsonrpc.EncodeMessage(res)
	if err != nil {
		clean = rpcError(nil, jsonrpc.CodeInvalidParams, "The params do not fit the method.")
	}
	return slices.Concat(before, clean, after)
}

// frame takes a message out of the event that brings it, where it comes in a stream.
func frame(b []byte) (before, message, after []byte) {
	at := bytes.Index(b, []byte("data: "))
	if at < 0 || bytes.HasPrefix(b, []byte("{")) {
		return nil, b, nil
	}
	at += len("data: ")
	end := bytes.IndexByte(b[at:], '\n')
	if end < 0 {
		end = len(b) - at
	}
	return b[:at], b[at : at+end], b[at+end:]
}
