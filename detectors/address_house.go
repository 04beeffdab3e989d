package detectors

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// What the heads of addresses score that are no number with a street.
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
		if gap != gapSpace && !(gap == gapComma && p.is(j, &houseNames)) {
			break
		}
		if p.is(j, &houseNames) && first < i {
			house = j
		}
		first = j
	}
	if first == i || p.is(i-1, &countNames) && !(p.isCapital(i-1) && p.isCapital(i)) {
		return 0
	}
	if p.isOldHouse(first, i) {
		first, house = first-1, i-2
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
	if p.namedBefore(&a); a.first < first && p.is(a.first, &theWords) {
		house, first, a.form = first-1, a.first, houseNamed
	}
	p.addressTail(&a)
	if house <= first && !a.code {
		if !p.wholeStreet(&a) && !p.isDwelling(&a, i) {
			return 0
		}
		a.form = houseNamed
	}
	start, end := int(p.text.Tokens[a.first].Start), int(p.text.Tokens[a.last].End)
	return p.note(start, end, a.last, Address, score{form: min(a.form, addressFull)}, byAddress, p.lower(start, end))
}

// isOldHouse says whether tokens first to i, a street word, are a house that is called "the old" something and its street: "the old bakery chapel lane".
func (p *pass) isOldHouse(first, i int) bool {
	const least = 3 // "old mill road" is a street
	return i-first >= least && isWord(p.bytesOf(&p.text.Tokens[first]), "old") && p.is(first-1, &theWords) && p.between(first-1) == gapSpace && p.text.Tokens[i].Bits&wordStreet != 0
}

// isDwelling says whether words for where somebody lives stand before a street, of which token i is the word: "the flat on Cardigan Road".
func (p *pass) isDwelling(a *place, i int) bool {
	const back = 3
	k := a.first - 1
	if !p.isCapital(a.first) || !p.isCapital(i) || !p.isFree(k) || !p.is(k, &dwellingLinks) || p.between(k) != gapSpace {
		return false
	}
	for n := k - 1; n >= k-back && p.isFree(n) && p.between(n) == gapSpace; n-- {
		if p.is(n, &homes) {
			return true
		}
	}
	return false
}

var (
	dwellingLinks = wordsOf("on in at from to off")
	homes         = wordsOf("flat flats apartment house home room bedsit bungalow cottage maisonette tenancy live lives lived living moved stay stays staying stayed reside resides residing fled rents rented renting address")
)

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

// nameLinks stand within the names of houses in the languages of Wales, Scotland and Ireland: "Pen y Bryn", "Tigh na Mara".
var nameLinks = wordsOf("y yr na an nan nam of")

var ships = wordsOf("usns uss usnv uscgc usnm")

var militaryStates = wordsOf("aa ae ap")

// isCapitalWord says whether token k is a word in capitals or with one in front, and not that of an alias.
func (p *pass) isCapitalWord(k int) bool {
	return k >= 0 && k < len(p.text.Tokens) && p.text.Tokens[k].IsWord() && isUpperAt(p.b, int(p.text.Tokens[k].Start)) && !p.isInert(int(p.text.Tokens[k].Start))
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
	if k := a.first - 2; k >= 0 && p.isFree(k) && tokens[k].IsNumber() && tokens[k+1].IsNumber() && tokens[k].Len() == 1 && tokens[k+1].Len() == 1 && p.b[tokens[k].End] == '/' && tokens[k+1].Start == tokens[k].End+1 &&
		p.between(k+1) == gapComma && p.isApart(k) {
		a.first = k // "3/2, 41 Dumbarton Road", as flats are counted in Scotland
	}
}

// letterBefore takes in the letter before a number: "d 3023 mosque layout".
func (p *pass) letterBefore(a *place) {
	k := a.first - 1
	if !a.street || !p.text.Tokens[a.first].IsNumber() || !p.isFree(k) || p.between(k) != gapSpace || p.text.Tokens[k].Len() != 1 || p.at(int(p.text.Tokens[k].Start)-1) == '\'' {
		return
	}
	if n := p.text.Tokens[a.first].Len(); p.text.Tokens[k].Shape&^scan.NonHex == scan.Upper && n >= 3 || n >= 4 {
		a.first = k
		return
	}
	if c := p.b[p.text.Tokens[k].Start] | 0x20; scan.IsLetter(c) && c != 'a' && c != 'i' && c != 'o' && c != 'e' && c != 'y' && c != 'u' {
		a.first = k
	}
}

var floorWords = wordsOf("basement ground top garden upper lower first second third rear front attic")

