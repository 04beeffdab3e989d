package detectors

import (
	"sort"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// What the parts of an address that a word or a question announces add to its likelihood.
const (
	toldNumber = 0.35 // a number and a name
	toldStreet = 0.25 // a street word with its name
	toldPlace  = 0.2  // a state, a large city
	toldCode   = 0.15 // a postcode
	toldNear   = 0.25 // "near the temple"
	toldSole   = 0.1  // an answer that is a place and nothing else
	toldBare   = 0.12 // nothing but words that could be a name
	toldByWord = 0.4
	toldSelf   = 0.2 // who speaks asked or spoke of it

	stretchMost = 24 // tokens
	bareMost    = 5  // words of an answer that nothing else speaks for
)

// stretch is a sequence of tokens that could be an address by what they are, however they are written.
type stretch struct {
	first, last int
	sure        int // the last token that is surely a part: a street, a number, a place; first-1 if there is none
	place       int // the last that is a place
	numbers     int
	words       int // that may be names
	streets     int
	places      int
	near        int
	open        bool // the landmark is still to come
	common      int  // of words: those of common speech, as "old" and "park"
	code        bool
	closed      bool // the text or the turn's answer ends behind it
}

// form is the likelihood by parts.
func (s *stretch) form() (form float32) {
	if s.numbers > 0 && s.words > 0 {
		form += toldNumber
	}
	if s.streets > 0 {
		form += toldStreet
	}
	if s.places > 0 {
		form += toldPlace
	}
	if s.near > 0 {
		form += toldNear
	}
	if s.code && s.words > 0 {
		form += toldCode
	}
	return form
}

// bounds limit how far a stretch goes.
type bounds struct {
	most    int  // tokens
	capital bool // names begin with capital letters
	words   bool // no numbers
}

// stretch reads from token k on what may belong to one address.
func (p *pass) stretch(k int, to bounds) stretch {
	s := stretch{first: k, last: k - 1, sure: k - 1, place: k - 1}
	tokens := p.text.Tokens
	limit := p.addressLimit(k)
	for j := k; ; j++ {
		if j >= len(tokens) {
			s.closed = true
			break
		}
		if j >= k+to.most || !p.isFree(j) {
			break
		}
		if int(tokens[j].Start) >= limit {
			s.closed = true
			break
		}
		if j > k {
			if gap := p.joint(j - 1); gap == gapOther || gap == gapEnd {
				s.closed = p.sentenceEnds(int(tokens[j-1].End))
				break
			} else if gap == gapLine && !p.goesOnBelow(&s, j) {
				s.closed = true
				break
			}
		}
		if !tokens[j].IsWord() {
			last, ok := p.stretchNumber(&s, j)
			if !ok || to.words {
				s.closed = tokens[j].IsNumber()
				break
			}
			if s.last = last; s.code || !tokens[j].IsNumber() || j > k && tokens[j-1].Bits&wordUnit != 0 {
				s.sure = last
			}
			j = last
			continue
		}
		if to.capital && !p.mayBeCapital(j) || !p.stretchWord(&s, j) {
			s.closed = p.is(j, &turnEnds)
			break
		}
	}
	return s
}

// joint is between with what stands between the parts of an address and nowhere else: a full stop behind an abbreviation, a
// colon behind "flat no", quoted lines.
func (p *pass) joint(k int) byte {
	gap := p.between(k)
	t := &p.text.Tokens[k]
	switch gap {
	case gapDot:
		if t.IsWord() && (t.Len() <= 4 || t.Shape&scan.High != 0 && t.Len() <= 10) || p.text.Tokens[k+1].Start == t.End+1 || t.IsNumber() && p.is(k+1, &firmUnits) {
			return gapSpace
		}
		return gapOther
	case gapOther:
		from, to := int(t.End), int(p.text.Tokens[k+1].Start)
		if to-from > 12 {
			return gapOther
		}
		colon, line := false, false
		for _, c := range p.b[from:to] {
			switch {
			case c == '\n':
				line = true
			case c == ':' && !colon && !line && (t.Bits&(wordUnit|wordNumber) != 0 || p.is(k, &codeWords)):
				colon = true
			case c == ' ' || c == '\t' || c == '\r' || c == ',':
			case (c == '(' || c == ')') && to-from <= 3:
				colon = true
			case (c == '>' || c == '?') && line:
			default:
				return gapOther
			}
		}
		if line {
			return gapLine
		}
		if colon {
			return gapSpace
		}
	}
	return gap
}

// goesOnBelow says whether an address goes on with token j, which begins a line.
func (p *pass) goesOnBelow(s *stretch, j int) bool {
	t := &p.text.Tokens[j]
	return !t.IsWord() || isUpperAt(p.b, int(t.Start)) || t.Bits&(wordUnit|wordLead) != 0 || s.streets > 0 && !s.code || p.isKnownPlace(j)
}

// stretchNumber takes in token j, which has a digit. It gives the last token of the number.
func (p *pass) stretchNumber(s *stretch, j int) (last int, ok bool) {
	tokens := p.text.Tokens
	t := &tokens[j]
	if p.hasCurrency(int(t.Start)) || p.at(int(t.Start)-1) == '+' {
		return j, false
	}
	if code := p.codeAt(j, gapComma); code >= j && s.words > 0 {
		s.code = true
		s.numbers++
		return code, !p.isPhoneAt(j)
	}
	if end := int(t.End); p.at(end) == '%' || (p.at(end) == ':' || p.at(end) == '.' || p.at(end) == ',') && scan.IsDigit(p.at(end+1)) {
		return j, false
	}
	if !t.IsNumber() {
		if t.Len() > 7 || p.isUnitOfTime(j) {
			return j, false
		}
		s.numbers++
		return j, true
	}
	if t.Len() > 6 || p.isPhoneAt(j) || p.isUnitOfTime(j+1) {
		return j, false
	}
	s.numbers++
	s.code = s.code || s.words > 0 && (t.Len() >= 5 || t.Len() == 4 && s.place == j-1 && j > s.first)
	return j, true
}

// isPhoneAt says whether the groups of digits from token j on are too many for an address.
func (p *pass) isPhoneAt(j int) bool {
	tokens := p.text.Tokens
	digits := 0
	for k := j; k < len(tokens) && k < j+6 && tokens[k].IsNumber(); k++ {
		if gap := p.between(k - 1); k > j && gap != gapSpace && gap != gapDash {
			break
		}
		if k > j && tokens[k].Len() >= 9 {
			break // the next number
		}
		digits += tokens[k].Len()
	}
	return digits >= 10
}

// isUnitOfTime says whether token j is what makes a number before it a time: "am", "pm", or "5pm" as a whole.
func (p *pass) isUnitOfTime(j int) bool {
	if j >= len(p.text.Tokens) {
		return false
	}
	b := p.bytesOf(&p.text.Tokens[j])
	n := len(b)
	if n < 2 || n > 4 || b[n-1]|0x20 != 'm' || b[n-2]|0x20 != 'p' && b[n-2]|0x20 != 'a' {
		return false
	}
	return n == 2 && b[0]|0x20 == 'p' || n > 2 && scan.IsDigit(b[n-3])
}

// stretchWord takes in token j, a word, unless it ends the stretch.
func (p *pass) stretchWord(s *stretch, j int) bool {
	t := &p.text.Tokens[j]
	street := t.Bits&(wordStreet|wordPlace|wordLead) != 0
	next := j + 1
	switch {
	case p.is(j, &besideWords) && p.isLandmarkBehind(next):
		s.near++
		s.open = true
		return true
	case p.is(j, &landmarks) && s.near > 0:
		s.last, s.sure, s.open = j, j, false
		s.words++
		return true
	case s.open && p.is(j, &nearLinks):
		return true
	case p.isKnownPlace(j):
		s.places++
		s.words++
		s.last, s.sure, s.place = j, j, j
		return true
	case p.is(j, &states) && s.words > 0 && !p.is(j, &wordStates) || p.is(j, &states) && s.words > 0 && p.codeAt(next, gapSpace) > 0:
		s.last, s.sure, s.place = j, j, j
		return true
	case t.Bits&wordUnit != 0 && next < len(p.text.Tokens) && (p.leadingDigits(next) > 0 || p.isNumberWord(next) || p.text.Tokens[next].Len() == 1):
		s.words++
		s.last = j
		return true
	case t.Len() == 2 && s.words > 0 && j > s.first && p.text.Tokens[j-1].IsNumber() && p.text.Tokens[j-1].Len() == 4 && p.codeGap(j-1) == ' ' && p.closesText(j):
		s.code, s.last, s.sure = true, j, j // "9203 up" of the Netherlands
		return true
	case t.Len() == 1 && j > s.first && p.bitsAt(j-1)&wordUnit != 0:
		s.last, s.sure = j, j
		return true
	case p.is(j, &linkWords) && j > s.first && p.isCapitalWord(j-1) && next < len(p.text.Tokens) && p.isCapitalWord(next):
		return true
	case p.is(j, &codeWords) && s.words > 0 && p.digitsWithin(next, 3):
		return true
	case p.is(j, &wordsIs) && j > s.first && p.is(j-1, &codeWords):
		return true
	case street && (s.words > 0 || s.numbers > 0) && p.isStreetPart(s, j):
		s.streets++
		s.words++
		s.last, s.sure = j, j
		return true
	case p.is(j, &partWords) && p.mayJoin(s, j):
		return true
	case p.is(j, &fillers) && j > s.first && next < len(p.text.Tokens) && p.isFree(next) && (!p.text.Tokens[next].IsWord() || p.isNamePart(next)):
		return true
	case t.Bits&wordMonth != 0 && s.streets > 0 && (p.is(j-1, &ofWords) || p.is(j-1, &romans)):
		s.words++
		s.last, s.sure = j, j
		return true
	case t.Bits&wordLead != 0 && p.isNamePart(next):
		s.streets++
		s.last = j
		return true
	case !p.isNamePart(j):
		return false
	}
	if t.Len() > 1 {
		s.words++
	}
	if p.is(j, &plainWords) {
		s.common++
	}
	s.last = j
	if p.hasPlaceEnd(j) {
		s.places++
		s.sure, s.place = j, j
	}
	return true
}

var noState = wordsOf("nan null") // what exports write for a state that is missing

// mayBeCapital says whether token j, a word, may stand in an address written with capitals.
func (p *pass) mayBeCapital(j int) bool {
	t := &p.text.Tokens[j]
	return isUpperAt(p.b, int(t.Start)) || t.Bits&wordUnit != 0 || p.is(j, &linkWords) || p.is(j, &ofWords) || p.is(j, &besideWords) || p.is(j, &codeWords) || p.is(j, &landmarks) || p.is(j, &levels) || p.is(j, &townLinks) || p.is(j, &noState)
}

var wordsIs = wordsOf("is s was")

// isStreetPart says whether the street word of token j ends the name of a street.
func (p *pass) isStreetPart(s *stretch, j int) bool {
	if j+1 < len(p.text.Tokens) && p.between(j) == gapSpace && p.isWithin(j+1) && p.is(j+1, &streetUses) {
		return false
	}
	return j == s.first || !p.is(j-1, &countNames) || p.text.Tokens[j].Bits&wordStreet == 0
}

// isLandmarkBehind says whether a landmark follows within five tokens.
func (p *pass) isLandmarkBehind(k int) bool {
	for j := k; j < k+5 && j < len(p.text.Tokens) && p.isFree(j) && p.between(j-1) == gapSpace; j++ {
		if p.is(j, &landmarks) {
			return true
		}
	}
	return false
}

// digitsWithin says whether a number stands among the n tokens from k on.
func (p *pass) digitsWithin(k, n int) bool {
	for j := k; j < k+n && j < len(p.text.Tokens) && p.isFree(j); j++ {
		if p.text.Tokens[j].Shape&scan.Digit != 0 {
			return true
		}
	}
	return false
}

// mayJoin says whether token j, a word like "of" or "no", joins two parts of an address: a number, a street or a name follows
// that isn't common speech.
func (p *pass) mayJoin(s *stretch, j int) bool {
	k := j + 1
	if k >= len(p.text.Tokens) || !p.isFree(k) {
		return false
	}
	t := &p.text.Tokens[k]
	switch gap := p.joint(j); {
	case gap == gapOther || gap == gapEnd || gap == gapLine:
		return false
	case p.isNumberWord(j):
		return p.leadingDigits(k) > 0 || !t.IsWord() && t.Len() <= 5
	case j == s.first || gap != gapSpace && s.near == 0:
		return false
	case isWord(p.bytesOf(&p.text.Tokens[j]), "and"):
		return s.streets > 0 && p.namedStreet(k).form >= streetSmall || s.words > 0 && (p.text.Tokens[j-1].Len() == 1 || p.isKnownPlace(k))
	case p.is(j, &ofWords) && p.isKnownPlace(k), p.is(k, &articles) && p.isKnownPlace(min(k+1, len(p.text.Tokens)-1)):
		return true
	case !t.IsWord():
		return p.is(j, &codeWords) || s.words > 0 && t.Len() <= 6 && !p.isUnitOfTime(k+1) && !p.is(j, &atWords)
	}
	return p.isNamePart(k) || p.is(k, &partWords) && k+1 < len(p.text.Tokens) && p.isNamePart(k+1) && s.near > 0
}

var atWords = wordsOf("at on by")

// isNamePart says whether token k may be a part of the name of a street, a building or a town.
func (p *pass) isNamePart(k int) bool {
	if !p.isFree(k) {
		return false
	}
	t := &p.text.Tokens[k]
	if !t.IsWord() || t.Len() == 1 && p.at(int(t.Start)-1) == '\'' {
		return false
	}
	place := t.Bits&(wordStreet|wordPlace|wordLead|wordSoftLead|wordUnit) != 0
	if t.Bits&(cuesIdentifier|cuesAgainst|wordMonth|wordOrder)&^cueAddress != 0 && !place {
		return k+1 < len(p.text.Tokens) && p.between(k) == gapSpace && p.text.Tokens[k+1].Bits&wordStreet != 0 && !p.is(k, &plainWords)
	}
	if p.is(k, &toldWords) {
		return false
	}
	if p.is(k, &plainWords) && !place {
		return p.is(k, &notTowns)
	}
	return !p.is(k, &stopWords) || place
}

// isKnownPlace says whether token k names a state, a country or a large city.
func (p *pass) isKnownPlace(k int) bool { return p.is(k, &knownPlaces) && p.isFree(k) }

// hasPlaceEnd says whether token k ends as names of places do.
func (p *pass) hasPlaceEnd(k int) bool {
	b := p.bytesOf(&p.text.Tokens[k])
	if len(b) < 6 {
		return false
	}
	for _, end := range placeEnds {
		if n := len(end); len(b) >= n+2 && equalEnd(b[len(b)-n:], end) {
			return true
		}
	}
	return false
}

// addressLimit is where the next finding behind token k begins that no address takes in: any but a postcode. What lies too far
// off is the end of the text.
func (p *pass) addressLimit(k int) int {
	tokens := p.text.Tokens
	if k >= len(tokens) {
		return len(p.b)
	}
	known := p.candidates[:p.strong]
	start, far := int(tokens[k].Start), int(tokens[min(k+stretchMost, len(tokens)-1)].End)
	for n := sort.Search(len(known), func(n int) bool { return known[n].start >= start }); n < len(known) && known[n].start < far; n++ {
		if known[n].kind != Postcode && known[n].total >= sureLeast {
			return known[n].start
		}
	}
	return len(p.b)
}

// answerAddress takes the turn that answers a question for an address, or the field of that name, for one: behind words like
// "yes, it's", up to words that end an answer. It gives the token to go on with, or 0.
func (p *pass) answerAddress() (next int) {
	asked, field := p.wants.cues&cueAddress != 0, p.path.bits&cueAddress != 0
	const others = cueEmail | cueIP | cuePassword | cueSecret
	if !asked && !field || (p.wants.cues|p.path.bits)&others != 0 || p.in.Channel == ChannelLog {
		return 0
	}
	if !asked && p.path.bits&cuesIdentifier&^(cueAddress|cuePostcode|cueName) != 0 {
		return 0
	}
	k := p.answerStart(0)
	for n := 0; n < 3 && k >= 0 && !p.isNamePart(k) && !p.beginsAddress(k); n++ {
		k = p.answerStart(p.nextSentence(k))
	}
	if k < 0 || p.isInert(int(p.text.Tokens[k].Start)) {
		return 0
	}
	s := p.stretch(k, bounds{most: stretchMost})
	if s.last < s.first || s.words == 0 || s.words == s.common && s.numbers > 0 && s.streets == 0 {
		return 0 // "the old 1"
	}
	if p.isFree(k-1) && p.between(k-1) == gapSpace && isWord(p.bytesOf(&p.text.Tokens[k-1]), "the") {
		s.first = k - 1
	}
	sc := score{form: s.form()}
	switch agents := p.in.Call != nil && p.in.Call.by != RoleCustomer; {
	case field:
		sc.words = toldByWord
	case agents:
		sc.question = p.wants.score(cueAddress, toldByWord)
	default:
		sc.question = p.wants.score(cueAddress, toldSelf)
	}
	if sc.form == 0 {
		if sc.question < toldByWord || p.in.Role == RoleAgent || s.words > bareMost || s.common > 0 || s.last+1 < len(p.text.Tokens) && p.joint(s.last) != gapLine && !p.is(s.last+1, &bareEnds) {
			return 0
		}
		sc.form = toldBare
	} else if s.places > 0 && s.numbers+s.streets+s.common == 0 && s.closed {
		sc.form += toldSole
	}
	return p.noteStretch(&s, sc)
}

// answerStart is the token behind words like "yes, it's" from token k on; -1 if there is none.
func (p *pass) answerStart(k int) int {
	const most = 14
	for n := 0; n < most; n++ {
		if k < 0 || k >= len(p.text.Tokens) || !p.isFree(k) {
			return -1
		}
		if !p.is(k, &leadIns) || p.is(k, &leadTails) && p.leadingDigits(min(k+1, len(p.text.Tokens)-1)) > 0 || p.streetAhead(k) {
			return k
		}
		k++
	}
	return -1
}

// beginsAddress says whether an address may begin with token k that no name begins: with a number, "near".
func (p *pass) beginsAddress(k int) bool {
	return !p.text.Tokens[k].IsWord() || p.is(k, &besideWords) || p.is(k, &leadTails) || p.text.Tokens[k].Len() == 1
}

// nextSentence is the token that begins the sentence after that of token k, if it is near; -1 if there is none.
func (p *pass) nextSentence(k int) int {
	const most = 12
	for j := k; j < k+most && j+1 < len(p.text.Tokens) && p.isFree(j); j++ {
		if p.sentenceEnds(int(p.text.Tokens[j].End)) {
			return j + 1
		}
	}
	return -1
}

// streetAhead says whether token k and the next are the name of a street: "first avenue", "line road".
func (p *pass) streetAhead(k int) bool {
	return k+1 < len(p.text.Tokens) && p.between(k) == gapSpace && p.text.Tokens[k+1].Bits&wordStreet != 0 && !p.is(k, &stopWords) && p.text.Tokens[k].Len() > 2
}

// toldAddress reads an address behind a word for one, token i: "my address is rose cottage, mill lane". It gives the token to
// go on with, or 0.
func (p *pass) toldAddress(i int) (next int) {
	if p.in.Channel == ChannelLog || !p.isFree(i) || p.is(i-1, &noTold) {
		return 0
	}
	word := p.is(i, &toldWords)
	if !word && !(p.text.Tokens[i].Bits&wordPhraseEnd != 0 && p.meaning(i).bits&cueAddress != 0) {
		return 0
	}
	k, is := p.behindTold(i, word)
	if k >= len(p.text.Tokens) || !p.isFree(k) {
		return 0
	}
	s := p.stretch(k, bounds{most: stretchMost})
	if s.last < s.first || s.words == 0 {
		return 0
	}
	sc := score{form: s.form(), words: toldByWord}
	switch {
	case sc.form == 0:
		if !is || !s.closed || s.words > bareMost-1 || s.common > 0 || p.in.Role == RoleAgent {
			return 0
		}
		sc.form = toldBare
	case s.numbers == 0 && s.streets == 0 && s.near == 0 && !(is && s.closed):
		return 0 // "I live at home in Texas"
	}
	return p.noteStretch(&s, sc)
}

// behindTold is the token with which an address may begin that the word of token i announces, and whether "is" or a colon stands
// between.
func (p *pass) behindTold(i int, word bool) (k int, is bool) {
	tokens := p.text.Tokens
	k = i + 1
	joined := func(k int) bool {
		if k >= len(tokens) || int(tokens[k].Start)-int(tokens[k-1].End) > 16 {
			return false
		}
		for _, c := range p.b[tokens[k-1].End:tokens[k].Start] {
			switch c {
			case ' ', '\n', '\r', '\t', '"':
			case ':', '=', '-', '>':
				is = true
			case '\'':
			default:
				return false
			}
		}
		return true
	}
	if word && k < len(tokens) && p.is(k, &ofFor) {
		for j := k + 1; j < k+6 && j < len(tokens) && p.isFree(j) && p.between(j-1) == gapSpace; j++ {
			if tokens[j].Bits&wordIs != 0 {
				k = j
				break
			}
		}
		if k == i+1 && k+1 < len(tokens) && !tokens[k+1].IsWord() {
			k++ // "the address of 12 High Street"
		}
	}
	for n := 0; n < 4; n++ {
		if !joined(k) {
			return len(tokens), is
		}
		if !word || !p.is(k, &toldLinks) || !p.isFree(k) {
			break
		}
		is = is || tokens[k].Bits&wordIs != 0
		k++
	}
	return k, is
}

var ofFor = wordsOf("of for")

// noteStretch takes a stretch as an address if it is likely enough.
func (p *pass) noteStretch(s *stretch, sc score) (next int) {
	if s.numbers > 0 && s.words == 1 && s.streets+s.places+s.near == 0 && !s.closed {
		return 0
	}
	if s.numbers+s.streets > 0 {
		a := place{first: s.first, last: s.last, street: true, code: s.code, town: s.places > 0, form: streetSmall}
		p.addressTail(&a)
		s.last = a.last
	}
	start, end := int(p.text.Tokens[s.first].Start), int(p.text.Tokens[s.last].End)
	if p.at(start-1) == '#' {
		start--
	}
	sc.form = min(sc.form, addressFull)
	return p.note(start, end, s.last, Address, sc, byAddress, p.lower(start, end))
}

// wordsAddress set off the reading of an address without a number in front.
const wordsAddress = cueAddress | wordStreet | wordPhraseEnd

// addressWord looks for an address that the word of token i announces or is a part of. It gives the token to go on with, or 0.
func (p *pass) addressWord(i int) (next int) {
	if p.text.Tokens[i].Bits&wordStreet != 0 {
		return p.streetAlone(i)
	}
	return p.toldAddress(i)
}
