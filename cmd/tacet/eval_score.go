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
	values, leaked           int // different values of a row; those of which enough stays in clear
	bytes, left              int // letters and digits in labels; those in clear
	asr, asrCovered          int // labels inferred for garbled answers
	foundAs                  map[string]int
}

// foundScore counts the findings of one type: all, those that touch a label, those that touch one they are right for.
type foundScore struct{ findings, touching, right int }

// setScore counts what became of a set.
type setScore struct {
	rows          int
	tokens, words counted
	types         map[string]*typeScore
	found         map[detectors.Type]*foundScore
}

// counted counts pieces of text: all, those outside labels that findings touch, and with types kept by default.
type counted struct{ all, over, overKept int }

func newSetScore() setScore {
	return setScore{types: map[string]*typeScore{}, found: map[detectors.Type]*foundScore{}}
}

func (s *setScore) of(kind string) *typeScore {
	t := s.types[kind]
	if t == nil {
		t = &typeScore{foundAs: map[string]int{}}
		s.types[kind] = t
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
	What  string `json:"what"` // "missed", "partly", "label" or "over"
	Found string `json:"found,omitempty"`
}

// score adds a row.
func (e *evaluator) score(line int64, r *labelledRow, texts [][]byte, found [][]detectors.Finding) {
	e.set.rows++
	values := map[string]bool{} // by type and value: whether it leaked
	for turn, text := range texts {
		marks := e.marked(text, turn, r.Entities, found[turn], unquoted(r.Hint) == "name?")
		e.pieces(text, marks)
		for i := range found[turn] {
			e.finding(line, turn, &found[turn][i], marks, r.Entities)
		}
		for i := range r.Entities {
			if l := &r.Entities[i]; l.Turn == turn && !slices.Contains(e.rules.Without, l.Type) {
				e.label(line, l, text, marks, found[turn], values)
			}
		}
	}
	for key, leaked := range values {
		kind, _, _ := strings.Cut(key, "\x00")
		t := e.set.of(kind)
		t.values++
		if leaked {
			t.leaked++
		}
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

// label counts one label.
func (e *evaluator) label(line int64, l *label, text []byte, marks []mark, found []detectors.Finding, values map[string]bool) {
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
	hides := markHidden
	if kept, ok := detectors.ParseType(l.Type); ok && e.kept.kept[kept] || l.Type == "OTHER" {
		hides = markFound // what policies keep is hidden by nothing else
	}
	letters, left, leaks := inClear(text[l.Start:l.End], marks, hides)
	t.bytes += letters
	t.left += left
	key := l.Type + "\x00" + string(bytes.ToLower(text[l.Start:l.End]))
	values[key] = values[key] || leaks
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
		sum.entities += t.entities
		sum.covered += t.covered
		sum.right += t.right
		sum.values += t.values
		sum.leaked += t.leaked
		sum.bytes += t.bytes
		sum.left += t.left
		sum.asr += t.asr
		sum.asrCovered += t.asrCovered
		for as, n := range t.foundAs {
			sum.foundAs[as] += n
		}
	}
	for kind, f := range o.set.found {
		sum := s.ofFound(kind)
		sum.findings += f.findings
		sum.touching += f.touching
		sum.right += f.right
	}
	e.misses = append(e.misses, o.misses...)
	e.cases = append(e.cases, o.cases...)
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
	slices.SortFunc(e.cases, func(a, b vectorCase) int { return cmp.Compare(a.line, b.line) })
}

func endOfInput(err error) bool { return errors.Is(err, io.EOF) }

func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }
