package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// place is an address as far as it has been read.
type place struct {
	first, last int // tokens
	form        float32
	street      bool // a street has been read
	code        bool // a postcode has been read
	town        bool // a town has been read
	unit        bool // the last part read is a unit
	box         bool // a post office box
}

// What the parts of an address add to its likelihood.
const (
	addressUnit     = 0.25 // "flat 4"
	addressWeakUnit = 0.1  // "room 4"
	addressLocality = 0.2  // "sector 62", "4th cross"
	addressNamed    = 0.25 // "MG Road"
	addressTown     = 0.05
	addressBox      = 0.7 // "PO Box 12"
	addressWord     = 0.3 // a word for addresses beside it
	addressField    = 0.4
	addressParts    = 9
	addressFull     = 0.92 // with a postcode: more than that alone
)

// address looks for a postal address that the number of token i belongs to: a street with its number, a flat, a box, and
// what follows to the postcode or country. It gives the token to go on with, or 0.
func (p *pass) address(i int) (next int) {
	a := place{first: i, last: i}
	if p.isYearRange(i) || !p.addressHead(&a, i) {
		return 0
	}
	p.unitsBefore(&a)
	p.letterBefore(&a)
	p.houseBefore(&a)
	p.cornerBefore(&a)
	p.frontBefore(&a)
	p.namedBefore(&a)
	p.addressTail(&a)
	s := score{form: min(a.form, addressFull)}
	if a.street && a.code {
		s.form = addressFull
	}
	if (p.said|p.path.bits)&cueAddress != 0 {
		ctx := p.around(a.first, a.last)
		s.words = min(ctx.boost(cueAddress), addressField)
	}
	if near, far := p.sendsTo(a.first - 1); near || far && a.street {
		s.words = max(s.words, addressWord)
	}
	if a.street && a.form < streetSmall && p.isFree(a.first-1) && p.is(a.first-1, &atOn) && (p.text.Tokens[a.last].Bits&wordPlace != 0 || p.toldBefore(a.first, true)) {
		s.words = max(s.words, addressWord) // "it's at 1 Rose Place"
	}
	if p.livesBehind(a.last) {
		s.words = max(s.words, addressWord)
	}
	s.question = p.wants.score(cueAddress, addressWord)
	if a.street && s.form < streetSmall && a.first == 0 && a.last == len(p.text.Tokens)-1 && p.is(a.last, &soleWords) {
		s.form = streetSmall // all of the text
	}
	if p.in.Channel == ChannelLog && !p.in.guessed && !(a.street && (a.code || a.town)) && p.path.bits&cueAddress == 0 {
		s.against -= inLog
	}
	p.numberedBefore(&a)
	start, end := int(p.text.Tokens[a.first].Start), int(p.text.Tokens[a.last].End)
	if p.at(start-1) == '#' {
		start--
	}
	return p.note(start, end, a.last, Address, s, byAddress, p.lower(start, end))
}

// numberedBefore takes in the word before the number of a house, "no 34 Park Avenue", and another number, where houses were counted anew: "Old No. 12, New No. 31,
// Pillaiyar Koil Street".
func (p *pass) numberedBefore(a *place) {
	for range 2 {
		k := a.first - 1
		if gap := p.between(k); !p.isFree(k) || p.text.Tokens[k].Bits&wordNumber == 0 || p.text.Tokens[k].Len() != 2 || gap != gapSpace && (gap != gapDot || !p.isWritten()) {
			return
		}
		a.first = k
		if p.is(k-1, &agesOf) && p.isFree(k-1) && p.between(k-1) == gapSpace {
			a.first = k - 1
		}
		if n := a.first - 1; a.first == k || n < 0 || !p.isFree(n) || !p.text.Tokens[n].IsNumber() || p.between(n) != gapComma {
			return
		} else {
			a.first = n
		}
	}
}

// agesOf say of the number of a house whether it still holds.
var agesOf = wordsOf("old new")

// isYearRange says whether token i is one of two years with a dash between them: "2017-2021 analyst, York".
func (p *pass) isYearRange(i int) bool {
	return p.isYear(i) && (p.between(i) == gapDash && p.isYear(i+1) || p.between(i-1) == gapDash && p.isYear(i-1))
}

