package spoken

// ordinalNumber is an ordinal number of one or several words: "fourth", "twenty first", "vier und zwanzigster".
type ordinalNumber struct {
	value uint64
	width int // symbols
	langs uint32
	weak  bool // it commonly means something else
}

// ordinalAt reads the ordinal number at symbol i. Its width is 0 if there is none.
func (r *Reader) ordinalAt(i int) (n ordinalNumber) {
	s := &r.symbols[i]
	if o, ok := r.as(s, ordinal, anyLang); ok {
		if d, ok := r.as(s, digit, anyLang); ok && d.langs&o.langs != 0 {
			return n // a number, too
		}
		n = ordinalNumber{uint64(o.value), 1, o.langs, o.langs&^o.weak == 0}
		if o.value >= 20 && o.value%10 == 0 && o.langs&r.v.inflected != 0 && r.follows(i, i+1) {
			if u, ok := r.as(&r.symbols[i+1], ordinal, o.langs&r.v.inflected); ok && u.value > 0 && u.value < 10 {
				n.value += uint64(u.value)
				n.width = 2
			}
		}
		return n
	}
	if !r.follows(i, i+1) {
		return n
	}
	next := &r.symbols[i+1]
	if t, ok := r.as(s, number, anyLang); ok && (t.value == 20 || t.value == 30) {
		if o, ok := r.as(next, ordinal, t.langs); ok && o.value < 10 && o.value > 0 {
			return ordinalNumber{uint64(t.value + o.value), 2, t.langs & o.langs, false}
		}
		return n
	}
	u, ok := r.as(s, digit, anyLang)
	if ok && u.value == 0 && u.langs&r.v.inflected != 0 { // "ноль второго"
		if o, ok := r.as(next, ordinal, u.langs&r.v.inflected); ok && o.value < 10 {
			return ordinalNumber{uint64(o.value), 2, u.langs & o.langs, false}
		}
	}
	if ok && u.value > 0 && r.follows(i+1, i+2) {
		if j, ok := r.as(next, and, u.langs); ok && j.value == andUnits {
			if o, ok := r.as(&r.symbols[i+2], ordinal, u.langs); ok && (o.value == 20 || o.value == 30) {
				return ordinalNumber{uint64(u.value + o.value), 3, u.langs & o.langs, false}
			}
		}
	}
	return n
}

// ordinal says how many symbols at i make an ordinal number, 0 if they don't.
func (r *Reader) ordinal(i int) int { return r.ordinalAt(i).width }

// writeOrdinal writes the ordinal of w symbols at i where it may be the day of a date or the number of a street, and gives the number of
// symbols it has dealt with. Outside English a second ordinal is the month: "einundzwanzigster fünfter".
func (r *Reader) writeOrdinal(i, w int) int {
	o := r.ordinalAt(i)
	var m ordinalNumber
	if langs := o.langs &^ r.english(); langs != 0 && o.value > 0 && o.value <= 31 && r.follows(i+w-1, i+w) {
		if m = r.ordinalAt(i + w); m.langs&langs == 0 || m.value < 1 || m.value > 12 {
			m = ordinalNumber{}
		}
	}
	if o.weak && m.weak && !r.told(HintBirth) {
		m = ordinalNumber{}
	}
	near := r.nearMonth(i, i+w-1) || m.value > 0
	if o.weak && o.langs&r.english() == 0 && m.value == 0 && !r.monthNear(i, i+w-1, o.langs) {
		return w
	}
	if !near && (r.t.Said&r.h.Near == 0 && !r.told(HintSmall) || o.weak && !r.told(HintCode)) {
		return w
	}
	start := len(r.with)
	from, to := r.start(&r.symbols[i]), r.end(&r.symbols[i+w-1])
	r.digits = appendValue(r.digits[:0], o.value)
	symbols := len(r.digits)
	for _, c := range r.digits {
		r.put(c, from, to)
	}
	for _, c := range []byte(ordinalSuffix(o.value)) {
		r.put(c, from, to)
	}
	if m.value > 0 {
		next, end := r.start(&r.symbols[i+w]), r.end(&r.symbols[i+w+m.width-1])
		r.put(' ', to, next)
		for _, c := range []byte(monthNames[m.value-1]) {
			r.put(c, next, end)
		}
		to = end
		w += m.width
	}
	r.edit(int(from), int(to), start, Region{Kind: Other, Symbols: symbols, Spoken: symbols})
	r.dropFillers(i + w)
	return w
}

