package main

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
)

// evalReport is what eval says, and its JSON.
type evalReport struct {
	Detectors string          `json:"detectors"`
	Sets      []*setReport    `json:"sets"`
	Vectors   []*vectorReport `json:"vectors,omitempty"`
	Missed    []heldFigure    `json:"missed,omitempty"` // floors that don't hold
	Bars      []heldFigure    `json:"bars,omitempty"`   // bars of quality that aren't reached
}

// wholeSet stands for the type where a figure is about all of a set.
const wholeSet = "*"

// figures are numbers by name. Shares are from 0 to 1.
type figures map[string]float64

// figureHelp explains the figures; "-" marks those that are better when lower.
var figureHelp = []struct{ name, help string }{
	{"cover", "share of labels whose every byte is in a finding, whatever its type: recall"},
	{"label", "share of these that are found under the right type"},
	{"recall", "share of words and numbers in labels that are wholly in findings"},
	{"-leak", "share of values that can be had from the redacted row, by a reader that knows words for digits and spelling: see cmd/tacet/reread"},
	{"-clear", "share of values of which three letters or digits in a row stay in clear where they are labelled"},
	{"precision", "share of findings that touch a label, where all is labelled"},
	{"typed", "share of findings that touch a label of their type, where all is labelled"},
	{"f2", "cover and precision in one, recall counting double"},
	{"asr", "cover of labels that were inferred for garbled answers"},
	{"-over", "tokens outside labels that findings touch, of 100; links, dates, ages, places and organisations apart"},
	{"-over_kept", "the same with these"},
	{"-over_words", "words instead of tokens, of 1,000"},
	{"worst", "cover of the worst slice with at least 30 labels"},
	{"agree", "share of a peer's test cases that come out as there"},
	{"type", "share of its findings that bear the type it means"},
}

// isBetterLow says whether a figure is better when it is lower.
func isBetterLow(name string) bool {
	return slices.ContainsFunc(figureHelp, func(f struct{ name, help string }) bool { return f.name == "-"+name })
}

// setReport is what is told of a set. Its figures about labels leave out those of types that policies keep, and OTHER: these
// are told type by type.
type setReport struct {
	Set       string              `json:"set"`
	Note      string              `json:"note,omitempty"`
	Rows      int                 `json:"rows"`
	Tokens    int                 `json:"tokens"`
	Words     int                 `json:"words"`
	Labels    int                 `json:"labels"`
	Values    int                 `json:"values"`
	Figures   figures             `json:"figures"`
	Intervals map[string]interval `json:"intervals,omitempty"`
	Worst     *sliceReport        `json:"worst,omitempty"`
	Types     []*typeReport       `json:"types"`
	Slices    []*sliceReport      `json:"slices"` // of at least sliceLabels labels, worst first
}

type typeReport struct {
	Type      string              `json:"type"`
	Kept      bool                `json:"kept,omitempty"` // by policies that don't mention it
	Entities  int                 `json:"entities"`
	Values    int                 `json:"values"`
	Bytes     int                 `json:"bytes"`
	BytesLeft int                 `json:"bytes_left"`
	Garbled   int                 `json:"garbled,omitempty"` // labels of q "asr"
	Findings  int                 `json:"findings"`
	FoundAs   map[string]int      `json:"found_as,omitempty"` // the type that covers most of each label; "" is none
	Figures   figures             `json:"figures"`
	Intervals map[string]interval `json:"intervals,omitempty"`
}

// put sets a figure if there is anything to divide by.
func (f figures) put(name string, part, whole int, times float64) {
	if whole > 0 {
		f[name] = math.Round(float64(part)/float64(whole)*times*1e4) / 1e4
	}
}

