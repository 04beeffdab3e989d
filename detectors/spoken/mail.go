package spoken

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The reach of an address, in tokens.
const (
	localMost  = 24 // of what stands before "at"
	plainMost  = 3  // words of it that no mark joins
	domainMost = 24
	labelMost  = 24
)

// addresses finds e-mail addresses and links among the symbols and writes them. What they take is no part of runs.
func (r *Reader) addresses() {
	tokens := len(r.t.Tokens)
	if !r.dots && !(r.certain || r.seen&(1<<at) != 0 && r.told(HintEmail)) {
		return // most texts
	}
	r.at, r.taken = r.at[:0], r.taken[:0]
	for range tokens {
		r.at, r.taken = append(r.at, -1), append(r.taken, false)
	}
	r.marks = 0
	for i := range r.symbols {
		s := &r.symbols[i]
		r.at[s.first] = int32(i)
		if r.isDot(s) {
			m, _ := r.as(s, mark, anyLang)
			r.marks |= m.langs &^ r.english()
		} else if s.char == 0 && r.is(s, at) {
			a, _ := r.as(s, at, anyLang)
			r.marks |= a.langs &^ r.english()
		}
	}
	for i := range r.symbols {
		if r.is(&r.symbols[i], at) && r.symbols[i].char == 0 {
			r.email(i)
		}
	}
	for i := range r.symbols {
		if r.isDot(&r.symbols[i]) {
			r.link(i)
		}
	}
}

// isDot says whether a symbol is a spoken dot.
func (r *Reader) isDot(s *symbol) bool {
	m, ok := r.as(s, mark, anyLang)
	return ok && m.value == '.'
}

// symbolAt is the symbol that begins with a token, or nil.
func (r *Reader) symbolAt(token int) *symbol {
	if token < 0 || token >= len(r.at) || r.at[token] < 0 {
		return nil
	}
	return &r.symbols[r.at[token]]
}

// symbolTo is the symbol that ends with a token, or nil.
func (r *Reader) symbolTo(token int) *symbol {
	for k := token; k >= 0 && k > token-4; k-- {
		if s := r.symbolAt(k); s != nil {
			if int(s.last) == token {
				return s
			}
			return nil
		}
	}
	return nil
}

// isTaken says whether a token belongs to an address already.
func (r *Reader) isTaken(token int) bool {
	return token >= 0 && token < len(r.taken) && r.taken[token]
}

// domain reads a domain from a token on: labels joined by dots, or where it is sure to be one only by spaces. It gives the last token, -1 if there is none, and whether it ends
// as domains do.
func (r *Reader) domain(first int, sure bool) (last int, known bool) {
	k, dots := first, 0
	point, served := false, false // a word that is more than a dot stands for one; a provider comes first
	last = -1
	r.bare = -1
	for s := r.symbolAt(k); s != nil && s.char == 0 && (r.is(s, filler) || r.is(s, hesitation)) && r.gap(int(s.last)); s = r.symbolAt(k) {
		k = int(s.last) + 1
	}
	begin := k
	for k < len(r.t.Tokens) && k < first+domainMost && !r.isTaken(k) {
		end := r.label(k, dots > 0)
		if end < 0 {
			break
		}
		if dots > 0 {
			last = end
			known = r.isTopLevel(k, end) && !(point && r.isSmallWord(k, end))
		}
		for s := r.symbolAt(end + 1); s != nil && s.first != s.last && r.is(s, hesitation) && r.gap(end) && r.gap(int(s.last)); s = r.symbolAt(end + 1) {
			end = int(s.last) // "all one word"
		}
		if r.isPoint(end) {
			dots++
			k = end + 1
			continue
		}
		dot := r.symbolAt(end + 1)
		if dot == nil || !r.isDot(dot) || !r.gap(end) {
			if dots == 0 && r.isProvider(k, end) {
				last, known = end, true // "at gmail", "at gmail com"
				if s := r.symbolAt(end + 1); s != nil && r.is(s, tld) && r.gap(end) {
					last = int(s.last)
				}
			}
			break
		}
		if m, _ := r.as(dot, mark, anyLang); m.weak&r.english() != 0 {
			point = true
		}
		served = served || dots == 0 && r.isProvider(k, end)
		dots++
		k = int(dot.last) + 1
		if s := r.symbolAt(k); s != nil && s.char == 0 && r.is(s, filler) && r.gap(int(s.last)) {
			k = int(s.last) + 1
		}
	}
	if point && !known && !served {
		return -1, false // "at a later point in time"
	}
	if sure && dots == 0 {
		if end := r.undotted(begin); end > last { // "mail" is a service, and "mail example com" none
			r.bare = begin
			return end, true
		}
	}
	return last, known
}

