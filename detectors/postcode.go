package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// Likelihoods of postcodes.
const (
	codeSure   = 0.85 // the full British shape with its space
	codeLower  = 0.6  // the same in small letters
	codeGlued  = 0.55 // without the space
	codeTold   = 0.85
	codeAfter  = 0.7 // behind the letters of a state or country
	codeInText = 0.4 // what else a British shape loses in a log
)

// ukAreas are the areas of British postcodes (Royal Mail, Postcode Address File), with those of the Crown dependencies.
var ukAreas = wordsOf(`ab al b ba bb bd bf bh bl bn br bs bt bx ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex
	fk fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv ja je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol
	ox pa pe ph pl po pr qc rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws
	wv yo ze`)

// states are the letters of the states and territories of the US and of the provinces of Canada.
var states = wordsOf(`al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri
	sc sd tn tx ut vt va wa wv wi wy dc pr vi gu as mp ab bc mb nb nl ns nt nu on pe qc sk yt`)

// wordStates are those that are words as well.
var wordStates = wordsOf("in or me hi ok id oh pa ma la al de co as on ab")

// wordStateCodes are the first three digits of their postcodes, from and to (USPS, labeling list L002).
var wordStateCodes = map[string][2]int{
	"in": {460, 479}, "or": {970, 979}, "me": {39, 49}, "hi": {967, 968}, "ok": {730, 749}, "id": {832, 838}, "oh": {430, 459}, "pa": {150, 196},
	"ma": {10, 27}, "la": {700, 714}, "al": {350, 369}, "de": {197, 199}, "co": {800, 816}, "as": {967, 967},
}

// isState says whether token k is the letters of a state before a number. Where they are a word as well the number must be a postcode of that
// state: "boise id 83702", not "staff id 77812".
func (p *pass) isState(k int) bool {
	if !p.is(k, &states) || k+1 >= len(p.text.Tokens) {
		return false
	}
	if !p.is(k, &wordStates) {
		return true
	}
	var letters [2]byte
	codes := wordStateCodes[string(foldWord(letters[:0], p.bytesOf(&p.text.Tokens[k])))]
	n, digits := 0, p.bytesOf(&p.text.Tokens[k+1])
	for _, c := range digits[:max(0, min(len(digits)-2, 3))] { // of five, or of four where a first 0 is left out
		n = n*10 + int(c-'0')
	}
	return (len(digits) == 4 || len(digits) == 5) && codes[0] <= n && n <= codes[1]
}

// codeCountries are the letters that countries set before their postcodes.
var codeCountries = wordsOf("d de f fr e es i it a at ch b be l lu nl dk s se fin fi lv lt sk cz p pt md sl hr si ro bg")

// units are what a British inward code may also be: "s8 4gb", "b1 2nd".
var units = wordsOf("st nd rd th gb tb hz px ft lb")

// postcode looks for a postcode of letters and digits that token i begins or is.
func (p *pass) postcode(i int) {
	t := &p.text.Tokens[i]
	n := t.Len()
	if n < 2 || n > 8 || t.Shape&scan.High != 0 || t.IsWord() {
		return
	}
	if first, last, form := p.ukPostcode(i); form > 0 {
		p.scoreUKPostcode(first, last, form)
		return
	}
	if p.eircode(i) {
		p.scoreUKPostcode(i, i+1, codeLower)
		return
	}
	if (p.said|p.path.bits|p.wants.cues)&cuePostcode != 0 {
		p.toldPostcode(i)
	}
}

// ukPostcode reads a British postcode that begins with token i: its first and last token, and its likelihood by shape, 0
// if there is none.
func (p *pass) ukPostcode(i int) (first, last int, form float32) {
	t := &p.text.Tokens[i]
	b := p.bytesOf(t)
	n := len(b)
	if !scan.IsLetter(b[0]) {
		if n == 3 && i > 0 && isWord(b, "0aa") && p.codeGap(i-1) == ' ' && isWord(p.bytesOf(&p.text.Tokens[i-1]), "gir") {
			return i - 1, i, codeSure // of Girobank, the only one of its form
		}
		return i, i, 0
	}
	if n >= 5 && n <= 7 && scan.IsDigit(b[n-3]) && (isUKOutward(b[:n-3]) || isWord(b, "gir0aa")) && isUKInward(b[n-3:]) {
		form = codeGlued
		if t.Shape&scan.Lower != 0 || n < 6 || isUnit(b[n-2:]) {
			form -= 0.2
		}
		return i, i, form
	}
	if n > 4 || !isUKOutward(b) || p.codeGap(i) != ' ' && p.between(i) != gapComma {
		return i, i, 0
	}
	in := &p.text.Tokens[i+1]
	inward := p.bytesOf(in)
	if !p.isWritten() && (len(inward) == 1 || p.codeGap(i) != ' ') {
		last, form = p.heardInward(i + 1)
		return i, last, form
	}
	if len(inward) != 3 || p.codeGap(i) != ' ' || !isUKInward(inward) {
		return i, i, 0
	}
	form = codeSure
	if (t.Shape|in.Shape)&scan.Lower != 0 {
		form = codeLower
	}
	if isUnit(inward[1:]) {
		form = min(form, codeLower) - 0.25
	}
	return i, i + 1, form
}

