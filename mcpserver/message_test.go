package mcpserver

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMessageLimits(t *testing.T) {
	d := open(t, nil)
	nested := func(depth int) string {
		return `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}}}`
	}
	many := func(parts int) string { // the list itself has a few
		return `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"x":[` + strings.TrimSuffix(strings.Repeat("0,", parts), ",") + `]}}}`
	}
	padded := func(size int) string { return strings.Repeat(" ", size-len(list)) + list }
	chunked := func(r *http.Request) { r.Body = io.NopCloser(r.Body); r.ContentLength = -1 }
	for name, c := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
		code   int
	}{
		"largest":               {padded(maxBody), nil, 200, 0},
		"too large":             {padded(maxBody + 1), nil, 413, -32600},
		"too large, no length":  {padded(maxBody + 1), chunked, 413, -32600},
		"deepest":               {nested(maxDepth - 3), nil, 200, 0},
		"too deep":              {nested(maxDepth - 2), nil, 400, -32600},
		"far too deep":          {strings.Repeat("[", 1<<20), nil, 400, -32600},
		"far too deep objects":  {strings.Repeat(`{"a":`, 1<<18), nil, 400, -32600},
		"many parts":            {many(maxParts - 10), nil, 200, 0},
		"too many parts":        {many(maxParts), nil, 413, -32600},
		"far too many objects":  {strings.Repeat(`{},`, 1<<20), nil, 400, -32600},
		"commas in a string":    {`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"x":"` + strings.Repeat(",", 2*maxParts) + `"}}}`, nil, 200, 0},
		"braces in a string":    {`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"x":"\"` + strings.Repeat("{", 500) + `"}}}`, nil, 200, 0},
		"batch":                 {"[" + list + "]", nil, 400, -32600},
		"batch, old version":    {" \n[" + list + "," + call + "]", func(r *http.Request) { r.Header.Set("Mcp-Protocol-Version", "2025-03-26") }, 400, -32600},
		"empty batch":           {"[]", nil, 400, -32600},
		"two in one body":       {list + call, nil, 400, -32600},
		"two lines":             {list + "\n" + call + "\n", nil, 400, -32600},
		"a number behind":       {call + " 7", nil, 400, -32600},
		"a text behind":         {call + ` "x"`, nil, 400, -32600},
		"space behind":          {list + " \r\n", nil, 200, 0},
		"nothing":               {"", nil, 400, -32600},
		"not JSON":              {"tools/list", nil, 400, -32600},
		"cut off":               {list[:20], nil, 400, -32600},
		"not an object":         {"7", nil, 400, -32600},
		"null":                  {"null", nil, 400, -32600},
		"no version":            {`{"id":1,"method":"tools/list"}`, nil, 400, -32600},
		"unknown method":        {`{"jsonrpc":"2.0","id":1,"method":"no/such"}`, nil, 200, -32601},
		"unknown notification":  {`{"jsonrpc":"2.0","method":"no/such"}`, nil, 400, -32600},
		"odd params":            {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}`, nil, 200, -32602},
		"params are a list":     {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["get_user_profile"]}`, nil, 200, -32602},
		"unknown tool":          {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no_such"}}`, nil, 200, -32602},
		"odd initialize":        {`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":7}}`, nil, 200, -32602},
		"wrong type of content": {list, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, -32600},
		"accepts HTML":          {list, func(r *http.Request) { r.Header.Set("Accept", "text/html") }, 400, -32600},
		"future version":        {list, func(r *http.Request) { r.Header.Set("Mcp-Protocol-Version", "2099-01-01") }, 400, -32602},
		"unknown version":       {list, func(r *http.Request) { r.Header.Set("Mcp-Protocol-Version", "1999-01-01") }, 400, -32600},
		"GET":                   {"", func(r *http.Request) { r.Method = http.MethodGet }, 405, -32600},
		"DELETE":                {"", func(r *http.Request) { r.Method = http.MethodDelete }, 405, -32600},
		"PUT":                   {list, func(r *http.Request) { r.Method = http.MethodPut }, 405, -32600},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.send(t, c.body, c.change)
			if r.status != c.status || r.errorCode() != c.code {
				t.Fatalf("%d %d, want %d %d: %.300s", r.status, r.errorCode(), c.status, c.code, r.body)
			}
			if r.header.Get("Cache-Control") != "no-store" || r.header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", r.header)
			}
			for _, inside := range []string{"*mcp.", "json:", "jsonrpc2", "goroutine", ".go:"} {
				if strings.Contains(r.body, inside) {
					t.Errorf("internals told: %s", r.body)
				}
			}
		})
	}
}