// undotted gives the last token of a domain that begins with token k and has lost its dots, as what is written by a recogniser has without
// its punctuation: "example com", "mail example co uk". It is -1 if no last part of a domain is near.
func (r *Reader) undotted(k int) (last int) {
	const labels = 3
	last = -1
	for n := 0; n <= labels && k+n < len(r.t.Tokens) && !r.isTaken(k+n); n++ {
		at := k + n
		if n > 0 && !r.isOneSpace(at-1) || !r.t.Tokens[at].IsWord() {
			break
		}
		s := r.symbolAt(at)
		if n > 0 && s != nil && int(s.last) == at && r.is(s, tld) && (last >= 0 || at+1 == len(r.t.Tokens) || !r.isSmallWord(at, at)) {
			last = at
			continue
		}
		if last >= 0 || s != nil && (s.first != s.last || r.is(s, mark) || n > 0 && r.isSmallWord(at, at)) {
			break
		}
	}
	return last
}

// isPoint says whether a written dot alone stands between token k and the next: recognisers write the domains they know.
func (r *Reader) isPoint(k int) bool {
	if k+1 >= len(r.t.Tokens) {
		return false
	}
	end := r.t.Tokens[k].End
	return r.b[end] == '.' && r.t.Tokens[k+1].Start == end+1
}

// hasDomain says whether a domain may be written behind a spoken "at".
func (r *Reader) hasDomain() bool {
	for i := range r.symbols {
		s := &r.symbols[i]
		if !r.is(s, at) {
			continue
		}
		for k := int(s.last) + 1; k <= int(s.last)+plainMost; k++ {
			if r.isPoint(k) {
				return true
			}
		}
	}
	return false
}

// gap says whether token k and the next may be parts of one address.
func (r *Reader) gap(k int) bool {
	return k+1 < len(r.t.Tokens) && r.joins(int(r.t.Tokens[k].End), int(r.t.Tokens[k+1].Start))
}

// label reads one label of a domain at a token and gives its last token, or -1. Before a dot it may consist of several words.
func (r *Reader) label(k int, behindDot bool) (last int) {
	last = -1
	words, dash := 0, false
	for n := 0; n < labelMost && k < len(r.t.Tokens); n++ {
		if n > 0 && (!r.gap(k-1) || r.isPoint(k-1)) {
			break
		}
		s := r.symbolAt(k)
		end := k
		switch {
		case s == nil:
			if words++; words > 1 && (behindDot || words > plainMost) {
				return last
			}
			if behindDot && n > 0 && !dash && !(n == 1 && r.endsLabel(k)) {
				return last
			}
		case r.isDot(s):
			return last
		case r.is(s, provider), r.is(s, tld) && behindDot && n == 0:
			if behindDot && n > 0 {
				return last
			}
			return int(s.last)
		case s.char != 0 || r.is(s, letter) || s.kind != none || r.isNumber(int(r.at[k])), n > 0 && words == 0 && r.isDigitBeside(s), n == 0 && behindDot && r.isDigitBeside(s):
			if words > 0 && behindDot {
				return last
			}
			end = int(s.last)
		case r.is(s, mark):
			if m, _ := r.as(s, mark, anyLang); m.value != '-' && m.value != '_' || n == 0 {
				return last
			}
			end = int(s.last)
			words, dash = 0, true
		case r.is(s, hesitation) && n > 0 && s.first != s.last:
			k = int(s.last) + 1 // "all one word"
			last = k - 1
			continue
		case r.is(s, at), r.is(s, stop), r.is(s, filler):
			return last
		default:
			if words++; words > 1 && behindDot {
				return last
			}
			end = int(s.last)
		}
		last = end
		k = end + 1
		if behindDot && words > 0 {
			return last
		}
	}
	return last
}

// isDigitBeside says whether a word that may mean something else is a digit in the language that the dots are said in: "uno due d f".
func (r *Reader) isDigitBeside(s *symbol) bool {
	if r.marks == 0 {
		return false
	}
	_, ok := r.as(s, digit, r.marks)
	return ok
}

