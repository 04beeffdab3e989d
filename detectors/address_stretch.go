package detectors

import (
	"sort"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
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
			if gap := p.joint(j - 1); gap == gapOther {
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
		if t.IsWord() && (t.Len() <= 4 || t.Shape&scan.High != 0 && t.Len() <= 10 && utf8.RuneCount(p.bytesOf(t)) <= 5) || p.text.Tokens[k+1].Start == t.End+1 || t.IsNumber() && p.is(k+1, &firmUnits) {
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
	if s.code && p.isBlankLine(j-1) {
		return false
	}
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
	case p.landmarkWord(s, j):
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
	case t.Len() == 2 && s.words > 0 && p.text.Tokens[j-1].IsNumber() && p.text.Tokens[j-1].Len() == 4 && p.codeGap(j-1) == ' ' && p.closesText(j):
		s.code, s.last, s.sure = true, j, j // "9203 up" of the Netherlands
		return true
	case t.Len() == 1 && j > s.first && p.bitsAt(j-1)&wordUnit != 0:
		s.last, s.sure = j, j
		return true
	case p.is(j, &linkWords) && j > s.first && p.isCapitalWord(j-1) && next < len(p.text.Tokens) && p.isCapitalWord(next):
		return true
	case p.is(j, &codeWords) && s.words > 0 && p.digitsWithin(next, 3):
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
	return isUpperAt(p.b, int(t.Start)) || t.Bits&wordUnit != 0 || p.is(j, &linkWords) || p.is(j, &ofWords) || p.is(j, &besideWords) || p.is(j, &landmarks) || p.is(j, &townLinks) || p.is(j, &noState)
}

// isStreetPart says whether the street word of token j ends the name of a street.
func (p *pass) isStreetPart(s *stretch, j int) bool {
	if j+1 < len(p.text.Tokens) && p.between(j) == gapSpace && p.is(j+1, &streetUses) {
		return false
	}
	return !p.is(j-1, &countNames) || p.text.Tokens[j].Bits&wordStreet == 0
}

// landmarkWord takes in token j if it is a part of "near the bus stand".
func (p *pass) landmarkWord(s *stretch, j int) bool {
	switch {
	case p.is(j, &besideWords) && p.isLandmarkBehind(j+1):
		s.near++
		s.open = true
		return true
	case p.is(j, &landmarks) && s.near > 0:
		s.last, s.sure, s.open = j, j, false
		s.words++
		return true
	}
	return s.open && p.is(j, &nearLinks)
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
	case gap == gapOther || gap == gapLine:
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
	known := p.candidates[:p.strong]
	start, far := int(tokens[k].Start), int(tokens[min(k+stretchMost, len(tokens)-1)].End)
	for n := sort.Search(len(known), func(n int) bool { return known[n].start >= start }); n < len(known) && known[n].start < far; n++ {
		if known[n].kind != Postcode && known[n].total >= sureLeast {
			return known[n].start
		}
	}
	return len(p.b)
}
