package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// date is a date as it is written. What isn't written is 0.
type date struct {
	first, last      int // tokens
	end              int // where it ends: the last token may have more
	year, month, day int
	short            bool // the year has two digits
	open             bool // day and month may stand the other way round
	joined           bool // to something longer: a file's name, a path
}

// Likelihoods of dates.
const (
	dateAlone   = 0.6
	dateJoined  = 0.3 // what may be part of a longer thing
	birthTold   = 0.45
	birthAsked  = 0.85
	birthLeast  = 0.6
	centuryTurn = 30 // years of two digits from here on are of 1900
)

// date looks for a date that begins with token i, a number, or whose month it is. It gives the token to go on with, or 0.
func (p *pass) date(i int) (next int) {
	var d date
	var ok bool
	switch t := &p.text.Tokens[i]; {
	case t.IsWord():
		d, ok = p.monthDate(i)
	case t.IsNumber():
		d, ok = p.numericDate(i)
	}
	if !ok && !p.text.Tokens[i].IsWord() {
		d, ok = p.ordinalDate(i)
	}
	if !ok {
		return 0
	}
	p.takeFront(&d)
	kind, s := p.dateKind(&d)
	if kind == Date && p.in.Channel == ChannelLog && !p.in.guessed {
		return 0
	}
	if kind == DateOfBirth && p.in.Call != nil {
		p.in.Call.noteBorn(&d)
	}
	return p.note(int(p.text.Tokens[d.first].Start), d.end, d.last, kind, s, byDate, p.dateCanon(&d))
}

// yearOf says whether a run is a year that stands behind "in" or "since".
func (p *pass) yearOf(r *run) guess {
	none := guess{set: p.set}
	if len(r.groups) != 1 || r.first == 0 || p.in.Channel == ChannelLog || string(r.d) < "1900" || string(r.d) > "2049" {
		return none
	}
	switch t := &p.text.Tokens[r.first-1]; {
	case t.End+1 != uint32(r.start) || p.b[t.End] != ' ':
		return none
	case isWord(p.bytesOf(t), "in"), isWord(p.bytesOf(t), "since"):
		none.betterScored(Date, score{form: dateAlone}, "year", byDate)
	}
	return none
}

// dateKind says whether the words round a date, the field or the question before make it a date of birth, and how sure
// that is.
func (p *pass) dateKind(d *date) (Type, score) {
	if (p.said|p.path.bits|p.wants.cues)&cueBirth != 0 {
		ctx := p.around(d.first, d.last)
		s := score{form: birthTold, words: ctx.boost(cueBirth), question: p.wants.score(cueBirth, birthAsked-birthTold)}
		if p.correctsBirth(d) {
			s.words = max(s.words, birthAsked-birthTold)
		}
		if s.total() >= birthLeast && !(d.day == 0 && s.question == 0 && p.path.bits&cueBirth == 0 && p.isWritten() && p.cueBefore(d.first)&cueBirth == 0) { // not "en mars après la naissance"
			return DateOfBirth, s
		}
	}
	if d.day != 0 && p.repeats(cueBirth) {
		return DateOfBirth, score{form: birthTold, question: birthLeast - birthTold}
	}
	if p.isBareBirth(d) || p.isBornBefore(int(p.text.Tokens[d.first].Start)) {
		return DateOfBirth, score{form: birthTold, question: birthLeast - birthTold}
	}
	if p.in.Call != nil && p.in.Call.wasBorn(d) {
		return DateOfBirth, score{form: birthTold, words: birthAsked - birthTold}
	}
	if p.wants.cues&cueExpiry != 0 {
		return CardExpiry, score{form: dateAlone, question: p.wants.score(cueExpiry, nearBoost-0.1)}
	}
	if (d.day == 0) != (d.year == 0) && (p.said&cueExpiry != 0 && p.cueBefore(d.first)&cueExpiry != 0 || p.repeats(cueExpiry) && (d.day == 0 || p.text.Tokens[d.first].IsWord() && p.text.Tokens[d.last].IsNumber())) {
		return CardExpiry, score{form: dateAlone, words: nearBoost - 0.1}
	}
	if d.joined {
		return Date, score{form: dateJoined}
	}
	return Date, score{form: dateAlone}
}

// repeats says whether the agent speaks, who has just asked for what cues mean: a date is the answer, read back.
func (p *pass) repeats(cues uint64) bool {
	c := p.in.Call
	return c != nil && p.in.Role == RoleAgent && c.by == RoleAgent && c.asked.bits&cues != 0 && c.age <= patience
}

