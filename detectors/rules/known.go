package rules

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// The bounds of what is known of one call.
const (
	knownMax      = 64  // values
	knownBytesMax = 256 // bytes of a value
	// suffixLeast is how many of a number's last digits make it known when its prefix is written another way.
	suffixLeast = 7
	shortLeast  = 4 // digits of a number that is too short for that
	wordLeast   = 3 // letters of a name, or of a whole value
	// prefixMost is how many digits a prefix for country and line can have, with its zeros.
	prefixMost = 5
	knownGap   = 4 // bytes between the parts of a value: ") 20"
)

// knownHidden is what printing known values gives.
const knownHidden = "[known values]"

// KnownValue is one value of the customer's record: a name, a number, an address. Printing it shows nothing of it.
type KnownValue struct {
	Type  string // one of the program's types; PERSON and ADDRESS are also found in parts
	Value []byte
}

// Format and the methods below hide the value from every way of printing it.
func (KnownValue) Format(s fmt.State, _ rune)   { io.WriteString(s, knownHidden) }
func (KnownValue) LogValue() slog.Value         { return slog.StringValue(knownHidden) }
func (KnownValue) MarshalText() ([]byte, error) { return []byte(knownHidden), nil }
func (KnownValue) MarshalJSON() ([]byte, error) { return []byte(`"` + knownHidden + `"`), nil }
func (KnownValue) MarshalYAML() (any, error)    { return knownHidden, nil }
func (*Known) Format(s fmt.State, _ rune)       { io.WriteString(s, knownHidden) }
func (*Known) LogValue() slog.Value             { return slog.StringValue(knownHidden) }
func (*Known) MarshalText() ([]byte, error)     { return []byte(knownHidden), nil }
func (*Known) MarshalJSON() ([]byte, error)     { return []byte(`"` + knownHidden + `"`), nil }
func (*Known) MarshalYAML() (any, error)        { return knownHidden, nil }

// Known finds the values of one call in its texts however they are written. It is immutable and safe for concurrent use; the
// values live as long as it does.
type Known struct {
	values  []known
	wholes  []part // by the first byte
	words   []part // the same
	wholeAt [257]uint16
	wordAt  [257]uint16
	numbers []int // indexes of values
}

// known is one value. fold is it without what stands between words, in folded case.
type known struct {
	kind   string
	shape  knownShape
	fold   []byte
	digits []byte
	words  [][]byte
}

type knownShape uint8

const (
	knownText knownShape = iota // as a whole
	knownNumber
	knownPerson  // also by one of its names
	knownAddress // also by some words in a row
)

// part is a word or whole value that a token can begin.
type part struct {
	fold  []byte
	value int
	word  int  // of the value
	weak  bool // a common word: no name without another one beside it
}

// KnownMatch is a place where a known value was found, in offsets of the text's Bytes.
type KnownMatch struct {
	Start, End int
	Value      int // index into what NewKnown was given
	Type       string
	Score      float32
}

// NewKnown takes the values of one call, at most 64. Values with less than three letters or four digits are left out. The
// error quotes no value.
func NewKnown(values []KnownValue) (*Known, error) {
	if len(values) > knownMax {
		return nil, fmt.Errorf("take known values: %d are too many: at most %d a call", len(values), knownMax)
	}
	k := &Known{values: make([]known, len(values))}
	var text scan.Text
	for i, v := range values {
		if len(v.Value) > knownBytesMax {
			return nil, fmt.Errorf("take known values: value %d is longer than %d bytes", i, knownBytesMax)
		}
		if v.Type == "" {
			return nil, fmt.Errorf("take known values: value %d has no type", i)
		}
		text.Scan(v.Value, noWords())
		k.add(i, v.Type, &text)
	}
	byFirst := func(a, b part) int { return int(a.fold[0]) - int(b.fold[0]) }
	slices.SortStableFunc(k.wholes, byFirst)
	slices.SortStableFunc(k.words, byFirst)
	index(k.wholes, &k.wholeAt)
	index(k.words, &k.wordAt)
	if len(k.words) >= 1<<16 {
		return nil, errors.New("take known values: too many words")
	}
	return k, nil
}

// index notes for each byte where its parts begin.
func index(parts []part, at *[257]uint16) {
	i := 0
	for c := range 257 {
		for i < len(parts) && int(parts[i].fold[0]) < c {
			i++
		}
		at[c] = uint16(i)
	}
}

// add files a value by what it looks like.
func (k *Known) add(i int, kind string, text *scan.Text) {
	v := &k.values[i]
	v.kind = kind
	letters := false
	for t := range text.Tokens {
		token := &text.Tokens[t]
		word := appendFolded(nil, text.Bytes[token.Start:token.End])
		v.words = append(v.words, word)
		v.fold = append(v.fold, word...)
		letters = letters || !token.IsNumber()
	}
	switch {
	case len(v.words) == 0:
		return
	case !letters:
		v.shape, v.digits = knownNumber, v.fold
		if len(v.digits) >= shortLeast {
			k.numbers = append(k.numbers, i)
		}
		return
	case kind == "PERSON":
		v.shape = knownPerson
	case kind == "ADDRESS":
		v.shape = knownAddress
	}
	if utf8.RuneCount(v.fold) < wordLeast {
		return
	}
	k.wholes = append(k.wholes, part{fold: v.fold, value: i})
	if v.shape == knownText {
		return
	}
	for w, word := range v.words {
		weak := v.shape == knownPerson && (utf8.RuneCount(word) < wordLeast || isCommon(word))
		k.words = append(k.words, part{fold: word, value: i, word: w, weak: weak})
	}
}

// isCommon says that a folded word is one that texts are full of, whoever's name it may be.
func isCommon(word []byte) bool { return strings.Contains(commonWords, " "+string(word)+" ") }

// commonWords are words of daily use that are names as well, and what stands between names.
const commonWords = " and the von van der den del della des las los bin binti ibn for you not are was mrs miss herr frau madame " +
	"señor señora sir dame lord lady doctor prof " +
	"will may mark rose grace hope joy art bill sue pat frank jack long young brown green white black grey gray gold silver king queen " +
	"prince day price rich wood woods stone field hill lake rivers summer winter june april august june sunday monday friday faith " +
	"charity dawn eve ivy iris lily daisy holly heather ruby pearl amber jade crystal drew grant guy max miles nick penny rob chip " +
	"cash case chance chase dean earl major page parks park baker cook carter cooper fisher mason miller potter taylor turner walker weaver " +
	"smart sharp small little short strong wise best better good love man men son boy free fair early late last first best bell bird fox wolf " +
	"lamb rice berry bush flowers gardens garden house home church street bridge ford banks bank store shop case call wait hall english french " +
	"german welsh west east north south sun star sky rain snow frost storm new old one two three four five six seven eight nine ten "