// endsLabel says whether a dot stands behind token k, and a single letter before it: "n vidia dot".
func (r *Reader) endsLabel(k int) bool {
	dot, c := r.symbolAt(k+1), r.symbolTo(k-1)
	return dot != nil && r.isDot(dot) && c != nil && c.char != 0
}

// isSmallWord says whether tokens k to end are a top-level domain that is a common word, too: "in".
func (r *Reader) isSmallWord(k, end int) bool {
	s := r.symbolAt(k)
	return s != nil && int(s.last) == end && slices.ContainsFunc(r.senses(s), func(x sense) bool {
		return x.langs&r.english() != 0 && (x.kind == stop || x.kind == like || x.kind == fix || x.kind == filler)
	})
}

// isTopLevel says whether tokens k to end are the last part of a domain: "com", "c o m".
func (r *Reader) isTopLevel(k, end int) bool {
	if s := r.symbolAt(k); s != nil && int(s.last) == end && r.is(s, tld) {
		return true
	}
	var b [8]byte
	n := 0
	for ; k <= end; k++ {
		c := r.text(int32(k))
		if len(c) != 1 || n == len(b) || !scan.IsLetter(c[0]) {
			return false
		}
		b[n] = c[0] | 0x20
		n++
	}
	return n >= 2 && r.isTLD(b[:n])
}

func (r *Reader) isTLD(w []byte) bool {
	for _, s := range r.v.entries[r.v.lookup(w)].senses {
		if s.kind == tld {
			return true
		}
	}
	return false
}

// IsTopLevel says whether a word is the last part of a domain, "com".
func (r *Reader) IsTopLevel(t *scan.Token, b []byte) bool {
	if r.v == nil {
		r.v = words()
	}
	for _, x := range r.v.entries[r.v.find(t, b)].senses {
		if x.kind == tld {
			return true
		}
	}
	return false
}

// isService says whether a mail service begins with token k.
func (r *Reader) isService(k int) bool {
	s := r.symbolAt(k)
	return s != nil && r.is(s, provider)
}

func (r *Reader) isProvider(k, end int) bool {
	s := r.symbolAt(k)
	return s != nil && int(s.last) == end && r.is(s, provider)
}

// email writes the address round symbol i, "at".
func (r *Reader) email(i int) {
	s := &r.symbols[i]
	if int(s.last) == len(r.t.Tokens)-1 && s.first > 0 && r.gap(int(s.first)-1) && r.told(HintEmail) {
		if first := r.local(int(s.first) - 1); first >= 0 {
			r.half(first, int(s.last)) // what follows comes in the next turn
		}
		return
	}
	if s.first == 0 && r.gap(int(s.last)) && r.told(HintEmail) {
		if last, known := r.domain(int(s.last)+1, true); known {
			r.half(0, last)
		}
		return
	}
	if s.first == 0 || !r.gap(int(s.first)-1) {
		r.handle(s)
		return
	}
	if !r.gap(int(s.last)) {
		return
	}
	last, known := r.domain(int(s.last)+1, r.told(HintEmail) || r.isCertain(s) || r.isDotted(int(s.first)-1))
	if last < 0 {
		r.handle(s)
		return
	}
	first := r.local(int(s.first) - 1)
	if first < 0 {
		r.handle(s)
	}
	if first < 0 && s.first <= plainMost && r.told(HintEmail) {
		r.half(int(s.first), last) // the rest of an address begun before
		return
	}
	if first < 0 || !known && !r.isCertain(s) && int(s.first)-first > labelMost {
		return
	}
	if !r.isCertain(s) && r.isWritten(int(s.last)+1, last) && !r.isService(int(s.last)+1) && !r.isLocal(first, int(s.first)) && !r.told(HintEmail) {
		return // "buy it at example.com"
	}
	if r.isSlash(last+1) && r.bare < 0 {
		if end := r.path(last); r.symbolAt(end+1) == nil || !r.is(r.symbolAt(end+1), at) {
			last = end // of an account on a server
		}
	}
	start := len(r.with)
	n := r.spell(first, int(s.first)-1, false)
	r.put('@', r.start(s), r.end(s))
	if dot, tail, stop := r.corrected(last); tail > 0 {
		n += r.spell(int(s.last)+1, stop, true)
		n += r.spell(dot, tail, true)
		last = tail
	} else if r.bare >= 0 {
		n += r.spellBare(last)
	} else {
		n += r.spell(int(s.last)+1, last, true)
	}
	r.take(first, last, start, Region{Kind: Email, Symbols: n, Spoken: n})
}