// isBareBirth says whether a whole turn of a customer is a date long past: nobody says anything else so.
func (p *pass) isBareBirth(d *date) bool {
	const first, last = 1910, 2008
	return p.in.Call != nil && p.in.Role != RoleAgent && d.day != 0 && d.year >= first && d.year <= last && d.first == 0 && d.last == len(p.text.Tokens)-1
}

// isBornBefore says whether the sign for a birth stands before a place: "(b. 1949)", "(*3.4.1949)".
func (p *pass) isBornBefore(at int) bool {
	for _, sign := range [...]string{"(*", "(* ", "(b. ", "(b ", ", b. ", "(ur. ", ", ur. ", "(f. "} {
		if at >= len(sign) && string(p.b[at-len(sign):at]) == sign {
			return true
		}
	}
	return false
}

// correctsBirth says whether a date follows a date of birth as its correction: "eighth of june, no, july 1974".
func (p *pass) correctsBirth(d *date) bool {
	n := len(p.candidates)
	if n == 0 || p.candidates[n-1].kind != DateOfBirth {
		return false
	}
	_, last := p.tokensOf(p.candidates[n-1].start, p.candidates[n-1].end)
	for k := last + 1; k < d.first; k++ {
		if !p.is(k, &correctWords) {
			return false
		}
	}
	return d.first > last+1 && d.first <= last+4
}

var correctWords = wordsOf("no sorry wait actually i mean uh um er rather not nein non nie pardon perdón")

// numericDate reads a date of digits that begins with token i, with the time of day if it is a timestamp:
// 2024-01-31T09:15:30Z, 31/01/2024, 1.2.1985.
func (p *pass) numericDate(i int) (d date, ok bool) {
	start := int(p.text.Tokens[i].Start)
	end := p.dateEnd(i)
	if end == 0 || end > p.limit {
		if p.said&cuesExpiry != 0 {
			return d, false // lateDate decides
		}
		return p.shortDate(i)
	}
	first := p.digitRun(start, 4)
	second := p.digitRun(start+first+1, 2)
	third := end - start - first - second - 2
	a, b, c := p.value(start, first), p.value(start+first+1, second), p.value(start+first+second+2, third)
	d = date{first: i}
	switch {
	case first == 4:
		d.year, d.month, d.day = a, b, c
		if b > 12 {
			d.month, d.day = c, b
		}
	case b > 12:
		d.day, d.month, d.year = b, a, c
	default:
		d.day, d.month, d.year = a, b, c
		d.open = a <= 12 && a != b && p.b[start+first] != '.'
	}
	if first != 4 {
		d.short = third <= 2
		d.joined = d.short && (p.isVersionBefore(i) || b > 12 && p.b[start+first] == '.')
	}
	d.end = end
	if !d.joined && p.at(end)|0x20 == 't' || first == 4 && p.at(end) == ' ' {
		d.end = p.timestampEnd(end)
	}
	if c := p.at(start - 1); c == '/' || c == '_' || c == '\\' || c == '@' || c == '#' || c == '$' || c == '=' && p.in.Channel == ChannelLog || (c == '.' || c == '-') && p.comesFrom(start-2) {
		d.joined = true
	}
	if c := p.at(d.end); scan.IsWordByte(c) || (c == '-' || c == '/' || c == '_' || c == '.') && p.goesOn(d.end+1) {
		d.joined = true
	}
	p.setLast(&d, i)
	d.expand()
	return d, true
}

// setLast sets the last token, which token i or one behind it is, after the end.
func (p *pass) setLast(d *date, i int) {
	for d.last = i; d.last+1 < len(p.text.Tokens) && int(p.text.Tokens[d.last+1].Start) < d.end; d.last++ {
	}
}

// expand gives a year of two digits its century.
func (d *date) expand() {
	if d.short {
		if d.year += 1900; d.year < 1900+centuryTurn {
			d.year += 100
		}
	}
}

func (p *pass) isVersionBefore(i int) bool { return p.bitsAt(i-1)&cueVersion != 0 && p.isFree(i-1) }

// timestampEnd is where the time of day behind a date that ends at i ends, with its zone; i if there is none.
func (p *pass) timestampEnd(i int) int {
	end := p.isTimeAt(i + 1)
	if end == 0 || end > p.limit {
		return i
	}
	c := p.at(end)
	if c|0x20 == 'z' && !scan.IsWordByte(p.at(end+1)) {
		return end + 1
	}
	zone := end
	if c == ' ' {
		zone++
		c = p.at(zone)
	}
	if c == '+' || c == '-' {
		if p.digitsAt(zone+1, 4) {
			return zone + 5
		}
		if p.digitsAt(zone+1, 2) {
			if p.at(zone+3) == ':' && p.digitsAt(zone+4, 2) {
				return zone + 6
			}
			if zone == end {
				return zone + 3
			}
		}
	}
	return end
}

