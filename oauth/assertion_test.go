package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keyPair is a client's key with its id.
type keyPair struct {
	alg     jose.SignatureAlgorithm
	kid     string
	private crypto.Signer
}

func newKeyPair(tb testing.TB, alg jose.SignatureAlgorithm, kid string) keyPair {
	tb.Helper()
	k := keyPair{alg: alg, kid: kid}
	var err error
	switch alg {
	case jose.RS256, jose.PS256:
		k.private, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		k.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		_, k.private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func (k keyPair) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.kid, Use: "sig"}
}

// Public, Algs and SignPayload sign by the newer name of an algorithm (RFC 9864) that go-jose does not know.
func (k keyPair) Public() *jose.JSONWebKey { return new(k.public()) }

func (k keyPair) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{k.alg} }

func (k keyPair) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	return k.private.Sign(rand.Reader, payload, crypto.Hash(0))
}

// jwks is the keys as a client publishes them.
func jwksOf(tb testing.TB, keys ...keyPair) string {
	tb.Helper()
	var set jose.JSONWebKeySet
	for _, k := range keys {
		set.Keys = append(set.Keys, k.public())
	}
	b, err := json.Marshal(set)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// assertion signs claims: good ones for the client, with changes (nil: left out), under a header with changes.
func (h *house) assertion(tb testing.TB, k keyPair, client string, change, header map[string]any) string {
	tb.Helper()
	now := h.Now()
	claims := map[string]any{
		"iss": client, "sub": client, "aud": testURL, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	options := new(jose.SignerOptions).WithType("JWT")
	if k.kid != "" {
		options.WithHeader("kid", k.kid)
	}
	for name, value := range header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	key := jose.SigningKey{Algorithm: k.alg, Key: k.private}
	if k.alg == algEd25519 {
		key.Key = k
	}
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		tb.Fatal(err)
	}
	body, _ := json.Marshal(claims)
	raw, err := sign(signer, json.RawMessage(body))
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// registered registers a client and returns its id.
func (h *house) registered(tb testing.TB, body string) string {
	tb.Helper()
	w := h.json("POST", "/oauth/register", body, "")
	var made registration
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusCreated {
		tb.Fatalf("register: %d %s", w.Code, w.Body)
	}
	return made.ClientID
}

// json sends a JSON body, with a bearer token where there is one.
func (h *house) json(method, path, body, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return h.do(r)
}

// authenticate asks the revocation endpoint, which tells nothing but whether it believes who asks: 200 or 401.
func (h *house) authenticate(assertion string, change url.Values) *httptest.ResponseRecorder {
	form := url.Values{"token": {"none of ours"}, "client_assertion_type": {assertionType}, "client_assertion": {assertion}}
	for name, values := range change {
		if form[name] = values; values == nil {
			delete(form, name)
		}
	}
	return h.post("/oauth/revoke", form)
}

func keyClient(jwks string) string {
	return `{"redirect_uris":["` + testCallback + `"],"token_endpoint_auth_method":"private_key_jwt","jwks":` + jwks + `}`
}

func TestAssertionsOfEveryAlgorithm(t *testing.T) {
	h := newHouse(t)
	for _, alg := range assertionAlgs {
		k := newKeyPair(t, alg, "k1")
		id := h.registered(t, keyClient(jwksOf(t, k)))
		for name, change := range map[string]map[string]any{
			"issuer": nil, "token endpoint": {"aud": testURL + "/oauth/token"}, "both": {"aud": []string{testURL + "/oauth/token", testURL}},
			"no iat": {"iat": nil}, "fraction": {"exp": float64(h.Now().Unix()) + 60.5}, "long": {"exp": h.Now().Add(10 * time.Minute).Unix()},
			"clock behind": {"exp": h.Now().Add(-20 * time.Second).Unix()}, "clock ahead": {"iat": h.Now().Add(20 * time.Second).Unix()},
		} {
			if w := h.authenticate(h.assertion(t, k, id, change, nil), nil); w.Code != http.StatusOK {
				t.Errorf("%s, %s: %d %s", alg, name, w.Code, w.Body)
			}
		}
		if w := h.authenticate(h.assertion(t, k, id, nil, nil), url.Values{"client_id": {id}}); w.Code != http.StatusOK {
			t.Errorf("%s with client_id: %d %s", alg, w.Code, w.Body)
		}
		for _, typ := range []string{"client-authentication+jwt", "jwt"} {
			if w := h.authenticate(h.assertion(t, k, id, nil, map[string]any{"typ": typ}), nil); w.Code != http.StatusOK {
				t.Errorf("%s with typ %s: %d %s", alg, typ, w.Code, w.Body)
			}
		}
	}
}

func TestAssertionsThatAreRefused(t *testing.T) {
	h := newHouse(t)
	k, other := newKeyPair(t, jose.ES256, "k1"), newKeyPair(t, jose.ES256, "k1")
	id, foreign := h.registered(t, keyClient(jwksOf(t, k))), h.registered(t, keyClient(jwksOf(t, other)))
	good := func() string { return h.assertion(t, k, id, nil, nil) }
	head, rest, _ := strings.Cut(good(), ".")
	body, _, _ := strings.Cut(rest, ".")
	with := func(change map[string]any) string { return h.assertion(t, k, id, change, nil) }
	under := func(header map[string]any) string { return h.assertion(t, k, id, nil, header) }
	public := other.public()
	for name, raw := range map[string]string{
		"empty": "", "not a JWT": "x", "two dots": "..", "no signature": head + "." + body + ".", "another signature": head + "." + body + "." + strings.Repeat("A", 86),
		"alg none": "eyJhbGciOiJub25lIn0." + body + ".", "JSON": `{"payload":"` + body + `"}`, "long": good() + strings.Repeat("A", maxAssertion),
		"another key": h.assertion(t, other, id, nil, nil), "another client": h.assertion(t, other, foreign, map[string]any{"sub": id}, nil),
		"HS256":      h.hmacAssertion(t, k, id),
		"iss":        with(map[string]any{"iss": foreign}),
		"no iss":     with(map[string]any{"iss": nil}),
		"sub":        with(map[string]any{"sub": foreign}),
		"no sub":     with(map[string]any{"sub": nil}),
		"sub type":   with(map[string]any{"sub": 1}),
		"aud":        with(map[string]any{"aud": "https://else.example"}),
		"aud of two": with(map[string]any{"aud": []string{"https://else.example", testURL}}),
		"aud slash":  with(map[string]any{"aud": testURL + "/"}),
		"aud prefix": with(map[string]any{"aud": testURL + "/oauth/tokens"}),
		"no aud":     with(map[string]any{"aud": nil}),
		"empty aud":  with(map[string]any{"aud": []string{}}),
		"aud type":   with(map[string]any{"aud": map[string]any{testURL: true}}),
		"no jti":     with(map[string]any{"jti": nil}),
		"empty jti":  with(map[string]any{"jti": ""}),
		"no exp":     with(map[string]any{"exp": nil}),
		"exp text":   with(map[string]any{"exp": "tomorrow"}),
		"exp past":   with(map[string]any{"exp": h.Now().Add(-time.Minute).Unix()}),
		"exp far":    with(map[string]any{"exp": h.Now().Add(time.Hour).Unix()}),
		"exp huge":   with(map[string]any{"exp": 1e300}),
		"exp zero":   with(map[string]any{"exp": 0}),
		"exp below":  with(map[string]any{"exp": -1e300}),
		"nbf":        with(map[string]any{"nbf": h.Now().Add(time.Minute).Unix()}),
		"iat":        with(map[string]any{"iat": h.Now().Add(time.Minute).Unix()}),
		"typ":        under(map[string]any{"typ": "at+jwt"}),
		"kid":        under(map[string]any{"kid": "k2"}),
		"own jwk":    h.assertion(t, other, id, nil, map[string]any{"jwk": public}),
		"jku":        h.assertion(t, other, id, nil, map[string]any{"jku": "https://evil.example/jwks"}),
		"crit":       under(map[string]any{"crit": []string{"x"}, "x": 1}),
		"unknown":    h.assertion(t, k, "client_gone", nil, nil),
		"public":     h.assertion(t, k, h.public.ID, nil, nil),
	} {
		if w := h.authenticate(raw, nil); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), `"invalid_client"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for name, c := range map[string]struct {
		change url.Values
		want   int
	}{
		"another client_id": {url.Values{"client_id": {foreign}}, 401}, "no type": {url.Values{"client_assertion_type": nil}, 401},
		"another type":     {url.Values{"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}}, 401},
		"and a secret":     {url.Values{"client_secret": {"x"}}, 400},
		"only the type":    {url.Values{"client_assertion": nil, "client_id": {h.public.ID}}, 401},
		"as none":          {url.Values{"client_assertion": nil, "client_assertion_type": nil, "client_id": {id}}, 401},
		"as secret client": {url.Values{"client_assertion": nil, "client_assertion_type": nil, "client_id": {id}, "client_secret": {"x"}}, 401},
	} {
		if w := h.authenticate(good(), c.change); w.Code != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest("POST", "/oauth/revoke", strings.NewReader(url.Values{
		"token": {"x"}, "client_assertion_type": {assertionType}, "client_assertion": {good()},
	}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(id, "x")
	if w := h.do(r); w.Code != http.StatusBadRequest {
		t.Errorf("and Basic: %d %s", w.Code, w.Body)
	}
}

// hmacAssertion is signed with the public key as if that were a secret.
func (h *house) hmacAssertion(t *testing.T, k keyPair, id string) string {
	t.Helper()
	secret, _ := json.Marshal(k.public())
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sign(signer, map[string]any{"iss": id, "sub": id, "aud": testURL, "jti": "x", "exp": h.Now().Add(time.Minute).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAssertionsWorkOnce(t *testing.T) {
	h := newHouse(t)
	k := newKeyPair(t, jose.EdDSA, "")
	id, twin := h.registered(t, keyClient(jwksOf(t, k))), h.registered(t, keyClient(jwksOf(t, k)))
	once := h.assertion(t, k, id, map[string]any{"jti": "1"}, nil)
	if w := h.authenticate(once+"A", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("broken: %d", w.Code)
	}
	results := make(chan int, 8)
	for range cap(results) {
		go func() { results <- h.authenticate(once, nil).Code }()
	}
	passed := 0
	for range cap(results) {
		if code := <-results; code == http.StatusOK {
			passed++
		} else if code != http.StatusUnauthorized {
			t.Errorf("%d", code)
		}
	}
	if passed != 1 {
		t.Errorf("it worked %d times", passed)
	}
	if w := h.authenticate(h.assertion(t, k, id, map[string]any{"jti": "1", "iat": nil}, nil), nil); w.Code != http.StatusUnauthorized {
		t.Errorf("the same jti in another assertion: %d", w.Code)
	}
	if w := h.authenticate(h.assertion(t, k, twin, map[string]any{"jti": "1"}, nil), nil); w.Code != http.StatusOK {
		t.Errorf("another client's jti: %d %s", w.Code, w.Body)
	}
	h.clock.at = h.clock.at.Add(time.Minute + clockSkew)
	if _, err := h.Store.DeleteExpired(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if w := h.authenticate(once, nil); w.Code != http.StatusUnauthorized {
		t.Errorf("forgotten and still good: %d", w.Code)
	}
}

func TestRegisteredAlgorithm(t *testing.T) {
	h := newHouse(t)
	k := newKeyPair(t, jose.RS256, "k1")
	id := h.registered(t, strings.Replace(keyClient(jwksOf(t, k)), `"jwks"`, `"token_endpoint_auth_signing_alg":"PS256","jwks"`, 1))
	if w := h.authenticate(h.assertion(t, k, id, nil, nil), nil); w.Code != http.StatusUnauthorized {
		t.Errorf("RS256: %d", w.Code)
	}
	k.alg = jose.PS256
	if w := h.authenticate(h.assertion(t, k, id, nil, nil), nil); w.Code != http.StatusOK {
		t.Errorf("PS256: %d %s", w.Code, w.Body)
	}
}
