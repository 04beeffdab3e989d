package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/sonexlabs/tacet/detectors"
)

// label is one labelled place of a row.
type label struct {
	Type       string `json:"type"`
	Turn       int    `json:"turn"`
	Start, End int
	Q          string `json:"q"` // how the label came about: absent or "match", "asr", or doubtful

	// Value is the text, or, in generated rows, the form that all spellings share. Written is the written form of spoken words.
	Value   json.RawMessage `json:"value"`
	Written json.RawMessage `json:"written"`
	// What slices are made of; all of it may be absent.
	Group    json.RawMessage `json:"group"` // the parts of one identifier share it
	Tag      string          `json:"tag"`
	Origin   string          `json:"origin"` // of a name; behind "+" whether it is listed
	Kind     string          `json:"kind"`   // how it was said
	Spoken   json.RawMessage `json:"spoken"`
	Prompted json.RawMessage `json:"prompted"`

	covered bool // wholly in findings
}

// group is what the parts of one identifier share, "" for a label that is whole.
func (l *label) group() string {
	switch g := string(l.Group); g {
	case "null", "0", `""`:
		return ""
	default:
		return g
	}
}

// canonical is the form of the value that doesn't depend on how it was said, "" if the row doesn't tell.
func (l *label) canonical() string { return cmp.Or(unquoted(l.Written), unquoted(l.Value)) }

// counts says that a label counts in the headline.
func (l *label) counts() bool { return l.Q == "" || l.Q == "match" }

// labelledRow is a line of a labelled set, or a case of a peer's test suite, which has a kind.
type labelledRow struct {
	row
	Lang     string          `json:"lang"`
	Entities []label         `json:"entities"`
	Hint     json.RawMessage `json:"hint"`
	Kind     json.RawMessage `json:"kind"`
}

var errLabel = errors.New("an entity lies outside its text")

// text is the text of a turn, or of a row that has no turns.
func (r *labelledRow) text(turn int) string {
	if r.Text != nil {
		return *r.Text
	}
	return r.Turns[turn].Text
}

// texts are the texts of the row, after a check that all labels lie inside them.
func (r *labelledRow) texts() ([][]byte, error) {
	var texts [][]byte
	r.each(func(_ int, text []byte, _ detectors.Input) { texts = append(texts, text) })
	for _, l := range r.Entities {
		if l.Turn < 0 || l.Turn >= len(texts) || l.Start < 0 || l.End <= l.Start || l.End > len(texts[l.Turn]) {
			return nil, errLabel
		}
	}
	return texts, nil
}

// evaluator scores rows. It is the scratch memory of one worker.
type evaluator struct {
	finder
	rules   *setRules
	kept    *keptTypes
	checked map[detectors.Type]bool // types that have a check digit
	set     setScore
	rows    []rowScore
	misses  []miss
	cases   []vectorCase
	marks   []mark
	names   *nameLists // may be nil
	low     *evaluator // of the lower-case variant of the set; nil if there is none
}

// newEvaluator makes the evaluator of one worker, and one for the lower-case variant, if the rules want that.
func newEvaluator(set *detectors.Set, rules *setRules, kept *keptTypes, names *nameLists) *evaluator {
	e := &evaluator{finder: *newFinder(set, false), rules: rules, kept: kept, checked: checkedTypes(), set: newSetScore(), names: names}
	if rules.Lower {
		low := *e
		low.set = newSetScore()
		e.low = &low
	}
	return e
}

// evalStream spreads the lines of a set over all cores and adds up what each scores.
func evalStream(in *input, set *detectors.Set, rules *setRules, kept *keptTypes, names *nameLists) (*evaluator, error) {
	jobs := make(chan *chunk)
	sum := newEvaluator(set, rules, kept, names)
	var mu sync.Mutex // guards sum and failed
	var failed error
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			e := newEvaluator(set, rules, kept, names)
			var err error
			for c := range jobs {
				if err == nil {
					err = e.chunk(c)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			sum.add(e)
			if e.low != nil {
				sum.low.add(e.low)
			}
		})
	}
	var err error
	for first := int64(1); ; {
		var c *chunk
		if c, err = readChunk(in, first); err != nil {
			break
		}
		first += int64(len(c.ends))
		jobs <- c
	}
	close(jobs)
	wg.Wait()
	if endOfInput(err) {
		err = nil
	}
	if err = errors.Join(failed, err); err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", in.name, err)
	}
	sum.sort()
	if sum.low != nil {
		sum.low.sort()
	}
	return sum, nil
}

