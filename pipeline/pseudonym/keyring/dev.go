package keyring

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// Dev makes a ring without a store: all keys are derived from one secret, so none can be rotated or destroyed. It is for
// development, the demo and tests.
func Dev(secret []byte) *Ring {
	// RFC 5869 §3.3: only a key that is uniform may go without the extract step.
	prk, err := hkdf.Extract(sha256.New, secret, []byte("tacet development keys v1"))
	r := &Ring{}
	if err == nil { // else there is no key of any kind
		r.dev = newKey(prk, 1)
	}
	return r
}

// devSecret stands for the random secret of that name which a store would hold.
func (r *Ring) devSecret(tenant, name string) (Key, error) {
	if tenant == "" || r.dev.IsZero() {
		return Key{}, ErrNone
	}
	return r.dev.expand("tenant/" + quote(tenant) + name), nil
}
