//go:build e2e

package e2e

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// fresh is a code of Alice's for a client, and the form that redeems it.
func (y *yard) fresh(t *testing.T, a *app, pairs ...string) url.Values {
	t.Helper()
	tr := a.trip(pairs...)
	return a.redemption(tr, a.code(t, y.hers, y.alice, tr))
}

// changed is a form with some fields set, or removed where the value is "-".
func changed(f url.Values, pairs ...string) url.Values {
	f = maps.Clone(f)
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "-" {
			f.Del(pairs[i])
		}
	}
	return f
}

func basicAuth(id, secret string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}}
}

// token: what is wrong gets the right word and keeps the code for its owner.
func (y *yard) token(t *testing.T) {
	good := y.fresh(t, y.web)
	withID := changed(good, "client_id", y.web.ID)
	odd := strings.Repeat("a", 43)
	for _, row := range []struct {
		name   string
		form   url.Values
		word   string
		status int
	}{
		{"no grant type", changed(withID, "grant_type", "-"), "invalid_request", 400},
		{"password", changed(withID, "grant_type", "password", "username", y.alice.Email, "password", "x"), "unsupported_grant_type", 400},
		{"implicit", changed(withID, "grant_type", "implicit"), "unsupported_grant_type", 400},
		{"client credentials of a public client", changed(withID, "grant_type", "client_credentials"), "unsupported_grant_type", 400},
		{"unknown grant", changed(withID, "grant_type", "urn:example:evil"), "unsupported_grant_type", 400},
		{"grant in capitals", changed(withID, "grant_type", "AUTHORIZATION_CODE"), "unsupported_grant_type", 400},
		{"two grants in one", changed(withID, "grant_type", "authorization_code refresh_token"), "unsupported_grant_type", 400},
		{"no code", changed(withID, "code", "-"), "", 400},
		{"empty code", changed(withID, "code", ""), "", 400},
		{"garbage code", changed(withID, "code", "garbage"), "invalid_grant", 400},
		{"code with a dot", changed(withID, "code", "a.b"), "invalid_grant", 400},
		{"longer code", changed(withID, "code", good.Get("code")+"A"), "invalid_grant", 400},
		{"shorter code", changed(withID, "code", good.Get("code")[1:]), "invalid_grant", 400},
		{"code of another key", changed(withID, "code", strings.ToUpper(good.Get("code"))), "invalid_grant", 400},
		{"huge code", changed(withID, "code", strings.Repeat("a", 30000)), "invalid_grant", 400},
		{"SQL as code", changed(withID, "code", "' OR '1'='1' --"), "invalid_grant", 400},
		{"null byte as code", changed(withID, "code", "\x00"), "invalid_grant", 400},
		{"no verifier", changed(withID, "code_verifier", "-"), "invalid_grant", 400},
		{"empty verifier", changed(withID, "code_verifier", ""), "invalid_grant", 400},
		{"wrong verifier", changed(withID, "code_verifier", odd), "invalid_grant", 400},
		{"the challenge as verifier", changed(withID, "code_verifier", challenge(good.Get("code_verifier"))), "invalid_grant", 400},
		{"short verifier", changed(withID, "code_verifier", "short"), "", 400},
		{"long verifier", changed(withID, "code_verifier", strings.Repeat("a", 200)), "", 400},
		{"wrong redirect", changed(withID, "redirect_uri", otherRedirect), "invalid_grant", 400},
		{"longer redirect", changed(withID, "redirect_uri", webRedirect+"/"), "invalid_grant", 400},
		{"foreign resource", changed(withID, "resource", "https://evil.example/mcp"), "invalid_target", 400},
		{"prefixed resource", changed(withID, "resource", y.d.URL+"/mcpx"), "invalid_target", 400},
		{"another client", changed(good, "client_id", y.other.ID), "invalid_grant", 400},
		{"no client", good, "invalid_client", 401},
		{"unknown client", changed(good, "client_id", "client_nobody"), "invalid_client", 401},
		{"empty client", changed(good, "client_id", ""), "invalid_client", 401},
		{"a secret from a public client", changed(withID, "client_secret", "guess"), "invalid_client", 401},
		{"an assertion", changed(withID, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", "e30.e30."), "invalid_client", 401},
		{"a confidential client without its secret", changed(good, "client_id", y.basic.ID), "invalid_client", 401},
		{"a confidential client by the other method", changed(good, "client_id", y.basic.ID, "client_secret", y.basic.Secret), "invalid_client", 401},
		{"a wrong secret in the form", changed(good, "client_id", y.post.ID, "client_secret", "wrong"), "invalid_client", 401},
		{"an empty secret in the form", changed(good, "client_id", y.post.ID, "client_secret", ""), "invalid_client", 401},
		{"another client's secret", changed(good, "client_id", y.post.ID, "client_secret", y.basic.Secret), "invalid_client", 401},
	} {
		ans := y.d.caller().postForm(t, "/oauth/token", row.form, nil)
		y.want(t, row.name, ans, row.word, row.status)
		if cc := ans.Header.Get("Cache-Control"); !strings.Contains(cc, "no-store") {
			t.Errorf("%s: Cache-Control %q", row.name, cc)
		}
	}
	y.headers(t, good)
	y.shapes(t, withID)
	for key := range withID {
		f := maps.Clone(withID)
		f[key] = []string{withID.Get(key), withID.Get(key)}
		y.want(t, key+" twice", y.d.caller().postForm(t, "/oauth/token", f, nil), "invalid_request", 400)
	}
	y.web.tokens(t, y.web.token(t, good)) // after all that, the code is still its owner's
}

// headers: a wrong secret in the Authorization header is answered in kind (RFC 6749 section 5.2).
func (y *yard) headers(t *testing.T, good url.Values) {
	for name, header := range map[string]http.Header{
		"wrong secret":       basicAuth(y.basic.ID, "wrong"),
		"empty secret":       basicAuth(y.basic.ID, ""),
		"unknown client":     basicAuth("client_nobody", "x"),
		"the other method":   basicAuth(y.post.ID, y.post.Secret),
		"public client":      basicAuth(y.web.ID, "x"),
		"no colon":           {"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(y.basic.ID))}},
		"no base64":          {"Authorization": {"Basic ***"}},
		"bad escapes":        basicAuth(y.basic.ID, "%zz"),
		"a bearer token":     {"Authorization": {"Bearer " + y.basic.Secret}},
		"nothing but Basic":  {"Authorization": {"Basic"}},
		"null byte in basic": basicAuth("\x00", "\x00"),
	} {
		ans := y.d.caller().postForm(t, "/oauth/token", good, header)
		y.want(t, name, ans, "invalid_client", 401)
		if c := ans.Header.Get("WWW-Authenticate"); !strings.HasPrefix(c, "Basic ") {
			t.Errorf("%s: challenge %q", name, c)
		}
	}
	both := changed(good, "client_id", y.basic.ID, "client_secret", y.basic.Secret)
	y.want(t, "both methods", y.d.caller().postForm(t, "/oauth/token", both, basicAuth(y.basic.ID, y.basic.Secret)), "", 400, 401)
}

// shapes: parameters come as a form in a POST's body and in no other way.
func (y *yard) shapes(t *testing.T, good url.Values) {
	body := good.Encode()
	for _, row := range []struct{ name, method, query, kind, body string }{
		{"GET", "GET", "?" + body, "", ""},
		{"PUT", "PUT", "", "application/x-www-form-urlencoded", body},
		{"in the query", "POST", "?" + body, "application/x-www-form-urlencoded", ""},
		{"half in the query", "POST", "?code=" + good.Get("code"), "application/x-www-form-urlencoded", changed(good, "code", "-").Encode()},
		{"JSON", "POST", "", "application/json", `{"grant_type":"authorization_code"}`},
		{"a form called JSON", "POST", "", "application/json", body},
		{"multipart", "POST", "", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nauthorization_code\r\n--x--\r\n"},
		{"text", "POST", "", "text/plain", body},
		{"no type", "POST", "", "", body},
		{"two types", "POST", "", "application/x-www-form-urlencoded, application/json", body},
		{"huge", "POST", "", "application/x-www-form-urlencoded", body + "&x=" + strings.Repeat("a", 1<<20)},
		{"many", "POST", "", "application/x-www-form-urlencoded", body + strings.Repeat("&a=b", 20000)},
		{"semicolons", "POST", "", "application/x-www-form-urlencoded", strings.ReplaceAll(body, "&", ";")},
		{"bad escapes", "POST", "", "application/x-www-form-urlencoded", body + "&x=%zz"},
	} {
		ans := y.d.caller().send(t, row.method, "/oauth/token"+row.query, row.body, http.Header{"Content-Type": {row.kind}})
		y.want(t, row.name, ans, "", 400, 401, 405, 413, 415)
	}
}

// replay: a code works once; whoever plays it again with the right papers ends the grant, and nobody else.
func (y *yard) replay(t *testing.T) {
	f := y.fresh(t, y.web)
	tk := y.web.tokens(t, y.web.token(t, f))
	for name, again := range map[string]func() *answer{
		"with a wrong verifier": func() *answer { return y.web.token(t, changed(f, "code_verifier", strings.Repeat("x", 43))) },
		"without a verifier":    func() *answer { return y.web.token(t, changed(f, "code_verifier", "-")) },
		"by another client":     func() *answer { return y.other.token(t, f) },
		"by a confidential one": func() *answer { return y.basic.token(t, f) },
		"with a spoilt half":    func() *answer { return y.web.token(t, changed(f, "code", f.Get("code")+"x")) },
	} {
		y.want(t, name, again(), "invalid_grant", 400)
		y.web.alive(t, "after a replay "+name, tk.Access)
	}
	y.want(t, "replay", y.web.token(t, f), "invalid_grant", 400)
	y.web.dead(t, "after the replay of its code", tk.Access)
	y.want(t, "refresh after the replay", y.web.token(t, renewal(tk.Refresh)), "invalid_grant", 400)

	f = y.fresh(t, y.web)
	answers := make([]*answer, 64)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = y.web.token(t, f) })
	}
	all.Wait()
	won := 0
	for _, ans := range answers {
		if ans.Status == http.StatusOK {
			won++
			continue
		}
		y.want(t, "a loser of the race", ans, "invalid_grant", 400)
	}
	if won != 1 {
		t.Errorf("%d of 64 parallel redemptions succeeded", won)
	}
}
