package spoken

import (
	"bytes"
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// letterOf is the letter that a symbol names, or 0.
func (r *Reader) letterOf(s *symbol) byte {
	if s.char != 0 {
		return s.char
	}
	if l, ok := r.as(s, letter, anyLang); ok {
		return byte(l.value)
	}
	if l, ok := r.as(s, phonetic, anyLang); ok {
		return byte(l.value)
	}
	return 0
}

// zeroLetter reads the letter o as a zero where digits stand beside it.
func (r *Reader) zeroLetter(k int, st *reading) int {
	s := &r.symbols[k]
	if s.char != 'o' {
		return r.ohLetter(k, st)
	}
	last := len(r.parts) - 1
	before := last >= 0 && (r.parts[last].what == digit || last > 0 && r.parts[last].what == mark && r.parts[last-1].what == digit)
	behind := r.follows(k, k+1) && r.isNumber(k+1)
	if !(before && (behind || st.letters == 0) || len(r.parts) == 0 && behind) {
		return 0
	}
	if st.own&r.english() == 0 || len(r.parts) == 0 && !r.isNumberIn(&r.symbols[k+1], r.english(), false) {
		return 0 // "or" in other languages
	}
	if r.isOr(k, st) {
		return 0
	}
	r.push(part{first: s.first, last: s.last, what: digit, spoken: true, text: r.say([]byte{'0'}), langs: anyLang}, st)
	return 1
}

// isOr says whether symbol k, an o, stands between the first two numbers of a run that are written: "3 o 4".
func (r *Reader) isOr(k int, st *reading) bool {
	n := len(r.parts)
	return n > 0 && st.letters == 0 && st.digits < digitLeast && r.parts[n-1].what == digit && !r.parts[n-1].spoken &&
		r.follows(k, k+1) && r.symbols[k+1].kind == numeral
}

// isAnd says whether symbol k, a letter, is the "and" behind the numbers of a run in its language: "a las ocho y media".
func (r *Reader) isAnd(k int, st *reading) bool {
	if st.letters > 0 || st.own&r.english() != 0 || r.follows(k, k+1) && r.symbols[k+1].char != 0 {
		return false
	}
	a, ok := r.as(&r.symbols[k], and, st.own)
	return ok && a.langs&st.own != 0
}

// ohLetter reads "oh" behind a letter: the letter among letters, zero where there are digits, too.
func (r *Reader) ohLetter(k int, st *reading) int {
	s := &r.symbols[k]
	d, ok := r.as(s, digit, r.english())
	if !ok || d.value != 0 || d.langs&^d.weak != 0 || st.letters == 0 || r.parts[len(r.parts)-1].what != letter {
		return 0
	}
	if behind := r.follows(k, k+1) && (r.begins(k+1) || r.symbols[k+1].char != 0); !behind && st.letters < 2 {
		return 0
	}
	p := part{first: s.first, last: s.last, what: letter, spoken: true, langs: d.langs}
	if st.digits > 0 {
		p.what, p.text = digit, r.say([]byte{'0'})
	} else {
		p.text = r.say([]byte{'o'})
	}
	r.push(p, st)
	return 1
}

// spelled reads a letter, with the word that explains it: "s", "s as in sam", "sierra".
func (r *Reader) spelled(k int, st *reading) int {
	s := &r.symbols[k]
	c := s.char
	p := part{first: s.first, last: s.last, what: letter, spoken: true}
	behind := r.follows(k, k+1) && (r.begins(k+1) || c == 'a' && r.symbols[k+1].char == 'a' && r.follows(k+1, k+2) && r.isNumber(k+2)) // "a a doze b b"
	before := len(r.parts) > 0 && r.parts[len(r.parts)-1].what != mark
	explained := s.char != 0 && r.explained(k, c) > s.last
	switch l, named := r.as(s, letter, anyLang); {
	case c == 'a' || c == 'i':
		// The article and the pronoun, and a preposition before towns, which some spell with: "sessantadue a bari".
		if behind && !explained && r.is(&r.symbols[k+1], phonetic) && st.letters == 0 && st.digits > 0 {
			return 0
		}
		again := r.follows(k, k+1) && (r.symbols[k+1].char != 0 || (r.is(&r.symbols[k+1], filler) || r.is(&r.symbols[k+1], hesitation)) && r.follows(k+1, k+2) && r.begins(k+2))
		last := before && r.parts[len(r.parts)-1].what == letter && st.digits > 1 // "… one a a for"
		if !explained && !r.isBetweenMarks(k) && !(before && (behind || again || last || st.letters > 0 && r.ends(s.last)) || behind && r.follows(k+1, k+2) && (r.begins(k+2) || r.isExplainedAt(k+1) || r.symbols[k+1].char != 0 && r.is(&r.symbols[k+2], digit)) && !r.isNumber(k+1)) {
			return 0
		}
	case c == 'o' && r.isOr(k, st), c != 0 && r.isAnd(k, st):
		return 0
	case c == 'o' && st.letters == 0 && behind && r.isNumber(k+1) && !r.isNumberIn(&r.symbols[k+1], r.english(), false):
		return 0 // "or" in other languages
	case c != 0:
	case named:
		weak := l.langs&^l.weak == 0
		if weak && r.isCut(&r.t.Tokens[s.last]) {
			return 0 // "you'll"
		}
		if weak && len(r.parts) == 0 && r.t.Tokens[s.first].Len() == len("è") && r.t.Tokens[s.first].Shape&scan.High != 0 {
			return 0 // "is"
		}
		if weak && l.langs&r.english() == 0 && r.lettersFollow(k, l.langs) {
			weak = false // "bi erre emme"
		}
		if (weak || l.langs&r.english() == 0 && !r.spells(k, l.langs, st)) && !(before && st.letters > 0 && (behind || st.letters > 1)) {
			return 0
		}
		c = byte(l.value)
	default:
		l, ok := r.as(s, phonetic, anyLang)
		if !ok {
			return 0
		}
		p.weak = l.langs&^l.weak == 0
		if r.is(s, month) && !(before && st.letters > 0) && !(r.follows(k, k+1) && !r.isNumber(k+1) && r.begins(k+1)) && (!r.told(HintCode) || r.told(HintBirth)) {
			return 0
		}
		if p.weak && !(before && (st.phonetic > 0 || st.letters > 1) || behind) {
			return 0
		}
		if p.weak && l.langs&r.english() == 0 && !r.isTable(k, l.langs) {
			return 0
		}
		c = byte(l.value)
		st.phonetic++
	}
	p.text = r.say([]byte{c})
	p.last = r.explained(k, c)
	r.push(p, st)
	n := 1
	for k+n < len(r.symbols) && r.symbols[k+n].first <= p.last {
		n++
	}
	return n
}

// ends says whether no other word stands right behind a token, and no alias, which stands for one.
func (r *Reader) ends(token int32) bool {
	if int(token)+1 >= len(r.t.Tokens) {
		return true
	}
	gap := string(r.b[r.t.Tokens[token].End:r.t.Tokens[token+1].Start])
	return gap != " " && gap != " ["
}

// spells says whether names of letters of the same language follow symbol k, or numbers of it stand beside: what is "be" in German is a
// word in English.
func (r *Reader) spells(k int, langs uint32, st *reading) bool {
	if langs &^= r.english(); st.own&r.english() == 0 && st.own&langs != 0 {
		return true
	}
	if r.follows(k, k+1) {
		if d, ok := r.as(&r.symbols[k+1], digit, langs); ok && d.langs&langs&^d.weak != 0 {
			return true
		}
	}
	return r.lettersFollow(k, langs)
}

// lettersFollow says whether two letters follow symbol k that languages have names for; where letters were asked for, or symbol k means nothing else, a
// letter and a number: "equis ka siete".
func (r *Reader) lettersFollow(k int, langs uint32) bool {
	for n := k + 1; n < k+3; n++ {
		if !r.follows(n-1, n) {
			return false
		}
		if n > k+1 && (r.told(HintCode) || r.firstOf(&r.symbols[k]) == firstLetter) && r.isNumberIn(&r.symbols[n], langs, false) {
			return true
		}
		if _, ok := r.as(&r.symbols[n], letter, langs); !ok && r.symbols[n].char == 0 {
			return false
		}
	}
	return true
}

// isTable says whether another word of a spelling alphabet of the same language stands beside symbol k, or the letter itself before it:
// outside English they are names.
func (r *Reader) isTable(k int, langs uint32) bool {
	shares := func(n int) bool {
		l, ok := r.as(&r.symbols[n], phonetic, langs)
		return ok && l.langs&langs != 0
	}
	return r.follows(k, k+1) && shares(k+1) || k > 0 && r.follows(k-1, k) && shares(k-1)
}

// explained is the last token of what explains the letter c of symbol k: "as in sam", "for sugar", "sierra"; that of the symbol itself
// if there is nothing.
func (r *Reader) explained(k int, c byte) int32 {
	s := &r.symbols[k]
	if !r.follows(k, k+1) {
		return s.last
	}
	x := &r.symbols[k+1]
	word := x.last + 1
	surely := r.is(x, asIn)
	if !surely && !r.is(x, like) {
		if l, ok := r.as(x, phonetic, anyLang); ok && byte(l.value) == c && s.char != 0 {
			return x.last // "s sierra"
		}
		return s.last
	}
	if int(word) >= len(r.t.Tokens) || !r.joins(int(r.end(x)), int(r.t.Tokens[word].Start)) {
		return s.last
	}
	t := &r.t.Tokens[word]
	if t.Len() < 2 || !t.IsWord() || r.isTaken(int(word)) || !surely && r.b[t.Start]|0x20 != c {
		return s.last
	}
	return word
}

// behindInitials gives the symbol with which the digits begin behind letters that name what they are, as in "c v v one two three"; 0
// if there are none.
func (r *Reader) behindInitials(st *reading) int {
	n := 0
	for n < len(r.parts) && r.parts[n].what == letter {
		n++
	}
	if n > 2 && n == len(r.parts) && (r.digits[r.parts[0].text.start] == 'a' || r.digits[r.parts[0].text.start] == 'i') && r.parts[0].text.len() == 1 && isInitialism(r, r.parts[1:], initialisms) && !r.told(HintCode) {
		return r.parts[n-1].symbol + 1 // "a d v d"
	}
	if n > 2 && n < len(r.parts) && st.digits < 3 && isInitialism(r, r.parts[:n], initialisms) && !r.told(HintCode) {
		return r.parts[n].symbol // "h d m i two"
	}
	for k := 2; k < len(r.parts) && k < n+1; k++ {
		if r.parts[k].behindWords && isInitialism(r, r.parts[:k], named) {
			return r.parts[k].symbol // "n i number"
		}
	}
	if n < 2 || n == len(r.parts) || n == 2 && st.digits < codeLeast || !isInitialism(r, r.parts[:n], named) {
		return 0
	}
	return r.parts[n].symbol
}

// trimPronoun takes "one" off the end of a long number that is one without it: "the four one one one one".
func (r *Reader) trimPronoun(st *reading) {
	n := len(r.parts) - 1
	if n < 7 || int(st.last) == len(r.t.Tokens)-1 || st.letters > 0 || !r.parts[n].spoken || r.parts[n].text.len() != 1 || r.digits[r.parts[n].text.start] != '1' || !r.told(HintJudge) {
		return
	}
	whole := r.h.Judge(r.readAs(0, dropped{}))
	if r.h.Judge(r.readAs(0, dropped{cut: n, keep: n + 1})) > whole {
		r.parts[n-1].last = r.parts[n].last // hidden with it all the same: it may be the last digit
		r.parts = r.parts[:n]
		st.digits--
		st.spoken--
	}
}

// isReadOut says whether written groups of one length are parts of one number, though dots or commas stand between them: "4111. 1111.
// 1111. 1111.", "8, 0, 4, 6, 1, 3".
func (r *Reader) isReadOut() bool {
	const singles, fours = 6, 4
	n := r.parts[0].text.len()
	for _, p := range r.parts {
		if p.what != digit || p.spoken || p.text.len() != n {
			return false
		}
	}
	if n == 1 && len(r.parts) >= singles || n == 4 && len(r.parts) == fours {
		for _, p := range r.parts[:len(r.parts)-1] {
			if r.b[r.t.Tokens[p.last].End] != ' ' {
				return true // spaces alone need no help
			}
		}
	}
	return false
}

// isHyphenated says whether a run is single letters and digits with hyphens between, but for a comma, and takes those between digits out of it:
// "A-B-5-1, S-M-R".
func (r *Reader) isHyphenated() bool {
	hyphens, commas, n := 0, 0, 0
	for k, p := range r.parts {
		switch at := r.t.Tokens[p.last].End; {
		case p.what == mark:
			continue
		case p.text.len() != 1 || p.first != p.last || r.t.Tokens[p.first].Len() != 1:
			return false
		case k+1 < len(r.parts) && r.b[at] == '-':
			hyphens++
		case k+1 < len(r.parts) && r.b[at] != ',':
			return false
		case k+1 < len(r.parts):
			commas++
		}
		n++
	}
	if 2*hyphens < n || 3*commas >= n {
		return false
	}
	r.parts = slices.DeleteFunc(r.parts, func(p part) bool { return p.what == mark })
	return true
}

// trimUnit takes the letters of a unit or a zone of time off the end of a number: "one hundred fifty c c", "eight g m t".
func (r *Reader) trimUnit(st *reading) {
	n := len(r.parts)
	for n > 0 && r.parts[n-1].what == letter && r.parts[n-1].text.len() == 1 {
		n--
	}
	if n == 0 || n > len(r.parts)-2 || !isInitialism(r, r.parts[n:], units) || r.told(HintCode) {
		return
	}
	for _, p := range r.parts[:n] {
		if p.what == letter {
			return
		}
	}
	st.spoken -= len(r.parts) - n
	st.bare -= len(r.parts) - n
	st.letters = 0
	st.last = r.parts[n-1].last
	r.parts = r.parts[:n]
}

// units are abbreviations that follow a number.
var units = []byte(" cc km kg mb gb tb hp kw mg ml cm mm gmt utc est edt cst pst pdt mst cet cest bst ist am pm ac dc hz khz mhz ghz kbps mbps gbps fps dpi ")

func (r *Reader) hasPoint() bool {
	for _, p := range r.parts {
		if c := r.digits[p.text.start]; p.what == mark && (c == '.' || c == ',') {
			return true
		}
	}
	return false
}

func (r *Reader) hasMarks() bool {
	for _, p := range r.parts {
		if p.what == mark {
			return true
		}
	}
	return false
}

// isAmount says whether thousands and more are said, as of amounts, and no digits one by one.
func (r *Reader) isAmount() bool {
	any := false
	for _, p := range r.parts {
		if p.text.len() == 1 || p.what != digit || !p.scale && r.isRepeated(p.text) {
			return false
		}
		any = any || p.scale && p.text.len() > 4
	}
	return any
}

func (r *Reader) isRepeated(p piece) bool {
	return p.len() > 1 && r.digits[p.start] == r.digits[p.start+1]
}

// isExplainedAt says whether symbol k is a letter that a word explains and that more is read out behind.
func (r *Reader) isExplainedAt(k int) bool {
	c := r.symbols[k].char
	if c == 0 {
		return false
	}
	last := r.explained(k, c)
	for n := k + 1; last > r.symbols[k].last && n < len(r.symbols) && n < k+4; n++ {
		if r.symbols[n].first > last {
			return r.adjacent(last, n) && r.begins(n)
		}
	}
	return false
}

// isExplained says whether two letters of a run are explained by a word: "s for sierra, one, n for november".
func (r *Reader) isExplained() bool {
	n := 0
	for _, p := range r.parts {
		if p.what == letter && p.spoken && p.last > p.first+1 {
			n++
		}
	}
	return n > 1
}

// isInitialism says whether parts are the letters of a common abbreviation in a list, which is said letter by letter, too.
func isInitialism(r *Reader, parts []part, list []byte) bool {
	const longest = 5
	var b [longest + 2]byte
	if len(parts) > longest {
		return false
	}
	w := append(b[:0], ' ')
	for _, p := range parts {
		if p.last != p.first || p.text.len() != 1 {
			return false
		}
		w = append(w, r.digits[p.text.start])
	}
	return bytes.Contains(list, append(w, ' '))
}

// named are abbreviations that a number follows.
var named = []byte(" cvv cvc cvn csc otp pin pan dob ssn ni nino iban bic nhs utr tin vat gst upi ifsc imei vin pnr sim sms nie nif dni bsn abn sin id plz cp ")

// initialisms are abbreviations that calls are full of.
var initialisms = []byte(" gmt utc est edt cst pst pdt mst cet bst usa uk usb dvd tv atm nhs bbc pdf sms mms isp vpn lan wifi dsl adsl hdmi led lcd gps sim cctv faq asap diy rsvp pin otp cvv iban ssn dob " +
	"url www http https html api sql cpu ram ssd hdd pc it hr pr vip ceo cfo cto coo ebitda eps gdp usd gbp eur inr vat gst hmrc irs dvla npa kyc emi " +
	"upi neft rtgs imps pnr eta etd faa ups usps dhl bmw mri ct ecg ekg gp er icu hiv adhd mph rpm kwh ac dc am pm fm cd id ok ni cc tbd fyi btw omg lol aaa " +
	"cvc cvn csc dob nino ifsc bic vin apr roi app sap asap dvds cds tvs usd aws gpt ai ui ux qr nfc lte pos cod emi tds pf epf gpu usbc hdr ios rsa ibm hp lg " +
	"bmi ira etf llc plc ltd inc nyc la sf uae eu un nasa fbi cia nba nfl mlb fifa ufc wwe iq eq ppi apr aer isa sipp hgv mot pcn dsa dwp tfl rac aa ")
