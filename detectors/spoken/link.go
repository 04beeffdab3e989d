package spoken

// spell writes tokens first to last as an address has them and gives the number of letters and digits.
func (r *Reader) spell(first, last int, domain bool) (n int) {
	start := len(r.with)
	langs := uint32(0) // of the number before
	spoken := r.markLangs(first, last)
	for k := first; k <= last; {
		s := r.symbolAt(k)
		t := &r.t.Tokens[k]
		if domain && k > first {
			r.putGap(k - 1)
		}
		if s == nil || s.kind == numeral || s.kind == mixed {
			r.putText(r.b[t.Start:t.End], t.Start, t.End)
			k++
			continue
		}
		i := int(r.at[k])
		from, to := r.start(s), r.end(s)
		k = int(s.last) + 1
		if m, ok := r.as(s, mark, anyLang); ok && first < k-1 && (k <= last || m.value == '/') {
			r.putMark(byte(m.value), from, to, k)
			continue
		}
		if m, ok := r.as(s, times, anyLang); ok && k <= last {
			if x := r.symbolAt(k); x != nil {
				c := r.letterOf(x)
				if d, ok := r.as(x, digit, anyLang); ok {
					c = byte('0' + d.value)
				}
				if c != 0 {
					for range m.value {
						r.put(c, from, r.end(x))
					}
					k = int(x.last) + 1
					continue
				}
			}
		}
		if s.char != 0 {
			r.put(s.char, from, to)
			if e := int(r.explained(i, s.char)); e >= k && e <= last {
				k = e + 1
			}
			continue
		}
		if domain && (r.is(s, tld) || r.is(s, provider)) {
			r.putName(s)
			continue
		}
		if c, ok := r.cardinal(i, anyLang); ok && (c.own == 0 || r.speaks(c.own, spoken)) && (!c.weak || !r.is(s, stop) && !r.is(s, filler) || c.own&langs != 0 || r.isSpelledNumber(i, &c)) && int(r.symbols[i+c.width-1].last) <= last {
			end := r.end(&r.symbols[i+c.width-1])
			if langs = 0; !c.weak {
				langs = c.langs
			}
			r.digits = appendValue(r.digits[:0], c.value)
			for _, d := range r.digits {
				r.put(d, from, end)
			}
			k = int(r.symbols[i+c.width-1].last) + 1
			continue
		}
		switch {
		case r.is(s, letter) && !r.is(s, stop):
			r.put(r.letterOf(s), from, to)
		case (r.is(s, filler) || r.is(s, hesitation) || r.is(s, fix)) && !domain && !r.joined(s, first, last) && !(k > last && r.isForeignWord(s)):
		default:
			r.putWords(s)
		}
	}
	return len(r.with) - start
}

// putMark writes a mark that is said before token k: both slashes of "colon double slash".
func (r *Reader) putMark(c byte, from, to uint32, k int) {
	colon := len(r.with) > 0 && r.with[len(r.with)-1] == ':'
	r.put(c, from, to)
	if c == '/' && colon && !r.isSlash(k) {
		r.put(c, from, to)
	}
}

// isSlash says whether a slash is said at token k.
func (r *Reader) isSlash(k int) bool {
	s := r.symbolAt(k)
	if s == nil {
		return false
	}
	m, _ := r.as(s, mark, anyLang)
	return m.value == '/'
}

// putGap writes what stands between token k and the next in a domain: a dot or a dash as it is written, and the dot that "gmail com"
// leaves out.
func (r *Reader) putGap(k int) {
	from, to := r.t.Tokens[k].End, r.t.Tokens[k+1].Start
	if to == from+1 && (r.b[from] == '.' || r.b[from] == '-') {
		r.put(r.b[from], from, to)
		return
	}
	if s, p := r.symbolAt(k+1), r.symbolTo(k); s != nil && p != nil && r.is(s, tld) && r.is(p, provider) {
		r.put('.', from, to)
	}
}