// isDayAndMonth says whether two numbers may be a day and a month in either order, and not what "24/7" is.
func isDayAndMonth(a, b int) bool {
	return a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12) && !(a == 24 && b == 7)
}

// shortDate reads what lacks a year or a day and is written with a slash: 5/2021, and 21/5 where a word before says that
// it is a date.
func (p *pass) shortDate(i int) (d date, ok bool) {
	t := &p.text.Tokens[i]
	start := int(t.Start)
	n := p.digitRun(start, 2)
	if n == 0 || n != t.Len() || p.at(start+n) != '/' {
		return d, false
	}
	m := p.digitRun(start+n+1, 4)
	end := start + n + 1 + m
	if c := p.at(end); m == 0 || m == 3 || scan.IsWordByte(c) || (c == '/' || c == '-' || c == '.' || c == ',') && p.goesOn(end+1) || c == '%' {
		return d, false
	}
	if c := p.at(start - 1); c == '/' || c == '.' || c == '-' || c == '_' || c == '+' || end > p.limit {
		return d, false
	}
	a, b := p.value(start, n), p.value(start+n+1, m)
	d = date{first: i, last: i + 1, end: end}
	switch {
	case m == 4 && a >= 1 && a <= 12 && b >= 1900 && b <= 2099:
		d.month, d.year = a, b
	case m <= 2 && isDayAndMonth(a, b) && p.isFree(i-1) && p.between(i-1) == gapSpace && (p.is(i-1, &dateWords) || p.is(i-2, &dateWords) && p.bitsAt(i-1)&wordIs != 0):
		d.day, d.month, d.open = a, b, a <= 12 && b <= 12 && a != b
		if b > 12 {
			d.day, d.month = b, a
		}
	default:
		return d, false
	}
	return d, true
}

// datedWords say that digits written together are a date.
var datedWords = wordsOf("date dated datum fecha data")

// cuesExpiry are the words with which month and year may be those of a card.
const cuesExpiry = cueExpiry | cueCard

// lateDate notes month and year, which token i begins with, as a date where they could have been those of a card and aren't.
func (p *pass) lateDate(i int) {
	if p.said&cuesExpiry == 0 || p.in.Channel == ChannelLog {
		return
	}
	d, ok := p.shortDate(i)
	if !ok {
		return
	}
	p.add(int(p.text.Tokens[i].Start), d.end, Date, dateAlone, byDate, p.dateCanon(&d))
	p.keep(d.first, d.last, d.end)
}

// dateWords say that a day and a month follow.
var dateWords = wordsOf("on since until till today date dated am op seit bis")

// monthDate reads a date with the name of a month, token m: "12 March 1985", "March 12th, 1985", "3. März", "mars 2020".
func (p *pass) monthDate(m int) (d date, ok bool) {
	const reach = 3 // tokens to the nearest number: "21 st of june"
	number := false
	for k := max(m-reach, 0); k <= m+2 && k < len(p.text.Tokens) && !number; k++ {
		number = p.text.Tokens[k].Shape&scan.Digit != 0
	}
	if !number {
		return d, false
	}
	d = date{first: m, last: m, month: p.monthOf(m)}
	p.dayBefore(&d)
	if d.day == 0 {
		p.dayAfter(&d, m)
	}
	p.yearAfter(&d)
	if d.year == 0 && d.first == m && d.day != 0 && p.isYear(m-1) && p.isFree(m-1) && p.isDateGap(p.between(m-1)) {
		d.first--
		d.year = p.value(int(p.text.Tokens[d.first].Start), 4)
	}
	if d.first == d.last || !p.isFree(d.first) || int(p.text.Tokens[d.last].End) > p.limit || !p.isMonthHere(&d, m) {
		return d, false
	}
	if k := d.last + 1; d.year != 0 && p.isFree(k) && p.is(k, &yearWords) && p.between(d.last) == gapSpace && int(p.text.Tokens[k].End) <= p.limit {
		d.last = k // "25 sierpnia 1922 roku"
	}
	d.end = int(p.text.Tokens[d.last].End)
	d.expand()
	return d, true
}

// yearWords stand behind the year in Slavonic languages.
var yearWords = wordsOf("roku rok rokiem года год г roka rokov")

