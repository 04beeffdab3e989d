package names

import (
	"fmt"
	"hash/fnv"
	"math/bits"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The rows of a feature are one table, a region; which of them a token takes, a hash says. Rows of a record lie side by
// side, so that one load gives several. The numbers of rows are powers of two.
const (
	affixBits  = 17 // prefixes, suffixes, trigrams and the signature of one word
	pairBits   = 16 // two words: records of their labels
	wordGBits  = 15 // a word and the signature behind it: the latter's label
	gWordBits  = 15 // a signature and the word behind it: the former's label
	ggBits     = 15 // two signatures: records of their labels
	gggBits    = 15 // a signature between two coarse classes
	fiveBits   = 15 // five coarse classes
	caseBits   = 15 // how three words are written and what stands between them
	caseGBits  = 13 // a signature and how it is written
	placeBits  = 12 // place in the segment, its length, who speaks, what was asked
	placeGBits = 15 // the same without the speaker, and the coarse class
	askedGBits = 14 // what was asked, the segment's length, and the signature

	fromAffix  = 0
	fromPair   = fromAffix + 1<<affixBits
	fromWordG  = fromPair + 2<<pairBits
	fromGWord  = fromWordG + 1<<wordGBits
	fromGG     = fromGWord + 1<<gWordBits
	fromGGG    = fromGG + 2<<ggBits
	fromFive   = fromGGG + 1<<gggBits
	fromCase   = fromFive + 1<<fiveBits
	fromCaseG  = fromCase + 1<<caseBits
	fromPlace  = fromCaseG + 1<<caseGBits
	fromPlaceG = fromPlace + 1<<placeBits
	fromAskedG = fromPlaceG + 1<<placeGBits
	rowCount   = fromAskedG + 1<<askedGBits
)

// Words, signatures and classes come as hashes of 64 bits. Which rotation they get says in which place of a feature they stand.
func affixRow(x uint64) int     { return int(fromAffix + x>>(64-affixBits)) }
func pairRow(x, y uint64) int   { return int(fromPair + (x+turn(y, 21))>>(64-pairBits)*2) }
func wordGRow(x, g uint64) int  { return int(fromWordG + (x+turn(g, 13))>>(64-wordGBits)) }
func gWordRow(g, y uint64) int  { return int(fromGWord + (g+turn(y, 21))>>(64-gWordBits)) }
func ggRow(g, h uint64) int     { return int(fromGG + (g+turn(h, 13))>>(64-ggBits)*2) }
func gggRow(c, g, d uint64) int { return int(fromGGG + (c+turn(g, 13)+turn(d, 37))>>(64-gggBits)) }
func fiveRow(x uint64) int      { return int(fromFive + (x*mulG)>>(64-fiveBits)) }

func turn(x uint64, n int) uint64 { return bits.RotateLeft64(x, n) }

// mix makes a hash of 64 bits of anything.
func mix(x uint64) uint64 {
	x = (x ^ x>>32) * mulA
	return (x ^ x>>29) * mulB
}

// hash64 is the hash of a signature.
func (s Sig) hash64() uint64 { return (uint64(s) + 1) * mulF }

// coarseHashes are the hashes of the coarse classes.
var coarseHashes = func() (list [coarses]uint64) {
	for i := range list {
		list[i] = mix(uint64(i) + 1)
	}
	return list
}()

// stateHashes are the hashes of ways of writing and of questions.
var stateHashes = func() (list [64]uint64) {
	for i := range list {
		list[i] = mix(uint64(i) + 1001)
	}
	return list
}()

// RowCount is the number of rows of the regions, which hold Classes weights each.
func RowCount() int { return rowCount }

// templates changes when what a feature means changes.
const templates = 3

// TemplateHash names the features: a model fits the code that has the same.
func TemplateHash() string {
	h := fnv.New64a()
	fmt.Fprint(h, templates, rowCount, coarses, Classes, segmentMax, segmentSoft)
	return fmt.Sprintf("%016x", h.Sum64())
}

// Multipliers of the hashes. Which of them a word is multiplied with says in which place of a feature it stands.
const (
	mulA = 0x9E3779B97F4A7C15
	mulB = 0xC2B2AE3D27D4EB4F
	mulC = 0x165667B19E3779F9
	mulD = 0xD6E8FEB86659FD93
	mulE = 0xA0761D6478BD642F
	mulF = 0xE7037ED1A0B428DB
	mulG = 0x8EBC6AF09C88C6E3
)

// place is what is known of a segment's place.
type place struct {
	asked, speaker, written int
	mode                    int
	n                       int
}

func placeOf(c *Context, mode, n int) place {
	p := place{speaker: int(c.Speaker), mode: mode, n: n}
	switch {
	case c.Written:
		p.written = 1
	case c.Expect&ExpectName != 0:
		p.asked = 1
	case c.Expect&ExpectAddress != 0:
		p.asked = 2
	case c.Expect&ExpectOrg != 0:
		p.asked = 3
	case c.Expect&ExpectOther != 0:
		p.asked = 4
	}
	if p.speaker > 2 {
		p.speaker = 0
	}
	return p
}

// length is the class of the segment's length: 0 to 7.
func (p *place) length() int {
	switch {
	case p.n <= 4:
		return p.n - 1
	case p.n <= 6:
		return 4
	case p.n <= 9:
		return 5
	case p.n <= 15:
		return 6
	}
	return 7
}

// position is the class of a token's distance from both ends: 0 to 15.
func (p *place) position(i int) int { return min(i, 3)<<2 | min(p.n-1-i, 3) }

func (p *place) placeRow(i int) int {
	return fromPlace + (((p.asked*3+p.speaker)*2+p.written)<<7 | p.length()<<4 | p.position(i))
}

func (p *place) placeGRow(i int, coarse uint8) int {
	return fromPlaceG + (p.asked<<12 | p.length()<<9 | p.position(i)<<5 | int(coarse))
}

func (p *place) askedGRow(g uint64) int {
	return int(fromAskedG + (g+turn(stateHashes[p.asked<<3|p.length()], 27))>>(64-askedGBits))
}

func caseRow(mode int, before, at, behind mark) int {
	return fromCase + (mode<<13 | int(before.cap)<<10 | int(at.cap)<<7 | int(behind.cap)<<4 | int(at.brk)<<2 | int(behind.brk))
}

func caseGRow(mode int, at mark, g uint64) int {
	return int(fromCaseG + (g+turn(stateHashes[mode<<3|int(at.cap)], 27))>>(64-caseGBits))
}

// lengthMax is the length from which on words and numbers are of one length.
const lengthMax = 16

// affixMax bounds the rows that one word's letters give.
const affixMax = 24

// affixRows appends the rows of regAffix of a word's letters.
func affixRows(dst []uint32, word []byte) []uint32 {
	n := len(word)
	add := func(kind uint64, part []byte) {
		h := kind * mulC
		for _, c := range part {
			h = (h ^ uint64(c|0x20)) * mulD
			h ^= h >> 29
		}
		dst = append(dst, uint32(affixRow(h*mulE)))
	}
	for k := 2; k <= 4 && k < n; k++ {
		add(uint64(k), word[:k])
	}
	for k := 1; k <= 5 && k < n; k++ {
		add(uint64(8+k), word[n-k:])
	}
	const gram = 3
	for i := 1; i+gram < n && i <= 10; i++ {
		add(16, word[i:i+gram])
	}
	return dst
}

// sigRows appends the rows of regAffix of a word's signature, coarse class and length.
func sigRows(dst []uint32, sig Sig, coarse uint8, n int) []uint32 {
	dst = append(dst, uint32(affixRow((uint64(sig)+1)*mulF)))
	return append(dst, uint32(affixRow((uint64(coarse)<<8|uint64(n)|1<<20)*mulG)))
}

// Word is a token as the features see it.
type Word struct {
	Hash    uint32
	Sig     Sig
	Known   int // number in the vocabulary, or -1
	Letters []uint32
	shape   Sig // what Sig is without lists
	length  int
	mark    mark
	alias   bool
	foreign bool // in another script
}

// Unlist makes the word one that no list of names and places has.
func (w *Word) Unlist() {
	if w.Sig = w.Sig.Unlisted(); w.Sig == 0 {
		w.Sig = w.shape
	}
}

// Length is the word's length as the features take it.
func (w *Word) Length() int { return w.length }

// Coarse is the coarse class of the word's signature.
func (w *Word) Coarse() int { return int(w.Sig.coarse()) }

// WordRows appends the rows of the regions that depend on one word alone.
func WordRows(dst, letters []uint32, sig Sig, length int) []uint32 {
	return sigRows(append(dst, letters...), sig, sig.coarse(), length)
}

// Segment is a run of tokens that is labelled as a whole.
type Segment struct {
	First  int // token of the text
	Words  []Word
	place  place
	street bool
}

// Lists tell what the trainer knows of a word by its hash.
type Lists interface {
	Signature(hash uint32) Sig // 0 if it is in no list
	Known(hash uint32) int     // its number in the vocabulary, or -1
}

// Analyse cuts a scanned text into segments, as Find does. This and Rows are the plain way to the features of a token;
// the tagger has a faster one with the same result.
func Analyse(t *scan.Text, c *Context, lists Lists) (segments []Segment) {
	for at := 0; at < len(t.Tokens); {
		end := segmentEnd(t, at)
		s := Segment{First: at}
		var shapes scan.Shape
		for i := at; i < end; i++ {
			k := &t.Tokens[i]
			w := Word{Hash: hashOf(k), length: min(k.Len(), lengthMax), shape: shapeSig(k), mark: mark{capOf(k, t.Bytes), brkStop}}
			if i > at {
				w.mark.brk = brkOf(t.Bytes, t.Tokens[i-1].End, k.Start)
			}
			if w.Sig = lists.Signature(w.Hash); w.Sig == 0 {
				w.Sig = w.shape
			}
			w.Known = lists.Known(w.Hash)
			if !k.IsNumber() {
				word := t.Bytes[k.Start:k.End]
				w.Letters, w.foreign = affixRows(nil, word), isOtherScript(word)
			}
			if inAlias(t, i) {
				w = Word{Hash: aliasHash, Sig: aliasSig, Known: -1, alias: true, length: 1, mark: mark{capDigits, brkStop}}
			} else {
				shapes |= k.Shape
			}
			s.street = s.street || w.Sig.kind() == KindStreet
			s.Words = append(s.Words, w)
		}
		s.place = placeOf(c, modeOf(shapes), end-at)
		segments = append(segments, s)
		at = end
	}
	return segments
}

// Foreign says whether the segment isn't English, as far as its words show.
func (s *Segment) Foreign() bool {
	n := 0
	for i := range s.Words {
		if s.Words[i].Sig.kind() == KindForeign {
			n++
		}
	}
	return isForeign(n, len(s.Words))
}

// Street says whether the segment has a word that streets are called by.
func (s *Segment) Street() bool { return s.street }

// Number says whether the word is a number.
func (w *Word) Number() bool { return w.Sig.isNumber() }

// Alias says whether the word is part of an alias of our own, which no span covers.
func (w *Word) Alias() bool { return w.alias }

// OtherScript says whether the word begins with a letter that isn't Latin: unless a name was asked for, no span covers it.
func (w *Word) OtherScript() bool { return w.foreign }

// id is the word's identity in features of several words.
func (w *Word) id() uint64 {
	if w.Known >= 0 {
		return mix(uint64(w.Hash))
	}
	return unknownID(w.Sig.coarse())
}

func (w *Word) sig() uint64    { return w.Sig.hash64() }
func (w *Word) coarse() uint64 { return coarseHashes[w.Sig.coarse()] }

// CopyPlace takes over what is known of the place of another segment.
func (s *Segment) CopyPlace(from *Segment) { s.place = from.place }

// SetExpectation replaces what is known of the question and the speaker.
func (s *Segment) SetExpectation(c *Context) { s.place = placeOf(c, s.place.mode, s.place.n) }

// Identity rows of a word, by where the word stands as seen from the label.
const (
	IdentityHere = iota
	IdentityBefore
	IdentityBehind
	IdentityTwoBefore
	IdentityTwoBehind
	Identities
)

// IdentityRows is how many identity rows a vocabulary of n words has: those of the words, of the classes of unknown
// words, and of the edge of a segment.
func IdentityRows(n int) int { return (n + coarses + 1) * Identities }

func (w *Word) identity(vocabulary, which int) uint32 {
	k := w.Known
	if k < 0 {
		k = vocabulary + int(w.Sig.coarse())
		if w.Hash == edgeHash {
			k = vocabulary + coarses
		}
	}
	return uint32(k*Identities + which)
}

// Rows appends the rows whose weights are summed for token i. Rows below IdentityRows(vocabulary) are identities, the
// others are those of the regions.
func (s *Segment) Rows(dst []uint32, i, vocabulary int) []uint32 {
	edge := Word{Hash: edgeHash, Sig: MakeSig(0, 0, 0, 0, KindEdge), Known: -1, mark: mark{0, brkStop}}
	at := func(i int) *Word {
		if i < 0 || i >= len(s.Words) {
			return &edge
		}
		return &s.Words[i]
	}
	b2, b1, w, n1, n2 := at(i-2), at(i-1), at(i), at(i+1), at(i+2)
	dst = append(dst, w.identity(vocabulary, IdentityHere), b1.identity(vocabulary, IdentityBefore), n1.identity(vocabulary, IdentityBehind),
		b2.identity(vocabulary, IdentityTwoBefore), n2.identity(vocabulary, IdentityTwoBehind))
	base := IdentityRows(vocabulary)
	add := func(row int) { dst = append(dst, uint32(base+row)) }
	for _, r := range w.Letters {
		add(int(r))
	}
	var two [2]uint32
	for _, r := range sigRows(two[:0], w.Sig, w.Sig.coarse(), w.length) {
		add(int(r))
	}
	add(pairRow(b1.id(), w.id()) + 1)
	add(pairRow(w.id(), n1.id()))
	add(wordGRow(b1.id(), w.sig()))
	add(gWordRow(w.sig(), n1.id()))
	add(ggRow(b1.sig(), w.sig()) + 1)
	add(ggRow(w.sig(), n1.sig()))
	add(gggRow(b1.coarse(), w.sig(), n1.coarse()))
	five := uint64(0)
	for _, x := range []*Word{b2, b1, w, n1, n2} {
		five = five<<5 | uint64(x.Sig.coarse())
	}
	add(fiveRow(five))
	add(caseRow(s.place.mode, b1.mark, w.mark, n1.mark))
	add(caseGRow(s.place.mode, w.mark, w.sig()))
	add(s.place.placeRow(i))
	add(s.place.placeGRow(i, w.Sig.coarse()))
	add(s.place.askedGRow(w.sig()))
	return dst
}
