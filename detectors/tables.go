package detectors

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// tables is the catalogue made ready for the scan. It is immutable.
type tables struct {
	entries []entry
	lexicon *scan.Lexicon
	phrases phraseTable
	topics  []typeSet // by scan.Token.Topic: the types that a word is about
	sole    []bool    // by topic: whether that is one type only

	// What runs on which tokens; see entry.
	words     []func(*pass, int) // by scan.Token.Begin
	codeFuncs []func(*pass, int)
	longFuncs []func(*pass, int)
	starts    []func(*pass, int)
	afters    []func(*pass, int)
	ats       []func(*pass, int) bool
	runs      []func(*pass, *run, *guess)

	digitIDs   [formMax + 1][]formRef    // forms of digits alone, by length
	codeIDs    [formMax + 1][4][]formRef // other forms, by length and ends, the surest first
	headWords  uint64                    // lengths of the letters that forms begin with before a separator may stand
	headDigits uint64                    // the same for digits
}

// formRef is one form of one identifier.
type formRef struct {
	form
	id       *identifier
	kind     Type
	detector uint8
}

// typeSet has a bit for each type.
type typeSet [TypesMax / 64]uint64

func (s *typeSet) add(t Type)      { s[t/64] |= 1 << (t % 64) }
func (s *typeSet) has(t Type) bool { return s[t/64]>>(t%64)&1 != 0 }

func (s *typeSet) count() (n int) {
	for _, x := range s {
		n += bits.OnesCount64(x)
	}
	return n
}

// topicsMax is how many different things a place can have words for beside it.
const topicsMax = 6

// meaning is what a word, a phrase or a field's name says.
type meaning struct {
	bits   uint64
	topics [2]uint16 // indexes into tables.topics; 0 is none
}

func (m *meaning) join(o meaning) {
	m.bits |= o.bits
	for _, t := range o.topics {
		switch {
		case t == 0 || t == m.topics[0] || t == m.topics[1]:
		case m.topics[0] == 0:
			m.topics[0] = t
		default:
			m.topics[1] = t
		}
	}
}

// newTables makes a catalogue ready. It gives an error that names the entry that is wrong.
func newTables(entries []entry) (*tables, error) {
	t := &tables{entries: entries, topics: make([]typeSet, 1), sole: make([]bool, 1), words: make([]func(*pass, int), 1)}
	b := lexiconBuilder{tables: t, words: map[string]*scan.Entry{}, about: map[string]typeSet{}}
	for _, l := range lexicon {
		for w := range strings.FieldsSeq(l.words) {
			b.word(w).Bits |= l.bits
		}
	}
	for i := range entries {
		e := &entries[i]
		t.codeFuncs = appendFunc(t.codeFuncs, e.code)
		t.longFuncs = appendFunc(t.longFuncs, e.long)
		t.starts = appendFunc(t.starts, e.start)
		t.afters = appendFunc(t.afters, e.after)
		if e.at != nil {
			t.ats = append(t.ats, e.at)
		}
		if e.run != nil {
			t.runs = append(t.runs, e.run)
		}
		if e.word != nil {
			t.words = append(t.words, e.word)
			for w := range strings.FieldsSeq(e.begin) {
				if b.word(w).Begin != 0 {
					return nil, fmt.Errorf("read detector %s: the word %q begins another, too", e.name, w)
				}
				b.word(w).Begin = uint8(len(t.words) - 1)
			}
		}
		if e.words != "" {
			var about typeSet
			for _, kind := range e.types {
				about.add(kind)
			}
			for phrase := range strings.SplitSeq(e.words, ",") {
				b.phrase(strings.TrimSpace(phrase), cueID, about)
			}
		}
		for k := range e.ids {
			if err := t.addIdentifier(&e.ids[k], uint8(i), &b); err != nil {
				return nil, fmt.Errorf("read detector %s: %s: %w", e.name, e.ids[k].name, err)
			}
		}
	}
	for _, l := range cuePhrases {
		for phrase := range strings.SplitSeq(l.phrases, ", ") {
			b.phrase(phrase, l.bits, typeSet{})
		}
	}
	if err := b.addLanguages(); err != nil {
		return nil, err
	}
	b.finish()
	for n := range t.codeIDs {
		for ends := range t.codeIDs[n] {
			slices.SortStableFunc(t.codeIDs[n][ends], func(a, b formRef) int { return cmp.Compare(b.id.alone, a.id.alone) })
		}
	}
	return t, nil
}

