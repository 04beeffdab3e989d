// Package reread reads redacted calls again, as somebody would who wants to know what was taken out, and says which of the values that
// stood in them can still be had.
//
// It is the judge of the product's own reader of spoken identifiers, so it shares no code and no tables with it, and it is
// plain where that one is fast: it cuts the text into words, looks each up in a map, and tries every reading. What it knows is in
// words.go; what counts as recoverable, type by type, in judge.go.
package reread

import "strings"

// Place is where a value stood.
type Place struct {
	Turn       int
	Start, End int    // of what is there now, in bytes of the redacted turn
	Was        string // what stood there before
}

// Value is one value of a call with all the places where it stood.
type Value struct {
	Type   string // as detectors or labelled sets name it
	Places []Place
	// Parts says that the places are the parts of one identifier, in order, and not each the whole of it.
	Parts bool
	// Canonical is the written form of what was said in words, if it is known.
	Canonical string
}

// Call is a redacted call that has been read. One goroutine at a time may use it.
type Call struct {
	lang     string
	labelled []Place
	items    [2][]item // by reading, of the whole call
	runs     [2][]run  // digits of items
	flat     [2]flat   // letters and digits of items
	spelled  []string
	words    map[string]bool
	parts    [2][]datePart
}

// Read reads the turns of a redacted call. What was taken out is a name in capitals within brackets, "[PHONE]". The language is that
// of the call, as in "de"; English is read always. Labelled are the places of all values: what is left in one is never
// taken for a repetition of another.
func Read(turns []string, lang string, labelled []Place) *Call {
	c := &Call{lang: lang, words: map[string]bool{}, labelled: labelled}
	var tokens []token
	for i, text := range turns {
		tokens = append(tokens, tokensOf(text, i)...)
	}
	for _, t := range tokens {
		if t.kind == word {
			c.words[t.text] = true
			for _, part := range strings.Split(t.text, "-") {
				c.words[part] = true
			}
		}
	}
	for _, way := range readings {
		c.items[way] = itemsOf(tokens, lang, way)
		c.runs[way] = digitRuns(c.items[way])
		c.flat[way] = flatten(c.items[way], false)
		c.parts[way] = dateParts(c.items[way])
	}
	c.spelled = spelledRuns(c.items[composed])
	return c
}

// Key is the same for all spellings of a value that are read alike: "five oh 5" and "505".
func Key(text, lang string) string { return keyOf(itemsOf(tokensOf(text, 0), lang, composed)) }
