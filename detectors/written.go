package detectors

import (
	"bytes"
	"math/bits"
	"strings"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// findWritten looks for what people write in words and numbers: dates, ages, addresses. It comes after the identifiers
// that have a shape of their own and before plain numbers, which don't reach into what is found here.
//
// What speaks against a finding here (a word behind it: "5 year old car") must never lie in another finding, or
// replacing that one would bring this one out. Hence limit.
func (p *pass) findWritten() {
	const needed = cueBirth | cueAddress | cuePostcode | cueAge | wordStreet
	if p.in.Channel == ChannelLog && !p.in.guessed && !p.coded && (p.said|p.path.bits)&needed == 0 {
		return
	}
	if p.strong > 1 {
		sortCandidates(p.candidates[:p.strong])
		p.forgetMarks()
	}
	known, next := 0, p.answerAddress()
	for _, h := range p.text.Hot {
		i := int(h)
		t := &p.text.Tokens[i]
		if i < next || t.Shape&scan.Digit == 0 && t.Bits&(wordMonth|wordsAddress) == 0 {
			continue
		}
		start := int(t.Start)
		for known < p.strong && p.candidates[known].start <= start {
			if p.candidates[known].total >= sureLeast {
				p.barrier = max(p.barrier, p.candidates[known].end)
			}
			known++
		}
		if start < p.barrier || p.isInert(start) {
			continue
		}
		p.limit = len(p.b)
		if known < p.strong {
			p.limit = p.candidates[known].start
		}
		if end := p.written(i); end > i {
			next = end
		}
	}
	p.barrier = 0
	p.strong = len(p.candidates)
}

// written looks for something written that token i belongs to, a number or a month. It gives the token to go on with, or 0.
func (p *pass) written(i int) (next int) {
	t := &p.text.Tokens[i]
	if t.IsWord() {
		if t.Bits&wordMonth != 0 {
			next = p.date(i)
		}
		if next == 0 && t.Bits&wordsAddress != 0 && !p.isDeva(i) {
			next = p.addressWord(i)
		}
		return next
	}
	if p.isStreetDay(i) {
		return p.address(i)
	}
	if next = p.date(i); next > 0 {
		return next
	}
	if t.IsNumber() {
		if next = p.zip(i); next > 0 {
			return next
		}
	}
	if next = p.age(i); next > 0 {
		return next
	}
	if p.isDeva(i-1) || p.isDeva(i+1) || p.isDeva(i+2) {
		return p.devaAddress(i)
	}
	return p.address(i)
}

// The kinds of what stands between two tokens.
const (
	gapOther = 0
	gapEnd   = 'e'  // there is no other token
	gapSpace = ' '  // spaces
	gapComma = ','  // a comma, with or without spaces
	gapLine  = '\n' // a line end, with or without a comma
	gapDash  = '-'  // a dash, with or without spaces
	gapDot   = '.'  // a dot, with or without spaces
	gapQuote = '\'' // an apostrophe
	gapSlash = '/'  // a slash
	gapHash  = '#'  // a number sign, with or without spaces
)

// isIndent says whether the end of a line and the blanks before the next one stand from one place to another, as forms in columns have them.
func (p *pass) isIndent(from, to int) bool {
	const most = 48
	return to-from <= most && p.b[from] == '\n' && len(bytes.TrimLeft(p.b[from+1:to], " \t")) == 0
}

// between says what stands between token k and the next.
func (p *pass) between(k int) byte {
	tokens := p.text.Tokens
	if k < 0 || k+1 >= len(tokens) {
		return gapEnd
	}
	from, to := int(tokens[k].End), int(tokens[k+1].Start)
	const longest = 12
	if to-from > longest {
		if p.isIndent(from, to) {
			return gapLine
		}
		return gapOther
	}
	kind := byte(gapSpace)
	for i, c := range p.b[from:to] {
		switch c {
		case ' ', '\t', '\r':
			continue
		case '\n':
			if kind != gapSpace && kind != gapComma && kind != gapDot {
				return gapOther
			}
			kind = gapLine
		case ',':
			if kind != gapSpace && kind != gapDot && kind != gapLine || i > 0 && kind == gapSpace && p.b[from] != '\n' && p.b[from] != ' ' {
				return gapOther
			}
			if kind != gapLine {
				kind = gapComma
			}
		case '-', '.', '\'', '/', '#':
			if kind != gapSpace && !(kind == gapComma && c == '#') {
				return gapOther
			}
			kind = c
		default:
			return gapOther
		}
	}
	return kind
}

// words is a set of words in lower case: open addressing by the hash that the scan gives a word, so that most of what is asked for is told apart
// without a look at its letters.
type words struct {
	filter [filterWords]uint64 // a bit for the hash of each: most words are in no set
	slots  []setWord
}

type setWord struct {
	hash uint32
	word string // empty in an empty slot
}

const filterWords = 16

func wordsOf(list string) words {
	fields := strings.Fields(list)
	w := words{slots: make([]setWord, 1<<bits.Len(uint(len(fields)*2)))}
	for _, word := range fields {
		h := noLexicon.Lookup([]byte(word)).Hash
		folded := string(foldWord(nil, []byte(word)))
		i := h & uint32(len(w.slots)-1)
		for w.slots[i].word != "" && w.slots[i].word != folded {
			i = (i + 1) & uint32(len(w.slots)-1)
		}
		w.slots[i] = setWord{h, folded}
		w.filter[h>>6%filterWords] |= 1 << (h & 63)
	}
	return w
}

// union is a set of the words of several.
func union(sets ...*words) words {
	var all []string
	for _, w := range sets {
		for _, x := range w.slots {
			if x.word != "" {
				all = append(all, x.word)
			}
		}
	}
	return wordsOf(strings.Join(all, " "))
}

// noLexicon knows no word and hashes them.
var noLexicon = scan.NewLexicon(nil, 0)

// holds says whether a part of a token is in the set.
func (w *words) holds(b []byte) bool { return w.has(noLexicon.Lookup(b).Hash, b) }

// has says whether a word in any case, of which the scan's hash is known, is in the set.
func (w *words) has(h uint32, b []byte) bool {
	if w.filter[h>>6%filterWords]>>(h&63)&1 == 0 {
		return false
	}
	for i := int(h) & (len(w.slots) - 1); w.slots[i].word != ""; i = (i + 1) & (len(w.slots) - 1) {
		if w.slots[i].hash == h && isFolded(b, w.slots[i].word) {
			return true
		}
	}
	return false
}

// isFolded says whether a word is another in small letters.
func isFolded(b []byte, small string) bool {
	if len(b) != len(small) {
		return false
	}
	for i, c := range b {
		if c >= 'A' {
			c |= 0x20
		}
		if c != small[i] {
			return false
		}
	}
	return true
}

// foldWord appends a word as scan folds it: setting bit 5 makes capitals of ASCII and Latin-1 small.
func foldWord(dst, w []byte) []byte {
	for _, c := range w {
		if c >= 'A' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// is says whether token k is one of the words, in any case, and isn't in an alias.
func (p *pass) is(k int, w *words) bool {
	const longest = 40 // bytes; ten letters of Devanagari are thirty
	if k < 0 || k >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	return w.has(t.Hash, p.bytesOf(t)) && t.Len() <= longest && !p.isInert(int(t.Start))
}

// isWithin says whether token k is there and lies before the next finding, so that it may count against something.
func (p *pass) isWithin(k int) bool {
	return k < len(p.text.Tokens) && int(p.text.Tokens[k].Start) < p.limit && !p.isInert(int(p.text.Tokens[k].Start))
}

// isFree says whether token k is there and isn't part of an earlier finding or an alias.
func (p *pass) isFree(k int) bool {
	return k >= 0 && k < len(p.text.Tokens) && int(p.text.Tokens[k].Start) >= p.barrier && !p.isInert(int(p.text.Tokens[k].Start))
}

// goesOn says whether a letter, a digit or an alias stands at i; an alias stands for what was found there.
func (p *pass) goesOn(i int) bool { return scan.IsWordByte(p.at(i)) || p.at(i) == '[' }

// comesFrom says the same of what ends at i.
func (p *pass) comesFrom(i int) bool { return scan.IsWordByte(p.at(i)) || p.at(i) == ']' }

// sureLeast is what a finding must score to stand in the way of others: what only a strict preset takes doesn't.
const sureLeast = 0.5

// note takes a region as a finding if it is likely enough, and gives the token to go on with. What only a strict preset
// takes is noted and stands in the way of nothing, so that those find no less.
func (p *pass) note(start, end, last int, kind Type, s score, detector uint8, canonStart int) (next int) {
	s.locale = p.set.prior[kind]
	cut := p.isInert(end) || p.isInert(start-1) // an alias stands for the rest of the word
	if s.total() < p.set.threshold || cut {
		p.canon = p.canon[:canonStart]
		return 0
	}
	p.addScored(start, end, guess{kind: kind, score: s, detector: detector}, canonStart)
	if s.total() < sureLeast {
		return 0
	}
	p.barrier = max(p.barrier, end)
	return last + 1
}
