package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// What the heads of addresses in this file score.
const (
	houseNamed   = 0.5  // "rose cottage, mill lane"
	streetOnly   = 0.25 // "mill lane", with what follows
	militaryForm = 0.85 // "PSC 3, Box 1234"
	cornerForm   = 0.6  // "the corner of Mill Lane and High Street"
	tellingForm  = 0.5  // "located at 4000 Rose Common"
	sandwichForm = 0.55 // "59 Metsanurga 48, Vadsa"
	placedNumber = 0.3  // "143 kani complex madurai"
	placedPlace  = 0.25
	placedCode   = 0.2
	placedNo     = 0.2 // "no 84 gam hathy"
	placedWords  = 6
)

// streetAlone reads an address without a number round the street word of token i: a house with a name ("rose cottage, mill
// lane"), or a street with the postcode behind it. It gives the token to go on with, or 0.
func (p *pass) streetAlone(i int) (next int) {
	const back = 6
	if p.in.Channel == ChannelLog || !p.isFree(i) {
		return 0
	}
	first, house := i, -1
	for j := i - 1; j >= 0 && j > i-back && p.isNamePart(j); j-- {
		gap := p.between(j)
		if gap != gapSpace && !(gap == gapComma && p.is(j, &houseNames)) || p.is(j, &toldWords) {
			break
		}
		if p.is(j, &houseNames) && first < i {
			house = j
		}
		first = j
	}
	if first == i || p.is(i-1, &countNames) {
		return 0
	}
	a := place{first: first, last: i, form: streetOnly, street: true}
	if house > first {
		a.form = houseNamed
	} else {
		a.form = streetOnly
		if house == first {
			a.first = first + 1
		}
	}
	p.addressTail(&a)
	if house <= first && !a.code {
		if !p.wholeStreet(&a) {
			return 0
		}
		a.form = houseNamed
	}
	start, end := int(p.text.Tokens[a.first].Start), int(p.text.Tokens[a.last].End)
	return p.note(start, end, a.last, Address, score{form: min(a.form, addressFull)}, byAddress, p.lower(start, end))
}

// wholeStreet says whether the text is a street with a place behind or before it: "tvs nagar madurai". It takes in what stands before.
func (p *pass) wholeStreet(a *place) bool {
	const most = 6
	first := a.first
	for first > a.first-most && p.isNamePart(first-1) && p.between(first-1) == gapSpace && !p.is(first-1, &plainWords) {
		first--
	}
	if !p.beginsText(first) || !p.closesText(a.last) {
		return false
	}
	s := p.stretch(first, bounds{most: 2 * most})
	if s.last < a.last || s.common > 0 || s.places == 0 || s.words < 3 {
		return false
	}
	a.first = first
	return true
}

// militaryHead reads the address of a soldier round token i: "PSC 6695, Box 2353, APO AP 20849", "Unit 4526 Box 0671",
// "FPO AE 51332".
func (p *pass) militaryHead(a *place, i int) bool {
	tokens := p.text.Tokens
	t := &tokens[i]
	if !t.IsNumber() || i == 0 || p.between(i-1) != gapSpace || !p.isFree(i-1) {
		return false
	}
	if i >= 2 && t.Len() == 5 && tokens[i-1].Len() == 2 && p.is(i-2, &militaryPosts) && p.is(i-1, &militaryStates) && p.isFree(i-2) {
		a.first, a.last, a.form, a.street, a.code = i-2, i, militaryForm, true, true
		for n := 0; n < 2 && p.isFree(a.first-1) && p.isCapitalWord(a.first-1) && p.between(a.first-1) == gapLine || n > 0 && p.isFree(a.first-1) && p.isCapitalWord(a.first-1) && p.between(a.first-1) == gapSpace; n++ {
			a.first-- // the name of a ship
		}
		if k := a.first - 2; p.isFree(k) && p.is(k, &ships) && p.between(k) == gapSpace {
			a.first = k
		}
		return true
	}
	if t.Len() > 5 || !p.is(i-1, &militaryHeads) || i+2 >= len(tokens) || !tokens[i+2].IsNumber() || tokens[i+2].Len() > 5 || !p.isFree(i+1) || !p.isFree(i+2) {
		return false
	}
	if gap := p.between(i); gap != gapSpace && gap != gapComma || !isWord(p.bytesOf(&tokens[i+1]), "box") || p.between(i+1) != gapSpace {
		return false
	}
	a.first, a.last, a.form, a.street = i-1, i+2, militaryForm, true
	k := i + 3
	if gap := p.joint(i + 2); (gap == gapSpace || gap == gapComma || gap == gapLine) && k+2 < len(tokens) && p.is(k, &militaryPosts) && p.is(k+1, &militaryStates) && tokens[k+2].IsNumber() && p.isFree(k+2) {
		a.last, a.code = k+2, true
	}
	return true
}

