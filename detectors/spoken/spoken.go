// Package spoken reads what people say of numbers, letters and addresses, and writes it down: "four one one one, uh, double one" is
// 411111, "john dot smith at gmail dot com" is john.smith@gmail.com. A Reader rewrites the text of a scan in place, with the source
// bytes of every character kept, so that whoever looks for identifiers looks at one form only.
//
// It follows no language's grammar further than identifiers need: see README.md. The words are tables in languages/.
package spoken

import (
	"slices"
	"sort"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// Kind says what was said.
type Kind uint8

// The kinds of regions.
const (
	Digits   Kind = iota // digits and what joins them
	Cardinal             // one number with hundreds or thousands in it
	Code                 // letters and digits
	Letters              // three letters and more, spelled
	Email
	URL
	Other // an ordinal, a month, a single small number
)

// Region is what was rewritten.
type Region struct {
	Start, End int // of the rewritten text, half open
	Kind       Kind
	Symbols    int // letters and digits
	Spoken     int // of them those that were said as words, or letter by letter
	Single     int // of them those that stand for themselves, not "forty one"
}

// Hints is what the reader is told of a text.
type Hints struct {
	// Judge says how likely digits are an identifier, the higher the likelier. It is asked where words can be read in several ways.
	// Nil takes the usual one.
	Judge  func(digits []byte) int
	Code   bool   // an identifier was asked for: a short or broken one is one, too
	Open   bool   // the turn before ended within one: the text may go on with it
	Email  bool   // an e-mail address was asked for: a piece of one is one, too
	Birth  bool   // a date of birth is spoken of: three numbers may be a day, a month and a year
	Near   uint64 // bits of tokens beside which small numbers matter as well
	Lead   uint64 // bits of tokens before which a word that commonly means something else is a number: "sept rue"
	Number uint64 // bits of tokens that say that a number follows: "número"
	Small  bool   // numbers below a hundred matter: there may be an address, an age or a date
	Place  bool   // an address was asked for: thousands are postcodes and numbers of houses
	// Mark gives words that no lexicon lists a bit of Near, and says whether there are any. It is asked where the text has a number. Nil marks
	// none.
	Mark func() bool
}

// Hint is a set of hints.
type Hint uint8

// The hints, a bit each.
const (
	HintJudge Hint = 1 << iota
	HintCode
	HintOpen
	HintEmail
	HintBirth
	HintSmall
	HintPlace
)

// Set is those of the hints that are given, all but Near.
func (h *Hints) Set() (set Hint) {
	for bit, given := range [...]bool{h.Judge != nil, h.Code, h.Open, h.Email, h.Birth, h.Small, h.Place} {
		if given {
			set |= 1 << bit
		}
	}
	return set
}

// Reader rewrites texts. It is the scratch memory of one worker and holds nothing of a text after the next.
type Reader struct {
	Regions []Region // of the last text, in order
	Used    Hint     // hints that the last text was read by: without any of the others it reads the same

	v        *vocabulary
	t        *scan.Text
	b        []byte
	h        Hints
	given    Hint
	symbols  []symbol
	dots     bool    // there is a spoken dot, or a mail service
	certain  bool    // there is a word for "at" that means nothing else
	misheard bool    // there is a word that a digit may be misheard as
	marks    uint32  // languages of the dots and signs for "at", but English, where addresses are read
	seen     kindSet // kinds of all symbols
	at       []int32 // by token: its symbol, or -1; only where addresses are read

	edits  []scan.Edit
	found  []Region
	with   []byte
	from   []uint32
	to     []uint32
	parts  []part
	digits []byte // a reading to be judged
	taken  []bool // by token: whether it belongs to an address; empty if there are none
	bare   int    // where the domain without dots begins that was read last, -1 if it had some

	options []dropped // of a run with a correction
}

// symbol is a token, or several of a phrase, that may stand for something.
type symbol struct {
	first, last int32
	entry       uint16 // of the vocabulary; 0 for numerals and mixed tokens
	phrase      int16  // of the entry, -1 for the word alone
	char        byte   // of a single letter, in lower case; 0 if it is none
	kind        kind   // numeral or mixed, else none
	joined      bool   // it comes right behind the symbol before
	kinds       kindSet
}

// senses are what a symbol may mean.
func (r *Reader) senses(s *symbol) []sense {
	e := &r.v.entries[s.entry]
	if s.phrase >= 0 {
		return e.phrases[s.phrase].senses
	}
	return e.senses
}

// kinds are the kinds of all a symbol may mean.
func (r *Reader) kinds(s *symbol) kindSet {
	e := &r.v.entries[s.entry]
	if s.phrase >= 0 {
		return e.phrases[s.phrase].kinds
	}
	return e.kinds
}

// firstOf is what the first of them is.
func (r *Reader) firstOf(s *symbol) first {
	e := &r.v.entries[s.entry]
	if s.phrase >= 0 {
		return e.phrases[s.phrase].first
	}
	return e.first
}

// as gives the meaning of a kind that a symbol has in one of the languages.
func (r *Reader) as(s *symbol, k kind, langs uint32) (sense, bool) {
	if !s.kinds.has(k) {
		return sense{}, false // most often, and inlined
	}
	return r.sense(s, k, langs)
}

func (r *Reader) sense(s *symbol, k kind, langs uint32) (sense, bool) {
	list := r.senses(s)
	for i := range list {
		if list[i].kind == k && r.speaks(list[i].langs, langs) {
			return list[i], true
		}
	}
	return sense{}, false
}

// is says whether a symbol has a meaning of a kind in any language.
func (r *Reader) is(s *symbol, k kind) bool { return s.kinds.has(k) }

const anyLang = ^uint32(0)

// speaks says whether a word of some languages may stand in a run in others: those that are spoken mixed with English may.
func (r *Reader) speaks(word, run uint32) bool {
	return word&run != 0 || word&r.v.english != 0 && run&r.v.english != 0
}

// narrow gives the languages that a run is in after a word of some.
func (r *Reader) narrow(run, word uint32) uint32 {
	if run&r.v.english != 0 && word&r.v.english != 0 {
		return run & (word | r.v.english)
	}
	return run & word
}

// told says whether a hint is given, and notes that it made a difference. Ask it last.
func (r *Reader) told(h Hint) bool {
	r.Used |= r.given & h
	return r.given&h != 0
}

// Read rewrites t, which lex has scanned, where something is spoken, and fills r.Regions and r.Used. It says whether it changed anything.
func (r *Reader) Read(t *scan.Text, lex *scan.Lexicon, h Hints) bool {
	r.Regions, r.Used = r.Regions[:0], 0
	if r.v == nil {
		r.v = words()
	}
	r.t, r.b, r.h, r.given = t, t.Bytes, h, h.Set()
	if !r.list() {
		r.t, r.b, r.h = nil, nil, Hints{}
		return false
	}
	r.edits, r.found, r.taken = r.edits[:0], r.found[:0], r.taken[:0]
	r.with, r.from, r.to = r.with[:0], r.from[:0], r.to[:0]
	r.join()
	if r.misheard {
		r.hear()
	}
	r.addresses()
	for i := 0; i < len(r.symbols); {
		i = r.run(i)
	}
	if r.seen.has(pause) {
		r.dropPauses()
	}
	changed := len(r.edits) > 0
	if changed {
		r.commit(lex)
	}
	r.t, r.b, r.h = nil, nil, Hints{}
	return changed
}

// commit makes the edits and moves the regions to where they stand in the new text.
func (r *Reader) commit(lex *scan.Lexicon) {
	if places := (*byPlace)(r); !sort.IsSorted(places) {
		sort.Sort(places)
	}
	r.dropOverlaps()
	shift := 0
	for i := range r.edits {
		e := &r.edits[i]
		start := e.Start + shift
		region := r.found[i]
		region.Start, region.End = start, start+len(e.With)
		r.Regions = append(r.Regions, region)
		shift += len(e.With) - (e.End - e.Start)
	}
	r.t.Rewrite(r.edits, lex)
}

// dropOverlaps keeps the longer of two edits that begin and end within each other: where sentences end within an address, a half of one and
// another may.
func (r *Reader) dropOverlaps() {
	n, end := 0, 0
	for i := range r.edits {
		e := &r.edits[i]
		if n > 0 && e.Start < end {
			if last := &r.edits[n-1]; e.End-e.Start <= last.End-last.Start {
				continue
			}
			n--
		}
		r.edits[n], r.found[n] = *e, r.found[i]
		end = e.End
		n++
	}
	r.edits, r.found = r.edits[:n], r.found[:n]
}

// byPlace sorts the edits of a Reader, and what they are of: addresses were found before the rest.
type byPlace Reader

func (r *byPlace) Len() int           { return len(r.edits) }
func (r *byPlace) Less(i, k int) bool { return r.edits[i].Start < r.edits[k].Start }
func (r *byPlace) Swap(i, k int) {
	r.edits[i], r.edits[k] = r.edits[k], r.edits[i]
	r.found[i], r.found[k] = r.found[k], r.found[i]
}

// list finds the symbols among the tokens and says whether anything can come of them.
func (r *Reader) list() bool {
	tokens := r.t.Tokens
	r.symbols, r.seen = r.symbols[:0], 0
	var n counts
	r.dots, r.certain, r.misheard = false, false, false
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		s := symbol{first: int32(i), last: int32(i), phrase: -1}
		switch {
		case t.Shape == scan.Digit:
			s.kind = numeral
			n.numerals++
			if k := len(r.symbols); k > 1 && r.symbols[k-1].entry != 0 && r.symbols[k-2].kind == numeral {
				n.joined = true // "4111 um 1111"
			} else if k > 0 && r.symbols[k-1].kind == numeral && r.b[tokens[i-1].End] != ' ' && tokens[i-1].Len() == t.Len() && t.Start-tokens[i-1].End == 2 {
				n.joined = true // "4111. 1111."
			}
			r.symbols = append(r.symbols, s)
			continue
		case t.Shape&scan.Digit != 0:
			if t.Len() <= mixedMost && r.isApart(t) && !r.isOrdinalSign(t) {
				s.kind = mixed
				r.symbols = append(r.symbols, s)
			}
			continue
		case t.Len() == 1:
			if r.isCut(t) {
				if s.entry = r.v.find(t, r.b); s.entry == 0 || r.phraseAt(&s, i) == i {
					continue
				}
				i, s.kinds = int(s.last), r.kinds(&s)
				r.symbols = append(r.symbols, s)
				continue
			}
			s.char = r.b[t.Start] | 0x20
			n.letters++
		}
		if s.entry = r.v.find(t, r.b); s.entry == 0 && s.char == 0 {
			if s.kind = r.wordKind(t); s.kind != none {
				n.numbers += 2
				r.symbols = append(r.symbols, s)
			}
			continue
		}
		if s.entry != 0 {
			if i == 0 || !r.isPoint(i-1) { // "example.it is my address"
				i = r.phraseAt(&s, i)
			}
			s.kinds = r.kinds(&s)
			r.seen |= s.kinds
			r.misheard = r.misheard || r.v.entries[s.entry].heard != 0
			n.months = n.months || s.kinds.has(month) && r.isForeignMonth(&s)
			switch first := r.firstOf(&s); {
			case first == firstNone && s.char == 0:
				continue
			case first == firstNumber, first == firstWeak && (r.t.Said&r.h.Lead != 0 || r.told(HintCode)):
				n.numbers++
			case first == firstWeak:
				n.weak++
			case first == firstLetter:
				n.letters++
			}
			r.certain = r.certain || s.kinds&(1<<at) != 0 && s.char == 0 && r.isCertain(&s)
			r.dots = r.dots || s.kinds&(1<<provider) != 0 || s.kinds&(1<<mark) != 0 && r.isDot(&s)
		}
		r.symbols = append(r.symbols, s)
	}
	return r.isWorth(&n)
}

