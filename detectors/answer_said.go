package detectors

// answerWordsMost is how many words the answer to a security question has in a sentence.
const answerWordsMost = 3

// answerInSentence looks for the answer to a security question in a turn that says more: "oh the pet, i believe it was buddy", "well she was
// a brackenridge before she married". It hides too much rather than too little: what stands behind "was" or "called", what a turn begins
// with, and words that are rare. A place, date or number found in such a turn, which policies may keep, is the answer as well. Once an answer
// was found, it looks for characters only.
func (p *pass) answerInSentence() {
	const most = 40 // tokens
	tokens := p.text.Tokens
	if p.wants.cues&(wordAnswer|cuePassword) == 0 || !p.wants.agent || p.in.Channel == ChannelLog || len(tokens) == 0 || len(tokens) > most {
		return
	}
	p.saidCharacters()
	if p.wants.told {
		return
	}
	for k := range p.candidates {
		if p.candidates[k].rule == ruleChosen {
			return
		}
	}
	for i, n := 0, len(p.candidates); i < n; i++ {
		if c := &p.candidates[i]; c.kind.yields() || c.kind == Number {
			if a, b := p.tokensOf(c.start, c.end); a <= b {
				p.addAnswer(a, b)
			}
		}
	}
	if p.wants.cues&wordAnswer == 0 {
		return
	}
	first := p.firstAnswer()
	p.addSaidAnswer(first, true)
	for k := range tokens {
		switch {
		case p.is(k, &answerVerbs) && p.is(k+1, &itWord):
			if p.isCore(k+2, len(tokens)-1) {
				p.addAnswer(k+2, len(tokens)-1) // "and the word um is it marmalade"
			}
		case p.is(k, &answerVerbs):
			if p.is(k+1, &ownWords) && p.is(k+2, &answerNames) {
				if from := p.clauseStart(k); from < k && k-from <= answerWordsMost {
					p.addAnswer(from, k-1)
				}
			}
			p.addSaidAnswer(k+1, false)
		case k >= first && p.isRare(k):
			p.addAnswer(k, k)
		}
	}
}

// firstAnswer is the first token that may answer, behind words that lead to an answer.
func (p *pass) firstAnswer() (first int) {
	for first < len(p.text.Tokens) && (p.is(first, &answerLead) || p.is(first, &answerLeadSaid) || p.is(first, &notAnswers) || p.is(first, &exclaimed)) {
		first++
	}
	return first
}

// saidCharacters takes letters and digits that stand by themselves behind "is" or a place for characters of the password: "second is r and
// fifth is k", and a turn that says nothing else: "seven and uh one".
func (p *pass) saidCharacters() {
	const most = 6 // tokens
	if first, last := p.answerBounds(); first <= last && last-first < most && p.areCharacters(first, last) {
		p.addCharacters(first, last)
	}
	if k := p.firstAnswer(); k+1 < len(p.text.Tokens) && p.text.Tokens[k].Len() == 1 && p.text.Tokens[k].IsWord() && p.between(k) != gapSpace && p.between(k) != gapQuote && p.between(k) != gapDash && !p.isInert(int(p.text.Tokens[k].Start)) {
		p.addCharacters(k, k) // "u. because it's a dog's name"
	}
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; t.Len() == 1 && k > 0 && (p.bitsAt(k-1)&wordIs != 0 || p.is(k-1, &characterPlaces)) && !p.isInert(int(t.Start)) && p.at(int(t.End)) != '\'' && (p.b[t.Start]|0x20 != 'a' || p.endsCode(k)) {
			p.addCharacters(k, k)
		}
	}
}

// areCharacters says whether tokens first to last are letters, digits and what stands between them.
func (p *pass) areCharacters(first, last int) bool {
	n := 0
	for k := first; k <= last; k++ {
		switch t := &p.text.Tokens[k]; {
		case p.isInert(int(t.Start)):
			return false
		case t.Len() == 1 || p.saysNumber(k):
			n++
		case !p.is(k, &andWords) && !p.is(k, &hesitations):
			return false
		}
	}
	return n > 0
}

// addSaidAnswer takes the few words of a clause from token first on for an answer, an article left out. Whole says that nothing may follow but
// another clause.
func (p *pass) addSaidAnswer(first int, whole bool) {
	tokens := p.text.Tokens
	for first < len(tokens) && p.is(first, &answerArticles) {
		first++
	}
	for last := first; last < len(tokens) && last < first+answerWordsMost; last++ {
		t := &tokens[last]
		if p.isInert(int(t.Start)) || p.isContracted(last) || p.is(last, &notAnswers) || p.is(last, &notAnswersSaid) || p.is(last, &notDictated) || p.is(last, &agoWord) || t.Bits&(cuesIdentifier|wordAnswer) != 0 {
			return
		}
		if p.is(last, &answerStops) && !(whole && last == first+1 && last+2 == len(tokens) && p.is(last, &answerPairs)) {
			if !whole && last > first {
				p.addAnswer(first, last-1)
			}
			return
		}
		if last+1 == len(tokens) || p.between(last) != gapSpace {
			p.addAnswer(first, last)
			return
		}
	}
}

// addAnswer adds tokens first to last as an answer.
func (p *pass) addAnswer(first, last int) {
	if start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End); end-start >= 3 {
		p.addCharacters(first, last)
	}
}

// addCharacters adds tokens first to last as an answer, or a part of one.
func (p *pass) addCharacters(first, last int) {
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(start, end, guess{kind: Password, score: score{question: 0.65 - p.wants.decay}, rule: "answer", detector: byAssignment}, p.verbatim(start, end))
}

