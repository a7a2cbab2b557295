package oauth

import (
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"frontdesk/store"
)

// keys is what the server signs, seals and derives with. Everything comes from the master key, or lies in
// the database sealed under it.
type keys struct {
	refresh []byte // derives a refresh token's successor
	form    []byte // signs consent forms and sign-in marks
	id      string // kid: the JWK thumbprint (RFC 7638)
	public  jose.JSONWebKey
	access  jose.Signer // typ at+jwt
	idToken jose.Signer // typ JWT
}

// openKeys derives the keys and opens the signing key, or makes it at the first start.
func openKeys(ctx context.Context, db *store.Store, master []byte) (*keys, error) {
	if len(master) != 32 {
		return nil, errors.New("the master key is not 32 bytes long")
	}
	k := &keys{}
	var seal []byte
	for purpose, key := range map[string]*[]byte{"refresh tokens": &k.refresh, "forms": &k.form, "signing keys": &seal} {
		derived, err := hkdf.Key(sha256.New, master, nil, "frontdesk "+purpose, 32) // RFC 5869
		if err != nil {
			return nil, err
		}
		*key = derived
	}
	row, err := db.SigningKey(ctx, string(jose.ES256))
	if errors.Is(err, store.ErrNotFound) {
		row, err = makeSigningKey(ctx, db, seal)
	}
	if err != nil {
		return nil, err
	}
	private, err := unsealKey(seal, row)
	if err != nil {
		return nil, err
	}
	return k, k.use(row.ID, private)
}

// use takes a private key for signing.
func (k *keys) use(id string, private *ecdsa.PrivateKey) error {
	k.id = id
	k.public = jose.JSONWebKey{Key: private.Public(), KeyID: id, Algorithm: string(jose.ES256), Use: "sig"}
	signer := func(typ jose.ContentType) (jose.Signer, error) {
		return jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: id}},
			(&jose.SignerOptions{}).WithType(typ))
	}
	var err error
	if k.access, err = signer("at+jwt"); err != nil { // RFC 9068 section 2.1
		return err
	}
	k.idToken, err = signer("JWT")
	return err
}

func makeSigningKey(ctx context.Context, db *store.Store, seal []byte) (*store.SigningKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	thumb, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	row := store.SigningKey{ID: base64.RawURLEncoding.EncodeToString(thumb), Algorithm: string(jose.ES256)}
	aead, err := sealer(seal)
	if err != nil {
		return nil, err
	}
	row.Sealed = base64.StdEncoding.EncodeToString(aead.Seal(nil, nil, der, []byte(row.ID)))
	return db.KeepSigningKey(ctx, row)
}

func unsealKey(seal []byte, row *store.SigningKey) (*ecdsa.PrivateKey, error) {
	sealed, err := base64.StdEncoding.DecodeString(row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
	}
	aead, err := sealer(seal)
	if err != nil {
		return nil, err
	}
	der, err := aead.Open(nil, nil, sealed, []byte(row.ID))
	if err != nil {
		return nil, errors.New("the signing key in the database was sealed under another master key")
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
	}
	key, ok := private.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing key %s is a %T", row.ID, private)
	}
	return key, nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
