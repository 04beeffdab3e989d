//go:build tink

package keyring

import (
	"context"
	"errors"

	"github.com/tink-crypto/tink-go/v2/tink"
)

type tinkKEK struct {
	aead tink.AEAD
	name string
}

// NewTinkKEK makes a key-encryption key of a Tink primitive: one of a keyset, or of a cloud's key service by its Tink module. Name is
// for inventories. It is built with the tag "tink" only: the services' modules are large, and few need them.
func NewTinkKEK(aead tink.AEAD, name string) Wrapper { return &tinkKEK{aead, name} }

func (k *tinkKEK) Name() string { return "tink:" + k.name }

// Wrap does not end with its context: Tink's primitives know none.
func (k *tinkKEK) Wrap(_ context.Context, key []byte, context string) ([]byte, error) {
	wrapped, err := k.aead.Encrypt(key, []byte(context))
	if err != nil {
		return nil, errors.New("wrap with tink") // what the library's error holds is not known
	}
	return wrapped, nil
}

// Unwrap can't tell a service out of reach from a key that is not its own: the library's errors are texts.
func (k *tinkKEK) Unwrap(_ context.Context, wrapped []byte, context string) ([]byte, error) {
	key, err := k.aead.Decrypt(wrapped, []byte(context))
	if err != nil {
		return nil, errWrapped
	}
	return key, nil
}