func appendFunc(list []func(*pass, int), f func(*pass, int)) []func(*pass, int) {
	if f == nil {
		return list
	}
	return append(list, f)
}

// addIdentifier takes in the forms and words of an identifier.
func (t *tables) addIdentifier(id *identifier, detector uint8, b *lexiconBuilder) error {
	kind, ok := ParseType(id.name)
	if !ok {
		return fmt.Errorf("unknown type")
	}
	forms, err := compileForms(id.forms)
	if err != nil {
		return err
	}
	for _, f := range forms {
		ref := formRef{f, id, kind, detector}
		if f.digits == 1<<f.n-1 {
			t.digitIDs[f.n] = append(t.digitIDs[f.n], ref)
			continue
		}
		for ends := range t.codeIDs[f.n] {
			first, last := uint64(1), uint64(1)<<(f.n-1)
			if ends&1 != 0 && f.digits&first == 0 || ends&1 == 0 && f.letters&first == 0 {
				if ends&2 != 0 && f.digits&last == 0 || ends&2 == 0 && f.letters&last == 0 {
					t.codeIDs[f.n][ends] = append(t.codeIDs[f.n][ends], ref)
				}
			}
		}
		for n := 1; n < f.n; n++ {
			if f.breaks>>n&1 == 0 {
				continue
			}
			if head := uint64(1)<<n - 1; f.digits&head == 0 {
				t.headWords |= 1 << n
			} else if f.letters&head == 0 {
				t.headDigits |= 1 << n
			}
		}
	}
	var about typeSet
	about.add(kind)
	for phrase := range strings.SplitSeq(id.words, ",") {
		b.phrase(strings.TrimSpace(phrase), cueID, about) // so that Bits tells of every word that has a Topic
	}
	return nil
}

// lexiconBuilder gathers the words of the catalogue.
type lexiconBuilder struct {
	tables *tables
	words  map[string]*scan.Entry
	order  []string
	about  map[string]typeSet // by phrase
	bits   map[string]uint64
	listed []string // phrases in order
}

func (b *lexiconBuilder) word(w string) *scan.Entry {
	e := b.words[w]
	if e == nil {
		e = &scan.Entry{Word: w}
		b.words[w] = e
		b.order = append(b.order, w)
	}
	return e
}

// phrase notes what a phrase of one or more words says. The lexicon folds the case of ASCII and Latin-1; what goes beyond is
// noted in small letters, in capitals and with capitals in front.
func (b *lexiconBuilder) phrase(phrase string, bits uint64, about typeSet) {
	b.variant(phrase, bits, about)
	if strings.ContainsFunc(phrase, func(r rune) bool { return r > 0xFF }) {
		b.variant(strings.ToUpper(phrase), bits, about)
		words := strings.Fields(phrase)
		for i, w := range words {
			r, n := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[n:]
		}
		b.variant(strings.Join(words, " "), bits, about)
		b.variant(words[0]+phrase[len(words[0]):], bits, about)
	}
}

func (b *lexiconBuilder) variant(phrase string, bits uint64, about typeSet) {
	key := strings.Join(splitWords(phrase), " ")
	if b.bits == nil {
		b.bits = map[string]uint64{}
	}
	set, ok := b.about[key]
	if !ok {
		b.listed = append(b.listed, key)
	}
	for i := range set {
		set[i] |= about[i]
	}
	b.about[key], b.bits[key] = set, b.bits[key]|bits
}

