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
	if !t.IsWord() || t.Len() < short || t.Bits&^(wordPlace|wordSoftLead|wordUnit) != 0 || t.Topic != 0 || p.isInert(int(t.Start)) || p.is(k, &noNames) || p.is(k, &notAnswers) || p.is(k, &booked) || p.speech.IsPlain(t, p.b) {
		return false
	}
	l := p.set.names.Listing(t.Hash)
	return !l.Other && (l.Common == 0 || max(l.Given, l.Surname) > 0 && l.Common < commonWord)
}

var (
	fullWords  = wordsOf("full whole legal proper real maiden")
	agreeing   = wordsOf("right correct yes yeah ok okay i sorry thanks then")
	givenKinds = wordsOf("first given")
	lastKinds  = wordsOf("last surname family second")
	inTheNames = wordsOf("in under by a à au al em op")
	onTheNames = wordsOf("den nazwisko")
	nameOfs    = wordsOf("of de di van")
	booked     = wordsOf("reserviert gebucht bestellt angemeldet eingetragen hinterlegt gespeichert gelaufen läuft laufen geboekt gereserveerd zarezerwowane reservado reservada prenotato prenotata réservé réservée")
)
