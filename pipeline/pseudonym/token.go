package pseudonym

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"strconv"
)

const (
	// KeyLen is the least length of a key, in bytes: that of the hash, below which RFC 2104 §3 says security decreases.
	KeyLen = 32

	// alphabet is the 16 consonants from b to t, one for each half byte. No digit, so that no detector takes a part of a
	// token for a number; no vowel, so that no word comes out; no character that JSON, CSV, SQL or URLs treat specially.
	alphabet = "bcdfghjklmnpqrst"

	// macLen is how much of the 256-bit HMAC stands in a token: 96 bits. RFC 2104 §5 allows no less than half the hash
	// for authentication, where a guess is checked against a verifier; a token authenticates nothing, it only must not
	// collide: 6·10⁻¹² at 10⁹ values of one tenant and type. Truncation gives an attacker less, not more.
	macLen   = 12
	tokenLen = 2 * macLen

	// version is that of the key and of the input's encoding. It stands in every token.
	version = 1

	// statesMax bounds the keyed states a Tokenizer holds: one for each tenant, some 600 bytes.
	statesMax = 1024
)

// Origin says where a value was found. Tokens of one value differ by origin: else who can make a call could say a number in it
// and read off the token that stands for that number in the metadata (EDPB Guidelines 01/2025, §88).
type Origin byte

// The origins.
const (
	OriginMeta Origin = 'm' // a field that the platform filled in
	OriginText Origin = 't' // something said or written
)

// Domain is within what tokens of equal values are equal.
type Domain struct {
	Tenant []byte // not empty
	Origin Origin
	// Scope is the id of the call, day or month that tokens of scope c, d or m are bound to; empty for r and p.
	Scope []byte
}

// Tokens holds the key. It is immutable and safe for concurrent use; every printed form of it is "tokens".
type Tokens struct{ key []byte }

// NewTokens makes tokens from a secret key of KeyLen bytes or more, drawn at random. Whoever has the key can test guesses
// and so undo the tokens of phone numbers in minutes: it is as secret as the data.
func NewTokens(key []byte) (*Tokens, error) {
	if len(key) < KeyLen {
		return nil, fmt.Errorf("make tokens: the key has %d bytes, must have at least %d", len(key), KeyLen)
	}
	// RFC 5869 §3.3: only a key that is uniform may go without the extract step, and that a file's bytes are is not known.
	prk, err := hkdf.Extract(sha256.New, key, []byte("tacet tokens v1"))
	if err != nil {
		return nil, errors.New("make tokens: derive key")
	}
	return &Tokens{prk}, nil
}

// Format prints "tokens" for every verb, so that no key gets into a log.
func (t *Tokens) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("tokens")) }

// Tokenizer makes a worker's own maker of tokens. One goroutine at a time.
func (t *Tokens) Tokenizer() *Tokenizer {
	return &Tokenizer{key: t.key, states: map[string]hash.Hash{}}
}

// Tokenizer makes tokens. It holds keyed states, never a value or a token.
type Tokenizer struct {
	key    []byte
	states map[string]hash.Hash // by tenant
	in     []byte
	sum    [sha256.Size]byte
}

// Format prints "tokenizer" for every verb.
func (k *Tokenizer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("tokenizer")) }

// Append appends the token of a value: "[PHONE:r1:bdkqtscmfghjrlnpqsdtckbm]". Scope is c (call), d (day), m (month),
// r (relationship: all of a tenant) or p (person). Canonical is what all spellings of the value have in common; it is not
// kept. What would join more than it may (no tenant, no known origin or scope, a scope of a call without the call) becomes
// "[PHONE]".
//
// The letters are the first 96 bits of HMAC-SHA-256 (RFC 2104, FIPS 180-4) under the tenant's key, over
//
//	len(type) type · origin · scope · len(scope id) scope id · value
//
// with one byte for each length, so that no two inputs have one encoding.
func (k *Tokenizer) Append(dst []byte, d Domain, typ string, scope byte, canonical []byte) []byte {
	if !d.joins(scope) || len(typ) > 255 {
		return AppendType(dst, typ)
	}
	state := k.state(d.Tenant)
	if state == nil {
		return AppendType(dst, typ)
	}
	k.in = append(append(k.in[:0], byte(len(typ))), typ...)
	k.in = append(k.in, byte(d.Origin), scope, byte(len(d.Scope)))
	k.in = append(k.in, d.Scope...)
	k.in = append(k.in, canonical...)
	state.Reset()
	state.Write(k.in)
	mac := state.Sum(k.sum[:0])
	clear(k.in)

	dst = appendName(append(dst, '['), typ)
	dst = strconv.AppendUint(append(dst, ':', scope), version, 10)
	dst = append(dst, ':')
	for _, b := range mac[:macLen] {
		dst = append(dst, alphabet[b>>4], alphabet[b&15])
	}
	return append(dst, ']')
}

// joins tells whether tokens of the domain and scope are joined with those they belong to, and no others.
func (d Domain) joins(scope byte) bool {
	if len(d.Tenant) == 0 || len(d.Scope) > 255 || d.Origin != OriginMeta && d.Origin != OriginText {
		return false
	}
	switch scope {
	case 'c', 'd', 'm':
		return len(d.Scope) > 0
	case 'r', 'p':
		return len(d.Scope) == 0
	}
	return false
}

// state gives the tenant's HMAC, keyed. The tenant's key comes from the one key by HKDF-Expand (RFC 5869): a tenant's tokens
// say nothing about another's. A ready state saves the two compressions that take the key in.
func (k *Tokenizer) state(tenant []byte) hash.Hash {
	if s := k.states[string(tenant)]; s != nil {
		return s
	}
	key, err := hkdf.Expand(sha256.New, k.key, "tenant "+string(tenant), sha256.Size)
	if err != nil {
		return nil
	}
	if len(k.states) >= statesMax {
		for other := range k.states { // any will do: to keep an order would cost every token
			delete(k.states, other)
			break
		}
	}
	s := hmac.New(sha256.New, key)
	k.states[string(tenant)] = s
	return s
}
