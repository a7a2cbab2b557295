package oauth

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keyOrigin serves a client's keys and counts how often.
type keyOrigin struct {
	url    string
	served atomic.Int32
	mu     sync.Mutex
	status int
	body   string
}

func newKeyOrigin(t *testing.T, body string) *keyOrigin {
	o := &keyOrigin{status: http.StatusOK, body: body}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		o.served.Add(1)
		o.mu.Lock()
		defer o.mu.Unlock()
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.WriteHeader(o.status)
		_, _ = fmt.Fprint(w, o.body)
	}))
	t.Cleanup(s.Close)
	o.url = s.URL + "/jwks.json"
	return o
}

func (o *keyOrigin) now(status int, body string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.status, o.body = status, body
}

// keyed is a client whose keys are at o: a document, since registration wants https there.
func (h *house) keyed(t *testing.T, o *keyOrigin, change map[string]any) string {
	t.Helper()
	d := newOrigin(t)
	all := map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": o.url}
	for name, value := range change {
		all[name] = value
	}
	d.answer = documentOf(all)
	return d.url
}

func TestKeysBehindAnAddress(t *testing.T) {
	h := newHouse(t)
	old, next := newKeyPair(t, jose.RS256, "old"), newKeyPair(t, jose.ES256, "new")
	o := newKeyOrigin(t, jwksOf(t, old))
	id := h.keyed(t, o, nil)
	try := func(when string, k keyPair, want int, served int32) {
		t.Helper()
		if w := h.authenticate(h.assertion(t, k, id, nil, nil), nil); w.Code != want || o.served.Load() != served {
			t.Errorf("%s: %d, served %d times: %s", when, w.Code, o.served.Load(), w.Body)
		}
	}
	try("first", old, 200, 1)
	try("cached", old, 200, 1)
	o.now(200, jwksOf(t, old, next))
	try("an unknown kid at once", next, 401, 1) // the origin was asked a moment ago
	h.clock.at = h.clock.at.Add(keysPause)
	try("an unknown kid", next, 200, 2)
	try("both", old, 200, 2)
	for range 20 {
		try("kids that nobody has", newKeyPair(t, jose.EdDSA, "none"), 401, 2)
	}
	h.clock.at = h.clock.at.Add(keysFresh)
	o.now(200, jwksOf(t, next))
	try("the old key is gone", old, 401, 3)
	try("the new one stays", next, 200, 3)
	h.clock.at = h.clock.at.Add(keysFresh)
	o.now(503, "")
	try("origin down", next, 200, 4)
	try("origin down, asked a moment ago", next, 200, 4)
	h.clock.at = h.clock.at.Add(keysStale)
	try("origin down for long", next, 401, 5)
	try("origin down for long, again", next, 401, 5)
	o.now(200, jwksOf(t, next))
	h.clock.at = h.clock.at.Add(maxPause)
	try("origin back", next, 200, 6)
	h.clock.at = h.clock.at.Add(keysFresh)
	o.now(404, "")
	try("keys taken away", next, 401, 7)
}

// An address that has no keys is asked less and less often, however often strangers try.
func TestKeysThatAreNotThere(t *testing.T) {
	h, o := newHouse(t), newKeyOrigin(t, "{}")
	id := h.keyed(t, o, nil)
	k := newKeyPair(t, jose.ES256, "k")
	for range 24 * 60 {
		h.authenticate(h.assertion(t, k, id, nil, nil), nil)
		h.clock.at = h.clock.at.Add(time.Minute)
	}
	if n := o.served.Load(); n < 24 || n > 35 {
		t.Errorf("asked %d times in a day", n)
	}
}

func TestKeySetsAreBounded(t *testing.T) {
	var k clientKeys
	for i := range 3 * maxKeySets {
		k.keep(fmt.Sprint(i), keySet{})
	}
	if len(k.sets) > maxKeySets {
		t.Errorf("%d remembered", len(k.sets))
	}
}