// heardInward reads the second part of a British postcode from token k on as recognisers write one that is said, behind a comma or in two pieces:
// "GL11, 6 DD". It gives its last token, and its likelihood by shape, 0 if there is none.
func (p *pass) heardInward(k int) (last int, form float32) {
	var in [3]byte
	n := copy(in[:], p.bytesOf(&p.text.Tokens[k]))
	if n == 1 && p.codeGap(k) == ' ' && p.text.Tokens[k+1].Len() == 2 {
		k++
		n += copy(in[n:], p.bytesOf(&p.text.Tokens[k]))
	}
	if n != len(in) || !isUKInward(in[:]) || isUnit(in[1:]) || smallWords.holds(in[1:]) || k+1 < len(p.text.Tokens) && p.codeGap(k) != 0 && p.text.Tokens[k+1].IsNumber() {
		return k, 0
	}
	return k, codeLower
}

// isUnit says whether two letters are one of units, in any case.
func isUnit(b []byte) bool {
	return units.holds(b[:2])
}

// isUKOutward says whether b is the first part of a British postcode: A9, A99, AA9, AA99, A9A, AA9A, of a known area.
func isUKOutward(b []byte) bool {
	letters := 0
	for letters < len(b) && scan.IsLetter(b[letters]) {
		letters++
	}
	if letters == 0 || letters > 2 || !isUKArea(b[:letters]) {
		return false
	}
	switch rest := b[letters:]; len(rest) {
	case 1:
		return scan.IsDigit(rest[0])
	case 2:
		return scan.IsDigit(rest[0]) && (scan.IsDigit(rest[1]) || scan.IsLetter(rest[1]))
	}
	return false
}

func isUKArea(b []byte) bool { return ukAreas.holds(b) }

// isUKInward says whether three characters are the second part: a digit and two letters that aren't easily misread.
func isUKInward(b []byte) bool {
	if !scan.IsDigit(b[0]) {
		return false
	}
	for _, c := range b[1:] {
		switch c | 0x20 {
		case 'c', 'i', 'k', 'm', 'o', 'v':
			return false
		}
		if !scan.IsLetter(c) {
			return false
		}
	}
	return true
}

// eircode says whether token i and the next are an Irish postcode in capitals: a routing key, "D15" or "D6W", and four characters that tell one house, "X9Y8".
func (p *pass) eircode(i int) bool {
	const letters, key, house = "acdefhknprtvwxy", 3, 4
	t := &p.text.Tokens[i]
	if t.Len() != key || t.Shape&scan.Lower != 0 || p.codeGap(i) != ' ' {
		return false
	}
	next := &p.text.Tokens[i+1]
	k, u := p.bytesOf(t), p.bytesOf(next)
	if next.Len() != house || next.Shape&(scan.Lower|scan.High) != 0 || next.Shape&(scan.Upper|scan.Digit) != scan.Upper|scan.Digit || p.isInert(int(next.Start)) ||
		strings.IndexByte(letters, k[0]|0x20) < 0 || !scan.IsDigit(k[1]) || !scan.IsDigit(k[2]) && k[2] != 'W' {
		return false
	}
	for _, c := range u {
		if !scan.IsDigit(c) && strings.IndexByte(letters, c|0x20) < 0 {
			return false
		}
	}
	return true
}

func (p *pass) scoreUKPostcode(first, last int, form float32) {
	var ctx context
	if (p.said|p.path.bits)&(cuePostcode|cueAddress) != 0 {
		ctx = p.around(first, last)
	}
	s := score{form: form, words: max(ctx.boost(cuePostcode), ctx.boost(cueAddress)*0.75), question: p.wants.score(cuePostcode|cueAddress, nearBoost)}
	if p.isInLonger(first, last) {
		s.against -= inLonger
	}
	if p.in.Call != nil && first == 0 && last == len(p.text.Tokens)-1 {
		s.form = max(s.form, codeGlued) // all of a turn
	}
	if p.in.Channel == ChannelLog && s.words == 0 {
		if form < codeSure || !p.isBehindTown(first) {
			s.against -= codeInText
		} else {
			p.coded = true
		}
	}
	p.addPostcode(first, last, s)
}

