package detectors

import (
	"bytes"
	"sort"
)

// keptRegion is a date or an age: something that policies commonly keep in clear.
type keptRegion struct {
	first, last int // tokens
	end         int
}

// keepsContext says whether the words before a finding still say something of a number behind it: "my account number as
// of 12 March is 12345678". Its alias is passed over in the same way.
func (t Type) keepsContext() bool { return t == Date || t == Age }

// listKept lists the dates and ages among the findings so far, which are in order.
func (p *pass) listKept() {
	p.kept = p.kept[:0]
	for k := range p.candidates {
		if c := &p.candidates[k]; c.kind.keepsContext() {
			first, last := p.tokensOf(c.start, c.end)
			p.kept = append(p.kept, keptRegion{first, last, c.end})
		}
	}
}

// keep takes one more into the list, found among the numbers.
func (p *pass) keep(first, last, end int) {
	p.covered = max(p.covered, end)
	p.kept = append(p.kept, keptRegion{first, last, end})
	for k := len(p.kept) - 1; k > 0 && p.kept[k-1].first > p.kept[k].first; k-- {
		p.kept[k-1], p.kept[k] = p.kept[k], p.kept[k-1]
	}
}

// keptAt says whether token i belongs to a date or an age, or to the alias of one, where that begins and ends.
func (p *pass) keptAt(i int) (first, end int, ok bool) {
	if len(p.kept) > 0 {
		k := sort.Search(len(p.kept), func(k int) bool { return p.kept[k].last >= i })
		if k < len(p.kept) && p.kept[k].first <= i {
			return p.kept[k].first, p.kept[k].end, true
		}
	}
	if start := int(p.text.Tokens[i].Start); p.isInert(start) {
		x := p.inert[p.inertFrom(start)]
		if name := p.b[x.start+1 : x.end]; isAliasOf(name, "DATE") || isAliasOf(name, "AGE") {
			for i > 0 && int(p.text.Tokens[i-1].Start) > x.start {
				i--
			}
			return i, x.end, true
		}
	}
	return 0, 0, false
}

// isAliasOf says whether the alias b, without its first bracket, is one of a type.
func isAliasOf(b []byte, name string) bool {
	b, ok := bytes.CutPrefix(b, []byte(name))
	return ok && (b[0] == ']' || b[0] == ':' || b[0] == '_' && b[1] >= '0' && b[1] <= '9')
}
