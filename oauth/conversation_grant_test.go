package oauth_test

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// callback is the redirect URI of the scripts' clients.
const callback = "http://127.0.0.1:8787/callback"

// authorize sends the browser to the authorization endpoint.
func authorize(ts *testscript.TestScript, _ bool, args []string) {
	if ts.Getenv("CHALLENGE") == "" {
		pkce(ts, false, nil)
	}
	q := url.Values{
		"response_type": {"code"}, "client_id": {ts.Getenv("CLIENT")}, "redirect_uri": {callback}, "state": {"xyz"},
		"code_challenge": {ts.Getenv("CHALLENGE")}, "code_challenge_method": {"S256"},
	}
	send(ts, http.MethodGet, []string{"/oauth/authorize?" + changed(q, args).Encode()})
}

// changed is the parameters with NAME=VALUE set and -NAME taken out.
func changed(v url.Values, args []string) url.Values {
	for _, arg := range args {
		name, value, set := strings.Cut(arg, "=")
		if set {
			v.Set(name, value)
		} else {
			v.Del(strings.TrimPrefix(arg, "-"))
		}
	}
	return v
}

// tokens goes all the way as $CLIENT.
func tokens(ts *testscript.TestScript, _ bool, args []string) {
	authorize(ts, false, args)
	if talkOf(ts).answer.StatusCode == http.StatusOK {
		answer(ts, false, []string{"consent=allow"})
	}
	set(ts, false, []string{"CODE", "query", "code"})
	redirect := changed(url.Values{"redirect_uri": {callback}}, args).Get("redirect_uri")
	exchange := []string{"grant_type=authorization_code", "code=" + ts.Getenv("CODE"), "code_verifier=" + ts.Getenv("VERIFIER"), "redirect_uri=" + redirect}
	token(ts, false, exchange)
	status(ts, false, []string{"200"})
	set(ts, false, []string{"ACCESS", "json", "access_token"})
	if _, there := at(ts, []byte(talkOf(ts).body), "refresh_token"); there {
		set(ts, false, []string{"REFRESH", "json", "refresh_token"})
	}
}

// token posts to the token endpoint as $CLIENT.
func token(ts *testscript.TestScript, _ bool, args []string) { sendAsClient(ts, "/oauth/token", args) }

// introspect posts to the introspection endpoint as $CLIENT.
func introspect(ts *testscript.TestScript, _ bool, args []string) {
	sendAsClient(ts, "/oauth/introspect", args)
}

// sendAsClient posts as $CLIENT: with its secret in the header where it has one, unless the parameters say who asks.
func sendAsClient(ts *testscript.TestScript, path string, args []string) {
	v := changed(url.Values{"client_id": {ts.Getenv("CLIENT")}}, args)
	if secret := ts.Getenv("SECRET"); secret != "" && !v.Has("client_secret") {
		q := url.UserPassword(v.Get("client_id"), secret)
		send(ts, http.MethodPost, []string{path, v.Encode(), "Authorization: " + basic(q)})
		return
	}
	send(ts, http.MethodPost, []string{path, v.Encode()})
}

func basic(u *url.Userinfo) string {
	r := http.Request{Header: http.Header{}}
	password, _ := u.Password()
	r.SetBasicAuth(url.QueryEscape(u.Username()), url.QueryEscape(password))
	return r.Header.Get("Authorization")
}
