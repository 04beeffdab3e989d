package spoken

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// part is a piece of a run: a number, a letter or a mark.
type part struct {
	first, last int32 // tokens
	symbol      int   // the first
	behindWords bool  // words without meaning stand before it
	text        piece
	alt         piece // another reading; empty if there is none
	langs       uint32
	what        kind // digit, letter or mark
	spoken      bool // said, not written
	weak        bool // of a spelling alphabet, by a word that means something else as well
	scale       bool
}

// piece is a place in Reader.digits.
type piece struct{ start, end int }

func (p piece) len() int { return p.end - p.start }

const (
	partsMost  = 64 // of a run
	skipMost   = 6  // words without meaning in a row within a run
	codeLeast  = 5  // letters and digits that make a code
	digitLeast = 3
	spellLeast = 3
	rowLeast   = 6 // digits written as one word that are no word
)

// reading is a run while it is read.
type reading struct {
	langs    uint32
	own      uint32 // languages of all numbers so far
	last     int32  // token
	fix      int    // the part that begins behind a correction; 0 if there is none
	skipped  bool   // words without meaning stand between two parts
	digits   int
	letters  int
	phonetic int
	spoken   int // parts
	bare     int // of them letters that stand alone in the text, too
	written  int // digits of the longest written number
	said     int // numbers
	clock    bool
	mixed    bool // letters and digits stand in one token
}

// run reads what begins with symbol i and gives the symbol to go on with.
func (r *Reader) run(i int) (next int) {
	if s := &r.symbols[i]; s.kind == none && s.char == 0 && s.kinds&starters == 0 {
		return i + 1
	}
	if w := r.ordinal(i); w > 0 {
		return i + r.writeOrdinal(i, w)
	}
	if r.foreignMonth(i) {
		return i + 1
	}
	if w := r.numberedMonth(i); w > 0 {
		return i + w
	}
	r.parts, r.digits = r.parts[:0], r.digits[:0]
	st := reading{langs: anyLang, own: anyLang, last: r.symbols[i].first - 1}
	next = r.gather(i, &st)
	if len(r.parts) == 0 {
		return i + 1
	}
	if next < len(r.symbols) && r.adjacent(st.last, next) {
		_, st.clock = r.as(&r.symbols[next], meridiem, st.langs) // "am" is a preposition in German
		st.clock = st.clock || r.isMeridiem(next)
	}
	if k := r.behindInitials(&st); k > 0 {
		return k
	}
	r.trimUnit(&st)
	if r.isMeasure(&st, next) {
		return next
	}
	r.trim(&st)
	r.trimPronoun(&st)
	kind, ok := r.accept(&st)
	if !ok && st.letters > 0 && r.isNear() {
		if n := r.leading(digit); n > 0 && n < len(r.parts) {
			next = r.cutDigits(n, &st) // the number of a house: "sixteen b", "two two one b"
			if kind, ok = r.accept(&st); !ok && n > 1 {
				next = r.cutDigits(1, &st)
				kind, ok = r.accept(&st)
			}
		}
	}
	if !ok && st.digits > 0 {
		if n := r.leading(letter); n >= spellLeast {
			next = r.cutLetters(n, &st)
			kind, ok = r.accept(&st)
		}
	}
	if !ok {
		if st.letters == 0 && st.digits < digitLeast || st.digits == 0 && isInitialism(r, r.parts, named) {
			return next
		}
		return i + 1
	}
	if r.isBare(&st, kind) {
		r.keep(kind)
	} else {
		r.write(i, &st, kind)
	}
	return next
}

// leading is how many parts of a kind, each said by itself, a run begins with.
func (r *Reader) leading(what kind) (n int) {
	for n < len(r.parts) && r.parts[n].what == what && r.parts[n].spoken {
		n++
	}
	return n
}

// cutDigits makes the first n parts, which are numbers, a run of their own. It gives the symbol to go on with.
func (r *Reader) cutDigits(n int, st *reading) (next int) {
	next = r.parts[n].symbol
	r.parts = r.parts[:n]
	*st = reading{langs: st.langs, own: st.own, last: r.parts[n-1].last, spoken: n, said: n}
	for _, p := range r.parts {
		st.digits += p.text.len()
	}
	return next
}

