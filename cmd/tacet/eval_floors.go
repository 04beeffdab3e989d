package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
)

// floorsFile says for each set how far its labels are to be trusted, and what its figures must not fall below.
type floorsFile struct {
	Sets map[string]*setRules `json:"sets"`
}

// setRules are what a set's own description says about its labels, and the figures that are held.
type setRules struct {
	Note string `json:"note,omitempty"`
	// Without are the types whose labels aren't scored; what they cover is no over-redaction, either.
	Without []string `json:"without,omitempty"`
	// Precise are the types of which everything is labelled, so that what is found elsewhere is wrong; "*" is all.
	Precise []string `json:"precise,omitempty"`
	// AnyType says that types are mixed up in the labels, so that any type is right.
	AnyType bool `json:"any_type,omitempty"`
	// Answers says that all that is said but by agents answers a question for personal data, and isn't all labelled, so that over-redaction
	// can be told of what agents say only.
	Answers bool `json:"answers,omitempty"`
	// Lower says that the set is scored in lower case without punctuation, too, under its name with lowerSuffix, by the same rules
	// and bars, and floors of its own.
	Lower bool `json:"lower,omitempty"`
	// Bars are the bars of quality; not to reach one is reported. Floors are what has been reached; to fall below one
	// is an error. Both by type, "*" being the whole set, or by slice, "PERSON speaker=agent", and by figure.
	Bars   map[string]figures `json:"bars,omitempty"`
	Floors map[string]figures `json:"floors,omitempty"`
}

// precise says whether the precision of a type can be told.
func (r *setRules) precise(kind string) bool {
	return !slices.Contains(r.Without, kind) && (slices.Contains(r.Precise, wholeSet) || slices.Contains(r.Precise, kind))
}

// skips says whether labels of a type aren't scored.
func (r *setRules) skips(kind string) bool { return slices.Contains(r.Without, kind) }

// of gives the rules of a set. One that isn't listed is trusted in everything. The lower-case variant of a set has its rules and bars.
func (f *floorsFile) of(set string) *setRules {
	if f != nil {
		if base, isLower := strings.CutSuffix(set, lowerSuffix); isLower && f.Sets[base] != nil {
			rules := *f.Sets[base]
			rules.Floors, rules.Lower = nil, false
			if own := f.Sets[set]; own != nil {
				rules.Floors = own.Floors
			}
			return &rules
		}
		if f.Sets[set] != nil {
			return f.Sets[set]
		}
	}
	return &setRules{Precise: []string{wholeSet}}
}

func readFloors(name string) (*floorsFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read floors: %w", err)
	}
	f := &floorsFile{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("read floors: %s: %w", name, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("read floors: %s: more than one object", name)
	}
	for set, rules := range f.Sets {
		if rules == nil {
			return nil, fmt.Errorf("read floors: %s: set %q has no rules", name, set)
		}
		for _, held := range []map[string]figures{rules.Bars, rules.Floors} {
			for _, of := range held {
				for figure := range of {
					if !isFigure(figure) {
						return nil, fmt.Errorf("read floors: %s: set %q: unknown figure %q", name, set, figure)
					}
				}
			}
		}
	}
	return f, nil
}

func isFigure(name string) bool {
	return slices.ContainsFunc(figureHelp, func(f struct{ name, help string }) bool { return strings.TrimPrefix(f.name, "-") == name })
}

// heldFigure is a floor or bar that doesn't hold.
type heldFigure struct {
	Set    string   `json:"set"`
	Type   string   `json:"type"`
	Figure string   `json:"figure"`
	Is     *float64 `json:"is"` // nil: there is no such figure
	Held   float64  `json:"held"`
}

// String says what doesn't hold.
func (h *heldFigure) String() string {
	than := "below"
	if isBetterLow(h.Figure) {
		than = "above"
	}
	if h.Is == nil {
		return fmt.Sprintf("%s %s: %s has no value, must not be %s %g", h.Set, h.Type, h.Figure, than, h.Held)
	}
	return fmt.Sprintf("%s %s: %s %g is %s %g", h.Set, h.Type, h.Figure, *h.Is, than, h.Held)
}

// compare lists what of held isn't reached by the figures of a set.
func compare(set string, held map[string]figures, have map[string]figures) (missed []heldFigure) {
	for _, kind := range slices.Sorted(maps.Keys(held)) {
		for _, name := range slices.Sorted(maps.Keys(held[kind])) {
			h := heldFigure{Set: set, Type: kind, Figure: name, Held: held[kind][name]}
			is, ok := have[kind][name]
			if ok {
				h.Is = &is
			}
			if !ok || !isBetterLow(name) && is < h.Held || isBetterLow(name) && is > h.Held {
				missed = append(missed, h)
			}
		}
	}
	return missed
}

