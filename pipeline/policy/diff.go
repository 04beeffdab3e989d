package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sonexlabs/tacet/detectors"
)

// Label says what a change does to what leaves.
type Label string

// The labels.
const (
	Tightening Label = "tightening" // less leaves, or what leaves says less
	Loosening  Label = "loosening"
	Both       Label = "both"    // less in one way and more in another: counts as loosening
	Neutral    Label = "neutral" // words only: clauses, a default spelled out
)

// Loosens tells whether somebody has to be told before.
func (l Label) Loosens() bool { return l == Loosening || l == Both }

// Change is one difference between two policies. What it is of is empty where it is not of one class, category, field or type.
type Change struct {
	Label    Label  `json:"label"`
	Class    string `json:"class,omitempty"`
	Category string `json:"category,omitempty"`
	Field    string `json:"field,omitempty"`
	Type     string `json:"type,omitempty"`
	What     string `json:"what"` // the key of policy files that differs
	From     string `json:"from"` // as in policy files; "" for nothing
	To       string `json:"to"`
}

// String gives the change in one line.
func (c Change) String() string {
	return fmt.Sprintf("%s: %s: %s -> %s", c.Label, strings.Join(append(c.where(), c.What), " "), cmp.Or(c.From, "nothing"), cmp.Or(c.To, "nothing"))
}

func (c Change) where() []string {
	return slices.DeleteFunc([]string{c.Class, c.Category, c.Field, c.Type}, func(s string) bool { return s == "" })
}

// Loosens lists the changes from one policy to the next that let more leave.
func Loosens(old, next *Policy) (changes []Change) {
	return slices.DeleteFunc(Diff(old, next), func(c Change) bool { return !c.Label.Loosens() })
}

// Diff lists the changes from one policy to the next by what they do: which tenants, classes, categories and fields leave, and as what.
// The order of rules, comments and defaults that are spelled out change nothing. Where wildcards overlap, what holds for each value is
// compared and not which rule says it.
func Diff(old, next *Policy) []Change {
	var d differ
	d.tenants(old.tenants, next.tenants)
	d.add(Change{What: "effective_from", From: when(old.from), To: when(next.from), Label: Neutral})
	d.minors(old.minors, next.minors)
	if len(old.classes) > 0 && len(next.classes) > 0 { // sinks that name no class are of the first
		d.add(Change{What: "first class", From: old.classes[0].Name, To: next.classes[0].Name, Label: Both})
	}
	for _, name := range either(classNames(old), classNames(next)) {
		d.class(name, old, next)
	}
	for _, name := range Categories() {
		d.category(name, old, next)
	}
	return d.changes
}

// differ gathers changes.
type differ struct{ changes []Change }

// add takes a change unless both sides are the same.
func (d *differ) add(c Change) {
	if c.From != c.To {
		d.changes = append(d.changes, c)
	}
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func classNames(p *Policy) (names []string) {
	for _, c := range p.classes {
		names = append(names, c.Name)
	}
	return names
}

// either is the union of two lists, in order, sorted but for the order of the first.
func either(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// only lists what stands in a and not in b.
func only(a, b []string) (all []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			all = append(all, s)
		}
	}
	return all
}

func (d *differ) tenants(old, next []string) {
	anyOld, anyNext := slices.Contains(old, anyTenant), slices.Contains(next, anyTenant)
	switch {
	case anyOld && anyNext:
	case anyOld:
		d.add(Change{What: "tenants", From: "any", To: flow(next), Label: Tightening})
	case anyNext:
		d.add(Change{What: "tenants", From: flow(old), To: "any", Label: Loosening})
	default:
		for _, id := range only(old, next) {
			d.add(Change{What: "tenants", From: strconv.Quote(id), Label: Tightening})
		}
		for _, id := range only(next, old) {
			d.add(Change{What: "tenants", To: strconv.Quote(id), Label: Loosening})
		}
	}
}

func (d *differ) minors(old, next bool) {
	switch {
	case next && !old:
		d.add(Change{What: "minors", To: minorsQuarantine, Label: Tightening})
	case old && !next:
		d.add(Change{What: "minors", From: minorsQuarantine, Label: Loosening})
	}
}

// class compares who reads, for what, for how long, and what stands for findings.
func (d *differ) class(name string, old, next *Policy) {
	a, inOld := old.Class(name)
	b, inNext := next.Class(name)
	describe := func(c *Class) string { return fmt.Sprintf("for %s, read by %s", c.Purpose, c.Recipient) }
	switch {
	case !inOld:
		d.add(Change{Class: name, What: "classes", To: describe(b), Label: Loosening})
		return
	case !inNext:
		d.add(Change{Class: name, What: "classes", From: describe(a), Label: Tightening})
		return
	}
	for _, part := range []struct{ what, from, to string }{{"purpose", a.Purpose, b.Purpose}, {"recipient", a.Recipient, b.Recipient}, {"basis", a.Basis, b.Basis}} {
		d.add(Change{Class: name, What: part.what, From: part.from, To: part.to, Label: Both})
	}
	d.add(Change{Class: name, What: "consent", From: a.Consent, To: b.Consent, Label: condition(a.Consent, b.Consent)})
	d.retention(name, kept(old, a), kept(next, b), a.Retention, b.Retention)
	d.add(Change{Class: name, What: "clauses", From: flow(a.Clauses), To: flow(b.Clauses), Label: Neutral})
	for _, t := range detectors.Types() {
		as, ao, bs, bo := a.styles[t], a.options[t], b.styles[t], b.options[t]
		from, to := ao.write("style", as.String(), nil), bo.write("style", bs.String(), nil)
		d.add(Change{Class: name, Type: t.String(), What: "style", From: from, To: to, Label: label(shownAs(t, as, ao), shownAs(t, bs, bo))})
	}
}

