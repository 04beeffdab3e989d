package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// What user names score that are said.
const (
	userAsked = 0.75
	userTold  = 0.7
	userAlone = 0.5 // a turn that is nothing but letters with figures behind
)

// answerUser takes what answers the question for a user name for one, and what follows words for one: "logged in as me jdoe four one". A
// turn that is a word with figures behind it and nothing else is one, too.
func (p *pass) answerUser() {
	tokens := p.text.Tokens
	if p.in.Channel != ChannelLog {
		p.signedUsers()
	}
	switch n := len(tokens); {
	case p.in.Channel == ChannelLog || n == 0:
	case p.in.Call == nil:
		if p.in.Channel != ChannelDoc {
			p.toldUsers()
		}
	case p.wants.cues&wordUser != 0 && p.wants.cues&cuePassword == 0:
		first, last := p.answerBounds()
		if k := first - 1; k >= 0 && isWord(p.bytesOf(&tokens[k]), "s") && p.at(int(tokens[k].Start)-1) != '\'' && !p.is(k-1, &answerLead) {
			first = k // "s birtwistle two", not "it s birtwistle"
		}
		last = p.describedUser(first, last)
		for first < last && tokens[first].Len() > 1 && !p.saysNumber(first) && (p.is(first, &answerLeadSaid) || p.is(first, &waitWords)) {
			first++
		}
		for first < last && p.is(last, &thanksSaid) {
			last--
		}
		if first < last && p.is(first, &atWord) && p.addHandle(first+1, userAsked-p.wants.decay) {
			return
		} else if first < last && p.isTypedUser(first, last) {
			p.addScored(int(tokens[first].Start), int(tokens[last].End), guess{kind: Username, score: score{question: userAsked - p.wants.decay}, rule: "answer", detector: byUser},
				p.compact(int(tokens[first].Start), int(tokens[last].End)))
		} else if first <= last {
			p.addSaidUser(first, last, userAsked-p.wants.decay, true)
		}
		p.toldUsers()
		p.coreUser()
	case p.wants.cues&cuePassword == 0 && p.isPasswordAlone():
		start, end := int(tokens[n-1].Start), len(bytes.TrimRight(p.b, " \n"))
		p.addScored(start, end, guess{kind: Password, score: score{form: userAlone}, rule: "alone", detector: byAssignment}, p.verbatim(start, end))
	case p.wants.cues == 0 && isUserShape(&tokens[n-1]) && p.isLed(n-1) && p.hasUserLetters(n-1):
		p.addSaidUser(n-1, n-1, userAlone, true)
	case p.text.Said&(wordUser|wordPhraseEnd) != 0:
		p.toldUsers()
	}
}

// coreUser takes what is left of an answer without the words around it for the user name that was asked for, if nothing else was found: "it should be
// sunny day i think".
func (p *pass) coreUser() {
	if len(p.candidates) > 0 || p.wants.decay > 0.1 {
		return
	}
	first, last := p.answerCore()
	if last = p.describedUser(first, last); first <= last && last-first < userTokens && p.isCore(first, last) {
		from, to := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
		p.addScored(from, to, guess{kind: Username, score: score{question: userAsked - p.wants.decay}, rule: "answer", detector: byUser}, p.compact(from, to))
	}
}

// describedUser is the last token of the first sentence from token first on, without words at its end for how a user name is written: "sunny day, all
// one word", "s birtwistle two all lower case".
func (p *pass) describedUser(first, last int) int {
	for k := first; k < last; k++ {
		if p.sentenceEnds(int(p.text.Tokens[k].End)) {
			last = k
		}
	}
	k := last
	for k > first && (p.is(k, &writtenSo) || k < last && p.is(k, &writtenAs)) {
		k--
	}
	return k
}

var (
	writtenSo = wordsOf("word case lowercase uppercase caps capitals spaces space together letters")
	writtenAs = wordsOf("all one lower upper small in no with as it's written")
)

// toldUsers looks for user names beside words for one.
func (p *pass) toldUsers() {
	if p.said&wordUser == 0 {
		return
	}
	for k := range p.text.Tokens {
		if p.text.Tokens[k].Bits&(wordUser|wordPhraseEnd) != 0 && p.cue(k)&wordUser != 0 {
			p.toldUser(k + 1)
			p.toldUserBefore(k)
		}
	}
}

