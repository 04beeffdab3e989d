package spoken

import (
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// local finds where the local part begins that ends with a token, -1 if there is none. Letters, numbers and what marks join belong to
// it; of other words a few do, up to one that no address begins with.
func (r *Reader) local(end int) (first int) {
	first = -1
	plain, joined := 0, false // joined: the token behind is a mark
	for k := end; k >= 0 && end-k < localMost && !r.isTaken(k); k-- {
		if k < end && !r.gap(k) {
			break
		}
		s := r.symbolTo(k)
		switch {
		case k == end && s != nil && r.isPause(s):
			end--
		case s == nil && r.isContraction(k):
			return first
		case s == nil:
			if t := &r.t.Tokens[k]; t.Shape&scan.Digit == 0 && !joined && k > 0 && r.isExplanation(k) {
				joined = false
				continue // the word behind "as in"
			}
			if !joined {
				if plain++; plain > plainMost || k < end && !r.isOneSpace(k) {
					return first
				}
			}
			joined = false
			first = k
		case s.kind == none && s.entry == 0 && s.char == 0, k < end && s.char == 0 && !joined && !r.isOneSpace(k) && !r.isNumber(int(r.at[s.first])) && !r.isSureMark(s):
			return first
		case k == end && r.isForeignWord(s):
			plain++
			k = int(s.first)
			first = k
		case k > 1 && s.first == s.last && !joined && r.isExplanation(k):
			continue // the word behind "as in"
		case r.isMark(s):
			joined = true
			k = int(s.first)
		case joined && s.char == 0 && !r.is(s, digit) && !r.is(s, number):
			joined = false
			k = int(s.first)
			first = k
		case k > 0 && k < end && (r.is(s, asIn) || r.is(s, like)) && r.explains(s, k):
			k = int(s.first)
		case s.kind != none, s.char != 0, r.is(s, digit), r.is(s, number), r.is(s, times), r.is(s, letter) && !r.is(s, stop), r.is(s, phonetic):
			if r.is(s, stop) && s.char == 0 && !r.is(s, number) && !joined && !r.isSaidBeside(s) && !r.isAmongLetters(s) {
				return first
			}
			joined = false
			k = int(s.first)
			first = k
		case r.is(s, asIn):
			joined = false
			k = int(s.first)
		case r.is(s, stop) && r.isMarked(int(s.first)), r.is(s, and) && k < end && r.isWithinNumber(s): // "grace dot will", "two thousand and one"
			k = int(s.first)
			first = k
		case r.is(s, stop), r.is(s, at):
			return first
		case r.is(s, filler), r.is(s, hesitation):
			k = int(s.first)
		default:
			if plain++; plain > plainMost {
				return first
			}
			joined = false
			k = int(s.first)
			first = k
		}
	}
	return first
}

// isPause says whether a symbol is a hesitation that is no word: "smith um at".
func (r *Reader) isPause(s *symbol) bool {
	return s.first == s.last && r.is(s, filler) && slices.ContainsFunc(pauses, func(w string) bool { return strings.EqualFold(w, string(r.text(s.first))) })
}

var pauses = []string{"uh", "um", "er", "erm", "uhm", "hmm", "eh", "ah", "äh", "ähm", "euh", "ehm"}

// isContraction says whether token k is what an apostrophe leaves of a verb: "they're", "mine's".
func (r *Reader) isContraction(k int) bool {
	t := &r.t.Tokens[k]
	if t.Start < 2 || t.Len() > 2 || r.b[t.Start-1] != '\'' {
		return false
	}
	switch r.b[t.Start] | 0x20 {
	case 's', 'r', 'l', 'v', 'm', 'd', 't':
		return true
	}
	return false
}

// isMarked says whether a mark, and something before it, stands right before a token.
func (r *Reader) isMarked(k int) bool {
	s := r.symbolTo(k - 1)
	return s != nil && s.first > 0 && r.isMark(s) && r.gap(k-1)
}

// isSaidBeside says whether a zero stands beside a number or a word that repeats it: "double oh seven".
func (r *Reader) isSaidBeside(s *symbol) bool {
	if !r.is(s, digit) {
		return false
	}
	if x := r.symbolTo(int(s.first) - 1); x != nil && (r.is(x, times) || r.isNumber(int(r.at[x.first]))) {
		return true
	}
	x := r.symbolAt(int(s.last) + 1)
	return x != nil && r.isNumber(int(r.at[x.first]))
}

// smallWords are the kinds of words that addresses don't consist of.
const smallWords kindSet = 1<<stop | 1<<filler | 1<<hesitation | 1<<fix | 1<<like

// isForeignWord says whether a symbol is a small word of another language alone and so may be a name in English: "ben", "mia".
func (r *Reader) isForeignWord(s *symbol) bool {
	return s.char == 0 && s.kinds&smallWords != 0 && s.kinds&^smallWords == 0 &&
		!slices.ContainsFunc(r.senses(s), func(x sense) bool { return x.langs&r.english() != 0 })
}

// isAmongLetters says whether a digit that is another word, too, stands between single letters: "a un b".
func (r *Reader) isAmongLetters(s *symbol) bool {
	before, behind := r.symbolTo(int(s.first)-1), r.symbolAt(int(s.last)+1)
	return r.is(s, digit) && before != nil && before.char != 0 && behind != nil && behind.char != 0
}

// isOneSpace says whether a single space stands between token k and the next: a sentence may end at anything else.
func (r *Reader) isOneSpace(k int) bool {
	at := r.t.Tokens[k].End
	return r.t.Tokens[k+1].Start == at+1 && r.b[at] == ' '
}

// isMark says whether a symbol is a mark that stands within addresses.
func (r *Reader) isMark(s *symbol) bool {
	m, ok := r.as(s, mark, anyLang)
	return ok && (m.value == '.' || m.value == '-' || m.value == '_' || m.value == '+' || m.value == '!')
}

// isSureMark says whether a symbol is a mark that stands within addresses and no other word.
func (r *Reader) isSureMark(s *symbol) bool {
	m, _ := r.as(s, mark, anyLang)
	return r.isMark(s) && m.langs&^m.weak != 0
}

// isWithinNumber says whether hundreds or thousands stand before a symbol and a number behind it.
func (r *Reader) isWithinNumber(s *symbol) bool {
	before, behind := r.symbolTo(int(s.first)-1), r.symbolAt(int(s.last)+1)
	return before != nil && (r.is(before, scale) || r.is(before, hundred)) && behind != nil && r.isNumber(int(r.at[behind.first]))
}

// explains says whether a symbol that ends with token k stands between a letter and the word that explains it.
func (r *Reader) explains(s *symbol, k int) bool {
	l := r.symbolTo(int(s.first) - 1)
	return l != nil && l.char != 0 && k+1 < len(r.t.Tokens) && (r.is(s, asIn) || l.char == r.b[r.t.Tokens[k+1].Start]|0x20)
}

// isExplanation says whether token k explains the letter before: "s as in sam".
func (r *Reader) isExplanation(k int) bool {
	s := r.symbolTo(k - 1)
	if s == nil || s.first == 0 || !r.is(s, asIn) && !r.is(s, like) {
		return false
	}
	l := r.symbolTo(int(s.first) - 1)
	return l != nil && l.char != 0 && (r.is(s, asIn) || l.char == r.b[r.t.Tokens[k].Start]|0x20)
}
