package detectors

import (
	"cmp"
	"slices"
)

// resolve turns candidates into findings: those that overlap become one region, their union, under the label of the
// best of them. What reaches into an own alias or token is cut around it, so that redacted text stays as it is.
func (p *pass) resolve(dst []Finding) []Finding {
	first := len(dst)
	dst = p.label(dst)
	if len(p.picked.candidates) > 0 {
		p.labelPicked()
		dst = p.overlay(dst, first)
	}
	return dst
}

// label is resolve without what rules of Tighten add.
func (p *pass) label(dst []Finding) []Finding {
	if len(p.candidates) == 0 {
		return dst
	}
	if len(p.inert) > 0 {
		p.cutInert()
	}
	sortCandidates(p.candidates)
	first := len(dst)
	before := 0 // where the last finding ends: two may share a character that stands for several
	for i := 0; i < len(p.candidates); {
		begin, best := i, i
		start, end := p.candidates[i].start, p.candidates[i].end
		for i++; i < len(p.candidates) && p.candidates[i].start < end; i++ {
			if p.candidates[i].outranks(&p.candidates[best]) {
				best = i
			}
			end = max(end, p.candidates[i].end)
		}
		c := &p.candidates[best]
		from, to := p.text.Source(start, end)
		if from = max(from, before); from >= to {
			continue
		}
		before = to
		if c.canonEnd == c.canonStart && c.group == 0 {
			c.canonStart, c.canonEnd = p.verbatim(start, end), len(p.canon) // else all that have none would be one value
		}
		dst = append(dst, Finding{
			Start: from, End: to, Type: c.kind, Confidence: c.total, Detector: p.set.entries[c.detector].name, Group: c.group,
			Canonical: p.canon[c.canonStart:c.canonEnd:c.canonEnd],
		})
		if p.explain {
			p.explainRegion(begin, best, i, len(dst)-1-first)
		}
	}
	return dst
}

// explainRegion notes the reasons of the candidates first to end, of which best gave the finding its type.
func (p *pass) explainRegion(first, best, end, finding int) {
	from := len(p.reasons)
	for k := first; k < end; k++ {
		r := p.reason(&p.candidates[k], finding)
		r.Chosen = k == best
		p.reasons = append(p.reasons, r)
	}
	slices.SortStableFunc(p.reasons[from:], func(a, b Reason) int {
		if a.Chosen != b.Chosen {
			return map[bool]int{true: -1, false: 1}[a.Chosen]
		}
		return cmp.Compare(b.Score, a.Score)
	})
}

func sortCandidates(c []candidate) {
	slices.SortFunc(c, func(a, b candidate) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
}

// outranks says whether c's label stands where it overlaps d, which doesn't begin after it.
func (c *candidate) outranks(d *candidate) bool {
	if mine, other := c.detector == byNames, d.detector == byNames; mine != other {
		return other // what has a form, or what users say, is no name
	}
	if c.kind.yields() != d.kind.yields() {
		return d.kind.yields()
	}
	if c.kind == Address && d.kind == Postcode || c.kind == Postcode && d.kind == Address {
		return c.kind == Address // the whole
	}
	if c.total != d.total {
		return c.total > d.total
	}
	if c.end-c.start != d.end-d.start {
		return c.end-c.start > d.end-d.start
	}
	return c.kind < d.kind
}

// cutInert takes the inert regions out of the candidates.
func (p *pass) cutInert() {
	for i := 0; i < len(p.candidates); i++ {
		c := &p.candidates[i]
		k := p.inertFrom(c.start)
		if k == len(p.inert) || p.inert[k].start >= c.end {
			continue
		}
		if c.group == 0 {
			p.groups++
			c.group = p.groups
		}
		rest := *c
		rest.start = p.inert[k].end
		c.end = p.inert[k].start
		if rest.start < rest.end {
			p.candidates = append(p.candidates, rest)
		}
	}
	p.candidates = slices.DeleteFunc(p.candidates, func(c candidate) bool { return c.start >= c.end })
}