// join notes which symbols come right behind the one before.
func (r *Reader) join() {
	for k := 1; k < len(r.symbols); k++ {
		before, s := &r.symbols[k-1], &r.symbols[k]
		s.joined = s.first == before.last+1 && r.joins(int(r.end(before)), int(r.start(s)))
	}
}

// isApart says whether spaces or the marks of a sentence stand on both sides of a token.
func (r *Reader) isApart(t *scan.Token) bool {
	if t.Start > 0 && r.b[t.Start-1] != ' ' {
		return false
	}
	if int(t.End) == len(r.b) || r.b[t.End] == ' ' {
		return true
	}
	c := r.b[t.End]
	return (c == '.' || c == ',' || c == '?') && (int(t.End)+1 == len(r.b) || r.b[t.End+1] == ' ')
}

// isOrdinalSign says whether a token of figures and letters is an ordinal, "5th": no part of a code, unless one was asked for.
func (r *Reader) isOrdinalSign(t *scan.Token) bool {
	b := r.b[t.Start:t.End]
	n := len(b) - 2
	if n < 1 || !scan.IsDigit(b[n-1]) {
		return false
	}
	if string(b[n:]) == "º" || string(b[n:]) == "ª" { // "7, 2º D" is a house and a door
		return true
	}
	switch string([]byte{b[n] | 0x20, b[n+1] | 0x20}) {
	case "st", "nd", "rd", "th":
		return !r.told(HintCode)
	}
	return false
}

