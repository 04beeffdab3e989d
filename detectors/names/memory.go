package names

import (
	"math/rand/v2"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// heardMax is how many words a Memory holds. When it is full, the oldest goes.
const heardMax = 64

// Memory holds the words that were accepted as names of persons in one call, as hashes under a random key of its own, so
// that it holds no text. One goroutine at a time may use it.
type Memory struct {
	factor uint64 // secret, odd
	filter uint64
	words  [heardMax]uint32
	n      int // words that were ever added
}

// NewMemory makes an empty memory.
func NewMemory() *Memory { return &Memory{factor: rand.Uint64() | 1} }

func (m *Memory) key(hash uint32) uint32 { return uint32(uint64(hash)*m.factor>>32) | 1 }

// Add notes the word of a token of a scan.Text.
func (m *Memory) Add(hash uint32) {
	if m.Has(hash) {
		return
	}
	k := m.key(hash)
	m.words[m.n%heardMax] = k
	m.n++
	m.filter |= 1 << (k >> 26)
}

// Has says whether the word was added and not forgotten since.
func (m *Memory) Has(hash uint32) bool {
	if m.n == 0 {
		return false
	}
	k := m.key(hash)
	if m.filter>>(k>>26)&1 == 0 {
		return false
	}
	for _, w := range m.words[:min(m.n, heardMax)] {
		if w == k {
			return true
		}
	}
	return false
}

// Len is how many words it holds.
func (m *Memory) Len() int { return min(m.n, heardMax) }

// How sure a person must be whose words are remembered, but in a document, which ends with them; and how sure what is remembered is.
const (
	sure      = 0.5
	heardSure = 0.8
)

// commonMax is how common a remembered word may be.
const commonMax = 6

// recall adds bare mentions of words that were heard as names in this text or in this call.
func (m *Model) recall(dst []Span, first int, t *scan.Text, c *Context, s *Scratch) []Span {
	filter := uint64(0)
	for _, span := range dst[first:] {
		if span.Class != Person || span.Weak || span.Confidence < sure && !c.Written {
			continue
		}
		for i := span.First; i <= span.Last; i++ {
			k := &t.Tokens[i]
			if !m.canRecall(t, i, s) {
				continue
			}
			if s.nheard < heardMax {
				s.heard[s.nheard] = k.Hash
				s.nheard++
			}
			filter |= 1 << (k.Hash >> 26)
			if c.Memory != nil {
				c.Memory.Add(k.Hash)
			}
		}
	}
	if filter == 0 && (c.Memory == nil || c.Memory.n == 0) {
		return dst
	}
	span, last := first, len(dst)
	for i := 0; i < len(t.Tokens); i++ {
		for span < last && dst[span].Last < i {
			span++
		}
		if span < last && dst[span].First <= i && (dst[span].Class == Person || dst[span].Class == Address) {
			i = dst[span].Last
			continue
		}
		h := t.Tokens[i].Hash
		heard := filter>>(h>>26)&1 != 0 && s.hasHeard(h) || c.Memory != nil && c.Memory.Has(h)
		if heard && m.canRecall(t, i, s) {
			dst = append(dst, Span{First: i, Last: i, Class: Person, Confidence: heardSure})
		}
	}
	if len(dst) == last {
		return dst
	}
	return arrange(dst, first)
}

func (s *Scratch) hasHeard(h uint32) bool {
	for _, w := range s.heard[:s.nheard] {
		if w == h {
			return true
		}
	}
	return false
}

// canRecall says whether a word alone may be taken for a name because it was one before.
func (m *Model) canRecall(t *scan.Text, i int, s *Scratch) bool {
	k := &t.Tokens[i]
	if k.Shape&scan.Digit != 0 || k.Len() < 3 || inAlias(t, i) {
		return false
	}
	var sig Sig
	if s.from <= i && i < s.to {
		sig = s.words[i-s.from+2].sig
	} else {
		sig = m.lookup(k.Hash)
	}
	return sig.common() <= commonMax && (sig.kind() == KindNone || sig.kind() == KindHigh)
}

// arrange brings the spans from first on in order. A person takes its tokens from other classes.
func arrange(dst []Span, first int) []Span {
	list := dst[first:]
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && (list[j].First < list[j-1].First); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	out := 0
	for _, span := range list {
		if out > 0 {
			last := &list[out-1]
			if span.Class == last.Class && span.First <= last.Last+1 {
				last.Last, last.Confidence = max(last.Last, span.Last), min(last.Confidence, span.Confidence)
				last.Weak = last.Weak && span.Weak
				continue
			}
			if span.First <= last.Last { // a remembered word within a place or an organisation
				last.Class, last.Last, last.Confidence = Person, max(last.Last, span.Last), span.Confidence
				continue
			}
		}
		list[out] = span
		out++
	}
	return dst[:first+out]
}