// cutLetters makes the first n parts, which are letters, a run of their own: "A B C 1-1-00" is three letters and a date. It gives the
// symbol to go on with.
func (r *Reader) cutLetters(n int, st *reading) (next int) {
	next = r.parts[n].symbol
	r.parts = r.parts[:n]
	*st = reading{langs: st.langs, own: st.own, last: r.parts[n-1].last, spoken: n}
	for _, p := range r.parts {
		st.letters += p.text.len()
		if p.last == p.first && r.t.Tokens[p.first].Len() == 1 {
			st.bare++
		}
	}
	return next
}

// gather reads the parts of a run that begins with symbol i, and the words without meaning between them. It gives the symbol behind the
// last.
func (r *Reader) gather(i int, st *reading) (next int) {
	next = i
	skipped := false
	for k := i; k < len(r.symbols) && len(r.parts) < partsMost; {
		if k > i && !r.adjacent(st.last, k) {
			break
		}
		before := len(r.parts)
		if n := r.part(k, st); n > 0 {
			for ; before < len(r.parts); before++ {
				r.parts[before].symbol, r.parts[before].behindWords = k, skipped
				skipped = false
			}
			k += n
			for k < len(r.symbols) && r.symbols[k].first <= st.last {
				k++ // swallowed
			}
			next = k
			continue
		}
		if len(r.parts) == 0 {
			break
		}
		if k = r.skip(k, st); k < 0 {
			break
		}
		skipped = true
	}
	return next
}

// isMeasure says whether a run is a number with a fraction and a word for thousands or more, within it or behind it: "one point five nine
// billion".
func (r *Reader) isMeasure(st *reading, next int) bool {
	switch {
	case st.letters > 0:
		return false
	case r.isWithinWord(st):
		return true
	case !r.hasPoint():
		return (r.isBehindPoint() || r.isFraction()) && !r.told(HintCode)
	case r.told(HintCode):
		return false
	}
	for _, p := range r.parts {
		if p.scale && p.text.len() > 3 {
			return true
		}
	}
	if !r.parts[len(r.parts)-1].spoken {
		return false
	}
	points := 0
	for _, p := range r.parts {
		if p.what == mark {
			points++
		}
	}
	// One point is a decimal's; addresses of networks have three.
	return points == 1 || next < len(r.symbols) && r.adjacent(st.last, next) && r.is(&r.symbols[next], scale)
}

// isMeridiem says whether symbols k and the next are "p m".
func (r *Reader) isMeridiem(k int) bool {
	c := r.symbols[k].char
	return (c == 'a' || c == 'p') && r.follows(k, k+1) && r.symbols[k+1].char == 'm'
}

// skip passes over words without meaning at symbol k, if the run goes on behind them, and gives the symbol to go on with, or -1.
func (r *Reader) skip(k int, st *reading) int {
	last, fixed := st.last, false
	for n := 0; n < skipMost && k < len(r.symbols) && r.adjacent(last, k); n++ {
		s := &r.symbols[k]
		joined := r.is(s, and) && st.digits >= digitLeast && st.letters == 0 && r.readsSingly(k+1)
		switch {
		case r.is(s, fix):
			fixed = true
		case (r.is(s, filler) || r.is(s, hesitation)) && !r.isDigitOf(s, st), joined:
		default:
			if n == 0 {
				return -1
			}
			return r.resume(k, fixed, st, last)
		}
		last = s.last
		k++
	}
	if k < len(r.symbols) && r.adjacent(last, k) {
		return r.resume(k, fixed, st, last)
	}
	return -1
}

// isDigitOf says whether a symbol is a zero in the language of a run of digits, whatever it is in others: "oh".
func (r *Reader) isDigitOf(s *symbol, st *reading) bool {
	if st.digits == 0 || st.letters > 0 {
		return false
	}
	d, ok := r.as(s, digit, st.langs)
	return ok && d.value == 0
}