// TestNotification: a message without an id is taken without an answer.
func TestNotification(t *testing.T) {
	d := open(t, nil)
	r := d.send(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, nil)
	if r.status != http.StatusAccepted || r.body != "" {
		t.Errorf("%d %q", r.status, r.body)
	}
}

// TestInsufficientScope: a call that the token does not cover is told exactly what would.
func TestInsufficientScope(t *testing.T) {
	d := open(t, nil)
	change := strings.Replace(call, "get_user_profile", "update_user_profile", 1)
	for _, c := range []struct{ token, body, scope string }{
		{"jane+openid", call, "profile email"},
		{"jane", call, "profile email"},
		{"jane+profiles+emails", call, "profile email"},
		{"jane+profile~write", call, "profile email"}, // the authorization server adds what a scope implies
		{everyday, change, "profile:write"},
		{"jane", change, "profile:write"},
		// The SDK tells letters apart by their case.
		{everyday, strings.Replace(change, `"name"`, `"Name":"get_user_profile","name"`, 1), "profile:write"},
		{everyday, strings.Replace(change, `"update_user_profile"`, `"update_user_profile","Name":"get_user_profile"`, 1), "profile:write"},
		{everyday, strings.Replace(change, `"jsonrpc"`, `"METHOD":"tools/list","jsonrpc"`, 1), "profile:write"},
		{everyday, strings.TrimSuffix(change, "}") + `,"METHOD":"tools/list","Params":{"name":"get_user_profile"}}`, "profile:write"},
	} {
		want := `Bearer error="insufficient_scope", error_description="The access token does not cover this tool.", ` +
			`scope="` + c.scope + `", resource_metadata="` + d.URL + `/.well-known/oauth-protected-resource/mcp"`
		r := d.send(t, c.body, as(c.token))
		if r.status != http.StatusForbidden || r.header.Get("WWW-Authenticate") != want {
			t.Errorf("%s: %d %q", c.token, r.status, r.header.Get("WWW-Authenticate"))
		}
		// Other methods are open to any valid token, so that a client can see what there is to step up to.
		if r := d.send(t, list, as(c.token)); r.status != http.StatusOK || !strings.Contains(r.body, "update_user_profile") {
			t.Errorf("%s: list %d %s", c.token, r.status, r.body)
		}
	}
}

// TestScopeCheckedByTool hides the tool's name from the courtesy check, as a difference between two JSON
// parsers might: the wrapper still refuses.
func TestScopeCheckedByTool(t *testing.T) {
	d := open(t, nil)
	d.mcp.guarded = nil
	var got toolReply
	d.send(t, call, func(r *http.Request) { as("jane+openid")(r); r.Header.Set("Mcp-Name", "other") }).result(t, &got)
	if !got.IsError || len(got.StructuredContent) != 0 || !strings.Contains(got.Content[0].Text, "profile email") {
		t.Errorf("%+v", got)
	}
	change := strings.Replace(call, `get_user_profile","arguments":{}`, `update_user_profile","arguments":{"first_name":"Eve"}`, 1)
	d.send(t, change, as(everyday)).result(t, &got)
	if u, err := d.mcp.Store.User(t.Context(), d.jane.ID); !got.IsError || err != nil || u.FirstName != "Jane" ||
		got.Content[0].Text != "The access token does not cover this tool. It needs the scope profile:write." {
		t.Errorf("%+v %+v %v", got, u, err)
	}
	if strings.Contains(d.log.String(), "tool called") {
		t.Error("the tool ran")
	}
}

// TestTokenEndsWhileTheBodyArrives: who keeps a request waiting has no call in hand when access ends.
func TestTokenEndsWhileTheBodyArrives(t *testing.T) {
	d := open(t, nil)
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_user_profile","arguments":{"first_name":"Mallory"}}}`
	body, rest := io.Pipe()
	d.verified = func() {
		d.ended.Store(true)
		go func() {
			time.Sleep(2 * patience) // what comes sooner was as good as there
			_, _ = io.WriteString(rest, call)
			_ = rest.Close()
		}()
	}
	r := d.send(t, "", func(r *http.Request) { r.Body, r.ContentLength = body, int64(len(call)) })
	if r.status != http.StatusUnauthorized || !strings.Contains(r.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	if u, err := d.mcp.Store.User(t.Context(), d.jane.ID); err != nil || u.FirstName != "Jane" {
		t.Errorf("%+v, %v", u, err)
	}
}