// wordKind says whether a word that the vocabulary doesn't know is put together of several that it does.
func (r *Reader) wordKind(t *scan.Token) kind {
	if t.Len() >= gluedLeast && r.v.glued != 0 {
		if v, _ := r.gluedNumber(t); v > 0 {
			return glued
		}
		if b := r.b[t.Start:t.End]; r.v.starts.has(b) {
			var n int
			if r.digits, n, _ = r.gluedDigits(r.digits[:0], b); n > 1 {
				return row
			}
		}
	}
	if t.Shape == scan.High && r.v.syllables != 0 {
		var n int
		if r.digits, n = r.digitRow(r.digits[:0], t); n > 1 {
			return row
		}
	}
	return none
}

// isCut says whether an apostrophe cuts a letter off a word: "number's", "d'accord". An alias stands for a word.
func (r *Reader) isCut(t *scan.Token) bool {
	ofWord := func(c byte) bool { return scan.IsWordByte(c) || c == '[' || c == ']' }
	return t.Start > 1 && r.b[t.Start-1] == '\'' && ofWord(r.b[t.Start-2]) ||
		int(t.End)+1 < len(r.b) && r.b[t.End] == '\'' && ofWord(r.b[t.End+1])
}

// phraseAt makes s the longest phrase that begins with its word, token i, and gives its last token.
func (r *Reader) phraseAt(s *symbol, i int) int {
	tokens := r.t.Tokens
	if i+1 == len(tokens) || r.v.entries[s.entry].seconds>>(tokens[i+1].Hash>>26)&1 == 0 {
		return i
	}
	list := r.v.entries[s.entry].phrases
next:
	for k := range list {
		rest := list[k].rest
		if i+len(rest) >= len(tokens) {
			continue
		}
		for n, h := range rest {
			if t := &tokens[i+1+n]; t.Hash != h || !r.close(int(t.Start)) {
				continue next
			}
		}
		if list[k].kinds == 1<<stop && r.isAmongSingles(i) {
			continue // "q u i m b y"
		}
		s.phrase = int16(k)
		s.char = 0
		s.last = int32(i + len(rest))
		return i + len(rest)
	}
	return i
}