// resume says whether the run goes on with symbol k, behind words without meaning that end with token last.
func (r *Reader) resume(k int, fixed bool, st *reading, last int32) int {
	if !r.begins(k) && !r.isNumberOf(k, st) {
		return -1
	}
	if fixed {
		st.fix = len(r.parts)
	}
	st.skipped = true
	st.last = last
	return k
}

// isNumberOf says whether symbol k is a number in the language of the run so far, if that isn't English, though it means something else
// as well.
func (r *Reader) isNumberOf(k int, st *reading) bool {
	if st.own == anyLang || st.own&r.english() != 0 {
		return false
	}
	list := r.senses(&r.symbols[k])
	for i := range list {
		if x := &list[i]; (x.kind == digit || x.kind == number) && x.langs&st.own != 0 {
			return true
		}
	}
	return false
}

// readsSingly says whether the digits before and at symbol k are read one by one.
func (r *Reader) readsSingly(k int) bool {
	return k < len(r.symbols) && r.is(&r.symbols[k], digit) && r.isNumber(k) && r.parts[len(r.parts)-1].text.len() == 1
}

// begins says whether a part may begin with symbol k, whatever stands before.
func (r *Reader) begins(k int) bool {
	if k >= len(r.symbols) {
		return false
	}
	s := &r.symbols[k]
	if s.kind != none {
		return true
	}
	if s.char != 0 {
		return s.char != 'a' && s.char != 'i'
	}
	list := r.senses(s)
	for i := range list {
		if x := &list[i]; x.kind <= times && x.kind != hundred && x.kind != scale && x.kind > none && (x.langs&^x.weak != 0 || x.kind == digit && x.value == 0) || x.kind == letter && x.langs&^x.weak != 0 || x.kind == phonetic {
			return true
		}
	}
	return false
}

// isNumber says whether symbol k is a number that means nothing else, or a written one.
func (r *Reader) isNumber(k int) bool {
	s := &r.symbols[k]
	if s.kind == numeral || s.kind == glued || s.kind == row {
		return true
	}
	list := r.senses(s)
	for i := range list {
		if x := &list[i]; (x.kind == digit || x.kind == number || x.kind == times) && x.langs&^x.weak != 0 {
			return true
		}
	}
	return false
}

// part reads one part at symbol k and gives the number of symbols it takes, 0 if there is none.
func (r *Reader) part(k int, st *reading) int {
	s := &r.symbols[k]
	switch s.kind {
	case numeral:
		if r.t.Tokens[s.first].Len() > 19 {
			return 0
		}
		r.keepSeparator(k, st)
		r.push(part{first: s.first, last: s.first, what: digit, text: r.say(r.text(s.first))}, st)
		return 1
	case mixed:
		if st.letters+st.digits == 0 && !r.told(HintCode) {
			return 0
		}
		st.mixed = true
		r.push(part{first: s.first, last: s.first, what: letter, text: r.say(r.text(s.first))}, st)
		return 1
	case row:
		return r.rowPart(k, st)
	}
	if r.isHesitation(k) {
		return 0
	}
	if n := r.repeated(k, st); n > 0 {
		return n
	}
	if r.ordinal(k) > 0 {
		return 0
	}
	if n := r.zeroLetter(k, st); n > 0 {
		return n
	}
	if c, ok := r.cardinal(k, st.langs); ok && r.isSaid(k, &c, st) {
		p := part{first: s.first, last: r.symbols[k+c.width-1].last, what: digit, spoken: true, langs: c.langs, scale: c.scale}
		p.text = r.sayValue(c.value)
		if c.cut > 0 {
			p.alt = r.sayValue(c.head)
			p.alt.end = r.sayValue(c.tail).end
		}
		if c.own != 0 {
			p.langs &= c.own
		}
		st.langs, st.own = c.langs, st.own&p.langs
		r.push(p, st)
		return c.width
	}
	if n := r.spelled(k, st); n > 0 {
		return n
	}
	return r.marked(k, st)
}

