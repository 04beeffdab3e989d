package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// addressTail reads the parts of an address that follow the first.
func (p *pass) addressTail(a *place) {
	for range addressParts {
		if !p.addressPart(a) {
			break
		}
	}
	p.wordsTail(a)
}

// addressPart reads one more part, if there is one.
func (p *pass) addressPart(a *place) bool {
	k := a.last + 1
	gap := p.joint(a.last)
	if !p.isFree(k) || gap == gapLine && a.code && a.town && p.isBlankLine(a.last) {
		return false
	}
	if gap == gapSpace && a.street && !a.code && p.is(k, &dutchFloors) {
		a.last, a.unit = k, true // "44 hs"
		return true
	}
	if gap == gapSpace && p.is(k, &directions) && (p.isCapital(k) || p.text.Tokens[k].Shape&scan.Lower == 0 || p.text.Tokens[k].Len() > 3) && a.street && !a.code {
		a.last = k
		return true
	}
	switch gap {
	case gapHash:
		return p.hashPart(a, k)
	case gapSpace, gapComma, gapLine, gapDash:
	default:
		return false
	}
	if t := &p.text.Tokens[k]; gap == gapSpace && a.street && !a.code && !a.town && !t.IsWord() && t.Len() <= 5 && scan.IsLetter(p.b[t.Start]) && p.codeAt(k, gap) < 0 {
		a.last, a.unit = k, true // "45 San Clemente Drive B200"
		return true
	}
	if gap == gapSpace && p.letterPart(a, k) {
		return true
	}
	if gap == gapSpace && a.street && !a.code && p.isBeforeCode(k) && p.codePart(a, k+1, gap) {
		return true // "amselweg drei a in 50674 köln"
	}
	if gap == gapComma && !a.street && p.roadPart(a, k, gap) {
		return true // "Suite 400, 1200 Elm Street": no postcode and its town
	}
	return p.unitPart(a, k) || p.codePart(a, k, gap) || gap != gapDash && (p.roadPart(a, k, gap) || p.townPart(a, k, gap)) || p.townToCode(a, k)
}

// isBlankLine says whether an empty line stands between token k and the next.
func (p *pass) isBlankLine(k int) bool {
	return bytes.Count(p.b[p.text.Tokens[k].End:p.text.Tokens[k+1].Start], []byte{'\n'}) > 1
}

// dutchFloors say which floor of a house with one number for all.
var dutchFloors = wordsOf("hs huis")

// isBeforeCode says whether token k is "in" before the digits of a postcode.
func (p *pass) isBeforeCode(k int) bool {
	return p.isFree(k) && p.isFree(k+1) && isWord(p.bytesOf(&p.text.Tokens[k]), "in") && p.between(k) == gapSpace && p.text.Tokens[k+1].IsNumber() && p.text.Tokens[k+1].Len() >= 4
}

// letterPart reads a letter behind a street, as that of a flat, or two behind a town, as those of a state: "6800 Palm Avenue E", "Hamilton
// ON".
func (p *pass) letterPart(a *place, k int) bool {
	t := &p.text.Tokens[k]
	if !t.IsWord() || a.code {
		return false
	}
	if a.town && (t.Len() == 2 && t.Shape&^scan.NonHex == scan.Upper && p.is(k, &states) && !p.isAllCapitals(a) || p.is(k, &noState)) {
		a.last = k
		return true
	}
	if !a.street || a.town || a.unit || t.Len() != 1 {
		return false
	}
	gap := p.between(k)
	if t.Shape != scan.Upper && gap != gapEnd && gap != gapComma && !p.sentenceEnds(int(t.End)) && !p.isBeforeCode(k+1) || p.isInitial(k) || isWord(p.bytesOf(t), "i") {
		return false
	}
	a.last, a.unit = k, true
	if j := k + 1; (gap == gapDash && p.codeGap(k) == '-' || gap == gapSpace) && p.isFree(j) && p.text.Tokens[j].IsNumber() && p.text.Tokens[j].Len() <= 3 {
		a.last = j // "A-5", "C 2"
	}
	return true
}

// isAllCapitals says whether an address is written in capital letters only, so that they say nothing.
func (p *pass) isAllCapitals(a *place) bool {
	for k := a.first; k <= a.last; k++ {
		if p.text.Tokens[k].Shape&scan.Lower != 0 {
			return false
		}
	}
	return true
}

