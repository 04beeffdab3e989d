package spoken

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// kind says what a word may stand for.
type kind uint8

const (
	none       kind = iota
	digit           // 0 to 9
	number          // 10 and more, in one word or phrase
	hundred         // "hundred": multiplies what stands before it
	scale           // "thousand", "lakh": the value is the number of zeros
	times           // "double": repeats the next digit or letter
	ordinal         // "fourth"
	letter          // the name of a letter
	phonetic        // a word of a spelling alphabet
	at              // "at"
	mark            // "dot", "dash": the value is the character
	month           // 1 to 12
	filler          // "uh": means nothing
	hesitation      // "hang on": means nothing within a number
	fix             // "sorry": what came before may be wrong
	asIn            // "as in": a word follows whose first letter is meant
	like            // "for": the same if the letter fits
	and             // the value is one of andPlain, andTens, andUnits
	tld             // the last part of a domain
	provider        // the domain of a mail service, without its last part
	stop            // a word that no local part of an address begins with
	ofMonth         // between a day and the number of a month
	meridiem        // "o'clock": what stands before is a time
	pause           // "uh": a filler that is no other word
	numeral         // digits as they are written; no word
	glued           // a number of several words written as one
	mixed           // letters and digits as they are written; no word
	row             // digits written as one word, a syllable each
)

// How "and" joins tens and units.
const (
	andPlain = iota // only behind hundreds and thousands
	andTens         // "treinta y cuatro"
	andUnits        // "vier und zwanzig"
)

// sense is one meaning of a word.
type sense struct {
	langs uint32 // the languages in which it has that
	weak  uint32 // those in which it commonly means something else
	value uint32
	kind  kind
}

// entry is what the vocabulary knows of a word: what it means alone, and the phrases that it begins, the longest first.
type entry struct {
	seconds uint64 // a filter of the second words of the phrases: a bit for the first six bits of their hashes
	kinds   kindSet
	next    uint16 // the entry of another word that the lexicon can't tell from this one; 0 if there is none
	first   first
	heard   uint16 // the entry of the digit that is misheard as this word; 0 if none is
	common  bool   // the word is said everywhere, see heardCommon
	senses  []sense
	phrases []phrase
	word    string
}

// first is what the first sense makes of a symbol that is listed.
type first uint8

const (
	firstNone   first = iota // there is no sense
	firstNumber              // a number in some language that isn't commonly another word there
	firstWeak                // a number that is
	firstLetter
	firstOther
)

func firstOf(senses []sense) first {
	switch {
	case len(senses) == 0:
		return firstNone
	case senses[0].kind <= ordinal && senses[0].langs&^senses[0].weak != 0:
		return firstNumber
	case senses[0].kind <= ordinal:
		return firstWeak
	case senses[0].kind <= phonetic:
		return firstLetter
	}
	return firstOther
}

type phrase struct {
	rest   []uint32 // hashes of the words behind the first
	kinds  kindSet
	first  first
	senses []sense
}

// kindSet is a set of kinds, a bit each.
type kindSet uint32

func kindsOf(senses []sense) (k kindSet) {
	for _, s := range senses {
		k |= 1 << s.kind
	}
	return k
}

func (k kindSet) has(x kind) bool { return k>>x&1 != 0 }

// starters are the kinds that something to be written may begin with.
const starters kindSet = 1<<digit | 1<<number | 1<<hundred | 1<<scale | 1<<times | 1<<ordinal | 1<<letter | 1<<phonetic | 1<<mark | 1<<month

// vocabulary is all words of all languages. It is immutable.
type vocabulary struct {
	lexicon    *scan.Lexicon
	entries    []entry // by scan.Entry.Topic
	names      []string
	en, fr     uint32   // the tables named so
	glued      uint32   // languages that write a number as one word
	english    uint32   // those whose words mix with each other's: digits are said in English in Hindi calls
	unitsFirst uint32   // those that say units before tens
	accents    uint32   // those that are written without accents as well
	inflected  uint32   // those in which an ordinal may end a number, as years do
	shortTens  uint32   // those in which two digits behind hundreds are tens and units
	syllables  uint32   // those that write digits as one word, a syllable each
	spellings  []string // how domains are written that other scripts have words for: a sense's value, less one
	tests      []example
	lengths    [2]int // of the words that numbers are glued of, in bytes
	starts     starts // of the words that glued numbers begin with
}

// starts is a set of the first bytes of words, with false hits.
type starts [64]uint64

const startBytes = 3

