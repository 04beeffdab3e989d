package names

import (
	"math/bits"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// Sig is what the lists say of a word: tiers of given names, surnames and places (0 to 3, 3 is frequent), how common it
// is as a word (0 to 7) and its kind.
type Sig uint16

// MakeSig packs a signature.
func MakeSig(given, surname, place, common int, kind Kind) Sig {
	return Sig(given&3 | surname&3<<2 | place&3<<4 | common&7<<6 | int(kind)<<9)
}

func (s Sig) given() int   { return int(s & 3) }
func (s Sig) surname() int { return int(s >> 2 & 3) }
func (s Sig) place() int   { return int(s >> 4 & 3) }
func (s Sig) common() int  { return int(s >> 6 & 7) }
func (s Sig) kind() Kind   { return Kind(s >> 9) }

// Common says whether the word is among the few thousand most frequent ones.
func (s Sig) Common() bool { return s.common() >= 6 }

// Function says whether the word is among the most frequent ones of English.
func (s Sig) Function() bool { return s.common() == 7 }

// Given says whether the word is a frequent given name.
func (s Sig) Given() bool { return s.given() >= 2 }

// isNameOnly says whether the word is a frequent given name and nothing else that a list knows.
func (s Sig) isNameOnly() bool {
	return s.given() >= 2 && s.common() == 0 && s.place() == 0 && s.kind() == KindNone
}

// isNumber says whether the word is a number in words or in figures.
func (s Sig) isNumber() bool { k := s.kind(); return k == KindNumber || k == KindDigits }

// Unlisted is the signature without what it says of names and places.
func (s Sig) Unlisted() Sig { return s &^ 63 }

// Kind is a class of words, or the shape of a word that no list has.
type Kind uint8

// The kinds.
const (
	KindNone Kind = iota
	KindTitle
	KindStreet
	KindOrg
	KindNumber
	KindFiller
	KindDate
	KindRelation
	KindForeign // a frequent word of a language other than English
	KindTalk    // a word of greeting, thanks or assent
	KindLetter
	KindDigits
	KindMixed // letters and digits
	KindHigh  // letters outside ASCII, and in no list
	KindAlias
	KindEdge
)

const coarses = 32

// commonest is how common the most frequent words of English are.
const commonest = 7

// coarse sorts signatures into a few classes, for features that join several words.
func (s Sig) coarse() uint8 { return coarseClasses[s&(1<<sigBits-1)] }

var coarseClasses = func() (classes [1 << sigBits]uint8) {
	for s := range classes {
		classes[s] = Sig(s).class()
	}
	return classes
}()

func (s Sig) class() uint8 {
	if k := s.kind(); k != KindNone && k != KindHigh {
		return uint8(k) // 1 to 15
	}
	name := max(s.given(), s.surname())
	switch common := s.common(); {
	case common >= 6 && name >= 2:
		return 16
	case common >= 6:
		return 17
	case common >= 3 && s.given() >= 2:
		return 18
	case common >= 3 && name >= 1:
		return 19
	case common >= 3 && s.place() > 0:
		return 20
	case common >= 3:
		return 21
	case s.given() == 3 || s.given() == 2 && s.surname() < 2:
		return 22
	case s.given() == 2:
		return 23
	case s.surname() >= 2:
		return 24
	case s.place() >= 2:
		return 25
	case name == 1 && s.place() > 0:
		return 26
	case name == 1:
		return 27
	case s.place() > 0:
		return 28
	case common > 0:
		return 29
	case s.kind() == KindHigh:
		return 30
	}
	return 31
}

// lexicon maps the hashes of words to what is known of them: open addressing. Words that are added first are found first.
type lexicon struct {
	slots []slot
	wrap  uint32
}

type slot struct {
	hash uint32 // 0 is empty
	told told
}

// told is what is known of a word: its signature, whether it is plain, whether only the vocabulary has it and no list, and its entry.
type told uint32

const (
	sigBits    = 13
	toldPlain  = 1 << sigBits
	toldUnlist = 1 << (sigBits + 1)
	toldEntry  = sigBits + 2
	entriesMax = 1 << (32 - toldEntry)
)

func (t told) sig() Sig      { return Sig(t & (1<<sigBits - 1)) }
func (t told) isPlain() bool { return t&toldPlain != 0 }
func (t told) entry() uint32 { return uint32(t) >> toldEntry }

func newLexicon(n int) lexicon {
	size := 1 << bits.Len(uint(n*5/4))
	return lexicon{slots: make([]slot, size), wrap: uint32(size - 1)}
}

// find gives the slot of a word, or the one where it belongs.
func (l *lexicon) find(h uint32) *slot {
	i := h & l.wrap
	for l.slots[i].hash != h && l.slots[i].hash != 0 {
		i = (i + 1) & l.wrap
	}
	return &l.slots[i]
}

// lookup gives what the lists say of a word.
func (l *lexicon) lookup(h uint32) Sig {
	t := l.find(h).told
	if t&toldUnlist != 0 {
		return 0
	}
	return t.sig()
}

// digitsHash gives numbers of a length the hash of one word: scan gives numbers none.
func digitsHash(n int) uint32 { return 0xD1600000 + uint32(min(n, lengthMax))*0x9E37 }

const (
	edgeHash  = 0x0ED6E5A1
	aliasHash = 0x0A11A5E3
	aliasSig  = Sig(KindAlias) << 9
	edgeSig   = Sig(KindEdge) << 9
)

// hashOf is the hash by which the tables know a token.
func hashOf(t *scan.Token) uint32 {
	if t.IsNumber() {
		return digitsHash(t.Len())
	}
	return t.Hash
}

// shapeSig is the signature of a token that no list has.
func shapeSig(t *scan.Token) Sig {
	switch {
	case t.IsNumber():
		return MakeSig(0, 0, 0, 0, KindDigits)
	case t.Shape&scan.Digit != 0:
		return MakeSig(0, 0, 0, 0, KindMixed)
	case t.Len() == 1:
		return MakeSig(0, 0, 0, 0, KindLetter)
	case t.Shape&scan.High != 0:
		return MakeSig(0, 0, 0, 0, KindHigh)
	}
	return 0
}

// unknownID is the identity of words that the table doesn't know: one for each class.
func unknownID(coarse uint8) uint64 { return mix(uint64(coarse) + 1<<40) }
