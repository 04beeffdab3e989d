package detectors

import "github.com/sonexlabs/tacet/detectors/names"

var (
	// logTitles stand before names in logs, sureTitles before nothing else in speech.
	logTitles  = wordsOf("mr mrs dr miss " + foreignTitles)
	sureTitles = wordsOf("mr mrs")
	// welcomes stand in logs before the name of who is written to.
	welcomes = wordsOf("dear hi hello welcome")
)

// findAddressed adds who is greeted where a line begins, "Beste Marijke,", and who has a title, "da dona Conceição Vilhena".
func (p *pass) findAddressed() {
	if p.in.Channel == ChannelLog || !p.isWritten() {
		return
	}
	for k := range p.text.Tokens {
		if p.is(k, &titles) {
			p.nameBehindTitle(k)
		}
		if (k == 0 || p.at(int(p.text.Tokens[k-1].End)) != ' ' && p.between(k-1) == gapLine) && p.is(k, &greetings) {
			p.greeted(k + 1)
		}
	}
}

// nameBehindTitle takes the words with capitals behind token i, a title, for a name with it, whatever else the tagger took them for: "Dr Ashby",
// "Mrs E. Selwood".
func (p *pass) nameBehindTitle(i int) {
	const most = 4 // parts of a name
	last := i
	for k := i + 1; k < len(p.text.Tokens) && k-i <= most && p.isTitleGap(i, k-1) && p.isTitled(k); k++ {
		if p.text.Tokens[k].Len() > 1 {
			last = k
		}
	}
	if last > i {
		p.addAddressed(i, i+1, last)
	}
}

// isTitleGap says whether a blank, or a full stop and one behind a title, token i, or an initial, part token k from the next.
func (p *pass) isTitleGap(i, k int) bool {
	gap := p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start]
	return string(gap) == " " || string(gap) == ". " && (k == i || p.text.Tokens[k].Len() == 1)
}

// isTitled says whether token k may be a part of the name behind a title: an initial, in logs any word with a capital.
func (p *pass) isTitled(k int) bool {
	t := &p.text.Tokens[k]
	if t.Len() == 1 || p.in.Channel == ChannelLog {
		return t.IsWord() && isUpperAt(p.b, int(t.Start)) && !p.isInert(int(t.Start))
	}
	return p.isGreeted(k) && !p.is(k, &titles)
}

// greeted takes the words behind a greeting, from token k on, for a name where a comma, a line or such ends them: "Beste Marijke,", "Welcome Annika!".
func (p *pass) greeted(k int) {
	const most = 3 // parts of a name
	for p.is(k, &greetings) || p.is(k, &titles) {
		k++
	}
	last := k - 1
	for last < k+most-1 && p.isGreeted(last+1) && p.between(last) == gapSpace {
		last++
	}
	if last >= k && p.endsGreeting(last) {
		p.addAddressed(k, k, last)
	}
}

// endsGreeting says whether a greeting may end with token k.
func (p *pass) endsGreeting(k int) bool {
	c := p.at(int(p.text.Tokens[k].End))
	if c == ',' || c == '!' {
		return true
	}
	if p.in.Channel == ChannelLog {
		return isQuote(c)
	}
	return k+1 == len(p.text.Tokens) || p.between(k) == gapComma || p.between(k) == gapLine
}

// isGreeted says whether token k is a word in capitals that may be a name.
func (p *pass) isGreeted(k int) bool {
	if !p.isCapital(k) || p.is(k, &noNames) || p.is(k, &notGreeted) || p.is(k, &firms) || p.isInert(int(p.text.Tokens[k].Start)) {
		return false
	}
	if p.in.Channel == ChannelLog && !(p.isPersonWord(k, commonWord) && p.hasOneCapital(&p.text.Tokens[k])) {
		return false
	}
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	return l.Given > 1 || l.Surname > 1 || l.Common == 0 && !l.Other
}

// addAddressed adds a person, of whom the name begins with a token of its own. In logs the tagger adds nothing to it, and what stands beside code is none.
func (p *pass) addAddressed(first, name, last int) {
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	switch {
	case p.in.Channel != ChannelLog:
		if !p.isFound(int(p.text.Tokens[name].Start), end) {
			p.addPerson(first, last)
		}
	case p.at(end) != '=' && !p.isBesideCode(&names.Span{First: name, Last: last}):
		p.add(start, end, Person, 0.6, byNames, p.lower(start, end))
	}
}

// addTitled takes token k, right behind a title that nothing but a name follows, token i, for a name with it, whatever else the word means: "mr vine".
func (p *pass) addTitled(i, k int) {
	const short = 3
	if k >= len(p.text.Tokens) || p.between(i) != gapSpace && p.between(i) != gapDot {
		return
	}
	t := &p.text.Tokens[k]
	common := p.is(k, &plainWords) || p.is(k, &stopWords) || p.is(k, &clauseWords) || p.is(k, &notAnswers) || p.is(k, &hesitations) || p.is(k, &titles) || p.speech.IsPlain(t, p.b)
	start, end := int(p.text.Tokens[i].Start), int(t.End)
	if !t.IsWord() || t.Len() < short || t.Bits&(cuesIdentifier|wordRelation) != 0 || p.isInert(int(t.Start)) || common && !p.isCapital(k) || p.isFound(int(t.Start), end) || p.isInert(start) {
		return
	}
	p.addScored(start, end, guess{kind: Person, score: score{form: max(0.8, p.set.threshold)}, detector: byNames}, p.lower(start, end))
	if p.in.Call != nil && !p.set.names.IsCommon(t.Hash) {
		p.in.Call.names.Add(t.Hash)
	}
}

// bookedName takes a name in capitals before token i, a title, for one as airlines write it: "TOPHAM/WINIFRED MRS".
func (p *pass) bookedName(i int) {
	if i < 2 || p.between(i-1) != gapSpace {
		return
	}
	a, b := &p.text.Tokens[i-2], &p.text.Tokens[i-1]
	if b.Start != a.End+1 || p.b[a.End] != '/' || !a.IsWord() || !b.IsWord() || !isUpper(p.bytesOf(a)) || !isUpper(p.bytesOf(b)) {
		return
	}
	start, end := int(a.Start), int(p.text.Tokens[i].End)
	p.add(start, end, Person, 0.7, byNames, p.lower(start, end))
}
