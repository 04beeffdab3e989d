package names

import (
	"math"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// entry is what features of several words know of one: its identity and the sums of the rows that depend on it alone. Two fill a cache line.
// Only what a label is better or worse than Outside by matters, so that rows and sums are four differences.
type entry struct {
	id                   uint64
	even, odd            uint32 // sums for the labels 1, 3 and 2, 4, in lanes of 16 bits, each sumZero too large
	before, behind       uint32 // what the word says of the next and of the previous label
	twoBefore, twoBehind uint32
}

const (
	lanes   = 0x00FF00FF
	sumZero = 1 << 13
	laneOne = 0x00010001
	rowsFar = 17 // rows that are added to the sums of an entry
	allZero = sumZero + rowsFar*rowBias
)

// add adds up rows of one entry.
func (e *entry) add(row uint32) {
	e.even += row & lanes
	e.odd += row >> 8 & lanes
}

// word is a token as the search sees it.
type word struct {
	entry  *entry
	sig    Sig
	coarse uint8
	plain  bool // never part of a name, unless a name was asked for
	alias  bool
}

// resolve finds the words of a segment, and gives the union of their shapes, and whether any may be part of a name and any is a word for
// streets.
func (m *Model) resolve(t *scan.Text, from, to int, s *Scratch) (shapes scan.Shape, any, street bool) {
	if s.words == nil {
		s.words = make([]word, 0, segmentMax+4)
		s.rare = make([]entry, 0, segmentMax)
		s.scores = make([][Classes]int32, segmentMax)
		s.ahead = make([][Classes]int32, segmentMax)
		s.back = make([]uint32, segmentMax)
		s.labels = make([]Class, segmentMax)
	}
	words := append(s.words[:0], m.edge, m.edge)
	s.rare = s.rare[:0]
	slots, wrap, entries := m.slots, m.wrap, m.entries
	// The loads of this loop wait for memory: nothing here depends on what they bring but the comparison, which is most often
	// equal, so that they run side by side.
	for i := from; i < to; i++ {
		k := &t.Tokens[i]
		h := k.Hash
		if k.Shape == scan.Digit {
			h = digitsHash(k.Len())
		}
		shapes |= k.Shape
		at := h & wrap
		for slots[at].hash != h && slots[at].hash != 0 {
			at = (at + 1) & wrap
		}
		told := slots[at].told
		words = append(words, word{entry: &entries[told.entry()], sig: told.sig(), plain: told.isPlain()})
	}
	if len(t.Opens) > 0 {
		shapes = 0
		for i := from; i < to; i++ {
			if inAlias(t, i) {
				words[i-from+2] = word{entry: m.newEntry(s, aliasSig, nil, 1), sig: aliasSig, alias: true}
			} else {
				shapes |= t.Tokens[i].Shape
			}
		}
	}
	foreign, none := 0, &entries[0]
	for i := range words[2:] {
		w := &words[i+2]
		if w.entry == none {
			m.rareEntry(t, &t.Tokens[from+i], w, s)
		}
		w.coarse = w.sig.coarse()
		any = any || !w.plain && !w.sig.isNumber()
		switch w.sig.kind() {
		case KindStreet:
			street = true
		case KindForeign:
			foreign++
		}
	}
	s.words = append(words, m.edge, m.edge)
	s.from, s.to, s.foreign = from, to, foreign
	return shapes, any, street
}

// rareEntry makes the entry of a token that the vocabulary doesn't know. Its signature is known if a list has the word.
func (m *Model) rareEntry(t *scan.Text, k *scan.Token, w *word, s *Scratch) {
	if w.sig == 0 {
		w.sig = shapeSig(k)
	}
	letters := t.Bytes[k.Start:k.End]
	if k.Shape == scan.Digit {
		letters = nil
	}
	w.entry = m.newEntry(s, w.sig, letters, min(k.Len(), lengthMax))
	w.plain = k.Shape&scan.High != 0 && isOtherScript(letters)
}

// isOtherScript says whether a word begins with a letter that isn't Latin. The model has seen no text of other scripts:
// there it would take anything for a name.
func isOtherScript(word []byte) bool {
	r, _ := utf8.DecodeRune(word)
	return r >= 0x370 && r < 0x1E00 || r >= 0x1F00
}

// newEntry sums up the rows of a word that the vocabulary doesn't know.
func (m *Model) newEntry(s *Scratch, sig Sig, letters []byte, length int) *entry {
	coarse := sig.coarse()
	e := m.unknown[coarse]
	var list [affixMax + 2]uint32
	rows := affixRows(list[:0], letters)
	rows = sigRows(rows, sig, coarse, length)
	for _, r := range rows {
		e.add(m.rows[r])
	}
	e.even -= uint32(len(rows)) * rowBias * laneOne
	e.odd -= uint32(len(rows)) * rowBias * laneOne
	s.rare = append(s.rare, e)
	return &s.rare[len(s.rare)-1]
}

// view is a segment with all that features look at.
type view struct {
	place
	words          []word // two edges, the words, two edges
	text           *scan.Text
	from           int // first token
	place0, place1 int // first rows of its place, without and with the class of the word

	// The marks of the token that was asked for last and of its neighbours.
	marked             int
	before, at, behind mark
}

// marksAt gives the marks of token i and of its neighbours. Most often the token before was asked for before.
func (v *view) marksAt(i int) (before, at, behind mark) {
	if v.marked == i-1 {
		v.before, v.at, v.behind = v.at, v.behind, v.mark(i+1)
	} else {
		v.before, v.at, v.behind = v.mark(i-1), v.mark(i), v.mark(i+1)
	}
	v.marked = i
	return v.before, v.at, v.behind
}

// score sums up the weights of the labels of token i, less that of Outside.
func (m *Model) score(v *view, i int) [Classes]int32 {
	rows := m.rows
	around := v.words[i : i+5 : i+5]
	b2, b1, w, n1, n2 := &around[0], &around[1], &around[2], &around[3], &around[4]
	eb1, e, en1 := b1.entry, w.entry, n1.entry
	sig1, sig, sign1 := b1.sig.hash64(), w.sig.hash64(), n1.sig.hash64()
	// The sum of bytes 0 and 2 of the rows, in lanes of 16 bits, and the sum of the rows, whose difference is the sum of bytes 1 and 3.
	var all, even uint64
	add := func(row uint32) { all += uint64(row); even += uint64(row & lanes) }
	add(eb1.before)
	add(en1.behind)
	add(b2.entry.twoBefore)
	add(n2.entry.twoBehind)
	add(rows[pairRow(eb1.id, e.id)+1])
	add(rows[pairRow(e.id, en1.id)])
	add(rows[wordGRow(eb1.id, sig)])
	add(rows[gWordRow(sig, en1.id)])
	add(rows[ggRow(sig1, sig)+1])
	add(rows[ggRow(sig, sign1)])
	add(rows[gggRow(coarseHashes[b1.coarse&31], sig, coarseHashes[n1.coarse&31])])
	add(rows[fiveRow(uint64(b2.coarse)<<20|uint64(b1.coarse)<<15|uint64(w.coarse)<<10|uint64(n1.coarse)<<5|uint64(n2.coarse))])
	before, at, behind := v.marksAt(i)
	add(rows[caseRow(v.mode, before, at, behind)])
	add(rows[caseGRow(v.mode, at, sig)])
	pos := v.position(i)
	add(rows[v.place0+pos])
	add(rows[v.place1+(pos<<5|int(w.coarse))])
	add(rows[v.askedGRow(sig)])
	odd := (all-even)>>8 + uint64(e.odd)
	even += uint64(e.even)
	return [Classes]int32{0, int32(even&0xFFFF) - allZero, int32(odd&0xFFFF) - allZero, int32(even>>16) - allZero, int32(odd>>16) - allZero}
}

// confidence maps a margin to a share of right spans.
func (m *Model) confidence(c Class, margin int32) float32 {
	curve := &m.curve[c]
	return float32(1 / (1 + math.Exp(-float64(curve[0]+curve[1]*float32(margin)))))
}