// isBehindTown says whether a word with a capital, or a comma, stands before token k: "Hull HU5 2RB", "8 Fern Bank, LS17 5AB".
func (p *pass) isBehindTown(k int) bool {
	return k > 0 && (p.between(k-1) == gapComma || p.between(k-1) == gapSpace && p.isCapital(k-1) && p.text.Tokens[k-1].Bits == 0 && !isUpper(p.bytesOf(&p.text.Tokens[k-1])))
}

// addPostcode notes a postcode if it is likely enough.
func (p *pass) addPostcode(first, last int, s score) {
	if s.total() < p.set.threshold {
		return
	}
	start, end := int(p.text.Tokens[first].Start), int(p.text.Tokens[last].End)
	p.addScored(start, end, guess{kind: Postcode, score: s, detector: byPostcode}, p.compact(start, end))
}

// toldPostcode takes letters and digits for a postcode by the words beside them: SA99, A65 F4E2, K1A 0B1, LV-1009, ATD 1234.
func (p *pass) toldPostcode(i int) {
	first, last := i, i
	t := &p.text.Tokens[i]
	if d := p.leadingDigits(i); d > 0 && t.Len() == d+2 && (p.isOrdinal(i) || isWord(p.b[int(t.Start)+d:t.End], "am") || isWord(p.b[int(t.Start)+d:t.End], "pm")) {
		return
	}
	if i > 0 && p.codeGap(i-1) != 0 && p.text.Tokens[i-1].Shape&scan.Digit != 0 {
		return // token i is the second part
	}
	if t.Len() <= 4 && (p.codeGap(i) == ' ' || p.codeGap(i) == '-') {
		if u := &p.text.Tokens[i+1]; u.Len() >= 2 && u.Len() <= 4 && u.Shape&scan.Digit != 0 && u.Shape&scan.High == 0 {
			last++
		}
	}
	ctx := p.around(first, last)
	told := max(shortBoost(&ctx, cuePostcode), p.wants.score(cuePostcode, codeTold))
	if ctx.near&cuePostcode == 0 && p.wants.cues&cuePostcode == 0 && p.bitsAt(first-1)&wordIs == 0 {
		told = 0
	}
	p.addPostcode(first, last, score{form: min(told, 0.7)})
}

// letteredPostcode looks for a postcode that the digits of token i and letters beside them make up: "1012 SZ", "VLT 2345",
// "D-10115 Berlin".
func (p *pass) letteredPostcode(i int) {
	tokens := p.text.Tokens
	t := &tokens[i]
	if p.in.Channel == ChannelLog && t.Len() == 5 && i > 1 && p.is(i-1, &states) && isUpper(p.bytesOf(&tokens[i-1])) && p.between(i-1) == gapSpace && p.isCapital(i-2) {
		p.coded = true // "Plano TX 75023"
	}
	if t.Len() != 4 && t.Len() != 5 || p.in.Channel == ChannelLog && (p.said|p.path.bits)&cuePostcode == 0 || !p.isApart(i) && p.at(int(t.Start)-1) != '-' {
		return
	}
	told := (p.said|p.path.bits|p.wants.cues)&(cuePostcode|cueAddress) != 0
	if t.Len() == 4 && p.codeGap(i) == ' ' && tokens[i+1].Len() == 2 && tokens[i+1].Shape&(scan.Digit|scan.High) == 0 {
		p.dutchPostcode(i, told)
	}
	n := p.lettersBefore(i)
	if n == 0 || n > 3 {
		return
	}
	before := &tokens[i-1]
	if told && n >= 2 && before.Shape&scan.Lower == 0 && before.Bits == 0 && !p.is(i-1, &smallWords) {
		ctx := p.around(i-1, i)
		if ctx.near&cuePostcode != 0 || p.wants.cues&cuePostcode != 0 {
			p.addPostcode(i-1, i, score{form: codeTold})
			return
		}
	}
	if told && p.b[before.End] == '-' && p.is(i-1, &codeCountries) && !p.isInLonger(i-1, i) {
		ctx := p.around(i-1, i)
		if told := max(shortBoost(&ctx, cuePostcode), p.wants.score(cuePostcode, codeTold)); told > 0 {
			p.addPostcode(i-1, i, score{form: told})
			return
		}
	}
	if p.b[before.End] == '-' && before.Shape&scan.Lower == 0 && p.is(i-1, &codeCountries) && !p.isInLonger(i-1, i) &&
		p.between(i) == gapSpace && p.isCapital(i+1) {
		p.addPostcode(i-1, i, score{form: codeAfter})
	}
}