func (s *starts) at(b []byte) (word *uint64, bit uint64) {
	h := (uint32(b[0]|0x20)<<16 | uint32(b[1]|0x20)<<8 | uint32(b[2]|0x20)) * 0x9E3779B1 >> 20
	return &s[h>>6], 1 << (h & 63)
}

func (s *starts) add(w string) {
	if len(w) >= startBytes {
		word, bit := s.at([]byte(w))
		*word |= bit
	}
}

func (s *starts) has(b []byte) bool {
	if len(b) < startBytes {
		return false
	}
	word, bit := s.at(b)
	return *word&bit != 0
}

// example is a line of a language's table that says how something is read.
type example struct{ where, said, written string }

//go:embed languages/*.txt
var languageFiles embed.FS

// words gives the vocabulary. A table that is wrong is a defect of the program, which a test finds.
var words = sync.OnceValue(func() *vocabulary {
	v, err := readVocabulary()
	if err != nil {
		panic("spoken: a language's table is wrong; TestTables says which")
	}
	return v
})

// Load reads the vocabulary, which the first Read does otherwise.
func Load() { words() }

// builder gathers words.
type builder struct {
	v       *vocabulary
	order   []string
	entries map[string]*building
	text    scan.Text
	none    *scan.Lexicon // without words
}

type building struct {
	senses []sense
	begins []string // phrases
	phrase bool     // is one itself
}

func readVocabulary() (*vocabulary, error) {
	tables, err := fs.Sub(languageFiles, "languages")
	if err != nil {
		return nil, fmt.Errorf("read languages: %w", err)
	}
	return readTables(tables)
}

// readTables makes a vocabulary of the tables in a folder, a language each.
func readTables(tables fs.FS) (*vocabulary, error) {
	files, err := fs.Glob(tables, "*.txt")
	if err != nil {
		return nil, fmt.Errorf("read languages: %w", err)
	}
	if len(files) > 32 {
		return nil, fmt.Errorf("read languages: more than 32")
	}
	b := builder{v: new(vocabulary), entries: map[string]*building{}}
	for _, name := range files {
		data, err := fs.ReadFile(tables, name)
		if err != nil {
			return nil, fmt.Errorf("read languages: %w", err)
		}
		lang := uint32(1) << len(b.v.names)
		b.v.names = append(b.v.names, strings.TrimSuffix(name, ".txt"))
		switch name {
		case "en.txt":
			b.v.en = lang
		case "fr.txt":
			b.v.fr = lang
		}
		for i, line := range strings.Split(string(data), "\n") {
			if err := b.line(lang, fmt.Sprintf("%s:%d", name, i+1), line); err != nil {
				return nil, fmt.Errorf("read %s, line %d: %w", name, i+1, err)
			}
		}
	}
	b.finish()
	return b.v, nil
}

// kinds names what a line of a table may hold. Those with value true have one.
var kinds = map[string]struct {
	kind  kind
	value bool
}{
	"digit": {digit, true}, "number": {number, true}, "hundred": {hundred, false}, "scale": {scale, true}, "times": {times, true},
	"ordinal": {ordinal, true}, "letter": {letter, true}, "phonetic": {phonetic, true}, "at": {at, false}, "mark": {mark, true},
	"month": {month, true}, "filler": {filler, false}, "hesitation": {hesitation, false}, "fix": {fix, false}, "as-in": {asIn, false},
	"like": {like, false}, "and": {and, false}, "and-tens": {and, false}, "and-units": {and, false}, "tld": {tld, false},
	"provider": {provider, false}, "stop": {stop, false}, "of-month": {ofMonth, false},
	"clock": {meridiem, false}, "pause": {pause, false},
}

