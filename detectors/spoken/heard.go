package spoken

import "slices"

// Digits that a recogniser hears as other words: "won", "to", "ate". Within a number they are read by what stands round them; at its edges nothing
// tells them from what they mean elsewhere but a whole stretch of digits.
const (
	heardLeast   = 4 // words of a stretch in which one was misheard, where an identifier was asked for
	heardShort   = 3 // those of one in which two were, at the end of a text or before a letter
	heardUnasked = 6 // those where none was asked for, and one is no common word
)

// heardCommon are misheard digits that are said everywhere.
var heardCommon = []string{"to", "too", "for"}

// findHeard gives every word that an English digit is misheard as the entry of the digit.
func (v *vocabulary) findHeard() {
	digitOf := func(e *entry) (d uint32, weak bool) {
		for _, s := range e.senses {
			if s.kind == digit && s.langs&v.en != 0 {
				return s.value, s.weak&v.en != 0
			}
		}
		return 0, false
	}
	var digits [10]uint16
	for i := range v.entries {
		if d, weak := digitOf(&v.entries[i]); d > 0 && !weak && digits[d] == 0 {
			digits[d] = uint16(i)
		}
	}
	for i := range v.entries {
		if d, weak := digitOf(&v.entries[i]); weak {
			v.entries[i].heard, v.entries[i].common = digits[d], slices.Contains(heardCommon, v.entries[i].word)
		}
	}
}

// hear takes the words of a stretch of digits that were misheard for the digits.
func (r *Reader) hear() {
	for i := 0; i < len(r.symbols); {
		first, last, next := i, i-1, i
		n, misheard, odd := 0, 0, 0
		for ; next < len(r.symbols) && (next == first || r.symbols[next].joined); next++ {
			s := &r.symbols[next]
			switch {
			case r.heardAs(next) != 0:
				misheard++
				if !r.isCommonAt(next) {
					odd++
				}
			case r.isEnglishDigit(s):
			case n > 0 && r.is(s, pause):
				continue
			default:
				goto end
			}
			last = next
			n++
		}
	end:
		i = max(next, i+1)
		if n > 1 && r.isCommonAt(last) && !r.endsAt(last) { // "one two three four for the first one"
			last--
			n--
			misheard--
		}
		if n > 1 && r.isCommonAt(first) && !r.startsAt(first) && r.isEnglishDigit(&r.symbols[first+1]) { // "I changed it to eight eight one three"
			first++
			n--
			misheard--
		}
		if misheard > 0 && (n >= heardUnasked && odd > 0 || (n >= heardLeast || n >= heardShort && misheard > 1 && (r.endsAt(last) || r.isCharacter(last+1))) && r.told(HintCode)) {
			for k := first; k <= last; k++ {
				if e := r.heardAs(k); e != 0 {
					r.symbols[k].entry = e
					r.symbols[k].kinds = r.kinds(&r.symbols[k])
				}
			}
		}
	}
}

// heardAs is the entry of the digit that is misheard as symbol k, or 0.
func (r *Reader) heardAs(k int) uint16 {
	if r.symbols[k].phrase >= 0 {
		return 0
	}
	return r.v.entries[r.symbols[k].entry].heard
}

// isCommonAt says whether symbol k is a word that is said everywhere.
func (r *Reader) isCommonAt(k int) bool {
	return r.symbols[k].phrase < 0 && r.v.entries[r.symbols[k].entry].common
}

// endsAt says whether no other word comes right behind symbol k.
func (r *Reader) endsAt(k int) bool {
	next := int(r.symbols[k].last) + 1
	return next >= len(r.t.Tokens) || !r.joins(int(r.end(&r.symbols[k])), int(r.t.Tokens[next].Start))
}

// startsAt says whether no other word stands right before symbol k.
func (r *Reader) startsAt(k int) bool {
	before := int(r.symbols[k].first) - 1
	return before < 0 || !r.joins(int(r.t.Tokens[before].End), int(r.start(&r.symbols[k])))
}

// isEnglishDigit says whether a symbol is a digit or a number that is said in English and means nothing else, or a zero.
func (r *Reader) isEnglishDigit(s *symbol) bool {
	if s.char == 'o' {
		return true
	}
	list := r.senses(s)
	for i := range list {
		if x := &list[i]; (x.kind == digit || x.kind == number || x.kind == times) && x.langs&r.v.en != 0 && (x.weak&r.v.en == 0 || x.value == 0) {
			return true
		}
	}
	return false
}

// isHesitation says whether symbol k, a digit of some language and a filler of English, is no digit because the digits that follow are English alone:
// "um", one in Portuguese, in "um zero zero nine".
func (r *Reader) isHesitation(k int) bool {
	const reach = 8
	s := &r.symbols[k]
	if !s.kinds.has(digit) || !s.kinds.has(filler) && !s.kinds.has(hesitation) {
		return false // most often
	}
	d, _ := r.as(s, digit, anyLang)
	if d.langs&r.v.english != 0 {
		return false
	}
	for j := k + 1; j <= k+reach && j < len(r.symbols) && r.follows(j-1, j); j++ {
		_, english := r.as(&r.symbols[j], digit, r.v.english)
		_, other := r.as(&r.symbols[j], digit, d.langs)
		switch {
		case english && !other:
			return true
		case other && !english && !r.symbols[j].kinds.has(filler), !english && !other && !r.symbols[j].kinds.has(filler) && !r.symbols[j].kinds.has(hesitation):
			return false
		}
	}
	return false
}
