package detectors

import (
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

// findRelated adds the name behind what somebody is to the one who speaks, "my flatmate bill", also one that is a common word, and the name
// behind a phrase that introduces one, "se llama críspulo".
func (p *pass) findRelated() {
	written := p.isWritten()
	if (p.text.Said|p.said)&wordRelation == 0 {
		return
	}
	for i := range p.text.Tokens {
		if p.bitsAt(i)&(wordRelation|wordPhraseEnd) == 0 {
			continue
		}
		says := p.cue(i) & saysName
		if says&wordRelation == 0 {
			continue
		}
		k := i + 1
		if p.is(i, &sureTitles) {
			if p.in.Channel != ChannelLog { // there nameBehindTitle does it
				p.addTitled(i, k)
			}
			continue
		}
		for p.is(k, &hesitations) || says == saysName && p.is(k, &titles) {
			k++
		}
		if k < len(p.text.Tokens) && (p.between(k-1) == gapSpace || written && p.between(k-1) == gapComma) && !(written && p.isOtherRelated(i, k, says == saysName)) {
			p.addRelated(k, says == saysName, written)
		}
	}
}

// isOtherRelated says whether token k is no name behind token i in writing, where names have capitals: "my neighbour Joop", "my husband, Patxi".
func (p *pass) isOtherRelated(i, k int, introduced bool) bool {
	return !p.isCapital(k) || p.isCapital(i) || p.is(k, &firms) || introduced && !p.hasListed(k, k) || p.is(i, &dealers) && p.set.names.Listing(p.text.Tokens[k].Hash).Given < 2
}

// addRelated adds token k, behind what somebody is or what introduces a name, and the surname behind it, if it is a name. A word that no list has
// is one where it is introduced, or a verb follows, "min man sixten har", or nothing does, "dat is mijn man wiebren", or where only names have
// capitals.
func (p *pass) addRelated(k int, introduced, capital bool) {
	if !p.mayBeRelated(k) || p.is(k, &notRelated) && !(introduced && p.endsClause(k)) { // "for the attention of mark"
		return
	}
	l := p.set.names.Listing(p.text.Tokens[k].Hash)
	if l.Given < 2 && !(l.Common == 0 && (l.Given > 0 || l.Surname > 0 || introduced || capital || p.bitsAt(k+1)&wordIs != 0 || p.is(k+1, &auxiliaries) || p.endsClause(k)) && !p.isOtherWord(k)) {
		return
	}
	last := k
	if n := k + 1; n < len(p.text.Tokens) && p.between(k) == gapSpace && p.mayBeRelated(n) {
		if s := p.set.names.Listing(p.text.Tokens[n].Hash); s.Surname > 0 && s.Common < commonWord || (introduced && p.endsClause(n) || capital && p.isCapital(n)) && s.Common == 0 && !p.isOtherWord(n) {
			last = n
		}
	}
	p.addPerson(k, last)
}

// mayBeRelated says whether token k may be a name: a word that means nothing else, and that nothing was found in.
func (p *pass) mayBeRelated(k int) bool {
	const short = 3
	t := &p.text.Tokens[k]
	return t.IsWord() && t.Len() >= short && t.Bits&^(wordPlace|wordSoftLead|wordUnit|wordPhrase|wordPhraseEnd|cueCalling|cueMoney) == 0 && t.Shape&scan.Digit == 0 &&
		!p.isInert(int(t.Start)) && !p.is(k, &noNames) && !p.is(k, &notAnswers) && !p.speech.IsPlain(t, p.b) && !p.isFound(int(t.Start), int(t.End)) && !p.set.names.Listing(t.Hash).Other
}

// endsClause says whether nothing but a word like "please" follows token k in its clause.
func (p *pass) endsClause(k int) bool {
	return k+1 == len(p.text.Tokens) || p.between(k) != gapSpace || p.is(k+1, &politely) && (k+2 == len(p.text.Tokens) || p.between(k+1) != gapSpace)
}

var (
	// notRelated are given names that are verbs and other words behind "my wife": "my wife will".
	notRelated  = wordsOf("will may can said mark sue chase grant drew rob bid pat see page skip case love bless trust wade chuck rich christian junior senior young early long german roman dutch")
	auxiliaries = wordsOf("har heeft hat ha ma tiene tem a hade had wil vil kan kann può peut puede pode może ska skal möchte wilde chce ist war wird will hatte ruft kommt geht wollte sagt sagte meint muss soll bestellt " +
		"est vient vous va veut doit était avait m n ne me se s le es está estaba lo la llamó llama llamará dice dijo quiere tiene vino è sta mi si vuole deve aveva era richiama is was belt belde komt gaat zegt zei wordt moet " +
		"jest był była zadzwoni oddzwoni dzwonił dzwoniła powiedział powiedziała mówi zamówił zamówiła nie się é liga ligou quer vai disse encomendou foi lhe är ringer ringde sa er ringede sagde siger says said told rang called works died lives uses has")
	dealers  = wordsOf("partner partners client customer") // firms are, too
	politely = wordsOf("please bitte merci gracias grazie alstublieft proszę obrigado obrigada tak tack ya")
)

// findSpelledName adds the word that is spelled behind it where a name is given: "ouedraogo o u e d r a o g o", "pickersgill p i c k".
func (p *pass) findSpelledName() {
	const least, back = 3, 3
	if len(p.speech.Regions) == 0 || p.isWritten() {
		return
	}
	for i := range p.speech.Regions {
		g := &p.speech.Regions[i]
		if g.Kind != spoken.Letters || g.Symbols < least {
			continue
		}
		first, last := p.tokensOf(g.Start, g.End)
		k := first - 1
		for n := 0; n < back && k > 0 && (p.is(k, &answerLead) || p.is(k, &hesitations) || p.bitsAt(k)&wordSpell != 0); n++ {
			k--
		}
		if k < 0 || !p.isFree(k) || !p.isSpelledBy(k, p.b[g.Start:g.End]) || !p.isPersonAt(g.Start) {
			continue
		}
		if t := &p.text.Tokens[k]; !p.isFound(int(t.Start), int(t.End)) {
			p.addPerson(k, last)
		}
	}
}

// isSpelledBy says whether letters are those of token k, or those that it begins with.
func (p *pass) isSpelledBy(k int, letters []byte) bool {
	w := p.bytesOf(&p.text.Tokens[k])
	n := 0
	for _, c := range letters {
		if n == len(w) || w[n]|0x20 != c|0x20 {
			return false
		}
		n++
	}
	return n > 0
}

// isPersonAt says whether a person's name was found at a place.
func (p *pass) isPersonAt(at int) bool {
	for k := range p.candidates {
		if c := &p.candidates[k]; c.kind == Person && c.start <= at && at < c.end {
			return true
		}
	}
	return false
}

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