// dropFillers leaves out words without meaning between a day, before symbol k, and its month.
func (r *Reader) dropFillers(k int) {
	const reach = 4
	first := -1
	for n := k; n < len(r.symbols) && n < k+reach && r.symbols[n].first <= r.symbols[n-1].last+2; n++ {
		s := &r.symbols[n]
		switch {
		case r.is(s, month):
			if first >= 0 {
				r.edit(int(r.start(&r.symbols[first])), int(r.start(s)), len(r.with), Region{Kind: Other})
			}
			return
		case r.is(s, filler) && s.char == 0:
			if first < 0 {
				first = n
			}
		case first >= 0:
			return
		}
	}
}

func ordinalSuffix(v uint64) string {
	if v < 10 || v > 20 {
		switch v % 10 {
		case 1:
			return "st"
		case 2:
			return "nd"
		case 3:
			return "rd"
		}
	}
	return "th"
}

// numberedMonth writes a day and the number of a month that begin with symbol i, "dez do oito", and gives the number of symbols, 0 if there
// is nothing like that.
func (r *Reader) numberedMonth(i int) int {
	if !r.seen.has(ofMonth) {
		return 0
	}
	day, ok := r.cardinal(i, anyLang)
	k := i + day.width
	if !ok || day.value < 1 || day.value > 31 || !r.follows(k-1, k) || !r.follows(k, k+1) {
		return 0
	}
	of, ok := r.as(&r.symbols[k], ofMonth, day.own)
	if !ok || of.langs&day.own == 0 || day.own&r.english() != 0 {
		return 0
	}
	m, ok := r.below1000(k+1, of.langs) // "du onze mille neuf cent soixante" is of November
	if !ok || m.value < 1 || m.value > 12 {
		return 0
	}
	end := k + m.width
	for n := int(r.symbols[i].first); n <= int(r.symbols[end].last); n++ {
		if r.isTaken(n) {
			return 0
		}
	}
	start := len(r.with)
	from, to := r.start(&r.symbols[i]), r.end(&r.symbols[k-1])
	r.digits = appendValue(r.digits[:0], day.value)
	for _, c := range r.digits {
		r.put(c, from, to)
	}
	next, last := r.start(&r.symbols[k+1]), r.end(&r.symbols[end])
	r.put(' ', to, next)
	for _, c := range []byte(monthNames[m.value-1]) {
		r.put(c, next, last)
	}
	r.edit(int(from), int(last), start, Region{Kind: Other, Symbols: len(r.digits), Spoken: len(r.digits)})
	return end - i + 1
}

// nearMonth says whether the name of a month stands within two words of symbols i to k.
func (r *Reader) nearMonth(i, k int) bool {
	const reach = 3
	for n := i - 1; n >= 0 && r.symbols[n].last >= r.symbols[i].first-reach; n-- {
		if r.is(&r.symbols[n], month) {
			return true
		}
	}
	for n := k + 1; n < len(r.symbols) && r.symbols[n].first <= r.symbols[k].last+reach; n++ {
		if r.is(&r.symbols[n], month) {
			return true
		}
	}
	return false
}

// monthNear says whether a month in one of some languages stands behind symbol k, or "de" and the month, or before symbol i. Right behind
// it may be in English where that is mixed in.
func (r *Reader) monthNear(i, k int, langs uint32) bool {
	const reach = 2
	for n := k + 1; n < len(r.symbols) && r.symbols[n].first <= r.symbols[k].last+reach; n++ {
		if r.isMonthOf(n, langs) {
			return true
		}
	}
	if r.follows(k, k+1) && langs&r.v.english != 0 && r.is(&r.symbols[k+1], month) {
		return true
	}
	return i > 0 && r.follows(i-1, i) && r.isMonthOf(i-1, langs)
}

// isWeakMonth says whether symbol k is a month by a word that commonly means something else: no day is the first by the word that is an article, too, "en mars".
func (r *Reader) isWeakMonth(k int) bool {
	if k >= len(r.symbols) {
		return false
	}
	m, ok := r.as(&r.symbols[k], month, anyLang)
	return ok && m.langs&^m.weak == 0
}

// isMonthOf says whether symbol k is a month in one of some languages.
func (r *Reader) isMonthOf(k int, langs uint32) bool {
	m, ok := r.as(&r.symbols[k], month, langs)
	return ok && m.langs&langs != 0
}

