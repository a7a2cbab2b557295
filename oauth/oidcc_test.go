package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// TestConformance is those modules of OpenID's conformance plans that need a clock or a verified signature. The other
// modules are in testdata/oidcc_*.txt.
func TestConformance(t *testing.T) {
	for name, module := range map[string]func(*testing.T, *house){
		"oidcc-idtoken-signature":     signature256,
		"oidcc-idtoken-rs256":         signatureRS256,
		"oidcc-prompt-login":          promptLogin,
		"oidcc-prompt-none-logged-in": promptNoneLoggedIn,
		"oidcc-max-age-1":             maxAge1,
		"oidcc-max-age-10000":         maxAge10000,
		"oidcc-codereuse-30seconds":   codeReuse30Seconds,

		"oidcc-refresh-token-rp-key-rotation": refreshTokenRPKeyRotation,
	} {
		t.Run(name, func(t *testing.T) { module(t, newHouse(t)) })
	}
}

func signature256(t *testing.T, h *house) { checkSignature(t, h, jose.ES256) }

func signatureRS256(t *testing.T, h *house) {
	c := *h.public
	c.ID, c.IDTokenAlg = "client_rs256", string(jose.RS256)
	if err := h.Store.CreateClient(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	h.public = &c
	h.consented(t, h.jane)
	checkSignature(t, h, jose.RS256)
}

// checkSignature holds an ID token to the published keys and to its access token.
func checkSignature(t *testing.T, h *house, algorithm jose.SignatureAlgorithm) {
	t.Helper()
	w := h.exchange(h.authorized(t, nil).Get("code"))
	raw, claims := h.idTokenOf(t, w)
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		t.Fatal(err)
	}
	var published jose.JSONWebKeySet
	if err := json.Unmarshal(h.do(httptest.NewRequest("GET", "/.well-known/jwks.json", nil)).Body.Bytes(), &published); err != nil {
		t.Fatal(err)
	}
	keys := published.Key(jws.Signatures[0].Protected.KeyID)
	if len(keys) != 1 || keys[0].Algorithm != string(algorithm) {
		t.Fatalf("%d keys have its kid", len(keys))
	}
	if _, err := jws.Verify(keys[0]); err != nil {
		t.Error(err)
	}
	sum := sha256.Sum256([]byte(h.tokens(t, w).Access)) // Core section 3.1.3.6; both algorithms go with SHA-256
	if want := base64.RawURLEncoding.EncodeToString(sum[:16]); claims.AccessTokenHash != want {
		t.Errorf("at_hash is %s, want %s", claims.AccessTokenHash, want)
	}
}

// authTime is that of an ID token for a request with change.
func (h *house) authTime(t *testing.T, change url.Values) time.Time {
	t.Helper()
	_, claims := h.idTokenOf(t, h.exchange(h.authorized(t, change).Get("code")))
	return time.Unix(claims.AuthTime, 0)
}

// signsInAgain follows a request to the sign-in page, signs in, and exchanges what comes of it.
func (h *house) signsInAgain(t *testing.T, change url.Values) time.Time {
	t.Helper()
	back := h.authorized(t, change).Get("return_to")
	if back == "" {
		t.Fatalf("%v: nobody has to sign in", change)
	}
	w := httptest.NewRecorder()
	if _, err := h.Accounts.StartSession(w, httptest.NewRequest("POST", "/sign-in", nil), h.jane, "pwd"); err != nil {
		t.Fatal(err)
	}
	h.cookie = w.Result().Cookies()[0]
	r := httptest.NewRequest("GET", back, nil)
	r.AddCookie(h.cookie)
	to, err := url.Parse(h.do(r).Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	_, claims := h.idTokenOf(t, h.exchange(to.Query().Get("code")))
	return time.Unix(claims.AuthTime, 0)
}

func promptLogin(t *testing.T, h *house) {
	first := h.authTime(t, nil)
	h.clock.at = h.clock.at.Add(time.Minute)
	if again := h.signsInAgain(t, url.Values{"prompt": {"login"}}); !again.After(first) {
		t.Errorf("auth_time is %s, and was %s", again, first)
	}
}

func promptNoneLoggedIn(t *testing.T, h *house) {
	first := h.authTime(t, nil)
	h.clock.at = h.clock.at.Add(time.Minute)
	if again := h.authTime(t, url.Values{"prompt": {"none"}}); !again.Equal(first) {
		t.Errorf("auth_time is %s, and was %s", again, first)
	}
}

func maxAge1(t *testing.T, h *house) {
	first := h.authTime(t, nil)
	h.clock.at = h.clock.at.Add(2 * time.Second)
	again := h.signsInAgain(t, url.Values{"max_age": {"1"}})
	if !again.After(first) || h.clock.at.Sub(again) > time.Second {
		t.Errorf("auth_time is %s, and was %s", again, first)
	}
}

func maxAge10000(t *testing.T, h *house) {
	first := h.authTime(t, nil)
	h.clock.at = h.clock.at.Add(time.Hour)
	if again := h.authTime(t, url.Values{"max_age": {"10000"}}); !again.Equal(first) {
		t.Errorf("auth_time is %s, and was %s", again, first)
	}
}

func codeReuse30Seconds(t *testing.T, h *house) {
	code := h.authorized(t, nil).Get("code")
	token := h.tokens(t, h.exchange(code)).Access
	h.userinfo(t, token)
	h.clock.at = h.clock.at.Add(30 * time.Second)
	refused(t, "the second time", h.exchange(code), "invalid_grant")
	r := httptest.NewRequest("GET", "/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	if w := h.do(r); w.Code != 401 || !strings.Contains(w.Header().Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("its token lives on: %d %s", w.Code, w.Body)
	}
}

// refreshTokenRPKeyRotation waits for a minute, as the module does, so that the keys may be asked for again.
func refreshTokenRPKeyRotation(t *testing.T, h *house) {
	old, next := newKeyPair(t, jose.RS256, "old"), newKeyPair(t, jose.RS256, "next")
	o := newKeyOrigin(t, jwksOf(t, old))
	id := h.registered(t, `{"redirect_uris":["`+testCallback+`"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"`+o.url+`"}`)
	ask := func(k keyPair, form url.Values) *httptest.ResponseRecorder {
		form.Set("client_assertion_type", assertionType)
		form.Set("client_assertion", h.assertion(t, k, id, map[string]any{"aud": testURL + "/oauth/token"}, nil))
		return h.post("/oauth/token", form)
	}
	h.visit(id)
	to, err := url.Parse(h.postConsent(t, "allow").Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	first := h.tokens(t, ask(old, url.Values{
		"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier},
	}))
	o.now(200, jwksOf(t, next))
	h.clock.at = h.clock.at.Add(time.Minute)
	w := ask(next, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}})
	if _, claims := h.idTokenOf(t, w); claims.Audience != id || claims.Subject != h.jane.ID {
		t.Errorf("%+v", claims)
	}
	h.userinfo(t, h.tokens(t, w).Access)
	w = ask(old, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {h.tokens(t, w).Refresh}})
	if w.Code != 401 || !strings.Contains(w.Body.String(), "invalid_client") {
		t.Errorf("the old key: %d %s", w.Code, w.Body)
	}
}
