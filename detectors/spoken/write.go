package spoken

import "github.com/sonexlabs/tacet/detectors/scan"

// alternatives is the largest number of places of a run that are read in two ways.
const alternatives = 4

// write notes the edit for a run that begins with symbol i.
func (r *Reader) write(i int, st *reading, kind Kind) {
	choice, from := r.choose(st, kind)
	start := len(r.with)
	region := Region{Kind: kind}
	plain := kind == Cardinal && r.isYear()
	split := kind == Digits && r.dayFirst(i)
	origin := r.t.Tokens[r.parts[0].first].Start
	bit := 0
	for k := range r.parts {
		p := &r.parts[k]
		text := p.text
		if p.alt.len() > 0 {
			if choice>>bit&1 != 0 {
				text = p.alt
			}
			bit++
		}
		if k < from.drop || k >= from.cut && k < from.keep {
			continue // corrected; the next part stands for it
		}
		b := r.digits[text.start:text.end]
		at, end := r.t.Tokens[p.first].Start, r.t.Tokens[p.last].End
		if origin != none32 {
			at, origin = origin, none32
		}
		if k+1 < len(r.parts) && k+1 >= from.cut && k+1 < from.keep || k+1 < from.drop {
			origin = r.t.Tokens[r.parts[k+1].first].Start
		}
		if split && k == 1 {
			r.put(' ', at, at+1)
		}
		for n, c := range b {
			if kind == Cardinal && !plain && n > 0 && (len(b)-n)%3 == 0 {
				r.put(',', at, end)
			}
			r.put(c, at, end)
		}
		if p.what != mark {
			region.Symbols += len(b)
			if p.spoken {
				region.Spoken += len(b)
			}
		}
	}
	if split {
		region.Kind = Other
	}
	r.edit(int(r.t.Tokens[r.parts[0].first].Start), int(r.t.Tokens[r.parts[len(r.parts)-1].last].End), start, region)
}

const none32 = ^uint32(0)

// put appends one byte that stands for a piece of the text.
func (r *Reader) put(c byte, from, to uint32) {
	r.with = append(r.with, c)
	r.from = append(r.from, from)
	r.to = append(r.to, to)
}

// edit notes that what was put since start stands in the place of a piece of the text.
func (r *Reader) edit(from, to, start int, region Region) {
	// The memory may move while it grows; what was cut from it before stays where it was.
	n := len(r.with)
	r.edits = append(r.edits, scan.Edit{Start: from, End: to, With: r.with[start:n:n], From: r.from[start:n:n], To: r.to[start:n:n]})
	r.found = append(r.found, region)
}

// dropped says which parts of a run are left out for a correction: those before drop, and those from cut to keep.
type dropped struct{ drop, cut, keep int }

// choose picks the reading of a run: a bit for each part with two, and what a correction drops.
func (r *Reader) choose(st *reading, kind Kind) (choice int, d dropped) {
	n := 0
	for k := range r.parts {
		if r.parts[k].alt.len() > 0 {
			n++
		}
	}
	options := []dropped{{}}
	if st.fix > 0 && st.fix < len(r.parts) {
		head, tail := st.fix, len(r.parts)-st.fix
		last := dropped{cut: head - 1, keep: head}
		all := dropped{drop: head}
		if tail >= head {
			options = []dropped{all, last, {}}
		} else {
			options = []dropped{last, all, {}}
		}
	}
	if r.h.Judge == nil || kind != Digits || n == 0 && len(options) == 1 {
		return 0, options[0]
	}
	best := -1
	for _, o := range options {
		for c := range 1 << min(n, alternatives) {
			if score := r.h.Judge(r.readAs(c, o)); score > best {
				best, choice, d = score, c, o
			}
		}
	}
	return choice, d
}