// isDotted says whether a dot that is said joins token k to the one before it: "p dot larkin", of an address.
func (r *Reader) isDotted(k int) bool {
	d := r.symbolAt(k - 1)
	if d == nil || int(d.last) != k-1 || !r.t.Tokens[k].IsWord() || !r.isDot(d) || !r.gap(k-1) {
		return false
	}
	m, _ := r.as(d, mark, anyLang)
	return m.weak&r.english() == 0
}

// handle writes the name of an account that ends the text behind s, a word for "at" that means nothing else: "arroba jensen punto me".
func (r *Reader) handle(s *symbol) {
	k := int(s.last) + 1
	a, _ := r.as(s, at, anyLang)
	if !r.isCertain(s) || a.langs&r.english() != 0 || !r.gap(k-1) {
		return
	}
	last, known := r.domain(k, false)
	if !known {
		last = r.label(k, true)
	}
	if last < 0 || last != len(r.t.Tokens)-1 || a.langs&^a.weak == 0 && !r.isLocal(k, last+1) {
		return
	}
	start := len(r.with)
	r.put('@', r.start(s), r.end(s))
	r.spell(k, last, true)
	r.take(int(s.first), last, start, Region{Kind: Other})
}

// spellBare writes the domain without dots that was read last, up to a token, with them.
func (r *Reader) spellBare(last int) (n int) {
	for k := r.bare; k <= last; k++ {
		if k > r.bare {
			r.put('.', r.t.Tokens[k-1].End, r.t.Tokens[k].Start)
		}
		n += r.spell(k, k, true)
	}
	return n
}

// isWritten says whether a domain of tokens first to last has its dots written.
func (r *Reader) isWritten(first, last int) bool {
	for k := first; k < last; k++ {
		if r.isPoint(k) {
			return true
		}
	}
	return false
}

// isLocal says whether a mark or a letter stands among the tokens from first to end: no sentence does that before a place.
func (r *Reader) isLocal(first, end int) bool {
	for k := first; k < end; k++ {
		if s := r.symbolAt(k); s != nil && (r.isMark(s) || s.char != 0 && s.char != 'a' && s.char != 'i') {
			return true
		}
	}
	return false
}

// corrected reads another last part behind an address: "dot com no dot org". It gives the tokens of the new one, with its dot, and that
// before the old one.
func (r *Reader) corrected(last int) (dot, tail, stop int) {
	fixed := false
	k := last + 1
	for n := 0; n < skipMost; n++ {
		s := r.symbolAt(k)
		if s == nil || !r.gap(k-1) {
			return 0, 0, 0
		}
		if r.isDot(s) && fixed {
			t := r.symbolAt(int(s.last) + 1)
			old := r.symbolTo(last)
			if t == nil || !r.is(t, tld) || old == nil {
				return 0, 0, 0
			}
			before := r.symbolTo(int(old.first) - 1)
			if before == nil || !r.isDot(before) {
				return 0, 0, 0
			}
			return int(s.first), int(t.last), int(before.first) - 1
		}
		if !r.is(s, fix) && !r.is(s, filler) {
			return 0, 0, 0
		}
		fixed = fixed || r.is(s, fix)
		k = int(s.last) + 1
	}
	return 0, 0, 0
}

// half writes a part of an address, tokens first to last.
func (r *Reader) half(first, last int) {
	start := len(r.with)
	n := r.spell(first, last, true)
	r.take(first, last, start, Region{Kind: Email, Symbols: n, Spoken: n})
}

// isCertain says whether a symbol for "at" means nothing else: "at the rate", "arroba".
func (r *Reader) isCertain(s *symbol) bool {
	a, _ := r.as(s, at, anyLang)
	return s.phrase >= 0 || a.langs&r.english() == 0
}

// take notes an address of tokens first to last, written since start.
func (r *Reader) take(first, last, start int, region Region) {
	if len(r.with) == start {
		return
	}
	// Words without meaning at the ends are none of it.
	r.edit(int(r.from[start]), int(r.to[len(r.to)-1]), start, region)
	for k := first; k <= last; k++ {
		r.taken[k] = true
		if s := r.symbolAt(k); s != nil {
			*s = symbol{first: s.first, last: s.last, phrase: -1}
		}
	}
}