// calledUser takes what looks like a user name right behind token i, the word "user", for one: "it says user jquimby41", "user lkumar four nine".
func (p *pass) calledUser(i int) {
	const least = 4
	k := i + 1
	for k < len(p.text.Tokens) && p.between(k-1) == gapSpace && (p.speech.IsFiller(&p.text.Tokens[k], p.b) || p.is(k, &likeWord)) {
		k++
	}
	if k >= len(p.text.Tokens) || p.between(k-1) != gapSpace {
		return
	}
	t, next := &p.text.Tokens[k], k+1
	if next+1 < len(p.text.Tokens) && p.speech.IsFiller(&p.text.Tokens[next], p.b) {
		next++
	}
	rare := t.IsWord() && t.Len() >= least && t.Bits == 0 && next < len(p.text.Tokens) && p.saysNumber(next) && p.between(k) == gapSpace
	if rare || isUserShape(t) && p.userHead(k) >= least {
		p.addSaidUser(k, min(k+userTokens-1, len(p.text.Tokens)-1), userTold, false)
	}
}

var likeWord = wordsOf("like")

// signedUsers takes what looks like a user name before "signed in" and the like for one: "jquimby41 signed in from …".
func (p *pass) signedUsers() {
	for _, h := range p.text.Hot {
		if k := int(h); isUserShape(&p.text.Tokens[k]) && p.is(k+1, &signedWords) && p.is(k+2, &signedLinks) && p.between(k) == gapSpace && p.hasUserLetters(k) {
			p.addSaidUser(k, k, userTold, true)
		}
	}
}

var (
	signedWords = wordsOf("signed logged")
	signedLinks = wordsOf("in on into out off")
)

// toldUser looks for a user name from token k on, behind a word for one.
func (p *pass) toldUser(k int) {
	for n := 0; n < 3 && p.is(k, &userLinks); n++ {
		k++
	}
	if k >= len(p.text.Tokens) || p.between(k-1) == gapOther {
		return
	}
	if t := &p.text.Tokens[k]; p.is(k+1, &andWords) && p.between(k) == gapSpace && p.bitsAt(k-1)&wordIs != 0 && p.isUserWord(k) { // "my username is tinker and …"
		p.addScored(int(t.Start), int(t.End), guess{kind: Username, score: score{words: userTold}, rule: "told", detector: byUser}, p.compact(int(t.Start), int(t.End)))
	} else if isUserShape(t) || k+1 < len(p.text.Tokens) && p.isUserPart(k+1) {
		p.addSaidUser(k, min(k+userTokens-1, len(p.text.Tokens)-1), userTold, false)
	} else if p.isInitialOf(k) { // "mon identifiant est j quimper"
		p.addInitialUser(k, k+1, userTold)
	}
}

// isUserWord says whether token k is a word that says nothing else and may be a user name.
func (p *pass) isUserWord(k int) bool {
	t := &p.text.Tokens[k]
	return t.IsWord() && t.Bits == 0 && p.mayBeUser(t) && !p.is(k, &notPasswords) && !p.isInert(int(t.Start))
}

// isTypedUser says whether tokens first to last are one word with marks within it, as user names are typed: "app_rw", "CORP\\roe".
func (p *pass) isTypedUser(first, last int) bool {
	for k := first; k < last; k++ {
		if p.isInert(int(p.text.Tokens[k].Start)) || p.text.Tokens[k+1].Start != p.text.Tokens[k].End+1 {
			return false
		}
		switch p.at(int(p.text.Tokens[k].End)) {
		case '_', '.', '-', '\\':
		default:
			return false
		}
	}
	return true
}

// toldUserBefore looks for a user name before "is my login", whose last token is k.
func (p *pass) toldUserBefore(k int) {
	for p.is(k-1, &userHeads) {
		k--
	}
	last := k - 3
	if p.is(last, &takeUps) && p.between(last) == gapQuote {
		return // "le problème c'est mon identifiant"
	}
	if last < 0 || !p.is(k-1, &ownWords) || p.bitsAt(k-2)&wordIs == 0 {
		return
	}
	first := last
	for first > 0 && last-first < userTokens-1 && p.isUserPart(first) {
		first--
	}
	t := &p.text.Tokens[first]
	plain := t.Bits&(cuesIdentifier|cuesAgainst) != 0 || p.is(first, &notPasswords) || p.is(first, &notAnswers) || p.is(first, &stopWords) || p.is(first, &troubles)
	switch {
	case first < last || isUserShape(t):
		p.addSaidUser(first, last, userTold, true)
	case first == 0 && k+1 == len(p.text.Tokens) && t.Len() > 2 && !plain: // "shop is my login"
		p.addScored(int(t.Start), int(t.End), guess{kind: Username, score: score{question: userTold}, rule: "answer", detector: byUser}, p.compact(int(t.Start), int(t.End)))
	}
}

// userHeads are before the last word of what a user name is called.
var userHeads = wordsOf("user log login sign signin logon screen account")

// userLinks stand between a word for a user name and the name.
var userLinks = wordsOf("s is me my it's it was um uh er ist est es è jest é era était war c jetzt maintenant ahora adesso agora nu teraz")

