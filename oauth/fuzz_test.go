package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Whatever a client may register leads where it says, and nothing else matches it but another port of this computer.
func FuzzRedirect(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://app.example/cb", "https://app.example/cb"},
		{testCallback, "http://127.0.0.1:1/callback"},
		{"http://localhost/cb", "http://localhost:80/cb?x"},
		{"cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/cb"},
		{"http://[::1]/cb", "http://[::1]:70000/cb"},
		{"https://app.example/cb", "https://app.example\\@evil.example/cb"},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"},
		{"javascript:alert(1)", "data:text/html,x"},
		{"https://a.example/%2e%2e/cb", "https://a.example/cb\r\nX: y"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, registered, requested string) {
		if checkRedirect(registered) == nil {
			u, err := url.Parse(registered)
			switch {
			case err != nil || !u.IsAbs() || u.User != nil || strings.Contains(registered, "#") || slices.Contains(refusedSchemes, strings.ToLower(u.Scheme)):
				t.Fatalf("%q may be registered", registered)
			case u.Scheme == "http" && !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()):
				t.Fatalf("%q is http to %q", registered, u.Hostname())
			case strings.ContainsFunc(registered, func(r rune) bool { return r <= ' ' || r > '~' }):
				t.Fatalf("%q is not one word of ASCII", registered)
			case !matchRedirect(registered, []string{registered}):
				t.Fatalf("%q does not match itself", registered)
			}
		}
		if requested == registered || !matchRedirect(requested, []string{registered}) {
			return
		}
		a, err1 := url.Parse(registered)
		b, err2 := url.Parse(requested)
		if err1 != nil || err2 != nil || a.Scheme != "http" || b.Scheme != "http" || a.Hostname() != b.Hostname() || a.RequestURI() != b.RequestURI() ||
			!slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, b.Hostname()) {
			t.Fatalf("%q matches %q", requested, registered)
		}
	})
}

