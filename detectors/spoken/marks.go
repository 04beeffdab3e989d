package spoken

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

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
	if !r.begins(k+1) && !r.isNumberOf(k+1, st) && !(m.value == ':' && (r.isColon(k+1) || r.isSecondColon(&m) && r.symbols[k+1].char != 0)) && (m.value != ':' && m.value != '-' || !r.isBetweenMarks(k+1)) {
		return 0
	}
	switch n := len(r.parts); {
	case n == 0 && m.value == '-' && r.begins(k+1) && r.town(s.first-1, m.langs, st):
	case n == 0:
		if m.value != '+' || !r.isNumber(k+1) {
			return 0
		}
	case r.parts[n-1].what == mark && !r.isSecondColon(&m), m.value == '+', m.langs&^m.weak == 0 && !r.joinsWeakly(&r.parts[n-1], k+1, st):
		return 0
	}
	r.push(part{first: s.first, last: s.last, what: mark, spoken: true, text: r.say([]byte{byte(m.value)})}, st)
	return 1
}

// joinsWeakly says whether a word that is mostly no mark is one between a part and symbol k: numbers stand on both sides, or a letter before it,
// and where a code was asked for one behind it, too: "c r stroke nine", "quarenta e quatro traço x b".
func (r *Reader) joinsWeakly(last *part, k int, st *reading) bool {
	if last.what != digit && (!last.isLetter() || r.endsInUnit()) {
		return false
	}
	return r.isNumber(k) || r.isNumberOf(k, st) || r.symbols[k].char == 'o' || r.symbols[k].char != 0 && r.told(HintCode)
}

// endsInUnit says whether the parts so far end with a unit or a zone of time: "g m t".
func (r *Reader) endsInUnit() bool {
	n := len(r.parts)
	for n > 0 && r.parts[n-1].isLetter() {
		n--
	}
	return isInitialism(r, r.parts[n:], units)
}

// town reads a token before a dash for the letters of a town on a plate, if a code was asked for: "do strich y y vier". Recognisers write such
// letters as a word.
func (r *Reader) town(token int32, langs uint32, st *reading) bool {
	const longest = 3
	if token < 0 || r.symbolBehind(token) < 0 {
		return false
	}
	t := &r.t.Tokens[token]
	if !t.IsWord() || t.Shape&scan.High != 0 || t.Len() < 2 || t.Len() > longest || r.isTaken(int(token)) || !r.told(HintCode) {
		return false
	}
	for i := range r.symbols {
		if s := &r.symbols[i]; s.first <= token && s.last >= token && slices.ContainsFunc(r.senses(s), func(x sense) bool { return x.langs&langs != 0 && x.kind != letter }) {
			return false
		}
	}
	r.push(part{first: token, last: token, what: letter, text: r.say(r.text(token))}, st)
	return true
}

// isLetter says whether a part is a letter that was said by itself.
func (p *part) isLetter() bool { return p.what == letter && p.spoken }

// isColon says whether symbol k is a colon that is said.
func (r *Reader) isColon(k int) bool {
	m, _ := r.as(&r.symbols[k], mark, anyLang)
	return m.value == ':'
}

// isSecondColon says whether m is a colon right behind another one, as in the address of a network: "two thousand and one colon colon one".
func (r *Reader) isSecondColon(m *sense) bool {
	n := len(r.parts)
	return m.value == ':' && n > 1 && r.digits[r.parts[n-1].text.start] == ':' && r.parts[n-2].what != mark
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
