package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// Scope is within what equal values get equal tokens. It is the letter that stands in a token.
type Scope byte

// The scopes, from the narrowest to the widest. EDPB Guidelines 01/2025, §§115–121: the narrower, the better.
const (
	ScopeCall         Scope = 'c'
	ScopeDay          Scope = 'd'
	ScopeMonth        Scope = 'm'
	ScopeRelationship Scope = 'r' // one tenant and the recipient of one sink
	ScopePerson       Scope = 'p' // one tenant, whoever receives it
)

var (
	scopeNames = [...]string{"call", "day", "month", "relationship", "person"}
	scopes     = [...]Scope{ScopeCall, ScopeDay, ScopeMonth, ScopeRelationship, ScopePerson}
)

// String gives the word that policy files use.
func (s Scope) String() string { return nameOf(scopeNames[:], max(slices.Index(scopes[:], s), 0)) }

// Options are what an operator is told besides the value. Those that it does not take are zero.
type Options struct {
	Scope   Scope          // token, seal, surrogate, fpe
	First   int            // mask: how many letters and digits stay at the start
	Last    int            // mask: and at the end
	To      string         // generalise: how coarse; "" is the type's default
	Days    int            // date_shift: at most so many days to either side
	As      string         // of a field: what its value is, a type or one of fieldTypes; "" where nothing asks for it
	Needs   string         // of a field: what the tenant must have instructed for it to leave, one of Needs; "" for nothing
	Subject detectors.Type // of a field: its value names a person, who may object to the record or have it erased; else 0
}

// maskMost bounds first and last, daysMost the days of a shift.
const (
	maskMost = 8
	daysMost = 3650
)

// Linkable tells whether tokens of a type may join records. Only what is one person's alone is: equal names, towns or days
// of birth are not one person, and how often each comes gives it away (EDPB Guidelines 01/2025, §§101–104; GDPR Art. 5(1)(d)).
func Linkable(t detectors.Type) bool {
	switch t {
	case detectors.Person, detectors.Address, detectors.Postcode, detectors.Location, detectors.Org, detectors.DateOfBirth,
		detectors.Date, detectors.Age, detectors.Coordinates, detectors.URL, detectors.CardExpiry, detectors.BIC, detectors.SortCode,
		detectors.Number, detectors.Spelled, detectors.OrderID:
		return false
	}
	return !neverStored(t)
}

// What a tenant's instruction can let leave.
const (
	NeedsText      = "text"      // that AI interactions are kept
	NeedsRecording = "recording" // that calls were recorded, when the call began
)

var needs = []string{NeedsText, NeedsRecording}

// fieldTypes are what fields can hold besides the types that detectors know.
func fieldTypes() []string { return []string{"AMOUNT", "DURATION", "PATH", "TIME", "USER_AGENT"} }

// operator is what one reading of a style or an action gave.
type operator struct {
	name    string
	options Options
	clauses []string // nil where it names none
}

// takes lists the options of each operator; a field takes subject and clauses with any.
func takes(name string, field bool) (keys []string) {
	switch name {
	case "token", "seal":
		keys = []string{"scope"}
	case "mask":
		keys = []string{"first", "last"}
	case "generalise":
		keys = []string{"to"}
	case "date_shift":
		keys = []string{"days"}
	case "surrogate", "fpe":
		if field { // in text they hold within a call: the text is the same for all sinks
			keys = []string{"scope"}
		}
	}
	if field {
		if slices.Contains([]string{"generalise", "surrogate", "fpe", "seal", "token"}, name) {
			keys = append(keys, "as")
		}
		keys = append(keys, "subject", "needs", "clauses")
	}
	return keys
}

// operator reads one, as a word or as a mapping with its options. word is the key of its name: action or style.
func (d *document) operator(n ast.Node, line int, key, word string, names []string, fallback Scope) (op operator, ok bool) {
	members := []syntax.Member{{Name: word, Line: line, Value: n}}
	if syntax.IsMapping(n) {
		if members, ok = d.Mapping(n, key); !ok {
			return op, false
		}
	}
	m := d.required(members, line, key, word)
	if m == nil {
		return op, false
	}
	i, ok := d.word(m.Value, key, word, names)
	if !ok {
		return op, false
	}
	op.name = names[i]
	field := word == "action"
	keys := takes(op.name, field)
	d.Known(members, key, append([]string{word}, keys...)...)
	if slices.Contains(keys, "scope") || op.name == "surrogate" || op.name == "fpe" {
		op.options.Scope = fallback
	}
	for i := range members {
		if m := &members[i]; m.Name != word && slices.Contains(keys, m.Name) {
			d.option(m, key+"."+m.Name, &op)
		}
	}
	if op.name == "date_shift" && op.options.Days == 0 {
		d.Fail(line, key, "needs days: how far a date may be shifted to either side")
	}
	if field && op.options.As == "" && slices.Contains(keys, "as") && op.name != "seal" && op.name != "token" {
		d.Fail(line, key, "needs as: the type of the value, such as PHONE or DATE")
	}
	if t, known := detectors.ParseType(op.options.As); known && op.name == "surrogate" && !Linkable(t) && (op.options.Scope == ScopeRelationship || op.options.Scope == ScopePerson) {
		d.Fail(line, key, "joins equal values of %s, which are not one person: set scope to call, day or month", t)
	}
	return op, true
}