// What says that an address follows: "moved to", "send it to", "wohne in", "vivo en".
var (
	toWords = wordsOf("to at on in from au en a nach im am")
	atOn    = wordsOf("at on still")
	itWords = wordsOf("it them this mich me")
	toVerbs = wordsOf("delivery shipping live lives living located reside resides moved moving deliver delivered ship shipped send sent return returned arrived mailed couriered forward forwarded drop drops dropped pick picked wohne wohnt wohnhaft mora moro moram vives habite habitez habito vivo vive abito abita woon woont")
)

// livesBehind says whether a word for living somewhere stands behind token k, as in Hindi: "sector 15 gurgaon mein rehta hoon".
func (p *pass) livesBehind(k int) bool {
	const most = 3
	for j := k + 1; j <= k+most && p.isFree(j); j++ {
		if p.is(j, &livesWords) {
			return true
		}
	}
	return false
}

var livesWords = wordsOf("rehta rehti rehte rahta rahti rahte")

// addressHead reads the first part of an address round token i.
func (p *pass) addressHead(a *place, i int) bool {
	t := &p.text.Tokens[i]
	last, ok := p.isHouse(i)
	if !ok || p.hasCurrency(int(t.Start)) || p.isUnitOfTime(i+1) || p.isFree(i-1) && p.between(i-1) == gapSpace && p.is(i-1, &countedWords) || !p.mayBegin(a, i) {
		return p.ordinalHead(a, i) || p.codeHead(a, i) || p.letteredHead(a, i)
	}
	if p.boxHead(a, i) || p.militaryHead(a, i) || p.dayHead(a, i) {
		return true
	}
	unit := p.unitBefore(i)
	if gap := p.between(i - 1); gap == gapSpace || gap == gapComma || gap == gapDot {
		if s := p.beforeNumber(i - 1); s.form > 0 {
			if s.form < streetNamed && p.movedHead(a, i) {
				return true
			}
			if unit < 0 || s.form > placeSmall {
				a.first, a.last, a.form, a.street = s.first, last, s.form, true
				p.numberBefore(a)
				return true
			}
		}
	}
	k := last
	if gap := p.between(k); (gap == gapSpace || gap == gapComma) && p.is(k+1, &bisWords) {
		k++
	}
	if f := k + 2; p.between(k) == gapComma && p.isFree(k+1) && p.isFree(f) && (p.is(k+1, &floorWords) || p.isOrdinal(k+1)) && isWord(p.bytesOf(&p.text.Tokens[f]), "floor") {
		k = f // "H-104, Second Floor, Lajpat Nagar"
	}
	s := p.behindNumber(k)
	if n := k + 1; s.form < streetSmall && unit < 0 && p.between(k) == gapSpace && p.isFree(n) && p.text.Tokens[n].Len() == 1 && p.text.Tokens[n].IsWord() && p.behindNumber(n).form >= streetSmall {
		s = p.behindNumber(n) // "17 a harcourt rise"
	}
	if s.form > 0 {
		if s.form == placeSmall && unit < 0 && p.placedHead(a, i) {
			return true // the whole text says more
		}
		a.last, a.form, a.street = s.last, s.form, true
		if h, ok := p.isHouse(s.last + 1); ok && (p.bitsAt(s.first)&(wordLead|wordSoftLead) != 0 || p.is(s.last, &roadKinds) || p.is(s.last-1, &roadKinds)) && p.between(s.last) == gapSpace && p.isFree(h) && p.codeAt(s.last+1, gapSpace) < 0 {
			a.last = h
		}
		if unit >= 0 {
			a.first = unit
			if p.is(unit-1, &floorWords) && p.isFree(unit-1) && p.between(unit-1) == gapSpace {
				a.first = unit - 1
				p.articleBefore(a)
			}
			a.form += addressWeakUnit
		}
		return true
	}
	a.last = last
	switch {
	case p.numberedHead(a, i, last):
	case unit >= 0 && p.flatHead(a, unit, last):
	case unit >= 0:
		a.first, a.form = unit, p.unitForm(unit)
	case p.is(i-1, &locality) && p.isFree(i-1) && p.between(i-1) == gapSpace:
		a.first, a.form = i-1, addressLocality
	case p.codeHead(a, i), p.plainHead(a, i, last), p.codedHead(a, last), p.cornerHead(a, i), p.sandwichHead(a, i, last), p.placedHead(a, i):
	default:
		return p.toldHead(a, i)
	}
	return true
}

