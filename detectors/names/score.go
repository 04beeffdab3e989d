package names

import (
	"math"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// entry is all that features know of one word: its identity, its signature and the sums of the rows that depend on it
// alone. It fills one cache line.
type entry struct {
	key, id              uint32
	sig                  Sig
	coarse               uint8
	_                    [5]uint8
	even, odd            uint64 // sums for the labels 0, 2, 4 and 1, 3, in lanes of 16 bits, each sumZero too large
	before, behind       uint64 // what the word says of the next and of the previous label
	twoBefore, twoBehind uint64
}

const (
	rowZero = 0x0000008080808080 // a row of zero weights
	lanes   = 0x00FF00FF00FF00FF
	sumZero = 1 << 13
	laneOne = 0x0001000100010001
	rowsFar = 23 // rows that are added to the sums of an entry
	allZero = sumZero + rowsFar*128
)

// pack makes a row of weights.
func pack(w []int8) (row uint64) {
	for k, v := range w {
		row |= uint64(uint8(int(v)+128)) << (8 * k)
	}
	return row
}

// sum adds up rows of one entry.
func (e *entry) add(row uint64) {
	e.even += row & lanes
	e.odd += row >> 8 & lanes
}

// resolve finds the entries of the tokens of a segment.
func (m *Model) resolve(t *scan.Text, from, to int, s *Scratch) {
	if cap(s.words) < segmentMax+4 {
		s.words = make([]*entry, 0, segmentMax+4)
		s.rare = make([]entry, 0, segmentMax)
		s.marks = make([]mark, 0, segmentMax+2)
		s.scores = make([][Classes]int32, segmentMax)
		s.ahead = make([][Classes]int32, segmentMax)
		s.back = make([]uint32, segmentMax)
		s.labels = make([]Class, segmentMax)
	}
	words := append(s.words[:0], &m.edge, &m.edge)
	s.rare = s.rare[:0]
	aliases := len(t.Opens) > 0
	for i := from; i < to; i++ {
		k := &t.Tokens[i]
		h := k.Hash
		if k.Shape == scan.Digit {
			h = digitsHash(k.Len())
		}
		var e *entry
		for at := h & m.mask; ; at = (at + 1) & m.mask {
			e = &m.table[at]
			if e.key == h {
				break
			}
			if e.key == 0 {
				e = nil
				break
			}
		}
		if aliases && inAlias(t, i) {
			e = m.newEntry(s, aliasHash, MakeSig(0, 0, 0, 0, KindAlias), nil, 1)
		} else if e == nil {
			sig := m.lookup(h)
			if sig == 0 {
				sig = shapeSig(k)
			}
			word := t.Bytes[k.Start:k.End]
			if k.Shape == scan.Digit {
				word = nil
			}
			e = m.newEntry(s, h, sig, word, min(k.Len(), lengthMax))
		}
		words = append(words, e)
	}
	s.words = append(words, &m.edge, &m.edge)
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

// score fills s.scores with the weights of the labels of a segment's tokens.
func (m *Model) score(p *place, s *Scratch) {
	words, rows := s.words, m.rows
	n := len(words) - 4
	b2, b1, w, n1 := words[0], words[1], words[2], words[3]
	pair := func(x, y *entry) int { return pairRow(uint64(x.id), uint64(y.id)) }
	pairBefore, pairHere, pairBehind := pair(b2, b1), pair(b1, w), pair(w, n1)
	wordGBefore, gWordHere, ggHere := wordGRow(uint64(b2.id), uint64(b1.sig)), gWordRow(uint64(w.sig), uint64(n1.id)), ggRow(uint64(b1.sig), uint64(w.sig))
	five := uint64(b2.coarse)<<15 | uint64(b1.coarse)<<10 | uint64(w.coarse)<<5 | uint64(n1.coarse)
	length := p.length()
	place0, placeG0 := fromPlace+(((p.asked*3+p.speaker)*2+p.written)<<7|length<<4), fromPlaceG+(p.asked<<12|length<<9)
	marks := s.marks
	for i := 0; i < n; i++ {
		n2 := words[i+4]
		pairLast := pair(n1, n2)
		wordGHere, gWordBehind, ggBehind := wordGRow(uint64(b1.id), uint64(w.sig)), gWordRow(uint64(n1.sig), uint64(n2.id)), ggRow(uint64(w.sig), uint64(n1.sig))
		five = (five<<5 | uint64(n2.coarse)) & (1<<25 - 1)
		sig, coarse := uint64(w.sig), int(w.coarse)
		var all, even uint64
		add := func(row uint64) { all += row; even += row & lanes }
		add(b1.before)
		add(n1.behind)
		add(b2.twoBefore)
		add(n2.twoBehind)
		add(rows[pairBefore+3])
		add(rows[pairHere+2])
		add(rows[pairBehind+1])
		add(rows[pairLast])
		add(rows[wordGHere])
		add(rows[wordGBefore+1])
		add(rows[gWordHere])
		add(rows[gWordBehind+1])
		add(rows[ggHere+1])
		add(rows[ggBehind])
		add(rows[gggRow(uint64(b1.coarse), sig, uint64(n1.coarse))])
		add(rows[wwgRow(uint64(b2.id), uint64(b1.id), sig)])
		add(rows[gwwRow(sig, uint64(n1.id), uint64(n2.id))])
		add(rows[fiveRow(five)])
		add(rows[caseRow(p.mode, marks[i], marks[i+1], marks[i+2])])
		add(rows[caseGRow(p.mode, marks[i+1], w.sig)])
		pos := p.position(i)
		add(rows[place0+pos])
		add(rows[placeG0+(pos<<5|coarse)])
		add(rows[p.askedGRow(w.sig)])
		odd := (all-even)>>8 + w.odd
		even += w.even
		s.scores[i] = [Classes]int32{
			int32(even & 0xFFFF), int32(odd & 0xFFFF), int32(even >> 16 & 0xFFFF), int32(odd >> 16 & 0xFFFF), int32(even >> 32 & 0xFFFF),
		}
		b2, b1, w, n1 = b1, w, n1, n2
		pairBefore, pairHere, pairBehind = pairHere, pairBehind, pairLast
		wordGBefore, gWordHere, ggHere = wordGHere, gWordBehind, ggBehind
	}
}

// confidence maps a margin to a share of right spans.
func (m *Model) confidence(c Class, margin int32) float32 {
	curve := &m.curve[c]
	return float32(1 / (1 + math.Exp(-float64(curve[0]+curve[1]*float32(margin)))))
}