// option reads one.
func (d *document) option(m *syntax.Member, key string, op *operator) {
	switch o := &op.options; m.Name {
	case "scope":
		if i, ok := d.word(m.Value, key, "scope", scopeNames[:]); ok {
			o.Scope = scopes[i]
		}
	case "first":
		o.First = d.number(m, key, 0, maskMost)
	case "last":
		o.Last = d.number(m, key, 0, maskMost)
	case "days":
		o.Days = d.number(m, key, 1, daysMost)
	case "to":
		if s, ok := syntax.Text(m.Value); ok && s != "" {
			o.To = s
		} else {
			d.Fail(m.Line, key, "must be a plain text, such as month or area")
		}
	case "as":
		s, _ := syntax.Text(m.Value)
		if o.As = s; slices.Contains(fieldTypes(), s) {
			return
		}
		if t := d.typeName(m, key); t != 0 && neverStored(t) {
			d.Fail(m.Line, key, "%s is never stored: the field can only be dropped", t)
		}
	case "needs":
		if i, ok := d.word(m.Value, key, "need", needs); ok {
			o.Needs = needs[i]
		}
	case "subject":
		if o.Subject = d.typeName(m, key); o.Subject != 0 && !Linkable(o.Subject) {
			d.Fail(m.Line, key, "%s names nobody by itself: a subject is known by a telephone number, an address of mail, an account", o.Subject)
		}
	case "clauses":
		op.clauses = d.clauses(m.Value, key)
	}
}

func (d *document) number(m *syntax.Member, key string, least, most int) int {
	s, ok := syntax.Text(m.Value)
	n, err := strconv.Atoi(s)
	if !ok || err != nil || n < least || n > most {
		d.Fail(m.Line, key, "must be a number from %d to %d", least, most)
		return least
	}
	return n
}

func (d *document) typeName(m *syntax.Member, key string) detectors.Type {
	s, _ := syntax.Text(m.Value)
	t, known := detectors.ParseType(s)
	if !known {
		d.Fail(m.Line, key, "unknown type %q", s)
	}
	return t
}

// checkStyle says why findings of a type can't be treated so; nothing where they can.
func checkStyle(t detectors.Type, s Style) string {
	switch {
	case neverStored(t) && s != StyleRedact && s != StyleDrop:
		return "is never stored: it can only be redacted"
	case s == StyleSeal && (t == detectors.Number || t == detectors.Spelled || t == detectors.CardExpiry):
		return "can't be sealed: it may be a part of what is never stored"
	case s == StyleToken && !Linkable(t):
		return "can't be linked: equal values are not one person, and how often each comes gives it away"
	case s == StyleDateShift && t != detectors.Date && t != detectors.DateOfBirth:
		return "is no date: only DATE and DATE_OF_BIRTH can be shifted"
	}
	return ""
}

// write gives an operator as YAML, in the one form that Parse reads back: the word alone where it has no options.
func (o Options) write(word, name string, clauses []string) string {
	var parts []string
	add := func(key, value string) { parts = append(parts, key+": "+value) }
	if o.Scope != 0 {
		add("scope", o.Scope.String())
	}
	if o.First > 0 {
		add("first", strconv.Itoa(o.First))
	}
	if o.Last > 0 {
		add("last", strconv.Itoa(o.Last))
	}
	if o.To != "" {
		add("to", strconv.Quote(o.To))
	}
	if o.Days > 0 {
		add("days", strconv.Itoa(o.Days))
	}
	if o.As != "" {
		add("as", o.As)
	}
	if o.Needs != "" {
		add("needs", o.Needs)
	}
	if o.Subject != 0 {
		add("subject", o.Subject.String())
	}
	if clauses != nil {
		add("clauses", flow(clauses))
	}
	if len(parts) == 0 {
		return name
	}
	return fmt.Sprintf("{%s: %s, %s}", word, name, strings.Join(parts, ", "))
}
