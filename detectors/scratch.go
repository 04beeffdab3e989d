package detectors

import (
	"sort"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

// scratchKept is how many bytes of token memory a Scratch keeps between texts; one huge record doesn't stay resident.
const scratchKept = 16 << 20

// Scratch is the memory one worker reuses from text to text. It must not be used by two goroutines at once.
type Scratch struct {
	pass   pass
	second *Scratch // of a Set of Tighten; nil until there is one
	clean  cleanTexts

	transcript transcript
}

// NewScratch makes an empty Scratch; it grows with the texts.
func NewScratch() *Scratch { return new(Scratch) }

// pass is the work on one text.
type pass struct {
	set   *Set
	in    Input
	text  scan.Text
	b     []byte    // text.Bytes
	path  fieldPath // what the field's path says
	paths pathCache

	candidates []candidate
	kept       []keptRegion // see around
	through    bool         // whether context reaches over those
	covered    int          // where the last finding before the number at hand ends, of whatever kind
	limit      int          // where the next finding begins that is known already; see findWritten
	barrier    int          // where the last finding before the number at hand ends: context doesn't reach across it
	inert      []span
	canon      []byte
	run        run
	best       guess    // of run
	numbers    []uint32 // tokens that findNumbers looks at
	said       uint64   // what all the words that the lexicon knows say
	least      float32  // what an identifier must score by itself, at least, to be found in this text
	stamps     bool     // whether dates and times of day are passed over at once
	told       bool     // whether any of them may be about a type that is known by its form
	wants      want     // what the call expects this turn to hold
	speech     spoken.Reader
	tagger     names.Scratch
	spans      []names.Span
	found      marks                             // see isFound
	others     marks                             // see isOther
	placed     marks                             // see isPlaced
	heard      names.Memory                      // of the call, while a text beside a turn is searched
	judgeDigit func([]byte) int                  // digitScore, made once
	markStreet func() bool                       // markCompounds, made once
	spanClass  func(first, last int) names.Class // personClass, made once
	early      uint64                            // see saidSoFar
	echo       bool                              // see readsBack
	swayed     bool                              // without the question it might read otherwise
	quiet      []quietWord                       // see hush
	typed      []typedWord                       // see isTyped

	groups    int32
	code      [formMax]byte // the letters and digits of a possible identifier
	own       customScratch
	picked    pickedScratch
	explain   bool
	given     bool // whether a log has a given name among words, see noteGiven
	role      bool // whether a log tells of somebody by the part they play, see roleWord
	isRow     bool // whether a line of a log is a row of a table, see noteRow
	isFailing bool // whether it is one that a data base refused, see failingRow
	coded     bool // whether a log has a British postcode, or one behind a state, that no word speaks for
	again     bool // whether a run was cut and nothing found in what was left
	reasons   []Reason

	inner       *pass  // for what is encoded in base64; nil until there is some
	nested      bool   // this is the inner one
	alone       *pass  // for a turn by itself; nil until there is one, see searchAlone
	latin       []byte // a word in Latin letters
	decoded     []byte // what is encoded
	encodedDone int    // up to here the text has been looked at as base64

	houses []span // see findHouses
	quotes []span // what somebody said in a line of a log, see noteSaid
	quoted int    // how many bytes were looked at for that

	strong  int // how many of the candidates are of findStrong
	hexDone int // up to here the text has been looked at as an IPv6 or MAC address
	plain   int // up to this token no letter is joined to the digits
	keyDone int // the same for long keys
	urlDone int // the same for links

	foreign int // frequent words of other languages in the text, -1 before they are counted, see countForeign
	english int // and English ones

	inLaw int // the last token "law" of "sister in law", 0 if there is none

	orderDone int // up to this token the text has been looked at as a spelled number of an order
}

type span struct{ start, end int }

// candidate is a possible finding, in offsets of pass.b.
type candidate struct {
	start, end           int
	canonStart, canonEnd int
	score                score
	total                float32 // of score
	rule                 string  // see Reason.Rule
	group                int32
	kind                 Type
	detector             uint8 // index into tables.entries
}

func (p *pass) begin(s *Set, text []byte, in Input) {
	p.set, p.in = s, in
	p.text.Scan(text, s.lexicon)
	p.b = p.text.Bytes
	p.candidates, p.inert, p.canon = p.candidates[:0], p.inert[:0], p.canon[:0]
	p.barrier, p.strong, p.hexDone, p.keyDone, p.urlDone, p.plain, p.encodedDone, p.orderDone = 0, 0, 0, 0, 0, 0, 0, 0
	p.given, p.through, p.covered, p.limit, p.role, p.isRow, p.isFailing, p.coded, p.inLaw = false, false, 0, len(p.b), false, false, false, false, 0
	p.path, p.said, p.wants, p.numbers, p.quotes, p.quoted, p.groups = fieldPath{}, 0, want{}, p.numbers[:0], p.quotes[:0], 0, 0
	if len(in.Path) > 0 {
		p.path = p.paths.read(s.tables, in.Path)
		p.in.guessed = in.guessed || p.path.roles&fieldProse != 0 && in.Channel == ChannelLog // as what nobody says is a log
	}
	if in.Call != nil {
		p.wants = in.Call.expects(in.Role)
		p.groups = in.Call.groups
	}
	p.foreign = -1
	p.forgetMarks()
	p.hear()
}

// end lets go of the text.
func (p *pass) end() {
	p.text.Release(scratchKept)
	if cap(p.decoded) > scratchKept {
		p.decoded = nil
	}
	p.b, p.in = nil, Input{}
}

// add notes a candidate that its form alone makes likely. Its canonical form was appended to p.canon from canonStart on.
func (p *pass) add(start, end int, kind Type, form float32, detector uint8, canonStart int) {
	if (kind == Password || kind == Person) && p.in.Channel == ChannelLog && p.saysState(start, end) {
		return
	}
	p.addScored(start, end, guess{kind: kind, score: score{form: form, locale: p.set.prior[kind]}, detector: detector}, canonStart)
}

// addScored notes a candidate whose canonical form was appended to p.canon from canonStart on.
func (p *pass) addScored(start, end int, g guess, canonStart int) {
	p.candidates = append(p.candidates, candidate{
		start: start, end: end, canonStart: canonStart, canonEnd: len(p.canon),
		score: g.score, total: g.score.total(), rule: g.rule, kind: g.kind, detector: g.detector,
	})
}

// tokensOf are the first and the last token of a region.
func (p *pass) tokensOf(start, end int) (first, last int) {
	tokens := p.text.Tokens
	first = sort.Search(len(tokens), func(k int) bool { return int(tokens[k].End) > start })
	last = sort.Search(len(tokens), func(k int) bool { return int(tokens[k].Start) >= end }) - 1
	return first, last
}

// lower appends the lower-case form of a region to p.canon and gives the place where it begins.
func (p *pass) lower(start, end int) (canonStart int) {
	canonStart = len(p.canon)
	for _, c := range p.b[start:end] {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		p.canon = append(p.canon, c)
	}
	return canonStart
}

// compact appends the ASCII letters, as capitals, and digits of a region to p.canon and gives the place where they begin.
func (p *pass) compact(start, end int) (canonStart int) {
	canonStart = len(p.canon)
	for _, c := range p.b[start:end] {
		if scan.IsLetter(c) {
			p.canon = append(p.canon, c&^0x20)
		} else if scan.IsDigit(c) {
			p.canon = append(p.canon, c)
		}
	}
	return canonStart
}

// at is the byte at i, or a space outside the text.
func (p *pass) at(i int) byte {
	if i < 0 || i >= len(p.b) {
		return ' '
	}
	return p.b[i]
}

// digitsAt says whether n digits, and no more, begin at i.
func (p *pass) digitsAt(i, n int) bool {
	if i+n > len(p.b) {
		return false
	}
	for _, c := range p.b[i : i+n] {
		if !scan.IsDigit(c) {
			return false
		}
	}
	return !scan.IsDigit(p.at(i + n))
}

// bytesOf are the bytes of a token.
func (p *pass) bytesOf(t *scan.Token) []byte { return p.b[t.Start:t.End] }
