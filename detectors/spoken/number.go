package spoken

import (
	"strconv"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// cardinal is one number as it is said, of one or several words.
type cardinal struct {
	value uint64
	width int // symbols
	langs uint32
	own   uint32 // languages of all of its words
	weak  bool   // all of its words mean something else as well
	scale bool   // there is a word for hundreds or more in it
	// If cut is above 0 the words from there on may be a number of their own: "twenty five" is 25 or 20 and 5.
	cut, head, tail uint64
}

// below100 reads a number below a hundred at symbol i, or a longer one that is a single word.
func (r *Reader) below100(i int, langs uint32) (c cardinal, ok bool) {
	if i >= len(r.symbols) {
		return c, false
	}
	s := &r.symbols[i]
	if s.kind == glued {
		v, l := r.gluedNumber(&r.t.Tokens[s.first])
		return cardinal{value: v, width: 1, langs: langs & l, own: l, scale: v >= 100}, v > 0 && langs&l != 0
	}
	if d, ok := r.as(s, digit, langs); ok {
		c = cardinal{value: uint64(d.value), width: 1, langs: r.narrow(langs, d.langs), own: d.langs, weak: d.langs&^d.weak == 0}
		if c.value > 0 { // vier und zwanzig
			if k := i + 1; r.follows(i, k) && r.follows(k, k+1) {
				if j, ok := r.as(&r.symbols[k], and, c.langs); ok && j.value == andUnits {
					if n, ok := r.as(&r.symbols[k+1], number, c.langs); ok && n.value%10 == 0 && n.value < 100 {
						return cardinal{value: c.value + uint64(n.value), width: 3, langs: r.narrow(c.langs, n.langs), own: c.own & n.langs}, true
					}
				}
			}
		}
		return c, true
	}
	n, ok := r.as(s, number, langs)
	if !ok {
		return c, false
	}
	c = cardinal{value: uint64(n.value), width: 1, langs: r.narrow(langs, n.langs), own: n.langs, weak: n.langs&^n.weak == 0}
	if n.value >= 100 || n.value%10 != 0 || n.value < 20 {
		c.scale = n.value >= 100 && n.value%100 == 0
		return c, true
	}
	k := i + 1
	if !r.follows(i, k) || c.langs&^r.v.unitsFirst == 0 {
		return c, true
	}
	if j, ok := r.as(&r.symbols[k], and, c.langs); ok && j.value == andTens && r.follows(k, k+1) {
		k++
	}
	if d, ok := r.as(&r.symbols[k], digit, c.langs); ok && d.value > 0 && (d.langs&^d.weak != 0 || d.langs&c.own&^r.english() != 0 || k > i+1) {
		c.cut, c.head, c.tail = 1, c.value, uint64(d.value)
		if k > i+1 {
			c.cut = 0
		}
		c.value += uint64(d.value)
		c.width, c.langs, c.own, c.weak = k-i+1, r.narrow(c.langs, d.langs), c.own&d.langs, false
		return c, true
	}
	// soixante-dix, quatre-vingt-onze
	if d, ok := r.as(&r.symbols[k], number, c.langs); ok && d.value >= 10 && d.value < 20 && (c.value == 60 || c.value == 80) && d.langs&r.french() != 0 {
		if k == i+1 {
			c.cut, c.head, c.tail = 1, c.value, uint64(d.value)
		}
		c.value += uint64(d.value)
		c.width, c.langs, c.own, c.weak = k-i+1, r.narrow(c.langs, d.langs), c.own&d.langs, false
	}
	return c, true
}

// lastBelow100 reads what ends a number behind hundreds or thousands at symbol i: a number below a hundred, in some languages an
// ordinal, as in the names of years.
func (r *Reader) lastBelow100(i int, langs uint32) (c cardinal, ok bool) {
	c, ok = r.below100(i, langs)
	if ok && c.width == 1 && c.value > 1 && c.value < 10 && c.langs&^r.v.shortTens == 0 && r.follows(i, i+1) {
		if u, ok := r.as(&r.symbols[i+1], digit, c.langs); ok && u.value > 0 && !r.isSequence(i+1, cardinal{value: 1, width: 1, langs: c.langs}) {
			c.value, c.width, c.weak = c.value*10+uint64(u.value), 2, false // "tám tư"
		}
	}
	if langs&r.v.inflected == 0 || i >= len(r.symbols) {
		return c, ok
	}
	if ok {
		if c.width == 1 && c.value >= 20 && c.value < 100 && c.value%10 == 0 && r.follows(i, i+1) {
			if u, ok := r.as(&r.symbols[i+1], ordinal, c.langs&r.v.inflected); ok && u.value > 0 && u.value < 10 {
				c.value, c.width, c.langs, c.own = c.value+uint64(u.value), 2, c.langs&u.langs, c.own&u.langs
			}
		}
		return c, true
	}
	o, ok := r.as(&r.symbols[i], ordinal, langs&r.v.inflected)
	if !ok {
		return c, false
	}
	c = cardinal{value: uint64(o.value), width: 1, langs: langs & o.langs, own: o.langs}
	if o.value >= 20 && o.value%10 == 0 && r.follows(i, i+1) {
		if u, ok := r.as(&r.symbols[i+1], ordinal, c.langs); ok && u.value > 0 && u.value < 10 {
			c.value += uint64(u.value)
			c.width++
		}
	}
	return c, true
}

// french is the languages that count on beyond sixty: those with a table named fr.
func (r *Reader) french() uint32 { return r.v.fr }

// cardinal reads a number at symbol i: "nine", "twenty five", "two thousand three hundred and forty five".
func (r *Reader) cardinal(i int, langs uint32) (c cardinal, ok bool) {
	const most = 12 // zeros
	c, ok = r.below1000(i, langs)
	if !ok {
		if c, ok = r.bareScale(i, langs); !ok {
			return c, false
		}
	}
	whole, weakScale := c, false
	total, limit := uint64(0), uint64(1)<<62
	for {
		k := i + whole.width
		if c.value > 999 && c.value%1000 == 0 && c.width == 1 && r.symbols[k-1].kind == glued {
			total, limit = total+c.value, 1000 // "viertausend achthundert", also behind millions
		} else {
			if c.width > 0 && !r.follows(k-1, k) || c.value == 0 {
				break
			}
			z, ok := r.as(&r.symbols[k], scale, c.langs)
			if !ok || z.value > most || pow10(z.value) >= limit {
				break
			}
			weakScale = z.langs&^z.weak == 0 && c.own&z.langs == 0 // "to Arab"
			limit = pow10(z.value)
			total += c.value * limit
			whole.width++
			c.langs, c.own = r.narrow(c.langs, z.langs), c.own&z.langs
			k++
		}
		whole.weak = whole.weak && (whole.width == 1 || weakScale)
		whole.scale = !whole.weak
		c = cardinal{langs: c.langs, own: c.own}
		if !r.follows(k-1, k) {
			break
		}
		joined := false
		if _, ok := r.as(&r.symbols[k], and, c.langs); ok && r.follows(k, k+1) {
			k++
			joined = true
		}
		next, ok := r.below1000(k, c.langs)
		if !ok {
			next, ok = r.lastBelow100(k, c.langs)
		}
		if !ok && limit > 1000 {
			next, ok = r.bareScale(k, c.langs) // "um milhão mil e cem"
		}
		if !ok || next.value >= limit || next.value == 0 || next.weak && !next.scale && (next.own&r.english() != 0 || next.own&c.own == 0) || !joined && r.isSequence(k, next) {
			break
		}
		whole.width, whole.weak, whole.scale = k-i+next.width, false, true
		next.own &= c.own
		c = next
	}
	if limit < 1<<62 {
		whole.value, whole.langs, whole.own, whole.cut = total+c.value, c.langs, c.own, 0
	}
	return whole, true
}

// bareScale says whether symbol i is a word for a thousand that needs no "one" before it: "mille". It counts for nothing yet.
func (r *Reader) bareScale(i int, langs uint32) (c cardinal, ok bool) {
	if i >= len(r.symbols) {
		return c, false
	}
	z, ok := r.as(&r.symbols[i], scale, langs&^r.v.english)
	if !ok || z.value != 3 {
		return c, false
	}
	return cardinal{value: 1, langs: langs & z.langs &^ r.v.english, own: z.langs, weak: z.langs&^z.weak&^r.v.english == 0}, true
}

// isSequence says whether a single digit at symbol k is one of several read one by one.
func (r *Reader) isSequence(k int, c cardinal) bool {
	if c.value >= 10 || c.width != 1 || !r.follows(k, k+1) || !r.is(&r.symbols[k], digit) {
		return false
	}
	_, ok := r.as(&r.symbols[k+1], digit, c.langs)
	return ok
}

// below1000 reads what may stand before "thousand". "nineteen hundred" is one, too.
func (r *Reader) below1000(i int, langs uint32) (c cardinal, ok bool) {
	if c, ok = r.below100(i, langs); !ok {
		if i < len(r.symbols) {
			if h, ok := r.as(&r.symbols[i], hundred, langs); ok {
				c = cardinal{value: 100, width: 1, langs: r.narrow(langs, h.langs), own: h.langs, scale: h.langs&^h.weak != 0, weak: true}
				return r.overHundred(i, c), true
			}
		}
		return c, false
	}
	k := i + c.width
	if r.follows(k-1, k) && (c.value > 0 && c.value < 100 || c.value == 0 && c.langs&^r.v.shortTens == 0) {
		if h, ok := r.as(&r.symbols[k], hundred, c.langs); ok && !(h.langs&^h.weak == 0 && c.own&r.english() != 0 && !r.goesOn(k, h.langs)) {
			c = cardinal{value: c.value * 100, width: c.width + 1, langs: r.narrow(c.langs, h.langs), own: c.own & h.langs, scale: true}
			return r.overHundred(i, c), true
		}
	}
	if c.scale && c.value%100 == 0 {
		return r.overHundred(i, c), true
	}
	return c, true
}

// goesOn says whether a number that isn't English, too, stands behind symbol k in one of some languages: "six cent douze", not "six cents".
func (r *Reader) goesOn(k int, langs uint32) bool {
	if !r.follows(k, k+1) {
		return false
	}
	list := r.senses(&r.symbols[k+1])
	for i := range list {
		if x := &list[i]; (x.kind == digit || x.kind == number || x.kind == scale) && x.langs&langs != 0 && x.langs&r.english() == 0 {
			return true
		}
	}
	return false
}

// overHundred reads on behind hundreds: "and forty five", "one" in "nine hundred one".
func (r *Reader) overHundred(i int, c cardinal) cardinal {
	k := i + c.width
	if !r.follows(k-1, k) {
		return c
	}
	joined := false
	if _, ok := r.as(&r.symbols[k], and, c.langs); ok && r.follows(k, k+1) {
		k++
		joined = true
	}
	next, ok := r.lastBelow100(k, c.langs)
	if !ok || next.value >= 100 || next.value == 0 || next.weak && (next.own&r.english() != 0 || next.own&c.own == 0) || !joined && next.width == 1 && r.isSequence(k, next) {
		return c
	}
	if !joined {
		c.cut, c.head, c.tail = uint64(c.width), c.value, next.value
	}
	c.value += next.value
	c.width, c.langs, c.own, c.weak, c.scale = k-i+next.width, next.langs, c.own&next.own, false, true
	return c
}

func pow10(n uint32) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// gluedNumber reads a number that is one word of several parts, as German writes it: "vierundzwanzig". It gives the value, or 0.
func (r *Reader) gluedNumber(t *scan.Token) (value uint64, langs uint32) {
	const longest = 96
	b := r.b[t.Start:t.End]
	if len(b) > longest || !r.v.starts.has(b) {
		return 0, 0
	}
	return r.glue(b, gluing{}, r.v.glued)
}

// glue reads the parts that b consists of behind those in g, the longest words first. An Italian word may lack its last vowel.
func (r *Reader) glue(b []byte, g gluing, langs uint32) (uint64, uint32) {
	if len(b) == 0 {
		if g.parts < 2 || g.open {
			return 0, 0
		}
		return g.total + g.part, langs
	}
	for n := min(len(b), r.v.lengths[1]); n >= r.v.lengths[0]; n-- {
		list := r.v.entries[r.v.lookup(b[:n])].senses
		for i := range list {
			s := &list[i]
			if k := s.kind; s.langs&langs == 0 || k != digit && k != number && k != hundred && k != scale && k != and {
				continue
			}
			more := g
			if more.add(*s) {
				if v, l := r.glue(b[n:], more, langs&s.langs); v > 0 {
					return v, l
				}
			}
		}
	}
	return 0, 0
}

// gluing is a number while its parts are put together.
type gluing struct {
	total, part, units uint64
	parts              int
	open               bool // a part must follow
}

// add puts the next part on, and says whether it fits.
func (g *gluing) add(s sense) bool {
	v := uint64(s.value)
	g.open = false
	g.parts++
	switch s.kind {
	case and:
		g.open = true
		return g.parts > 1
	case hundred:
		if g.part >= 100 {
			return false
		}
		g.part, g.units = max(g.part, 1)*100, 0
		return true
	case scale:
		if v > 6 || g.total > 0 {
			return false
		}
		g.total, g.part, g.units = g.total+max(g.part, 1)*pow10(s.value), 0, 0
		return true
	}
	switch low := g.part % 100; {
	case v >= 1000 || v == 0:
		return false
	case g.units > 0 && v%10 == 0 && v < 100: // vier und zwanzig
		g.part += v
		g.units = 0
	case v < 10 && low == 0:
		g.part += v
		g.units = v
	case v < 100 && low == 0, v < 1000 && g.part == 0, v < 10 && low >= 20 && low%10 == 0:
		g.part += v
		g.units = 0
	case g.part >= 10 && g.part < 100 && v >= 10 && v < 100 && g.total == 0: // neunzehn vierundachtzig
		g.part = g.part*100 + v
		g.units = 0
	case g.part >= 10 && g.part < 20 && v < 10 && g.total == 0:
		g.part = g.part*100 + v
		g.units = v
	default:
		return false
	}
	return true
}

// digitRow reads a word that consists of digits, a syllable each. It appends them to dst; n is their number, 0 if it is no such word.
func (r *Reader) digitRow(dst []byte, t *scan.Token) (digits []byte, n int) {
	const syllable = 3 // bytes
	b := r.b[t.Start:t.End]
	if len(b)%syllable != 0 {
		return dst, 0
	}
	for at := 0; at < len(b); at += syllable {
		s, ok := r.syllable(b[at : at+syllable])
		switch {
		case !ok || s.kind == and && (at == 0 || at+syllable == len(b)):
			return dst, 0
		case s.kind == digit:
			dst = append(dst, byte('0'+s.value))
			n++
		}
	}
	return dst, n
}

// gluedDigits reads digits that a recogniser writes as one word though they are no number: "dreisieben". It appends them to dst, and gives how many
// they are and the languages.
func (r *Reader) gluedDigits(dst, b []byte) (digits []byte, n int, langs uint32) {
	const longest = 64
	if len(b) > longest {
		return dst, 0, 0
	}
	digits, langs = r.gluedOn(dst, b, r.v.glued)
	if langs == 0 {
		return dst, 0, 0
	}
	return digits, len(digits) - len(dst), langs
}

// gluedOn goes on with what is left of a word of digits in some languages; it gives none if it is no such word.
func (r *Reader) gluedOn(dst, b []byte, langs uint32) ([]byte, uint32) {
	if len(b) == 0 {
		return dst, langs
	}
	for w := min(len(b), r.v.lengths[1]); w >= r.v.lengths[0]; w-- {
		list := r.v.entries[r.v.lookup(b[:w])].senses
		for i := range list {
			if s := &list[i]; s.kind == digit && s.langs&langs != 0 && (s.langs&langs&^s.weak != 0 || s.value == 0) {
				if digits, l := r.gluedOn(append(dst, byte('0'+s.value)), b[w:], langs&s.langs); l != 0 {
					return digits, l
				}
			}
		}
	}
	return dst, 0
}

// syllable gives the meaning of a syllable in a row of digits: a digit, or "and" for what separates groups.
func (r *Reader) syllable(b []byte) (s sense, ok bool) {
	list := r.v.entries[r.v.lookup(b)].senses
	for i := range list {
		if list[i].langs&r.v.syllables != 0 && (list[i].kind == digit || list[i].kind == and) {
			return list[i], true
		}
	}
	return s, false
}

func appendValue(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }

// isSaid says whether a word that commonly means something else is a digit here: "oh", "for", "do".
func (r *Reader) isSaid(k int, c *cardinal, st *reading) bool {
	if !c.weak {
		return true
	}
	if c.width == 1 && r.symbols[k].char == 'o' {
		return false // zeroLetter has said no
	}
	if c.scale {
		h, ok := r.as(&r.symbols[k], hundred, anyLang)
		return len(r.parts) == 0 && (!ok || h.langs&^h.weak != 0) // "a hundred"
	}
	own := c.own & c.langs
	foreign := own &^ r.english()
	if c.own&r.english() == 0 && foreign != 0 && !(c.value == 1 && r.isWeakMonth(k+c.width)) && r.monthNear(k, k+c.width-1, foreign) {
		return true
	}
	if next := int(r.symbols[k+c.width-1].last) + 1; foreign != 0 && c.value > 1 && c.own&r.english() == 0 && next < len(r.t.Tokens) && r.t.Tokens[next].Bits&r.h.Lead != 0 {
		return true
	}
	if foreign != 0 && c.value > 0 && c.own&r.english() == 0 && r.t.Said&r.h.Lead != 0 && r.isHouseOf(k, c) {
		return true
	}
	if foreign != 0 && c.own&r.english() == 0 && c.value < 100 && r.isBehindLetter(k, c.width, foreign, st) {
		return true
	}
	behind := r.digitsBehind(k+c.width, c)
	before, spoken := uint32(0), 0
	if n := len(r.parts); n > 1 && r.parts[n-1].what == mark && r.parts[n-2].what == digit && r.parts[n-2].spoken {
		before = r.parts[n-2].langs & foreign
	} else if n > 0 && r.parts[n-1].what == digit && r.parts[n-1].spoken {
		if before = r.parts[n-1].langs; before&r.english() != 0 && (r.isEnglishFiller(k) || !r.told(HintCode)) {
			before &= r.english()
		}
		for _, p := range r.parts {
			if p.spoken && p.what == digit {
				spoken++
				if p.langs&r.english() == 0 && st.own&r.english() == 0 {
					before |= p.langs & foreign // "nau aath do ek zero zero zero ek do teen"
				}
			}
		}
	} else if n > 0 && r.parts[n-1].what == digit && foreign != 0 && r.told(HintCode) && (r.isNumberIn(&r.symbols[k], foreign, false) && r.follows(k, k+1) && r.symbols[k+1].kind != numeral && r.isNumberIn(&r.symbols[k+1], foreign, false)) {
		before = foreign // "4111 elf elf"
	}
	switch {
	case c.value == 0:
		if n := len(r.parts); n > 1 && r.parts[n-1].what == mark {
			return r.parts[n-2].what == digit
		}
		if r.told(HintCode) || r.told(HintOpen) {
			n := k + c.width
			for r.follows(n-1, n) && r.isEnglishFiller(n) {
				n++ // "oh, er, seven"
			}
			if behind |= r.digitsBehind(n, c); n == k+c.width && int(r.symbols[n-1].last) == len(r.t.Tokens)-1 && r.told(HintOpen) {
				return true // the turn ends with it
			}
		}
	case r.soundsLike(k, own):
		// "to", "for": between single digits, or at their end.
		n := k + c.width
		single := before&c.langs != 0 && r.parts[len(r.parts)-1].text.len() == 1
		return single && (spoken > 2 && !r.follows(n-1, n) || r.follows(n-1, n) && r.isSingle(n))
	}
	if c.width == 1 && r.symbols[k].kinds.has(hundred) {
		return before&own != 0 && before&r.english() == 0 // "cents" are money in English
	}
	return (behind|before)&own != 0
}

// isBehindLetter says whether a letter stands right before symbol k and another, or a number of the same languages, right behind the symbols of a number:
// "x k sept p deux q", "d l teen c a". "A", "e", "o" and the like are words.
func (r *Reader) isBehindLetter(k, width int, langs uint32, st *reading) bool {
	n := len(r.parts)
	if st.letters == 0 || n == 0 || r.parts[n-1].what != letter || !r.follows(k+width-1, k+width) {
		return false
	}
	if c := r.digits[r.parts[n-1].text.start]; st.letters == 1 && st.digits == 0 && isVowel(c) {
		return false
	}
	next := &r.symbols[k+width]
	if next.char != 0 {
		return !isVowel(next.char) || st.letters > 1
	}
	_, named := r.as(next, letter, langs)
	return named || r.isNumberIn(next, langs, false)
}

func isVowel(c byte) bool {
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y'
}

// isHouseOf says whether a cardinal at symbol k is the number of a house behind the name of a street with its word before: "calle de los arces
// número once", "rua das flores um".
func (r *Reader) isHouseOf(k int, c *cardinal) bool {
	const reach = 6 // tokens
	first, last := int(r.symbols[k].first), int(r.symbols[k+c.width-1].last)
	numbered := first > 0 && r.t.Tokens[first-1].Bits&r.h.Number != 0
	if !numbered && last+1 < len(r.t.Tokens) && r.gap(last) {
		return false
	}
	for n := first - 2; n >= 0 && n >= first-reach && r.gap(n); n-- {
		if r.t.Tokens[n].Bits&r.h.Lead != 0 {
			return true
		}
	}
	return false
}

// soundsLike says whether symbol k, a word of some languages, is an English one that only sounds like a digit.
func (r *Reader) soundsLike(k int, langs uint32) bool {
	_, ok := r.as(&r.symbols[k], digit, langs&r.english())
	return ok
}

// isSingle says whether symbol k is a single digit, by whatever word.
func (r *Reader) isSingle(k int) bool {
	if s := &r.symbols[k]; s.kind == numeral {
		return r.t.Tokens[s.first].Len() == 1
	}
	return r.is(&r.symbols[k], digit)
}

// isEnglishFiller says whether symbol k is a word without meaning in English.
func (r *Reader) isEnglishFiller(k int) bool {
	_, ok := r.as(&r.symbols[k], filler, r.english())
	return ok
}

// isAllOfText says whether nothing is said but symbols first to last.
func (r *Reader) isAllOfText(first, last int) bool {
	return r.symbols[first].first == 0 && int(r.symbols[last].last) == len(r.t.Tokens)-1
}

// digitsBehind gives the languages of what stands at symbol k, behind the cardinal c, if it is a number that means nothing else. Outside
// English more of those that may mean something else may stand between: "do teen paanch". A number that English has, too, says nothing
// of other languages, unless an identifier was asked for: "um, zero five".
func (r *Reader) digitsBehind(k int, c *cardinal) (langs uint32) {
	const reach = 4
	if !r.follows(k-1, k) {
		return 0
	}
	if r.symbols[k].kind == numeral {
		return r.english()
	}
	open := c.own & c.langs
	for n := k; n < k+reach && open != 0 && r.follows(n-1, n); n++ {
		all, strong := uint32(0), uint32(0)
		if r.symbols[n].kind == row {
			strong = r.v.syllables
		}
		list := r.senses(&r.symbols[n])
		for i := range list {
			switch x := &list[i]; {
			case x.kind == digit && x.value == 0 && c.value == 0:
				strong |= x.langs
				all |= x.langs
			case x.kind == digit, x.kind == number, x.kind == times:
				strong |= x.langs &^ x.weak
				all |= x.langs
			}
		}
		if strong&open != 0 && (c.own&r.english() != 0 || strong&r.english() == 0 || !r.isEnglishFiller(k-c.width) && r.told(HintCode)) {
			return strong & open
		}
		if open &= all &^ r.english(); open != 0 && (n > k || c.value >= 10 || r.isAllOfText(k-c.width, n)) && r.told(HintCode) {
			return open // "fem et ni", "elf elf", where digits were asked for
		}
		if n+1 == k+reach {
			return open // "teen zero ek do teen"
		}
	}
	return 0
}
