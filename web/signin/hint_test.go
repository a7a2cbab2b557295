package signin

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestLoginHint(t *testing.T) {
	d := newDesk(t, "closed", 0)
	for _, c := range []struct{ path, hint, want string }{
		{"/oauth/authorize", "jane@example.com", "jane@example.com"},
		{"/oauth/authorize", `"><script>`, "&#34;&gt;&lt;script&gt;"},
		{"/oauth/authorize", strings.Repeat("a", maxHint), strings.Repeat("a", maxHint)},
		{"/oauth/authorize", strings.Repeat("a", maxHint+1), ""},
		{"/oauth/authorize", "jane\u202e@example.com", ""},
		{"/oauth/authorize", "jane\x00", ""},
		{"/oauth/authorize", "\xff", ""},
		{"/elsewhere", "jane@example.com", ""},
	} {
		to := c.path + "?" + url.Values{"login_hint": {c.hint}}.Encode()
		w := d.send("GET", "/sign-in?"+url.Values{"return_to": {to}}.Encode(), nil)
		if !strings.Contains(w.Body.String(), `name="identifier" type="text" value="`+c.want+`"`) {
			t.Errorf("%s %q: %s", c.path, c.hint, w.Body)
		}
	}
}

func TestWrongPasswordKeepsWhatWasTypedOverTheHint(t *testing.T) {
	d := newDesk(t, "closed", 0)
	to := "/sign-in?" + url.Values{"return_to": {"/oauth/authorize?login_hint=joe"}}.Encode()
	if w := d.send("POST", to, credentials("jane", "wrong-password")); !strings.Contains(w.Body.String(), `type="text" value="jane"`) {
		t.Errorf("%s", w.Body)
	}
}

func TestSessionRemembersTheMethod(t *testing.T) {
	d := newDesk(t, "closed", 0)
	d.jane(t)
	w := d.send("POST", "/sign-in", credentials("jane", password))
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(w.Result().Cookies()[0])
	session, err := d.Accounts.Session(r)
	if err != nil || !slices.Equal(session.AMR, []string{"pwd"}) {
		t.Errorf("%+v, %v", session, err)
	}
}
