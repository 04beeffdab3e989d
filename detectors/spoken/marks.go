package spoken

import "github.com/sonexlabs/tacet/detectors/scan"

// marked reads a mark between two parts, or a plus before the first.
func (r *Reader) marked(k int, st *reading) int {
	s := &r.symbols[k]
	m, ok := r.as(s, mark, anyLang)
	if !ok || !isRunMark(byte(m.value)) || !r.follows(k, k+1) {
		return 0
	}
	if len(r.parts) == 0 && m.value == '+' && r.isCountryCode(k+1, m.langs) {
		r.push(part{first: s.first, last: s.last, what: mark, spoken: true, text: r.say([]byte{'+'})}, st)
		return 1
	}
	if !r.begins(k+1) && !r.isNumberOf(k+1, st) && (m.value != ':' && m.value != '-' || !r.isBetweenMarks(k+1)) {
		return 0
	}
	if len(r.parts) == 0 {
		if m.value != '+' || !r.isNumber(k+1) {
			return 0
		}
	} else {
		last := &r.parts[len(r.parts)-1]
		if last.what == mark || m.value == '+' || m.langs&^m.weak == 0 && (last.what != digit || !r.isNumber(k+1) && !r.isNumberOf(k+1, st) && r.symbols[k+1].char != 'o') {
			return 0
		}
	}
	r.push(part{first: s.first, last: s.last, what: mark, spoken: true, text: r.say([]byte{byte(m.value)})}, st)
	return 1
}

// isCountryCode says whether symbol k is a digit in one of some languages, if a word that means something else as well, and a number follows.
func (r *Reader) isCountryCode(k int, langs uint32) bool {
	d, ok := r.as(&r.symbols[k], digit, langs&^r.english())
	return ok && d.langs&langs&^r.english() != 0 && r.follows(k, k+1) && r.isNumber(k+1)
}

// isRunMark says whether a mark stands within numbers and codes.
func isRunMark(c byte) bool {
	return c == '.' || c == '-' || c == ',' || c == '/' || c == '+' || c == ':'
}

// isBetweenMarks says whether symbol k is one of two letters or digits between marks, as in the address of a device: "one a colon a zero
// colon".
func (r *Reader) isBetweenMarks(k int) bool {
	if !r.seen.has(mark) || r.symbols[k].char == 0 {
		return false
	}
	first, last := k, k
	if r.isCharacter(k-1) && r.follows(k-1, k) {
		first--
	} else if r.follows(k, k+1) && r.isCharacter(k+1) {
		last++
	}
	left, right := r.joinsAt(first-1), r.joinsAt(last+1)
	return last > first && (left && right || left && r.ends(r.symbols[last].last) || right && r.follows(last+1, last+2) && r.isCharacter(last+2))
}

// isCharacter says whether symbol k is a letter or a digit.
func (r *Reader) isCharacter(k int) bool {
	return k >= 0 && k < len(r.symbols) && (r.symbols[k].char != 0 || r.is(&r.symbols[k], digit) && r.isNumber(k))
}

// joinsAt says whether symbol k is a colon or a dash that is said and stands right beside what is before it or behind it.
func (r *Reader) joinsAt(k int) bool {
	if k < 0 || k >= len(r.symbols) {
		return false
	}
	m, _ := r.as(&r.symbols[k], mark, anyLang)
	return m.value == ':' || m.value == '-'
}

// keepSeparator keeps what stands between two written numbers, as in 3.5 and 12/03.
func (r *Reader) keepSeparator(k int, st *reading) {
	if len(r.parts) == 0 || r.parts[len(r.parts)-1].what != digit || r.parts[len(r.parts)-1].spoken {
		return
	}
	from, to := r.t.Tokens[st.last].End, r.start(&r.symbols[k])
	if to-from != 1 {
		return
	}
	if c := r.b[from]; c == '.' || c == '/' || c == '-' {
		r.push(part{first: st.last, last: st.last, what: mark, text: r.say([]byte{c})}, st)
	}
}

// isBehindPoint says whether a point or a comma is said before a run of digits, and before that a number that is another word, too: "um vírgula
// zero dois".
func (r *Reader) isBehindPoint() bool {
	k := r.parts[0].symbol
	if k < 2 || !r.symbols[k].joined || !r.symbols[k-1].joined {
		return false
	}
	m, _ := r.as(&r.symbols[k-1], mark, anyLang)
	if m.value != ',' && m.value != '.' {
		return false
	}
	_, ok := r.cardinal(k-2, m.langs&^r.english())
	return ok
}

// isFraction says whether a run is two numbers with a stroke between them, and one of them is said in hundreds or more: "5000 by 12356".
func (r *Reader) isFraction() bool {
	return len(r.parts) == 3 && r.parts[1].what == mark && r.digits[r.parts[1].text.start] == '/' && (r.parts[0].scale || r.parts[2].scale) && !r.isNear()
}

// isWithinWord says whether a run ends with a number that is the first part of a longer word: "huszonegy háromezer-négyszáznegyvenharmad".
func (r *Reader) isWithinWord(st *reading) bool {
	last := &r.symbols[r.parts[len(r.parts)-1].symbol]
	at := int(r.end(last))
	return last.kind == glued && last.last == st.last && at+1 < len(r.b) && r.b[at] == '-' && scan.IsWordByte(r.b[at+1])
}
