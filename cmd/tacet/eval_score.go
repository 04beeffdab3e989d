package main

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors"
)

// leakLetters is how many letters or digits of a value, one after the other, may not stay in clear.
const leakLetters = 3

// typeScore counts what became of the labels of one type.
type typeScore struct {
	entities, covered, right int // labels of the headline: all, wholly in findings, of these under the right type
	tokens, tokensCovered    int // runs of letters and digits in labels; those wholly in findings
	values, leaked, inClear  int // different values of a row; those that can be had from the redacted row; those of which enough stays in clear
	bytes, left              int // letters and digits in labels; those in clear
	asr, asrCovered          int // labels inferred for garbled answers
	foundAs                  map[string]int
}

// foundScore counts the findings of one type: all, those that touch a label, those that touch one they are right for.
type foundScore struct{ findings, touching, right int }

func (f *foundScore) add(o *foundScore) {
	f.findings += o.findings
	f.touching += o.touching
	f.right += o.right
}

// setScore counts what became of a set.
type setScore struct {
	rows          int
	tokens, words counted
	types         map[string]*typeScore
	slices        map[sliceKey]*typeScore // labels and values only
	found         map[detectors.Type]*foundScore
}

// counted counts pieces of text: all, those outside labels that findings touch, and with types kept by default.
type counted struct{ all, over, overKept int }

func newSetScore() setScore {
	return setScore{types: map[string]*typeScore{}, slices: map[sliceKey]*typeScore{}, found: map[detectors.Type]*foundScore{}}
}

func (s *setScore) of(kind string) *typeScore {
	t := s.types[kind]
	if t == nil {
		t = &typeScore{foundAs: map[string]int{}}
		s.types[kind] = t
	}
	return t
}

func (s *setScore) ofSlice(key sliceKey) *typeScore {
	t := s.slices[key]
	if t == nil {
		t = &typeScore{}
		s.slices[key] = t
	}
	return t
}

func (s *setScore) ofFound(t detectors.Type) *foundScore {
	f := s.found[t]
	if f == nil {
		f = &foundScore{}
		s.found[t] = f
	}
	return f
}

// miss is one place where labels and findings differ.
type miss struct {
	Set   string `json:"set"`
	Line  int64  `json:"line"`
	Turn  int    `json:"turn"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"` // of the label, or of the finding that is too much
	What  string `json:"what"` // "missed", "partly", "label", "over", or "leak": all is covered, but can be had elsewhere
	Found string `json:"found,omitempty"`
	How   string `json:"how,omitempty"` // what can be had, of "leak"
}

// score adds a row.
func (e *evaluator) score(line int64, r *labelledRow, texts [][]byte, found [][]detectors.Finding) {
	e.set.rows++
	before := e.set.tokens
	values := e.values(r, texts)
	of := map[*label]*value{}
	for _, v := range values {
		for _, l := range v.labels {
			of[l] = v
		}
	}
	for turn, text := range texts {
		marks := e.marked(text, turn, r.Entities, found[turn], unquoted(r.Hint) == "name?")
		if !e.rules.Answers || turn < len(r.Turns) && r.Turns[turn].Role == "agent" {
			e.pieces(text, marks)
		}
		for i := range found[turn] {
			e.finding(line, turn, &found[turn][i], marks, r.Entities)
		}
		for i := range r.Entities {
			if l := &r.Entities[i]; l.Turn == turn && !e.rules.skips(l.Type) {
				e.label(line, l, text, marks, found[turn], of[l])
			}
		}
	}
	e.reread(r, texts, found, values)
	row := rowScore{line: line, tokens: e.set.tokens.all - before.all, over: e.set.tokens.over - before.over}
	for _, v := range values {
		e.value(line, r, texts, v, row.part(v.kind))
	}
	e.rows = append(e.rows, row)
}

// part is the part of a row's score that is about a type.
func (r *rowScore) part(kind string) *partScore {
	for i := range r.parts {
		if r.parts[i].kind == kind {
			return &r.parts[i]
		}
	}
	r.parts = append(r.parts, partScore{kind: kind})
	return &r.parts[len(r.parts)-1]
}