// hashPart reads the number of a unit behind a number sign: "# 125C", "#4", "# A-1".
func (p *pass) hashPart(a *place, k int) bool {
	if a.code || p.text.Tokens[k].Len() > 5 || p.text.Tokens[k].Shape&scan.Digit == 0 && p.text.Tokens[k].Len() > 1 {
		return false
	}
	a.last, a.unit = k, true
	if p.codeGap(k) == '-' && p.text.Tokens[k+1].Len() <= 4 && p.text.Tokens[k+1].Shape&scan.Digit != 0 && p.isFree(k+1) {
		a.last++
	}
	return true
}

// unitPart reads "Apt 568", "Suite 73", "3rd Floor", "flat no. 4", "3º B".
func (p *pass) unitPart(a *place, k int) bool {
	if a.code {
		return false
	}
	if p.germanFloor(a, k) {
		return true
	}
	if p.isOrdinal(k) || p.dayAt(k) > 0 && p.text.Tokens[k].Shape&scan.High != 0 {
		j := k + 1
		if p.text.Tokens[k].IsNumber() {
			j++
		}
		if p.between(j-1) != gapSpace || !p.isFree(j) {
			return false
		}
		if p.is(j, &ordinalRoads) {
			a.last = j
			a.form += addressLocality
			return true
		}
		if t := &p.text.Tokens[j]; p.text.Tokens[k].Shape&scan.High != 0 && (t.Len() == 1 || p.is(j, &doorSides)) {
			a.last, a.unit = j, true // 3º B
			return true
		}
		return false
	}
	t := &p.text.Tokens[k]
	if t.IsNumber() && t.Len() <= 2 && p.between(k) == gapDot && p.isFree(k+2) && isWord(p.bytesOf(&p.text.Tokens[k+1]), "º") && p.between(k+1) == gapSpace &&
		(p.text.Tokens[k+2].Len() == 1 || p.is(k+2, &doorSides)) {
		a.last, a.unit = k+2, true // "2.º Esq."
		return true
	}
	if t.Bits&wordUnit == 0 && !p.is(k, &locality) {
		return false
	}
	j := k + 1
	if gap := p.between(k); gap != gapSpace && gap != gapDot && gap != gapHash && gap != gapDash {
		return false
	}
	last, ok := p.isHouse(j)
	if !ok {
		if !p.isFree(j) || p.text.Tokens[j].Len() != 1 || !isUpperAt(p.b, int(p.text.Tokens[j].Start)) {
			return false
		}
		last = j // "Unit B", "Ste F-2"
		if p.codeGap(j) == '-' && p.isFree(j+1) && p.text.Tokens[j+1].IsNumber() && p.text.Tokens[j+1].Len() <= 4 {
			last++
		}
	}
	a.last, a.unit = last, true
	a.form += max(p.unitForm(k), addressLocality)
	return true
}

// germanFloor reads "2. OG links", "EG rechts", "3. Stock".
func (p *pass) germanFloor(a *place, k int) bool {
	if p.text.Tokens[k].IsNumber() && p.text.Tokens[k].Len() <= 2 && p.between(k) == gapDot {
		k++
	}
	if !p.isFree(k) || !p.is(k, &floors) {
		return false
	}
	if p.between(k) == gapSpace && p.isFree(k+1) && p.is(k+1, &floorSides) {
		k++
	}
	a.last, a.unit = k, true
	return true
}

var (
	floors     = wordsOf("og eg dg ug stock stockwerk etage obergeschoss stiege")
	floorSides = wordsOf("links rechts mitte li re mi")
)

// doorSides say which door of a floor: "3º izda".
var doorSides = wordsOf("izda izq izqda izquierda dcha dch derecha centro int ext interior exterior esq esquerdo dto dta direito frente trás")

// roadPart reads a further street: ", MG Road", ", 82 Clerkenwell Road", ", 2nd Main".
func (p *pass) roadPart(a *place, k int, gap byte) bool {
	if a.code || gap == gapSpace && a.street {
		return false
	}
	if last, ok := p.isHouse(k); ok {
		s := p.behindNumber(last)
		if firm := !a.street && a.form >= addressUnit; s.form > placeSmall || s.form == placeSmall && firm { // "flat 4b, 55 wren court"
			a.last, a.street = s.last, true
			a.form += max(s.form, streetSmall)
			return true
		}
		return false
	}
	if !p.text.Tokens[k].IsWord() || gap == gapLine && !p.isCapital(k) {
		return false
	}
	s := p.namedStreet(k)
	if led := p.ledStreet(k); led.form > s.form {
		s = led
	}
	if s.form < streetSmall || s.form == placeNamed && gap == gapSpace {
		return false
	}
	a.last, a.street = s.last, true
	a.form += addressNamed
	if last, ok := p.isHouse(s.last + 1); ok && (p.between(s.last) == gapSpace || p.between(s.last) == gapComma) && p.codeAt(s.last+1, gapSpace) < 0 && p.isFree(last) {
		a.last = last
	}
	return true
}

