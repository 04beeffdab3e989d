package detectors

import (
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The words of streets. Those that stand for little else speak for an address alone; the others need capitals, a postcode
// or a word beside them.
const (
	// streetWords stand behind the name: "12 High Street".
	streetWords = `street road rd avenue ave boulevard blvd lane ln crescent terrace mews nagar marg gali galli chowk vihar salai colony theru veedhi mohalla sarani
		raod steet stret avanue
		straße strasse straat laan utca gatan vägen`
	// placeWords do the same and mean something else, too.
	placeWords = `st str way close drive dr court ct place pl square sq gardens garden gdns grove park hill green broadway mall view walk row rise cross
		main circle cir trail path parkway pkwy highway hwy plaza gate yard quay wharf sector layout enclave extension extn phase heights
		villas loop alley croft parade vale bend point ridge meadow meadows estate puram ganj pura peth bazaar apartments residency tower
		towers complex society bldg building house cottage lodge hall farm pike turnpike causeway hollow bypass mount wynd brae fold brow garth mead drove approach dene copse spinney paddock paddocks ridings orchard orchards lea leas glade knoll esplanade promenade`
	// leadWords stand before it: "12 rue de la Paix", "Calle Mayor 5".
	leadWords = `rue venelle ruelle chaussée chaussee chemin impasse allée allées quai faubourg calle avenida avda avinguda carrer paseo carretera viale
		heol ffordd stryd vicolo piazza piazzale lungotevere lungarno rua rúa travessa praceta strada bulevardul ulica ulicy ul jalan osiedle`
	// softLeadWords do the same and mean something else, too.
	softLeadWords = `avenue av boulevard bd blvd place pl square route passage cours sentier villa plaza camino ronda via corso largo
		praça estrada c aleja al plac platz`
	// unitWords stand before a number within a building or an estate.
	unitWords = `flat apartment apt appartement apto apartamento unit suite ste floor house block door plot hno room wing tower shop villa no número piso
		puerta wohnung mieszkanie mieszkania interno makaan`
	// aroundWords stand in addresses that have no street, and in directions.
	aroundWords = `care box lot space pitch ward route rural corner junction intersection crossroads village taluka taluk tehsil tehsildar district mandal wada`
)

var (
	// firmUnits speak for an address with what follows.
	firmUnits = wordsOf("flat apartment apt plot door hno house suite makaan mieszkanie mieszkania")
	// stopWords stand in no name of a street.
	stopWords = wordsOf(`the my your our his her their its a an in on at to from for with by and or but is was were are be been it this that these
		those i you he she we they me him them us not no yes so as if then than when where what which who how do does did done have has
		had will would can could should may might must up down out off over into onto about per each every all any some more most less
		only just still also very too again there here please thanks thank ok okay call called number of minutes minute hour hours day
		days week weeks month months year years times people persons miles mile km meters metres feet percent dollars rupees items
		please sir madam ki ke ka ko se hai mein aur und oder mit von für pour avec dans sur est con para por per con che non een het met`)
	// countNames make a street word a thing that is counted: "2 way street", "4 lane road"; placeNames do so with words that
	// mean something else, too: "3 hard drive", "1 high court".
	countNames = wordsOf("way lane star hour minute day man single double dual side back")
	placeNames = wordsOf(`hard flash usb disk wheel google test thumb tape pen external cloud high federal supreme tennis food district first
		second third car theme amusement water night usual right wrong safe same best better last next good front mile way hour long
		short close two one three four five`)
	// streetUses follow the word where no address is meant: "main street food".
	streetUses = wordsOf(`food art view views light lights lamp lamps trip trips tax test tests works map maps closure closures accident
		accidents sign signs vendor vendors race racing fight price prices cred credibility level style safety rage users user bike show shows musical foot feet ft meter metre
		meters metres mile miles kilometer inch inches yards
		switch switches failure failures call calls order orders holder holders`)
	// linkWords stand within names: "rue de la Paix".
	linkWords   = wordsOf("sur sous upon bei de du des la le les l d del della delle dell dei degli di do da dos das van der den het den ter zu zum zur et y e i las los el san santa sankt")
	numberWords = wordsOf("no nº n° n num number nr numero número nummer n.º")
	// soleWords are the street words that make an address of a whole text in small letters: "971 charles st".
	soleWords  = wordsOf("st dr ct way court drive place pl sq circle cir trail hwy highway pkwy parkway hill park gardens close square")
	directions = wordsOf("north south east west northeast northwest southeast southwest n s e w ne nw se sw")
	bisWords   = wordsOf("bis ter quater")
	// germanLeads stand before the name of a place in German: "Am Markt 3", "An der Alster 5".
	germanLeads    = wordsOf("am im an auf zum zur unter in hinter bei")
	germanArticles = wordsOf("der die das den dem eine einer eines welche welcher diese dieser unsere unserer meine meiner keine de het een deze")
	germanIns      = wordsOf("in an auf für vor hinter neben bei aus")
	nordicAt       = wordsOf("på")
	germanThes     = wordsOf("der dem den die")
	trailing       = wordsOf("straße strasse str straat laan utca gatan vägen weg platz allee gasse ring damm ufer plein kade tee iela gatve g u ulica")
	locality       = wordsOf("sector phase block stage ward gali")
	ordinalEnds    = wordsOf("st ter ct dr")
	ordinalRoads   = wordsOf("cross main street st avenue ave road rd lane block stage phase floor")
)

// streetEnds are the ends of compounds that are streets. The first need nothing more; the others are ends of other words.
var (
	streetEnds = []string{"straße", "strasse", "strase", "straat", "gracht", "laan", "gatan", "vägen", "vagen", "veien", "kade", "plein", "gasse", "steenweg", "stræde", "vegen", "gaten", "singel", "dijk", "vænget", "gränd", "stigen", "torget"}
	softEnds   = []string{"str", "weg", "vegur", "stræti", "braut", "bakken", "platz", "allee", "allé", "ring", "damm", "ufer", "vej", "gade", "gata", "gård", "straede", "steig", "graben", "markt", "tie", "katu"}
)

// besideStreets stand right before the name of a street.
var besideStreets = wordsOf("im in am ved på i vid op aan till til nach vom zum zur")

// saidEnds are those of softEnds that few other words have.
var saidEnds = []string{"weg", "platz", "allee", "allé", "damm", "ufer", "steig", "vej", "gade"}

// gerunds are ends of English words that end as "ring" does.
var gerunds = []string{"ering", "oring", "iring", "uring", "aring"}

// lastPairs has what the last two bytes of streetEnds and softEnds may be, five bits of each: most words have others.
var lastPairs = func() (pairs [1 << 10]bool) {
	for _, end := range append(append([]string{}, streetEnds...), softEnds...) {
		pairs[lastPair([]byte(end))] = true
	}
	return pairs
}()

func lastPair(b []byte) int { return int(b[len(b)-2]&31)<<5 | int(b[len(b)-1]&31) }

// noStreets end like streets.
var noStreets = wordsOf(`bahnsteig umweg heimweg rückweg parkplatz arbeitsplatz sitzplatz spielplatz campingplatz stellplatz listenplatz startplatz substr arkade dekade brigade
	anrufer käufer läufer during spring string bring ordering engineering`)

// street is what a reader of streets found.
type street struct {
	first, last int // tokens
	form        float32
}

// Likelihoods of streets.
const (
	streetNamed  = 0.7  // with capitals, and a word that stands for little else
	streetSmall  = 0.55 // the same in small letters
	placeNamed   = 0.55 // with capitals, and a word that means something else, too
	placeSmall   = 0.2
	noStreet     = 0
	streetTokens = 5 // between a number and the word, the word included
)

// hasEnd says whether token k, a word, ends with one of the ends.
func (p *pass) hasEnd(k int, ends []string) bool {
	b := p.bytesOf(&p.text.Tokens[k])
	if len(b) < 5 || !lastPairs[lastPair(b)] {
		return false
	}
	for _, end := range ends {
		if n := len(end); len(b) >= n+2 && equalEnd(b[len(b)-n:], end) {
			return true
		}
	}
	return false
}

// equalEnd compares as scan folds.
func equalEnd(b []byte, word string) bool {
	for i := range len(word) {
		if b[i]|0x20 != word[i]|0x20 {
			return false
		}
	}
	return true
}

// isUpperAt says whether a capital letter stands at i.
func isUpperAt(b []byte, i int) bool {
	if b[i] < utf8.RuneSelf {
		return b[i] >= 'A' && b[i] <= 'Z'
	}
	r, _ := utf8.DecodeRune(b[i:])
	return unicode.IsUpper(r)
}

// isName says whether token k may be a part of a street's name; named, whether it is so by its capitals.
func (p *pass) isName(k int) (ok, named bool) {
	if !p.isFree(k) {
		return false, false
	}
	t := &p.text.Tokens[k]
	if !t.IsWord() {
		return p.isOrdinal(k), false
	}
	if t.Bits&(cuesAgainst|wordMonth) != 0 && !p.isCapital(k) || p.is(k, &stopWords) && !p.isInitial(k) {
		return false, false
	}
	if t.Bits&wordUnit != 0 && p.leadingDigits(min(k+1, len(p.text.Tokens)-1)) > 0 {
		return false, false
	}
	return true, p.isCapital(k)
}

// isInitial says whether token k is a capital letter between names: "Terry A Francois".
func (p *pass) isInitial(k int) bool {
	t := &p.text.Tokens[k]
	if t.Len() != 1 || !scan.IsLetter(p.b[t.Start]) {
		return false
	}
	if t.Shape&^scan.NonHex == scan.Upper && p.isCapital(k-1) && p.isCapital(k+1) {
		return true
	}
	// Where all letters are small, or capitals, the word for a street must follow: "500 terry a rose boulevard".
	named := func(j int) bool {
		return p.isFree(j) && p.text.Tokens[j].IsWord() && p.text.Tokens[j].Len() > 2 && !p.is(j, &stopWords) && !p.is(j, &plainWords)
	}
	return named(k-1) && named(k+1) && p.bitsAt(k+2)&wordStreet != 0 && p.between(k-1) == gapSpace && p.between(k) == gapSpace
}

// isOrdinal says whether token k is "4th", or the "4" of "4 th".
func (p *pass) isOrdinal(k int) bool {
	t := &p.text.Tokens[k]
	if t.IsNumber() {
		return t.Len() <= 3 && p.between(k) == gapSpace && p.is(k+1, &ordinals)
	}
	n := p.leadingDigits(k)
	return n > 0 && n <= 3 && t.Len() == n+2 && ordinals.holds(p.b[int(t.Start)+n:t.End])
}

// behindNumber reads what follows a house number as name and street word: "High Street", "rue de la Paix".
func (p *pass) behindNumber(k int) street {
	if gap := p.between(k); gap != gapSpace && gap != gapComma {
		return street{}
	}
	if s := p.ledStreet(k + 1); s.form > 0 {
		return s
	}
	if s := p.namedStreet(k + 1); s.form > 0 {
		if s.form == placeSmall && p.isRoad(&s, k) {
			s.form = streetSmall
		}
		if s.form == placeSmall && s.last > k+2 && p.text.Tokens[k+1].Len() > 3 && p.is(k+1, &directions) {
			s.form = streetSmall // "400 east rose drive"
		}
		return s
	}
	return p.oddStreet(k + 1)
}

// isRoad says whether a word that is mostly that of a street stands behind a long number, token k, and a name, or a direction behind
// it: "1224 rosewil drive", "1 rose drive northwest".
func (p *pass) isRoad(s *street, k int) bool {
	if p.is(s.first, &plainWords) && !p.is(s.first, &directions) || p.is(s.first, &units) {
		return false
	}
	next := s.last + 1
	if p.isFree(next) && p.isWithin(next) && p.between(s.last) == gapSpace && p.text.Tokens[next].Len() > 3 && p.is(next, &directions) {
		return true
	}
	if p.text.Tokens[k].IsWord() && p.text.Tokens[k].Len() == 1 && k > 0 && p.between(k-1) == gapSpace && p.set.names != nil && !p.set.names.IsCommon(p.text.Tokens[s.first].Hash) {
		k-- // "17 a harcourt rise", not "in 17 a sudden rise"
	}
	t := &p.text.Tokens[k]
	return t.IsNumber() && (t.Len() >= 3 || t.Len() == 2 && p.text.Tokens[s.first].Len() >= nameLeast && s.last == s.first+1) && p.is(s.last, &roadWords)
}

// nameLeast is how long a name must be that makes a street of two digits and a word like "walk".
const nameLeast = 5

var roadWords = wordsOf("drive dr court ct circle cir parkway pkwy highway hwy terrace crescent trail close place square grove walk croft layout enclave cross path puram hill rise pike turnpike loop row gardens causeway bypass")

// namedStreet reads a name of one to four words and a street word behind it, from token k on.
func (p *pass) namedStreet(k int) street {
	tokens := p.text.Tokens
	best := street{first: k}
	ends := false
	for j := k + 1; j < len(tokens) && j < k+streetTokens && !ends; j++ {
		ends = tokens[j].Bits&(wordStreet|wordPlace) != 0
	}
	if !ends {
		return best
	}
	all, any := true, false
	for j := k; j < len(tokens) && j < k+streetTokens; j++ {
		if j > k {
			switch p.between(j - 1) {
			case gapSpace, gapQuote, gapDash:
			case gapDot:
				if tokens[j-1].Len() > 2 {
					return best
				}
			default:
				return best
			}
		}
		bits := tokens[j].Bits
		if j > k && bits&(wordStreet|wordPlace) != 0 && p.isFree(j) {
			if form := p.streetForm(k, j, all, any); form > 0 && form >= best.form {
				best.last, best.form = j, form
			}
			if bits&wordStreet != 0 {
				return best
			}
		}
		ok, named := p.isName(j)
		if !ok {
			return best
		}
		all, any = all && (named || tokens[j].Shape&scan.Lower == 0 && tokens[j].Len() <= 4 || !tokens[j].IsWord() || p.is(j, &ordinals) || tokens[j].Len() == 1), any || named
	}
	return best
}

var housesWords = wordsOf("apartments towers houses villas buildings cottages flats units blocks floors hotels")

// isNumbered says whether token k is an ordinal behind a number too long for a count: "8063 second place".
func (p *pass) isNumbered(k int) bool {
	return p.is(k, &ordinalWords) && p.isFree(k-1) && p.text.Tokens[k-1].IsNumber() && p.text.Tokens[k-1].Len() >= 3
}

var ordinalWords = wordsOf("first second third fourth fifth sixth seventh eighth ninth tenth")

// streetForm is the likelihood that tokens k to j, of which the last is a street word, are a street.
func (p *pass) streetForm(k, j int, all, any bool) float32 {
	sure := p.text.Tokens[j].Bits&wordStreet != 0
	if p.is(k, &housesWords) {
		return noStreet // "10 apartments at rose hill"
	}
	if j == k+1 && (p.is(k, &countNames) && !(p.isCapital(k) && p.isCapital(j)) || !sure && (p.is(k, &placeNames) && !p.isNumbered(k) || p.bitsAt(k)&wordUnit != 0)) {
		return noStreet
	}
	if p.between(j) == gapSpace && p.isWithin(j+1) && p.is(j+1, &streetUses) {
		return noStreet
	}
	named := all && p.isCapital(j)
	switch {
	case sure && named:
		return streetNamed
	case sure:
		return streetSmall
	case named && (any || p.text.Tokens[k].IsWord() || j == k+1 && p.is(j, &ordinalEnds)):
		return placeNamed
	}
	return placeSmall
}

// ledStreet reads a street word and the name behind it, from token k on: "rue de la Paix", "Calle Mayor".
func (p *pass) ledStreet(k int) street {
	tokens := p.text.Tokens
	if k >= len(tokens) || tokens[k].Bits&(wordLead|wordSoftLead) == 0 || !p.isFree(k) {
		return street{}
	}
	s := street{first: k}
	sure := tokens[k].Bits&wordLead != 0 || p.is(k, &sureLeads)
	if tokens[k].Len() == 1 {
		if sure = p.between(k) == gapSlash; !sure { // "C/ Mayor"
			return street{}
		}
	}
	linked, names, named := false, 0, false
	for j := k + 1; j < len(tokens) && j <= k+6; j++ {
		switch gap := p.between(j - 1); gap {
		case gapSpace, gapQuote, gapDash:
		case gapSlash, gapDot:
			if j > k+1 && tokens[j-1].Len() > 2 || gap == gapSlash && j > k+1 {
				return p.ledForm(s, sure, linked, named, names)
			}
		default:
			return p.ledForm(s, sure, linked, named, names)
		}
		if !p.isFree(j) || !tokens[j].IsWord() {
			break
		}
		if p.is(j, &linkWords) {
			linked = linked || names == 0
			continue
		}
		ok, capital := p.isName(j)
		if !ok || names > 0 && named && !capital || names >= 2 && !capital {
			break
		}
		names, named, s.last = names+1, named || capital, j
	}
	return p.ledForm(s, sure, linked, named, names)
}

func (p *pass) ledForm(s street, sure, linked, named bool, names int) street {
	if !sure && !named && names > 0 && (names > 1 || linked) && p.is(s.first, &frenchLeads) && p.isFree(s.first-1) && p.text.Tokens[s.first-1].IsNumber() && !p.is(s.last, &plainWords) {
		sure = true // "7 place victor hugo"
	}
	if !sure && p.is(s.first, &squareLeads) && names > 0 && p.bitsAt(s.last)&cuesIdentifier == 0 && !p.is(s.last, &plainWords) &&
		(p.is(s.first-1, &romanceIns) && p.isFree(s.first-1) || p.beginsText(s.first) || named && p.at(int(p.text.Tokens[s.first].Start)-2) == ',') {
		sure = true // "in via roma"
	}
	switch {
	case names == 0 || p.is(s.last, &streetUses) && !linked:
	case sure && named:
		s.form = streetNamed
	case sure:
		s.form = streetSmall
	case named && linked, named && p.is(s.first, &roadLeads) && (p.isCapital(s.first) || !isWord(p.bytesOf(&p.text.Tokens[s.first]), "via")):
		s.form = placeNamed
	default:
		s.form = placeSmall
	}
	return s
}

// squareLeads are sure behind romanceIns, or where a sentence begins.
var (
	squareLeads = wordsOf("via plaza")
	romanceIns  = wordsOf("in è abito residente abita vivo en vive")
)

// sureLeads are those of softLeadWords that mean little else in their language; frenchLeads do so between a number and two names.
var (
	sureLeads   = wordsOf("aleja plac praça largo camino ronda estrada corso")
	frenchLeads = wordsOf("place square route passage cours villa")
)

// roadLeads are those of softLeadWords that are streets wherever a name in capitals follows.
var roadLeads = wordsOf("avenue av boulevard bd via corso largo praça estrada camino ronda plaza")

// beforeNumber reads what stands before a house number, up to token k, as a street: "Calle Mayor", "Bahnhofstraße",
// "Bonner Straße", "Am Markt".
func (p *pass) beforeNumber(k int) street {
	if p.isNumberWord(k) || p.isNumero(k) {
		if k--; p.isNumero(k + 1) {
			k--
		}
		if gap := p.between(k); gap != gapSpace && gap != gapComma {
			return street{}
		}
	}
	if !p.isFree(k) || !p.text.Tokens[k].IsWord() {
		return street{}
	}
	if s := p.compound(k); s.form > 0 {
		return s
	}
	const reach = 7
	led := false
	for j := k - 1; j >= 0 && j > k-reach && !led; j-- {
		led = p.text.Tokens[j].Bits&(wordLead|wordSoftLead) != 0
	}
	for j := k; led && j >= 0 && j > k-reach && p.isFree(j); j-- {
		t := &p.text.Tokens[j]
		if j < k && t.Bits&(wordLead|wordSoftLead) != 0 {
			if s := p.ledStreet(j); s.form > 0 && s.last >= k {
				s.last = k
				return s
			}
		}
		if gap := p.between(j - 1); !t.IsWord() || gap != gapSpace && gap != gapQuote && gap != gapDash && gap != gapDot && gap != gapSlash {
			break
		}
	}
	return p.germanPlace(k)
}

// isNumberWord says whether token k says that a number follows: "no", "nº", "number".
func (p *pass) isNumberWord(k int) bool {
	return k >= 0 && k < len(p.text.Tokens) && (p.text.Tokens[k].Bits&wordNumber != 0 || p.text.Tokens[k].Len() <= 3) && p.is(k, &numberWords)
}

// isNumero says whether token k ends "n.º".
func (p *pass) isNumero(k int) bool {
	return k > 0 && p.text.Tokens[k].Len() == len("º") && isWord(p.bytesOf(&p.text.Tokens[k]), "º") && isWord(p.bytesOf(&p.text.Tokens[k-1]), "n") && p.between(k-1) == gapDot
}

// compound reads a street whose name ends with the street word, or whose last word it is: "Bahnhofstraße", "Berliner Str.".
func (p *pass) compound(k int) street {
	s := street{first: k, last: k}
	capital := p.isCapital(k)
	switch ends := p.hasEnd(k, softEnds) || p.hasEnd(k, streetEnds); {
	case ends && p.is(k, &noStreets):
		return s
	case (ends || p.text.Tokens[k].Bits&wordStreet != 0 || p.text.Tokens[k].Len() <= 6) && p.is(k, &trailing) && p.isFree(k-1) && (p.between(k-1) == gapSpace || p.between(k-1) == gapDash):
		ok, named := p.isName(k - 1)
		if !ok || !p.text.Tokens[k-1].IsWord() || p.is(k-1, &germanLeads) {
			return s
		}
		s.first, s.form = k-1, placeSmall
		if named && capital {
			s.form = placeNamed
		}
		if p.text.Tokens[k].Bits&wordStreet != 0 {
			s.form += 0.15
			if !named && !p.is(k-1, &plainWords) && !p.is(k-1, &germanArticles) {
				s.form += 0.15
			}
		}
	case p.hasEnd(k, streetEnds):
		s.form = streetSmall
		if capital {
			s.form = streetNamed
		}
	case p.hasEnd(k, softEnds):
		s.form = 0.15
		if capital {
			s.form = 0.35
		}
		if p.is(k-1, &germanThes) && p.is(k-2, &germanIns) && p.between(k-1) == gapSpace && p.isFree(k-2) || p.is(k-1, &nordicAt) && p.between(k-1) == gapSpace || capital && p.between(k-1) == gapLine {
			s.form = streetSmall // "in der Schulring 178", "på rosengade 29"
		}
		if capital && p.text.Tokens[k].Len() >= 7 && p.hasEnd(k, saidEnds) && p.is(k-1, &besideStreets) && p.between(k-1) == gapSpace {
			s.form = streetSmall // "ved Skovduevej 14"
		}
		if s.form < streetSmall && p.text.Tokens[k].Len() >= 8 && p.between(k) == gapSpace && p.beginsText(k) && !p.hasEnd(k, gerunds) {
			s.form = streetSmall // "goetheallee 154 frankfurt"
		}
	default:
		return s
	}
	for n := 0; n < 2 && p.isFree(s.first-1) && p.isCapital(s.first-1) && (p.between(s.first-1) == gapSpace || p.between(s.first-1) == gapDash); n++ {
		if ok, named := p.isName(s.first - 1); !ok || !named {
			break
		}
		s.first--
	}
	return s
}

// germanPlace reads a street that is named for where it lies: "Am Markt", "An der Alster". It needs a postcode or a word.
func (p *pass) germanPlace(k int) street {
	if !p.isCapital(k) || p.between(k-1) != gapSpace || isWord(p.bytesOf(&p.text.Tokens[k]), "platz") {
		return street{}
	}
	j := k - 1
	if p.is(j, &germanThes) && p.between(j-1) == gapSpace {
		j--
	}
	if !p.isFree(j) || !p.is(j, &germanLeads) || !isUpperAt(p.b, int(p.text.Tokens[j].Start)) {
		return street{}
	}
	return street{j, k, 0.25}
}

// isHouse says whether a house number begins with token i, and which token is its last: "12", "221B", "8-9", "12/3", "12-II".
func (p *pass) isHouse(i int) (last int, ok bool) {
	tokens := p.text.Tokens
	if i < 0 || i >= len(tokens) {
		return i, false
	}
	n := p.leadingDigits(i)
	if t := &tokens[i]; n == 0 || t.Len() > n+1 && !t.IsNumber() || t.IsNumber() && t.Len() > 5 {
		return i, false
	}
	for last = i; last-i < 3 && last+1 < len(tokens); last++ {
		c := p.at(int(tokens[last].End))
		next := &tokens[last+1]
		if c != '-' && c != '/' || next.Start != tokens[last].End+1 || !p.isFree(last+1) {
			break
		}
		if !next.IsNumber() && !(next.Len() <= 3 && next.Shape&scan.High == 0 && (next.Shape&scan.Lower == 0 || next.Len() == 1)) || next.Len() > 4 {
			break
		}
	}
	switch end := int(tokens[last].End); p.at(end) {
	case '.', ',', ':':
		return last, !scan.IsDigit(p.at(end+1)) && p.at(end+1) != '['
	case '%':
		return last, false
	}
	return last, true
}
