package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/sonexlabs/tacet/detectors"
)

// vector is a case taken from the tests of another program. Expected places are given as bytes; no places at all means
// that nothing of the entity is there, null that the place isn't told.
type vector struct {
	Source string    `json:"source"`
	Test   string    `json:"test"`
	Entity string    `json:"entity"`
	Kind   string    `json:"kind"`
	Text   string    `json:"text"`
	Bytes  [][2]int  `json:"byte_spans"`
	Score  []float64 `json:"score"`
}

// vectorCase is what became of a case.
type vectorCase struct {
	line     int64
	key      string // names the case without showing its text
	kind     string
	positive bool
	agrees   bool
	typed    bool   // what was expected bears the right type
	got      string // the types found
}

// contextScore is the score below which a peer means a pattern to be reported only with words beside it.
const contextScore = 0.4

// caseKey names a case: entity, test and a hash of the text, which isn't ours to copy.
func (v *vector) caseKey() string {
	sum := sha256.Sum256([]byte(v.Text))
	return v.Entity + " " + v.Test + " " + hex.EncodeToString(sum[:6])
}

// vector runs a case.
//
// What must be found agrees when all of it is in findings, of whatever type: the type is counted beside. A candidate for a
// check digit, a case that doesn't say where, and what the peer itself finds with context only, may have its word in front.
//
// What must not be found agrees when nothing bears the type with its check passed. A check digit that doesn't fit lowers
// the score and lets nothing through, so such a number may well be found, as anything.
func (e *evaluator) vector(line int64, text []byte) (vectorCase, error) {
	var v vector
	if err := json.Unmarshal(text, &v); err != nil {
		return vectorCase{}, errVector
	}
	for _, s := range v.Bytes {
		if s[0] < 0 || s[1] < s[0] || s[1] > len(v.Text) {
			return vectorCase{}, errVector
		}
	}
	c := vectorCase{line: line, key: v.caseKey(), kind: v.Kind, positive: v.Bytes == nil || len(v.Bytes) > 0}
	meant := entityOf(v.Entity)
	if meant.predicate {
		c.kind, c.agrees = "no data", true
		return c, nil
	}
	if !c.positive {
		found, passed := e.explained(v.Text)
		c.got = typesOf(found)
		c.agrees = true
		if meant.narrow {
			return c, nil
		}
		for i := range found {
			if meant.is(found[i].Type) && (passed[i] || !e.checked[found[i].Type]) {
				c.agrees = false
			}
		}
		return c, nil
	}
	fronts := []string{""}
	if v.Kind == "validate" || v.Kind == "scan" && v.Bytes == nil || len(v.Score) > 0 && slices.Min(v.Score) < contextScore {
		fronts = append(fronts, meant.word+": ")
	}
	for _, front := range fronts {
		found, _ := e.explained(front + v.Text)
		agrees, typed := v.isFound(found, len(front), meant)
		if agrees && !c.agrees || typed && !c.typed || front == "" {
			c.agrees, c.typed, c.got = c.agrees || agrees, c.typed || typed, typesOf(found)
		}
	}
	if v.Kind == "validate" && !c.agrees {
		// The peer's validators get what a pattern of theirs found and throw everything but letters and digits away first.
		found, _ := e.explained(meant.word + ": " + bare(v.Text))
		for i := range found {
			c.agrees = c.agrees || found[i].End > len(meant.word)+2
			c.typed = c.typed || meant.is(found[i].Type)
		}
	}
	return c, nil
}

// bare is a candidate without anything but ASCII letters and digits.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, text)
}

var errVector = errors.New(`not a case: {"source", "test", "entity", "kind", "text", "byte_spans"}`)

// explained finds in a text, and tells for each finding whether a check digit, range or list spoke for it.
func (e *evaluator) explained(text string) (found []detectors.Finding, passed []bool) {
	found, reasons := e.finder.set.Explain([]byte(text), detectors.Input{}, e.scratch)
	passed = make([]bool, len(found))
	for _, r := range reasons {
		for _, part := range r.Parts {
			if r.Chosen && part.Name == "check" && part.Value > 0 {
				passed[r.Finding] = true
			}
		}
	}
	return found, passed
}

