package scan

import "math/bits"

// Entry is one word of a lexicon, in lower case, and the bits that tokens equal to it get.
type Entry struct {
	Word string
	Bits uint64
}

// Lexicon maps words to bits: an open hash table behind a one-kilobyte filter that turns most words away. It is
// immutable. Words longer than 16 bytes are told apart by their length and their first and last eight bytes.
type Lexicon struct {
	filter [128]uint64
	slots  []slot
	mask   uint32
}

type slot struct {
	lo, hi uint64
	n      int
	bits   uint64
}

// NewLexicon makes a lexicon. Entries with the same word are joined.
func NewLexicon(entries []Entry) *Lexicon {
	size := 1 << bits.Len(uint(4*len(entries)+1))
	l := &Lexicon{slots: make([]slot, size), mask: uint32(size - 1)}
	for _, e := range entries {
		b := []byte(e.Word)
		lo, hi := fold16(b, 0, len(b))
		h := hash(lo, hi, len(b))
		i := h & l.mask
		for l.slots[i].bits != 0 && (l.slots[i].lo != lo || l.slots[i].hi != hi || l.slots[i].n != len(b)) {
			i = (i + 1) & l.mask
		}
		l.slots[i] = slot{lo, hi, len(b), l.slots[i].bits | e.Bits}
		l.filter[h>>25] |= 1 << (h >> 19 & 63)
	}
	return l
}

// Bits gives the bits of a word in any case, or 0.
func (l *Lexicon) Bits(word []byte) uint64 {
	lo, hi := fold16(word, 0, len(word))
	return l.bits(hash(lo, hi, len(word)), lo, hi, len(word))
}

func (l *Lexicon) bits(h uint32, lo, hi uint64, n int) uint64 {
	if l.filter[h>>25]>>(h>>19&63)&1 == 0 {
		return 0
	}
	for i := h & l.mask; l.slots[i].bits != 0; i = (i + 1) & l.mask {
		if s := &l.slots[i]; s.lo == lo && s.hi == hi && s.n == n {
			return s.bits
		}
	}
	return 0
}