// finish makes the lexicon, the topics and the table of phrases.
func (b *lexiconBuilder) finish() {
	t := b.tables
	known := map[typeSet]uint16{{}: 0}
	topic := func(s typeSet) uint16 {
		n, ok := known[s]
		if !ok {
			n = uint16(len(t.topics))
			t.topics = append(t.topics, s)
			t.sole = append(t.sole, s.count() == 1)
			known[s] = n
		}
		return n
	}
	type found struct {
		words []string
		meaning
	}
	var phrases []found
	for _, key := range b.listed {
		words := strings.Fields(key)
		m := meaning{bits: b.bits[key], topics: [2]uint16{topic(b.about[key])}}
		if len(words) == 1 {
			e := b.word(words[0])
			e.Bits, e.Topic = e.Bits|m.bits, m.topics[0]
			continue
		}
		for _, w := range words[:len(words)-1] {
			b.word(w).Bits |= wordPhrase
		}
		b.word(words[len(words)-1]).Bits |= wordPhraseEnd
		phrases = append(phrases, found{words, m})
	}
	entries := make([]scan.Entry, 0, len(b.order))
	for _, w := range b.order {
		entries = append(entries, *b.words[w])
	}
	t.lexicon = scan.NewLexicon(entries, wordsQuiet)
	t.phrases = newPhraseTable(len(phrases))
	for _, p := range phrases {
		h := uint32(0)
		for i := len(p.words) - 1; i >= 0; i-- {
			token := t.lexicon.Lookup([]byte(p.words[i]))
			h = phraseHash(h, token.Hash)
		}
		t.phrases.add(h).join(p.meaning)
	}
}

// endsOf is the index into codeIDs of a code whose letters have bits: 1 if it begins with a letter, 2 if it ends with one.
func endsOf(letters uint64, n int) int { return int(letters&1 | letters>>(n-1)&1<<1) }

// phraseHash extends the hash of the end of a phrase by the word before it.
func phraseHash(h, word uint32) uint32 { return (h ^ word) * 0x9E3779B1 }

// phraseTable says what phrases say, by phraseHash: open addressing behind a filter, since most rows of words that might be one are none.
type phraseTable struct {
	filter [1 << 9]uint64
	slots  []phraseSlot
}

type phraseSlot struct {
	meaning
	hash uint32
	used bool
}

func newPhraseTable(n int) phraseTable {
	return phraseTable{slots: make([]phraseSlot, 1<<bits.Len(uint(n*2)))}
}

// add gives the place for what a phrase says.
func (t *phraseTable) add(h uint32) *meaning {
	t.filter[h>>23] |= 1 << (h >> 17 & 63)
	i := int(h) & (len(t.slots) - 1)
	for t.slots[i].used && t.slots[i].hash != h {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i].hash, t.slots[i].used = h, true
	return &t.slots[i].meaning
}

// find gives what a phrase says, nil if there is none of that hash.
func (t *phraseTable) find(h uint32) *meaning {
	if t.filter[h>>23]>>(h>>17&63)&1 == 0 {
		return nil
	}
	for i := int(h) & (len(t.slots) - 1); t.slots[i].used; i = (i + 1) & (len(t.slots) - 1) {
		if t.slots[i].hash == h {
			return &t.slots[i].meaning
		}
	}
	return nil
}

// phraseWords is the longest phrase.
const phraseWords = 7

// wordList are the words of a table.
func wordList(words string) []string { return strings.Fields(words) }

// splitWords cuts a phrase as the scan does.
func splitWords(phrase string) (words []string) {
	var text scan.Text
	text.Scan([]byte(phrase), scan.NewLexicon(nil, 0))
	for i := range text.Tokens {
		words = append(words, string(text.Bytes[text.Tokens[i].Start:text.Tokens[i].End]))
	}
	return words
}

// typesOf lists the types that topics are about.
func (t *tables) typesOf(topics []told) (types []Type) {
	var all typeSet
	for _, x := range topics {
		for i := range all {
			all[i] |= t.topics[x.topic][i]
		}
	}
	for k := range TypesMax {
		if all.has(Type(k)) {
			types = append(types, Type(k))
		}
	}
	return types
}
