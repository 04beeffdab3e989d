package scan

import "math/bits"

// Entry is one word of a lexicon, in lower case, and what tokens equal to it get.
type Entry struct {
	Word  string
	Bits  uint64
	Topic uint16 // an index of the caller's; 0 is none
	Begin uint8  // the same
}

// Lexicon maps words to bits: an open hash table behind a filter of eight kilobytes that turns most words away. It is
// immutable. Words longer than 16 bytes are told apart by their length and their first and last eight bytes.
type Lexicon struct {
	filter [1024]uint64
	slots  []slot
	mask   uint32
	quiet  uint64
}

type slot struct {
	lo, hi uint64
	bits   uint64
	n      uint32
	topic  uint16
	begin  uint8
}

// NewLexicon makes a lexicon. Entries with the same word are joined: their bits are united, and of topics and begins the
// last that isn't 0 holds. A token with no other bits than quiet is not hot.
func NewLexicon(entries []Entry, quiet uint64) *Lexicon {
	size := 1 << bits.Len(uint(len(entries)*3/2+1)) // half full or fuller: what fits the cache is faster than what never collides
	l := &Lexicon{slots: make([]slot, size), mask: uint32(size - 1), quiet: quiet}
	for _, e := range entries {
		b := []byte(e.Word)
		lo, hi := fold16(b, 0, len(b))
		h := hash(lo, hi, len(b))
		i := h & l.mask
		for l.slots[i].n != 0 && (l.slots[i].lo != lo || l.slots[i].hi != hi || int(l.slots[i].n) != len(b)) {
			i = (i + 1) & l.mask
		}
		s := &l.slots[i]
		s.lo, s.hi, s.n, s.bits = lo, hi, uint32(len(b)), s.bits|e.Bits
		if e.Topic != 0 {
			s.topic = e.Topic
		}
		if e.Begin != 0 {
			s.begin = e.Begin
		}
		l.filter[h>>22] |= 1 << (h >> 16 & 63)
	}
	return l
}

// Lookup fills in what the lexicon says of a word in any case: all of a Token but its place and shape.
func (l *Lexicon) Lookup(word []byte) (t Token) {
	lo, hi := fold16(word, 0, len(word))
	t.Hash = hash(lo, hi, len(word))
	l.tell(&t, lo, hi, len(word))
	return t
}

// Bits gives the bits of a word in any case, or 0.
func (l *Lexicon) Bits(word []byte) uint64 {
	t := l.Lookup(word)
	return t.Bits
}

// tell notes what the lexicon says of the word of t, whose hash is known.
func (l *Lexicon) tell(t *Token, lo, hi uint64, n int) {
	if l.filter[t.Hash>>22]>>(t.Hash>>16&63)&1 == 0 {
		return
	}
	for i := t.Hash & l.mask; l.slots[i].n != 0; i = (i + 1) & l.mask {
		if s := &l.slots[i]; s.lo == lo && s.hi == hi && int(s.n) == n {
			t.Bits, t.Topic, t.Begin = s.bits, s.topic, s.begin
			return
		}
	}
}
