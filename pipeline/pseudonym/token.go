package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
	"strconv"

	"github.com/sonexlabs/tacet/pipeline/pseudonym/keyring"
)

const (
	// alphabet is the 16 consonants from b to t, one for each half byte. No digit, so that no detector takes a part of a
	// token for a number; no vowel, so that no word comes out; no character that JSON, CSV, SQL or URLs treat specially.
	alphabet = "bcdfghjklmnpqrst"

	// macLen is how much of the 256-bit HMAC stands in a token: 96 bits. RFC 2104 §5 allows no less than half the hash
	// for authentication, where a guess is checked against a verifier; a token authenticates nothing, it only must not
	// collide: 6·10⁻¹² at 10⁹ values of one tenant and type. Truncation gives an attacker less, not more.
	macLen   = 12
	tokenLen = 2 * macLen

	// statesMax bounds the keyed domains a Tokenizer holds: one for each tenant, sink and epoch, some 600 bytes a key.
	statesMax = 1024
)

// The labels of what is made with a domain's key. Each purpose has its own, so that no output of one is another's.
const (
	labelToken = 'T'
	labelChain = 'C'
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
	// Sink is the name of the recipient's tokens. Sinks of different names never have a token in common, except in scope p.
	Sink   string
	Origin Origin
	// Scope is the id of the call, the day ("2026-11-27") or the month ("2026-11") that tokens of scope c, d or m are bound
	// to; empty for r and p.
	Scope []byte
	// Salt is the subject's, where the tenant has salts: once it is destroyed, no key brings the token back.
	Salt []byte
}

// Tokens makes a Tokenizer for each worker. It is immutable and safe for concurrent use; every printed form is "tokens".
type Tokens struct{ ring *keyring.Ring }

// NewTokens makes tokens with the keys of a ring.
func NewTokens(ring *keyring.Ring) *Tokens { return &Tokens{ring} }

// Format prints "tokens" for every verb.
func (t *Tokens) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("tokens")) }

// Tokenizer makes a worker's own maker of tokens. One goroutine at a time.
func (t *Tokens) Tokenizer() *Tokenizer {
	return &Tokenizer{ring: t.ring, generation: t.ring.Generation(), states: map[string]*states{}}
}

// Tokenizer makes tokens. It holds keyed states, never a value or a token.
type Tokenizer struct {
	ring       *keyring.Ring
	generation uint64              // of the ring when the states were made
	states     map[string]*states  // by tenant, domain and epoch
	ff1s       map[string]*ciphers // of AppendFPE, by domain, type and scope
	degraded   int
	versions   []int // of the keys used since Versions was last asked
	name, in   []byte
	sum        [sha256.Size]byte
}

// states are the keyed HMACs of one domain. A ready state saves the two compressions that take the key in.
type states struct {
	chain   []hash.Hash // what a token goes through, in order; empty when the key can't be had
	version int         // of the last of them
}

// Format prints "tokenizer" for every verb.
func (k *Tokenizer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("tokenizer")) }

// Generation changes when tokens that were kept may no longer hold: see keyring.Ring.
func (k *Tokenizer) Generation() uint64 { return k.ring.Generation() }

// Degraded gives how many values became "[TYPE]" for want of a key since it was last asked.
func (k *Tokenizer) Degraded() (n int) {
	n, k.degraded = k.degraded, 0
	return n
}

// Versions gives the versions of the keys with which something was made since it was last asked, each once, valid until the next token is
// made. Keys of a day or month have none.
func (k *Tokenizer) Versions() []int {
	used := k.versions
	k.versions = k.versions[:0]
	return used
}

// note keeps the version of a key that is used.
func (k *Tokenizer) note(scope byte, version int) {
	if scope != 'd' && scope != 'm' && !slices.Contains(k.versions, version) {
		k.versions = append(k.versions, version)
	}
}

// VersionOf gives the version of the key that a token was made with; 0 for what is no token.
func VersionOf(token []byte) int {
	start, end := Next(token)
	if start < 0 {
		return 0
	}
	t, _ := parseToken(token[start:end])
	return t.version
}

// Append appends the token of a value: "[PHONE:r1:bdkqtscmfghjrlnpqsdtckbm]". Scope is c (call), d (day), m (month),
// r (relationship: all of a tenant within one sink) or p (person: all of a tenant). Canonical is what all spellings of the
// value have in common; it is not kept. What would join more than it may (no tenant, no known origin or scope, a scope of a
// call without the call) and what there is no key for becomes "[PHONE]".
//
// The letters are the first 96 bits of HMAC-SHA-256 (RFC 2104, FIPS 180-4) under the domain's key, over
//
//	'T' · len(type) type · origin · scope · len(scope id) scope id · len(salt) salt · value
//
// with one byte for each length, so that no two inputs have one encoding. After a rotation of mode chain they go through
// each further key, over 'C' · len(type) type · scope · the 96 bits before: that can also be done to a stored token.
func (k *Tokenizer) Append(dst []byte, d Domain, typ string, scope byte, canonical []byte) []byte {
	s := k.find(d, typ, scope)
	if s == nil {
		return AppendType(dst, typ)
	}
	return k.appendThrough(dst, s, d, typ, scope, canonical)
}

// appendThrough appends the token that a value has under the keys of s.
func (k *Tokenizer) appendThrough(dst []byte, s *states, d Domain, typ string, scope byte, canonical []byte) []byte {
	mac := k.mac(s.chain[0], d, labelToken, typ, scope, canonical)[:macLen]
	for _, next := range s.chain[1:] {
		mac = k.rekey(next, typ, scope, mac)
	}
	return appendToken(dst, typ, scope, s.version, mac)
}