var ships = wordsOf("usns uss usnv uscgc usnm")

var militaryStates = wordsOf("aa ae ap")

// isCapitalWord says whether token k is a word in capitals or with one in front.
func (p *pass) isCapitalWord(k int) bool {
	return k >= 0 && k < len(p.text.Tokens) && p.text.Tokens[k].IsWord() && isUpperAt(p.b, int(p.text.Tokens[k].Start))
}

// unitsBefore takes in what stands before the number of a house: "Suite 683 11 Brucknerweg 141", "10 - 42 King's Cross Road".
func (p *pass) unitsBefore(a *place) {
	tokens := p.text.Tokens
	if !tokens[a.first].IsNumber() {
		return
	}
	if u := p.unitOfNumbers(a.first); u >= 0 {
		a.first = u
		a.form += addressUnit
		return
	}
	if k := a.first - 1; p.isFree(k) && tokens[k].IsNumber() && tokens[k].Len() <= 4 && p.between(k) == gapDash && p.isApart(k) {
		a.first = k
	}
}

// houseBefore takes in the name of the house or building before its number: "rose cottage 3 green lane".
func (p *pass) houseBefore(a *place) {
	k := a.first - 1
	if !a.street || !p.isFree(k) || !p.is(k, &houseNames) || p.between(k) != gapSpace && p.between(k) != gapComma {
		return
	}
	for n := 0; n < 3 && p.isNamePart(k-1) && p.text.Tokens[k-1].Len() > 1 && p.between(k-1) == gapSpace && !p.is(k-1, &plainWords); n++ {
		k--
		a.first = k
	}
}

// unitOfNumbers is the token of the unit whose number stands right before token i, with one more number between them at most; -1
// if there is none.
func (p *pass) unitOfNumbers(i int) int {
	tokens := p.text.Tokens
	for k := i - 1; k >= i-3 && p.isFree(k); k-- {
		gap := p.between(k)
		switch {
		case tokens[k].IsNumber() && tokens[k].Len() <= 5 && gap == gapSpace:
		case k < i-1 && p.is(k, &firmUnits) && (gap == gapSpace || gap == gapDot):
			return k
		default:
			return -1
		}
	}
	return -1
}

// frontBefore takes in the name that stands between the words that announce an address and its first number: "we moved to
// Poseidon, Storgatan 33", "send it to Example Ltd, 82 Example Road".
func (p *pass) frontBefore(a *place) {
	const back = 12
	tokens := p.text.Tokens
	first := a.first
	for j := a.first - 1; j >= 0 && j > a.first-back && p.isFree(j); j-- {
		from, to := int(tokens[j].End), int(tokens[j+1].Start)
		if to-from > 4 {
			return
		}
		ends := false
		for _, c := range p.b[from:to] {
			switch c {
			case ' ', ',', '&', '(', ')', '\'', '\n', '\r':
			case '.':
				ends = true
			case ':':
				if p.is(j, &toldWords) && first < a.first {
					a.first = first
				}
				return
			default:
				return
			}
		}
		if first < a.first && (p.is(j, &toWords) && (p.is(j-1, &toVerbs) || p.is(j-2, &toVerbs)) || tokens[j].Bits&wordIs != 0 && p.toldBefore(j, true)) {
			for first < a.first && p.is(first, &frontWords) {
				first++
			}
			a.first = first
			return
		}
		small := !p.isCapitalWord(a.first) && !p.isCapitalWord(a.first+1) && p.isNamePart(j) && !p.is(j, &plainWords)
		if ends && tokens[j].Len() > 3 || !p.isCapitalWord(j) && !small && !p.is(j, &frontWords) || p.is(j, &closers) && !p.is(j, &frontWords) {
			return
		}
		first = j
	}
}

var frontWords = wordsOf("and of the der die das zum zur van de la le do da du des")

// cornerBefore takes in "the corner of" before an address and the second street behind it.
func (p *pass) cornerBefore(a *place) {
	k := a.first - 1
	if p.isFree(k) && p.is(k, &ofWords) && p.isFree(k-1) && isWord(p.bytesOf(&p.text.Tokens[k-1]), "corner") && p.between(k) == gapSpace {
		a.first, a.form = k-1, max(a.form, cornerForm)
		p.secondStreet(a)
		p.articleBefore(a)
	}
}

// articleBefore takes in "the" before a corner.
func (p *pass) articleBefore(a *place) {
	if k := a.first - 1; p.isFree(k) && p.between(k) == gapSpace && isWord(p.bytesOf(&p.text.Tokens[k]), "the") {
		a.first = k
	}
}

