package detectors

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/rules"
)

// RuleSet is users' rules, of ReadRules.
type RuleSet = rules.Set

// Tightening is what a Set is to find besides: nothing of it makes a finding go away, or takes the label of card data or a credential.
type Tightening struct {
	Locales []string // whose identifier a number is where it may be that of several; what is found is the same
	Preset  string   // counts where it is stricter than the Set's
	Rules   []NamedRules
}

// NamedRules are rules with the name that stands before theirs: "orders/parcel".
type NamedRules struct {
	Name string
	Set  *RuleSet
}

// KnownLocale tells whether Options and Tightening can name a locale.
func KnownLocale(name string) bool { return known(name) }

// Presets lists those that Options and Tightening can name, the strictest last.
func Presets() []string { return []string{"balanced", "strict", "paranoid"} }

// setPreset takes a preset where it is stricter than what s has. It is false for an unknown one.
func (s *Set) setPreset(name string) bool {
	switch name {
	case "", "balanced":
		return true
	case "strict":
		s.threshold, s.preset = min(s.threshold, 0.4), max(s.preset, names.Strict)
	case "paranoid":
		s.threshold, s.preset = min(s.threshold, 0.3), max(s.preset, names.Paranoid)
	default:
		return false
	}
	return true
}

// Tighten makes a Set that finds more. It shares what it can with s, and a Call may go on from one to the other. A stricter preset
// costs a second search of every text.
func (s *Set) Tighten(t Tightening) (*Set, error) {
	made := *s
	for _, name := range t.Locales {
		if !known(name) {
			return nil, fmt.Errorf("tighten detectors: unknown locale %q", name)
		}
	}
	if len(t.Locales) > 0 {
		made.favours = new([TypesMax]bool)
		for k := range made.favours {
			made.favours[k] = localePrior(Type(k), t.Locales) > 0
		}
		if made.homePlan = choosePhones(t.Locales); bits.OnesCount64(made.homePlan) > 1 {
			made.homePlan = 0
		}
	}
	stricter := made
	if !stricter.setPreset(t.Preset) {
		return nil, fmt.Errorf("tighten detectors: unknown preset %q", t.Preset)
	}
	if stricter.threshold < s.threshold {
		made.stricter = &stricter
	}
	if len(t.Rules) > 0 {
		own := custom{}
		if s.custom != nil {
			own = *s.custom
		}
		own.picked = slices.Clone(own.picked)
		for _, r := range t.Rules {
			p, err := newRuled(r.Set, r.Name+"/")
			if err != nil {
				return nil, fmt.Errorf("tighten detectors: %w", err)
			}
			own.picked = append(own.picked, p)
		}
		made.custom = &own
	}
	made.sign()
	return &made, nil
}

// International appends a telephone number in its one international form (E.164), if it is one as it is dialled within the only
// country that the Set was chosen or tightened for; otherwise digits as they are. Digits stand alone, or behind a plus.
func (s *Set) International(dst, digits []byte) []byte {
	home := s.homePlan
	if home == 0 && bits.OnesCount64(s.phonePlans) == 1 {
		home = s.phonePlans
	}
	if home == 0 || len(digits) == 0 || digits[0] == '+' {
		return append(dst, digits...)
	}
	if d := numbering().national(digits, home); d.fit == fitValid {
		return numbering().appendE164(dst, d)
	}
	return append(dst, digits...)
}

// settle gives up the label of a favoured country where the best one is likelier by more than countries count for, or is that of what no
// list makes harmless.
func (g *guess) settle() {
	if g.home == 0 {
		return
	}
	total := g.total
	if g.set.favours[g.kind] {
		total += priorMax
	}
	if g.homeTotal+priorMax <= total || neverAllowed(g.kind) {
		g.home = 0
	}
}

// goHome takes the label of a favoured country, where there is one. The score is what made it a finding, and stays.
func (g *guess) goHome() {
	if g.home != 0 {
		g.kind, g.rule, g.detector = g.home, g.homeRule, g.homeDetector
	}
}

