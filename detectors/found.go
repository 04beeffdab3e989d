package detectors

import "sort"

// marks are the bytes that some of the candidates take in, a bit each. What asks of each name in a long text what was found there looks here and
// not through all candidates, which would take the square of the text's length.
type marks struct {
	bits   []uint64
	marked int // candidates that were looked at
}

// fewCandidates are looked through faster than marked.
const fewCandidates = 16

// add marks what those of the candidates take in that came since the last time. Whoever changes, sorts or removes any says so by forgetMarks.
func (m *marks) add(p *pass, takes func(*candidate) bool) {
	if m.marked == 0 {
		n := len(p.b)/64 + 1
		if cap(m.bits) < n {
			m.bits = make([]uint64, n)
		}
		m.bits = m.bits[:n]
		clear(m.bits)
	}
	for ; m.marked < len(p.candidates); m.marked++ {
		if c := &p.candidates[m.marked]; takes(c) {
			for i := c.start; i < c.end; i++ {
				m.bits[i/64] |= 1 << (i % 64)
			}
		}
	}
}

func (m *marks) has(i int) bool { return m.bits[i/64]>>(i%64)&1 != 0 }

// forgetMarks makes all marks anew.
func (p *pass) forgetMarks() { p.found.marked, p.others.marked, p.placed.marked = 0, 0, 0 }

// isFound says whether candidates that policies don't keep take in all of a region.
func (p *pass) isFound(start, end int) bool {
	if len(p.candidates) <= fewCandidates {
		for k := range p.candidates {
			if c := &p.candidates[k]; c.start <= start && c.end >= end && hides(c) {
				return true
			}
		}
		return false
	}
	p.found.add(p, hides)
	for i := start; i < end; i++ {
		if !p.found.has(i) {
			return false
		}
	}
	return true
}

// hides says whether a candidate is of a type that policies don't keep, or a date.
func hides(c *candidate) bool { return !c.kind.yields() || c.kind == Date }

// isOther says whether a candidate that is no person takes in a part of a region. A person may have more words: the call remembers some of them.
func (p *pass) isOther(start, end int) bool {
	if len(p.candidates) <= fewCandidates {
		for k := range p.candidates {
			if c := &p.candidates[k]; c.start < end && c.end > start && c.kind != Person {
				return true
			}
		}
		return false
	}
	p.others.add(p, func(c *candidate) bool { return c.kind != Person })
	for i := start; i < end; i++ {
		if p.others.has(i) {
			return true
		}
	}
	return false
}

// lastBefore is the candidate that ends last before a place, while numbers are looked for; nil if there is none near. What was found before is in order,
// and so are the numbers.
func (p *pass) lastBefore(at int) (last *candidate) {
	const near = 8 // candidates of each
	strong, numbers := p.candidates[:p.strong], p.candidates[p.strong:]
	strong = strong[:sort.Search(len(strong), func(k int) bool { return strong[k].start >= at })]
	for _, cs := range [...][]candidate{strong, numbers} {
		for k := len(cs) - 1; k >= max(0, len(cs)-near); k-- {
			if c := &cs[k]; c.end <= at && (last == nil || c.end >= last.end) {
				last = c
			}
		}
	}
	return last
}
