package detectors

// findInTheName adds the name that something runs under, "booked under the name of quattlebaum", "auf den namen oberhollenzer", if no list has it
// as another word.
func (p *pass) findInTheName() {
	const most = 3 // words
	if (p.text.Said|p.said)&cueName == 0 || p.isWritten() {
		return
	}
	for _, h := range p.text.Hot {
		i := int(h)
		if p.cue(i)&cueName == 0 || p.isInert(int(p.text.Tokens[i].Start)) {
			continue
		}
		k := i + 1
		switch {
		case p.isNamedBetween(i): // "first name thi last name nguyen"
			if p.bitsAt(k)&wordIs != 0 {
				k++
			}
			p.addPerson(k, k)
			continue
		case p.is(k, &nameOfs) && (p.is(i-1, &inTheNames) || p.is(i-1, &theWords) && p.is(i-2, &inTheNames)):
			k++
		case p.isOwnName(i):
			p.addNameNear(i)
			continue
		case !p.is(i-1, &onTheNames):
			continue
		}
		last := k - 1
		for last+1 < len(p.text.Tokens) && last+1 < k+most && p.between(last) == gapSpace && p.mayBeNamed(last+1) {
			last++
		}
		if last >= k && !p.isFound(int(p.text.Tokens[k].Start), int(p.text.Tokens[last].End)) {
			p.addPerson(k, last)
		}
	}
}

// isNamedBetween says whether token i ends "first name", and one word and then "last name" or the like follow.
func (p *pass) isNamedBetween(i int) bool {
	k := i + 1
	if p.bitsAt(k)&wordIs != 0 {
		k++
	}
	return p.is(i-1, &givenKinds) && p.is(k+1, &lastKinds) && p.text.Tokens[k].IsWord() && !p.is(k, &stopWords) && !p.is(k, &plainWords) && !p.isInert(int(p.text.Tokens[k].Start))
}

// mayBeNamed says whether token k may be a part of a name: listed as one, or as no word at all.
func (p *pass) mayBeNamed(k int) bool {
	const short = 3
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() < short || t.Bits&^(wordPlace|wordSoftLead|wordUnit) != 0 || p.isInert(int(t.Start)) || p.is(k, &noNames) || p.is(k, &notAnswers) || p.speech.IsPlain(t, p.b) {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return !l.Other && (l.Common == 0 || max(l.Given, l.Surname) > 0 && l.Common < commonWord)
}

var (
	givenKinds = wordsOf("first given")
	lastKinds  = wordsOf("last surname family second")
	inTheNames = wordsOf("in under by a à au al em op")
	onTheNames = wordsOf("den nazwisko")
	nameOfs    = wordsOf("of de di van")
)