// isMonthHere says whether a word that means something else, too, is a month.
func (p *pass) isMonthHere(d *date, m int) bool {
	if p.is(m, &spareMonths) {
		return d.day != 0 && d.year != 0
	}
	if d.year != 0 || d.first < m || !p.is(m, &verbMonths) {
		return true
	}
	t, day := &p.text.Tokens[m], &p.text.Tokens[d.last]
	return t.Shape&scan.Upper != 0 && t.Shape&scan.Lower != 0 || !day.IsNumber() || p.isFree(m-1) && p.is(m-1, &dayWords)
}

// isDateGap says whether the parts of a date may be joined so.
func (p *pass) isDateGap(gap byte) bool {
	return gap == gapSpace || gap == gapDash || gap == gapSlash || gap == gapDot
}

// dayBefore takes in the day before the month: "12 March", "12th of March", "le 1er mars", "12-Mar".
func (p *pass) dayBefore(d *date) {
	k := d.first - 1
	gap := p.between(k)
	if k < 0 || !p.isDateGap(gap) {
		return
	}
	if gap != gapDash && gap != gapSlash && (p.is(k, &ofWords) || p.is(k, &ordinals)) && p.between(k-1) == gapSpace {
		of := p.is(k, &ofWords)
		if k--; of && p.is(k, &ordinals) && p.between(k-1) == gapSpace {
			k--
		}
	}
	if k < 0 || !p.isFree(k) {
		return
	}
	if v := p.dayAt(k); v > 0 && p.isApart(k) {
		d.first, d.day = k, v
	}
}

// dayAfter takes in the day behind the month: "March 12", "March the 12th".
func (p *pass) dayAfter(d *date, m int) {
	k := m + 1
	if p.between(m) == gapSpace && p.is(k, &articles) {
		k++
	}
	if !p.isDateGap(p.between(k-1)) || !p.isFree(k) {
		return
	}
	v := p.dayAt(k)
	if v == 0 {
		return
	}
	end := int(p.text.Tokens[k].End)
	if c := p.at(end); (c == ':' || c == '.' || c == ',' || c == '/') && scan.IsDigit(p.at(end+1)) || c == '%' {
		return // a time of day, a number
	}
	d.last, d.day = k, v
	if p.between(k) == gapSpace && p.is(k+1, &ordinals) && p.isFree(k+1) {
		d.last++
	}
}

// yearAfter takes in the year behind day and month: "1985", ", 1985", "de 1985", "'85".
func (p *pass) yearAfter(d *date) {
	k := d.last + 1
	if d.day != 0 && p.between(d.last) == gapSpace && p.isFree(k) && !p.text.Tokens[k].IsNumber() && p.dayAt(k) > 0 && p.between(k) == gapSpace && p.isYear(k+1) {
		k++ // misheard: "14 May 19th 1970"
		d.last = k - 1
	}
	gap := p.between(d.last)
	of := gap == gapSpace && p.is(k, &ofWords)
	if of {
		k++
		gap = p.between(k - 1)
	}
	if p.isFree(k) && gap == gapSpace && p.isYearOrdinal(k) && (p.said|p.wants.cues)&cueBirth != 0 {
		d.last, d.year, d.short = k, p.value(int(p.text.Tokens[k].Start), 2), true
		return
	}
	if !p.isFree(k) || !p.text.Tokens[k].IsNumber() || !p.isDateGap(gap) && gap != gapComma && gap != gapQuote {
		return
	}
	t := &p.text.Tokens[k]
	if end := int(t.End); p.at(end) == ':' && scan.IsDigit(p.at(end+1)) {
		return
	}
	if p.isYear(k) {
		d.last, d.year = k, p.value(int(t.Start), 4)
		return
	}
	if t.Len() != 2 || d.day == 0 || of && (p.said|p.wants.cues|p.path.bits)&cueBirth == 0 || gap == gapDot {
		return
	}
	// Two digits behind a space may count something else.
	if gap == gapSpace || gap == gapComma {
		back := p.repeats(cueBirth)
		if d.last != d.first && (p.said|p.wants.cues|p.path.bits)&cueBirth == 0 && !back {
			return
		}
		ctx := p.around(d.first, k)
		if ctx.boost(cueBirth) < midBoost && p.wants.cues&cueBirth == 0 && !back {
			return
		}
	}
	d.last, d.year, d.short = k, p.value(int(t.Start), 2), true
}