// isFound says whether everything that is expected is in findings, and whether these bear the type that is meant.
func (v *vector) isFound(found []detectors.Finding, shift int, meant entity) (all, typed bool) {
	if v.Bytes == nil {
		for i := range found {
			if found[i].End > shift {
				all, typed = true, typed || meant.is(found[i].Type)
			}
		}
		return all, typed
	}
	all, typed = true, true
	for _, s := range v.Bytes {
		s[1] = s[0] + len(strings.TrimRightFunc(v.Text[s[0]:s[1]], unicode.IsSpace))
		s[0] = s[1] - len(strings.TrimLeftFunc(v.Text[s[0]:s[1]], unicode.IsSpace))
		covered, right := 0, false
		for i := range found {
			f := &found[i]
			if n := min(f.End, s[1]+shift) - max(f.Start, s[0]+shift); n > 0 {
				covered += n
				right = right || meant.is(f.Type)
			}
		}
		all = all && covered == s[1]-s[0]
		typed = typed && right
	}
	return all, typed
}

func typesOf(found []detectors.Finding) string {
	var names []string
	for i := range found {
		if name := found[i].Type.String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// explanations are the reasons for disagreements, by case.
type explanations map[string]string

// readExplanations reads a file of paragraphs: a line that begins with "#" is a comment, any other that doesn't begin with
// a space is a reason, and the indented lines after it are the cases it holds for.
func readExplanations(name string) (explanations, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read explanations: %w", err)
	}
	all := explanations{}
	reason := ""
	for i, line := range strings.Split(string(text), "\n") {
		key := strings.TrimSpace(line)
		switch {
		case key == "" || line[0] == '#':
		case line[0] != ' ' && line[0] != '\t':
			reason = key
		case reason == "":
			return nil, fmt.Errorf("read explanations: %s:%d: a case without a reason", name, i+1)
		case all[key] != "":
			return nil, fmt.Errorf("read explanations: %s:%d: this case has a reason already", name, i+1)
		default:
			all[key] = reason
		}
	}
	return all, nil
}

// vectorReport is what became of a peer's cases.
type vectorReport struct {
	Set           string         `json:"set"`
	Cases         int            `json:"cases"`
	Skipped       int            `json:"skipped"` // about no kind of data
	Agree         int            `json:"agree"`
	Figures       figures        `json:"figures"`
	Kinds         map[string]int `json:"kinds"`
	Disagreements []disagreement `json:"disagreements"`
	Unexplained   int            `json:"unexplained"`
	Settled       []string       `json:"settled,omitempty"` // explained, but they agree by now
}

type disagreement struct {
	Case     string `json:"case"`
	Kind     string `json:"kind"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Reason   string `json:"reason,omitempty"`
}

// reportVectors makes the report of a set of cases. Without explanations none is asked for.
func reportVectors(name string, cases []vectorCase, why explanations) *vectorReport {
	r := &vectorReport{Set: name, Cases: len(cases), Figures: figures{}, Kinds: map[string]int{}, Disagreements: []disagreement{}}
	typed, positive := 0, 0
	differs := map[string]bool{}
	for _, c := range cases {
		if c.kind == "no data" {
			r.Cases--
			r.Skipped++
			continue
		}
		kind := c.kind + " nothing"
		if c.positive {
			kind = c.kind
			positive++
			if c.typed {
				typed++
			}
		}
		r.Kinds[kind]++
		if c.agrees {
			r.Agree++
			continue
		}
		d := disagreement{Case: c.key, Kind: c.kind, Expected: "found", Got: c.got, Reason: why[c.key]}
		if !c.positive {
			d.Expected = "not this"
		}
		if d.Reason == "" {
			r.Unexplained++
		}
		differs[c.key] = true
		r.Disagreements = append(r.Disagreements, d)
	}
	for _, c := range cases {
		if why[c.key] != "" && !differs[c.key] && !slices.Contains(r.Settled, c.key) {
			r.Settled = append(r.Settled, c.key)
		}
	}
	r.Figures.put("agree", r.Agree, r.Cases, 1)
	r.Figures.put("type", typed, positive, 1)
	return r
}

func (r *vectorReport) table(w io.Writer, details bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d cases, agree %s, type right where found is expected %s; %d about no kind of data\n", r.Set, r.Cases, r.Figures.text("agree", 4), r.Figures.text("type", 4), r.Skipped)
	for _, d := range r.Disagreements {
		reason := d.Reason
		if reason == "" {
			reason = "UNEXPLAINED"
		} else if !details {
			continue
		}
		fmt.Fprintf(&b, "  %s (%s): expected %s, got %s: %s\n", d.Case, d.Kind, d.Expected, d.Got, reason)
	}
	for _, key := range r.Settled {
		fmt.Fprintf(&b, "  %s: agrees, needs no reason any more\n", key)
	}
	b.WriteByte('\n')
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
