// Package names finds persons, places, organisations and addresses in text that may be lower case and unpunctuated.
//
// A linear-chain conditional random field over hashed features labels the tokens of detectors/scan. The model is
// trained by detectors/names/train and embedded; it holds hashes of words, never the words. README.md says more.
package names

import (
	_ "embed"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// Class is what a span names.
type Class uint8

// The classes. Outside is the label of all other tokens and no class of a Span.
const (
	Outside Class = iota
	Person
	Location
	Org
	Address
	classes // how many labels there are
)

// String gives the name of the class as the manifest writes it.
func (c Class) String() string {
	if c >= classes {
		return "?"
	}
	return [classes]string{"outside", "person", "location", "org", "address"}[c]
}

// Classes is the number of labels, Outside included.
const Classes = int(classes)

// Span is a run of tokens of the scan.Text that names one thing, or several of a class that stand side by side.
type Span struct {
	First, Last int // tokens, inclusive
	Class       Class
	Confidence  float32 // 0 to 1: how many spans of this confidence are right, as measured on development data
	Weak        bool    // a frequent given name that the search left: other words beside it may say what it is
}

// Expect says what the last question asked for. Several bits may be set; none is set where nothing is known.
type Expect uint8

// What a question can ask for.
const (
	ExpectName Expect = 1 << iota
	ExpectAddress
	ExpectOrg
	ExpectOther // something that is none of these: a date, a number, whether all is well
)

// Speaker is who says the text.
type Speaker uint8

// The speakers.
const (
	SpeakerUnknown Speaker = iota
	SpeakerAgent
	SpeakerCustomer
)

// Preset trades over-redaction for recall.
type Preset uint8

// The presets, from the one that redacts least.
const (
	Balanced Preset = iota
	Strict
	Paranoid
	presets
)

// Presets is the number of presets.
const Presets = int(presets)

// Context is what is known about a text besides its words. Its zero value knows nothing.
type Context struct {
	Expect  Expect
	Speaker Speaker
	Written bool    // a ticket, document or log: thresholds are stricter, nothing is taken from a question
	Memory  *Memory // of the call; may be nil
	Preset  Preset

	// Class says what tokens first to last are, which look like a person: another class by what stands in them or before. It may be nil.
	Class func(first, last int) Class
}

// Model is a trained tagger. It is immutable and safe for concurrent use.
type Model struct {
	lexicon
	common    *[1 << 12]uint64 // see MayBeCommon
	entries   []entry          // of the vocabulary, the commonest words first; the first is of none
	unknown   [coarses]entry   // identity rows and numbers of words that the vocabulary doesn't know
	edge      word             // stands before the first and behind the last word
	rows      []uint32         // the rows of all regions: by how much four labels are better than Outside, a byte each, rowBias is zero
	trans     [Classes + 1][Classes]int32
	biases    [Presets][settings][Classes]int32
	curve     [Classes][2]float32 // of the logistic function from margin to confidence
	gap, warm int32               // how much better Outside must be to be certain: alone, and if it is everywhere
	man       Manifest
}

// Manifest says where the model comes from.
func (m *Model) Manifest() *Manifest { return &m.man }

//go:embed model.bin
var embedded []byte

// Load reads the embedded model.
func Load() (*Model, error) { return Read(embedded) }

// Scratch is the memory of one worker. Its zero value is ready for use.
type Scratch struct {
	words    []word  // of the segment
	rare     []entry // entries of words that the vocabulary doesn't know
	scores   [][Classes]int32
	some     []int32  // tokens that have scores
	back     []uint32 // best predecessors, three bits for each label
	ahead    [][Classes]int32
	labels   []Class
	heard    [heardMax]uint32 // hashes of the words of spans in this text
	nheard   int
	from, to int // the segment that words is of
	foreign  int // words of other languages in it
}

// Find appends the spans of t to dst, in order and without overlap. It allocates nothing once dst and s are large
// enough, and adds the persons it is sure of to c.Memory.
func (m *Model) Find(dst []Span, t *scan.Text, c *Context, s *Scratch) []Span {
	if len(t.Tokens) == 0 {
		return dst
	}
	from := len(dst)
	s.nheard = 0
	for at := 0; at < len(t.Tokens); {
		end := segmentEnd(t, at)
		dst = m.findSegment(dst, t, at, end, c, s)
		at = end
	}
	for i := from; i < len(dst) && c.Class != nil; i++ {
		if span := &dst[i]; span.Class == Person {
			span.Class = c.Class(span.First, span.Last)
		}
	}
	return m.recall(dst, from, t, c, s)
}