// derive gives 256 bits that belong to a value as its token does, for operators with a key: label says which, and is no
// label of tokens. After any rotation they are others: nothing stored is brought over from them.
func (k *Tokenizer) derive(d Domain, label byte, typ string, scope byte, in []byte) (sum [sha256.Size]byte, ok bool) {
	s := k.find(d, typ, scope)
	if s == nil || label == labelToken || label == labelChain {
		return sum, false
	}
	copy(sum[:], k.mac(s.chain[len(s.chain)-1], d, label, typ, scope, in))
	return sum, true
}

// find gives the states of a domain and scope, nil when there must be no token.
func (k *Tokenizer) find(d Domain, typ string, scope byte) *states {
	if !d.joins(scope) || len(typ) > 255 {
		return nil
	}
	s := k.keyed(d, scope)
	if len(s.chain) == 0 {
		k.degraded++
		return nil
	}
	k.note(scope, s.version)
	return s
}

// mac gives what stands for a value, valid until the next call.
func (k *Tokenizer) mac(state hash.Hash, d Domain, label byte, typ string, scope byte, value []byte) []byte {
	k.in = append(append(k.in[:0], label, byte(len(typ))), typ...)
	k.in = append(k.in, byte(d.Origin), scope, byte(len(d.Scope)))
	k.in = append(append(k.in, d.Scope...), byte(len(d.Salt)))
	k.in = append(append(k.in, d.Salt...), value...)
	state.Reset()
	state.Write(k.in)
	clear(k.in)
	return state.Sum(k.sum[:0])
}

// rekey takes the 96 bits of a token to the next version.
func (k *Tokenizer) rekey(state hash.Hash, typ string, scope byte, old []byte) []byte {
	k.in = append(append(k.in[:0], labelChain, byte(len(typ))), typ...)
	k.in = append(append(k.in, scope), old...)
	state.Reset()
	state.Write(k.in)
	return state.Sum(k.sum[:0])[:macLen]
}

func appendToken(dst []byte, typ string, scope byte, version int, mac []byte) []byte {
	dst = appendName(append(dst, '['), typ)
	dst = strconv.AppendInt(append(dst, ':', scope), int64(version), 10)
	dst = append(dst, ':')
	for _, b := range mac {
		dst = append(dst, alphabet[b>>4], alphabet[b&15])
	}
	return append(dst, ']')
}

// joins tells whether tokens of the domain and scope are joined with those they belong to, and no others.
func (d Domain) joins(scope byte) bool {
	if len(d.Tenant) == 0 || len(d.Scope) > 255 || len(d.Salt) > 255 || d.Origin != OriginMeta && d.Origin != OriginText {
		return false
	}
	switch scope {
	case 'c':
		return len(d.Scope) > 0
	case 'd':
		return len(d.Scope) == len("2026-11-27")
	case 'm':
		return len(d.Scope) == len("2026-11")
	case 'r', 'p':
		return len(d.Scope) == 0
	}
	return false
}

// personDomain is the name of the one domain of a tenant that all its sinks share.
const personDomain = "person"

func sinkDomain(sink string) string { return "sink/" + sink }

// keyDomain names the domain's keys in the ring.
func (d Domain) keyDomain(scope byte) string {
	if scope == 'p' {
		return personDomain
	}
	return sinkDomain(d.Sink)
}

// keyed gives the states of a domain, from the ring when they are not at hand. That there is no key is kept as well, until
// the ring's generation changes.
func (k *Tokenizer) keyed(d Domain, scope byte) *states {
	k.refresh()
	kind := byte('s')
	k.name = append(strconv.AppendInt(k.name[:0], int64(len(d.Tenant)), 10), ':')
	k.name = append(k.name, d.Tenant...)
	switch scope {
	case 'p':
		kind = 'p'
	case 'd', 'm':
		kind = 'e'
		k.name = append(append(k.name, byte(len(d.Scope))), d.Scope...)
	}
	k.name = append(k.name, kind)
	if kind != 'p' {
		k.name = append(k.name, d.Sink...)
	}
	if s := k.states[string(k.name)]; s != nil {
		return s
	}
	if len(k.states) >= statesMax {
		for other := range k.states { // any will do: to keep an order would cost every token
			delete(k.states, other)
			break
		}
	}
	s := newStates(k.keys(d, scope))
	k.states[string(k.name)] = s
	return s
}

// refresh forgets what was made with keys, when the ring says that they may be others.
func (k *Tokenizer) refresh() {
	if g := k.ring.Generation(); g != k.generation {
		clear(k.states)
		clear(k.ff1s)
		k.generation = g
	}
}

func (k *Tokenizer) keys(d Domain, scope byte) ([]keyring.Key, error) {
	if scope == 'd' || scope == 'm' {
		key, err := k.ring.Epoch(string(d.Tenant), d.keyDomain(scope), string(d.Scope))
		return []keyring.Key{key}, err
	}
	return k.ring.Domain(string(d.Tenant), d.keyDomain(scope))
}

func newStates(keys []keyring.Key, err error) *states {
	s := &states{}
	if err != nil {
		return s
	}
	for _, key := range keys {
		if key.IsZero() {
			return &states{}
		}
		s.chain = append(s.chain, hmac.New(sha256.New, key.Bytes()))
		s.version = key.Version()
	}
	return s
}
