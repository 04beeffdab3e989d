package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// isStreetDay says whether the day of token i is a part of a street's name: "Travessa 25 de Abril 50".
func (p *pass) isStreetDay(i int) bool {
	return p.bitsAt(i-1)&(wordLead|wordSoftLead) != 0 && p.isFree(i-1) && p.between(i-1) == gapSpace && p.text.Tokens[i].IsNumber() && p.text.Tokens[i].Len() <= 2 &&
		p.is(i+1, &ofWords) && p.bitsAt(i+2)&wordMonth != 0 && p.between(i) == gapSpace && p.between(i+1) == gapSpace
}

// dayHead reads a street that is named for the day of token i, and its number.
func (p *pass) dayHead(a *place, i int) bool {
	if !p.isStreetDay(i) || !p.isFree(i+2) {
		return false
	}
	a.first, a.last, a.form, a.street = i-1, i+2, streetSmall, true
	if last, ok := p.isHouse(i + 3); ok && (p.between(i+2) == gapSpace || p.between(i+2) == gapComma) && p.isFree(last) {
		a.last = last
	}
	return true
}

// sandwichHead reads a name between two numbers, as addresses of the Nordic countries, of Poland and others come out of forms:
// "59 Metsanurga 48, Vadsa", "5850 Jana Nerudy 894". What follows, or a word before, must speak for an address.
func (p *pass) sandwichHead(a *place, i, last int) bool {
	const most = 6
	tokens := p.text.Tokens
	if !tokens[i].IsNumber() || last != i || p.between(i) != gapSpace {
		return false
	}
	k, small := i+1, false
	for ; k <= i+most && p.isFree(k) && tokens[k].IsWord(); k++ {
		if gap := p.joint(k); gap != gapSpace && gap != gapDash && gap != gapQuote {
			return false
		}
		small = small || !p.isCapitalWord(k) && !p.is(k, &linkWords)
		if small && p.is(k, &plainWords) || p.is(k, &stopWords) && !p.is(k, &linkWords) || p.is(k, &closers) || tokens[k].Bits&(wordMonth|cuesAgainst|cuesIdentifier&^cueAddress) != 0 {
			return false
		}
	}
	if k == i+1 || k >= len(tokens) || !p.isFree(k) {
		return false
	}
	end, ok := p.isHouse(k)
	if !ok || tokens[k].Len() > 5 || p.hasCurrency(int(tokens[k].Start)) || !p.isFree(end) {
		return false
	}
	told := p.toldBefore(i, p.is(i-1, &tellWords)) || p.unitOfNumbers(i) >= 0
	switch gap := p.joint(end); gap {
	case gapComma, gapLine:
		if small && !told && !p.is(end+1, &flatWords) {
			return false
		}
		if !told && !p.isCapitalWord(end+1) && p.bitsAt(end+1)&wordUnit == 0 && !(end+1 < len(tokens) && tokens[end+1].IsNumber()) {
			return false
		}
	case gapSpace:
		if !told && !p.is(end+1, &flatWords) {
			return false
		}
	default:
		if !told {
			return false
		}
	}
	a.last, a.form, a.street = end, sandwichForm, true
	return true
}

// movedHead takes the words behind "moved to" and the like for an address, with the number of token i: "we moved to rosegade 17a, 5970
// anytown".
func (p *pass) movedHead(a *place, i int) bool {
	const back = 5
	k := i
	for k > 0 && k > i-back && p.isNamePart(k-1) && p.text.Tokens[k-1].Len() > 1 && p.between(k-1) == gapSpace && !p.is(k-1, &plainWords) {
		k--
	}
	near, far := p.sendsTo(k - 1)
	if !near && !far {
		return false
	}
	for k < i && (p.is(k, &germanArticles) || isWord(p.bytesOf(&p.text.Tokens[k]), "la")) {
		k++
	}
	s := p.stretch(k, bounds{most: 10})
	if (!near || k == i) && (s.numbers < 2 || p.isYear(s.last)) && s.streets == 0 || s.common > 0 && k == i {
		return false
	}
	if s.numbers == 0 || s.last < i || s.words == 0 || s.words < 2 && !s.code && s.places+s.streets == 0 {
		return false
	}
	a.first, a.last, a.form, a.street, a.code, a.town = k, s.last, s.form()+addressWord, true, s.code, s.places > 0
	return true
}

// sendsTo says whether token k is "to" or the like behind a verb like "moved" or "send it", or that verb stands further before: "send
// a new one to".
func (p *pass) sendsTo(k int) (near, far bool) {
	const back = 5
	if !p.isFree(k) || !p.is(k, &toWords) {
		return false, false
	}
	for j := k - 1; j > k-back && p.isFree(j) && p.text.Tokens[j].IsWord() && !p.sentenceEnds(int(p.text.Tokens[j].End)); j-- {
		if p.is(j, &toVerbs) {
			near = j == k-1 || j == k-2 && p.is(k-1, &itWords)
			return near, !near
		}
	}
	return false, false
}

