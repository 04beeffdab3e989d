package detectors

// answerDictated takes a turn that describes characters one by one for the password that was asked for, all of it but what leads to it and
// thanks: "capital b as in boy lower case k nine exclamation mark", "sunshine with a zero instead of the o". A part of it would be
// enough to guess the rest.
func (p *pass) answerDictated() bool {
	const most = 30 // tokens
	tokens := p.text.Tokens
	if len(tokens) > most || p.in.Call == nil || p.in.Channel == ChannelLog {
		return false
	}
	first, last := p.answerBounds()
	if first >= last || p.described(first, last) < 1 {
		return false
	}
	start, end := int(tokens[first].Start), int(tokens[last].End)
	p.addScored(start, end, guess{kind: Password, score: score{question: 0.7 - p.wants.decay}, rule: "dictated", detector: byAssignment}, p.compact(start, end))
	return true
}

// described counts the descriptions of characters from token first to last: "capital", "question mark". It is less than none where
// somebody tells about a password without saying it.
func (p *pass) described(first, last int) (n int) {
	for k := first; k <= last; k++ {
		switch {
		case p.isInert(int(p.text.Tokens[k].Start)), p.is(k, &notDictated):
			return -1
		case p.is(k, &characterWords), p.is(k, &signWords) && k < last && p.is(k+1, &signs):
			n++
		}
	}
	return n
}

// dictatedEnd is the last token of a password that is told, not asked for, and begins with token first: of a clause that describes
// characters, or that is of a few words and nothing else. It is first if only that can be told.
func (p *pass) dictatedEnd(first int) (last int) {
	const most, few = 24, 4
	tokens := p.text.Tokens
	for last = first; last-first <= most && last+1 < len(tokens) && p.between(last) == gapSpace && !p.isInert(int(tokens[last+1].Start)) && !p.is(last+1, &thanksWords); {
		last++
	}
	short := func(last int) bool {
		return last-first < few && p.described(first, last) == 0 && p.isPlain(first, last)
	}
	if last-first <= most && p.described(first, last) > 0 || short(last) {
		return last
	}
	for k := first; k < last && k-first < few; k++ {
		if p.is(k+1, &clauseWords) && short(k) && !(k+2 <= last && p.mayBeNumber(k+2)) { // "green kettle and it doesn't work", but "cereza cuarenta y uno"
			return k
		}
	}
	return first
}

// isPlain tells whether the words from first to last are of no sentence: they neither say when or what for, nor name something else.
func (p *pass) isPlain(first, last int) bool {
	for k := first; k <= last; k++ {
		if p.text.Tokens[k].Bits&(cuesIdentifier|cuesAgainst) != 0 || k > first && (p.is(k, &notPasswords) || p.is(k, &notAnswers) || p.is(k, &sayWhen)) {
			return false
		}
	}
	return p.text.Tokens[first].IsWord()
}

// ruleChosen is the rule of what somebody takes for a password.
const ruleChosen = "chosen"

