package oauth

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"frontdesk/store"
)

// algorithm is a way to sign: its name on the wire, the hash of at_hash, and how to make a key for it.
type algorithm struct {
	name jose.SignatureAlgorithm
	hash crypto.Hash // OpenID Connect Core section 3.1.3.6
	make func() (crypto.Signer, error)
}

// algorithms is every way in which tokens are signed, the usual one first. Metadata, registration, rotation, verification
// and the commands read this list.
var algorithms = []algorithm{
	{jose.ES256, crypto.SHA256, func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }},
	{jose.RS256, crypto.SHA256, func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) }}, // RFC 7518 section 3.3
	{jose.EdDSA, crypto.SHA512, func() (crypto.Signer, error) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}},
}

// usualAlgorithm signs access tokens, unless the operator wants another, and ID tokens of clients that registered no other.
const usualAlgorithm = string(jose.ES256)

// Algorithms lists the names of the algorithms that tokens are signed with, the usual one first.
func Algorithms() []string {
	return each(algorithms, func(a algorithm) string { return string(a.name) })
}

// ours is what a token of ours may be signed with: its key says which of them it is.
var ours = each(algorithms, func(a algorithm) jose.SignatureAlgorithm { return a.name })

func algorithmNamed(name string) (algorithm, error) {
	for _, a := range algorithms {
		if string(a.name) == name {
			return a, nil
		}
	}
	return algorithm{}, fmt.Errorf("%q is no algorithm here", name)
}

// signingKey is a key that is open.
type signingKey struct {
	id        string // kid: the JWK thumbprint (RFC 7638)
	algorithm jose.SignatureAlgorithm
	hash      crypto.Hash
	public    jose.JSONWebKey
	access    jose.Signer // typ at+jwt
	idToken   jose.Signer // typ JWT
}

// newSigningKey makes a key and seals it. It has no times yet.
func (k *Keys) newSigningKey(name string) (store.SigningKey, error) {
	none := store.SigningKey{}
	a, err := algorithmNamed(name)
	if err != nil {
		return none, err
	}
	private, id, err := a.makeNamed()
	if err != nil {
		return none, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return none, err
	}
	aead, err := k.sealer()
	if err != nil {
		return none, err
	}
	sealed := aead.Seal(nil, nil, der, []byte(id))
	return store.SigningKey{ID: id, Algorithm: name, Sealed: base64.StdEncoding.EncodeToString(sealed)}, nil
}

// makeNamed makes a key and its thumbprint (RFC 7638), which may not begin with a hyphen: an operator's command
// would take it for a flag.
func (a algorithm) makeNamed() (private crypto.Signer, id string, err error) {
	for id == "" || id[0] == '-' {
		if private, err = a.make(); err != nil {
			return nil, "", err
		}
		thumb, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, "", err
		}
		id = base64.RawURLEncoding.EncodeToString(thumb)
	}
	return private, id, nil
}

// open opens a sealed key. The error is a sentence for the operator.
func (k *Keys) open(row store.SigningKey) (*signingKey, error) {
	private, err := k.unseal(row)
	if err != nil {
		return nil, err
	}
	a, err := algorithmNamed(row.Algorithm)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
	}
	key := &signingKey{
		id: row.ID, algorithm: a.name, hash: a.hash,
		public: jose.JSONWebKey{Key: private.Public(), KeyID: row.ID, Algorithm: row.Algorithm, Use: "sig"},
	}
	for typ, signer := range map[jose.ContentType]*jose.Signer{"at+jwt": &key.access, "JWT": &key.idToken} { // RFC 9068 section 2.1
		with := jose.SigningKey{Algorithm: a.name, Key: jose.JSONWebKey{Key: private, KeyID: row.ID}}
		if *signer, err = jose.NewSigner(with, (&jose.SignerOptions{}).WithType(typ)); err != nil {
			return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
		}
	}
	return key, nil
}

func (k *Keys) unseal(row store.SigningKey) (crypto.Signer, error) {
	sealed, err := base64.StdEncoding.DecodeString(row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
	}
	aead, err := k.sealer()
	if err != nil {
		return nil, err
	}
	der, err := aead.Open(nil, nil, sealed, []byte(row.ID))
	if err != nil {
		return nil, errors.New("the signing keys in the database are sealed under another master key: bring back the master key that was there")
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("signing key %s is a %T", row.ID, private)
	}
	return signer, nil
}

func (k *Keys) sealer() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.seal)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
