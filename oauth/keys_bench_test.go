package oauth

import (
	"testing"

	"frontdesk/store"
)

// BenchmarkKeys signs and checks an ID token with each algorithm.
func BenchmarkKeys(b *testing.B) {
	h := newHouse(b)
	claims := idClaims{Issuer: testURL, Subject: h.jane.ID, Audience: h.public.ID, Nonce: "nonce", AccessTokenHash: "0123456789abcdef012345"}
	for _, name := range Algorithms() {
		key, err := h.keys.signer(b.Context(), name)
		must(b, err)
		raw, err := sign(key.idToken, claims)
		must(b, err)
		b.Run("sign/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := sign(key.idToken, claims); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("verify/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := h.keys.verify(b.Context(), raw, "JWT"); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("make/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.keys.newSigningKey(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("read", func(b *testing.B) { // of six keys, once a second
		for _, name := range Algorithms() {
			must(b, h.keys.makeNext(b.Context(), name, func([]store.SigningKey) bool { return true }))
		}
		for b.Loop() {
			must(b, h.keys.read(b.Context()))
		}
	})
	b.Run("find", func(b *testing.B) {
		id := h.keys.ring.Load().signing["ES256"].id
		for b.Loop() {
			if _, err := h.keys.find(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
	})
}