// roadKinds are what roads are called that have numbers: "402 county road 19".
var roadKinds = wordsOf("county state highway hwy route township range")

// mayBegin says whether a house number may begin with token i: it isn't the rest of something longer. A number before it
// may be that of a house, too, as in "62 47 Kogil Street".
func (p *pass) mayBegin(a *place, i int) bool {
	start := int(p.text.Tokens[i].Start)
	switch c := p.at(start - 1); c {
	case '+', '.', ':', '$', '/', '=', '*', '~':
		return c == '.' && p.isFree(i-1) && p.text.Tokens[i-1].IsWord() || c == ':' && !scan.IsDigit(p.at(start-2)) && p.at(start-2) != ']' || c == '=' && p.path.bits&cueAddress != 0
	case '-':
		before := p.text.Tokens[max(i-1, 0)]
		if i == 0 || int(before.End) != start-1 || !before.IsWord() || before.Len() > 2 || !p.isFree(i-1) {
			return !p.comesFrom(start - 2)
		}
		a.first = i - 1 // "B-204"
		return true
	}
	digits, k := 0, i
	if p.unitOfNumbers(i) >= 0 {
		return true // "Apt. 338 32 High Street"
	}
	for k > 0 && i-k < usualGroups && p.text.Tokens[k-1].IsNumber() && p.isFree(k-1) && p.between(k-1) == gapSpace {
		k--
		digits += p.text.Tokens[k].Len()
	}
	if k == i-1 && digits <= 5 {
		a.first = k
	}
	return k == i || k == i-1 && digits <= 5 || digits >= 10 && digits%10 < 7
}

// numberBefore takes in a number before a street that has one behind it, too: "48 Floridusgasse 89".
func (p *pass) numberBefore(a *place) {
	k := a.first - 1
	if p.isFree(k) && p.text.Tokens[k].IsNumber() && p.text.Tokens[k].Len() <= 5 && p.between(k) == gapSpace && p.isApart(k) &&
		(!(k > 0 && p.text.Tokens[k-1].IsNumber()) || p.unitOfNumbers(k) >= 0) {
		a.first = k
	}
}

// unitBefore is the token with which a unit begins whose number is token i: "flat no. 4", "H.No. 4"; -1 if there is none.
func (p *pass) unitBefore(i int) int {
	k := i - 1
	gap := p.between(k)
	if gap != gapSpace && gap != gapDot && gap != gapHash && gap != gapDash || !p.isFree(k) {
		return -1
	}
	no := p.isNumberWord(k)
	if no {
		gap = p.between(k - 1)
		if gap != gapSpace && gap != gapDot || !p.isFree(k-1) {
			return -1
		}
		k--
		if isWord(p.bytesOf(&p.text.Tokens[k]), "h") {
			return k
		}
	}
	if p.bitsAt(k)&wordUnit == 0 {
		return -1
	}
	return k
}

// unitForm is the likelihood of an address that begins with a unit, the word for which is token k.
func (p *pass) unitForm(k int) float32 {
	if p.is(k, &firmUnits) || isWord(p.bytesOf(&p.text.Tokens[k]), "h") {
		return addressUnit
	}
	return addressWeakUnit
}

// boxHead reads a post office box whose number is token i.
func (p *pass) boxHead(a *place, i int) bool {
	k := i - 1
	if gap := p.between(k); gap != gapSpace && gap != gapHash || !p.isFree(k) {
		return false
	}
	switch p.b[p.text.Tokens[k].Start] | 0x20 {
	case 'b', 'p', 'n':
	default:
		return false
	}
	if p.isNumberWord(k) {
		k--
	}
	if p.is(k, &boxWords) {
		a.first, a.form, a.street, a.box = k, addressBox, true, true
		return p.isFree(k)
	}
	if !p.isFree(k) || !isWord(p.bytesOf(&p.text.Tokens[k]), "box") {
		return false
	}
	switch {
	case p.isFree(k-1) && isWord(p.bytesOf(&p.text.Tokens[k-1]), "po"):
		a.first = k - 1
	case p.isFree(k-2) && (p.is(k-2, &postWords) && p.is(k-1, &officeWords)):
		a.first = k - 2
	default:
		return false
	}
	a.form, a.street, a.box = addressBox, true, true
	return true
}

