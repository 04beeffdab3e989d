package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// sliceLabels is how many labels a slice needs to be told.
const sliceLabels = 30

// sliceKey names a slice: a type, and what its labels have in common.
type sliceKey struct{ kind, by, is string }

// slicesOf lists what a label is in, dimension by dimension. A dimension about which the row says nothing is left out.
func (e *evaluator) slicesOf(r *labelledRow, l *label, text []byte) []sliceKey {
	var all []sliceKey
	in := func(by, is string) {
		if is != "" {
			all = append(all, sliceKey{l.Type, by, is})
		}
	}
	value := string(text[l.Start:l.End])
	in("casing", casing(value))
	if l.Type == "PERSON" {
		in("gazetteer", e.names.listed(value))
	}
	origin, listed, _ := strings.Cut(l.Origin, "+")
	in("origin", origin)
	in("list", listed)
	in("kind", l.Kind)
	if l.Kind != "" { // only invented rows tell, and leave out what is false
		in("spoken", cmp.Or(unquotedBool(l.Spoken), "no"))
	}
	if strings.HasPrefix(l.Tag, "attempt") {
		in("attempt", strings.TrimPrefix(l.Tag, "attempt"))
	}
	in("language", r.Lang)
	if len(r.Turns) > 0 {
		in("speaker", r.Turns[l.Turn].Role)
		in("prompted", r.prompted(l))
		in("turns", r.split(l))
	}
	return all
}

func casing(value string) string {
	lower, upper := strings.ContainsFunc(value, unicode.IsLower), strings.ContainsFunc(value, unicode.IsUpper)
	switch {
	case lower && upper:
		return "mixed"
	case lower:
		return "lower"
	case upper:
		return "capitals"
	}
	return ""
}

// unquotedBool is "yes" or "no" of a JSON boolean, "" of anything else.
func unquotedBool(raw json.RawMessage) string {
	switch string(raw) {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	return ""
}

// split says whether the parts of a label's group stand in several turns.
func (r *labelledRow) split(l *label) string {
	if l.group() == "" {
		if slices.ContainsFunc(r.Entities, func(o label) bool { return o.group() != "" }) {
			return "one"
		}
		return ""
	}
	for i := range r.Entities {
		if o := &r.Entities[i]; o.group() == l.group() && o.Turn != l.Turn {
			return "several"
		}
	}
	return "one"
}

// asking are words of questions, by the type of the answer. A type that isn't here is asked for by "number", "code" or "id".
var asking = map[string]string{
	"PERSON":        "name speaking imię nazwisko who spell call",
	"POSTCODE":      "postcode postal post zip pin kod pocztowy address",
	"DATE_OF_BIRTH": "birth born birthday dob urodzenia",
	"DATE":          "date when day datę",
	"EMAIL":         "email mail e-mail",
	"PHONE":         "phone telephone mobile contact number cell",
	"ADDRESS":       "address street live house where",
	"LOCATION":      "where city location place town from to",
	"CREDIT_CARD":   "card number",
	"SSN":           "social ssn number digits",
	"CREDENTIAL":    "pin password code cvv security secret answer",
	"ORDER_ID":      "order number id",
	"ACCOUNT_ID":    "account policy claim number id digits",
	"USERNAME":      "username user login",
}

// prompted says whether the last turn of somebody else asks for the type of a label, or what the row says about that.
func (r *labelledRow) prompted(l *label) string {
	if told := unquotedBool(l.Prompted); told != "" || l.Kind != "" {
		return cmp.Or(told, "no")
	}
	words := strings.Fields(cmp.Or(asking[l.Type], "number code id digits reference"))
	for i := l.Turn - 1; i >= 0; i-- {
		if r.Turns[i].Role == r.Turns[l.Turn].Role {
			continue
		}
		for _, w := range strings.FieldsFunc(strings.ToLower(r.Turns[i].Text), func(c rune) bool { return !unicode.IsLetter(c) && c != '-' }) {
			if slices.Contains(words, w) {
				return "yes"
			}
		}
		return "no"
	}
	return "no"
}

// nameLists are words that are names of people. A nil one knows nothing.
type nameLists struct{ words map[string]bool }

// readNameLists reads the files of names in a folder: a word and its tier in each line.
func readNameLists(dir string) (*nameLists, error) {
	n := &nameLists{words: map[string]bool{}}
	for _, name := range []string{"given-names.tsv", "surnames.tsv"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("read names: %w", err)
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			w, _, _ := strings.Cut(lines.Text(), "\t")
			n.words[strings.ToLower(w)] = true
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, fmt.Errorf("read names: %w", err)
		}
	}
	return n, nil
}

// listed says whether all words of a name are listed, none, or some; "" without lists and where there is no word of two letters.
func (n *nameLists) listed(name string) string {
	if n == nil {
		return ""
	}
	in, out := 0, 0
	for _, w := range strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
		switch {
		case len([]rune(w)) < 2:
		case n.words[w]:
			in++
		default:
			out++
		}
	}
	switch {
	case in+out == 0:
		return ""
	case out == 0:
		return "in"
	case in == 0:
		return "out"
	}
	return "part"
}

// sliceReport is the figures of a slice.
type sliceReport struct {
	Type    string  `json:"type"`
	By      string  `json:"by,omitempty"` // absent: all labels of the type
	Is      string  `json:"is,omitempty"`
	Labels  int     `json:"labels"`
	Figures figures `json:"figures"`
}

// name is how floors name the slice.
func (s *sliceReport) name() string {
	if s.By == "" {
		return s.Type
	}
	return s.Type + " " + s.By + "=" + s.Is
}

// reportSlices makes the reports of slices with enough labels, worst first: those of which least is covered. A dimension with one value says
// nothing beside the type, which stands there itself.
func reportSlices(s *setScore) []*sliceReport {
	several := map[sliceKey]int{}
	for key := range s.slices {
		several[sliceKey{key.kind, key.by, ""}]++
	}
	var all []*sliceReport
	put := func(key sliceKey, t *typeScore) {
		if t.entities < sliceLabels {
			return
		}
		r := &sliceReport{Type: key.kind, By: key.by, Is: key.is, Labels: t.entities, Figures: figures{}}
		r.Figures.put("cover", t.covered, t.entities, 1)
		r.Figures.put("leak", t.leaked, t.values, 1)
		all = append(all, r)
	}
	for kind, t := range s.types {
		put(sliceKey{kind: kind}, t)
	}
	for key, t := range s.slices {
		if several[sliceKey{key.kind, key.by, ""}] > 1 {
			put(key, t)
		}
	}
	slices.SortFunc(all, func(a, b *sliceReport) int {
		return cmp.Or(cmp.Compare(a.Figures["cover"], b.Figures["cover"]), cmp.Compare(b.Labels, a.Labels), cmp.Compare(a.name(), b.name()))
	})
	return all
}