// dutchPostcode looks for a Dutch postcode: token i, four digits, and two letters behind it.
func (p *pass) dutchPostcode(i int, told bool) {
	letters := &p.text.Tokens[i+1]
	if p.is(i+1, &directions) && p.behindNumber(i).form > 0 {
		return // "4410 NE Alder Ct"
	}
	upper := letters.Shape&scan.Lower == 0
	s := score{}
	if told {
		ctx := p.around(i, i+1)
		s.words = max(ctx.boost(cuePostcode), ctx.boost(cueAddress)/2)
		s.question = p.wants.score(cuePostcode, nearBoost)
	}
	switch {
	case p.is(i+1, &smallWords):
		if !upper {
			return
		}
	case upper && p.between(i+1) == gapSpace && p.isCapital(i+2):
		s.form = codeLower
	default:
		s.form = 0.2
	}
	p.addPostcode(i, i+1, s)
}

// smallWords are two letters that commonly follow numbers.
var smallWords = wordsOf("is my in at to of on or and it we he so no do go by me us up if as an am pm be ok de et la le uk eu bc ad km mb gb kb tb hp cc ml mg kg cm mm ft hz kw tv pc id rs st nd rd th ki ka ke hi ho")

// isCapital says whether token k is a word that begins with a capital letter and goes on in small ones.
func (p *pass) isCapital(k int) bool {
	if k < 0 || k >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	return t.IsWord() && t.Len() > 1 && isUpperAt(p.b, int(t.Start)) && t.Shape&(scan.Lower|scan.High) != 0
}

// zip looks for an American postcode behind the letters of its state: "CA 94303", "NY 10014-1234". It gives the token to go
// on with, or 0.
func (p *pass) zip(i int) (next int) {
	t := &p.text.Tokens[i]
	if t.Len() != 5 || i == 0 || p.in.Channel == ChannelLog && (p.said|p.path.bits)&(cueAddress|cuePostcode) == 0 {
		return 0
	}
	before := &p.text.Tokens[i-1]
	if before.Len() != 2 || before.Shape&(scan.Lower|scan.Digit|scan.High) != 0 || before.End+1 != t.Start || !p.isFree(i-1) || !p.is(i-1, &states) {
		return 0
	}
	last, plus := p.zipEnd(i)
	if end := int(p.text.Tokens[last].End); p.at(end) == '-' || p.at(end) == '.' && scan.IsDigit(p.at(end+1)) || p.at(end) == ',' && p.digitsAt(end+1, 3) {
		return 0
	}
	if p.is(i-1, &wordStates) && !plus && p.between(i-2) != gapComma {
		return 0
	}
	if a := (place{}); p.townHead(&a, i) {
		return 0 // the town belongs to it
	}
	start := int(t.Start)
	end := int(p.text.Tokens[last].End)
	return p.note(start, end, last, Postcode, score{form: codeAfter}, byPostcode, p.compact(start, end))
}

// zipEnd is the last token of an American postcode that begins with token i, and whether it has its four further digits.
func (p *pass) zipEnd(i int) (last int, plus bool) {
	if p.codeGap(i) == '-' {
		if t := &p.text.Tokens[i+1]; t.IsNumber() && t.Len() == 4 {
			return i + 1, true
		}
	}
	return i, false
}

// postcodeNumber scores a run as a postcode of digits, by the words beside it: 560001, 560 001, 94303-1234, 1500-203.
func (p *pass) postcodeNumber(r *run, best *guess) {
	const fewest = 4
	if r.digits < fewest-1 || r.digits > 9 || r.plus || len(r.groups) > 2 || r.sep != 0 && r.sep != ' ' && r.sep != '-' {
		return
	}
	if len(r.groups) == 2 && r.sep == '-' && r.groups[0].digits == 5 && r.groups[1].digits == 4 && p.in.Channel != ChannelLog {
		best.better(Postcode, codeLower, byPostcode)
	}
	told := max(shortBoost(&r.ctx, cuePostcode), p.wants.score(cuePostcode, codeTold))
	if told == 0 || r.digits <= fewest && r.ctx.next&(cueMetric|cueMoney) != 0 {
		return // "a hundred and fifty grams"
	}
	if r.digits == 6 {
		told += 0.02 // "pin code" in India; that of a card has four
	}
	best.better(Postcode, told, byPostcode)
}
