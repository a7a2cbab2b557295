package mcpserver

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

// change is a call of update_user_profile.
func change(arguments string) string {
	return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_user_profile","arguments":` + arguments + `}}`
}

func TestUpdateUserProfile(t *testing.T) {
	d := open(t, nil)
	is := func(username, first, last string) {
		t.Helper()
		u, err := d.mcp.Store.User(t.Context(), d.jane.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{username, first, last}, []string{u.Username, u.FirstName, u.LastName}); diff != "" {
			t.Error(diff)
		}
	}
	for _, c := range []struct{ arguments, username, first, last string }{
		{`{"first_name":" Janet "}`, "jane", "Janet", "Smith"},
		{`{"last_name":""}`, "jane", "Janet", ""},
		{`{"username":"Janet.S","last_name":"O’Brien","first_name":null}`, "janet.s", "Janet", "O’Brien"},
		{`{}`, "janet.s", "Janet", "O’Brien"},
		{`{"username":"janet.s"}`, "janet.s", "Janet", "O’Brien"},
	} {
		var got toolReply
		d.send(t, change(c.arguments), nil).result(t, &got)
		want := fmt.Sprintf("Username: %s\nFirst Name: %s\nLast Name: %s\nPrimary Email: jane@", c.username, c.first, c.last)
		want = strings.Replace(want, ": \n", ": None\n", 1)
		if got.IsError || !strings.Contains(got.Content[0].Text, want) || got.StructuredContent["username"] != c.username {
			t.Errorf("%s: %+v", c.arguments, got)
		}
		is(c.username, c.first, c.last)
	}
	// What the token does not cover is left out of the answer, too.
	var got toolReply
	d.send(t, change(`{}`), as("jane+profile+profile~write")).result(t, &got)
	if strings.Contains(got.Content[0].Text, "Email") || !strings.HasPrefix(got.Content[0].Text, "User ID: "+d.jane.ID) {
		t.Errorf("%+v", got)
	}
}

func TestUpdateUserProfileRefuses(t *testing.T) {
	d := open(t, nil)
	if err := d.mcp.Store.CreateUser(t.Context(), &store.User{Username: "taken"}); err != nil {
		t.Fatal(err)
	}
	const rule = "A username has 2 to 31 characters: letters a to z, digits, dots, dashes and underscores, beginning with a letter or digit, and not with user_."
	const schema = "The arguments do not fit the input schema of update_user_profile. It takes first_name (string), last_name (string), username (string)."
	for arguments, says := range map[string]string{
		`{"username":"Taken"}`: "This username is taken. Choose another one.",
		`{"username":""}`:      rule,
		`{"username":"a@b"}`:   rule,
		`{"first_name":"` + strings.Repeat("x", 101) + `"}`: "The first name is too long. Use at most 100 characters.",
		`{"last_name":"a\u202eb"}`:                          "The last name contains characters that cannot be seen. Type it again.",
		`{"first_name":"Eve","username":"taken"}`:           "This username is taken. Choose another one.",
		`{"user_id":"user_2"}`:                              schema,
		`{"admin":true}`:                                    schema,
		`{"first_name":7}`:                                  schema,
		`{"FIRST_NAME":"Eve"}`:                              schema,
	} {
		var got toolReply
		d.send(t, change(arguments), nil).result(t, &got)
		if !got.IsError || got.Content[0].Text != says || got.StructuredContent != nil {
			t.Errorf("%s: %+v", arguments, got)
		}
	}
	var got toolReply
	for _, arguments := range []string{`{}`, `{"first_name":"x"}`} {
		d.send(t, change(arguments), as("nobody+profile~write")).result(t, &got)
		if !got.IsError || got.Content[0].Text != "This account is not here any more." {
			t.Errorf("user gone: %+v", got)
		}
	}
	u, err := d.mcp.Store.User(t.Context(), d.jane.ID)
	if err != nil || u.Username != "jane" || u.FirstName != "Jane" || u.LastName != "Smith" {
		t.Errorf("changed all the same: %+v %v", u, err)
	}
}

// TestUpdateSchema: plain types, which every model takes.
func TestUpdateSchema(t *testing.T) {
	for name, property := range profileTools.tools[1].input.Properties {
		if property.Type != "string" || property.Types != nil || property.Description == "" {
			t.Errorf("%s: %+v", name, property)
		}
	}
}
