package keyring

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Wrapper is a key-encryption key. It wraps and unwraps keys and never sees data. Context says what is wrapped
// ("tenant/4:acme/v1") and is authenticated: one tenant's wrapped key can't be put in place of another's.
type Wrapper interface {
	Wrap(ctx context.Context, key []byte, context string) ([]byte, error)
	Unwrap(ctx context.Context, wrapped []byte, context string) ([]byte, error)
	// Name is for inventories and errors: "file", "vault:transit/tacet". Nothing secret.
	Name() string
}

// fileKEK wraps with AES-256-GCM.
type fileKEK struct{ aead cipher.AEAD }

// NewFileKEK makes a key-encryption key from a secret of KeyLen bytes or more, drawn at random: what stands in a file. Whoever has
// that file and the store has every key.
func NewFileKEK(secret []byte) (Wrapper, error) {
	if len(secret) < KeyLen {
		return nil, fmt.Errorf("make key-encryption key: the secret has %d bytes, must have at least %d", len(secret), KeyLen)
	}
	// Extract as well: that the bytes of a file are uniform is not known (RFC 5869 §3.3).
	key, err := hkdf.Key(sha256.New, secret, []byte("tacet key-encryption key v1"), "AES-256-GCM", KeyLen)
	if err != nil {
		return nil, errors.New("make key-encryption key: derive key")
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return &fileKEK{aead}, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errors.New("make cipher: wrong length of key")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, errors.New("make cipher: no AES-GCM")
	}
	return aead, nil
}

// errWrapped is all that is said of a wrapped key that does not open: there is one reason why, and many why not.
var errWrapped = errors.New("not wrapped by this key-encryption key, or damaged")

func (k *fileKEK) Name() string { return "file" }

func (k *fileKEK) Wrap(_ context.Context, key []byte, context string) ([]byte, error) {
	return k.aead.Seal(nil, nil, key, []byte(context)), nil
}

func (k *fileKEK) Unwrap(_ context.Context, wrapped []byte, context string) ([]byte, error) {
	key, err := k.aead.Open(nil, nil, wrapped, []byte(context))
	if err != nil {
		return nil, errWrapped
	}
	return key, nil
}

// Format prints "key" for every verb.
func (k *fileKEK) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(keyText)) }

// seal wraps a secret under a key of ours. Epochs and salts are wrapped this way, not by the key-encryption key: it may be a
// service, and is not to be asked for every day and subject.
func (k Key) seal(secret []byte, context string) ([]byte, error) {
	if k.IsZero() {
		return nil, ErrNone
	}
	aead, err := newAEAD(k.expand("wrap").Bytes())
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, secret, []byte(context)), nil
}

func (k Key) unseal(sealed []byte, context string) (Key, error) {
	if k.IsZero() {
		return Key{}, ErrNone
	}
	aead, err := newAEAD(k.expand("wrap").Bytes())
	if err != nil {
		return Key{}, err
	}
	secret, err := aead.Open(nil, nil, sealed, []byte(context))
	if err != nil || len(secret) != KeyLen {
		return Key{}, ErrDamaged
	}
	return newKey(secret, 1), nil
}