// tellingHead takes a number and the capitals behind it for an address behind words as "located at": "it's located at 4000 Rose
// Common". Token i is the number.
func (p *pass) tellingHead(a *place, i int) bool {
	t := &p.text.Tokens[i]
	k := i - 1
	capital := p.isCapitalWord(i+1) || p.isCapitalWord(i+2)
	still := p.in.Role == RoleAgent && p.is(k, &stillWords) // "is it still 8 Quarry Bank?"
	if !still && t.IsNumber() && t.Len() < 2 || !p.isFree(k) || !still && (!p.is(k, &tellWords) || !p.toldBefore(k, true)) {
		return false
	}
	s := p.stretch(i, bounds{most: 10, capital: capital})
	if still && !capital && (s.words < 2 || !s.closed) {
		return false
	}
	if s.words == 0 || s.common > 0 || s.last == i || !capital && !still && s.numbers < 2 || p.isYear(s.last) && s.streets == 0 {
		return false
	}
	if a.last, a.form, a.street, a.code, a.town = s.last, tellingForm, true, s.code, true; still {
		a.last = p.capitals(s.last+1, 2, false)
	}
	return true
}

var (
	flatWords = wordsOf("flat apartment apt suite ste unit")
	tellWords = wordsOf("at is on to")
	// stillWords stand before an address that is confirmed.
	stillWords = wordsOf("still noch toujours encore sigue ancora nog nadal wciąż ainda")
)

// toldBefore says whether the words right before token i announce an address: "moved to", "lives at", "address is".
func (p *pass) toldBefore(i int, venue bool) bool {
	const back = 5
	for j := i - 1; j > i-back && p.isFree(j); j-- {
		if p.is(j, &telling) || venue && p.is(j, &venues) || p.is(j, &toVerbs) {
			return true
		}
		if !p.text.Tokens[j].IsWord() || p.sentenceEnds(int(p.text.Tokens[j].End)) {
			return false
		}
	}
	return false
}

// placedHead takes a number and the words behind it for an address if the text begins and ends with them and a place or a
// postcode is among them: "4512 madurai", "158 sakthi nagar salem 636503".
func (p *pass) placedHead(a *place, i int) bool {
	t := &p.text.Tokens[i]
	if p.in.Channel == ChannelLog || !p.beginsText(i) || t.IsNumber() && (t.Len() < 2 || t.Len() > 5) {
		return false
	}
	s := p.stretch(i, bounds{most: 12})
	if !s.closed || s.words == 0 || s.words > placedWords || s.common > 1 || s.words == 1 && s.streets > 0 {
		return false
	}
	if next := s.last + 1; !p.closesText(s.last) && p.text.Tokens[next].IsWord() {
		return false
	}
	form := float32(placedNumber)
	if i > 0 && p.isNumberWord(i-1) && s.words > 1 && s.common == 0 {
		form += placedNo
	}
	if s.places > 0 {
		form += placedPlace
	}
	if s.code {
		form += placedCode
	}
	if form == placedNumber || s.places == 0 && s.words < 2 {
		return false
	}
	a.last, a.form, a.code, a.town = s.last, form, s.code, true
	a.street = s.streets > 0
	return true
}

// letteredHead reads a street behind a number that begins with the letter of a block: "b7014 church salai".
func (p *pass) letteredHead(a *place, i int) bool {
	t := &p.text.Tokens[i]
	if t.IsNumber() || t.Len() < 2 || t.Len() > 6 || !scan.IsLetter(p.b[t.Start]) || p.in.Channel == ChannelLog {
		return false
	}
	for _, c := range p.b[t.Start+1 : t.End] {
		if !scan.IsDigit(c) {
			return false
		}
	}
	s := p.behindNumber(i)
	if s.form < streetSmall && !(s.form > 0 && t.Len() >= 4 && p.is(s.last, &roadWords)) {
		return false
	}
	a.first, a.last, a.form, a.street = i, s.last, max(s.form, streetSmall), true
	return true
}

// townHead takes a town and the postcode of token i for an address if they are all of a text or a sentence: "springfield 62701".
func (p *pass) townHead(a *place, i int) bool {
	t := &p.text.Tokens[i]
	if !t.IsNumber() || t.Len() != 5 && t.Len() != 6 || p.between(i-1) != gapSpace || !p.isKnownPlace(i-1) && !p.isState(i-1) || !p.closesText(i) {
		return false
	}
	k := i - 1
	for k > i-4 && p.isNamePart(k-1) && p.between(k-1) == gapSpace && !p.is(k-1, &plainWords) {
		k--
	}
	if !p.beginsText(k) || p.is(k, &wordStates) {
		return false
	}
	a.first, a.last, a.form, a.code, a.town = k, i, placedNumber+placedPlace, true, true
	return true
}

// beginsText says whether a text, a sentence or a line begins with token i, but for words as "it's" and "no".
func (p *pass) beginsText(i int) bool {
	const most = 4
	for j := i - 1; j >= 0 && j >= i-most; j-- {
		if p.sentenceEnds(int(p.text.Tokens[j].End)) && p.isFree(j) || p.between(j) == gapLine && p.isFree(j) {
			return true
		}
		if !p.isFree(j) || !p.is(j, &leadIns) || p.joint(j) == gapOther && p.at(int(p.text.Tokens[j].End)) != '\'' {
			return false
		}
	}
	return i <= most
}

// closesText says whether a text, a sentence or a line ends with token i, but for words as "thanks" and "is that ok".
func (p *pass) closesText(i int) bool {
	next := i + 1
	if next >= len(p.text.Tokens) || p.sentenceEnds(int(p.text.Tokens[i].End)) {
		return true
	}
	return p.isFree(next) && (p.joint(i) == gapLine || p.is(next, &turnEnds))
}