// secondStreet takes in the second street of a corner: "and High Street".
func (p *pass) secondStreet(a *place) {
	k := a.last + 1
	if p.between(a.last) != gapSpace || !p.isFree(k) || !isWord(p.bytesOf(&p.text.Tokens[k]), "and") {
		return
	}
	last := k
	if s := p.namedStreet(k + 1); s.form > 0 {
		last = s.last
	}
	for j := last + 1; j < k+6 && p.isFree(j) && p.between(j-1) != gapOther && p.between(j-1) != gapEnd; j++ {
		gap := p.between(j - 1)
		if gap != gapSpace && gap != gapDash && gap != gapDot && gap != gapQuote || gap == gapDot && p.text.Tokens[j-1].Len() > 5 {
			break
		}
		if !p.isCapitalWord(j) && !(j <= k+3 && p.isNamePart(j) && !p.is(j, &plainWords)) && !(p.text.Tokens[j].IsNumber() && p.text.Tokens[j].Len() <= 4 && last > k) && p.text.Tokens[j].Bits&(wordStreet|wordPlace|wordLead) == 0 {
			break
		}
		last = j
	}
	if last > k {
		a.last = last
	}
}

// cornerHead reads a corner whose first street has no street word: "the corner of Bygget 64 and Komel Club". Token i is its number.
func (p *pass) cornerHead(a *place, i int) bool {
	const back = 6
	if p.between(i) != gapSpace || !p.isFree(i+1) || !isWord(p.bytesOf(&p.text.Tokens[i+1]), "and") {
		return false
	}
	for j := i - 1; j > i-back && p.isFree(j); j-- {
		if gap := p.between(j); gap != gapSpace && gap != gapDot && gap != gapDash {
			return false
		}
		if p.is(j, &ofWords) && p.isFree(j-1) && isWord(p.bytesOf(&p.text.Tokens[j-1]), "corner") {
			a.first, a.last, a.form, a.street = j-1, i, cornerForm, true
			p.secondStreet(a)
			p.articleBefore(a)
			return a.last > i
		}
	}
	return false
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
		if gap := p.joint(k); gap != gapSpace && gap != gapDash && gap != gapQuote && gap != gapDot {
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
	s := p.stretch(k, bounds{most: 10})
	if (!near || k == i) && (s.numbers < 2 || p.isYear(s.last)) && s.streets == 0 && !s.code || s.common > 0 && k == i {
		return false
	}
	if s.numbers == 0 || s.last < i || s.words == 0 || s.words < 2 && !s.code && s.places+s.streets == 0 {
		return false
	}
	a.first, a.last, a.form, a.street, a.code, a.town = k, s.last, s.form(), true, s.code, s.places > 0
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
	if t.IsNumber() && t.Len() < 2 || !p.isFree(k) || !p.is(k, &tellWords) || !p.toldBefore(k, true) {
		return false
	}
	capital := p.isCapitalWord(i+1) || p.isCapitalWord(i+2)
	s := p.stretch(i, bounds{most: 10, capital: capital})
	if s.words == 0 || s.common > 0 || s.last == i || !capital && (s.numbers < 2 || p.isYear(s.last)) {
		return false
	}
	a.last, a.form, a.street, a.code, a.town = s.last, tellingForm, true, s.code, true
	return true
}

var (
	flatWords = wordsOf("flat apartment apt suite ste unit")
	tellWords = wordsOf("at is on to")
)

// toldBefore says whether the words right before token i announce an address: "moved to", "lives at", "address is".
func (p *pass) toldBefore(i int, venue bool) bool {
	const back = 5
	for j := i - 1; j > i-back && p.isFree(j); j-- {
		if p.is(j, &telling) || venue && p.is(j, &venues) || p.is(j, &toVerbs) || p.is(j, &toldWords) {
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

// routeStreet reads a road with a number: "route 31", "us hwy 280", "county road 64".
func (p *pass) routeStreet(k int) street {
	s := street{first: k}
	for n := 0; n < 2 && p.isFree(k) && p.is(k, &routeFronts) && p.between(k) == gapSpace; n++ {
		k++
	}
	if !p.isFree(k) || !p.is(k, &routes) || p.between(k) != gapSpace || !p.isFree(k+1) || k == s.first && !p.is(k, &loneRoutes) {
		return s
	}
	if t := &p.text.Tokens[k+1]; !t.IsNumber() || t.Len() > 4 {
		return s
	}
	s.last, s.form = k+1, placeNamed
	return s
}

var (
	routeFronts = wordsOf("us state county country old rural farm north south east west n s e w ranch")
	routes      = wordsOf("route rte rt hwy highway road rd interstate")
	loneRoutes  = wordsOf("route rte rt hwy highway interstate")
	// loneStreets are streets by themselves: "3900 Broadway".
	loneStreets = wordsOf("broadway alameda embarcadero bowery strand piccadilly cheapside")
)

// oddStreet reads what follows a house number as a street that namedStreet doesn't know: "East El Camino Real", "1 East 161
// Street", "3900 Broadway", "memorial streetavon".
func (p *pass) oddStreet(k int) street {
	if s := p.routeStreet(k); s.form > 0 {
		return s
	}
	tokens := p.text.Tokens
	s := street{first: k}
	j := k
	if p.isFree(j) && tokens[j].Len() == 1 && tokens[j].IsWord() && tokens[k-1].Len() >= 2 && p.between(j) == gapSpace {
		if j+1 < len(tokens) && p.isFree(j+1) && tokens[j+1].Bits&wordStreet != 0 {
			s.last, s.form = j+1, streetSmall // "1400 A Street"
			return s
		}
		if named := p.namedStreet(j + 1); named.form >= streetSmall {
			named.first = k // "18 a town hall road"
			return named
		}
	}
	if p.isFree(j) && p.is(j, &directions) && (p.between(j) == gapSpace || p.between(j) == gapDot) {
		j++
		if j+1 < len(tokens) && p.isFree(j) && p.isFree(j+1) && tokens[j].IsNumber() && tokens[j].Len() <= 3 && p.between(j) == gapSpace && tokens[j+1].Bits&(wordStreet|wordPlace) != 0 {
			s.last, s.form = j+1, streetSmall
			return s
		}
		if j+1 < len(tokens) && p.isFree(j) && p.isFree(j+1) && tokens[j].Bits&wordStreet != 0 && tokens[j+1].IsNumber() && tokens[j+1].Len() <= 3 && p.between(j) == gapSpace {
			s.last, s.form = j+1, streetSmall // "N. Ave 56"
			return s
		}
	}
	for n := 0; n < 2 && p.isFree(j) && p.is(j, &streetArticles) && p.between(j) == gapSpace; n++ {
		j++
	}
	if !p.isFree(j) {
		return s
	}
	if p.is(j, &loneStreets) && (p.isCapital(j) || tokens[k-1].Len() >= 3) && !(p.between(j) == gapSpace && p.isWithin(j+1) && p.is(j+1, &streetUses)) {
		s.last, s.form = j, placeNamed
		return s
	}
	if j > k {
		if led := p.ledStreet(j); led.form > 0 {
			led.first = k
			return led
		}
	}
	return p.gluedStreet(k)
}

var streetArticles = wordsOf("the el la le los las de old")

// gluedStreet reads a name and a street word that what follows was joined to, as it is where line ends were lost: "memorial
// streetavon".
func (p *pass) gluedStreet(k int) street {
	s := street{first: k}
	for j := k; j < k+4 && p.isFree(j) && p.text.Tokens[j].IsWord(); j++ {
		if ok, _ := p.isName(j); !ok || p.is(j, &plainWords) && !p.is(j, &notTowns) {
			return s
		}
		if j > k && p.isGlued(j) {
			s.last, s.form = j, streetSmall
			return s
		}
		if p.between(j) != gapSpace {
			return s
		}
	}
	return s
}

// gluedStarts are what a joined word may begin with.
var gluedStarts = []string{"street", "avenue", "road", "drive", "boulevard"}

func (p *pass) isGlued(j int) bool {
	t := &p.text.Tokens[j]
	b := p.bytesOf(t)
	if t.Shape&scan.High != 0 || len(b) < 7 || len(b) > 40 || p.is(j, &gluedNot) {
		return false
	}
	for _, start := range gluedStarts {
		if n := len(start); len(b) >= n+3 && equalEnd(b[:n], start) {
			return true
		}
	}
	return false
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
	default:
		return
	}
	capital := p.isCapitalWord(a.first) && !p.isInitial(a.first) || a.first < a.last && p.isCapitalWord(a.first+1)
	s := p.stretch(a.last+1, bounds{most: 12, capital: capital, words: a.code})
	end := s.sure
	if a.code {
		end = s.place
		if !a.town && !capital && s.closed && s.common == 0 && s.words <= 2 && gap != gapLine {
			end = s.last // "25500 anytown"
		}
	}
	const loose = 3
	if s.closed && s.common == 0 && s.last > end && s.last-max(end, s.first-1) <= loose && !a.code && a.form >= streetSmall && gap != gapLine && !a.box {
		end = s.last
	}
	if end < s.first || gap == gapLine && s.place < s.first && !s.code {
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
