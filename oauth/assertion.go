package oauth

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/ory/fosite"

	"frontdesk/store"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523 section 2.2
	maxAssertion  = 16 << 10
	// An assertion is made for one request: it ends soon, give or take what clocks differ by.
	assertionLifetime = 10 * time.Minute
	clockSkew         = 30 * time.Second
)

// assertionAlgs is what clients may sign assertions with (token_endpoint_auth_signing_alg_values_supported).
var assertionAlgs = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA, algEd25519}

// algEd25519 is what RFC 9864 section 2.2 calls EdDSA with that curve. go-jose does not know the name.
const algEd25519 jose.SignatureAlgorithm = "Ed25519"

func assertionAlgNames() []string {
	return each(assertionAlgs, func(alg jose.SignatureAlgorithm) string { return string(alg) })
}

// assertion is a client assertion (RFC 7523 section 3) on its way to be believed.
type assertion struct {
	jws    *jose.JSONWebSignature
	claims jwt.Claims
}

// readAssertion reads an assertion and whom it claims to be from. Nothing of it is believed yet.
func readAssertion(raw string) (*assertion, error) {
	if len(raw) > maxAssertion {
		return nil, badAssertion("it is too long")
	}
	jws, err := jose.ParseSignedCompact(raw, assertionAlgs)
	if err != nil {
		return nil, badAssertion("it is not a JWT signed with one of " + strings.Join(assertionAlgNames(), ", "))
	}
	a := &assertion{jws: jws}
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &a.claims); err != nil {
		return nil, badAssertion("its claims cannot be read")
	}
	return a, nil
}

func badAssertion(why string) error {
	return fosite.ErrInvalidClient.WithHintf("The client assertion is not accepted: %s.", why)
}

// checkAssertion believes an assertion, once: its claims fit (RFC 7523 section 3), and one of the client's own keys
// has signed it.
func (s *Server) checkAssertion(ctx context.Context, c *store.Client, a *assertion) error {
	if why := s.misfit(c, a); why != "" {
		return badAssertion(why)
	}
	if err := s.checkSignature(ctx, c, a.jws); err != nil {
		return err
	}
	err := s.Store.UseNonce(ctx, "assertion_"+digest(c.ID+" "+a.claims.ID), a.claims.Expiry.Time().Add(clockSkew))
	if errors.Is(err, store.ErrConflict) {
		return badAssertion("it was used before")
	}
	return err
}

// misfit says what is wrong with the claims, "" when nothing is.
func (s *Server) misfit(c *store.Client, a *assertion) string {
	now, claims := s.Now(), a.claims
	header := a.jws.Signatures[0].Protected
	typ, _ := header.ExtraHeaders[jose.HeaderType].(string)
	switch {
	case claims.Issuer != c.ID || claims.Subject != c.ID:
		return "iss and sub must be the client_id"
	case len(claims.Audience) == 0 || !covers([]string{s.URL, s.URL + "/oauth/token"}, claims.Audience): // for others they could use it, too
		return "aud must be the issuer or the token endpoint, and nobody else"
	case claims.ID == "":
		return "jti is missing"
	case claims.Expiry == nil:
		return "exp is missing"
	case !now.Before(claims.Expiry.Time().Add(clockSkew)):
		return "it has expired"
	case claims.Expiry.Time().After(now.Add(assertionLifetime + clockSkew)):
		return "exp is too far away"
	case claims.NotBefore.Time().After(now.Add(clockSkew)), claims.IssuedAt.Time().After(now.Add(clockSkew)):
		return "it is from the future"
	case c.SigningAlg != "" && header.Algorithm != c.SigningAlg:
		return "the client registered another algorithm"
	case typ != "" && !strings.EqualFold(typ, "JWT") && !strings.EqualFold(typ, "client-authentication+jwt"):
		return "it is a JWT of another type"
	}
	return ""
}

// verifier is what checks a key's signatures.
func verifier(key any) any {
	if public, ok := key.(ed25519.PublicKey); ok {
		return ed25519Key(public)
	}
	return key
}

// ed25519Key is a key whose signatures bear either name.
type ed25519Key ed25519.PublicKey

// VerifyPayload implements jose.OpaqueVerifier. Which algorithms fit the key, algorithmsOf has said.
func (k ed25519Key) VerifyPayload(payload, signature []byte, _ jose.SignatureAlgorithm) error {
	return ed25519.VerifyWithOptions(ed25519.PublicKey(k), payload, signature, new(ed25519.Options))
}

// maxTried is how many of a client's keys an assertion is held against: those of a rotation, and some more.
const maxTried = 4

// checkSignature looks among the client's keys, and where none fits once more among those that its origin has now.
// Keys in the assertion itself count for nothing, and where it does not say which key it is, few are tried: each takes time.
func (s *Server) checkSignature(ctx context.Context, c *store.Client, jws *jose.JSONWebSignature) error {
	header := jws.Signatures[0].Protected
	for _, again := range []bool{false, true} {
		keys, err := s.keysOf(ctx, c, again)
		if err != nil {
			return fmt.Errorf("read client's keys: %w", err) // they were read when the client registered
		}
		known, tried := false, 0
		for _, key := range keys {
			if header.KeyID != "" && key.KeyID != header.KeyID ||
				!slices.Contains(algorithmsOf(key), jose.SignatureAlgorithm(header.Algorithm)) {
				continue
			}
			known = header.KeyID != ""
			if tried++; tried > maxTried {
				break
			}
			if _, err := jws.Verify(verifier(key.Key)); err == nil {
				return nil
			}
		}
		if known || c.JWKS != "" {
			break
		}
	}
	return badAssertion("none of the client's keys has signed it")
}
