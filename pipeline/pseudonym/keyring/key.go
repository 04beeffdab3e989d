// Package keyring holds the secrets that pseudonyms are made with: random ones for each tenant, wrapped by a key-encryption
// key, in a store from which they can be destroyed; and the keys derived from them, in memory.
package keyring

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
)

// KeyLen is the length of every key and secret here, in bytes: that of the hash, below which RFC 2104 §3 says security
// decreases.
const KeyLen = 32

// keyText is what every printed form of a Key is.
const keyText = "key"

// Key is a key and the version of the secret it comes from. The zero Key is none.
//
// The bytes are behind a function. Where a Key is an unexported field, fmt calls no method of it and prints what is in it;
// what a pointer leads to is printed too, under a verb that does not fit it ("%s"). Of a function nothing is ever printed but
// its address, and nothing that walks through values, as dumps of tests do, comes past it.
type Key struct{ open func() *material }

type material struct {
	bytes   [KeyLen]byte
	version int
}

func newKey(secret []byte, version int) Key {
	m := &material{version: version}
	copy(m.bytes[:], secret)
	return Key{func() *material { return m }}
}

// Bytes returns a copy of the key. Every place that reads a key calls it: grep for it to audit them.
func (k Key) Bytes() []byte {
	if k.open == nil {
		return nil
	}
	return append([]byte(nil), k.open().bytes[:]...)
}

// Version is that of the secret the key comes from, from 1 on.
func (k Key) Version() int {
	if k.open == nil {
		return 0
	}
	return k.open().version
}

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k.open == nil }

// String and the others print "key", whatever the key is.
func (k Key) String() string { return keyText }

// GoString prints "key".
func (k Key) GoString() string { return keyText }

// Format prints "key" for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(keyText)) }

// MarshalText gives "key": JSON, YAML and XML encoders call it.
func (k Key) MarshalText() ([]byte, error) { return []byte(keyText), nil }

// LogValue gives "key".
func (k Key) LogValue() slog.Value { return slog.StringValue(keyText) }

// expand derives the key of a purpose from one that is uniform (RFC 5869 §2.3, §3.3).
func (k Key) expand(purpose string) Key {
	if k.IsZero() {
		return Key{}
	}
	b, err := hkdf.Expand(sha256.New, k.open().bytes[:], purpose, KeyLen)
	if err != nil {
		return Key{} // a FIPS module may refuse; without a key nothing is made
	}
	return newKey(b, k.Version())
}