// numberedHead reads a house that somebody gives the number of, token i to last, and then the street: "number forty on sandygate road", "number
// seventeen the crescent", "i'm at twenty nine the crescent".
func (p *pass) numberedHead(a *place, i, last int) bool {
	k, number := last+1, p.isNumberWord(i-1)
	if !p.isFree(i-1) || !number && !p.is(i-1, &tellWords) && !p.is(i-1, &homeWords) || p.between(i-1) != gapSpace || p.between(last) != gapSpace && p.between(last) != gapComma || !p.isFree(k) {
		return false
	}
	if on := p.is(k, &onStreets); on && number || p.is(k, &theWords) {
		if on && p.is(k+1, &theWords) {
			k++
		}
		var s street
		if number {
			if s = p.namedStreet(k + 1); s.form == 0 {
				s = p.ledStreet(k + 1)
			}
		}
		if sole := k + 1; s.form == 0 && p.isFree(sole) && p.is(k, &theWords) && (p.bitsAt(sole)&wordStreet != 0 || p.is(sole, &soleRoads)) && (sole+1 == len(p.text.Tokens) || p.is(sole+1, &clauseWords) || p.clauseEnds(int(p.text.Tokens[sole].End), int(p.text.Tokens[sole+1].Start))) {
			s = street{sole, sole, streetSmall}
		}
		if s.form >= streetSmall || s.form > 0 && p.is(s.last, &roadWords) {
			if a.last, a.form, a.street = s.last, streetSmall, true; number {
				a.first = i - 1
			}
			return true
		}
	}
	return false
}

// flatHead reads a flat in a house that has a name, token unit to last, and then the house: "flat nine at the maltings".
func (p *pass) flatHead(a *place, unit, last int) bool {
	const most = 2
	k := last + 1
	if !p.is(unit, &flatWords) || p.between(last) != gapSpace || !p.is(k, &onStreets) || !p.isFree(k) {
		return false
	}
	if p.is(k+1, &theWords) {
		k++
	}
	for n := 0; n < most && p.isFree(k+1) && p.between(k) == gapSpace && p.isNamePart(k+1) && !p.is(k+1, &plainWords) && !p.is(k+1, &notTowns) && (p.isCapital(k+1) || !p.set.names.IsCommon(p.text.Tokens[k+1].Hash)); n++ {
		k++
		a.first, a.last, a.form, a.street = unit, k, streetSmall, true
	}
	return a.street
}

var (
	onStreets = wordsOf("on in at along in op sur en")
	theWords  = wordsOf("the")
	homeWords = wordsOf("house home place gaff")
	soleRoads = wordsOf("close drive mews green square terrace grove parade walk rise gardens place court common hill")
)

// houseBefore takes in the name of the house or building before its number: "rose cottage 3 green lane".
func (p *pass) houseBefore(a *place) {
	k := a.first - 1
	if a.street && p.isFree(k) && isWord(p.bytesOf(&p.text.Tokens[k]), "flat") && p.isFree(k-2) && p.is(k-2, &floorWords) && isWord(p.bytesOf(&p.text.Tokens[k-1]), "floor") && p.between(k) == gapComma {
		a.first = k - 2 // "Ground Floor Flat, 31 Tamarind Grove"
		return
	}
	if a.street && p.isFree(k) && p.isFree(k-1) && isWord(p.bytesOf(&p.text.Tokens[k]), "flat") && p.is(k-1, &floorWords) && (p.between(k) == gapSpace || p.between(k) == gapComma) {
		a.first = k - 1
		p.articleBefore(a)
		return
	}
	if !a.street || !p.isFree(k) || !p.is(k, &houseNames) || p.between(k) != gapSpace && p.between(k) != gapComma {
		return
	}
	for n := 0; n < 3 && p.isNamePart(k-1) && p.text.Tokens[k-1].Len() > 1 && p.between(k-1) == gapSpace && !p.is(k-1, &plainWords); n++ {
		k--
		a.first = k
	}
}

