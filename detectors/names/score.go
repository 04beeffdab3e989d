package names

import (
	"math"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// entry is all that features know of one word: its identity, its signature and the sums of the rows that depend on it
// alone. It fills one cache line.
type entry struct {
	key                  uint32
	sig                  Sig
	coarse               uint8
	plain                bool // never part of a name, unless a name was asked for
	id                   uint64
	even, odd            uint64 // sums for the labels 0, 2, 4 and 1, 3, in lanes of 16 bits, each sumZero too large
	before, behind       uint64 // what the word says of the next and of the previous label
	twoBefore, twoBehind uint64
}

const (
	rowZero = 0x0000008080808080 // a row of zero weights
	lanes   = 0x00FF00FF00FF00FF
	sumZero = 1 << 13
	laneOne = 0x0001000100010001
	rowsFar = 17 // rows that are added to the sums of an entry
	allZero = sumZero + rowsFar*128
)

// add adds up rows of one entry.
func (e *entry) add(row uint64) {
	e.even += row & lanes
	e.odd += row >> 8 & lanes
}

// resolve finds the entries of the tokens of a segment, and gives the union of their shapes, and whether any may be part
// of a name and any is a word for streets.
func (m *Model) resolve(t *scan.Text, from, to int, s *Scratch) (shapes scan.Shape, any, street bool) {
	if s.words == nil {
		s.words = make([]*entry, 0, segmentMax+4)
		s.rare = make([]entry, 0, segmentMax)
		s.scores = make([][Classes]int32, segmentMax)
		s.ahead = make([][Classes]int32, segmentMax)
		s.back = make([]uint32, segmentMax)
		s.labels = make([]Class, segmentMax)
	}
	words := append(s.words[:0], &m.edge, &m.edge)
	s.rare = s.rare[:0]
	table, mask := m.table, m.mask
	// The loads of this loop wait for memory: nothing here depends on what they bring but the comparison, which is most often
	// equal, so that they run side by side.
	for i := from; i < to; i++ {
		k := &t.Tokens[i]
		h := k.Hash
		if k.Shape == scan.Digit {
			h = digitsHash(k.Len())
		}
		shapes |= k.Shape
		var e *entry
		for at := h & mask; ; at = (at + 1) & mask {
			if e = &table[at]; e.key == h || e.key == 0 {
				break
			}
		}
		words = append(words, e)
	}
	if len(t.Opens) > 0 {
		shapes = 0
		for i := from; i < to; i++ {
			if inAlias(t, i) {
				words[i-from+2] = m.newEntry(s, aliasHash, aliasSig, nil, 1)
			} else {
				shapes |= t.Tokens[i].Shape
			}
		}
	}
	foreign := 0
	for i, e := range words[2:] {
		if e.key == 0 {
			k := &t.Tokens[from+i]
			h := k.Hash
			if k.Shape == scan.Digit {
				h = digitsHash(k.Len())
			}
			e = m.rareEntry(t, k, h, s)
			words[i+2] = e
		}
		any = any || !e.plain && !e.sig.isNumber()
		switch e.sig.kind() {
		case KindStreet:
			street = true
		case KindForeign:
			foreign++
		}
	}
	s.words = append(words, &m.edge, &m.edge)
	s.from, s.to, s.foreign = from, to, foreign
	return shapes, any, street
}

// rareEntry makes the entry of a token that the table doesn't know.
func (m *Model) rareEntry(t *scan.Text, k *scan.Token, h uint32, s *Scratch) *entry {
	sig := m.lookup(h)
	if sig == 0 {
		sig = shapeSig(k)
	}
	word := t.Bytes[k.Start:k.End]
	if k.Shape == scan.Digit {
		word = nil
	}
	e := m.newEntry(s, h, sig, word, min(k.Len(), lengthMax))
	if k.Shape&scan.High != 0 {
		e.plain = isOtherScript(word)
	}
	return e
}

// isOtherScript says whether a word begins with a letter that isn't Latin. The model has seen no text of other scripts:
// there it would take anything for a name.
func isOtherScript(word []byte) bool {
	r, _ := utf8.DecodeRune(word)
	return r >= 0x370 && r < 0x1E00 || r >= 0x1F00
}

// newEntry sums up the rows of a word that the table doesn't know.
func (m *Model) newEntry(s *Scratch, h uint32, sig Sig, word []byte, length int) *entry {
	coarse := sig.coarse()
	e := m.unknown[coarse]
	e.key, e.sig = h, sig
	var list [affixMax + 2]uint32
	rows := affixRows(list[:0], word)
	rows = sigRows(rows, sig, coarse, length)
	for _, r := range rows {
		e.add(m.rows[r])
	}
	e.even -= uint64(len(rows)) * 128 * laneOne
	e.odd -= uint64(len(rows)) * 128 * laneOne
	s.rare = append(s.rare, e)
	return &s.rare[len(s.rare)-1]
}

// view is a segment with all that features look at.
type view struct {
	place
	words          []*entry // two edges, the words, two edges
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

// score sums up the weights of the labels of token i.
func (m *Model) score(v *view, i int) [Classes]int32 {
	rows := m.rows
	around := v.words[i : i+5 : i+5]
	b2, b1, w, n1, n2 := around[0], around[1], around[2], around[3], around[4]
	sig1, sig, sign1 := b1.sig.hash64(), w.sig.hash64(), n1.sig.hash64()
	// The sum of bytes 0, 2 and 4 of the rows, in lanes of 16 bits, and the sum of the rows, whose difference is the
	// sum of bytes 1 and 3.
	var all, even uint64
	add := func(row uint64) { all += row; even += row & lanes }
	add(b1.before)
	add(n1.behind)
	add(b2.twoBefore)
	add(n2.twoBehind)
	add(rows[pairRow(b1.id, w.id)+1])
	add(rows[pairRow(w.id, n1.id)])
	add(rows[wordGRow(b1.id, sig)])
	add(rows[gWordRow(sig, n1.id)])
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
	odd := (all-even)>>8 + w.odd
	even += w.even
	return [Classes]int32{int32(even & 0xFFFF), int32(odd & 0xFFFF), int32(even >> 16 & 0xFFFF), int32(odd >> 16 & 0xFFFF), int32(even >> 32 & 0xFFFF)}
}

// confidence maps a margin to a share of right spans.
func (m *Model) confidence(c Class, margin int32) float32 {
	curve := &m.curve[c]
	return float32(1 / (1 + math.Exp(-float64(curve[0]+curve[1]*float32(margin)))))
}
