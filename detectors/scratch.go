package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// scratchKept is how many bytes of token memory a Scratch keeps between texts; one huge record doesn't stay resident.
const scratchKept = 16 << 20

// Scratch is the memory one worker reuses from text to text. It must not be used by two goroutines at once.
type Scratch struct{ pass pass }

// NewScratch makes an empty Scratch; it grows with the texts.
func NewScratch() *Scratch { return new(Scratch) }

// pass is the work on one text.
type pass struct {
	set  *Set
	in   Input
	text scan.Text
	b    []byte // text.Bytes
	path uint64 // cues in the field's path

	candidates []candidate
	barrier    int // where the last finding before the number at hand ends: context doesn't reach across it
	inert      []span
	canon      []byte
	run        run
	numbers    []uint32 // tokens that findNumbers looks at
	said       uint64   // what all the words that the lexicon knows say
	wants      want     // what the call expects this turn to hold

	strong  int // how many of the candidates are of findStrong
	hexDone int // up to here the text has been looked at as an IPv6 or MAC address
	keyDone int // the same for long keys
	urlDone int // the same for links
}

type span struct{ start, end int }

// candidate is a possible finding, in offsets of pass.b.
type candidate struct {
	start, end           int
	canonStart, canonEnd int
	score                float32
	kind                 Type
	detector             uint8 // index into catalog
}

func (p *pass) begin(s *Set, text []byte, in Input) {
	p.set, p.in = s, in
	p.text.Scan(text, s.lexicon)
	p.b = p.text.Bytes
	p.candidates, p.inert, p.canon = p.candidates[:0], p.inert[:0], p.canon[:0]
	p.barrier, p.strong, p.hexDone, p.keyDone, p.urlDone = 0, 0, 0, 0, 0
	p.path, p.said, p.wants, p.numbers = 0, 0, want{}, p.numbers[:0]
	if len(in.Path) > 0 {
		p.path = s.pathCues(in.Path)
	}
	if in.Call != nil {
		p.wants = in.Call.expects(in.Role)
	}
}

// end lets go of the text.
func (p *pass) end() {
	p.text.Release(scratchKept)
	p.b, p.in = nil, Input{}
}

// add notes a candidate whose canonical form was appended to p.canon from canonStart on.
func (p *pass) add(start, end int, kind Type, score float32, detector uint8, canonStart int) {
	p.candidates = append(p.candidates, candidate{
		start: start, end: end, canonStart: canonStart, canonEnd: len(p.canon),
		score: min(score+p.set.prior[kind], 1), kind: kind, detector: detector,
	})
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
