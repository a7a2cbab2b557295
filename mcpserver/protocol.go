package mcpserver

import (
	"context"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// listTTL is how long a client may keep the list of tools, in milliseconds. It changes with a new version
// of the program only.
const listTTL = 5 * 60 * 1000

// brokenSentence is what people and models read when the fault is ours; the log has the rest.
const brokenSentence = "Something went wrong on this server. Try again in a moment."

// streamable is the SDK's transport around one server that all requests share. Stateless is what lets it
// speak 2026-07-28, and any replica answer any request. JSONResponse spares the event stream that
// no tool here needs: one answer to one request, in one write. Host, Origin and size are checked before.
func (s *Server) streamable(sets []toolset) http.Handler {
	server := mcp.NewServer(&mcp.Implementation{Name: "frontdesk", Title: s.Name, Version: s.Version, WebsiteURL: s.URL}, &mcp.ServerOptions{
		Capabilities: &mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{}}, // tools only, and they do not change
		SetCacheable: func(_ context.Context, _ mcp.Request, c *mcp.Cacheable) {
			c.TTLMs, c.CacheScope = listTTL, "private" // nothing behind the bearer check belongs in a shared cache
		},
	})
	server.AddReceivingMiddleware(s.guard)
	for _, set := range sets {
		for _, t := range set.tools {
			server.AddTool(t.spec(), s.wrap(t))
		}
	}
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{
		Stateless:                    true,
		JSONResponse:                 true,
		MaxRequestBodyBytes:          maxBody,
		DisableLocalhostProtection:   true,
		PropagateRequestCancellation: true,
	})
}

// unanswered are the features that this server does not have. The SDK would answer some of them with
// empty lists all the same, and clients would show them.
var unanswered = []string{"prompts/", "resources/", "completion/", "logging/"}

// guard stands before every method: it answers what is not there, and it keeps a panic, which happens in
// the SDK's own goroutine, from ending the program.
func (s *Server) guard(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
		defer func() {
			if p := recover(); p != nil {
				s.Log.ErrorContext(ctx, "panic while serving mcp", "method", method, "request", callerOf(ctx).request, "err", p, "stack", string(debug.Stack()))
				res, err = nil, &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: brokenSentence}
				if method == "tools/call" {
					res, err = toolError(brokenSentence), nil
				}
			}
		}()
		if slices.ContainsFunc(unanswered, func(prefix string) bool { return strings.HasPrefix(method, prefix) }) {
			return nil, &jsonrpc.Error{Code: jsonrpc.CodeMethodNotFound, Message: "This server has tools only."}
		}
		return next(ctx, method, req)
	}
}
