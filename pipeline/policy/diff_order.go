package policy

import (
	"slices"

	"github.com/sonexlabs/tacet/detectors"
)

// disclosure is what somebody who reads what leaves learns of a value. Disclosures are compared part by part: one lets out no more than
// another if it does so in every part. Many pairs can't be compared: a mask hides what a coarser value shows, and the other way round.
type disclosure struct {
	clear bool // the value itself: everything
	text  bool // whatever is not found in it
	parts uint8
	link  int // within what equal values can be told to be equal; 0 within nothing
	first int
	last  int
	as    string // a coarser value: of what
	to    string // and how coarse
	days  int    // intervals between dates, which are themselves off by so many days; 0 for no dates
}

// The parts of what can be learnt.
const (
	partKind    uint8 = 1 << iota // that there is one, and of what type
	partForm                      // how it is written: length, separators
	partSealed                    // that the tenant can have it back
	partReverse                   // that the key gives it back
)

// linkOf orders scopes.
func linkOf(s Scope) int { return slices.Index(scopes[:], s) + 1 }

// within tells whether a lets out no more than b.
func (a disclosure) within(b disclosure) bool {
	if b.clear {
		return true
	}
	return !a.clear && (!a.text || b.text) && a.parts&^b.parts == 0 && a.link <= b.link && a.first <= b.first && a.last <= b.last &&
		(a.as == "" || a.as == b.as && coarser(a.as, a.to, b.to)) && (a.days == 0 || b.days != 0 && a.days >= b.days)
}

// label says what it is to go from one to another.
func label(a, b disclosure) Label {
	switch less, more := b.within(a), a.within(b); {
	case less && more:
		return Neutral
	case less:
		return Tightening
	case more:
		return Loosening
	}
	return Both
}

// together labels two changes that are made at once.
func together(a, b Label) Label {
	switch {
	case a == b || b == Neutral:
		return a
	case a == Neutral:
		return b
	}
	return Both
}

// shownAs is what stands in texts for findings of a type.
func shownAs(t detectors.Type, s Style, o Options) disclosure {
	call := linkOf(ScopeCall) // surrogates and the like hold within a call
	switch s {
	case StyleDrop:
		return disclosure{}
	case StyleRedact:
		return disclosure{parts: partKind}
	case StyleAlias:
		return disclosure{parts: partKind, link: call}
	case StyleToken:
		return disclosure{parts: partKind, link: linkOf(o.Scope)}
	case StyleSeal:
		return disclosure{parts: partKind | partSealed, link: linkOf(o.Scope)}
	case StyleMask:
		return disclosure{parts: partKind | partForm, first: o.First, last: o.Last}
	case StyleGeneralise:
		return disclosure{parts: partKind, as: t.String(), to: o.To}
	case StyleDateShift:
		return disclosure{parts: partKind | partForm, link: call, days: o.Days}
	case StyleSurrogate:
		return disclosure{parts: partKind | partForm, link: call}
	case StyleFPE:
		return disclosure{parts: partKind | partForm | partReverse, link: call}
	}
	return disclosure{clear: true}
}

// leavesAs is what leaves of a field. Redacted ones are like no other but kept and dropped ones: what is found in them is hidden, and
// what is not found is not.
func leavesAs(a Action, o Options) disclosure {
	switch a {
	case Drop:
		return disclosure{}
	case Redact:
		return disclosure{text: true}
	case Token:
		return disclosure{parts: partKind, link: linkOf(o.Scope)}
	case Seal:
		return disclosure{parts: partKind | partSealed, link: linkOf(o.Scope)}
	case Mask:
		return disclosure{parts: partKind | partForm, first: o.First, last: o.Last}
	case Generalise:
		return disclosure{parts: partKind, as: o.As, to: o.To}
	case DateShift:
		return disclosure{parts: partKind | partForm, link: linkOf(ScopeRelationship), days: o.Days}
	case Surrogate:
		return disclosure{parts: partKind | partForm, link: linkOf(o.Scope)}
	case FPE:
		return disclosure{parts: partKind | partForm | partReverse, link: linkOf(o.Scope)}
	}
	return disclosure{clear: true}
}

// labelRules labels a change of what happens to a field. No rule is a rule to drop it.
func labelRules(from, to *Rule) Label {
	var a, b Rule
	if from != nil {
		a = *from
	}
	if to != nil {
		b = *to
	}
	l := label(leavesAs(a.Action, a.Options), leavesAs(b.Action, b.Options))
	if a.Options.As != b.Options.As && a.Action == b.Action {
		l = Both // other values are equal, or coarser in another way
	}
	if a.Action != Drop && b.Action != Drop { // of what is dropped there is nothing to be let out
		l = together(l, condition(a.Options.Needs, b.Options.Needs))
	}
	var people [2]string // who may have the record erased
	for i, r := range []*Rule{&a, &b} {
		if r.Options.Subject != 0 {
			people[i] = r.Options.Subject.String()
		}
	}
	return together(l, condition(people[0], people[1]))
}

// write gives a rule as policy files do, without its clauses; "" where there is none, or where it says no more than that.
func (r *Rule) write() string {
	if r == nil || r.Action == Drop && r.Options == (Options{}) {
		return ""
	}
	return r.Options.write("action", r.Action.String(), nil)
}

// clauses lists the clauses of a rule; "" where there is none.
func (r *Rule) clauses() string {
	if r == nil {
		return ""
	}
	return flow(r.Clauses)
}

// coarseness lists the generalisations of a type that can be compared, the coarsest first, and the default. Each lies within the one
// before it. Those of pipeline/pseudonym, which a test holds it to.
func coarseness(typ string) (order []string, fallback string) {
	switch typ {
	case "DATE":
		return []string{"decade", "year", "quarter", "month", "day", "hour", "minute"}, "month"
	case "DATE_OF_BIRTH":
		return []string{"decade", "year", "quarter", "month"}, "year"
	case "TIME":
		return []string{"part", "hour", "minute"}, "hour"
	case "AGE":
		return []string{"10", "5"}, "10"
	case "POSTCODE":
		return []string{"area", "district"}, "area"
	case "IP_ADDRESS":
		return []string{"wide", "network"}, "network"
	case "PHONE":
		return []string{"country", "line"}, "line"
	case "IBAN":
		return []string{"country"}, "country"
	case "AMOUNT", "NUMBER", "CUSTOM":
		return []string{"magnitude", "amount"}, "amount"
	case "DURATION":
		return []string{"duration"}, "duration"
	case "USER_AGENT":
		return []string{"family", "version"}, "version"
	case "URL", "PATH":
		return []string{"site", "route"}, "route"
	}
	return nil, ""
}

// coarser tells whether a is as coarse as b or more so.
func coarser(typ, a, b string) bool {
	order, fallback := coarseness(typ)
	if a == "" {
		a = fallback
	}
	if b == "" {
		b = fallback
	}
	i, j := slices.Index(order, a), slices.Index(order, b)
	return a == b || i >= 0 && j >= 0 && i <= j
}
