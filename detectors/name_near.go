package detectors

// A name may stand a few words before or behind what it is called. In English, whose words the lists know, any of them may lie between
// (addNameNear); in other languages only those that link the two (findNearName), as most of their words are in no list.

// findNearName adds a name that no list has beside "my name" and the like in other languages than English: "mein nachname war früher quastenberg",
// "quartarola è il mio cognome".
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

// isOwnName says whether token i ends words for the name of a person: "surname", "my full name", "my husband's name".
func (p *pass) isOwnName(i int) bool {
	return p.is(i, &personNames) || p.is(i, &lastNames) && (p.is(i-1, &personKinds) || p.is(i-1, &ownWords) && !p.is(i-1, &theWords) || p.is(i-1, &fullWords) || p.isShortIs(i-1))
}

// addNameNear adds the name near token i, a word for one, that nothing was found behind: "my surname is still okonkwo right", "okonkwo that's my surname".
// For -1 it is the one that was asked for: "it should be okonkwo".
// Of what lists don't have as a name, only what is no word is one.
func (p *pass) addNameNear(i int) {
	elsewhere := false
	for k := i + 1; k < len(p.text.Tokens) && k <= i+nearReach && (k == 0 || p.isNear(k-1, k)); k++ {
		if p.bitsAt(k)&cuesIdentifier != 0 || p.isFound(int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End)) {
			break
		}
		elsewhere = elsewhere || p.is(k, &usedAt)
		if elsewhere && p.bitsAt(k-1)&wordIs == 0 || i < 0 && !p.endsName(k) {
			continue // "my surname on the octopus bill"
		}
		if p.addNamed(k, k) {
			return
		}
	}
	k, says := i-1, false
	for k > 0 && k > i-nearReach && p.isNear(k, k+1) && (p.is(k, &ownWords) || p.bitsAt(k)&(wordIs|wordRelation) != 0 || p.is(k, &personKinds) || p.is(k, &fullWords) || p.isShortIs(k) || p.is(k, &answerLead)) {
		says = says || p.bitsAt(k)&wordIs != 0 || p.is(k, &takeUps)
		k--
	}
	if says && k >= 0 && p.isNear(k, k+1) && !p.isFound(int(p.text.Tokens[k].Start), int(p.text.Tokens[k].End)) {
		p.addNamed(k, k)
	}
}

// endsName says whether nothing follows token k in its clause but a word that asks to agree.
func (p *pass) endsName(k int) bool {
	return p.endsClause(k) || p.is(k+1, &agreeing) && p.endsClause(k+1)
}

// addNamed adds tokens first to last as a name, and those beside them, if all may be one.
func (p *pass) addNamed(first, last int) bool {
	const most = 3
	isName := func(k int) bool {
		return k >= 0 && k < len(p.text.Tokens) && p.mayBeNamed(k) && !p.isOtherWord(k) && !p.isInflected(&p.text.Tokens[k])
	}
	if !isName(first) {
		return false
	}
	for last+1 < len(p.text.Tokens) && last-first < most && p.between(last) == gapSpace && isName(last+1) {
		last++
	}
	for first > 0 && last-first < most && p.between(first-1) == gapSpace && isName(first-1) {
		first--
	}
	p.addPerson(first, last)
	return true
}

var (
	fullWords = wordsOf("full whole legal proper real maiden")
	agreeing  = wordsOf("right correct yes yeah ok okay i sorry thanks then")
)