// townPart reads a town, a district, a state or a country by its capitals, behind a comma or on the next line, or right
// behind a unit.
func (p *pass) townPart(a *place, k int, gap byte) bool {
	if gap != gapComma && gap != gapLine && !(gap == gapSpace && a.unit) || !p.text.Tokens[k].IsWord() || p.text.Tokens[k].Topic != 0 {
		return false // "…, PESEL …"
	}
	const most = 6
	begin := k
	if gap == gapLine && isWord(p.bytesOf(&p.text.Tokens[k]), "the") {
		begin++ // "The Netherlands"
	}
	last := p.capitals(begin, most, p.isCapital(a.first) || p.isFree(a.first+1) && p.isCapital(a.first+1))
	t := &p.text.Tokens[k]
	if last < begin && t.Len() >= 2 && t.Len() <= 3 && t.Shape&(scan.Lower|scan.Digit) == 0 && a.town {
		last = k // "NY", "USA"
	}
	if last < begin {
		return false
	}
	end := p.between(last)
	if gap == gapLine && end != gapLine && end != gapComma && end != gapEnd && p.codeAt(last+1, end) < 0 && !p.endsLine(last) {
		return false // a sentence
	}
	a.last, a.town, a.unit = last, true, false
	a.form += addressTown
	if k = last + 1; end == gapSpace && !a.code && p.isFree(k) && p.text.Tokens[k].IsNumber() && p.text.Tokens[k].Len() == 4 {
		if after := p.between(k); after == gapComma || after == gapLine || after == gapEnd {
			a.last, a.code = k, true // Australia
		}
	}
	return true
}

// endsLine says whether nothing but marks follow token k on its line.
func (p *pass) endsLine(k int) bool {
	for i := int(p.text.Tokens[k].End); i < len(p.b); i++ {
		switch p.b[i] {
		case '\n':
			return true
		case ' ', '.', ',', '\r':
		default:
			return false
		}
	}
	return true
}

// codePart reads a postcode, and the town behind it where its country writes so.
func (p *pass) codePart(a *place, k int, gap byte) bool {
	if a.code {
		return false
	}
	last := p.codeAt(k, gap)
	if last < 0 {
		return false
	}
	a.last, a.code = last, true
	a.form += 0.3
	if p.between(last) == gapSpace {
		if town := p.capitals(last+1, 3, false); town > last {
			a.last, a.town = town, true
		} else if ok, _ := p.isName(last + 1); ok && gap == gapComma && p.text.Tokens[k].IsNumber() && !p.isCapital(last+1) && !p.isCapital(a.first+1) {
			a.last = last + 1 // a town, where capitals say nothing
		}
	}
	return true
}

// townToCode reads up to three words without marks and the postcode behind them: "9520 faires farm road charlotte nc 28213".
func (p *pass) townToCode(a *place, k int) bool {
	if a.code || !a.street {
		return false
	}
	for j := k; j < k+3 && p.isFree(j) && p.text.Tokens[j].IsWord(); j++ {
		if ok, _ := p.isName(j); !ok && !p.is(j, &states) {
			return false
		}
		gap := p.between(j)
		if gap != gapSpace && gap != gapComma && gap != gapDash && gap != gapLine {
			return false
		}
		if p.codeAt(j+1, gap) > 0 {
			a.last = j
			return p.codePart(a, j+1, gap)
		}
	}
	return false
}

// codeAt is the last token of a postcode that begins with token k behind a gap, or -1.
func (p *pass) codeAt(k int, gap byte) int {
	if !p.isFree(k) {
		return -1
	}
	tokens := p.text.Tokens
	t := &tokens[k]
	if !t.IsNumber() {
		if t.Shape&scan.Digit != 0 && t.Len() <= 8 && t.Shape&scan.High == 0 {
			if first, last, form := p.ukPostcode(k); form > 0 && first == k {
				return last
			}
			if p.eircode(k) {
				return k + 1
			}
			if (gap == gapComma || gap == gapLine) && t.Len() <= 4 && t.Shape&scan.Lower == 0 && isUKOutward(p.bytesOf(t)) {
				return k
			}
			if t.Len() == 3 && p.codeGap(k) == ' ' && isCanadian(p.bytesOf(t), p.bytesOf(&tokens[k+1])) {
				return k + 1
			}
			return -1
		}
		if p.codeGap(k) == ' ' && p.isFree(k+1) && tokens[k+1].IsNumber() && tokens[k+1].Len() >= 4 && tokens[k+1].Len() <= 6 && p.isState(k) {
			last, _ := p.zipEnd(k + 1)
			return last
		}
		return -1
	}
	return p.digitCodeAt(k, gap)
}