// rowPart reads a word of digits, a syllable each. Short ones may be other words, unless a longer one or digits stand beside them.
func (r *Reader) rowPart(k int, st *reading) int {
	const short = 3
	s := &r.symbols[k]
	p := part{first: s.first, last: s.last, what: digit, spoken: true, langs: r.v.syllables}
	p.text.start = len(r.digits)
	t := &r.t.Tokens[s.first]
	digits, n, langs := r.gluedDigits(r.digits, r.b[t.Start:t.End])
	if n > 1 {
		r.digits, p.langs = digits, langs
	} else {
		r.digits, n = r.digitRow(r.digits, t)
	}
	p.text.end = len(r.digits)
	if n < short && len(r.parts) == 0 && !(r.follows(k, k+1) && (r.symbols[k+1].kind == row || langs != 0 && r.isNumber(k+1))) {
		r.digits = r.digits[:p.text.start]
		return 0
	}
	st.langs, st.own = r.narrow(st.langs, p.langs), st.own&p.langs
	r.push(p, st)
	return 1
}

// push adds a part.
func (r *Reader) push(p part, st *reading) {
	switch p.what {
	case digit:
		st.digits += p.text.len()
		if !p.spoken {
			st.written = max(st.written, p.text.len())
		} else {
			st.said++
		}
	case letter:
		if p.spoken && p.last == p.first && r.t.Tokens[p.first].Len() == 1 {
			st.bare++
		}
		for _, c := range r.digits[p.text.start:p.text.end] {
			if scan.IsDigit(c) {
				st.digits++
			} else {
				st.letters++
			}
		}
	}
	if p.spoken {
		st.spoken++
	}
	r.parts = append(r.parts, p)
	st.last = p.last
}

// say notes text, in lower case, for a part.
func (r *Reader) say(text []byte) (p piece) {
	p.start = len(r.digits)
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		r.digits = append(r.digits, c)
	}
	p.end = len(r.digits)
	return p
}

func (r *Reader) sayValue(v uint64) (p piece) {
	p.start = len(r.digits)
	r.digits = appendValue(r.digits, v)
	p.end = len(r.digits)
	return p
}

// repeated reads "double four" and "triple w".
func (r *Reader) repeated(k int, st *reading) int {
	m, ok := r.as(&r.symbols[k], times, st.langs)
	if !ok || !r.follows(k, k+1) {
		return 0
	}
	next := k + 1
	for r.symbols[next].char == 0 && r.follows(next, next+1) {
		_, idle := r.as(&r.symbols[next], filler, m.langs)
		if _, ok := r.as(&r.symbols[next], digit, m.langs); ok || !idle {
			break
		}
		next++ // "double um one"
	}
	s := &r.symbols[next]
	p := part{first: r.symbols[k].first, last: s.last, spoken: true, what: digit, langs: m.langs}
	var c byte
	if d, ok := r.as(s, digit, m.langs); ok {
		c = byte('0' + d.value)
		st.langs = r.narrow(st.langs, d.langs)
	} else if s.kind == numeral && r.t.Tokens[s.first].Len() == 1 {
		c = r.b[r.t.Tokens[s.first].Start]
	} else if c = r.letterOf(s); c == 0 {
		return 0
	} else {
		p.what = letter
		if c == 'o' && st.letters == 0 && (st.digits > 0 || r.follows(next, next+1) && r.isNumber(next+1)) {
			c, p.what = '0', digit
		}
	}
	p.text.start = len(r.digits)
	for range m.value {
		r.digits = append(r.digits, c)
	}
	p.text.end = len(r.digits)
	r.push(p, st)
	return next - k + 1
}

// trim takes single spoken digits off the ends of a written number: "555 0123 one more time".
func (r *Reader) trim(st *reading) {
	if st.letters > 0 || st.spoken != 1 || st.skipped || len(r.parts) < 2 || r.told(HintCode) {
		return
	}
	switch n := len(r.parts) - 1; {
	case r.parts[n].spoken && r.parts[n].text.len() == 1:
		r.parts = r.parts[:n]
		st.spoken, st.last = 0, r.parts[n-1].last
	case r.parts[0].spoken && r.parts[0].text.len() == 1 && r.parts[0].what == digit:
		r.parts = r.parts[1:]
		st.spoken = 0
	}
}