// monthNames are the names that the detectors of dates know.
var monthNames = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// isNumberIn says whether a symbol is a number or an ordinal in one of the languages, or a written number; beside a
// month that is weak neither that nor a weak one.
func (r *Reader) isNumberIn(s *symbol, langs uint32, weak bool) bool {
	if s.kind == numeral {
		return !weak
	}
	if s.kind == glued {
		return true
	}
	list := r.senses(s)
	for i := range list {
		if x := &list[i]; (x.kind == digit || x.kind == number || x.kind == ordinal || x.kind == hundred || x.kind == scale) && x.langs&langs != 0 && !(weak && x.langs&^x.weak == 0) {
			return true
		}
	}
	return false
}

// isForeignMonth says whether a symbol names a month that English has another word for.
func (r *Reader) isForeignMonth(s *symbol) bool {
	m, ok := r.as(s, month, anyLang)
	return ok && m.langs&r.english() == 0
}

// foreignMonth writes the month that symbol i names in English where a number stands beside it, unless it is in English.
func (r *Reader) foreignMonth(i int) bool {
	s := &r.symbols[i]
	m, ok := r.as(s, month, anyLang)
	if !ok || m.langs&r.english() != 0 || m.value < 1 || m.value > 12 {
		return false
	}
	const reach = 2
	beside := false
	for k := i - 1; k >= 0 && r.symbols[k].last >= s.first-reach && !beside; k-- {
		beside = r.isNumberIn(&r.symbols[k], m.langs, m.langs&^m.weak == 0)
	}
	for k := i + 1; k < len(r.symbols) && r.symbols[k].first <= s.last+reach && !beside; k++ {
		beside = r.isNumberIn(&r.symbols[k], m.langs, m.langs&^m.weak == 0)
	}
	if !beside {
		return false
	}
	start := len(r.with)
	for _, c := range []byte(monthNames[m.value-1]) {
		r.put(c, r.start(s), r.end(s))
	}
	r.edit(int(r.start(s)), int(r.end(s)), start, Region{Kind: Other})
	return true
}

// english is the language named en.
func (r *Reader) english() uint32 { return r.v.en }

// dropPauses leaves out what is said between two words of an address or a date while somebody thinks: "schulstraße äh 29", "september uh
// third". Within numbers it is passed over already.
func (r *Reader) dropPauses() {
	for k := 0; k < len(r.symbols); k++ {
		if !r.is(&r.symbols[k], pause) {
			continue
		}
		first := k
		for r.follows(k, k+1) && r.is(&r.symbols[k+1], pause) {
			k++
		}
		from, to := int(r.symbols[first].first), int(r.symbols[k].last)
		if from == 0 || to+1 >= len(r.t.Tokens) || r.isTaken(from) || !r.joins(int(r.t.Tokens[from-1].End), int(r.t.Tokens[from].Start)) || !r.gap(to) {
			continue
		}
		near := (r.t.Tokens[from-1].Bits|r.t.Tokens[to+1].Bits)&r.h.Near != 0
		digits := r.pauseDigits(first, k)
		before, no := r.besidePause(first-1, from-1, digits)
		behind, not := r.besidePause(k+1, to+1, digits)
		if (before || behind || near && digits == 0) && !no && !not {
			r.edit(int(r.t.Tokens[from].Start), int(r.t.Tokens[to+1].Start), len(r.with), Region{Kind: Other})
		}
	}
}

// pauseDigits gives the languages in which one of symbols first to last is a number: "um".
func (r *Reader) pauseDigits(first, last int) (langs uint32) {
	for k := first; k <= last; k++ {
		d, _ := r.as(&r.symbols[k], digit, anyLang)
		langs |= d.langs
	}
	return langs
}

// besidePause says whether symbol k, which is token at, belongs to a date or is a number in a text with words of addresses, and whether it is a
// number in one of some languages.
func (r *Reader) besidePause(k, at int, langs uint32) (is, other bool) {
	if k < 0 || k >= len(r.symbols) || int(r.symbols[k].first) > at || int(r.symbols[k].last) < at {
		return false, false
	}
	s := &r.symbols[k]
	is = s.kinds&(1<<month|1<<ordinal) != 0 || (s.kind == numeral || s.kind == glued || r.isNumber(k)) && r.t.Said&r.h.Near != 0
	return is, langs != 0 && s.kind == none && r.isNumberIn(s, langs, false)
}
