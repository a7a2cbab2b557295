package oauth

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"
)

func TestJWKS(t *testing.T) {
	h := newHouse(t)
	for _, name := range Algorithms() {
		_, err := h.keys.signer(t.Context(), name)
		must(t, err)
	}
	r := httptest.NewRequest("GET", "/.well-known/jwks.json", nil)
	w := h.do(r)
	set := decode[struct{ Keys []map[string]any }](t, w.Body.Bytes())
	if len(set.Keys) != len(algorithms) {
		t.Fatal(w.Body)
	}
	for i, key := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if key[private] != nil {
				t.Errorf("%s is published with %s", key["kty"], private)
			}
		}
		if key["use"] != "sig" || key["alg"] != Algorithms()[i] || key["kid"] == "" {
			t.Errorf("%v", key)
		}
	}
	if w.Header().Get("Cache-Control") != "public, max-age=300" || overlap < 2*300*time.Second {
		t.Errorf("copies live for %s, keys wait for %s", w.Header().Get("Cache-Control"), overlap)
	}
	r.Header.Set("If-None-Match", `"other", `+w.Header().Get("ETag"))
	if again := h.do(r); again.Code != 304 || again.Body.Len() > 0 || again.Header().Get("ETag") == "" {
		t.Errorf("%d %s", again.Code, again.Body)
	}
	must(t, h.keys.Rotate(t.Context(), "ES256"))
	if again := h.do(r); again.Code != 200 {
		t.Errorf("after a change: %d", again.Code)
	}
}

// TestKeysWithoutDatabase: nobody can tell, so nobody passes; the public keys are what they were.
func TestKeysWithoutDatabase(t *testing.T) {
	h := newHouse(t)
	token, _ := h.issued(t)
	h.verifies(t, "before", token)
	must(t, h.Store.Close())
	h.clock.at = h.clock.at.Add(KeysAgree + time.Millisecond)
	if _, err := h.Verify(t.Context(), token, testResource); err == nil || errors.Is(err, ErrInvalidToken) {
		t.Errorf("without a database: %v", err)
	}
	if _, err := h.verify(t.Context(), token); err == nil || errors.Is(err, ErrInvalidToken) {
		t.Errorf("a token that was seen: %v", err)
	}
	if _, err := h.accessToken(t.Context(), nil); err == nil {
		t.Error("a token was signed")
	}
	h.refuses(t, "garbage", "garbage")
	if len(h.published(t, "ES256")) != 1 {
		t.Error("no key is published")
	}
}