// isAmongSingles says whether tokens i and the next are single letters with a space between them, and another beside them.
func (r *Reader) isAmongSingles(i int) bool {
	one := func(k int) bool { return k >= 0 && k < len(r.t.Tokens) && r.t.Tokens[k].Len() == 1 }
	return one(i) && one(i+1) && r.b[r.t.Tokens[i].End] == ' ' && (one(i-1) || one(i+2))
}

// close says whether the token that begins at a place follows the one before without more than a space, an apostrophe or a dash.
func (r *Reader) close(start int) bool {
	for k := start - 1; k >= 0 && !scan.IsWordByte(r.b[k]); k-- {
		if c := r.b[k]; c != ' ' && c != '\'' && c != '-' || start-k > 2 {
			return false
		}
	}
	return true
}

const (
	mixedMost  = 6 // characters of a token of letters and digits that may be a part of what is read out
	gluedLeast = 7 // bytes of a number of several parts written as one word
)

// text gives the bytes of a token.
func (r *Reader) text(i int32) []byte {
	t := &r.t.Tokens[i]
	return r.b[t.Start:t.End]
}

func (r *Reader) start(s *symbol) uint32 { return r.t.Tokens[s.first].Start }
func (r *Reader) end(s *symbol) uint32   { return r.t.Tokens[s.last].End }