// line reads one line of a language's table; languages/README.md describes them.
func (b *builder) line(lang uint32, where, line string) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if said, written, ok := strings.Cut(line, " => "); ok {
		b.v.tests = append(b.v.tests, example{where, strings.TrimSpace(said), strings.TrimSpace(written)})
		return nil
	}
	if flag := b.v.flag(line); flag != nil {
		*flag |= lang
		return nil
	}
	head, list, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("no list of words")
	}
	name, value, _ := strings.Cut(head, " ")
	if name == "weak" {
		for w := range strings.FieldsSeq(list) {
			if !b.weaken(lang, w) {
				return fmt.Errorf("%q is weak but not listed before", w)
			}
		}
		return nil
	}
	k, ok := kinds[name]
	if !ok || k.value != (value != "") && k.kind != tld && k.kind != provider {
		return fmt.Errorf("unknown kind of line %q", head)
	}
	s := sense{langs: lang, kind: k.kind}
	switch {
	case name == "and-tens":
		s.value = andTens
	case name == "and-units":
		s.value = andUnits
		b.v.unitsFirst |= lang
	case k.kind == tld || k.kind == provider:
		if value != "" {
			b.v.spellings = append(b.v.spellings, value)
			s.value = uint32(len(b.v.spellings))
		}
	case k.kind == mark || k.kind == letter || k.kind == phonetic:
		if len(value) != 1 {
			return fmt.Errorf("%q is no single character", value)
		}
		s.value = uint32(value[0])
	case k.value:
		n, err := strconv.ParseUint(value, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no number", value)
		}
		s.value = uint32(n)
	}
	for w := range strings.FieldsSeq(list) {
		b.add(w, s)
	}
	return nil
}

// lower folds the case of ASCII and Latin-1, as the lexicon does.
func lower(w string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x100 {
			return unicode.ToLower(r)
		}
		return r
	}, w)
}

// flag is the set of languages that a line of one word puts its own into, nil if it is no such line.
func (v *vocabulary) flag(line string) *uint32 {
	switch line {
	case "glued":
		return &v.glued
	case "mixes":
		return &v.english
	case "accents":
		return &v.accents
	case "inflected":
		return &v.inflected
	case "short-tens":
		return &v.shortTens
	case "syllables":
		return &v.syllables
	}
	return nil
}

// add notes a word, or a phrase whose words are joined by underscores, in all its forms.
func (b *builder) add(w string, s sense) {
	for _, form := range b.forms(w, s.langs, s.kind == letter) {
		b.addForm(form, s)
	}
}

// weaken marks a word of a language in all its forms, and says whether it knows it.
func (b *builder) weaken(lang uint32, w string) (known bool) {
	for _, form := range b.forms(w, lang, false) {
		e := b.entries[strings.Join(b.split(lower(strings.ReplaceAll(form, "_", " "))), "_")]
		if e == nil {
			continue
		}
		for i := range e.senses {
			if e.senses[i].langs&lang != 0 {
				e.senses[i].weak |= lang
				known = true
			}
		}
	}
	return known
}

// forms are the ways in which a word is written. The lexicon folds the case of ASCII and Latin-1; what goes beyond stands in capitals,
// too. Devanagari has two ways to write a dot below and two to write a nasal, and leaves the dot away. Exact keeps the accents: without,
// the names of letters are short words.
func (b *builder) forms(w string, lang uint32, exact bool) []string {
	list := []string{w}
	also := func(form string) {
		if form != "" && !slices.Contains(list, form) {
			list = append(list, form)
		}
	}
	if lang&b.v.accents != 0 && !exact {
		also(plain.Replace(w))
	}
	also(dotless.Replace(w))
	for _, form := range list {
		also(strings.ReplaceAll(form, "\u0901", "\u0902"))
	}
	for _, form := range list {
		if strings.ContainsFunc(form, func(r rune) bool { return r > 0xFF && unicode.ToUpper(r) != r }) {
			also(strings.ToUpper(form))
			r, n := utf8.DecodeRuneInString(form)
			also(string(unicode.ToUpper(r)) + form[n:])
		}
	}
	for _, form := range list {
		also(composed.Replace(form))
	}
	return list
}

// plain takes the accents off Latin letters, dotless the dots off Devanagari ones, and composed makes letters of these and their dots.
var (
	plain = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e",
		"í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ç", "c", "ć", "c",
		"ñ", "n", "ń", "n", "ł", "l", "ś", "s", "ź", "z", "ż", "z", "ß", "ss", "æ", "ae", "œ", "oe")
	dotless  = strings.NewReplacer("\u093C", "")
	composed = strings.NewReplacer("\u0915\u093C", "\u0958", "\u0916\u093C", "\u0959", "\u0917\u093C", "\u095A", "\u091C\u093C", "\u095B",
		"\u0921\u093C", "\u095C", "\u0922\u093C", "\u095D", "\u092B\u093C", "\u095E")
)

func (b *builder) addForm(w string, s sense) {
	tokens := b.split(lower(strings.ReplaceAll(w, "_", " ")))
	key := strings.Join(tokens, "_")
	e := b.entry(key)
	e.phrase = len(tokens) > 1
	if e.phrase {
		if first := b.entry(tokens[0]); !slices.Contains(first.begins, key) {
			first.begins = append(first.begins, key)
		}
	}
	for i := range e.senses {
		if o := &e.senses[i]; o.kind == s.kind && o.value == s.value {
			o.langs |= s.langs
			return
		}
	}
	e.senses = append(e.senses, s)
}

