//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"
)

// forger makes tokens that resemble a real one.
type forger struct {
	token          string // the real one
	header, claims map[string]any
	jwk            map[string]any // the server's public key, as it publishes it
	public         *ecdsa.PublicKey
	key            *ecdsa.PrivateKey // the forger's own
}

func newForger(t *testing.T, d *desk, token string) *forger {
	t.Helper()
	f := &forger{token: token}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("the access token has %d parts", len(parts))
	}
	for i, into := range []*map[string]any{&f.header, &f.claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(d.caller().get(t, "/.well-known/jwks.json").Body), &set); err != nil || len(set.Keys) == 0 {
		t.Fatalf("no keys: %v", err)
	}
	f.jwk = set.Keys[0]
	if f.jwk["d"] != nil {
		t.Fatal("the private key is published")
	}
	point := []byte{4} // uncompressed (SEC 1 section 2.3.3)
	for _, name := range []string{"x", "y"} {
		b, err := base64.RawURLEncoding.DecodeString(f.jwk[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, b...)
	}
	var err error
	if f.public, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err != nil {
		t.Fatal(err)
	}
	if f.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	return f
}

// with is a copy of a map with some members changed, or removed where the value is nil.
func with(m map[string]any, pairs ...any) map[string]any {
	m = maps.Clone(m)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
		if pairs[i+1] == nil {
			delete(m, pairs[i].(string))
		}
	}
	return m
}

func segment(v any) string {
	b, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(b)
}

// signed is a token under the forger's own key.
func (f *forger) signed(header, claims map[string]any) string {
	input := segment(header) + "." + segment(claims)
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, f.key, sum[:])
	if err != nil {
		panic(err) // the system has no randomness
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// mac is a token under HS256 with a key that the forger knows.
func (f *forger) mac(header map[string]any, key []byte) string {
	input := segment(header) + "." + segment(f.claims)
	h := hmac.New(sha256.New, key)
	h.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// publicKeys are the server's public key in every spelling that a confused verifier might take for a secret.
func (f *forger) publicKeys() map[string][]byte {
	der, _ := x509.MarshalPKIXPublicKey(f.public)
	point, _ := f.public.Bytes()
	jwk, _ := json.Marshal(f.jwk)
	set, _ := json.Marshal(map[string]any{"keys": []any{f.jwk}})
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	kid, _ := f.jwk["kid"].(string)
	return map[string][]byte{
		"DER": der, "PEM": text, "PEM without its last line end": []byte(strings.TrimSpace(string(text))), "point": point, "x": point[1:33],
		"x and y": point[1:], "JWK": jwk, "JWK set": set, "kid": []byte(kid), "nothing": {}, "x in base64": []byte(f.jwk["x"].(string)),
	}
}

// jwkOf is a private key's public half as a JWK.
func jwkOf(key *ecdsa.PrivateKey) map[string]any {
	point, _ := key.PublicKey.Bytes()
	return map[string]any{
		"kty": "EC", "crv": "P-256", "x": base64.RawURLEncoding.EncodeToString(point[1:33]),
		"y": base64.RawURLEncoding.EncodeToString(point[33:]),
	}
}