var (
	boxWords    = wordsOf("postfach postbus postboks postbox")
	postWords   = wordsOf("p post")
	officeWords = wordsOf("o office")
)

// ordinalHead reads what begins with a numbered road: "4th Cross, 2nd Main, Indiranagar".
func (p *pass) ordinalHead(a *place, i int) bool {
	if !p.isOrdinal(i) || !p.isFree(i) {
		return false
	}
	k := i + 1
	if p.text.Tokens[i].IsNumber() {
		k++
	}
	if p.between(k-1) != gapSpace || !p.isFree(k) || !p.is(k, &ordinalRoads) {
		return false
	}
	a.first, a.last, a.form = i, k, addressLocality
	return true
}

// codeHead reads an address that begins with postcode and town: "1016 Budapest, Dezső utca 11".
func (p *pass) codeHead(a *place, i int) bool {
	t := &p.text.Tokens[i]
	if !t.IsNumber() || t.Len() != 4 && t.Len() != 5 || p.between(i) != gapSpace || !p.isCapital(i+1) || !p.isFree(i+1) || !p.isApart(i) {
		return false
	}
	town := p.capitals(i+1, 3, false)
	if gap := p.between(town); gap != gapComma && gap != gapLine {
		return false
	}
	// What follows must be a street with its number.
	for k := town + 1; k < len(p.text.Tokens) && k <= town+5; k++ {
		if p.text.Tokens[k].IsNumber() {
			s := p.beforeNumber(k - 1)
			if last, ok := p.isHouse(k); ok && s.form > 0 && s.first > town {
				a.first, a.last, a.form, a.street, a.code = i, last, s.form+0.3, true, true
				return true
			}
			return false
		}
	}
	return false
}

// codedHead reads a number, which ends with token k, a name that is no street's by any word, perhaps a village, and a British postcode: "3 The
// Paddocks, Bridgerule EX22 7DX".
func (p *pass) codedHead(a *place, k int) bool {
	const parts, most = 3, 4
	name := 0
	for range parts {
		gap := p.between(k)
		if gap != gapSpace && (name == 0 || gap != gapComma && gap != gapLine) {
			return false
		}
		if name == 0 && p.isFree(k+1) && p.between(k+1) == gapSpace && isWord(p.bytesOf(&p.text.Tokens[k+1]), "the") {
			k++
		}
		last := p.capitals(k+1, most, false)
		if last == k {
			return false
		}
		if name == 0 {
			name = last
		}
		k = last
		if !p.isFree(k + 1) {
			return false
		}
		if first, end, form := p.ukPostcode(k + 1); form > 0 && first == k+1 && end > first || p.eircode(k+1) {
			a.last, a.form, a.street = name, streetSmall, true
			return true
		}
	}
	return false
}

// plainHead reads a name and a number, token i to last, that a postcode and its town or a unit follow: "Kasvu 15, 10613
// Tallinn", "56 Linieweg 350, Apt. 272".
func (p *pass) plainHead(a *place, i, last int) bool {
	if p.between(i-1) != gapSpace || !p.isFree(i-1) || !p.isCapital(i-1) {
		return false
	}
	gap := p.between(last)
	switch k := last + 1; {
	case !p.isFree(k):
		return false
	case (gap == gapComma || gap == gapLine) && p.text.Tokens[k].IsNumber() && p.digitCodeAt(k, gap) > 0:
		code := p.digitCodeAt(k, gap)
		if p.between(code) != gapSpace || !p.isCapital(code+1) {
			return false
		}
	case (gap == gapComma || gap == gapLine || gap == gapSpace) && p.is(k, &firmUnits) && (p.between(k) == gapSpace || p.between(k) == gapDot) && p.isFree(k+1) && p.leadingDigits(k+1) > 0:
	default:
		return false
	}
	a.first, a.last, a.form, a.street = i-1, last, streetSmall, true
	for n := 0; n < 3 && p.isFree(a.first-1) && p.isCapital(a.first-1) && p.between(a.first-1) == gapSpace && !p.is(a.first-1, &closers); n++ {
		a.first--
	}
	p.numberBefore(a)
	return true
}