const userTokens = 6

// isPasswordAlone says whether a turn is one word with figures behind it and a mark behind those, but for words that lead to an answer:
// "sunflower41!", "i think it's willow14$".
func (p *pass) isPasswordAlone() bool {
	const letters, digits = 4, 2
	last := len(p.text.Tokens) - 1
	t := &p.text.Tokens[last]
	if t.Shape&scan.Digit == 0 || t.IsNumber() || !p.isLed(last) {
		return false
	}
	b, mark := p.bytesOf(t), p.at(int(t.End))
	n := 0
	for n < len(b) && scan.IsLetter(b[n]) {
		n++
	}
	if n < letters || len(b)-n < digits || digitsIn(b[n:]) != len(b)-n || p.isInert(int(t.Start)) {
		return false
	}
	switch rest := bytes.TrimRight(p.b[t.End:], " \n"); {
	case len(rest) != 1 || last == 0 && len(bytes.TrimLeft(p.b[:t.Start], " ")) > 0 || last > 0 && p.between(last-1) != gapSpace:
		return false
	case mark == '#' || mark == '$' || mark == '*' || mark == '&' || mark == '@':
		return true
	case p.is(last, &algorithms) || numberedThings.holds(b[:n]) || makes.holds(b[:n]):
		return false
	default:
		return mark == '!' && n > letters || (mark == '!' || mark == '?') && (len(b)-n > digits || p.listingOf(b[:n]).Common < commonWord)
	}
}

// isLed says whether nothing but words that lead to an answer stand before token last: "yes it's", "hold on".
func (p *pass) isLed(last int) bool {
	const lead = 5
	for k := range last {
		if last > lead || !p.is(k, &answerLead) && !p.is(k, &answerLeadSaid) && !p.is(k, &waitWords) && !p.isModal(k) {
			return false
		}
	}
	return true
}

// waitWords are said before an answer that is looked for.
var waitWords = wordsOf("hold on one second sec moment minute wait ja oui sí si sim haan tak moment attendez espere aspetti even wacht chwileczkę ruko rukiye")

// numberedThings are words that figures are written onto without making a password of them.
var numberedThings = wordsOf("kb class level route flight platform terminal covid windows python version channel episode season chapter section number stage floor track phase agent round group score question point thank thanks hello today iphone galaxy pixel")

// isUserShape says whether a token is letters with a few figures behind them.
func isUserShape(t *scan.Token) bool {
	return !t.IsWord() && t.Shape&scan.Digit != 0 && t.Shape&(scan.Lower|scan.Upper) != 0 && t.Len() >= 5
}

// hasUserLetters says whether token k is four letters and more that are no common word, and one to three figures.
func (p *pass) hasUserLetters(k int) bool {
	const letters = 4
	n := p.userHead(k)
	return n >= letters && p.listingOf(p.bytesOf(&p.text.Tokens[k])[:n]).Common == 0
}

// userHead is how many letters stand before the one to three figures that are the rest of token k, if they don't say what has a number: 0
// of "iphone12".
func (p *pass) userHead(k int) (n int) {
	const digits = 3
	b := p.bytesOf(&p.text.Tokens[k])
	for n < len(b) && scan.IsLetter(b[n]) {
		n++
	}
	w := p.set.lexicon.Lookup(b[:n])
	if len(b)-n > digits || digitsIn(b[n:]) != len(b)-n || w.Bits != 0 || numberedThings.holds(b[:n]) || makes.holds(b[:n]) || p.is(k, &firms) || p.is(k, &makes) {
		return 0
	}
	return n
}

// mayBeUser says whether a common word that is all of an answer may be a user name: "sunflower".
func (p *pass) mayBeUser(t *scan.Token) bool {
	const talk = 6
	l := p.set.names.Listing(t.Hash)
	return !l.Other && l.Common < talk && t.Len() > 4
}

