package detectors

import (
	"bytes"
	"sort"
)

// searchAlone adds what a turn shows by itself, where a question made it read in another way: letters and digits are put together to the
// short codes that were asked for, and what they are otherwise, the number of a house and a town, is no longer seen then. text is the
// turn as it came. An answer that was found may also stand in the way of an address it belongs to: "12a high court".
func (p *pass) searchAlone(text []byte) {
	if p.wants.cues == 0 && !p.wants.open {
		return
	}
	answered := len(p.candidates) > 0 && (p.text.Said&(wordStreet|wordPlace|wordLead|wordSoftLead) != 0 || p.hasBox())
	if !answered && !(p.swayed && p.text.Rewritten()) {
		return
	}
	if p.alone == nil {
		p.alone = new(pass)
	}
	q := p.alone
	in := p.in
	in.Call, in.Beside = nil, false
	q.begin(p.set, text, in)
	if answered || !bytes.Equal(q.b, p.b) {
		q.searchText()
		p.addLost(q, -1)
	}
	q.end()
}

// hasBox says whether a word for a post office box stands in the text.
func (p *pass) hasBox() bool {
	for k := range p.text.Tokens {
		if isWord(p.bytesOf(&p.text.Tokens[k]), "box") || p.is(k, &boxWords) {
			return true
		}
	}
	return false
}

// addLost adds the candidates of q, of which p has not found all. q is another pass over the same source, or, unless from is negative, one over what
// begins there in the text as it is read.
func (p *pass) addLost(q *pass, from int) {
	if len(q.candidates) == 0 {
		return
	}
	sortCandidates(p.candidates)
	p.forgetMarks()
	sortCandidates(q.candidates)
	known, next, until := len(p.candidates), 0, 0 // what begins before the candidate at hand reaches to there
	for k := range q.candidates {
		c := &q.candidates[k]
		start, end := q.text.Source(c.start, c.end)
		if from < 0 {
			start, end = p.placeOf(start, end)
		} else {
			start, end = start+from, end+from
		}
		for ; next < known && p.candidates[next].start <= start; next++ {
			until = max(until, p.candidates[next].end)
		}
		if until >= end {
			continue
		}
		canon := len(p.canon)
		p.canon = append(p.canon, q.canon[c.canonStart:c.canonEnd]...)
		p.addScored(start, end, guess{kind: c.kind, score: c.score, rule: c.rule, detector: c.detector}, canon)
	}
}

// placeOf is where a region of the source stands in the text as it is read.
func (p *pass) placeOf(from, to int) (start, end int) {
	start = sort.Search(len(p.b), func(i int) bool { _, e := p.text.Source(i, i+1); return e > from })
	end = sort.Search(len(p.b), func(i int) bool { s, _ := p.text.Source(i, i+1); return s >= to })
	return start, end
}