func (b *builder) entry(key string) *building {
	e := b.entries[key]
	if e == nil {
		e = &building{}
		b.entries[key] = e
		b.order = append(b.order, key)
	}
	return e
}

// finish makes the lexicon.
func (b *builder) finish() {
	v := b.v
	v.entries = make([]entry, 1)
	v.lengths = [2]int{1 << 20, 0}
	var list []scan.Entry
	empty := scan.NewLexicon(nil, 0)
	hash := func(w string) uint32 {
		t := empty.Lookup([]byte(w))
		return t.Hash
	}
	alike := map[string]uint16{} // entries by what the lexicon sees of their words
	for _, key := range b.order {
		e := b.entries[key]
		if e.phrase {
			continue
		}
		slices.SortStableFunc(e.senses, func(x, y sense) int { return int(x.kind) - int(y.kind) })
		out := entry{word: key, kinds: kindsOf(e.senses), first: firstOf(e.senses), senses: e.senses}
		for _, p := range e.begins {
			tokens := strings.Split(p, "_")
			rest := make([]uint32, len(tokens)-1)
			for i, w := range tokens[1:] {
				rest[i] = hash(w)
			}
			out.seconds |= 1 << (rest[0] >> 26)
			out.phrases = append(out.phrases, phrase{rest, kindsOf(b.entries[p].senses), firstOf(b.entries[p].senses), b.entries[p].senses})
		}
		slices.SortStableFunc(out.phrases, func(x, y phrase) int { return len(y.rest) - len(x.rest) })
		for _, s := range e.senses {
			if s.langs&v.glued != 0 && (s.kind == digit || s.kind == number || s.kind == hundred || s.kind == scale || s.kind == and) {
				v.lengths[0], v.lengths[1] = min(v.lengths[0], len(key)), max(v.lengths[1], len(key))
				if s.kind != and {
					v.starts.add(key)
				}
			}
		}
		seen := seenAs(key)
		out.next = alike[seen]
		alike[seen] = uint16(len(v.entries))
		list = append(list, scan.Entry{Word: key, Bits: 1, Topic: uint16(len(v.entries))})
		v.entries = append(v.entries, out)
	}
	v.lexicon = scan.NewLexicon(list, 0)
	v.findHeard()
}

// seenAs is what the lexicon sees of a word: bit 5 of each byte set, and of long ones the ends.
func seenAs(word string) string {
	b := []byte(word)
	for i := range b {
		b[i] |= 0x20
	}
	if n := len(b); n > 16 {
		b = append(append(b[:8:8], b[n-8:]...), strconv.Itoa(n)...)
	}
	return string(b)
}

// find gives the entry of a token of b, or 0.
func (v *vocabulary) find(t *scan.Token, b []byte) uint16 {
	e := v.lexicon.Is(t, b)
	if e == 0 || t.Shape&scan.High == 0 && t.Len() <= 16 {
		return e
	}
	return v.exactly(e, b[t.Start:t.End])
}

// lookup gives the entry of a word, or 0.
func (v *vocabulary) lookup(word []byte) uint16 {
	t := v.lexicon.Lookup(word)
	if t.Topic == 0 {
		return 0
	}
	return v.exactly(t.Topic, word)
}

// exactly follows the chain of words that the lexicon can't tell apart to the one that is meant. Outside ASCII and Latin-1 bit 5 of a
// byte is not its case: the lexicon takes क for व.
func (v *vocabulary) exactly(e uint16, word []byte) uint16 {
next:
	for ; e != 0; e = v.entries[e].next {
		w := v.entries[e].word
		if len(w) != len(word) {
			continue
		}
		for i, c := range word {
			if d := w[i]; c != d && (c|0x20 != d|0x20 || c >= utf8.RuneSelf && (i == 0 || word[i-1] != 0xC3 || w[i-1] != 0xC3)) {
				continue next
			}
		}
		return e
	}
	return 0
}

// split cuts a phrase as the scan does.
func (b *builder) split(phrase string) (words []string) {
	if b.none == nil {
		b.none = scan.NewLexicon(nil, 0)
	}
	b.text.Scan([]byte(phrase), b.none)
	for i := range b.text.Tokens {
		words = append(words, string(b.text.Bytes[b.text.Tokens[i].Start:b.text.Tokens[i].End]))
	}
	return words
}
