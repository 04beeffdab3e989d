package detectors

// noteInLaw notes that token i ends "sister in law".
func (p *pass) noteInLaw(i int) {
	if p.in.Channel != ChannelLog && p.is(i-1, &inWord) && p.is(i-2, &inLaws) {
		p.inLaw = i
	}
}

// nameInLaw takes the word behind "my sister in law" for a name, if it is no common word: the tagger reads "law" as a part of it, or nothing.
func (p *pass) nameInLaw() {
	next := p.inLaw + 1
	if p.inLaw == 0 || next >= len(p.text.Tokens) || p.between(p.inLaw) != gapSpace && p.between(p.inLaw) != gapComma {
		return
	}
	t := &p.text.Tokens[next]
	for k := range p.candidates {
		c := &p.candidates[k]
		if c.detector == byNames && c.start == int(p.text.Tokens[p.inLaw].Start) && c.end > int(t.Start) {
			c.start = int(t.Start)
			p.forgetMarks()
		}
		if c.start <= int(t.Start) && int(t.Start) < c.end {
			return
		}
	}
	if !t.IsWord() || t.Len() < 3 || t.Bits != 0 || p.isInert(int(t.Start)) || p.set.names.IsCommon(t.Hash) || p.is(next, &plainWords) || p.is(next, &stopWords) {
		return
	}
	if l := p.set.names.Listing(t.Hash); !l.Other && l.Common <= max(l.Given, l.Surname) {
		p.addPerson(next, next)
	}
}

var (
	inWord = wordsOf("in")
	inLaws = wordsOf("sister brother mother father son daughter")
)