// reportSet makes the report of a set: the types that leak most first, those that policies keep last.
func reportSet(name string, e *evaluator) *setReport {
	s := &e.set
	r := &setReport{
		Set: name, Note: e.rules.Note, Rows: s.rows, Tokens: s.tokens.all, Words: s.words.all,
		Figures: figures{}, Types: []*typeReport{}, Slices: []*sliceReport{},
	}
	found := map[string]foundScore{}
	for t, f := range s.found {
		kind := coarseOf(t)
		if s.types[t.String()] != nil {
			kind = t.String()
		}
		sum := found[kind]
		sum.add(f)
		found[kind] = sum
	}
	kinds := slices.Collect(maps.Keys(s.types))
	for kind := range found {
		if s.types[kind] == nil && e.rules.precise(kind) {
			kinds = append(kinds, kind)
		}
	}
	intervals := bootstrap(name, e.rows, e.kept.keeps)
	for _, kind := range kinds {
		t := s.types[kind]
		if t == nil {
			t = &typeScore{}
		}
		one := reportType(kind, t, found[kind], e.rules)
		one.Kept, one.Intervals = e.kept.keeps(kind), intervals[kind]
		r.Types = append(r.Types, one)
	}
	slices.SortFunc(r.Types, func(a, b *typeReport) int {
		return cmp.Or(cmp.Compare(min(b.Entities, 1), min(a.Entities, 1)), compareBools(a.Kept, b.Kept),
			cmp.Compare(b.Figures["leak"], a.Figures["leak"]), cmp.Compare(a.Type, b.Type))
	})
	e.reportWhole(r)
	r.Intervals = intervals[wholeSet]
	for _, x := range reportSlices(s) {
		if r.Worst == nil && !e.kept.keeps(x.Type) {
			r.Worst = x
			r.Figures["worst"] = x.Figures["cover"]
		}
		r.Slices = append(r.Slices, x)
	}
	return r
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// reportWhole makes the figures of the whole set, whatever the type.
func (e *evaluator) reportWhole(r *setReport) {
	s := &e.set
	all := &typeScore{}
	for kind, t := range s.types {
		if !e.kept.keeps(kind) {
			all.add(t)
		}
	}
	found := foundScore{}
	for t, f := range s.found {
		if !e.kept.kept[t] {
			found.add(f)
		}
	}
	r.Labels, r.Values = all.entities, all.values
	r.Figures = reportType(wholeSet, all, found, &setRules{Precise: e.rules.Precise, AnyType: e.rules.AnyType}).Figures
	r.Figures.put("over", s.tokens.over, s.tokens.all, 100)
	r.Figures.put("over_kept", s.tokens.overKept, s.tokens.all, 100)
	r.Figures.put("over_words", s.words.over, s.words.all, 1000)
}

func reportType(kind string, t *typeScore, found foundScore, rules *setRules) *typeReport {
	r := &typeReport{
		Type: kind, Entities: t.entities, Values: t.values, Bytes: t.bytes, BytesLeft: t.left, Garbled: t.asr,
		Findings: found.findings, FoundAs: t.foundAs, Figures: figures{},
	}
	r.Figures.put("cover", t.covered, t.entities, 1)
	if !rules.AnyType {
		r.Figures.put("label", t.right, t.covered, 1)
	}
	r.Figures.put("recall", t.tokensCovered, t.tokens, 1)
	r.Figures.put("leak", t.leaked, t.values, 1)
	r.Figures.put("clear", t.inClear, t.values, 1)
	r.Figures.put("asr", t.asrCovered, t.asr, 1)
	if rules.precise(kind) {
		r.Figures.put("precision", found.touching, found.findings, 1)
		if !rules.AnyType {
			r.Figures.put("typed", found.right, found.findings, 1)
		}
		if t.entities > 0 && found.findings > 0 {
			p, c := float64(found.touching)/float64(found.findings), float64(t.covered)/float64(t.entities)
			if p+c > 0 {
				r.Figures["f2"] = math.Round(5*p*c/(4*p+c)*1e4) / 1e4
			}
		}
	}
	return r
}

// json writes the report as one JSON object.
func (r *evalReport) json(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(r)
}