// markLangs gives the languages in which the marks among tokens first to last and behind them are said.
func (r *Reader) markLangs(first, last int) (langs uint32) {
	for k := first; k <= last+1; k++ {
		s := r.symbolAt(k)
		if s == nil || !s.kinds.has(mark) && !s.kinds.has(at) {
			continue
		}
		if m, ok := r.as(s, mark, anyLang); ok {
			langs |= m.langs
		}
		if a, ok := r.as(s, at, anyLang); ok {
			langs |= a.langs
		}
	}
	if langs == 0 {
		return anyLang
	}
	return langs
}

// isSpelledNumber says whether a word at symbol i that may be another one is a number of an address: others of its language follow, or
// letters stand on both sides.
func (r *Reader) isSpelledNumber(i int, c *cardinal) bool {
	if c.own&^r.english() == 0 {
		return false
	}
	if r.digitsBehind(i+c.width, c) != 0 {
		return true
	}
	n := i + c.width
	return i > 0 && r.follows(i-1, i) && r.symbols[i-1].char != 0 && r.follows(n-1, n) && r.symbols[n].char != 0
}

// joined says whether a mark stands beside a symbol within tokens first to last.
func (r *Reader) joined(s *symbol, first, last int) bool {
	if x := r.symbolTo(int(s.first) - 1); x != nil && int(x.first) > first && r.isMark(x) {
		return true
	}
	x := r.symbolAt(int(s.last) + 1)
	return x != nil && int(x.last) < last && r.isMark(x)
}

// putName writes the name of a provider or of a top-level domain, as domains have it.
func (r *Reader) putName(s *symbol) {
	list := r.senses(s)
	for i := range list {
		if x := &list[i]; (x.kind == tld || x.kind == provider) && x.value > 0 {
			for _, c := range []byte(r.v.spellings[x.value-1]) {
				r.put(c, r.start(s), r.end(s))
			}
			return
		}
	}
	r.putWords(s)
}

// putWords writes the words of a symbol as they stand, without what is between them.
func (r *Reader) putWords(s *symbol) {
	for k := s.first; k <= s.last; k++ {
		t := &r.t.Tokens[k]
		if k > s.first {
			r.putGap(int(k) - 1) // "t-online"
		}
		r.putText(r.b[t.Start:t.End], t.Start, t.End)
	}
}

func (r *Reader) putText(b []byte, from, to uint32) {
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		r.put(c, from+uint32(i), from+uint32(i)+1)
	}
	_ = to
}

// link writes the link or host name round symbol i, "dot".
func (r *Reader) link(i int) {
	s := &r.symbols[i]
	if r.isTaken(int(s.first)) || s.first == 0 || !r.gap(int(s.first)-1) || !r.gap(int(s.last)) {
		return
	}
	if t := &r.t.Tokens[s.last+1]; int(t.End) < len(r.b) && r.b[t.End] == '@' && r.b[r.t.Tokens[s.first].Start-1] == ' ' {
		start := len(r.with)
		r.spell(int(s.first)-1, int(s.last)+1, false) // "zoe dot w@example.org"
		r.take(int(s.first)-1, int(s.last)+1, start, Region{Kind: Other})
		return
	}
	first := r.hostStart(int(s.first)-1, max(0, int(s.first)-domainMost))
	if first < 0 || r.isTaken(first) {
		return
	}
	last, known := r.domain(first, false)
	scheme := r.schemeStart(first)
	if known && last == len(r.t.Tokens)-1 && first == 0 && r.told(HintEmail) {
		r.half(first, last) // the rest of an address begun before
		return
	}
	if r.told(HintEmail) {
		if from := r.local(int(s.first) - 1); from >= 0 && last > int(s.last) && !known {
			r.half(from, last) // "kofi dot a"
		}
		return
	}
	if last <= int(s.last) || !known && scheme == first && !r.isWeb(first) {
		return
	}
	first = scheme
	last = r.path(last)
	start := len(r.with)
	n := r.spell(first, last, true)
	r.take(first, last, start, Region{Kind: URL, Symbols: n, Spoken: n})
}