// toldHead takes a number right behind a word for an address, and the words behind it, for one: "my address is 3452 rose
// garden new york 14521".
func (p *pass) toldHead(a *place, i int) bool {
	const most = 8
	if p.tellingHead(a, i) || p.movedHead(a, i) || p.townHead(a, i) {
		return true
	}
	if (p.said|p.wants.cues)&cueAddress == 0 {
		return false
	}
	k := i - 1
	if p.bitsAt(k)&wordIs != 0 {
		k--
	}
	told := p.isFree(k) && p.bitsAt(k)&cueAddress != 0 && p.bitsAt(k-1)&(cueIP|cueEmail|cuePassword|cueSecret) == 0 &&
		int(p.text.Tokens[i].Start)-int(p.text.Tokens[k].End) <= 6
	if !told && !(p.wants.cues&cueAddress != 0 && i == 0) || p.in.Channel == ChannelLog {
		return false
	}
	words := 0
	for j := a.last + 1; j < len(p.text.Tokens) && j <= a.last+most && p.isFree(j) && (p.between(j-1) == gapSpace || p.between(j-1) == gapComma); j++ {
		t := &p.text.Tokens[j]
		if t.IsWord() {
			if ok, _ := p.isName(j); !ok {
				break
			}
			words++
			continue
		}
		if words > 0 && t.IsNumber() && t.Len() >= 4 && t.Len() <= 6 {
			a.last, a.form, a.code = j, 0.3, true
			return true
		}
		if !t.IsNumber() || t.Len() > 3 {
			break
		}
	}
	if words < 2 {
		return false
	}
	last := p.capitals(a.last+1, 4, false)
	a.last, a.form = max(last, a.last+2), 0.2
	return true
}

// capitals is the last of up to most words from token k on that begin with capital letters, or consist of them where upper
// says so; k-1 if there is none.
func (p *pass) capitals(k, most int, upper bool) (last int) {
	last = k - 1
	for j := k; j < k+most && p.isFree(j) && p.isTownWord(j, upper) && !p.is(j, &closers); j++ {
		if gap := p.between(j - 1); j > k && gap != gapSpace && gap != gapDash && gap != gapQuote {
			break
		}
		last = j
		gap := p.between(j)
		if gap == gapSpace && p.isFree(j+1) && p.isInitialLast(j+1) {
			return j + 1 // "København V"
		}
		if (gap == gapSpace || gap == gapDash) && p.between(j+1) == gap && (p.is(j+1, &linkWords) || p.is(j+1, &ofWords) || p.is(j+1, &townLinks)) && p.isCapital(j+2) && j+2 < k+most+2 {
			j++ // "Palma de Mallorca", "Champ-sur-Drac"
		}
	}
	return last
}

// isInitialLast says whether token k is a capital letter that ends a line or the part before a comma.
func (p *pass) isInitialLast(k int) bool {
	gap := p.between(k)
	return p.text.Tokens[k].Len() == 1 && p.text.Tokens[k].Shape&^scan.NonHex == scan.Upper && (gap == gapLine || gap == gapComma || gap == gapEnd)
}

// isTownWord says whether token k may be a part of a town's name.
func (p *pass) isTownWord(k int, upper bool) bool {
	t := &p.text.Tokens[k]
	return p.isCapital(k) || upper && t.IsWord() && t.Len() > 2 && t.Shape&scan.Lower == 0
}

// closers begin with a capital letter behind an address and don't belong to it.
var closers = wordsOf("thanks thank please and but my the i it is phone tel telephone mobile email mail fax call card account ph contact regards sincerely yours date name dear hi hello ok okay yes no for from to on at")