// answerLocal takes the beginning of an e-mail address that was asked for and ends the turn: a word or a letter with figures, letters and
// marks behind it. The rest comes in the next turn.
func (p *pass) answerLocal() {
	const most = 12
	tokens := p.text.Tokens
	if p.wants.cues&cueEmail == 0 || p.in.Call == nil || p.in.Channel == ChannelLog || len(tokens) < 2 || len(tokens) > most {
		return
	}
	first := len(tokens) - 1
	if !p.isUserPart(first) {
		return
	}
	for first > 0 && p.isUserPart(first) {
		first--
	}
	if p.at(int(tokens[first].Start)-1) == '\'' && tokens[first].Len() == 1 {
		first++ // "it's m c"
	}
	t := &tokens[first]
	for k := range p.candidates {
		if c := &p.candidates[k]; c.kind == Email && c.start <= int(t.Start) || c.kind == Phone {
			return
		}
	}
	if !t.IsWord() || p.isInert(int(t.Start)) || t.Len() > 1 && p.set.names.IsCommon(t.Hash) && !p.is(first+1, &userMarks) || t.Bits&(cuesIdentifier|cuesAgainst|wordNumber|wordIs|wordMonth) != 0 {
		return
	}
	if t.Len() > 1 && p.is(first, &localLeads) {
		if first++; first == len(tokens)-1 {
			return
		}
	}
	from, to := int(tokens[first].Start), int(tokens[len(tokens)-1].End)
	p.addScored(from, to, guess{kind: Email, score: score{question: userAsked - p.wants.decay}, rule: "answer", detector: byEmail}, p.compact(from, to))
}

// localLeads stand before an address and are none of it.
var localLeads = wordsOf("to at on para naar auf an na à a it's is its")

// isUserPart says whether token k goes on with a user name that is said: a figure, a letter, a mark or what stands behind one.
func (p *pass) isUserPart(k int) bool {
	t := &p.text.Tokens[k]
	if gap := p.between(k - 1); gap != gapSpace && gap != gapDot || p.isInert(int(t.Start)) {
		return false
	}
	return t.Len() == 1 || p.saysNumber(k) || p.speech.IsSymbol(t, p.b) || p.is(k, &userMarks) || p.is(k-1, &userMarks)
}

var userMarks = wordsOf("colon underscore dash dot hyphen minus point punkt punto ponto kropka trattino streepje bindestrich unterstrich guion guión hífen tiret")

// beginsInitialUser says whether token k is a letter and the next a rare word, but for the end of "it's": "m okafor".
func (p *pass) beginsInitialUser(k int) bool {
	t, next := &p.text.Tokens[k], &p.text.Tokens[k+1]
	return t.Len() == 1 && next.IsWord() && next.Len() > 2 && !p.set.names.IsCommon(next.Hash) && p.between(k) == gapSpace && p.at(int(t.Start)-1) != '\''
}

// addSaidUser adds the user name that begins with token first: one word that is no common one, and figures, marks and letters behind it up
// to token last, where whole says so all of them.
func (p *pass) addSaidUser(first, last int, likely float32, whole bool) {
	tokens := p.text.Tokens
	t := &tokens[first]
	if last-first >= userTokens || p.isInert(int(t.Start)) || t.IsNumber() && first == last {
		return
	}
	if whole && first < last && p.beginsInitialUser(first) {
		p.addInitialUser(first, last, likely)
		return
	}
	marked := first < last && p.is(first+1, &userMarks) && p.isUserPart(first+1) // "m dot feldt", "live colon rosie"
	if p.is(first, &notAnswers) && !marked || p.is(first, &notPasswords) || t.IsWord() && !marked && (t.Len() < 3 || p.set.names.IsCommon(t.Hash) && !(whole && first == last && p.mayBeUser(t))) {
		return
	}
	end := first
	for k := first + 1; k <= last; k++ {
		if p.isUserPart(k) {
			end = k
		} else if !p.speech.IsFiller(&tokens[k], p.b) || k == last || !p.saysNumber(k+1) {
			break
		}
	}
	if p.is(end, &userMarks) || end < last && (whole || end == first && t.IsWord()) {
		return // a sentence
	}
	from, to := int(t.Start), int(tokens[end].End)
	p.addScored(from, to, guess{kind: Username, score: score{question: likely}, rule: "answer", detector: byUser}, p.compact(from, to))
}

// isInitialOf says whether token k is an initial, and no word of one letter, before a name that no list has as a word.
func (p *pass) isInitialOf(k int) bool {
	const least = 4
	t := &p.text.Tokens[k]
	if t.Len() != 1 || !t.IsWord() || isVowel(p.b[t.Start]|0x20) || p.b[t.Start]|0x20 == 'y' || p.at(int(t.Start)-1) == '\'' || k+1 >= len(p.text.Tokens) || p.between(k) != gapSpace {
		return false
	}
	next := &p.text.Tokens[k+1]
	return next.Len() >= least && p.mayBeRelated(k+1) && !p.set.names.IsCommon(next.Hash)
}

// addInitialUser adds the user name of an initial, token first, and a name, and what follows up to token last if it can be of it: "m hollis
// four", "l kumar underscore admin".
func (p *pass) addInitialUser(first, last int, likely float32) {
	for k := first + 2; k <= last; k++ {
		if !p.isUserPart(k) {
			return
		}
	}
	from, to := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(from, to, guess{kind: Username, score: score{question: likely}, rule: "answer", detector: byUser}, p.compact(from, to))
}