// hostStart is the first token of the label that ends with a token: letters, or one word; -1 if it can't be one.
func (r *Reader) hostStart(k, least int) (first int) {
	first = -1
	for n := 0; k >= least && n < labelMost; n++ {
		if n > 0 && !r.gap(k) {
			break
		}
		s := r.symbolTo(k)
		switch {
		case s == nil:
			if n > 0 {
				return first
			}
			first = k
			if p := r.symbolTo(k - 1); p == nil || p.char == 0 || p.char == 'a' || p.char == 'i' || !r.gap(k-1) {
				return first
			}
			k-- // "n vidia"
			continue
		case s.char != 0, r.is(s, letter) && !r.is(s, stop):
			if s.char == 0 {
				first = int(s.first)
				k = first - 1
				continue
			}
			first = k
			k--
			continue
		case s.kind != none:
			if n > 0 {
				return first
			}
			return k
		case n > 0 && r.isDash(s) && r.gap(int(s.last)):
			if before := r.hostStart(int(s.first)-1, least); before >= 0 && r.gap(int(s.first)-1) {
				return before
			}
			return first
		case s.entry == 0 || r.is(s, stop) || r.is(s, mark) || r.is(s, at) || r.isNumber(int(r.at[s.first])):
			return first
		default:
			if n == 0 {
				first = int(s.first)
				k = first - 1
				if p := r.symbolTo(k); p == nil || p.char == 0 || p.char == 'a' || p.char == 'i' || !r.gap(k) {
					return first
				}
				continue
			}
			return first
		}
	}
	return first
}

// isDash says whether a symbol is a spoken dash and nothing else.
func (r *Reader) isDash(s *symbol) bool {
	m, ok := r.as(s, mark, anyLang)
	return ok && m.value == '-' && m.langs&^m.weak != 0
}

// isWeb says whether "www" or "w w w" begins at a token.
func (r *Reader) isWeb(k int) bool {
	if len(r.text(int32(k))) == 3 {
		return r.b[r.t.Tokens[k].Start]|0x20 == 'w' && r.b[r.t.Tokens[k].Start+1]|0x20 == 'w' && r.b[r.t.Tokens[k].Start+2]|0x20 == 'w'
	}
	for n := 0; n < 3; n++ {
		s := r.symbolAt(k)
		if s == nil || r.letterOf(s) != 'w' {
			return false
		}
		k = int(s.last) + 1
	}
	return true
}

// schemeStart takes in "h t t p s colon slash slash" before a host, or "colon double slash".
func (r *Reader) schemeStart(first int) int {
	k := first - 1
	slashes := 0
	for ; ; slashes++ {
		s := r.symbolTo(k)
		if s == nil {
			return first
		}
		m, _ := r.as(s, mark, anyLang)
		k = int(s.first) - 1
		if m.value == ':' && slashes > 0 {
			break
		}
		if m.value != '/' || slashes > 1 {
			return first
		}
	}
	n := 0
	for ; k >= 0 && n < 5; n++ {
		s := r.symbolTo(k)
		if s == nil {
			if n == 0 {
				return k
			}
			break
		}
		if r.letterOf(s) == 0 {
			break
		}
		k = int(s.first) - 1
	}
	if n == 0 {
		return first
	}
	return k + 1
}

// path takes in what follows a host, joined by slashes and other marks.
func (r *Reader) path(last int) int {
	for last+1 < len(r.t.Tokens) && r.gap(last) {
		s := r.symbolAt(last + 1)
		if s == nil {
			break
		}
		m, ok := r.as(s, mark, anyLang)
		if !ok || m.value == ':' || m.value == ',' || m.value == '+' {
			break
		}
		end := r.label(int(s.last)+1, true)
		if x := r.symbolAt(int(s.last) + 1); end < 0 && x != nil && r.is(x, stop) && x.char == 0 {
			end = int(x.last)
		}
		if end < 0 || !r.gap(int(s.last)) {
			if m.value != '.' && m.value != '-' && m.value != '_' {
				last = int(s.last)
			}
			break
		}
		last = end
	}
	return last
}