// findTwice is find, and then what a stricter set finds besides. The call's memory doesn't know of it.
func (s *Set) findTwice(dst []Finding, text []byte, in Input, sc *Scratch) []Finding {
	first := len(dst)
	dst = s.find(dst, text, in, sc)
	groups := sc.pass.groups
	if sc.second == nil {
		sc.second = NewScratch()
	}
	in.Beside = true
	p, second := &sc.pass, &sc.second.pass
	second.explain = p.explain
	p.picked.found = s.stricter.find(p.picked.found[:0], text, in, sc.second)
	for i := range p.picked.found {
		if f := &p.picked.found[i]; f.Group > 0 && in.Call == nil {
			f.Group += groups
		}
	}
	p.picked.reasons, second.reasons, second.explain = second.reasons, nil, false
	return p.overlay(dst, first)
}

// labelPicked makes findings of the candidates of rules of Tighten.
func (p *pass) labelPicked() {
	all, reasons := p.candidates, p.reasons
	p.candidates, p.reasons = p.picked.candidates, nil
	p.picked.found = p.label(p.picked.found[:0])
	p.picked.candidates, p.picked.reasons = p.candidates[:0], p.reasons
	p.candidates, p.reasons = all, reasons
}

// pickedScratch is the memory for what Tighten adds.
type pickedScratch struct {
	candidates []candidate // of the text at hand
	found      []Finding
	reasons    []Reason
	joined     []overlaid
}

// overlaid is a finding with where it is from.
type overlaid struct {
	Finding
	from  int // index among the findings, or those that are added
	added bool
}

// isWeak says whether what is added may take a finding's label: nobody knows what it is, or policies commonly keep it.
func isWeak(t Type) bool { return t.yields() || t == Number || t == Spelled }

// overlay adds p.picked.found to dst[first:]. What was found stays found, in the same region or a larger one, and keeps its label unless that
// is weak. Both are in order.
func (p *pass) overlay(dst []Finding, first int) []Finding {
	if len(p.picked.found) == 0 {
		return dst
	}
	joined, k := p.picked.joined[:0], first
	take := func() {
		joined = append(joined, overlaid{dst[k], k - first, false})
		k++
	}
	for e := range p.picked.found {
		f := p.picked.found[e]
		for k < len(dst) && dst[k].End <= f.Start {
			take()
		}
		begin := len(joined)
		if begin > 0 && joined[begin-1].End > f.Start {
			begin-- // a finding that reaches over more than one
		}
		for k < len(dst) && dst[k].Start < f.End {
			take()
		}
		joined = join(joined, begin, overlaid{f, e, true})
	}
	for k < len(dst) {
		take()
	}
	if p.explain {
		p.explainOverlaid(joined)
	}
	dst = dst[:first]
	for i := range joined {
		dst = append(dst, joined[i].Finding)
	}
	p.picked.joined = joined
	return dst
}

// join adds a finding to those from begin on, which it overlaps.
func join(all []overlaid, begin int, f overlaid) []overlaid {
	over := all[begin:]
	if len(over) == 0 {
		return append(all, f)
	}
	last := len(over) - 1
	if !isWeak(f.Type) && !slices.ContainsFunc(over, func(o overlaid) bool { return !isWeak(o.Type) }) {
		f.Start, f.End = min(f.Start, over[0].Start), max(f.End, over[last].End)
		return append(all[:begin], f)
	}
	over[0].Start, over[last].End = min(over[0].Start, f.Start), max(over[last].End, f.End)
	for i := range over {
		if i < last {
			over[i].End = over[i+1].Start
		}
		if isWeak(over[i].Type) && !isWeak(f.Type) {
			r := over[i]
			over[i] = f
			over[i].Start, over[i].End = r.Start, r.End
		}
	}
	return all
}

// explainOverlaid gives the reasons of what stays.
func (p *pass) explainOverlaid(all []overlaid) {
	var reasons []Reason
	for i := range all {
		of := p.reasons
		if all[i].added {
			of = p.picked.reasons
		}
		for _, r := range of {
			if r.Finding == all[i].from {
				r.Finding = i
				reasons = append(reasons, r)
			}
		}
	}
	p.reasons = reasons
}
