package names

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// mark is what a token is besides its word.
type mark struct {
	cap uint8 // how it is written
	brk uint8 // what stands before it
}

// How a word is written.
const (
	capLower = iota
	capTitle
	capUpper
	capDigits
	capMixed
	capInitial // one capital letter
)

// What stands between two words.
const (
	brkSpace = iota
	brkJoin  // one apostrophe, hyphen or full stop, and no space
	brkComma
	brkStop // anything else, or the edge of the segment
)

func capOf(t *scan.Token, b []byte) uint8 {
	if t.Shape&^scan.NonHex == scan.Lower {
		return capLower
	}
	if t.IsNumber() {
		return capDigits
	}
	if t.Shape&scan.Digit != 0 {
		return capMixed
	}
	first := b[t.Start]
	upper := first >= 'A' && first <= 'Z'
	if first >= utf8.RuneSelf {
		r, _ := utf8.DecodeRune(b[t.Start:t.End])
		upper = unicode.IsUpper(r)
	}
	switch {
	case upper && t.Len() == 1:
		return capInitial
	case upper && t.Shape&(scan.Lower|scan.High) == 0:
		return capUpper
	case upper:
		return capTitle
	case t.Shape&scan.Upper != 0:
		return capMixed
	}
	return capLower
}

// mark gives the mark of token i of the segment, or of an edge.
func (v *view) mark(i int) mark {
	if i < 0 || i >= v.n {
		return mark{0, brkStop}
	}
	if v.words[i+2].alias {
		return mark{capDigits, brkStop}
	}
	t := v.text
	k := &t.Tokens[v.from+i]
	next := mark{capLower, brkStop}
	if k.Shape&^scan.NonHex != scan.Lower {
		next.cap = capOf(k, t.Bytes)
	}
	if i > 0 {
		before := t.Tokens[v.from+i-1].End
		if k.Start-before == 1 && t.Bytes[before] == ' ' {
			next.brk = brkSpace
		} else {
			next.brk = brkOf(t.Bytes, before, k.Start)
		}
	}
	return next
}

func brkOf(b []byte, from, to uint32) uint8 {
	if to-from == 1 {
		switch b[from] {
		case ' ':
			return brkSpace
		case '\'', '-', '.', '`':
			return brkJoin
		case ',':
			return brkComma
		}
		return brkStop
	}
	brk := uint8(brkSpace)
	if to-from == 3 && b[from] == 0xE2 && b[from+1] == 0x80 && (b[from+2] == 0x98 || b[from+2] == 0x99) { // curved apostrophe
		return brkJoin
	}
	for _, c := range b[from:to] {
		switch c {
		case ' ', '\t', '_':
		case ',':
			brk = max(brk, brkComma)
		default:
			return brkStop
		}
	}
	return brk
}

// The lengths of a segment: where it is cut if nothing else cuts it, and from where on a full stop does.
const (
	segmentMax  = 256
	segmentSoft = 160
)

// segmentEnd gives the token at which the segment that begins with token at ends: a line, or a part of a long one.
func segmentEnd(t *scan.Text, at int) int {
	limit := min(len(t.Tokens), at+segmentMax)
	b := t.Bytes
	if limit-at < 2 || limit-at <= segmentSoft && bytes.IndexByte(b[t.Tokens[at].End:t.Tokens[limit-1].Start], '\n') < 0 {
		return limit
	}
	for i := at + 1; i < limit; i++ {
		from, to := t.Tokens[i-1].End, t.Tokens[i].Start
		if to-from == 1 && b[from] == ' ' {
			continue
		}
		for _, c := range b[from:to] {
			if c == '\n' || i-at >= segmentSoft && (c == '.' || c == '?' || c == '!') && to-from > 1 {
				return i
			}
		}
	}
	return limit
}

// The ways a segment can be cased: what a lower-case word says depends on it.
const (
	modeLower = iota
	modeMixed
	modeUpper
)

func modeOf(shapes scan.Shape) int {
	switch {
	case shapes&scan.Upper == 0:
		return modeLower
	case shapes&scan.Lower == 0:
		return modeUpper
	}
	return modeMixed
}

// inAlias says whether token i lies in an alias of our own: [PERSON_1], [PHONE:r3:bdkqtscm].
func inAlias(t *scan.Text, i int) bool {
	if len(t.Opens) == 0 {
		return false
	}
	b, start := t.Bytes, int(t.Tokens[i].Start)
	const reach = 48
	open := start
	for open > 0 && start-open < reach && isAliasByte(b[open-1]) {
		open--
	}
	if open == 0 || b[open-1] != '[' || b[open] < 'A' || b[open] > 'Z' {
		return false
	}
	end := int(t.Tokens[i].End)
	for end < len(b) && end-start < reach && isAliasByte(b[end]) {
		end++
	}
	if end == len(b) || b[end] != ']' {
		return false
	}
	name := open
	for name < end && (b[name] >= 'A' && b[name] <= 'Z' || b[name] == '_' || scan.IsDigit(b[name])) {
		name++
	}
	return name-open >= 2 && (name == end || b[name] == ':')
}

func isAliasByte(c byte) bool { return scan.IsWordByte(c) || c == '_' || c == ':' }
