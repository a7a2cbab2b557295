package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
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

// toolset is tools that belong together, and the scopes that they bring.
type toolset struct {
	scopes []oauth.Scope
	tools  []tool
}

// tool is one entry of tools/list and the method behind it. A challenge names exactly its scopes.
type tool struct {
	name, title, description string
	scopes                   []string // a token needs them all
	partly                   bool     // or one of them, which shows a part
	writes                   bool     // it changes something, over what was there
	output                   *jsonschema.Schema
	input                    *jsonschema.Schema // made by newTool, as is call
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

// newTool completes t: method is behind it. In is its arguments as a struct, from which the input schema follows;
// t.output describes the structured half of its answer.
func newTool[In any](t tool, method func(*Server, context.Context, *oauth.Token, In) (answer, error)) tool {
	t.input = inputSchema[In]()
	misfit := refused("The arguments do not fit the input schema of " + t.name + ". " + takes(t.input))
	resolved, err := t.input.Resolve(nil)
	if err != nil {
		panic(err)
	}
	t.call = func(s *Server, ctx context.Context, token *oauth.Token, arguments json.RawMessage) (answer, error) {
		var in In
		if !fits(resolved, arguments) || (len(arguments) > 0 && json.Unmarshal(arguments, &in) != nil) {
			return answer{}, misfit
		}
		return method(s, ctx, token, in)
	}
	return t
}

func inputSchema[In any]() *jsonschema.Schema {
	input, err := jsonschema.For[In](nil)
	if err != nil {
		panic(err) // a program that cannot describe its own tools does not start
	}
	if input.Properties == nil {
		input.Properties = map[string]*jsonschema.Schema{} // some models refuse an object schema without the word
	}
	for _, property := range input.Properties {
		if len(property.Types) == 2 { // a pointer: "null or string", which some models refuse as well
			property.Type, property.Types = property.Types[1], nil
		}
	}
	return input
}

// takes says in words what a tool takes, so that a model need not look the schema up to mend its call.
func takes(input *jsonschema.Schema) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(input.Properties)) {
		words = append(words, name+" ("+input.Properties[name].Type+")")
	}
	if len(words) == 0 {
		return "It takes none."
	}
	return "It takes " + strings.Join(words, ", ") + "."
}

// fits tells whether the arguments are what the schema asks for. Some models send null for what they leave out.
func fits(schema *jsonschema.Resolved, arguments json.RawMessage) bool {
	value := map[string]any{}
	if len(arguments) > 0 && json.Unmarshal(arguments, &value) != nil {
		return false
	}
	maps.DeleteFunc(value, func(_ string, v any) bool { return v == nil })
	return schema.Validate(value) == nil
}

func (t tool) spec() *mcp.Tool {
	no := false
	return &mcp.Tool{
		Name: t.name, Title: t.title, Description: t.description, InputSchema: t.input, OutputSchema: t.output,
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: !t.writes, IdempotentHint: true, DestructiveHint: &t.writes, OpenWorldHint: &no},
	}
}

// toolTime ends a tool that hangs. The context of a call does not end with the request before 2026-07-28.
const toolTime = 25 * time.Second

// wrap is what stands around every tool: the scope check, the log line, the words of an error.
func (s *Server) wrap(t tool) mcp.ToolHandler {
	return func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ctx, cancel := context.WithTimeout(ctx, toolTime)
		defer cancel()
		token := tokenOf(ctx)
		if token == nil || !t.opens(token) {
			return toolError("The access token does not cover this tool. " + t.needs() + " " + strings.Join(t.scopes, " ") + "."), nil
		}
		found, err := t.call(s, ctx, token, req.Params.Arguments)
		who := []any{"tool", t.name, "user", token.UserID, "client", token.ClientID, "request", callerOf(ctx).request}
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

// opens tells whether the token covers the tool.
func (t tool) opens(token *oauth.Token) bool {
	if t.partly {
		return slices.ContainsFunc(t.scopes, token.Has)
	}
	return !slices.ContainsFunc(t.scopes, func(scope string) bool { return !token.Has(scope) })
}

func (t tool) needs() string {
	if t.partly {
		return "It needs one of these scopes:"
	}
	return "It needs the scope"
}

// guarded finds a tool by its name.
func guarded(sets []toolset) map[string]tool {
	by := map[string]tool{}
	for _, set := range sets {
		for _, t := range set.tools {
			by[t.name] = t
		}
	}
	return by
}

func opensAll(tools map[string]tool, token *oauth.Token) bool {
	for _, t := range tools {
		if !t.opens(token) {
			return false
		}
	}
	return true
}