// value counts one value with its labels, for its type, for the slices that they are in, and for the row.
func (e *evaluator) value(line int64, r *labelledRow, texts [][]byte, v *value, row *partScore) {
	leaked := 0
	if v.leaks != "" {
		leaked = 1
	}
	t := e.set.of(v.kind)
	t.values++
	t.leaked += leaked
	if v.clear {
		t.inClear++
	}
	covered, first := 0, true
	for _, l := range v.labels {
		in := e.slicesOf(r, l, texts[l.Turn])
		for _, key := range in {
			s := e.set.ofSlice(key)
			s.entities++
			if l.covered {
				s.covered++
			}
			if first {
				s.values++
				s.leaked += leaked
			}
		}
		if l.covered {
			covered++
		}
		first = false
	}
	row.entities += len(v.labels)
	row.covered += covered
	row.values++
	row.leaked += leaked
	if l := v.labels[0]; leaked > 0 && covered == len(v.labels) {
		e.misses = append(e.misses, miss{Line: line, Turn: l.Turn, Start: l.Start, End: l.End, Type: v.kind, What: "leak", How: v.leaks})
	}
}

// pieces counts tokens and words that findings touch outside labels.
func (e *evaluator) pieces(text []byte, marks []mark) {
	eachPiece(text, func(start, end int, word bool) {
		n := &e.set.tokens
		if word {
			n = &e.set.words
		}
		n.all++
		switch m := anyOf(marks[start:end]); {
		case m&markLabelled != 0:
		case m&markOver != 0:
			n.over++
			n.overKept++
		case m&markFound != 0:
			n.overKept++
		}
	})
}

// finding counts one finding: whether it touches a label, and one that it is right for.
func (e *evaluator) finding(line int64, turn int, f *detectors.Finding, marks []mark, labels []label) {
	n := e.set.ofFound(f.Type)
	n.findings++
	if slices.ContainsFunc(labels, func(l label) bool {
		return l.Turn == turn && l.Start < f.End && f.Start < l.End && isRight(l.Type, f.Type)
	}) {
		n.right++
	}
	if anyOf(marks[f.Start:f.End])&markLabelled != 0 {
		n.touching++
	} else if anyOf(marks[f.Start:f.End])&markOver != 0 {
		e.misses = append(e.misses, miss{Line: line, Turn: turn, Start: f.Start, End: f.End, Type: f.Type.String(), What: "over"})
	}
}

// label counts one label, which is one of v's if it counts in the headline.
func (e *evaluator) label(line int64, l *label, text []byte, marks []mark, found []detectors.Finding, v *value) {
	t := e.set.of(l.Type)
	marks = marks[l.Start:l.End]
	covered := allOf(marks)&markFound != 0
	switch {
	case l.Q == "asr":
		t.asr++
		if covered {
			t.asrCovered++
		}
		return
	case !l.counts():
		return
	}
	t.entities++
	l.covered = covered
	as, right := mainFinding(l, found)
	t.foundAs[as]++
	m := miss{Line: line, Turn: l.Turn, Start: l.Start, End: l.End, Type: l.Type, Found: as}
	switch {
	case covered && right:
		t.covered++
		t.right++
	case covered:
		t.covered++
		m.What = "label"
	case as == "":
		m.What = "missed"
	default:
		m.What = "partly"
	}
	if m.What != "" {
		e.misses = append(e.misses, m)
	}
	eachPiece(text[l.Start:l.End], func(start, end int, word bool) {
		if word {
			return
		}
		t.tokens++
		if allOf(marks[start:end])&markFound != 0 {
			t.tokensCovered++
		}
	})
	hides := markHidden
	if e.kept.keeps(l.Type) {
		hides = markFound // what policies keep is hidden by nothing else
	}
	letters, left, leaks := inClear(text[l.Start:l.End], marks, hides)
	t.bytes += letters
	t.left += left
	v.clear = v.clear || leaks
}

// inClear counts the letters and digits of a value, in bytes, and those outside of findings, and says whether enough of
// them follow each other for the value to leak. What stands between them doesn't matter: four single digits in a row tell
// as much as one group of four. All of a value shorter than that must be left for it to leak.
func inClear(value []byte, marks []mark, hides mark) (letters, left int, leaks bool) {
	run, longest, count := 0, 0, 0
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRune(value[i:])
		if isLetterOrDigit(r) {
			letters += size
			count++
			if anyOf(marks[i:i+size])&hides == 0 {
				left += size
				run++
			} else {
				run = 0
			}
			longest = max(longest, run)
		}
		i += size
	}
	return letters, left, longest > 0 && longest >= min(leakLetters, count)
}

