package subject

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

// ID is a keyed id of one identifier of a person: the first 128 bits of HMAC-SHA-256 (RFC 2104) under the tenant's
// suppression key, over len(type) type value. Without the key it says nothing; with it, phone numbers can be tried
// until one fits.
type ID [16]byte

// MarshalText gives 32 hexadecimal digits.
func (id ID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// String is the same as MarshalText.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

var errID = errors.New("is not an id of 32 lower-case hexadecimal digits")

// UnmarshalText reads what MarshalText gives, and nothing else: one id has one spelling, because it stands in keys.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(id)) {
		return errID
	}
	for _, c := range text {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return errID
		}
	}
	_, err := hex.Decode(id[:], text)
	return err
}

// Keys gives the keys that ids are made with; *keyring.Ring does.
type Keys interface {
	Suppression(tenant string) (keyring.Key, error)
	// Generation changes when keys have: whoever holds some must ask again.
	Generation() uint64
}

// statesMax bounds the keyed states a Hasher holds: one for each tenant, some 600 bytes.
const statesMax = 1024

// Hasher makes ids. It belongs to one goroutine, and holds keyed states, never a value.
type Hasher struct {
	keys       Keys
	generation uint64
	states     map[string]hash.Hash
	in         []byte
	sum        [sha256.Size]byte
}

// NewHasher makes a worker's own maker of ids.
func NewHasher(keys Keys) *Hasher {
	return &Hasher{keys: keys, generation: keys.Generation(), states: map[string]hash.Hash{}}
}

// Format prints "hasher" for every verb.
func (h *Hasher) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("hasher")) }

// ID gives the id of a value of a type in its canonical form. It is not ok when the tenant's key can't be had: then it is not known
// whether the record is suppressed, and it must not pass.
func (h *Hasher) ID(tenant []byte, typ string, canonical []byte) (id ID, ok bool) {
	state := h.state(tenant)
	if state == nil || typ == "" || len(typ) > 255 {
		return id, false
	}
	h.in = append(append(h.in[:0], byte(len(typ))), typ...)
	h.in = append(h.in, canonical...)
	state.Reset()
	state.Write(h.in)
	copy(id[:], state.Sum(h.sum[:0]))
	clear(h.in)
	return id, true
}

// state gives the tenant's HMAC, keyed; nil when there is no key.
func (h *Hasher) state(tenant []byte) hash.Hash {
	if g := h.keys.Generation(); g != h.generation {
		clear(h.states)
		h.generation = g
	}
	if s, ok := h.states[string(tenant)]; ok {
		return s
	}
	if len(tenant) == 0 {
		return nil
	}
	if len(h.states) >= statesMax {
		for other := range h.states { // any will do: to keep an order would cost every id
			delete(h.states, other)
			break
		}
	}
	// A failure is remembered too, until the generation changes: the ring says so when asking again is worth it.
	var s hash.Hash
	if key, err := h.keys.Suppression(string(tenant)); err == nil && !key.IsZero() {
		s = hmac.New(sha256.New, key.Bytes())
	}
	h.states[string(tenant)] = s
	return s
}