// A registration is taken whole or refused with 400. What is taken can be read again, and has neither null nor secrets of the
// client's choice in it.
func FuzzRegistration(f *testing.F) {
	h := newHouse(f)
	k := newKeyPair(f, "ES256", "k")
	for _, seed := range []string{
		publicClient, keyClient(jwksOf(f, k)), "{}", "[]", "", `{"redirect_uris":null}`, `{"redirect_uris":["https://a.example/cb"],"client_name":"a\u0000\ud800b"}`,
		`{"redirect_uris":["x:/y"],"grant_types":["implicit","authorization_code"],"response_types":["code"],"scope":"email x","contacts":["a"],"client_id":"x"}`,
		`{"redirect_uris":["https://a.example/cb"],"jwks_uri":"https://a.example","logo_uri":"https://a.example/l","client_uri":"https://a","software_id":"s"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := h.json("POST", "/oauth/register", string(body), "")
		if w.Code == http.StatusBadRequest {
			return
		}
		var made registration
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusCreated {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var members map[string]json.RawMessage
		_ = json.Unmarshal(w.Body.Bytes(), &members)
		for name, value := range members {
			if string(value) == "null" || string(value) == `""` {
				t.Errorf("%s is %s", name, value)
			}
		}
		if made.ClientSecret != "" && !strings.HasPrefix(made.ClientSecret, "fds_") || !strings.HasPrefix(made.ClientID, "client_") {
			t.Errorf("chosen: %s", w.Body)
		}
		again := h.json("GET", "/oauth/register/"+made.ClientID, "", made.ManageToken)
		if again.Code != http.StatusOK {
			t.Fatalf("read again: %d %s", again.Code, again.Body)
		}
		made.ClientSecret, made.ClientSecretExpiresAt = "", nil
		if same, _ := json.Marshal(made); string(same) != again.Body.String() {
			t.Errorf("registered %s, and read %s", same, again.Body)
		}
		if w := h.json("DELETE", "/oauth/register/"+made.ClientID, "", made.ManageToken); w.Code != http.StatusNoContent {
			t.Errorf("deleted: %d", w.Code)
		}
	})
}

// A document is a client that is what its address says, has a name and places to go to, has no secret, and can be kept.
func FuzzClientDocument(f *testing.F) {
	h := newHouse(f)
	const id = "https://a.example/client.json"
	for _, seed := range []string{
		`{"client_id":"` + id + `","client_name":"A","redirect_uris":["https://a.example/cb"]}`,
		`{"client_id":"` + id + `","client_name":"A","redirect_uris":["x:/y"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://a.example/k","token_endpoint_auth_methods_supported":["none"]}`,
		`{"client_id":"` + id + `","client_name":"A","redirect_uris":["https://a.example/cb"],"client_secret":null}`, "{}", "[", "null",
		`{"client_id":"` + id + `","client_name":"\u202e","redirect_uris":["https://a.example/cb"],"contacts":["\u0000"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := h.parseDocument(id, body)
		if err != nil {
			return
		}
		if c.ID != id || c.Name == "" || c.SecretHash != "" || c.RegistrationHash != "" || c.Verified || checkRedirects(c.RedirectURIs) != nil ||
			c.AuthMethod != "none" && (c.AuthMethod != "private_key_jwt" || c.JWKS == "" && c.JWKSURI == "") {
			t.Fatalf("%+v", c)
		}
		if err := h.Store.SaveDocument(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	})
}

// A name is one short line of what can be seen, and cleaning it again changes nothing.
func FuzzName(f *testing.F) {
	for _, seed := range []string{"Claude Code", "Cl\u202eaude\u200b\x00  Code", "Сlаude", "a\u0301\u0301\u0301\u0301\u0301", "\xff\xfe", "ㅤ", "𝓒𝓵𝓪𝓾𝓭𝓮", "cIaucle™ 🅒🅻🇦②ᵀᴹ", strings.Repeat("é", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanName(name)
		switch {
		case cleanName(got) != got:
			t.Errorf("%q becomes %q, and that %q", name, got, cleanName(got))
		case utf8.RuneCountInString(got) > maxName || !utf8.ValidString(got) || strings.TrimSpace(got) != got:
			t.Errorf("%q", got)
		case strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) }):
			t.Errorf("%q shows what cannot be seen", got)
		}
		if look := skeleton(got); skeleton(look) != look || strings.ContainsRune(look, ' ') {
			t.Errorf("%q looks like %q", got, look)
		}
		if mixesAlphabets(got) && inLatin(got) == "" {
			t.Errorf("%q", got)
		}
	})
}

// A form has every parameter once or is refused, and the token endpoint has an answer to all of them.
func FuzzForm(f *testing.F) {
	h := newHouse(f)
	f.Add("application/x-www-form-urlencoded", "grant_type=authorization_code&code=x&client_id="+h.public.ID)
	f.Add("application/x-www-form-urlencoded; charset=utf-8", "grant_type=refresh_token&refresh_token=fdr_x&client_id="+h.public.ID+"&resource=x&scope=email")
	f.Add("application/x-www-form-urlencoded", "grant_type=refresh_token&client_assertion_type="+url.QueryEscape(assertionType)+"&client_assertion=a.b.c")
	f.Add("application/x-www-form-urlencoded", "a=1&a=2&%zz;=&\x00")
	f.Add("application/json", "{}")
	f.Add("multipart/form-data; boundary=x", "--x--")
	f.Fuzz(func(t *testing.T, kind, body string) {
		request := func() *http.Request {
			r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			return r
		}
		form, err := readForm(httptest.NewRecorder(), request())
		for name, values := range form {
			if err == nil && len(values) != 1 {
				t.Errorf("%q comes %d times", name, len(values))
			}
		}
		if w := h.do(request()); w.Code != http.StatusBadRequest && w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), `"error"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// No bearer is believed but one that we signed, and what is not believed is invalid, not a failure of ours.
func FuzzVerify(f *testing.F) {
	h := newHouse(f)
	got := h.tokens(f, h.exchange(h.authorized(f, nil).Get("code")))
	known, err := h.Verify(f.Context(), got.Access, testResource)
	if err != nil {
		f.Fatal(err)
	}
	head, rest, _ := strings.Cut(got.Access, ".")
	body, signed, _ := strings.Cut(rest, ".")
	for _, seed := range []string{
		got.Access, got.Refresh, "", ".", "..", head + "." + body + ".", "eyJhbGciOiJub25lIn0." + body + ".", head + ".." + signed, got.Access + "=",
		`{"payload":"` + body + `","protected":"` + head + `","signature":"` + signed + `"}`, "a.b.c.d.e",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		token, err := h.Verify(t.Context(), raw, testResource)
		switch {
		case err == nil && token.ID != known.ID:
			t.Fatalf("believed: %q", raw)
		case err != nil && !errors.Is(err, ErrInvalidToken):
			t.Fatalf("%q: %v", raw, err)
		}
	})
}
