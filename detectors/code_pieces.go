package detectors

import (
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

// What a code in pieces has: "tw 68 v 5", "dg 432 h". Records of bookings are of five to seven characters.
const (
	piecesLeast    = 3 // groups of letters and of digits, by turns
	pieceMost      = 5 // characters of one
	piecesShortest = 5 // characters
	piecesLongest  = 8
	piecesTold     = 4 // characters, behind a word that says what they are
)

// findPieces looks for codes of letters and digits that a conversation has in groups, and that have no form known: what a turn ends with, or
// says before "and", or all that a question asked for.
func (p *pass) findPieces() {
	if p.in.Channel == ChannelLog || p.in.Channel == ChannelDoc || p.set.names == nil {
		return
	}
	tokens := p.text.Tokens
	for next, h := 0, 0; h < len(p.text.Hot); h++ {
		k := int(p.text.Hot[h])
		if k < next || tokens[k].Shape&scan.Digit == 0 || !p.isCodePiece(k) {
			continue
		}
		first, last := k, k
		for first > next && p.codeGap(first-1) == ' ' && p.isCodePiece(first-1) && tokens[first-1].IsNumber() != tokens[first].IsNumber() {
			first--
		}
		for p.codeGap(last) == ' ' && p.isCodePiece(last+1) && tokens[last+1].IsNumber() != tokens[last].IsNumber() {
			last++
		}
		if next = last + 1; first == last || next < len(tokens) && (p.isInert(int(tokens[next].Start)) || !p.clauseEnds(int(tokens[last].End), int(tokens[next].Start))) && !p.is(next, &andWords) && !p.is(next, &thanksWords) {
			continue
		}
		kind, detector := p.toldPieces(first)
		if !p.makesCode(first, last, kind) {
			continue
		}
		if kind == 0 {
			if kind, detector = p.askedKind(codeAsked, spoken.Code, 0); kind == 0 || kind == Person {
				kind, detector = Number, bySpeech
			}
		}
		start, end := int(tokens[first].Start), int(tokens[last].End)
		p.addScored(start, end, guess{kind: kind, score: score{form: 0.6}, rule: "pieces", detector: detector}, p.compact(start, end))
	}
}

// toldPieces is what the words right before token first say that a code is: "my booking number is", "password". 0 if they say nothing.
func (p *pass) toldPieces(first int) (Type, uint8) {
	const reach = 3
	for k := first - 1; k >= 0 && k >= first-reach; k-- {
		if p.between(k) != gapSpace {
			break
		}
		switch bits := p.cue(k); {
		case bits&cuePassword != 0:
			return Password, byAssignment
		case bits&(cueOrder|wordOrder) != 0:
			return OrderID, bySpeech
		case bits&cueAccount != 0:
			return AccountID, bySpeech
		case bits&(wordIs|wordNumber) == 0:
			return 0, 0
		}
	}
	return 0, 0
}

// isCodePiece says whether token k may be a group of a code: digits, one letter, or letters that are no word.
func (p *pass) isCodePiece(k int) bool {
	t := &p.text.Tokens[k]
	if t.Len() > pieceMost || t.Shape&scan.High != 0 || p.isInert(int(t.Start)) {
		return false
	}
	switch {
	case t.Len() == 1, t.Shape&scan.Digit != 0:
		return true
	case t.Bits != 0, p.is(k, &unitPieces):
		return false
	}
	// Of two letters there are as many abbreviations as words, and lists have them all.
	return t.Len() == 2 && !p.is(k, &pairWords) || t.Len() > 2 && !p.set.names.IsCommon(t.Hash)
}

// pairWords are words of two letters in the languages that calls are in.
var pairWords = wordsOf(`ad ah am an as at aw be by do eg eh em er ex go ha he hi ho if in is it ma me mr ms my no of oh ok on or ow pa re sh so st to tv uh um up us we ye yo ya ie id
	da de di du el en es et eu il im io ja je ka ke ki ko la le lo mi na ne ni nu ob ou os po sa se si su ta te ti tu un va ve vi wo za ze zu zo ek ab an au og er av på av ht mu je ho ci go ni od we`)

// unitPieces are units of two letters and more, and what else stands beside a number in its place, that nothing else knows.
var unitPieces = wordsOf(`cm mm ft in lb lbs oz ml cl dl tb mp mph kph kmh hz khz mhz ghz kw kwh bhp hp cc sq sqft sqm bhk am pm th st nd rd max mins hr hrs min sec wk wks yr mth
	aud cad chf sek dkk nok pln jpy cny aed sgd ps gen ww vs pcs pc qty etc bis dbl sgl`)

// unitLetters are letters that a number may have behind it.
const unitLetters = 1<<('x'-'a') | 1<<('m'-'a') | 1<<('k'-'a') | 1<<('h'-'a') | 1<<('g'-'a') | 1<<('c'-'a') | 1<<('f'-'a') | 1<<('l'-'a') | 1<<('d'-'a') | 1<<('v'-'a') | 1<<('s'-'a') | 1<<('p'-'a') | 1<<('w'-'a')

// makesCode says whether tokens first to last are a code: groups of letters and of digits by turns, enough of them, and not numbers with
// their units. Of one that is told to be one little is asked.
func (p *pass) makesCode(first, last int, told Type) bool {
	letters, digits, unit := 0, 0, p.text.Tokens[first].IsNumber()
	for k := first; k <= last; k++ {
		t := &p.text.Tokens[k]
		for _, c := range p.bytesOf(t) {
			if scan.IsDigit(c) {
				digits++
				continue
			}
			letters++
			unit = unit && t.Len() == 1 && unitLetters>>(c|0x20-'a')&1 != 0
		}
	}
	n := letters + digits
	if told != 0 {
		return letters > 0 && digits > 0 && n >= piecesTold && (!unit || told == Password)
	}
	turns := last - first + 1
	if t := &p.text.Tokens[first]; t.Len() == 1 && turns == piecesLeast && (p.b[t.Start]|0x20 == 'a' || p.b[t.Start]|0x20 == 'i') {
		return false // "a 7 gb": an article, somebody
	}
	return turns >= piecesLeast && letters > 1 && digits > 1 && !unit && n >= piecesShortest && n <= piecesLongest
}

// frontOf is the token of the letters that a run begins with, which words beside it call an identifier: "my insurance id is XEH 123 456 789". A
// recogniser that writes digits one by one sets a comma behind letters, "reference is WX, 5 5 1 9 0", and a dash may be said between. It is -1 if
// there is none.
func (p *pass) frontOf(r *run) int {
	const names, others = cueAccount | cueOrder | cueID | cueAnyID | wordNumber, cuePhone | cueCard | cueBank | cueSSN | cueAadhaar | cueBirth | cuesAgainst
	const letter = cuePIN | cueOTP // of which one letter may be a part
	k, cues := r.first-1, r.ctx.near|r.ctx.mid|p.wants.cues
	if k < 0 || p.in.Channel == ChannelLog || cues&(names|letter) == 0 || r.ctx.near&others != 0 {
		return -1
	}
	apart := p.between(k) == gapComma
	if k > 0 && p.is(k, &dashesSaid) && (apart || p.codeGap(k) == ' ') {
		k, apart = k-1, true
	}
	t := &p.text.Tokens[k]
	switch {
	case p.between(k) != gapSpace && p.between(k) != gapComma || p.isInert(int(t.Start)):
		return -1
	case p.between(k-1) == gapSpace && !p.is(k-1, &frontLeads) && p.bitsAt(k-1)&names == 0:
		return -1
	case apart && !p.isReadSingly(r):
		return -1
	case t.Len() == 1:
		if t.IsWord() && p.at(int(t.Start)-1) != '\'' && (apart || p.isReadSingly(r) && !p.is(k, &vowels)) {
			return k
		}
	case cues&names == 0:
	case p.isCodePiece(k) && (apart || t.IsWord()), apart && t.Len() < pieceMost && p.isAllUpper(k) && !p.isAllUpper(k-1):
		return k
	}
	return -1
}

// isAllUpper says whether token k is a word in capitals.
func (p *pass) isAllUpper(k int) bool {
	return k >= 0 && p.text.Tokens[k].Shape&^scan.NonHex == scan.Upper
}

// isReadSingly says whether a run is digits that were read one by one: "5 5 1 9 0", or said so.
func (p *pass) isReadSingly(r *run) bool {
	if p.in.Channel == ChannelLog {
		return false
	}
	if g := p.regionAt(r.start); g != nil && g.Kind == spoken.Digits {
		return true
	}
	for k := range r.groups {
		if r.groups[k].digits > 1 {
			return false
		}
	}
	return len(r.groups) >= singlesLeast
}

// singlesLeast are the fewest digits that are read one by one.
const singlesLeast = 4

var (
	// frontLeads stand before letters of an identifier, which other words may look like in other languages.
	frontLeads = wordsOf("is was s id number no reference ref code it's")
	dashesSaid = wordsOf("dash hyphen minus stroke slash")
	vowels     = wordsOf("a e i o u y") // words in one language or another
)