// all are the figures of a set by type.
func (s *setReport) all() map[string]figures {
	have := map[string]figures{wholeSet: s.Figures}
	for _, t := range s.Types {
		have[t.Type] = t.Figures
	}
	for _, x := range s.Slices {
		if x.By != "" {
			have[x.name()] = x.Figures
		}
	}
	return have
}

// hold compares everything that was measured with floors and bars.
func (r *evalReport) hold(f *floorsFile) {
	check := func(set string, have map[string]figures) {
		rules := f.of(set)
		r.Missed = append(r.Missed, compare(set, rules.Floors, have)...)
		r.Bars = append(r.Bars, compare(set, rules.Bars, have)...)
	}
	for _, s := range r.Sets {
		check(s.Set, s.all())
	}
	for _, v := range r.Vectors {
		check(v.Set, map[string]figures{wholeSet: v.Figures})
	}
}

// What new floors leave below what was measured: little enough that a detector that breaks is seen.
const (
	floorMargin   = 0.003
	ceilingMargin = 1.05
	worstMargin   = 0.02 // of a slice, which may have few labels
	// floorEntities is how many labels or findings it takes to hold a figure.
	floorEntities = 5
)

// raise sets the floors of the sets that were measured.
func (f *floorsFile) raise(r *evalReport) {
	rules := func(set string) *setRules {
		if f.Sets == nil {
			f.Sets = map[string]*setRules{}
		}
		if f.Sets[set] == nil {
			f.Sets[set] = &setRules{}
			if !strings.HasSuffix(set, lowerSuffix) {
				f.Sets[set] = f.of(set)
			}
		}
		f.Sets[set].Floors = map[string]figures{}
		return f.Sets[set]
	}
	for _, s := range r.Sets {
		to := rules(s.Set)
		to.Floors[wholeSet] = floorsOf(s.Figures, "over", "worst")
		for _, t := range s.Types {
			names := []string{"cover", "leak"}
			if t.Findings >= floorEntities {
				names = append(names, "precision")
			}
			if t.Garbled >= floorEntities {
				names = append(names, "asr")
			}
			if held := floorsOf(t.Figures, names...); t.Entities >= floorEntities && held["cover"] > 0 {
				to.Floors[t.Type] = held
			}
		}
	}
	for _, v := range r.Vectors {
		rules(v.Set).Floors[wholeSet] = floorsOf(v.Figures, "agree")
	}
}

func floorsOf(have figures, names ...string) figures {
	held := figures{}
	for _, name := range names {
		switch is, ok := have[name]; {
		case !ok:
		case name == "worst":
			held[name] = math.Max(math.Floor((is-worstMargin)*1000)/1000, 0)
		case name == "over":
			held[name] = math.Ceil((is*ceilingMargin+0.005)*100) / 100
		case isBetterLow(name):
			held[name] = math.Min(math.Ceil((is+floorMargin)*1000)/1000, 1)
		default:
			held[name] = math.Max(math.Floor((is-floorMargin)*1000)/1000, 0)
		}
	}
	return held
}

// writeFloors writes a line for each type, so that a change is read line by line.
func writeFloors(name string, f *floorsFile) error {
	var b bytes.Buffer
	b.WriteString("{\"sets\": {")
	for i, set := range slices.Sorted(maps.Keys(f.Sets)) {
		rules := *f.Sets[set]
		held := []map[string]figures{rules.Bars, rules.Floors}
		rules.Bars, rules.Floors = nil, nil
		head, err := json.Marshal(&rules)
		if err != nil {
			return fmt.Errorf("write floors: %w", err)
		}
		var parts []string
		if fields := strings.Trim(string(head), "{}"); fields != "" {
			parts = append(parts, "    "+fields)
		}
		for k, key := range []string{"bars", "floors"} {
			var lines []string
			for _, kind := range slices.Sorted(maps.Keys(held[k])) {
				line, err := json.Marshal(held[k][kind])
				if err != nil {
					return fmt.Errorf("write floors: %w", err)
				}
				lines = append(lines, fmt.Sprintf("      %s: %s", quoted(kind), line))
			}
			if len(lines) > 0 {
				parts = append(parts, fmt.Sprintf("    %q: {\n%s\n    }", key, strings.Join(lines, ",\n")))
			}
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n  %s: {\n%s\n  }", quoted(set), strings.Join(parts, ",\n"))
	}
	b.WriteString("\n}}\n")
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write floors: %w", err)
	}
	return nil
}

// quoted is s as JSON.
func quoted(s string) []byte {
	text, _ := json.Marshal(s) // a string always marshals
	return text
}
