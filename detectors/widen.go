package detectors

import (
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

const (
	// widenTokens is the length of the longest turn that is one answer, read out letter by letter.
	widenTokens = 24
	// widenWord is the longest word that may stand for a letter or a digit in one: "see", "for", "you".
	widenWord = 3
	// widenGap is how many words may stand between two pieces of one.
	widenGap = 3
	// cuesRead are questions that are answered letter by letter.
	cuesRead = cuePostcode | cuePAN | cueNINO | cueIBAN | cueID | wordSpell
)

// widenAnswer takes all of an answer that is read out letter by letter for one finding. Recognisers write such letters as words ("see a
// five" for CA5) and names in pieces ("SM I th"), so what lies between two pieces of the answer, and short words beside them, belong
// to it.
func (p *pass) widenAnswer() {
	p.fewCharacters()
	p.readPlate()
	if p.wants.cues&(cuesRead|cueName) == 0 || p.in.Call == nil || len(p.text.Tokens) == 0 || len(p.text.Tokens) > widenTokens {
		return
	}
	first, last := p.answerBounds()
	if first > last {
		return
	}
	kind, from, to := Type(0), -1, -1
	const others = cuePostcode | cueEmail | cuePassword | wordAnswer | cuesNumber&^cueAnyID
	if cues := p.wants.cues; cues&wordSpell != 0 && cues&cueName != 0 && cues&(cuePostcode|cueEmail) == 0 && p.isInPieces(first, last) ||
		cues&(wordSpell|cueName) != 0 && cues&others == 0 && p.isReadOut(first, last) {
		kind, from, to = Person, first, last
	} else if cues&cueName != 0 {
		return
	} else if kind, from, to = p.answerPieces(); kind == 0 {
		return
	}
	for from > first && p.isPiece(from-1) {
		from--
	}
	for to < last && p.isPiece(to+1) {
		to++
	}
	if kind != Person && p.isFound(int(p.text.Tokens[from].Start), int(p.text.Tokens[to].End)) {
		return
	}
	for k := from; k <= to; k++ {
		if p.isInert(int(p.text.Tokens[k].Start)) {
			return
		}
	}
	start, end := int(p.text.Tokens[from].Start), int(p.text.Tokens[to].End)
	p.addScored(start, end, guess{kind: kind, score: score{question: 0.9 - p.wants.decay}, rule: "answer", detector: bySpeech}, p.compact(start, end))
}

// fewCharacters takes a short turn of nothing but letters and digits for the characters of a PIN or password that were asked for: "k and
// seven".
func (p *pass) fewCharacters() {
	const most, group = 6, 4
	cues := p.wants.cues & (cuePIN | cuePassword | cueCVV | cueOTP | wordAnswer)
	if cues == 0 || !p.wants.agent || len(p.text.Tokens) > most {
		return
	}
	first, last := p.answerBounds()
	symbols := 0
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		switch {
		case p.isInert(int(t.Start)):
			return
		case t.IsNumber() && (t.Len() <= 2 || t.Len() <= group && cues&cueOTP != 0): // "6289, 24"
			symbols += t.Len()
		case p.speech.IsSymbol(t, p.b):
			symbols++
		case !p.is(k, &andWords) && !p.is(k, &answerLeadSaid):
			return
		}
	}
	if symbols < 2 {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	if kind, detector := p.askedKind(symbols, spoken.Digits, 0); kind != 0 && !p.isFound(start, end) {
		p.addScored(start, end, guess{kind: kind, score: score{question: 0.7 - p.wants.decay}, rule: "answer", detector: detector}, p.compact(start, end))
	}
}

// readPlate takes what the agent says for the plate that was asked for, read back, if it is nothing but numbers and words that letters sound like: "is
// it why tea sixty ate see ex oh".
func (p *pass) readPlate() {
	const least, most = 4, 12 // tokens
	c := p.in.Call
	if c == nil || p.in.Role != RoleAgent || c.asked.topics[0] == 0 || c.age > patience || len(p.text.Tokens) < least || len(p.text.Tokens) > most {
		return
	}
	if kind, ok := p.set.soleType(c.asked.topics[0]); !ok || kind != VehiclePlate {
		return
	}
	first, last := 0, len(p.text.Tokens)-1
	for first < last && (p.is(first, &answerLead) || p.is(first, &backLeads) || p.is(first, &itselfWords) || p.is(first+1, &itselfWords) && p.bitsAt(first)&wordIs != 0) && !p.isSpelledOut(first) {
		first++
	}
	numbers := 0
	for k := first; k <= last; k++ {
		switch {
		case p.isInert(int(p.text.Tokens[k].Start)):
			return
		case p.text.Tokens[k].Shape&scan.Digit != 0, p.saysNumber(k):
			numbers++
		case !p.isPiece(k):
			return
		}
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	if last-first+1 >= least && numbers > 0 && numbers <= last-first && !p.isFound(start, end) {
		p.addScored(start, end, guess{kind: VehiclePlate, score: score{question: 0.7}, rule: "answer", detector: bySpeech}, p.compact(start, end))
	}
}

var andWords = wordsOf("and und et y e en i og och")

// answerBounds are the first and the last token of a turn without the words that lead to an answer or thank for it.
func (p *pass) answerBounds() (first, last int) {
	first, last = 0, len(p.text.Tokens)-1
	for first <= last && (p.is(first, &answerLead) || p.is(first, &answerWords)) && !p.isSpelledOut(first) {
		if first < last && p.text.Tokens[first].Len() == 1 && p.text.Tokens[first+1].Len() == 1 && p.at(int(p.text.Tokens[first].Start)-1) != '\'' {
			break // "s a m"
		}
		first++
	}
	for last >= first && p.is(last, &thanksWords) && !p.isSpelledOut(last) && !(p.text.Tokens[last].Len() == 1 && last == len(p.text.Tokens)-1) { // but "r and i"
		last--
	}
	return first, last
}

// answerWords name what the answer is.
var answerWords = wordsOf("postcode post code zip name surname first last full is the spelled spelt number")

// answerPieces are the first and the last token of what was found of the kind that was asked for, if there is little between.
func (p *pass) answerPieces() (kind Type, from, to int) {
	from, to = -1, -1
	best := float32(0)
	for k := range p.candidates {
		c := &p.candidates[k]
		if c.kind.yields() || c.kind == Email || c.kind == Person || c.kind == Address || c.kind == DateOfBirth || c.kind == Phone {
			continue
		}
		a, b := p.tokensOf(c.start, c.end)
		if a > b {
			continue // of marks alone
		}
		if from >= 0 && p.saysOther(min(b, to)+1, max(a, from)-1) {
			return 0, 0, 0
		}
		if from >= 0 && (a > to+1+widenGap || b < from-1-widenGap) {
			return 0, 0, 0
		}
		if from < 0 || a < from {
			from = a
		}
		to = max(to, b)
		if kind == 0 || kind == Number || kind == Spelled || c.total > best && c.kind != Number && c.kind != Spelled {
			kind, best = c.kind, c.total
		}
	}
	if kind == Number || kind == Spelled {
		if asked, _ := p.askedKind(codeAsked, spoken.Code, 0); asked != 0 {
			kind = asked
		}
	}
	return kind, from, to
}

// saysOther says whether a word about an identifier is among tokens first to last.
func (p *pass) saysOther(first, last int) bool {
	for k := first; k <= last; k++ {
		if p.text.Tokens[k].Bits&(cuesIdentifier&^cueCalling) != 0 {
			return true
		}
	}
	return false
}

// codeAsked is a usual number of letters and digits of a code.
const codeAsked = 6

// isPiece says whether token k may be a letter or a digit, or several, of what is read out.
func (p *pass) isPiece(k int) bool {
	t := &p.text.Tokens[k]
	if p.isInert(int(t.Start)) || p.at(int(t.Start)-1) == '\'' || p.sentenceEnds(int(t.End)) && k+1 < len(p.text.Tokens) {
		return false
	}
	if t.Shape&scan.Digit != 0 || p.isSpelledOut(k) {
		return true
	}
	return t.Len() <= widenWord && t.Bits&cueExpiry == 0 && !p.is(k, &plainPieces)
}

// plainPieces are short words that stand for no letter.
var plainPieces = wordsOf("i at on of by yes yep no not and the is was it my i'm but can hi ok okay um uh er")

// isInPieces says whether tokens first to last are mostly letters, or pieces of words of two and three.
func (p *pass) isInPieces(first, last int) bool {
	const long = 4
	short, all := 0, 0
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		if p.isSpelledOut(k) {
			short += 2
			all += 2
			continue
		}
		all++
		if t.Len() < long {
			short++
		}
	}
	return all > 1 && short*3 >= all*2
}

// isReadOut says whether tokens first to last are letters that are said one by one, but for words that say nothing, and at least three.
func (p *pass) isReadOut(first, last int) bool {
	const least = 3
	letters := 0
	for k := first; k <= last; k++ {
		switch t := &p.text.Tokens[k]; {
		case t.Len() == 1 && t.IsWord() || p.isSpelledOut(k) && t.Shape&scan.Digit == 0:
			letters += t.Len()
		case !p.is(k, &hesitations) && !p.is(k, &readFillers) && t.Len() > 2:
			return false
		}
	}
	return letters >= least
}

// readFillers stand between letters that are read out.
var readFillers = wordsOf("double triple dash hyphen space then actually like and sorry no")

// isSpelledOut says whether token k is letters or digits that were said one by one.
func (p *pass) isSpelledOut(k int) bool {
	start := int(p.text.Tokens[k].Start)
	for i := range p.speech.Regions {
		if g := &p.speech.Regions[i]; g.Start <= start && start < g.End {
			return g.Symbols > 1
		}
	}
	return false
}