// accept says whether a run is worth writing, and as what.
func (r *Reader) accept(st *reading) (Kind, bool) {
	const group, groups = 6, 6 // digits
	if st.spoken == 0 && r.isReadOut() {
		return Digits, true
	}
	if st.spoken == 0 && (!st.skipped || st.written > group || r.hasMarks() || st.digits < groups && !r.told(HintCode)) || st.clock && st.letters == 0 && st.digits <= 4 {
		return 0, false
	}
	if st.letters > 0 && st.written == 1 && st.letters+st.digits >= codeLeast && r.isHyphenated() {
		return Code, true
	}
	if st.spoken == st.bare && st.written > 0 && !st.mixed && (st.bare < 2 || st.written > 4 || r.hasMarks()) {
		return 0, false // "1234 f", which is written, not said; of "b 200a 4" the beginning is a code, so all of it is
	}
	if st.letters == 0 {
		if len(r.parts) == 1 {
			if r.parts[0].scale {
				return Cardinal, true
			}
			if r.symbols[r.parts[0].symbol].kind == row && st.digits >= rowLeast {
				return Digits, true
			}
			goesOn := r.parts[0].first <= 2 && int(st.last) == len(r.t.Tokens)-1
			return Other, r.isNear() || st.digits > 1 && r.isWanted() || goesOn && r.told(HintOpen) || r.told(HintSmall)
		}
		if r.isAmount() && !r.isWanted() {
			return Cardinal, true
		}
		return Digits, st.digits >= digitLeast || r.isNear() || r.isWanted() || r.told(HintSmall)
	}
	if st.digits == 0 {
		if len(r.parts) == 1 && r.parts[0].last > r.parts[0].first && r.isWanted() {
			return Letters, true // "c for cat"
		}
		if st.letters < spellLeast && !slices.ContainsFunc(r.parts, func(p part) bool { return !p.weak }) {
			return Letters, false // "John David"
		}
		return Letters, st.letters >= spellLeast && !isInitialism(r, r.parts, initialisms) || st.letters > 1 && !isInitialism(r, r.parts, named) && r.isWanted()
	}
	n := st.letters + st.digits
	if st.written > 3 && st.said == 0 {
		return Code, false // "10, 00184 Roma"
	}
	if st.phonetic == st.letters && st.letters < 3 && (st.letters == 1 || st.written > 2) && !r.isWanted() {
		return Code, false // "28013 Madrid"
	}
	return Code, n >= codeLeast || n == codeLeast-1 && r.isExplained() || n > 1 && r.isWanted()
}

// isWanted says whether an identifier was asked for, or the run may go on with one.
func (r *Reader) isWanted() bool {
	return r.told(HintCode) || r.parts[0].first <= 2 && r.told(HintOpen)
}

// isNear says whether a word beside the run makes small numbers matter.
func (r *Reader) isNear() bool {
	const before, behind, date = 4, 6, 3 // tokens
	if r.seen&(1<<month) != 0 {
		k := r.parts[0].symbol
		for k > 0 && r.symbols[k-1].last >= r.parts[0].first-date {
			k--
		}
		for ; k < len(r.symbols) && r.symbols[k].first <= r.parts[len(r.parts)-1].last+date; k++ {
			if r.is(&r.symbols[k], month) {
				return true
			}
		}
	}
	if r.t.Said&r.h.Near == 0 {
		return false
	}
	tokens := r.t.Tokens
	first, last := int(r.parts[0].first), int(r.parts[len(r.parts)-1].last)
	for k := max(first-before, 0); k < min(last+behind+1, len(tokens)); k++ {
		if tokens[k].Bits&r.h.Near != 0 {
			return true
		}
	}
	return false
}
