package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
)

// Between these lines of a Markdown file stands the table of types.
const (
	typesBegin = "<!-- types: begin, written by make eval -->"
	typesEnd   = "<!-- types: end -->"
)

// writeTypesTable writes the table of types into a file, between the two marks.
func writeTypesTable(name string, r *evalReport) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("write table of types: %w", err)
	}
	before, rest, begins := strings.Cut(string(text), typesBegin+"\n")
	_, after, ends := strings.Cut(rest, typesEnd)
	if !begins || !ends {
		return fmt.Errorf("write table of types: %s: %w", name, errTypesMarks)
	}
	out := before + typesBegin + "\n" + typesTable(detectors.Describe(), r) + typesEnd + after
	if err := os.WriteFile(name, []byte(out), 0o644); err != nil {
		return fmt.Errorf("write table of types: %w", err)
	}
	return nil
}

var errTypesMarks = errors.New("has no place for it: " + typesBegin + " … " + typesEnd)

// typesTable is a Markdown table of what is found, with the figures of the generated sets. A type that several detectors
// find has one line.
func typesTable(all []detectors.Description, r *evalReport) string {
	type line struct{ detectors, authorities, digits []string }
	lines := map[detectors.Type]*line{}
	var order []detectors.Type
	for _, d := range all {
		l := lines[d.Type]
		if l == nil {
			l = &line{}
			lines[d.Type] = l
			order = append(order, d.Type)
		}
		l.detectors = appendNew(l.detectors, d.Detector)
		l.authorities = appendNew(l.authorities, d.Authority)
		l.digits = appendNew(l.digits, d.Digit)
	}
	slices.SortFunc(order, func(a, b detectors.Type) int { return strings.Compare(a.String(), b.String()) })
	var b strings.Builder
	b.WriteString("| type | authority | check digit | found by | recall: beside a word | alone | check digit broken | precision |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|\n")
	for _, t := range order {
		l := lines[t]
		if len(l.digits) > 1 {
			l.digits = slices.DeleteFunc(l.digits, func(d string) bool { return d == "none" })
		}
		words := r.figuresOf("generated_words", t.String())
		cell := func(parts []string, sep string) string { return strings.ReplaceAll(strings.Join(parts, sep), "|", "/") }
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", t, cell(l.authorities, "; "), cell(l.digits, "; "),
			cell(l.detectors, ", "), words.text("cover", 2), r.figuresOf("generated_alone", t.String()).text("cover", 2),
			r.figuresOf("generated_broken", t.String()).text("cover", 2), words.text("typed", 2))
	}
	return b.String()
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// figuresOf are the figures of a type in a set, nil if there are none.
func (r *evalReport) figuresOf(set, kind string) figures {
	for _, s := range r.Sets {
		if s.Set == set {
			return s.all()[kind]
		}
	}
	return nil
}
