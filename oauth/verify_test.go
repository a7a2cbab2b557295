package oauth

import (
	"crypto/sha256"
	"reflect"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// TestIssuedTokenIsRemembered: what is remembered of a token when it is made is what the token says.
func TestIssuedTokenIsRemembered(t *testing.T) {
	h := newHouse(t)
	raw := h.tokens(t, h.exchange(h.authorized(t, nil).Get("code"))).Access
	remembered := h.seen.find(sha256.Sum256([]byte(raw)))
	parsed, err := h.parse(t.Context(), raw)
	if err != nil || !reflect.DeepEqual(remembered, parsed) {
		t.Errorf("%v\n%v\n%v", remembered, parsed, err)
	}
}

// TestTokensOfAnotherKind has our own key sign what is no access token of ours (RFC 9068 section 4).
func TestTokensOfAnotherKind(t *testing.T) {
	h := newHouse(t)
	token, _ := h.issued(t)
	body, _, err := h.keys.verify(t.Context(), token, "at+jwt")
	must(t, err)
	key, err := h.keys.signer(t.Context(), "ES256")
	must(t, err)
	for name, c := range map[string]struct {
		signer jose.Signer
		change func(*accessClaims)
	}{
		"typ JWT":          {key.idToken, func(*accessClaims) {}},
		"another issuer":   {key.access, func(c *accessClaims) { c.Issuer = "https://else.example" }},
		"a longer issuer":  {key.access, func(c *accessClaims) { c.Issuer += "/" }},
		"another resource": {key.access, func(c *accessClaims) { c.Audience += "/x" }},
		"no resource":      {key.access, func(c *accessClaims) { c.Audience = "" }},
		"nobody":           {key.access, func(c *accessClaims) { c.Subject = "" }},
		"no end":           {key.access, func(c *accessClaims) { c.ExpiresAt = 0 }},
		"an end just now":  {key.access, func(c *accessClaims) { c.ExpiresAt = h.clock.at.Unix() }},
		"no grant":         {key.access, func(c *accessClaims) { c.GrantID = "" }},
	} {
		claims := decode[accessClaims](t, body)
		raw, err := sign(key.access, claims)
		must(t, err)
		h.verifies(t, "as it was", raw)
		c.change(&claims)
		raw, err = sign(c.signer, claims)
		must(t, err)
		h.refuses(t, name, raw)
	}
}