// namedBefore takes in what a house is called, with its article or behind "at", before a comma: "The Old Dairy, Penfold Lane", "at Tigh na Mara, 3 Shore
// Street".
func (p *pass) namedBefore(a *place) {
	const most = 4
	k := a.first - 1
	if gap := p.between(k); gap != gapComma && gap != gapLine {
		return
	}
	for n := 0; n < most && p.isFree(k) && (p.isCapitalWord(k) || n > 0 && n+1 < most && p.is(k, &nameLinks)); n++ {
		if n > 0 && isWord(p.bytesOf(&p.text.Tokens[k]), "the") {
			a.first = k
			if p.between(k-1) == gapComma && p.isFree(k-2) && p.bitsAt(k-2)&wordUnit != 0 && p.between(k-2) == gapSpace && p.leadingDigits(k-1) > 0 {
				a.first = k - 2 // "Flat 2, The Maltings"
			}
			return
		}
		if p.between(k-1) != gapSpace {
			return
		}
		if k--; n > 0 && isWord(p.bytesOf(&p.text.Tokens[k]), "at") && p.isCapitalWord(k+1) {
			a.first = k + 1
			return
		}
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
			for first < a.first && p.is(first, &frontWords) && !p.isCapitalWord(first) { // "to The Old Bakery"
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

// findHouses adds the houses, where there are capitals, that have a name and no word for a street: before a British postcode, "Rosewood, Upper Tilling, TN31 7XX", and behind words for
// where somebody lives, "lives at Rosewood, Upper Tilling", "her house, The Old Forge, Mill Green". What else was found there is not touched.
func (p *pass) findHouses() {
	if p.in.Channel == ChannelLog {
		return
	}
	houses := p.houses[:0]
	for n := range p.candidates {
		if c := &p.candidates[n]; c.kind == Postcode {
			code, _ := p.tokensOf(c.start, c.end)
			if first := p.houseUpTo(code - 1); first >= 0 {
				houses = append(houses, span{int(p.text.Tokens[first].Start), c.end})
			}
		}
	}
	for k := 2; k+2 < len(p.text.Tokens); k++ {
		if p.text.Tokens[k].Shape&(scan.Upper|scan.High) == 0 || !p.isCapital(k) || p.isCapital(k-1) || !(p.is(k-1, &livesAt) && p.isHome(k-2)) && !(p.is(k-1, &homes) && p.between(k-1) == gapComma) {
			continue
		}
		name := k
		if p.is(k, &theWords) && p.between(k) == gapSpace {
			name++ // "The Old Forge"
		}
		if last := p.capitals(name, houseWords, false); last >= name && p.between(last) == gapComma && p.isCapital(last+1) {
			if town := p.capitals(last+1, houseWords, false); town > last && p.between(town) != gapSpace && !p.is(k, &titles) {
				houses = append(houses, span{int(p.text.Tokens[k].Start), int(p.text.Tokens[town].End)})
			}
		}
	}
	p.houses = houses
	p.addHouses()
}

// houseWords are the most words of one part of an address without a street.
const houseWords = 3

// isHome says whether a word for where somebody lives stands at token k or right before it: "living", "address given".
func (p *pass) isHome(k int) bool {
	return p.is(k, &homes) || p.is(k-1, &homes) && p.between(k-1) == gapSpace && !p.isCapital(k)
}

// livesAt stand between a word for where somebody lives and the place.
var livesAt = wordsOf("at is in of to")

// houseUpTo is the first token of two parts or more with commas between, each of a few words with capitals, that end with token k and begin where an address may: behind
// a bracket, a mark, the end of a line or a word such as "of"; -1 if there are none, or the first part is somebody's name.
func (p *pass) houseUpTo(k int) int {
	const most = 4
	if k < 0 || !p.isCapital(k) {
		return -1
	}
	if gap := p.between(k); gap != gapSpace && gap != gapComma && gap != gapLine {
		return -1
	}
	for parts := 1; parts <= most; parts++ {
		last, words := k, 1
		for k > 0 && words < houseWords && p.between(k-1) == gapSpace && p.isCapital(k-1) && !p.is(k-1, &closers) {
			k--
			words++
		}
		if p.is(k, &closers) || p.is(last, &legalForms) || p.isInert(int(p.text.Tokens[k].Start)) {
			return -1
		}
		if k > 0 && p.between(k-1) == gapComma && p.isCapital(k-1) {
			k--
			continue
		}
		named := p.text.Tokens[last].Bits&(wordPlace|wordStreet) != 0 || p.is(last, &houseNames) || p.set.names.Listing(p.text.Tokens[k].Hash).Given < 2 && !p.is(k, &titles)
		if parts > 1 && named && p.beginsHouse(k) {
			return k
		}
		return -1
	}
	return -1
}

// beginsHouse says whether an address may begin with token k.
func (p *pass) beginsHouse(k int) bool {
	if k == 0 {
		return true
	}
	from, to := int(p.text.Tokens[k-1].End), int(p.text.Tokens[k].Start)
	for _, c := range p.b[from:to] {
		if c == '(' || c == ':' || c == '\n' {
			return true
		}
	}
	return p.is(k-1, &livesAt) && p.between(k-1) == gapSpace
}

// addHouses adds p.houses as addresses, but for those in which anything was found that is no postcode, place or firm.
func (p *pass) addHouses() {
	if len(p.houses) == 0 {
		return
	}
	slices.SortFunc(p.houses, func(a, b span) int { return a.start - b.start })
	sortCandidates(p.candidates)
	p.forgetMarks()
	next, until, known := 0, 0, len(p.candidates) // where what begins before a house ends
	for _, h := range p.houses {
		for ; next < known && p.candidates[next].start < h.end; next++ {
			if c := &p.candidates[next]; c.kind != Postcode && c.kind != Location && c.kind != Org {
				until = max(until, c.end)
			}
		}
		if until <= h.start {
			p.add(h.start, h.end, Address, 0.7, byAddress, p.lower(h.start, h.end))
		}
	}
}