// follows says whether symbol k comes right behind symbol i, the one before.
func (r *Reader) follows(i, k int) bool {
	return k < len(r.symbols) && r.symbols[i+1].joined
}

// adjacent says whether symbol k comes right behind a token, with no other word and no end of a part between them.
func (r *Reader) adjacent(token int32, k int) bool {
	if k >= len(r.symbols) {
		return false
	}
	s := &r.symbols[k]
	if k > 0 && r.symbols[k-1].last == token {
		return s.joined
	}
	return s.first == token+1 && r.joins(int(r.t.Tokens[token].End), int(r.start(s)))
}

// joins says whether what stands between two tokens may stand within something read out. A recogniser sets dots and commas
// where somebody pauses.
func (r *Reader) joins(from, to int) bool {
	if to-from > 4 {
		return false
	}
	dash, space := false, 0
	for _, c := range r.b[from:to] {
		switch c {
		case ' ', '\t':
			space++
		case '-':
			dash = true
		case ',', '.', '\'', '/':
		default:
			return false
		}
	}
	return !dash || space != 1 // " -u" begins something
}

// IsSymbol says whether a word is the name of a single digit or letter, or a letter.
func (r *Reader) IsSymbol(t *scan.Token, b []byte) bool {
	if r.v == nil {
		r.v = words()
	}
	if t.Len() == 1 && t.IsWord() {
		return true
	}
	list := r.v.entries[r.v.find(t, b)].senses
	for i := range list {
		if x := &list[i]; (x.kind == digit || x.kind == letter) && x.langs&^x.weak != 0 {
			return true
		}
	}
	return false
}

// IsReadOut says whether a word may stand where letters and digits are read out: it is one, or a mark, explains one or means nothing.
func (r *Reader) IsReadOut(t *scan.Token, b []byte) bool {
	const kinds = 1<<digit | 1<<number | 1<<times | 1<<letter | 1<<phonetic | 1<<mark | 1<<filler | 1<<asIn | 1<<like | 1<<and
	if r.v == nil {
		r.v = words()
	}
	if t.Len() == 1 || t.IsNumber() {
		return true
	}
	e := &r.v.entries[r.v.find(t, b)]
	return e.kinds&kinds != 0 || slices.ContainsFunc(e.phrases, func(p phrase) bool { return p.kinds&(1<<asIn|1<<filler) != 0 })
}

// IsNumber says whether a word is a number in some language, whatever else it may mean; sure, whether it is commonly nothing else.
func (r *Reader) IsNumber(t *scan.Token, b []byte) (is, sure bool) {
	if r.v == nil {
		r.v = words()
	}
	e := r.v.find(t, b)
	if e == 0 && t.Len() >= gluedLeast && r.v.glued != 0 {
		r.b = b
		v, _ := r.gluedNumber(t)
		r.b = nil
		return v > 0, v > 0
	}
	for _, x := range r.v.entries[e].senses {
		if x.kind == digit || x.kind == number || x.kind == times {
			is, sure = true, sure || x.langs&^x.weak != 0
		}
	}
	return is, sure
}

// IsFiller says whether a word is a filler that is no other word: "uh".
func (r *Reader) IsFiller(t *scan.Token, b []byte) bool {
	if r.v == nil {
		r.v = words()
	}
	list := r.v.entries[r.v.find(t, b)].senses
	for i := range list {
		if list[i].kind == pause {
			return true
		}
	}
	return false
}

// IsPlain says whether a word is a number, a filler or the like in some language and means nothing else: it is no name.
func (r *Reader) IsPlain(t *scan.Token, b []byte) bool {
	if r.v == nil {
		r.v = words()
	}
	if t.Shape&scan.Digit != 0 {
		return false
	}
	list := r.v.entries[r.v.find(t, b)].senses
	plain := false
	for i := range list {
		switch x := &list[i]; x.kind {
		case digit, number, hundred, scale, times, filler:
			if x.langs&^x.weak == 0 {
				return false
			}
			plain = true
		case phonetic, letter, month:
			return false
		}
	}
	return plain
}