// digitCodeAt is codeAt for what begins with digits.
func (p *pass) digitCodeAt(k int, gap byte) int {
	tokens := p.text.Tokens
	t := &tokens[k]
	if end := int(t.End); p.at(end) == '%' || (p.at(end) == '.' || p.at(end) == ',' || p.at(end) == ':') && scan.IsDigit(p.at(end+1)) || p.hasCurrency(int(t.Start)) {
		return -1
	}
	if p.isWithin(k+1) && p.bitsAt(k+1)&(cueMoney|cueMetric) != 0 && p.between(k) == gapSpace {
		return -1
	}
	pair := func(n int, c byte) bool {
		return p.codeGap(k) == c && tokens[k+1].IsNumber() && tokens[k+1].Len() == n && p.isFree(k+1)
	}
	town := func(last int) bool { return p.between(last) == gapSpace && p.isCapital(last+1) && p.isFree(last+1) }
	switch t.Len() {
	case 2:
		if pair(3, '-') { // Poland
			return k + 1
		}
	case 3:
		if pair(3, ' ') && p.b[t.Start] != '0' && !(p.codeGap(k+1) == ' ' && tokens[k+2].IsNumber() && tokens[k+2].Len() < 5) { // India, not "723 813 266"
			return k + 1
		}
		if pair(2, ' ') && town(k+1) { // Sweden, Czechia, Slovakia, Greece
			return k + 1
		}
	case 4:
		if pair(3, '-') { // Portugal
			return k + 1
		}
		if next := k + 1; p.codeGap(k) == ' ' && tokens[next].Len() == 2 && tokens[next].Shape&(scan.Digit|scan.High) == 0 && p.isFree(next) && !p.is(next, &smallWords) {
			return next // the Netherlands
		}
		if town(k) && gap != gapSpace {
			return k
		}
	case 5:
		if pair(3, '-') { // Brazil
			return k + 1
		}
		last, _ := p.zipEnd(k)
		return last
	case 6:
		if p.b[t.Start] != '0' || town(k) {
			return k
		}
	}
	return -1
}

// isCanadian says whether two words are the parts of a Canadian postcode: K1A 0B1.
func isCanadian(a, b []byte) bool {
	return len(a) == 3 && len(b) == 3 && scan.IsLetter(a[0]) && scan.IsDigit(a[1]) && scan.IsLetter(a[2]) &&
		scan.IsDigit(b[0]) && scan.IsLetter(b[1]) && scan.IsDigit(b[2])
}

// asksAddress says whether the turn is the answer to a question for an address.
func (p *pass) asksAddress() bool {
	return p.wants.cues&cueAddress != 0 && p.wants.cues&(cueEmail|cueIP) == 0 && p.in.Call != nil && p.in.Call.by == RoleAgent
}

// wordsTail takes in the words behind an address that capitals and marks don't set apart: "9 rose lane new town kent", up to the
// last that is surely a part, or all if the text or the answer ends with them.
func (p *pass) wordsTail(a *place) {
	if !a.street || a.last+1 >= len(p.text.Tokens) {
		return
	}
	gap := p.joint(a.last)
	switch gap {
	case gapSpace, gapComma, gapDash:
	case gapLine:
		if a.code && a.town && p.isBlankLine(a.last) {
			return
		}
	default:
		return
	}
	capital := p.isCapitalWord(a.first) && !p.isInitial(a.first) || p.isCapitalWord(a.first+1)
	s := p.stretch(a.last+1, bounds{most: 12, capital: capital, words: a.code})
	end := s.sure
	if a.code {
		end = s.place
		if !a.town && !capital && s.closed && s.common == 0 && s.words <= 2 && gap != gapLine {
			end = s.last // "25500 anytown"
		}
	}
	const loose = 3
	if s.closed && s.common == 0 && s.last > end && s.last-max(end, s.first-1) <= loose && !a.code && (a.form >= streetSmall || p.asksAddress()) && gap != gapLine && !a.box {
		end = s.last
	}
	if end < s.first {
		return
	}
	a.last, a.town = end, true
	a.form += addressTown
	if s.places > 0 {
		a.form += toldPlace
	}
	if s.code && !a.code {
		a.form += 0.3
		a.code = true
	}
}
