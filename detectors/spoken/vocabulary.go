package spoken

import (
	"embed"
	"fmt"
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
	meridiem        // "o'clock": what stands before is a time
	numeral         // digits as they are written; no word
	glued           // a number of several words written as one
	mixed           // letters and digits as they are written; no word
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
	senses  []sense
	phrases []phrase
}

type phrase struct {
	rest   []uint32 // hashes of the words behind the first
	senses []sense
}

// vocabulary is all words of all languages. It is immutable.
type vocabulary struct {
	lexicon *scan.Lexicon
	entries []entry // by scan.Entry.Topic
	names   []string
	glued   uint32 // languages that write a number as one word
	english uint32 // those whose words mix with each other's: digits are said in English in Hindi calls
	tests   []example
	lengths [2]int // of the words that numbers are glued of, in bytes
}

// example is a line of a language's table that says how something is read.
type example struct{ where, said, written string }

//go:embed languages/*.txt
var languageFiles embed.FS

// words gives the vocabulary. A table that is wrong is a defect of the program, which a test finds.
var words = sync.OnceValue(func() *vocabulary {
	v, err := readVocabulary()
	if err != nil {
		panic(err)
	}
	return v
})

// builder gathers words.
type builder struct {
	v       *vocabulary
	order   []string
	entries map[string]*building
}

type building struct {
	senses []sense
	begins []string // phrases
	phrase bool     // is one itself
}

func readVocabulary() (*vocabulary, error) {
	files, err := languageFiles.ReadDir("languages")
	if err != nil {
		return nil, fmt.Errorf("read languages: %w", err)
	}
	b := builder{v: new(vocabulary), entries: map[string]*building{}}
	for _, f := range files {
		name := "languages/" + f.Name()
		data, err := languageFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read languages: %w", err)
		}
		lang := uint32(1) << len(b.v.names)
		b.v.names = append(b.v.names, strings.TrimSuffix(f.Name(), ".txt"))
		for i, line := range strings.Split(string(data), "\n") {
			if err := b.line(lang, fmt.Sprintf("%s:%d", f.Name(), i+1), line); err != nil {
				return nil, fmt.Errorf("read %s, line %d: %w", name, i+1, err)
			}
		}
	}
	if len(b.v.names) > 32 {
		return nil, fmt.Errorf("read languages: more than 32")
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
	"provider": {provider, false}, "stop": {stop, false}, "clock": {meridiem, false},
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
	head, list, ok := strings.Cut(line, ": ")
	name, value, _ := strings.Cut(head, " ")
	if head == "glued" || head == "mixes" {
		if head == "glued" {
			b.v.glued |= lang
		} else {
			b.v.english |= lang
		}
		return nil
	}
	if !ok {
		return fmt.Errorf("no list of words")
	}
	if name == "weak" {
		for w := range strings.FieldsSeq(list) {
			e := b.entries[w]
			if e == nil {
				return fmt.Errorf("%q is weak but not listed before", w)
			}
			for i := range e.senses {
				if e.senses[i].langs&lang != 0 {
					e.senses[i].weak |= lang
				}
			}
		}
		return nil
	}
	k, ok := kinds[name]
	if !ok || k.value != (value != "") {
		return fmt.Errorf("unknown kind of line %q", head)
	}
	s := sense{langs: lang, kind: k.kind}
	switch {
	case name == "and-tens":
		s.value = andTens
	case name == "and-units":
		s.value = andUnits
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

// add notes a word, or a phrase whose words are joined by underscores. The lexicon folds the case of ASCII and Latin-1; what goes
// beyond is noted in capitals, too.
func (b *builder) add(w string, s sense) {
	b.addForm(w, s)
	if strings.ContainsFunc(w, func(r rune) bool { return r > 0xFF && unicode.ToUpper(r) != r }) {
		b.addForm(strings.ToUpper(w), s)
		r, n := utf8.DecodeRuneInString(w)
		b.addForm(string(unicode.ToUpper(r))+w[n:], s)
	}
}

func (b *builder) addForm(w string, s sense) {
	tokens := splitWords(strings.ReplaceAll(w, "_", " "))
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
	for _, key := range b.order {
		e := b.entries[key]
		if e.phrase {
			continue
		}
		out := entry{senses: e.senses}
		for _, p := range e.begins {
			tokens := strings.Split(p, "_")
			rest := make([]uint32, len(tokens)-1)
			for i, w := range tokens[1:] {
				rest[i] = hash(w)
			}
			out.phrases = append(out.phrases, phrase{rest, b.entries[p].senses})
		}
		slices.SortStableFunc(out.phrases, func(x, y phrase) int { return len(y.rest) - len(x.rest) })
		for _, s := range e.senses {
			if s.langs&v.glued != 0 && (s.kind == digit || s.kind == number || s.kind == hundred || s.kind == scale) {
				v.lengths[0], v.lengths[1] = min(v.lengths[0], len(key)), max(v.lengths[1], len(key))
			}
		}
		list = append(list, scan.Entry{Word: key, Bits: 1, Topic: uint16(len(v.entries))})
		v.entries = append(v.entries, out)
	}
	v.lexicon = scan.NewLexicon(list, 0)
}

// splitWords cuts a phrase as the scan does.
func splitWords(phrase string) (words []string) {
	var text scan.Text
	text.Scan([]byte(phrase), scan.NewLexicon(nil, 0))
	for i := range text.Tokens {
		words = append(words, string(text.Bytes[text.Tokens[i].Start:text.Tokens[i].End]))
	}
	return words
}
