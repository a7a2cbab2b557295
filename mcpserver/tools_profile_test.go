package mcpserver

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/oauth"
	"frontdesk/store"
)

func token(scopes ...string) *oauth.Token { return &oauth.Token{UserID: "user_1", Scopes: scopes} }

var full = &store.User{
	ID: "user_1", Username: "jane", FirstName: "Jane", LastName: "Smith", ImageURL: "https://img.example/jane.png",
	TwoFactorEnabled: true, CreateOrganizationEnabled: true, BannedAt: time.Now(),
	Emails:           []store.Email{{Address: "a@x.example"}, {Address: "jane@example.com", Primary: true}, {Address: "b@x.example"}},
	ExternalAccounts: []store.ExternalAccount{{Provider: "Google", Identifier: "jane@gmail.com"}, {Provider: "GitHub", Identifier: "jane"}},
}

func TestProfile(t *testing.T) {
	for name, c := range map[string]struct {
		user       *store.User
		token      *oauth.Token
		text       string
		structured string
	}{
		"everything": {full, token("openid", "profile", "email"), `User ID: user_1
Username: jane
First Name: Jane
Last Name: Smith
Primary Email: jane@example.com
Secondary Email: a@x.example, b@x.example
2FA Enabled: Yes
Account Banned: Yes
Account Locked: No
Profile Image: https://img.example/jane.png
External Accounts: Google (jane@gmail.com), GitHub (jane)
Organization Creation Enabled: Yes
Delete Self Enabled: No`, `{"user_id":"user_1","username":"jane","first_name":"Jane","last_name":"Smith","primary_email":"jane@example.com",
			"secondary_emails":["a@x.example","b@x.example"],"two_factor_enabled":true,"banned":true,"locked":false,"image_url":"https://img.example/jane.png",
			"external_accounts":["Google (jane@gmail.com)","GitHub (jane)"],"create_organization_enabled":true,"delete_self_enabled":false}`},
		"nothing known": {&store.User{ID: "user_1"}, token("profile", "email"), `User ID: user_1
Username: None
First Name: None
Last Name: None
Primary Email: None
Secondary Email: None
2FA Enabled: No
Account Banned: No
Account Locked: No
Profile Image: None
External Accounts: None
Organization Creation Enabled: No
Delete Self Enabled: No`, `{"user_id":"user_1","username":"","first_name":"","last_name":"","primary_email":"","secondary_emails":[],
			"two_factor_enabled":false,"banned":false,"locked":false,"image_url":"","external_accounts":[],"create_organization_enabled":false,"delete_self_enabled":false}`},
		"email only": {
			full, token("email"), "Primary Email: jane@example.com\nSecondary Email: a@x.example, b@x.example",
			`{"primary_email":"jane@example.com","secondary_emails":["a@x.example","b@x.example"]}`,
		},
		"line breaks": {
			&store.User{FirstName: "Jane\nAccount Banned: No\r\u2028x"}, token("profile"),
			"User ID: None\nUsername: None\nFirst Name: Jane Account Banned: No  x\nLast Name: None\n2FA Enabled: No\nAccount Banned: No\nAccount Locked: No\n" +
				"Profile Image: None\nExternal Accounts: None\nOrganization Creation Enabled: No\nDelete Self Enabled: No", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := profileOf(c.user, c.token)
			if diff := cmp.Diff(c.text, got.text); diff != "" {
				t.Error(diff)
			}
			raw, err := json.Marshal(got.structured)
			if err != nil {
				t.Fatal(err)
			}
			var value, want map[string]any
			if err := json.Unmarshal(raw, &value); err != nil {
				t.Fatal(err)
			}
			schema, err := profileTools.tools[0].output.Resolve(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); err != nil {
				t.Errorf("output schema: %v", err)
			}
			if c.structured == "" {
				return
			}
			if err := json.Unmarshal([]byte(c.structured), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, value); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGetUserProfile(t *testing.T) {
	d := open(t, nil)
	var got toolReply
	d.send(t, call, nil).result(t, &got)
	want := "User ID: " + d.jane.ID + `
Username: jane
First Name: Jane
Last Name: Smith
Primary Email: jane@example.com
Secondary Email: j@work.example, jane@home.example
2FA Enabled: No
Account Banned: No
Account Locked: No
Profile Image: https://img.example/jane.png
External Accounts: None
Organization Creation Enabled: Yes
Delete Self Enabled: Yes`
	sorted := strings.Replace(got.Content[0].Text, "jane@home.example, j@work.example", "j@work.example, jane@home.example", 1)
	if diff := cmp.Diff(want, sorted); diff != "" || len(got.Content) != 1 || got.IsError {
		t.Errorf("%s %+v", diff, got)
	}
	if log := d.log.String(); !strings.Contains(log, `tool=get_user_profile user=`+d.jane.ID+` client=client_1`) || strings.Contains(log, everything) {
		t.Errorf("log: %s", log)
	}
	if _, there := got.StructuredContent["secondary_emails"].([]any); !there {
		t.Errorf("structured: %v", got.StructuredContent)
	}
}

func TestGetUserProfileRefuses(t *testing.T) {
	d := open(t, nil)
	for name, c := range map[string]struct{ token, arguments, says string }{
		"user gone":  {"nobody+profile", `{}`, "This account is not here any more."},
		"an input":   {everything, `{"user_id":"user_2"}`, "The arguments do not fit the input schema of get_user_profile. It takes none."},
		"not a map":  {everything, `[]`, "The arguments do not fit the input schema of get_user_profile. It takes none."},
		"a sentence": {everything, `"x"`, "The arguments do not fit the input schema of get_user_profile. It takes none."},
	} {
		var got toolReply
		d.send(t, strings.Replace(call, `{}`, c.arguments, 1), as(c.token)).result(t, &got)
		if !got.IsError || got.Content[0].Text != c.says || got.StructuredContent != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, fine := range []string{strings.Replace(call, `,"arguments":{}`, "", 1), strings.Replace(call, `{}`, "null", 1)} {
		var got toolReply
		d.send(t, fine, nil).result(t, &got)
		if got.IsError {
			t.Errorf("%s: %+v", fine, got)
		}
	}
	if err := d.mcp.Store.Close(); err != nil {
		t.Fatal(err)
	}
	var got toolReply
	d.send(t, call, nil).result(t, &got)
	if !got.IsError || got.Content[0].Text != brokenSentence {
		t.Errorf("database down: %+v", got)
	}
}