// readAs gives the digits of a reading. They stand in memory that the next call uses again.
func (r *Reader) readAs(choice int, d dropped) []byte {
	end := len(r.digits)
	bit := 0
	for k := range r.parts {
		p := &r.parts[k]
		text := p.text
		if p.alt.len() > 0 {
			if choice>>bit&1 != 0 {
				text = p.alt
			}
			bit++
		}
		if p.what == digit && k >= d.drop && (k < d.cut || k >= d.keep) {
			r.digits = append(r.digits, r.digits[text.start:text.end]...)
		}
	}
	out := r.digits[end:]
	r.digits = r.digits[:end]
	return out
}

// isYear says whether a number is said as years are: "two thousand and twelve".
func (r *Reader) isYear() bool {
	b := r.digits[r.parts[0].text.start:r.parts[0].text.end]
	return len(b) == 4 && (b[0] == '1' && b[1] >= '7' || b[0] == '2' && b[1] == '0' && b[2] < '6')
}

// dayFirst says whether a run behind the name of a month is the day and the year: "march four nineteen eighty four".
func (r *Reader) dayFirst(i int) bool {
	if i == 0 || !r.follows(i-1, i) || !r.is(&r.symbols[i-1], month) || len(r.parts) < 2 {
		return false
	}
	day, rest := r.parts[0].text.len(), 0
	for _, p := range r.parts[1:] {
		rest += p.text.len()
	}
	century := r.digits[r.parts[0].text.start] == '1' && day == 2 && r.digits[r.parts[0].text.start+1] == '9' || day == 2 && r.digits[r.parts[0].text.start] == '2' && r.digits[r.parts[0].text.start+1] == '0'
	return day <= 2 && (rest == 4 || rest == 2 && !century)
}

// ordinal says how many symbols at i make an ordinal number, 0 if they don't.
func (r *Reader) ordinal(i int) int {
	s := &r.symbols[i]
	if _, ok := r.as(s, ordinal, anyLang); ok {
		if _, ok := r.as(s, digit, anyLang); ok {
			return 0 // "um" and the like: no ordinal by itself
		}
		return 1
	}
	n, ok := r.as(s, number, anyLang)
	if !ok || n.value != 20 && n.value != 30 || !r.follows(i, i+1) {
		return 0
	}
	if o, ok := r.as(&r.symbols[i+1], ordinal, n.langs); ok && o.value < 10 && o.value > 0 {
		return 2
	}
	return 0
}

// writeOrdinal writes an ordinal of w symbols at i where it may be the day of a date or the number of a street.
func (r *Reader) writeOrdinal(i, w int) {
	o, _ := r.as(&r.symbols[i+w-1], ordinal, anyLang)
	v := uint64(o.value)
	if w == 2 {
		n, _ := r.as(&r.symbols[i], number, anyLang)
		v += uint64(n.value)
	}
	near := r.nearMonth(i, i+w-1)
	if !near && (!r.h.Small || o.langs&^o.weak == 0 && !r.h.Code) {
		return
	}
	start := len(r.with)
	from, to := r.start(&r.symbols[i]), r.end(&r.symbols[i+w-1])
	r.digits = appendValue(r.digits[:0], v)
	suffix := "th"
	if v < 10 || v > 20 {
		switch v % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	for _, c := range append(r.digits, suffix...) {
		r.put(c, from, to)
	}
	r.edit(int(from), int(to), start, Region{Kind: Other, Symbols: len(r.digits), Spoken: len(r.digits)})
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

// monthNames are the names that the detectors of dates know.
var monthNames = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// foreignMonth writes the month that symbol i names in English where a number stands beside it, unless it is in English.
func (r *Reader) foreignMonth(i int) bool {
	s := &r.symbols[i]
	m, ok := r.as(s, month, anyLang)
	if !ok || m.langs&r.english() != 0 || m.value < 1 || m.value > 12 {
		return false
	}
	const reach = 2
	number := func(k int) bool { return r.isNumber(k) || r.is(&r.symbols[k], ordinal) }
	beside := i > 0 && r.symbols[i-1].last >= s.first-reach && number(i-1) || i+1 < len(r.symbols) && r.symbols[i+1].first <= s.last+reach && number(i+1)
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
func (r *Reader) english() uint32 {
	for i, n := range r.v.names {
		if n == "en" {
			return 1 << i
		}
	}
	return 0
}
