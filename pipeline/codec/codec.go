package codec

import (
	"errors"
	"fmt"
	"math"
)

// Sentinels of this package. What Parse returns wraps one of them and adds the byte offset, never bytes of the input.
var (
	ErrSyntax       = errors.New("malformed JSON")
	ErrNotObject    = errors.New("not a JSON object")
	ErrDuplicateKey = errors.New("selected key stands twice in one object")
	ErrSize         = errors.New("record is larger than allowed")
	ErrDepth        = errors.New("nested deeper than allowed")
	ErrFields       = errors.New("more fields than allowed")
	ErrPath         = errors.New("bad field path")
)

// Limits bounds the work one record can cause. A zero in a member means its default.
type Limits struct {
	Bytes  int // length of the record
	Depth  int // containers open at the same place; the root counts as one
	Fields int // entries of Doc.Fields
}

// DefaultLimits are 4 MiB, 64 levels, 65536 fields.
func DefaultLimits() Limits {
	return Limits{Bytes: 4 << 20, Depth: 64, Fields: 1 << 16}
}

// maxBytes keeps every offset within 32 bits, whatever Limits says.
const maxBytes = math.MaxInt32 / 4

func (l Limits) resolved() Limits {
	def := DefaultLimits()
	if l.Bytes <= 0 {
		l.Bytes = def.Bytes
	}
	if l.Depth <= 0 {
		l.Depth = def.Depth
	}
	if l.Fields <= 0 {
		l.Fields = def.Fields
	}
	l.Bytes = min(l.Bytes, maxBytes)
	return l
}

// Kind says what a field is.
type Kind uint8

// The kinds of a field. A JSON document has all but Line; a log line has Line and Key.
const (
	String Kind = iota
	Number
	Bool
	Null
	Object
	Array
	Key  // the name of a member that a wildcard reached; its value is the next field
	Line // a part of a log line, or plain text
)

// Field is one value, or one key, of a document. It is valid until the next Parse.
type Field struct {
	Rule   int32 // index of the path that selects it; -1 for a container that is only passed through
	Parent int32 // index of the container it stands in; -1 directly in the root
	Kind   Kind
	flags  flags
	edits  int32 // 1 + index of its first edit, 0 for none
	last   int32 // the same for its last edit
	key    int32 // where its key starts (the quote, in JSON); -1 without a key
	part   part  // path of a log line's field that has no key
	// Start and End are its raw bytes in the source, half open. Quotes belong to a JSON string or key, not to a Line.
	Start, End int
	text       span // decoded text in Doc.buf, once asked for
}

type flags uint16

const (
	escaped   flags = 1 << iota // text differs from the raw bytes: has escapes
	broken                      // holds invalid UTF-8, an unpaired surrogate or, in a line, a control character
	badKey                      // its literal key is broken
	keyed                       // the field before is its Key
	decoded                     // text is filled
	dropped                     // Drop
	whole                       // its one edit replaces the value
	rawJSON                     // with whole: as it stands
	kept                        // scratch of Append: a member of this container has been written
	quoted                      // Line: stands in quotes
	listed                      // Line: item of a list, which goes with its separator; not a column
	sdValue                     // Line: value of structured data, where ] is escaped too
	quotedKey                   // Line: key stands in quotes
	joined                      // Line: see Joined
)

// Joined tells whether the value of a pair in a line goes on over spaces, because it looks like a number written in groups
// ("to=+44 7700 900123"). It may be a value and something else behind it: no rule for the key alone speaks for all of it.
func (f *Field) Joined() bool { return f.flags&joined != 0 }

// span is a half-open range of Doc.buf.
type span struct{ start, end int32 }

// edit is one replacement; the edits of a field form a list in ascending order.
type edit struct {
	start, end int // in the field's text
	with       span
	next       int32 // 1 + index, 0 at the end
}

// cut is a run of source bytes that Append leaves out. In JSON it runs from behind the comma or bracket in front of the
// first member to the comma or bracket behind the last; in a line it is exactly the item.
type cut struct {
	lead, tail int
	parent     int32
	listed     bool // Line: see flags
}

// Doc is one parsed record and the edits to it. The zero value is ready; reuse it, it keeps its memory (bounded by the
// limits). One goroutine at a time.
type Doc struct {
	src    []byte
	lim    Limits
	fields []Field
	cuts   []cut
	edits  []edit
	buf    []byte // decoded texts, paths and replacements; only appended to between two Parses

	stack []frame  // open containers while parsing
	seen  []uint64 // per open object, bits of the literal keys met
	nest  []byte   // open brackets while skipping

	dropped    int
	repaired   bool
	touched    bool // Append has something to do
	isLine     bool
	rootObject bool
	rootEnd    int    // the bracket that closes the root
	body       int    // Line: where the list of items starts, behind the columns
	program    []byte // Line: the program that wrote it, as syslog names it
}

func (d *Doc) reset(src []byte, lim Limits) {
	*d = Doc{
		src: src, lim: lim.resolved(),
		fields: d.fields[:0], cuts: d.cuts[:0], edits: d.edits[:0], buf: d.buf[:0],
		stack: d.stack[:0], seen: d.seen[:0], nest: d.nest[:0],
	}
}

func (d *Doc) checkSize() error {
	if len(d.src) > d.lim.Bytes {
		return at(ErrSize, d.lim.Bytes)
	}
	return nil
}

// Fields are the selected values, the keys that wildcards reached, and the containers that were entered, in source
// order. The root is not among them.
func (d *Doc) Fields() []Field { return d.fields }

// Dropped is the number of values left out because no path selects them. A skipped subtree counts once.
func (d *Doc) Dropped() int { return d.dropped }

// Repaired tells whether invalid UTF-8, an unpaired surrogate or, in a line, a control character was met in what is
// kept. Each has become U+FFFD, in Text and in Append.
func (d *Doc) Repaired() bool { return d.repaired }

// at wraps a sentinel with the byte offset it arose at.
func at(err error, offset int) error {
	return fmt.Errorf("byte %d: %w", offset, err)
}
