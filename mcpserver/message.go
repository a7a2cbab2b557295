package mcpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	maxBody  = mcp.DefaultMaxRequestBodyBytes // 4 MiB
	maxDepth = 100                            // levels of JSON; real messages have about ten
	maxParts = 10_000                         // values of JSON; read into Go each takes a hundred times its bytes
)

// patience is how long a body may take to arrive without a second look at the token.
const patience = 10 * time.Millisecond

// message looks at the body before the SDK does: its size and depth, that it is one message and not a
// batch (gone since 2025-06-18, and a way to slip a second call past a check of the first), and that the
// token is still alive and opens the tool it names.
func (s *Server) message(next http.Handler) http.Handler {
	return s.endpoint(func(w http.ResponseWriter, r *http.Request) error {
		var body []byte
		if r.Method == http.MethodPost {
			var err error
			began := time.Now()
			if body, err = readBody(w, r); err != nil {
				return err
			}
			if time.Since(began) > patience {
				if err := s.stillAlive(r); err != nil {
					return err
				}
			}
			if err := checkShape(body); err != nil {
				return err
			}
			if err := s.checkScope(r, body); err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		next.ServeHTTP(&response{ResponseWriter: w, request: body}, r)
		return nil
	})
}

// What is wrong with a message, whoever sends it.
var (
	errTooLarge = badMessage(http.StatusRequestEntityTooLarge, jsonrpc.CodeInvalidRequest, "The message is larger than this server accepts.")
	errCutOff   = badMessage(http.StatusBadRequest, jsonrpc.CodeParseError, "The message could not be read to its end.")
	errSeveral  = badMessage(http.StatusBadRequest, jsonrpc.CodeInvalidRequest, "Send one message at a time: this server takes no batches.")
	errTooMany  = badMessage(http.StatusRequestEntityTooLarge, jsonrpc.CodeInvalidRequest, "The message has more parts than this server accepts.")
	errTooDeep  = badMessage(http.StatusBadRequest, jsonrpc.CodeInvalidRequest, "The message nests deeper than this server accepts.")
)

func badMessage(status, code int, description string) *refusal {
	return &refusal{status: status, rpc: code, description: description}
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), 64<<10)) + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errCutOff
	}
	return body.Bytes(), nil
}

// checkShape refuses batches and JSON that nests too deep; the rest is for the SDK to judge.
func checkShape(body []byte) error {
	if b := bytes.TrimLeft(body, " \t\r\n"); len(b) > 0 && b[0] == '[' {
		return errSeveral
	}
	depth, parts, inString, ended := 0, 0, false, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case ended && !strings.ContainsRune(" \t\r\n", rune(c)):
			return errSeveral // the SDK would run the first and drop the rest
		case c == '"':
			inString = !inString
		case inString && c == '\\':
			i++
		case inString:
		case c == ',':
			parts++
		case c == '{' || c == '[':
			parts++
			depth++
		case c == '}' || c == ']':
			depth--
			ended = depth == 0
		}
		if parts > maxParts {
			return errTooMany
		}
		if depth > maxDepth {
			return errTooDeep
		}
	}
	return nil
}

// checkScope refuses a call of a tool that is closed to the token with a challenge that names what would
// open it (RFC 6750 section 3.1), for clients can act on that and not on a tool error. It is a courtesy:
// the tool's wrapper is the gate. The Mcp-Name header is not asked, the body decides what runs.
func (s *Server) checkScope(r *http.Request, body []byte) error {
	token := tokenOf(r.Context())
	if opensAll(s.guarded, token) {
		return nil
	}
	t, ok := s.guarded[calledTool(body)]
	if !ok || t.opens(token) {
		return nil
	}
	return &refusal{
		status: http.StatusForbidden, code: "insufficient_scope", challenge: true, scope: strings.Join(t.scopes, " "),
		description: "The access token does not cover this tool.",
	}
}

// calledTool is the name of the tool that body calls, "" for none. Members are told apart by case, as the SDK does:
// into a struct "Name" would be read over "name".
func calledTool(body []byte) string {
	var message, params map[string]json.RawMessage
	var method, name string
	if json.Unmarshal(body, &message) != nil || json.Unmarshal(message["method"], &method) != nil || method != "tools/call" {
		return ""
	}
	if json.Unmarshal(message["params"], &params) != nil || json.Unmarshal(params["name"], &name) != nil {
		return ""
	}
	return name
}
