package detectors

import (
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

// answerCore are the first and the last token of what answers in a turn: what is left of it without the words around that say nothing of what was
// asked for, "hang on let me see it should be … i think". If nothing is left, first is behind last.
func (p *pass) answerCore() (first, last int) {
	first, last = 0, len(p.text.Tokens)-1
	for first <= last && (p.is(first, &answerLead) || p.is(first, &answerLeadSaid) || p.isAround(first)) {
		first++
	}
	for last >= first && (p.is(last, &thanksWords) || p.is(last, &thanksSaid) || p.is(last, &agreeing) || p.is(last, &answerLead) || p.isAround(last)) {
		last--
	}
	return first, last
}

// waits says whether a turn says nothing but that somebody waits or looks something up: "one moment", "take your time", "okay got it".
func (p *pass) waits() bool {
	const most = 8 // tokens
	if len(p.text.Tokens) > most || len(p.candidates) > 0 {
		return false
	}
	for k := range p.text.Tokens {
		if t := &p.text.Tokens[k]; t.Len() > 1 && !p.is(k, &waiting) {
			return false // most turns, by a look at one set
		}
	}
	waits := false
	for k := range p.text.Tokens {
		switch {
		case p.is(k, &answerLead), p.is(k, &answerLeadSaid), p.is(k, &thanksWords), p.is(k, &thanksSaid), p.is(k, &agreeing): // "okay thanks"
		case p.isAround(k), p.is(k, &patient):
			waits = true
		default:
			return false
		}
	}
	return waits
}

// isAround says whether token k is among the words that people say before and behind an answer.
func (p *pass) isAround(k int) bool {
	t := &p.text.Tokens[k]
	return p.is(k, &aroundAnswers) || p.is(k, &waitWords) || p.is(k, &modals) || p.is(k, &beWord) || t.Len() == 1 && p.at(int(t.Start)-1) == '\'' ||
		p.is(k, &relatives) && p.is(k+1, &aroundAnswers)
}

// isCore says whether tokens first to last may be an answer in words: at most three, not all of them the commonest, of no sentence, and nothing that
// was called by its name.
func (p *pass) isCore(first, last int) bool {
	const most, talk = 3, 6
	if p.is(first-1, &answerArticles) && p.is(first-2, &consulted) {
		return false // "let me check the app"
	}
	n, rare := 0, false
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		if !t.IsNumber() && !p.saysNumber(k) {
			n++
		}
		if n > most || p.isInert(int(t.Start)) || t.Bits&(cuesIdentifier|cuesAgainst|wordAnswer|wordSpell) != 0 || k > first && p.between(k-1) != gapSpace && p.between(k-1) != gapComma || p.is(k+1, &negated) {
			return false
		}
		for _, list := range notCore {
			if p.is(k, list) && !(list == &stopWords && k > first && p.is(k, &coreNouns)) {
				return false
			}
		}
		rare = rare || p.saysNumber(k) || p.set.names == nil || p.set.names.Listing(t.Hash).Common < talk
	}
	return n > 0 && rare
}

var (
	aroundAnswers = wordsOf("a hang hold bear with wait me let check see sec second minute moment look looking here i'm i've i'd ve d ll re have had has got one use used using to still try maybe possibly probably perhaps guess believe reckon suppose you should " +
		"already same as before say says said saying reads read looks like god sorry told your colleague again ready are pen put usually normally always sure is on the letter card screen sheet paper for me mine we this there go goes now just done yet give been be " +
		"would could did do get it that's catch right fine")
	notCore   = [...]*words{&notAnswers, &notAnswersSaid, &notPasswords, &notPasswordsSaid, &notDictated, &clauseWords, &sentenceWords, &stopWords, &troubles}
	coreNouns = wordsOf("day days time times hour hours year street people") // "sunny day"
	patient   = wordsOf("take time no rush worries problem problems whenever ready ahead fine course find finding phone bag wallet purse glasses minute sorry pardon what go on right alright gerne moment klar bien sûr claro certo natuurlijk jasne")
	negated   = wordsOf("t") // "haven't"
	consulted = wordsOf("check find open ask try see")
	waiting   = union(&answerLead, &answerLeadSaid, &thanksWords, &thanksSaid, &agreeing, &aroundAnswers, &waitWords, &modals, &beWord, &relatives, &patient)
	relatives = wordsOf("wife husband partner mum mom dad son daughter")
)

