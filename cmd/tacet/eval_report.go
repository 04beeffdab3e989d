package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
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
	{"-leak", "share of values of which three letters or digits in a row stay in clear with every type that is hidden by default"},
	{"precision", "share of findings that touch a label, where all is labelled"},
	{"typed", "share of findings that touch a label of their type, where all is labelled"},
	{"f2", "cover and precision in one, recall counting double"},
	{"asr", "cover of labels that were inferred for garbled answers"},
	{"-over", "tokens outside labels that findings touch, of 100; links, dates, ages, places and organisations apart"},
	{"-over_kept", "the same with these"},
	{"-over_words", "words instead of tokens, of 1,000"},
	{"agree", "share of a peer's test cases that come out as there"},
	{"type", "share of its findings that bear the type it means"},
}

// isBetterLow says whether a figure is better when it is lower.
func isBetterLow(name string) bool {
	return slices.ContainsFunc(figureHelp, func(f struct{ name, help string }) bool { return f.name == "-"+name })
}

type setReport struct {
	Set     string        `json:"set"`
	Note    string        `json:"note,omitempty"`
	Rows    int           `json:"rows"`
	Tokens  int           `json:"tokens"`
	Words   int           `json:"words"`
	Figures figures       `json:"figures"`
	Types   []*typeReport `json:"types"`
	rules   *setRules
}

type typeReport struct {
	Type      string         `json:"type"`
	Entities  int            `json:"entities"`
	Values    int            `json:"values"`
	Bytes     int            `json:"bytes"`
	BytesLeft int            `json:"bytes_left"`
	Garbled   int            `json:"garbled,omitempty"` // labels of q "asr"
	Findings  int            `json:"findings"`
	FoundAs   map[string]int `json:"found_as,omitempty"` // the type that covers most of each label; "" is none
	Figures   figures        `json:"figures"`
}

// put sets a figure if there is anything to divide by.
func (f figures) put(name string, part, whole int, times float64) {
	if whole > 0 {
		f[name] = math.Round(float64(part)/float64(whole)*times*1e4) / 1e4
	}
}

// reportSet makes the report of a set: the types that leak most first.
func reportSet(name string, e *evaluator) *setReport {
	s := &e.set
	r := &setReport{
		Set: name, Note: e.rules.Note, Rows: s.rows, Tokens: s.tokens.all, Words: s.words.all,
		Figures: figures{}, rules: e.rules, Types: []*typeReport{},
	}
	r.Figures.put("over", s.tokens.over, s.tokens.all, 100)
	r.Figures.put("over_kept", s.tokens.overKept, s.tokens.all, 100)
	r.Figures.put("over_words", s.words.over, s.words.all, 1000)
	found := map[string]foundScore{}
	for t, f := range s.found {
		kind := coarseOf(t)
		if s.types[t.String()] != nil {
			kind = t.String()
		}
		sum := found[kind]
		sum.findings += f.findings
		sum.touching += f.touching
		sum.right += f.right
		found[kind] = sum
	}
	kinds := slices.Collect(maps.Keys(s.types))
	for kind := range found {
		if s.types[kind] == nil && e.rules.precise(kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, kind := range kinds {
		t := s.types[kind]
		if t == nil {
			t = &typeScore{}
		}
		r.Types = append(r.Types, reportType(kind, t, found[kind], e.rules))
	}
	slices.SortFunc(r.Types, func(a, b *typeReport) int {
		return cmp.Or(cmp.Compare(min(b.Entities, 1), min(a.Entities, 1)),
			cmp.Compare(b.Figures["leak"], a.Figures["leak"]), cmp.Compare(a.Type, b.Type))
	})
	return r
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
	r.Figures.put("leak", t.leaked, t.values, 1)
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

// table writes the report for people.
func (r *evalReport) table(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, s := range r.Sets {
		s.table(out)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	for _, v := range r.Vectors {
		if err := v.table(w); err != nil {
			return err
		}
	}
	return heldTable(w, r)
}

func (s *setReport) table(w io.Writer) {
	fmt.Fprintf(w, "%s: %d rows, %d tokens", s.Set, s.Rows, s.Tokens)
	if s.Note != "" {
		fmt.Fprintf(w, "; %s", s.Note)
	}
	fmt.Fprintf(w, "\n  outside labels, of 100 tokens %s (kept types too %s), of 1000 words %s\n",
		s.Figures.text("over", 2), s.Figures.text("over_kept", 2), s.Figures.text("over_words", 1))
	if len(s.Types) > 0 {
		fmt.Fprintln(w, "  \tlabels\tcover\tlabel\tleak\tleft\tfound\tprecision\tF2\tgarbled\tcover\t")
	}
	for _, t := range s.Types {
		left := "-"
		if t.Bytes > 0 {
			left = fmt.Sprintf("%d/%d", t.BytesLeft, t.Bytes)
		}
		fmt.Fprintf(w, "  %s\t%d\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t\n", t.Type, t.Entities, t.Figures.text("cover", 4), t.Figures.text("label", 4),
			t.Figures.text("leak", 4), left, t.Findings, t.Figures.text("precision", 4), t.Figures.text("f2", 4), t.Garbled, t.Figures.text("asr", 4))
	}
	fmt.Fprintln(w)
}

func (f figures) text(name string, digits int) string {
	v, ok := f[name]
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, v)
}

// heldTable lists the floors and bars that don't hold.
func heldTable(w io.Writer, r *evalReport) error {
	var b strings.Builder
	for _, list := range []struct {
		head  string
		items []heldFigure
	}{{"bars not reached", r.Bars}, {"floors missed", r.Missed}} {
		if len(list.items) > 0 {
			fmt.Fprintf(&b, "%s:\n", list.head)
		}
		for i := range list.items {
			fmt.Fprintf(&b, "  %s\n", &list.items[i])
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
