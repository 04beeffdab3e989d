package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/names/train"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// How sure a model must be of all that it finds in a text to learn from it, by which bias more nothing else may be found in
// it, and what such a text weighs.
const (
	selfSure   = 0.9
	selfBias   = 48
	selfWeight = 0.5
)

// learn trains, and where there are texts without labels, once more with those of them that the first model is sure of.
func learn(o *options, training []train.Example, listed []names.Listed, log io.Writer) (*names.Parameters, error) {
	p, err := train.Train(training, listed, o.train)
	if err != nil || o.unlabelled == "" {
		return p, err
	}
	m, err := names.Build(p)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(o.unlabelled)
	if err != nil {
		return nil, fmt.Errorf("read texts without labels: %w", err)
	}
	held, err := heldOut(o.data)
	if err != nil {
		return nil, err
	}
	var list []train.Example
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !held[letters(line)] {
			list = append(list, train.Example{Text: line})
		}
	}
	own := selfLabel(m, list)
	fmt.Fprintf(log, "%d of %d texts without labels are learnt from\n", len(own), len(list))
	more := written(own, rand.New(rand.NewPCG(o.train.Seed, 4)), 0.6)
	for i := range more {
		more[i].Weight = selfWeight
	}
	return train.Train(slices.Concat(training, more), listed, o.train)
}

// selfLabel labels the texts in which the model is sure of what is a name and of what is none. Of a person a list must know a word.
func selfLabel(m *names.Model, list []train.Example) (sure []train.Example) {
	var text scan.Text
	var s names.Scratch
	lex := scan.NewLexicon(nil, 0)
	for setting := range names.Settings {
		for _, c := range []names.Class{names.Person, names.Location, names.Org} {
			m = m.WithBias(names.Balanced, setting, c, 0).WithBias(names.Strict, setting, c, selfBias)
		}
	}
	for _, e := range list {
		text.Scan([]byte(e.Text), lex)
		c := names.Context{Written: true}
		spans := m.Find(nil, &text, &c, &s)
		c.Preset = names.Strict
		more := m.Find(nil, &text, &c, &s)
		ok := slices.EqualFunc(spans, more, func(a, b names.Span) bool { return a.First == b.First && a.Last == b.Last && a.Class == b.Class })
		e.Marks = nil
		for _, x := range spans {
			listed := x.Class != names.Person
			for _, k := range text.Tokens[x.First : x.Last+1] {
				l := m.Listing(k.Hash)
				listed = listed || l.Given > 0 || l.Surname > 0
			}
			ok = ok && listed && x.Confidence >= selfSure
			start, _ := text.Source(int(text.Tokens[x.First].Start), int(text.Tokens[x.First].End))
			_, end := text.Source(int(text.Tokens[x.Last].Start), int(text.Tokens[x.Last].End))
			e.Marks = append(e.Marks, train.Mark{Start: start, End: end, Class: x.Class})
		}
		if ok {
			sure = append(sure, e)
		}
	}
	return sure
}
