package oauth

import (
	"bytes"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"frontdesk/store"
)

func TestIDTokenAlgorithms(t *testing.T) {
	for _, name := range append(Algorithms(), "") {
		h := newHouse(t)
		c := *h.public
		c.ID, c.IDTokenAlg = "", name
		must(t, h.Store.CreateClient(t.Context(), &c))
		must(t, h.Store.SaveConsent(t.Context(), &store.Consent{UserID: h.jane.ID, ClientID: c.ID, Resource: testResource, Scopes: h.DefaultScopes, Site: originOf(testCallback)}))
		h.public = &c
		w := h.exchange(h.authorized(t, map[string][]string{"client_id": {c.ID}}).Get("code"))
		got := decode[struct {
			Access string `json:"access_token"`
			ID     string `json:"id_token"`
		}](t, w.Body.Bytes())
		h.verifies(t, "the access token beside "+name, got.Access)

		if name == "" {
			name = "ES256"
		}
		jws, err := jose.ParseSignedCompact(got.ID, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(name)})
		must(t, err)
		set := decode[jose.JSONWebKeySet](t, h.do(httptest.NewRequest("GET", "/.well-known/jwks.json", nil)).Body.Bytes())
		body, err := jws.Verify(set.Key(jws.Signatures[0].Protected.KeyID)[0])
		must(t, err)
		hash := map[string]int{"ES256": 16, "RS256": 16, "EdDSA": 32}[name] // half of SHA-256, half of SHA-512
		if sum, err := base64.RawURLEncoding.DecodeString(decode[idClaims](t, body).AccessTokenHash); err != nil || len(sum) != hash {
			t.Errorf("%s: at_hash is %x", name, sum)
		}
		h.refuses(t, "as an access token, the ID token with "+name, got.ID)
		if _, err := h.idTokenHint(t.Context(), got.Access); err == nil {
			t.Error("an access token is a hint")
		}
		if hint, err := h.idTokenHint(t.Context(), got.ID); err != nil || hint.Audience != c.ID {
			t.Errorf("%s: as a hint it is %+v, %v", name, hint, err)
		}
	}
}

// TestAccessTokensOfEveryAlgorithm: the operator says how access tokens are signed, and those from before stay good. An ID
// token of the same key is none.
func TestAccessTokensOfEveryAlgorithm(t *testing.T) {
	h := newHouse(t)
	before := map[string]string{}
	for _, name := range Algorithms() {
		h.AccessTokenAlgorithm = name
		before[name], _ = h.issued(t)
		jws, err := jose.ParseSignedCompact(before[name], ours)
		must(t, err)
		if alg := jws.Signatures[0].Protected.Algorithm; alg != name {
			t.Errorf("%s signs with %s", name, alg)
		}
		key, err := h.keys.signer(t.Context(), name)
		must(t, err)
		claims, _, err := h.keys.verify(t.Context(), before[name], "at+jwt")
		must(t, err)
		jws, err = key.idToken.Sign(claims)
		must(t, err)
		raw, err := jws.CompactSerialize()
		must(t, err)
		h.refuses(t, name+" as an ID token", raw)
		for from, token := range before {
			h.verifies(t, from+" with "+name, token)
		}
	}
}

func TestAnotherMasterKey(t *testing.T) {
	h := newHouse(t)
	h.MasterKey = bytes.Repeat([]byte{1}, 32)
	if _, err := New(t.Context(), h.Config); err == nil || !strings.Contains(err.Error(), "another master key") {
		t.Error(err)
	}
	h.MasterKey = h.MasterKey[:31]
	if _, err := New(t.Context(), h.Config); err == nil || !strings.Contains(err.Error(), "32 bytes") {
		t.Error(err)
	}
	h.MasterKey = make([]byte, 32)
	rows, err := h.Store.SigningKeys(t.Context())
	must(t, err)
	moved := rows[0] // a sealed key is good for its own id only
	moved.ID, moved.RetiredAt = "moved", h.clock.at.Add(time.Hour)
	must(t, h.Store.ChangeSigningKeys(t.Context(), func([]store.SigningKey) (store.SigningKeyChange, error) {
		return store.SigningKeyChange{Save: []store.SigningKey{moved}}, nil
	}))
	if _, err := New(t.Context(), h.Config); err == nil {
		t.Error("a sealed key went to another row")
	}
}