// ChatGPT's document prefers keys and allows for none. Its client may come either way, and never with a broken assertion.
func TestOptionalAssertions(t *testing.T) {
	h := newHouse(t)
	k := newKeyPair(t, jose.RS256, "k")
	o := newKeyOrigin(t, jwksOf(t, k))
	id := h.keyed(t, o, map[string]any{"token_endpoint_auth_methods_supported": []string{"none", "private_key_jwt"}})
	exchange := func(change url.Values) *httptest.ResponseRecorder {
		h.visit(id)
		w := h.postConsent(t, "allow")
		to, _ := url.Parse(w.Header().Get("Location"))
		form := url.Values{
			"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier},
		}
		for name, values := range change {
			form[name] = values
		}
		return h.post("/oauth/token", form)
	}
	h.tokens(t, exchange(url.Values{"client_id": {id}}))
	h.tokens(t, exchange(url.Values{"client_assertion_type": {assertionType}, "client_assertion": {h.assertion(t, k, id, nil, nil)}}))
	both := url.Values{"client_id": {id}, "client_assertion_type": {assertionType}, "client_assertion": {h.assertion(t, k, id, nil, nil)}}
	h.tokens(t, exchange(both))
	h.tokens(t, exchange(url.Values{"client_id": {id}, "client_assertion_type": {""}, "client_assertion": {""}})) // left out (RFC 6749 section 3.2)
	for name, change := range map[string]url.Values{
		"used":   both,
		"broken": {"client_id": {id}, "client_assertion_type": {assertionType}, "client_assertion": {"x"}},
		"type":   {"client_id": {id}, "client_assertion_type": {"x"}},
		"other":  {"client_id": {id}, "client_assertion_type": {assertionType}, "client_assertion": {h.assertion(t, newKeyPair(t, jose.RS256, "k"), id, nil, nil)}},
		"secret": {"client_id": {id}, "client_secret": {"x"}},
	} {
		if w := exchange(change); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestPublicKeys(t *testing.T) {
	rsaKey, ec, ed := newKeyPair(t, jose.RS256, "r"), newKeyPair(t, jose.ES256, "e"), newKeyPair(t, jose.EdDSA, "d")
	three := jwksOf(t, rsaKey, ec, ed)
	curve := strings.Replace(jwksOf(t, ed), `"use"`, `"alg":"Ed25519","use"`, 1) // RFC 9864
	one := strings.TrimSuffix(strings.TrimPrefix(jwksOf(t, ec), `{"keys":[`), `]}`)
	for set, want := range map[string]int{
		three: 3, curve: 1,
		`{"keys":[` + one + `,{"kty":"XYZ"},{"kty":"EC","crv":"P-256"},null,5,` + strings.Replace(one, `"sig"`, `"enc"`, 1) + `]}`: 1,
		`{"keys":[` + strings.Repeat(one+",", maxKeys-1) + one + `]}`:                                                              maxKeys,
	} {
		if keys, err := publicKeys([]byte(set)); err != nil || len(keys) != want {
			t.Errorf("%s: %d, %v", set, len(keys), err)
		}
	}
	for _, set := range []string{
		"", "null", "[]", "{}", `{"keys":null}`, `{"keys":[]}`, `{"keys":{}}`, `{"keys":[{}]}`, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`,
		`{"keys":[` + strings.Replace(one, "{", `{"d":"AA",`, 1) + `]}`,
		`{"keys":[` + strings.Replace(one, "{", `{"alg":"ES384",`, 1) + `]}`,
		`{"keys":[` + strings.Repeat(one+",", maxKeys) + one + `]}`,
		`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`,
		strings.Replace(jwksOf(t, rsaKey), `"e":"AQAB"`, `"e":"f____w"`, 1), // 2^31-1: slow to check
		`{"keys":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
	} {
		if keys, err := publicKeys([]byte(set)); err == nil {
			t.Errorf("%s: %d keys", set, len(keys))
		}
	}
}

// TestKeysThatAreTried: an assertion that does not say whose key it is has few of them tried, one that does finds its own.
func TestKeysThatAreTried(t *testing.T) {
	h := newHouse(t)
	var keys []keyPair
	for i := range maxTried + 1 {
		keys = append(keys, newKeyPair(t, jose.ES256, fmt.Sprint(i)))
	}
	id := h.registered(t, keyClient(jwksOf(t, keys...)))
	unnamed := func(k keyPair) string { k.kid = ""; return h.assertion(t, k, id, nil, nil) }
	for name, c := range map[string]struct {
		assertion string
		want      int
	}{
		"the last one tried": {unnamed(keys[maxTried-1]), http.StatusOK}, "the one behind": {unnamed(keys[maxTried]), http.StatusUnauthorized},
		"the same by its name": {h.assertion(t, keys[maxTried], id, nil, nil), http.StatusOK},
	} {
		if w := h.authenticate(c.assertion, nil); w.Code != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