func (e *evaluator) chunk(c *chunk) error {
	start := 0
	for i, end := range c.ends {
		line := c.bytes[start:end]
		start = end
		if isBlank(line) {
			continue
		}
		n := c.first + int64(i)
		if err := e.line(n, line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

func (e *evaluator) line(n int64, line []byte) error {
	var r labelledRow
	if err := parseRow(line, &r, &r.row); err != nil {
		return err
	}
	if kind := unquoted(r.Kind); kind == "scan" || kind == "validate" || kind == "context" {
		c, err := e.vector(n, line)
		e.cases = append(e.cases, c)
		return err
	}
	if err := e.row(n, &r); err != nil || e.low == nil {
		return err
	}
	return e.low.row(n, lowered(&r))
}

// row finds in a row and scores it.
func (e *evaluator) row(n int64, r *labelledRow) error {
	texts, err := r.texts()
	if err != nil {
		return err
	}
	found := make([][]detectors.Finding, 0, len(texts))
	r.each(func(_ int, text []byte, in detectors.Input) {
		found = append(found, e.finder.set.Find(nil, text, in, e.scratch))
	})
	e.score(n, r, texts, found)
	return nil
}

// unquoted is the content of a JSON string, or "".
func unquoted(raw json.RawMessage) (s string) {
	_ = json.Unmarshal(raw, &s)
	return s
}

// mark says what is known about one byte of a text.
type mark uint8

const (
	markFound    mark = 1 << iota // in a finding
	markHidden                    // in a finding that is hidden unless the policy says otherwise
	markOver                      // in a finding that is more than wanted where nothing is labelled
	markLabelled                  // in a label, doubtful ones included
)

// keptTypes are the types that don't count against detection where nothing is labelled, because they are there to be kept.
type keptTypes struct {
	kept    map[detectors.Type]bool // kept by every policy that doesn't mention them
	ignored map[detectors.Type]bool // not counted as over-redaction
}

// keeps says whether labels of a type are of what policies keep, so that they are told apart from what is hidden. OTHER is of everything.
func (k *keptTypes) keeps(kind string) bool {
	t, ok := detectors.ParseType(kind)
	return ok && k.kept[t] || kind == "OTHER"
}

// marked says what is known about each byte of a text.
func (e *evaluator) marked(text []byte, turn int, labels []label, found []detectors.Finding, noPerson bool) []mark {
	e.marks = append(e.marks[:0], make([]mark, len(text))...)
	for i := range found {
		f := &found[i]
		m := markFound
		if !e.kept.kept[f.Type] {
			m |= markHidden
		}
		if !e.kept.ignored[f.Type] && !(noPerson && f.Type == detectors.Person) {
			m |= markOver
		}
		for k := f.Start; k < f.End; k++ {
			e.marks[k] |= m
		}
	}
	for i := range labels {
		if l := &labels[i]; l.Turn == turn {
			for k := l.Start; k < l.End; k++ {
				e.marks[k] |= markLabelled
			}
		}
	}
	return e.marks
}

// all is what all bytes have in common, some what any has.
func allOf(marks []mark) mark {
	all := ^mark(0)
	for _, m := range marks {
		all &= m
	}
	return all
}

func anyOf(marks []mark) (some mark) {
	for _, m := range marks {
		some |= m
	}
	return some
}

// eachPiece calls f with the tokens of a text, which are runs of letters and digits, and with its words, which are what
// white space parts and has a letter or digit.
func eachPiece(text []byte, f func(start, end int, word bool)) {
	token, word, letters := -1, -1, false
	for i := 0; i <= len(text); {
		r, size := ' ', 1
		if i < len(text) {
			r, size = utf8.DecodeRune(text[i:])
		}
		switch isLetter := isLetterOrDigit(r); {
		case isLetter && token < 0:
			token = i
		case !isLetter && token >= 0:
			f(token, i, false)
			token, letters = -1, true
		}
		switch space := unicode.IsSpace(r); {
		case !space && word < 0:
			word = i
		case space && word >= 0:
			if letters {
				f(word, i, true)
			}
			word, letters = -1, false
		}
		i += size
	}
}

func isLetterOrDigit(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// checkedTypes are the types that have a check digit.
func checkedTypes() map[detectors.Type]bool {
	checked := map[detectors.Type]bool{}
	for _, d := range detectors.Describe() {
		checked[d.Type] = checked[d.Type] || d.Digit != "none"
	}
	return checked
}
