package oauth

import (
	"crypto/sha256"
	"reflect"
	"testing"
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
