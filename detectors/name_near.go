package detectors

// findNearName adds a name that no list has beside "my name" and the like in other languages than English, which only words that link the two join to it: "mein nachname war früher
// quastenberg", "quartarola è il mio cognome".
func (p *pass) findNearName() {
	if p.text.Said&cueName == 0 || p.isWritten() {
		return
	}
	for _, h := range p.text.Hot {
		k := int(h)
		if p.bitsAt(k)&(cueName|wordPhraseEnd) == 0 || p.cue(k)&cueName == 0 {
			continue
		}
		if own := p.ownBefore(k); own >= 0 && !p.nameBehind(k+1) {
			p.nameBefore(own - 1)
		}
	}
}

// ownBefore is the first token of the words that make what token k ends somebody's, "il mio cognome", or say what something stands as, "como apellido";
// -1 if there are none.
func (p *pass) ownBefore(k int) int {
	const most = 3
	for n := k - 1; n >= 0 && n >= k-most && p.between(n) == gapSpace; n-- {
		if (!p.is(n, &ownWords) || p.is(n, &ownEnglish)) && !(n == k-1 && p.is(n, &asWords)) {
			continue
		}
		for n > 0 && p.is(n-1, &ownWords) && p.between(n-1) == gapSpace {
			n--
		}
		return n
	}
	return -1
}

// nameBehind adds the name behind the words from token k on that link it to a word for one, and says whether there is one.
func (p *pass) nameBehind(k int) bool {
	const most = 5 // links
	for n := 0; n < most && k < len(p.text.Tokens) && p.linksName(k); n++ {
		k++
	}
	if k >= len(p.text.Tokens) || !p.isBesideName(k-1) || !p.isNearName(k) {
		return k < len(p.text.Tokens) && p.isFound(int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End))
	}
	last := k
	if p.between(k) == gapSpace && p.isNearName(k+1) {
		last++
	}
	p.addPerson(k, last)
	return true
}

// nameBefore adds the name that words up to token k link to a word for one.
func (p *pass) nameBefore(k int) {
	const most = 3
	n := 0
	for ; n < most && k > 0 && (p.bitsAt(k)&wordIs != 0 || p.is(k, &asWords) || p.is(k, &takeUps)) && p.isBesideName(k); n++ {
		k--
	}
	if n == 0 || k < 0 || !p.isBesideName(k) || !p.isNearName(k) {
		return
	}
	first := k
	if k > 0 && p.between(k-1) == gapSpace && p.isNearName(k-1) {
		first--
	}
	p.addPerson(first, k)
}

// linksName says whether token k stands between a word for a name and the name.
func (p *pass) linksName(k int) bool {
	return p.isBesideName(k-1) && !p.is(k, &articlesSaid) && (p.bitsAt(k)&wordIs != 0 || p.is(k, &answerLead) || p.is(k, &answerLeadSaid) || p.is(k, &nowWords) || p.is(k, &asWords) || p.is(k, &changeInto))
}

// isBesideName says whether what stands behind token k may go on with what is said of a name.
func (p *pass) isBesideName(k int) bool {
	switch p.between(k) {
	case gapSpace, gapComma, gapQuote:
		return true
	}
	return k >= 0 && k+1 < len(p.text.Tokens) && string(p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start]) == ": "
}

// isNearName says whether token k is a word that no list has, as surnames are.
func (p *pass) isNearName(k int) bool {
	const least = 4
	if k >= len(p.text.Tokens) || p.text.Tokens[k].Len() < least || !p.mayBeRelated(k) || p.isOtherWord(k) {
		return false
	}
	t := &p.text.Tokens[k]
	if p.b[t.Start] == devanagariLead {
		return false // findDevanagari knows better
	}
	return p.set.names.Listing(t.Hash).Common == 0 && !p.set.names.IsCommon(t.Hash) && !p.is(k, &notAnswersSaid) && !p.is(k, &notPasswordsSaid)
}

// asWords say what something stands as.
var asWords = wordsOf("als comme come como jako")