// coreAnswer takes what is left of a turn without the words around an answer: "hang on it should be sunflower forty one i think".
func (p *pass) coreAnswer() bool {
	first, last := p.answerCore()
	if p.in.Channel == ChannelLog || first > last || last-first >= userTokens || !p.isCore(first, last) {
		return false
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(start, end, guess{kind: Password, score: score{question: 0.7 - p.wants.decay}, rule: "answer", detector: byAssignment}, p.verbatim(start, end))
	return true
}

// isModal says whether token k is of "should be", "would be".
func (p *pass) isModal(k int) bool {
	return p.is(k, &modals) && p.is(k+1, &beWord) || p.is(k, &beWord) && p.is(k-1, &modals)
}

var (
	modals = wordsOf("should would could might must will")
	beWord = wordsOf("be")
)

// answerLead stand before an answer and say nothing of it.
var (
	answerLead  = wordsOf("it its it's that that's is was s yeah yea ya yes yep yup sure okay ok um uh er erm well so then my oh i think probably the")
	thanksWords = wordsOf("please thanks thank you i think")
)

// answerCode takes a piece of letters, figures and marks that answers a question for a number: "HL-2204/18".
func (p *pass) answerCode() {
	const longest, least = 24, 3
	if p.wants.cues&(cueAccount|cueOrder|cueAnyID|wordNumber) == 0 || !p.wants.agent || p.in.Channel == ChannelLog {
		return
	}
	first, last := p.answerCore()
	if first > last || p.isInert(int(p.text.Tokens[first].Start)) {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	value := p.b[start:end]
	if len(value) > longest || digitsIn(value) < least || !hasLetter(value) || !isUnbroken(value) && !p.arePieces(first, last) || p.isFound(start, end) {
		return
	}
	for k := range p.candidates {
		if c := &p.candidates[k]; c.start < end && start < c.end && (c.kind == Date || c.kind == URL) {
			return
		}
	}
	if kind, detector := p.askedKind(codeAsked, spoken.Code, 0); kind != 0 {
		p.addScored(start, end, guess{kind: kind, score: score{question: 0.75 - p.wants.decay}, rule: "answer", detector: detector}, p.compact(start, end))
	}
}

// arePieces says whether tokens first to last are groups of letters and figures alone, of which some are letters that are no word: "W, E4H, 7 9 K, P2L".
func (p *pass) arePieces(first, last int) bool {
	letters := false
	for k := first; k <= last; k++ {
		if !p.isCodePiece(k) || k < last && p.between(k) != gapComma && p.between(k) != gapSpace {
			return false
		}
		letters = letters || !p.text.Tokens[k].IsNumber() && p.text.Tokens[k].Len() > 1
	}
	return letters
}

// isUnbroken says whether a value is letters, figures and what codes have between them, and no blank.
func isUnbroken(value []byte) bool {
	for _, c := range value {
		if !scan.IsWordByte(c) && c != '-' && c != '/' && c != '.' && c != '#' {
			return false
		}
	}
	return true
}

// answerDateParts takes what is left of an answer that is nothing but parts of a date for one that is given bit by bit: "the fourth of", "and then twenty
// nine".
func (p *pass) answerDateParts() {
	const most = 10 // tokens
	kind, detector := DateOfBirth, uint8(byDate)
	switch asked := p.wants.cues & (cueBirth | cueExpiry); {
	case asked == 0 || !p.wants.agent || p.in.Channel == ChannelLog:
		return
	case asked == cueExpiry:
		kind, detector = CardExpiry, byCardData
	}
	for k := range p.candidates {
		if c := p.candidates[k].kind; !c.yields() && c != kind {
			return
		}
	}
	first, last := p.answerCore()
	for first <= last && p.is(first, &andWords) {
		first++
	}
	parts := 0
	for k := first; k <= last; k++ {
		switch {
		case p.isInert(int(p.text.Tokens[k].Start)) || last-first >= most:
			return
		case p.bitsAt(k)&wordMonth != 0, p.saysNumber(k), p.dayAt(k) > 0:
			parts++
		case k > first && p.is(k, &correcting), k > first && p.is(k, &thisYear) && (p.bitsAt(k)|p.bitsAt(k+1))&wordYear != 0:
		case !p.is(k, &ofWords) && !p.is(k, &articles) && !p.is(k, &andWords):
			return
		}
	}
	if parts == 0 {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(start, end, guess{kind: kind, score: score{question: 0.75 - p.wants.decay}, rule: "parts", detector: detector}, p.compact(start, end))
}

var (
	correcting = wordsOf("no sorry rather mean wait um uh er") // "the ninth, no, the tenth of may"
	thisYear   = wordsOf("this last year")
)

// rememberAnswer has the call know again what a turn gives for a name and nothing else, also if the tagger is hardly sure of it, but for words with another
// use.
func (p *pass) rememberAnswer(ctx *names.Context) {
	if p.wants.cues&cueName == 0 || ctx.Memory == nil {
		return
	}
	first, last := p.answerCore()
	if last-first >= nameTokens {
		return
	}
	for k := first; k <= last; k++ {
		if !p.isPersonAt(int(p.text.Tokens[k].Start)) {
			return
		}
	}
	for k := first; k <= last; k++ {
		if l := p.set.names.Listing(p.text.Tokens[k].Hash); l.Common == 0 && !l.Other {
			ctx.Memory.Add(p.text.Tokens[k].Hash)
		}
	}
}