// dayAt is the day of a month that token k is, or 0: "12", "12th", "1er", "1º".
func (p *pass) dayAt(k int) int {
	t := &p.text.Tokens[k]
	n := 0
	for n < t.Len() && scan.IsDigit(p.b[int(t.Start)+n]) {
		n++
	}
	if n == 0 || n > 2 {
		return 0
	}
	if rest := p.b[int(t.Start)+n : t.End]; len(rest) > 0 {
		switch string(rest) {
		case "st", "nd", "rd", "th", "ST", "ND", "RD", "TH", "er", "ER", "e", "E", "º", "ª":
		default:
			return 0
		}
	}
	if v := p.value(int(t.Start), n); v <= 31 {
		return v
	}
	return 0
}

// isYear says whether token k is a year of four digits.
func (p *pass) isYear(k int) bool {
	if k < 0 || k >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	if !t.IsNumber() || t.Len() != 4 {
		return false
	}
	v := p.value(int(t.Start), 4)
	return v >= 1800 && v <= 2199
}

// isApart says whether no digit, and no mark that joins digits, stands before token k.
func (p *pass) isApart(k int) bool {
	switch start := int(p.text.Tokens[k].Start); p.at(start - 1) {
	case '.', ',', ':', '/', '-', '+', '$':
		return !p.comesFrom(start - 2)
	}
	return true
}

// takeFront takes in what stands before the day: "Monday, 12 March", "am Montag, den 3. März", "the 12th of March".
func (p *pass) takeFront(d *date) {
	k := d.first - 1
	if p.isFree(k) && p.between(k) == gapSpace && p.is(k, &articles) {
		if isWord(p.bytesOf(&p.text.Tokens[k]), "the") {
			d.first = k
		}
		k--
	}
	if gap := p.between(k); p.isFree(k) && (gap == gapSpace || gap == gapComma || gap == gapDot) && p.is(k, &weekdays) {
		d.first = k
	}
}

// ordinalDate reads a date with a numbered month that begins with token i: "25th of the 2nd 1996", "22nd 10th 2013". Of a birth, there may be
// commas between its parts, the year may have two digits, and none where it was asked for: "23rd of the 8th, 91".
func (p *pass) ordinalDate(i int) (d date, ok bool) {
	birth := (p.said|p.wants.cues)&cueBirth != 0
	joins := func(k int) bool { return p.between(k) == gapSpace || birth && p.between(k) == gapComma }
	d = date{first: i, day: p.dayAt(i)}
	k := i + 1
	for n := 0; n < 2 && joins(k-1) && (p.is(k, &ofWords) || p.is(k, &articles)); n++ {
		k++
	}
	if d.day == 0 || !joins(k-1) || !p.isFree(k) || p.text.Tokens[k].IsNumber() {
		return d, false
	}
	if d.month = p.dayAt(k); d.month > 12 && birth {
		d.day, d.month = d.month, d.day
	}
	if d.month == 0 || d.month > 12 {
		return d, false
	}
	d.last = k
	switch next := k + 1; {
	case joins(k) && p.isFree(next) && p.isYear(next):
		d.year, d.last = p.value(int(p.text.Tokens[next].Start), 4), next
	case birth && p.isFree(next) && (joins(k) || p.at(int(p.text.Tokens[next].Start)-1) == '\'' && p.text.Tokens[next].Start-p.text.Tokens[k].End <= 3) &&
		p.text.Tokens[next].IsNumber() && p.text.Tokens[next].Len() == 2: // "the 25th of the 2nd 96", "4th of the 5th, '81"
		d.year, d.short, d.last = p.value(int(p.text.Tokens[next].Start), 2), true, next
		d.expand()
	case p.wants.cues&cueBirth == 0 || !p.is(i+1, &ofWords):
		return d, false
	}
	d.end = int(p.text.Tokens[d.last].End)
	return d, d.end <= p.limit
}

// dateCanon appends the form that the variants of a date share (ISO 8601), as far as it is written: 1985-03-12, 1985-03,
// --03-12. Where day and month could be swapped they stand as written, behind a question mark.
func (p *pass) dateCanon(d *date) (canonStart int) {
	canonStart = len(p.canon)
	two := func(v int) { p.canon = append(p.canon, byte('0'+v/10%10), byte('0'+v%10)) }
	if d.open {
		p.canon = append(p.canon, '?')
	}
	if d.year != 0 {
		two(d.year / 100)
		two(d.year % 100)
	} else {
		p.canon = append(p.canon, '-')
	}
	if d.month != 0 {
		p.canon = append(p.canon, '-')
		two(d.month)
	}
	if d.day != 0 {
		p.canon = append(p.canon, '-')
		two(d.day)
	}
	return canonStart
}

// skipDate gives the token behind a date that isn't noted, or 0. In logs those are times of entries.
func (p *pass) skipDate(i int) (next int) {
	d, ok := p.monthDate(i)
	if !ok {
		return 0
	}
	return d.last + 1
}
