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

// Class is a sink class: who reads records and for what. The same record leaves differently for each.
type Class struct {
	Name      string
	Purpose   string // one of Purposes
	Recipient string // one of Recipients
	Basis     string // one of Bases; whether it holds is a legal judgement, which is only recorded here
	Consent   string // the consent that people or tenants must have given; "" where none is needed
	Retention string // the retention class of what leaves
	Clauses   []string

	styles  [detectors.TypesMax]Style
	options [detectors.TypesMax]Options
}

// DefaultClass is the one class of a policy that names none: analytics for the tenant whose calls they are.
const DefaultClass = "analytics"

// The purposes, recipients and lawful bases there are. What is not here can't be expressed: nobody advertises with this data, and nobody
// buys it (§§3, 7 of the privacy policy).
var (
	purposes   = []string{"analytics", "monitoring", "web_analytics", "review", "regulator", "train", "fine_tune", "evaluate", "improve_model"}
	recipients = []string{"tenant", "infrastructure", "payment", "analytics_monitoring", "web_analytics", "regulator"}
	bases      = []string{"contract", "instruction", "legitimate_interests", "legal_obligation", "consent"}
)

// NeedsConsent tells whether a purpose needs consent: §§2 and 4 of the privacy policy let nothing be used to train, tune, evaluate or improve
// models without it. Evaluating is one of them.
func NeedsConsent(purpose string) bool {
	return slices.Contains([]string{"train", "fine_tune", "evaluate", "improve_model"}, purpose)
}

// IsManual tells whether what leaves for a purpose is exported by hand, never by a running pipeline.
func IsManual(purpose string) bool { return purpose == "regulator" }

// Style says what replaces findings of a type. An unknown type is redacted.
func (c *Class) Style(t detectors.Type) Style { return c.styles[t] }

// Options are those of a type's style.
func (c *Class) Options(t detectors.Type) Options { return c.options[t] }

// newClass is a class with the styles of another.
func newClass(name string, like *Class) Class {
	c := Class{Name: name, Purpose: "analytics", Recipient: "tenant", Basis: "instruction", Clauses: []string{"3", "5"}}
	if like != nil {
		c.styles, c.options = like.styles, like.options
		return c
	}
	for _, t := range detectors.Types() {
		c.styles[t] = defaultStyle(t)
	}
	return c
}

// Classes lists the sink classes, in the order of the file.
func (p *Policy) Classes() []Class { return p.classes }

// Class finds a class. Read only.
func (p *Policy) Class(name string) (*Class, bool) {
	for i := range p.classes {
		if p.classes[i].Name == name {
			return &p.classes[i], true
		}
	}
	return nil, false
}

// classes reads the sink classes. They begin with the styles of the top level.
func (d *document) classes(n ast.Node, p *Policy) {
	like := p.classes[0]
	p.classes = nil
	members, ok := d.Mapping(n, "classes")
	if ok && len(members) == 0 {
		d.Fail(syntax.Line(n), "classes", "is empty: leave it out for the one class %s", DefaultClass)
	}
	for _, m := range members {
		key := "classes." + m.Name
		if !isWord(m.Name) {
			d.Fail(m.Line, key, "must be named in small letters, digits and underscores")
		}
		c := newClass(m.Name, &like)
		c.Clauses = nil
		parts, ok := d.Mapping(m.Value, key)
		if !ok {
			continue
		}
		d.Known(parts, key, "purpose", "recipient", "basis", "consent", "retention", "clauses", "types")
		d.choice(parts, m.Line, key, "purpose", purposes, &c.Purpose)
		d.choice(parts, m.Line, key, "recipient", recipients, &c.Recipient)
		d.choice(parts, m.Line, key, "basis", bases, &c.Basis)
		d.wordOf(parts, key, "consent", &c.Consent)
		d.wordOf(parts, key, "retention", &c.Retention)
		d.kept(syntax.Find(parts, "retention"), key, &c, p)
		if part := d.required(parts, m.Line, key, "clauses"); part != nil {
			c.Clauses = d.clauses(part.Value, key+".clauses")
		}
		if part := syntax.Find(parts, "types"); part != nil {
			d.types(part.Value, key+".types", &c)
		}
		if why := c.problem(); why != "" {
			d.Fail(m.Line, key, "%s", why)
		}
		p.classes = append(p.classes, c)
	}
	if len(p.classes) == 0 {
		p.classes = []Class{like}
	}
}

