package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"frontdesk/oauth"
)

// toolsets is every toolset of this server. Consent, metadata and challenges read their scopes from it.
var toolsets = []toolset{
	profileTools,
}

// toolset is tools that the same scopes open: a token needs one of them to call any tool of the set.
type toolset struct {
	scopes []oauth.Scope
	tools  []tool
}

// tool is one entry of tools/list and the method behind it.
type tool struct {
	name, title, description string
	input, output            *jsonschema.Schema
	call                     func(s *Server, ctx context.Context, token *oauth.Token, arguments json.RawMessage) (answer, error)
}

// answer is what a tool found out: words for the model, and the same for programs. The structured half
// fits the tool's output schema.
type answer struct {
	text       string
	structured any
}

// refused is a tool's no in a sentence that models and people may read. Every other error of a tool goes
// to the log, and they read that something went wrong.
type refused string

func (r refused) Error() string { return string(r) }

// newTool makes a tool of method, which only reads. In is its arguments as a struct, from which the input
// schema follows; output describes the structured half of its answer.
func newTool[In any](name, title, description string, output *jsonschema.Schema, method func(*Server, context.Context, *oauth.Token, In) (answer, error)) tool {
	input, err := jsonschema.For[In](nil)
	if err != nil {
		panic(err) // a program that cannot describe its own tools does not start
	}
	if input.Properties == nil {
		input.Properties = map[string]*jsonschema.Schema{} // some models refuse an object schema without the word
	}
	resolved, err := input.Resolve(nil)
	if err != nil {
		panic(err)
	}
	return tool{name, title, description, input, output, func(s *Server, ctx context.Context, token *oauth.Token, arguments json.RawMessage) (answer, error) {
		var in In
		if !fits(resolved, arguments) || (len(arguments) > 0 && json.Unmarshal(arguments, &in) != nil) {
			return answer{}, refused("The arguments do not fit the input schema of " + name + ".")
		}
		return method(s, ctx, token, in)
	}}
}

func fits(schema *jsonschema.Resolved, arguments json.RawMessage) bool {
	value := map[string]any{}
	if len(arguments) > 0 && json.Unmarshal(arguments, &value) != nil {
		return false
	}
	return schema.Validate(value) == nil
}

func (t tool) spec() *mcp.Tool {
	no := false
	return &mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description, InputSchema: t.input, OutputSchema: t.output,
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
	}
}

// toolTime ends a tool that hangs. The context of a call does not end with the request before 2026-07-28.
const toolTime = 25 * time.Second

// wrap is what stands around every tool: the scope check, the log line, the words of an error.
func (s *Server) wrap(set toolset, t tool) mcp.ToolHandler {
	return func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ctx, cancel := context.WithTimeout(ctx, toolTime)
		defer cancel()
		token := tokenOf(ctx)
		if token == nil || !set.opens(token) {
			return toolError("The access token does not cover this tool. It needs one of these scopes: " + set.scopeNames() + "."), nil
		}
		found, err := t.call(s, ctx, token, req.Params.Arguments)
		who := []any{"tool", t.name, "user", token.UserID, "client", token.ClientID}
		no, isRefused := errors.AsType[refused](err)
		switch {
		case isRefused:
			s.Log.InfoContext(ctx, "tool refused", append(who, "err", err)...)
			return toolError(string(no)), nil
		case err != nil:
			s.Log.ErrorContext(ctx, "tool failed", append(who, "err", err)...)
			return toolError(brokenSentence), nil
		}
		s.Log.InfoContext(ctx, "tool called", who...)
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: found.text}}, StructuredContent: found.structured}, nil
	}
}

func toolError(sentence string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: sentence}}}
}

func (set toolset) opens(token *oauth.Token) bool {
	return slices.ContainsFunc(set.scopes, func(scope oauth.Scope) bool { return token.Has(scope.Name) })
}

func (set toolset) scopeNames() string {
	names := make([]string, len(set.scopes))
	for i, scope := range set.scopes {
		names[i] = scope.Name
	}
	return strings.Join(names, " ")
}

func opensAll(sets []toolset, token *oauth.Token) bool {
	return !slices.ContainsFunc(sets, func(set toolset) bool { return !set.opens(token) })
}

// guarded finds the toolset of a tool by the tool's name.
func guarded(sets []toolset) map[string]toolset {
	by := map[string]toolset{}
	for _, set := range sets {
		for _, t := range set.tools {
			by[t.name] = set
		}
	}
	return by
}