// chosenPassword takes a few words behind ones for a choice that end a clause for the password that the last turns were about: "can i have
// pickle", "i've set it to winter harbour sixty one", "try bluebell forty two as a temporary one", or that are guessed and have a number: "was it bluebell forty two". In a turn of its own, which names the
// password itself, only what it was set to and guesses are. It says whether there are such.
func (p *pass) chosenPassword(own bool) (found bool) {
	const few = 5
	tokens := p.text.Tokens
	for k := 0; k < len(tokens); k++ {
		set := p.is(k, &settingWords)
		first, guessed := k+1, false
		if isWord(p.bytesOf(&tokens[k]), "it") {
			if guessed = p.is(k-1, &guessWords); p.is(k+1, &guessWords) {
				first, guessed = k+2, true
			} else if p.is(k+1, &modalWords) && p.is(k+2, &guessWords) {
				first, guessed = k+3, true
			}
		}
		if !set && !guessed && (own || !p.is(k, &chooseWords)) {
			continue
		}
		for p.is(first, &chosenLinks) && p.between(first-1) == gapSpace {
			first++
		}
		last, number := first-1, false
		for j := first; j < len(tokens) && j < first+few && p.between(j-1) == gapSpace; j++ {
			t, said := &tokens[j], p.saysNumber(j)
			if p.isInert(int(t.Start)) || !said && (t.Bits&(cuesIdentifier|wordAnswer) != 0 || p.is(j, &notPasswords) || p.is(j, &notAnswers) || p.is(j, &plainWords) || p.is(j, &notDictated) || p.is(j, &answerStops) || p.is(j, &thanksWords)) {
				break
			}
			number = number || said
			last = j
		}
		ends := last+1 >= len(tokens) || p.between(last) != gapSpace || p.is(last+1, &clauseWords) || p.is(last+1, &notAnswers) || p.is(last+1, &thanksWords) || p.is(last+1, &thatWords)
		if last < first || !ends || (set && first == k+1 || (own || guessed) && !number) || p.in.Role == RoleAgent && !number && !set || tokens[first].Len() < 3 || p.hasApostrophe(p.b[tokens[first].Start:tokens[last].End]) {
			continue
		}
		start, end := int(tokens[first].Start), int(tokens[last].End)
		p.addScored(start, end, guess{kind: Password, score: score{question: 0.7 - p.wants.decay}, rule: ruleChosen, detector: byAssignment}, p.verbatim(start, end))
		k, found = last, true
	}
	return found
}

var (
	settingWords = wordsOf("set reset changed change make made")
	chooseWords  = wordsOf("have use try choose go")
	chosenLinks  = wordsOf("it to with as back password")
	guessWords   = wordsOf("was is s be")
	modalWords   = wordsOf("should would might may must could will")
	thatWords    = wordsOf("as all that's is instead for or with without")
)

// clauseWords begin another clause.
var clauseWords = wordsOf("and but because so und aber et mais y pero e ma en maar i ale mas aur lekin og men och")