// clauseStart is the first token of the clause that token k is in, the words left out that lead to an answer.
func (p *pass) clauseStart(k int) int {
	first := k
	for first > 0 && p.between(first-1) == gapSpace {
		first--
	}
	for first < k && p.is(first, &answerLead) {
		first++
	}
	return first
}

// isRare says whether token k is a word that isn't a usual one.
func (p *pass) isRare(k int) bool {
	const shortest, common = 4, 3
	t := &p.text.Tokens[k]
	if p.set.names == nil || t.Len() < shortest || !t.IsWord() || t.Bits&^wordPlace != 0 || p.isInert(int(t.Start)) || p.at(int(t.End)) == '\'' {
		return false
	}
	is := p.set.names.Listing(t.Hash)
	return is.Common < common && !is.Other
}

var (
	characterPlaces = wordsOf("first second third fourth fifth sixth seventh eighth ninth tenth last next then one two three four five six seven eight nine ten")
	answerVerbs     = wordsOf("was is were called named be it's he's she's")
	answerNames     = wordsOf("name nickname")
	agoWord         = wordsOf("ago") // "that was years ago"
	itWord          = wordsOf("it")
	exclaimed       = wordsOf("goodness gosh god heavens lord lordy gracious blimey crikey heck wow jeez golly")
	answerArticles  = wordsOf("a an the my our his her")
	answerPairs     = wordsOf("and of with in") // "fish and chips"
	// answerStops begin what is no answer any more.
	answerStops = wordsOf("and but so when where because cause who which before after that if i we he she they you it then there not in on at for with from to of as")
)

// asksCharacters says whether a turn asks for some characters of a password: "i need the third and fifth letters".
func (p *pass) asksCharacters() bool {
	const reach = 4
	for k := range p.text.Tokens {
		for n := 1; n <= reach && p.is(k, &characterNames); n++ {
			if p.is(k-n, &ordinalWords) {
				return true
			}
		}
	}
	return false
}

var characterNames = wordsOf("letter letters character characters digits")

// asksNumber says whether a turn asks for some number or code, of whatever: "what's the incident number", "votre numéro s'il vous plaît". Nobody has
// a list of all that are given numbers.
func (p *pass) asksNumber() bool {
	const most, few = 16, 5 // tokens
	tokens := p.text.Tokens
	if len(tokens) > most {
		return false
	}
	number := false
	for k := range tokens {
		if p.isNumberOfSome(k) && !p.is(k-1, &noAskedNumbers) && !p.is(k+1, &noAskedNumbers) && !p.is(k+1, &countsOf) && !p.is(k+2, &countedOf) && !p.is(k+3, &countedOf) {
			number = true
			break
		}
	}
	if !number {
		return false // most turns
	}
	asks := len(tokens) <= few || p.b[len(p.b)-1] == '?'
	for k := range tokens {
		if !tokens[k].IsWord() {
			return false // it says one
		}
		asks = asks || p.is(k, &numberAskers)
	}
	return asks
}

// isNumberOfSome says whether token k is a word for a number or code that something or somebody has.
func (p *pass) isNumberOfSome(k int) bool {
	const ending, longer = "nummer", 3
	t := &p.text.Tokens[k]
	if t.Bits&wordCode != 0 && !p.is(k-1, &otherCodes) && !p.is(k+1, &countedOf) {
		return true
	}
	if t.Bits&(cueAnyID|wordNumber) != 0 && (t.Bits&cueAnyID != 0 || t.Len() > 2) && !p.is(k, &noNumbers) || p.is(k, &serialWords) {
		return true
	}
	b := p.bytesOf(t)
	return len(b) >= len(ending)+longer && b[len(b)-1]|0x20 == 'r' && equalEnd(b[len(b)-len(ending):], ending) && !p.is(k, &noNumbers)
}

var (
	serialWords = wordsOf("código codice kod serial tracking registration locator digits ziffern chiffres dígitos cifre cijfers cyfr numer numerem numeru referenz referencia referência référence riferimento kenmerk referentie identifiant identificador identificativo")
	// noNumbers are like words for a number of somebody.
	noNumbers    = wordsOf("numbers value values hausnummer huisnummer zimmernummer flugnummer seitennummer modellnummer artikelnummer versionsnummer typennummer tischnummer gleisnummer zugnummer kamernummer vluchtnummer modelnummer artikelnummer raumnummer programmnummer")
	numberAskers = wordsOf("what what's whats which can could may have give tell read your you please need got and is " +
		"ihre ihr ihren haben welche bitte können votre vous quel quelle avez su sus cuál tiene dígame suo sua quale ha mi uw wat heeft mag proszę jaki jest pana pani podać seu sua qual o tem me kya bataiye batao aapka dijiye din dit er jeg")
	// noAskedNumbers are words before "number" that make it nobody's, or one that was spoken of.
	noAskedNumbers = wordsOf("error erro errore błędu descuento desconto sconto rabatowy producto produto prodotto produktu promocional promozionale promocyjny flight room table channel page gate seat model version error house bus train platform route line lane floor question chapter part magic lucky wrong right that this same any some large small good " +
		"certain greater higher lower total whole size shoe house street tv atomic prime phone-in helpline our my")
	countsOf  = wordsOf("one two three of for")
	countedOf = wordsOf("error erro errore błędu descuento desconto sconto rabatowy producto produto prodotto produktu promocional promozionale promocyjny personas personnes persone pessoas osób gäste gasten habitación chambre camera quarto mesa table vuelo vol volo voo maletas bagages noches nuits notti noites unidades pieces modèle modelo modello")
)
