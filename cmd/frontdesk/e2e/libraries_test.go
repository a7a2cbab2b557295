//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
)

// library is one way in which a client of the certified libraries' author registers.
type library struct {
	Method  string `json:"method"`            // token_endpoint_auth_method
	Signing string `json:"signing,omitempty"` // what it signs its assertions with
	Alg     string `json:"alg,omitempty"`     // id_token_signed_response_alg
	Mode    string `json:"mode,omitempty"`    // response_mode
}

func (l library) String() string { return l.Method + l.Signing + " " + l.Alg + l.Mode }

// TestCertifiedLibraries lets openid-client and oauth4webapi live a client's whole life. Neither can send RFC 7592
// requests by a call of its own, so they send them as bearer requests; oauth4webapi leaves the address of logout to
// its user.
func TestCertifiedLibraries(t *testing.T) {
	d := start(t)
	p := d.user(t)
	for _, script := range []string{"openid_client.mjs", "oauth4webapi.mjs"} {
		for _, l := range []library{
			{Method: "none"},
			{Method: "none", Alg: "EdDSA"},
			{Method: "client_secret_basic", Alg: "RS256"},
			{Method: "client_secret_post", Alg: "EdDSA", Mode: "form_post"},
			{Method: "private_key_jwt", Signing: "ES256", Alg: "ES256"},
			{Method: "private_key_jwt", Signing: "RS256", Alg: "RS256"},
			{Method: "private_key_jwt", Signing: "Ed25519", Alg: "EdDSA"},
		} {
			t.Run(script+"/"+l.String(), func(t *testing.T) { l.live(t, d, p, script) })
		}
	}
}

// live is one client's life; the test plays the person and their browser.
func (l library) live(t *testing.T, d *desk, p person, script string) {
	asked, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	redirect := listen(t)
	k := converse(t, node(t, script, d.URL, redirect.URL, string(asked)))
	c := d.stranger(t)
	c.signIn(t, p)
	link := hear[struct{ Open string }](t, k).Open
	if l.Mode == "form_post" {
		d.browser(t).signInAndAllow(t, link, p)
		k.say(t, redirect.wait(t).Encode())
	} else {
		k.say(t, c.visit(t, link, p, "allow").RawQuery)
	}
	l.learned(t, d, p, c, redirect, k)

	k.say(t, "")
	if names := hear[struct{ Read, Changed string }](t, k); names.Read == "" || names.Changed != "Renamed" {
		t.Errorf("its registration says %+v", names)
	}
	k.end(t)
}

// learned checks what the client knows after its life, and follows its link to the way out.
func (l library) learned(t *testing.T, d *desk, p person, c *caller, redirect *callback, k *talk) {
	said := hear[struct {
		Alg, Logout, State string
		Claims, Info       map[string]any
		States             []bool
		Secrets            []string
	}](t, k)
	for _, secret := range said.Secrets {
		d.secret("what a library got", secret)
	}
	if want := l.Alg; said.Alg != want && (want != "" || said.Alg != "ES256") {
		t.Errorf("the ID token is signed with %s, registered was %q", said.Alg, want)
	}
	if said.Claims["sub"] != p.ID || said.Info["sub"] != p.ID || said.Info["email"] != p.Email ||
		said.Info["preferred_username"] != p.Username || said.Info["given_name"] != p.FirstName {
		t.Errorf("of %+v the client learned %v and %v", p, said.Claims, said.Info)
	}
	want := []bool{true, true, false, false} // both tokens before and after revocation
	if l.Method == "none" {
		want = nil
	}
	if !slices.Equal(said.States, want) {
		t.Errorf("introspection says %v, want %v", said.States, want)
	}
	out := c.get(t, said.Logout)
	if to := out.location(); out.Status != http.StatusSeeOther || to == nil ||
		to.String() != fmt.Sprintf("%s?state=%s", redirect.URL, url.QueryEscape(said.State)) {
		t.Errorf("logout answered %d and leads to %v", out.Status, to)
	}
	if a := c.get(t, "/account/apps"); a.Status == http.StatusOK {
		t.Error("after logout the browser is still signed in")
	}
}

// hear reads the next line of a program as JSON.
func hear[T any](t *testing.T, k *talk) (said T) {
	t.Helper()
	if line := k.hear(t); json.Unmarshal([]byte(line), &said) != nil {
		t.Fatalf("%v says %s", k.cmd.Args, line)
	}
	return said
}