// passwordBefore takes the few words of a clause before "is my password", whose last token is i, for one: "purple horse battery is my
// password".
func (p *pass) passwordBefore(i int) {
	const few = 4
	is, foreign := i-2, false
	if is > 0 && p.bitsAt(is)&wordIs == 0 {
		is, foreign = p.ownBefore(i)-1, true // "es mi contraseña", "è la mia password"
	}
	last := is - 1
	if last < 0 || p.in.Channel == ChannelLog || !p.is(is+1, &ownWords) || p.bitsAt(is)&wordIs == 0 || p.between(is) != gapSpace || p.between(last) != gapSpace {
		return
	}
	foreign = foreign || !p.is(i-1, &ownEnglish)
	first := last
	for first > 0 && p.between(first-1) == gapSpace {
		first--
	}
	for first < last && (p.is(first, &answerLead) || p.is(first, &answerLeadSaid) || p.is(first, &notAnswersSaid)) {
		first++
	}
	if last-first >= few || p.is(last, &troubles) || foreign && (first < last || p.is(is+1, &articlesSaid) && !p.is(is+2, &ownWords) || p.is(first, &noNames) || p.set.names.IsCommon(p.text.Tokens[first].Hash)) {
		return
	}
	for k := first; k <= last; k++ {
		if t := &p.text.Tokens[k]; p.isInert(int(t.Start)) || t.Bits&(cuesIdentifier|cuesAgainst) != 0 || p.is(k, &notPasswords) || p.is(k, &notAnswers) || p.is(k, &notDictated) || p.is(k, &answerLead) {
			return
		}
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.add(start, end, Password, 0.65, byAssignment, p.verbatim(start, end))
}

// passwordBeside looks for a password, and who logs in with it, beside a word for one, token i. It says whether the word may mean one.
func (p *pass) passwordBeside(i int) bool {
	if p.text.Tokens[i].Bits&cuePassword != 0 {
		if p.isPerWeek(i) {
			return false
		}
		p.loginFor(i)
		p.passwordBefore(i)
		p.passwordBehind(i)
		p.passwordStill(i)
	}
	if p.cue(i)&cuePassword != 0 {
		p.passwordOfWords(i)
	}
	return true
}

// passwordStill takes the few words behind "still" that end an agent's question for the password it was, behind a word for one, token i: "is the
// collection password still butterscotch?".
func (p *pass) passwordStill(i int) {
	const most = 3
	first, last := i+2, len(p.text.Tokens)-1
	if p.in.Role != RoleAgent || !p.is(i+1, &stillWords) || first > last || last-first >= most || !p.is(0, &asksBackWords) && !p.is(1, &asksBackWords) || !p.isCore(first, last) {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.add(start, end, Password, 0.65, byAssignment, p.verbatim(start, end))
}

// passwordOfWords takes a few words that are none of common speech and the number behind them, right behind a word for a password, token i, for
// one, whatever goes on: "mi contraseña gatito negro doce no funciona".
func (p *pass) passwordOfWords(i int) {
	const most = 3 // words
	tokens := p.text.Tokens
	if p.in.Channel == ChannelLog {
		return
	}
	k := i + 1
	for ; k < len(tokens) && k <= i+most+1 && p.between(k-1) == gapSpace && !p.isInert(int(tokens[k].Start)); k++ {
		if p.saysNumber(k) {
			break
		}
		if !tokens[k].IsWord() || tokens[k].Bits&^(wordPhrase|wordPhraseEnd) != 0 || p.set.names.IsCommon(tokens[k].Hash) ||
			p.is(k, &notPasswords) || p.is(k, &notPasswordsSaid) || p.is(k, &notAnswersSaid) || p.is(k, &noNames) || p.speech.IsPlain(&tokens[k], p.b) {
			return
		}
	}
	if k == i+1 || k >= len(tokens) || p.between(k-1) != gapSpace || !p.saysNumber(k) {
		return
	}
	for k+1 < len(tokens) && p.between(k) == gapDash && p.saysNumber(k+1) {
		k++
	}
	k = p.saidOn(k, len(tokens))
	if p.bitsAt(k+1)&cuesAgainst != 0 || p.is(k+1, &signCounts) || p.is(k+1, &notPasswords) {
		return
	}
	start, end := int(tokens[i+1].Start), int(tokens[k].End)
	p.add(start, end, Password, 0.65, byAssignment, p.verbatim(start, end))
}

// saysNumber says whether token k is a number, written or said by a word that commonly means nothing else.
func (p *pass) saysNumber(k int) bool {
	if p.text.Tokens[k].IsNumber() {
		return true
	}
	_, sure := p.speech.IsNumber(&p.text.Tokens[k], p.b)
	return sure
}

// signCounts are what a password may have a number of.
var signCounts = wordsOf("characters digits letters signs zeichen stellen caractères caracteres caratteri tekens znaków tegn tecken aksharon akshar")

// passwordBehind takes a word that is no common one and the number behind it, which end a clause, for a password right behind that word,
// token i: "sure, password yamaha 544".
func (p *pass) passwordBehind(i int) {
	tokens := p.text.Tokens
	k := i + 1
	if p.in.Channel == ChannelLog || k+1 >= len(tokens) || !tokens[k].IsWord() || !tokens[k+1].IsNumber() || p.between(i) != gapSpace || p.between(k) != gapSpace ||
		k+2 < len(tokens) && p.between(k+1) == gapSpace && !p.is(k+2, &thanksWords) {
		return
	}
	if p.set.names.IsCommon(tokens[k].Hash) || tokens[k].Bits != 0 || p.is(k, &notPasswords) || p.isInert(int(tokens[k].Start)) || p.isInert(int(tokens[k+1].Start)) {
		return
	}
	start, end := int(tokens[k].Start), int(tokens[k+1].End)
	p.add(start, end, Password, 0.65, byAssignment, p.verbatim(start, end))
}

var (
	sayWhen  = wordsOf("today tonight tomorrow yesterday again instead anymore anyway though btw")
	ownWords = wordsOf("my the our his her their " + said("own", ""))
	// ownEnglish are those of them that stand before the thing itself in English.
	ownEnglish = wordsOf("my the our his her their")
	// troubles are what a password may be instead of being said.
	troubles = wordsOf("problem problems issue issues question concern thing trouble error email username else")
)

var (
	// characterWords say what a character looks like.
	characterWords = wordsOf(`capital capitals uppercase lowercase caps exclamation ampersand asterisk hashtag underscore percent
		großbuchstabe großgeschrieben kleingeschrieben ausrufezeichen fragezeichen raute unterstrich majuscule minuscule mayúscula minúscula
		maiúscula minúsculo maiuscola minuscola hoofdletter uitroepteken wykrzyknik`)
	// signWords are words that do with one of signs behind them.
	signWords = wordsOf("upper lower question dollar pound hash at plus equals percent small big letter instead punto signo point")
	signs     = wordsOf("of case mark sign tag key letter interrogativo esclamativo interrogation")
	// notDictated go with what somebody tells about a password without saying it.
	notDictated = wordsOf("don doesn didn isn couldn wouldn wasn i'm i've we you they he she tried try trying works working worked can't cannot don't doesn't didn't won't isn't not reset change changed forgot forget why how must should")
)

// valueNow is what valueAfter is, past a word for now.
func (p *pass) valueNow(i, token int) (start int, strict, ok bool) {
	if start, strict, ok = p.valueAfter(i, token); ok && strict {
		start = p.pastNow(start)
	}
	return start, strict, ok && start > 0
}

// pastNow is where what stands at a place goes on behind a word for now in other languages than English: "est maintenant tiger99"; 0 if it doesn't.
func (p *pass) pastNow(start int) int {
	k := p.firstAt(start)
	if k >= len(p.text.Tokens) || int(p.text.Tokens[k].Start) != start || !p.is(k, &nowWords) {
		return start
	}
	if k+1 < len(p.text.Tokens) && p.between(k) == gapSpace {
		return int(p.text.Tokens[k+1].Start)
	}
	return 0
}

var nowWords = wordsOf("jetzt nun maintenant ahora adesso nu teraz agora ab अब")

// spokenPassword is where the password ends that somebody says, whose first word is at start to end: a number behind a word belongs to
// it, "is blessed 99", and so do the words of a short clause, "green kettle forty two", and characters that are described. It gives end where it goes no further, 0 where the word goes on with the sentence.
func (p *pass) spokenPassword(start, end int) int {
	first, last := p.tokensOf(start, end)
	if first > last || p.is(first, &notPasswords) || p.is(first, &notPasswordsSaid) {
		return 0
	}
	if p.in.Channel != ChannelLog {
		if k := p.dictatedEnd(last); k > last {
			return p.pieceEnd(k)
		}
	}
	const words, long = 3, 8
	for k := last; k < last+words && k+1 < len(p.text.Tokens) && p.in.Channel != ChannelLog; k++ {
		t := &p.text.Tokens[k+1]
		if p.codeGap(k) != ' ' || p.isInert(int(t.Start)) || t.Len() > long || t.IsWord() && t.Len() > 1 {
			break
		}
		end = int(t.End)
	}
	if k := last + 1; first == last && k < len(p.text.Tokens) && p.between(last) == gapSpace && p.saysNumber(k) && !p.text.Tokens[k].IsNumber() && p.in.Channel != ChannelLog {
		return int(p.text.Tokens[p.saidOn(k, k+words)].End) // "cereza cuarenta y uno y no funciona"
	}
	return end
}

// numberFollows says whether a number of two digits and more stands behind the letters from start to end: "vj 12".
func (p *pass) numberFollows(start, end int) bool {
	first, last := p.tokensOf(start, end)
	return first == last && last+1 < len(p.text.Tokens) && p.text.Tokens[last+1].IsNumber() && p.text.Tokens[last+1].Len() > 1 && p.between(last) == gapSpace &&
		p.text.Tokens[first].IsWord() && !p.is(first, &notPasswords)
}

// pieceEnd is where the piece without spaces ends that token k is a part of, less the marks of a sentence: "Fietsbel#12".
func (p *pass) pieceEnd(k int) int {
	end, _ := p.valueEnd(int(p.text.Tokens[k].Start))
	for end > int(p.text.Tokens[k].End) && (p.b[end-1] == '!' || p.b[end-1] == '?' || p.b[end-1] == ':') {
		end--
	}
	return end
}