// Between labels what it is for who reads a sink that it goes from one of the policy's classes to another: by what leaves, under which consent and
// for how long it is kept. What the other class is for, and for whom, the policy has said before.
func (p *Policy) Between(from, to string) Label {
	a, known := p.Class(from)
	b, ok := p.Class(to)
	if !known || !ok {
		return Both
	}
	var d differ
	d.add(Change{From: "a", To: "b", Label: condition(a.Consent, b.Consent)})
	d.retention("", kept(p, a), kept(p, b), "a", "b")
	for _, t := range detectors.Types() {
		d.add(Change{From: "a", To: "b", Label: label(shownAs(t, a.styles[t], a.options[t]), shownAs(t, b.styles[t], b.options[t]))})
	}
	for _, name := range Categories() {
		c, ok := p.Category(name)
		switch isFrom, isTo := ok && slices.Contains(c.For, from), ok && slices.Contains(c.For, to); {
		case isFrom && isTo:
			d.fields("", name, c.rulesOf(from), c.rulesOf(to))
		case isFrom:
			d.add(Change{From: "a", To: "b", Label: Tightening})
		case isTo:
			d.add(Change{From: "a", To: "b", Label: Loosening})
		}
	}
	all := Neutral
	for _, c := range d.changes {
		all = together(all, c.Label)
	}
	return all
}

// condition labels something that must hold for records to leave.
func condition(from, to string) Label {
	switch {
	case from == to:
		return Neutral
	case from == "":
		return Tightening
	case to == "":
		return Loosening
	}
	return Both
}

// kept is how long what leaves for a class is kept; 0 where nothing says so, and for ever is possible.
func kept(p *Policy, c *Class) time.Duration { return p.retention[c.Retention] }

func (d *differ) retention(class string, old, next time.Duration, oldName, nextName string) {
	describe := func(name string, keep time.Duration) string {
		if name == "" || keep == 0 {
			return name
		}
		return name + " (" + FormatRetention(keep) + ")"
	}
	l := Neutral
	switch {
	case old == next:
	case old == 0 || next > 0 && next < old:
		l = Tightening
	default:
		l = Loosening
	}
	d.add(Change{Class: class, What: "retention", From: describe(oldName, old), To: describe(nextName, next), Label: l})
}

// category compares what leaves of one kind of record.
func (d *differ) category(name string, old, next *Policy) {
	a, inOld := old.Category(name)
	b, inNext := next.Category(name)
	var none Category
	if !inOld {
		a = &none
	}
	if !inNext {
		b = &none
	}
	common := false
	for _, class := range either(a.For, b.For) {
		_, oldClass := old.Class(class)
		_, nextClass := next.Class(class)
		from, to := a.leaving(class), b.leaving(class)
		switch {
		case !oldClass || !nextClass: // the class as a whole is a change
		case from == "" || to == "":
			l := Loosening
			if to == "" {
				l = Tightening
			}
			d.add(Change{Class: class, Category: name, What: "for", From: from, To: to, Label: l})
		default:
			common = true
			d.fields(class, name, a.rulesOf(class), b.rulesOf(class))
		}
	}
	if !common {
		return
	}
	l := Both
	if a.Role == "" || b.Role == "" {
		l = Neutral // it was never said who decides, so nobody was told anything else
	}
	d.add(Change{Category: name, What: "role", From: a.Role, To: b.Role, Label: l})
	l = Loosening
	if a.Partials > b.Partials {
		l = Tightening
	}
	d.add(Change{Category: name, What: "partials", From: a.Partials.String(), To: b.Partials.String(), Label: l})
}

// leaving says how much leaves for a class; nothing where no record does.
func (c *Category) leaving(class string) string {
	if !slices.Contains(c.For, class) {
		return ""
	}
	n := 0
	for _, r := range c.rulesOf(class) {
		if r.Action != Drop {
			n++
		}
	}
	return fmt.Sprintf("records with %d fields", n)
}

func (c *Category) rulesOf(class string) (rules []Rule) {
	for _, r := range c.Rules {
		if r.Class == class {
			rules = append(rules, r)
		}
	}
	return rules
}

// fields compares what holds for the values at each path that either side names, and where a path of one meets one of the other.
func (d *differ) fields(class, category string, old, next []Rule) {
	a, b := newPaths(old), newPaths(next)
	type seen struct {
		steps    []step
		from, to string
	}
	var reported []seen
	clauses := map[[2]string][]string{}
	for _, p := range meetings(a, b) {
		from, to := a.at(p.steps), b.at(p.steps)
		said := Change{Class: class, Category: category, Field: p.path, What: "action", From: from.write(), To: to.write(), Label: labelRules(from, to)}
		if !p.named && (said.From == said.To || slices.ContainsFunc(reported, func(s seen) bool { return s.from == said.From && s.to == said.To && covers(s.steps, p.steps) })) {
			continue // said of a wider path
		}
		if said.From != said.To {
			reported = append(reported, seen{p.steps, said.From, said.To})
		} else if f, t := from.clauses(), to.clauses(); f != t && f != "" && t != "" {
			clauses[[2]string{f, t}] = append(clauses[[2]string{f, t}], p.path)
		}
		d.add(said)
	}
	var pairs [][2]string
	for pair := range clauses {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, pair := range pairs {
		field := clauses[pair][0]
		if n := len(clauses[pair]); n > 1 {
			field = fmt.Sprintf("%s and %d more", field, n-1)
		}
		d.add(Change{Class: class, Category: category, Field: field, What: "clauses", From: pair[0], To: pair[1], Label: Neutral})
	}
}