// choice reads a required word out of a list.
func (d *document) choice(parts []syntax.Member, line int, key, name string, words []string, to *string) {
	if part := d.required(parts, line, key, name); part != nil {
		if i, ok := d.word(part.Value, key+"."+name, name, words); ok {
			*to = words[i]
		}
	}
}

// wordOf reads a word that may be left out.
func (d *document) wordOf(parts []syntax.Member, key, name string, to *string) {
	part := syntax.Find(parts, name)
	if part == nil {
		return
	}
	if s, ok := syntax.Text(part.Value); ok && isWord(s) {
		*to = s
		return
	}
	d.Fail(part.Line, syntax.Join(key, name), "must be a word of small letters, digits and underscores")
}

func isWord(s string) bool {
	for _, c := range s {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= tenantLenMax
}

// problem says why a class can't be; nothing where it can.
func (c *Class) problem() string {
	if NeedsConsent(c.Purpose) && c.Consent == "" {
		return "needs a consent: nothing is used to " + strings.ReplaceAll(c.Purpose, "_", " ") + " without it"
	}
	if c.Basis == "consent" && c.Consent == "" {
		return "rests on a consent: name it"
	}
	for _, t := range detectors.Types() {
		s := c.styles[t]
		if s == StyleKeep && Linkable(t) && c.Recipient != "tenant" {
			return fmt.Sprintf("types.%s: can't be kept for %s: it is one person's alone", t, c.Recipient)
		}
		if c.Purpose == "web_analytics" && (s == StyleToken || s == StyleSeal || s == StyleFPE) {
			return fmt.Sprintf("types.%s: %s joins people, and web analytics are anonymised", t, s)
		}
	}
	return ""
}

// problemOf says why a rule can't be for a class; nothing where it can.
func (c *Class) problemOf(r *Rule) string {
	if c.Purpose == "web_analytics" && slices.Contains([]Action{Token, Seal, FPE}, r.Action) && r.Path != callIDPath {
		return fmt.Sprintf("%s joins people, and web analytics are anonymised", r.Action)
	}
	return ""
}

// callIDPath is the field that names a call. Its token is of the sink's own domain, and joins the turns of the call.
const callIDPath = "call_id"

// write gives a class as YAML. Types are written where they differ from those of the top level.
func (c *Class) write(b *strings.Builder, top *Class) {
	fmt.Fprintf(b, "  %s:\n    purpose: %s\n    recipient: %s\n    basis: %s\n", c.Name, c.Purpose, c.Recipient, c.Basis)
	if c.Consent != "" {
		fmt.Fprintf(b, "    consent: %s\n", strconv.Quote(c.Consent))
	}
	if c.Retention != "" {
		fmt.Fprintf(b, "    retention: %s\n", strconv.Quote(c.Retention))
	}
	fmt.Fprintf(b, "    clauses: %s\n", flow(c.Clauses))
	writeTypes(b, "    ", c, top)
}

// writeTypes writes the styles of a class that differ from another's; nil writes all.
func writeTypes(b *strings.Builder, indent string, c, top *Class) {
	types := detectors.Types()
	slices.SortFunc(types, func(s, t detectors.Type) int { return strings.Compare(s.String(), t.String()) })
	begun := false
	for _, t := range types {
		if top != nil && c.styles[t] == top.styles[t] && c.options[t] == top.options[t] {
			continue
		}
		if !begun {
			fmt.Fprintf(b, "%stypes:\n", indent)
			begun = true
		}
		fmt.Fprintf(b, "%s  %s: %s\n", indent, t, c.options[t].write("style", c.styles[t].String(), nil))
	}
}