// mainFinding names the type that covers most of a label, "" if none does, and says whether it is right.
func mainFinding(l *label, found []detectors.Finding) (name string, right bool) {
	most := 0
	for i := range found {
		f := &found[i]
		if n := min(f.End, l.End) - max(f.Start, l.Start); n > most {
			most, name, right = n, f.Type.String(), isRight(l.Type, f.Type)
		}
	}
	return name, right
}

// coarseTypes are the types of labelled sets that take in several types of findings.
var coarseTypes = map[string]string{
	"SSN":         "US_SSN US_ITIN",
	"IP":          "IP_ADDRESS",
	"CREDENTIAL":  "PASSWORD SECRET SESSION_ID PIN OTP CARD_CVV",
	"ACCOUNT_ID":  "ACCOUNT_ID BANK_ACCOUNT SORT_CODE BIC IN_UPI IN_IFSC US_ROUTING IBAN",
	"ADDRESS":     "ADDRESS POSTCODE LOCATION",
	"POSTCODE":    "POSTCODE ADDRESS",
	"DATE":        "DATE DATE_OF_BIRTH AGE CARD_EXPIRY",
	"NATIONAL_ID": "EU_VAT",
}

// coarseOf is the type of labelled sets under which findings of a type are counted.
func coarseOf(t detectors.Type) string {
	name := t.String()
	switch {
	case name == "US_SSN" || name == "US_ITIN":
		return "SSN"
	case name == "IP_ADDRESS":
		return "IP"
	case name == "AGE":
		return "DATE"
	case slices.Contains(strings.Fields(coarseTypes["CREDENTIAL"]), name):
		return "CREDENTIAL"
	case name != "IBAN" && slices.Contains(strings.Fields(coarseTypes["ACCOUNT_ID"]), name):
		return "ACCOUNT_ID"
	case isNational(name):
		return "NATIONAL_ID"
	}
	switch t {
	case detectors.Person, detectors.Email, detectors.Phone, detectors.Address, detectors.Postcode, detectors.Location, detectors.Org,
		detectors.DateOfBirth, detectors.Date, detectors.CreditCard, detectors.IBAN, detectors.URL, detectors.Username, detectors.OrderID:
		return name
	}
	return "OTHER"
}

// isNational tells the names of types that a country issues: "ES_NIF", "EU_VAT".
func isNational(name string) bool { return len(name) > 3 && name[2] == '_' }

// isRight says whether a type of finding is a right name for a label.
func isRight(label string, t detectors.Type) bool {
	name := t.String()
	return label == name || label == "OTHER" || coarseOf(t) == label ||
		slices.Contains(strings.Fields(coarseTypes[label]), name) || label == "NATIONAL_ID" && isNational(name)
}

// add takes in what another worker has counted.
func (e *evaluator) add(o *evaluator) {
	s := &e.set
	s.rows += o.set.rows
	s.tokens.add(o.set.tokens)
	s.words.add(o.set.words)
	for kind, t := range o.set.types {
		sum := s.of(kind)
		sum.add(t)
		for as, n := range t.foundAs {
			sum.foundAs[as] += n
		}
	}
	for key, t := range o.set.slices {
		s.ofSlice(key).add(t)
	}
	for kind, f := range o.set.found {
		s.ofFound(kind).add(f)
	}
	e.rows = append(e.rows, o.rows...)
	e.misses = append(e.misses, o.misses...)
	e.cases = append(e.cases, o.cases...)
}

// add takes in counts, all but what labels were found as.
func (t *typeScore) add(o *typeScore) {
	t.entities += o.entities
	t.covered += o.covered
	t.right += o.right
	t.tokens += o.tokens
	t.tokensCovered += o.tokensCovered
	t.values += o.values
	t.leaked += o.leaked
	t.inClear += o.inClear
	t.bytes += o.bytes
	t.left += o.left
	t.asr += o.asr
	t.asrCovered += o.asrCovered
}

func (c *counted) add(o counted) {
	c.all += o.all
	c.over += o.over
	c.overKept += o.overKept
}

// sort brings what the workers have collected into the order of the set.
func (e *evaluator) sort() {
	slices.SortStableFunc(e.misses, func(a, b miss) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Turn, b.Turn), cmp.Compare(a.Start, b.Start))
	})
	slices.SortFunc(e.rows, func(a, b rowScore) int { return cmp.Compare(a.line, b.line) })
	slices.SortFunc(e.cases, func(a, b vectorCase) int { return cmp.Compare(a.line, b.line) })
}

func endOfInput(err error) bool { return errors.Is(err, io.EOF) }

func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }
