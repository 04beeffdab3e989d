package detectors

import "slices"

// resolve turns candidates into findings: those that overlap become one region, their union, under the label of the
// best of them. What reaches into an own alias or token is cut around it, so that redacted text stays as it is.
func (p *pass) resolve(dst []Finding) []Finding {
	if len(p.candidates) == 0 {
		return dst
	}
	if len(p.inert) > 0 {
		p.cutInert()
	}
	sortCandidates(p.candidates)
	for i := 0; i < len(p.candidates); {
		best, end := p.candidates[i], p.candidates[i].end
		start := best.start
		for i++; i < len(p.candidates) && p.candidates[i].start < end; i++ {
			c := p.candidates[i]
			if c.outranks(best) {
				best = c
			}
			end = max(end, c.end)
		}
		from, to := p.text.Source(start, end)
		dst = append(dst, Finding{
			Start: from, End: to, Type: best.kind, Confidence: best.score, Detector: catalog[best.detector].name,
			Canonical: p.canon[best.canonStart:best.canonEnd:best.canonEnd],
		})
	}
	return dst
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
func (c candidate) outranks(d candidate) bool {
	if c.kind.yields() != d.kind.yields() {
		return d.kind.yields()
	}
	if c.score != d.score {
		return c.score > d.score
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
		rest := *c
		rest.start = p.inert[k].end
		c.end = p.inert[k].start
		if rest.start < rest.end {
			p.candidates = append(p.candidates, rest)
		}
	}
	p.candidates = slices.DeleteFunc(p.candidates, func(c candidate) bool { return c.start >= c.end })
}
