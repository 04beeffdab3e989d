package policy

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

//go:embed default.yaml
var defaultYAML []byte

// sizeMax bounds a policy file, in bytes, and with it the work of reading one.
const sizeMax = 1 << 20

// Default is the policy of default.yaml: the privacy policy's data categories, for tenant analytics.
func Default() *Policy {
	p, err := Parse("default.yaml", defaultYAML)
	if err != nil {
		panic("policy: the built-in policy is broken")
	}
	return p
}

// TextOnly is the policy of a filter over texts whose fields nobody described: every field of every category is
// searched and redacted, and none is dropped. Names of fields leave, too, as far as nothing is found in them. Partial results are
// masked, because a filter keeps its lines.
func TextOnly() *Policy {
	p := newPolicy([]string{anyTenant})
	for _, name := range Categories() {
		clauses := []string{"4.Minimisation"}
		p.categories = append(p.categories, Category{Name: name, Clauses: clauses, For: []string{DefaultClass},
			Rules: []Rule{{Class: DefaultClass, Path: "**", Action: Redact, Clauses: clauses}}})
	}
	return p.WithPartials(PartialsMask)
}

// WithPartials is p with another rule for the partial results of transcripts. p stays as it is.
func (p *Policy) WithPartials(partials Partials) *Policy {
	changed := *p
	changed.categories = slices.Clone(p.categories)
	for i := range changed.categories {
		if c := &changed.categories[i]; c.HasPartials() {
			c.Partials = partials
		}
	}
	changed.seal()
	return &changed
}

// ParsePartials reads the word of a policy file.
func ParsePartials(word string) (p Partials, ok bool) {
	i := slices.Index(partialsNames[:], word)
	return Partials(max(i, 0)), i >= 0
}

func newPolicy(tenants []string) *Policy {
	c := newClass(DefaultClass, nil)
	return &Policy{tenants: tenants, top: c, classes: []Class{c}}
}

// Parse reads a policy file strictly. The error lists everything that is wrong with it, in the order of lines, each as
// "name:line: key: what".
func Parse(name string, text []byte) (*Policy, error) {
	var d document
	p := newPolicy(nil)
	d.file(text, p)
	if err := d.err(name); err != nil {
		return nil, err
	}
	p.seal()
	return p, nil
}

// document collects what is wrong with a file. The library's syntax tree is walked here, in place of its decoder, to
// name the line and key of every problem and to find all of them at once.
type document struct{ problems []problem }

type problem struct {
	line int
	what string
}

func (d *document) fail(line int, key, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if key != "" {
		what = key + ": " + what
	}
	d.problems = append(d.problems, problem{line, what})
}

// err gives all problems, in the order of lines, each as "name:line: key: what".
func (d *document) err(name string) error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b problem) int { return a.line - b.line })
	var lines []string
	for _, p := range d.problems {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", name, p.line, p.what))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// body reads the one document of a file; nil where it has failed. empty says what a file has.
func (d *document) body(text []byte, empty string) (body ast.Node) {
	if len(text) > sizeMax {
		d.fail(1, "", "larger than %d bytes", sizeMax)
		return nil
	}
	f, err := syntax.Parse(text)
	if err != nil {
		line, what, _ := syntax.Problem(err)
		d.fail(line, "", "%s", what)
		return nil
	}
	for _, doc := range f.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			d.fail(lineOf(doc.Body), "", "second YAML document: keep one in a file")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		d.fail(1, "", "empty: %s", empty)
	}
	return body
}

func (d *document) file(text []byte, p *Policy) {
	body := d.body(text, "a policy has tenants and categories")
	if body == nil {
		return
	}
	members, ok := d.mapping(body, "")
	if !ok {
		return
	}
	d.known(members, "", "tenants", "effective_from", "minors", "types", "retention", "classes", "categories")
	p.minors = d.minors(members)
	if m := d.required(members, lineOf(body), "", "tenants"); m != nil {
		p.tenants = d.tenants(m.value)
	}
	if m := find(members, "effective_from"); m != nil {
		p.from = d.effectiveFrom(m)
	}
	if m := find(members, "types"); m != nil {
		d.types(m.value, "types", &p.top)
		p.classes[0].styles, p.classes[0].options = p.top.styles, p.top.options
	}
	if m := find(members, "retention"); m != nil {
		p.retention = d.retentions(m.value)
	}
	if m := find(members, "classes"); m != nil {
		d.classes(m.value, p)
	}
	if m := d.required(members, lineOf(body), "", "categories"); m != nil {
		d.categories(m.value, p)
	}
}

func (d *document) tenants(n ast.Node) []string {
	items, ok := d.list(n, "tenants")
	if !ok {
		return nil
	}
	var ids []string
	for _, s := range items {
		switch {
		case s.text != anyTenant && !isTenantID(s.text):
			d.fail(s.line, "tenants", "%q is no tenant id: 1 to %d letters, digits, and . - _ :", s.text, tenantLenMax)
		case slices.Contains(ids, s.text):
			d.fail(s.line, "tenants", "%q is given twice", s.text)
		}
		ids = append(ids, s.text)
	}
	if len(ids) == 0 {
		d.fail(lineOf(n), "tenants", `is empty: write ["*"] for any tenant`)
	}
	if len(ids) > 1 && slices.Contains(ids, anyTenant) {
		d.fail(lineOf(n), "tenants", `"*" stands alone: beside it the others mean nothing`)
	}
	slices.Sort(ids)
	return ids
}

func (d *document) types(n ast.Node, at string, c *Class) {
	members, _ := d.mapping(n, at)
	for _, m := range members {
		key := at + "." + m.name
		t, known := detectors.ParseType(m.name)
		if !known {
			d.fail(m.line, key, "unknown type")
			continue
		}
		op, ok := d.operator(m.value, m.line, key, "style", styleNames[:], ScopeCall)
		if !ok {
			continue
		}
		style := Style(slices.Index(styleNames[:], op.name))
		if why := checkStyle(t, style); why != "" {
			d.fail(m.line, key, "%s", why)
			continue
		}
		c.styles[t], c.options[t] = style, op.options
	}
}

func (d *document) categories(n ast.Node, p *Policy) {
	members, ok := d.mapping(n, "categories")
	d.known(members, "categories", Categories()...)
	if ok && len(members) == 0 {
		d.fail(lineOf(n), "categories", "is empty: nothing could leave")
	}
	for _, name := range Categories() {
		m := find(members, name)
		if m == nil {
			continue
		}
		key := "categories." + name
		parts, ok := d.mapping(m.value, key)
		if !ok {
			continue
		}
		c := Category{Name: name}
		names := []string{"clauses", "fields", "role", "for"}
		if c.HasPartials() {
			names = append(names, "partials")
		}
		d.known(parts, key, names...)
		if part := find(parts, "partials"); part != nil && c.HasPartials() {
			i, _ := d.word(part.value, key+".partials", "rule", partialsNames[:])
			c.Partials = Partials(i)
		}
		if part := d.required(parts, m.line, key, "clauses"); part != nil {
			c.Clauses = d.clauses(part.value, key+".clauses")
		}
		if part := find(parts, "role"); part != nil {
			i, _ := d.word(part.value, key+".role", "role", roles)
			c.Role = roles[i]
		}
		c.For = d.classesOf(parts, m.line, key, p)
		if part := d.required(parts, m.line, key, "fields"); part != nil {
			d.fields(part.value, key+".fields", &c, p)
		}
		p.categories = append(p.categories, c)
	}
}

// minors reads whether records of who seems to be a minor are kept back.
func (d *document) minors(members []member) bool {
	m := find(members, "minors")
	if m == nil {
		return false
	}
	_, ok := d.word(m.value, "minors", "treatment", []string{minorsQuarantine})
	return ok
}

// minorsQuarantine is the one thing that can be done with records of minors; without the key nothing is.
const minorsQuarantine = "quarantine"

// roles are what the platform is to a category of data (GDPR Art. 4(7), (8)).
var roles = []string{"controller", "processor"}

// classesOf reads which classes a category's records leave for: all of the only class, else those that are listed.
func (d *document) classesOf(parts []member, line int, key string, p *Policy) []string {
	part := find(parts, "for")
	if part == nil {
		if len(p.classes) > 1 {
			d.fail(line, key+".for", "is required: list the classes that its records leave for")
		}
		return []string{p.classes[0].Name}
	}
	items, _ := d.list(part.value, key+".for")
	var names []string
	for _, s := range items {
		switch _, known := p.Class(s.text); {
		case !known:
			d.fail(s.line, key+".for", "unknown class %q", s.text)
		case slices.Contains(names, s.text):
			d.fail(s.line, key+".for", "%q is given twice", s.text)
		}
		names = append(names, s.text)
	}
	slices.Sort(names)
	return names
}

func (d *document) fields(n ast.Node, key string, c *Category, p *Policy) {
	members, ok := d.mapping(n, key)
	if ok && len(members) == 0 {
		d.fail(lineOf(n), key, "is empty: leave the category out where nothing may leave")
	}
	for _, m := range members {
		keys, err := splitPath(m.name)
		if err != nil {
			d.fail(m.line, key, "bad path %q: %v", m.name, err)
			continue
		}
		at := key + "." + m.name
		if byClass, ok := d.byClass(m.value, at, c); ok {
			for _, class := range byClass {
				d.rule(class.value, class.line, at+"."+class.name, m.name, keys, []string{class.name}, c, p)
			}
			continue
		}
		d.rule(m.value, m.line, at, m.name, keys, c.For, c, p)
	}
	slices.SortFunc(c.Rules, func(a, b Rule) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Class, b.Class))
	})
}

// byClass gives the actions of a field by class, where it has any: {analytics: token, monitoring: drop}.
func (d *document) byClass(n ast.Node, key string, c *Category) (classes []member, ok bool) {
	if !isMapping(n) {
		return nil, false
	}
	probe := document{}
	members, _ := probe.mapping(n, key)
	if len(members) == 0 || !slices.ContainsFunc(members, func(m member) bool { return slices.Contains(c.For, m.name) }) {
		return nil, false
	}
	members, _ = d.mapping(n, key)
	d.known(members, key, c.For...)
	return slices.DeleteFunc(members, func(m member) bool { return !slices.Contains(c.For, m.name) }), true
}

// rule reads what happens to the values at a path for some classes.
func (d *document) rule(n ast.Node, line int, at, path string, keys []pathKey, classes []string, c *Category, p *Policy) {
	op, ok := d.operator(n, line, at, "action", actionNames[:], ScopeRelationship)
	if !ok {
		return
	}
	r := Rule{Path: path, Action: Action(slices.Index(actionNames[:], op.name)), Options: op.options, Clauses: c.Clauses}
	if op.clauses != nil {
		r.Clauses = op.clauses
	}
	if why := forbidden(keys, r.Action); why != "" {
		d.fail(line, at, "%s", why)
	}
	for _, class := range classes {
		r.Class = class
		if known, ok := p.Class(class); ok {
			if why := known.problemOf(&r); why != "" {
				d.fail(line, at, "%s", why)
			}
		}
		c.Rules = append(c.Rules, r)
	}
}

// sections is how many the privacy policy has.
const sections = 16

func (d *document) clauses(n ast.Node, key string) []string {
	items, ok := d.list(n, key)
	if !ok {
		return nil
	}
	var all []string
	for _, s := range items {
		number, item, itemised := strings.Cut(s.text, ".")
		i, err := strconv.Atoi(number)
		if err != nil || strconv.Itoa(i) != number || i < 1 || i > sections || itemised && item == "" {
			d.fail(s.line, key, `unknown clause %q: write a section from 1 to %d, or one with its item: "2.Billing"`, s.text, sections)
		} else if items := itemsOf(i); itemised && !slices.Contains(items, s.text) {
			d.fail(s.line, key, "unknown clause %q: section %d has %s", s.text, i, cmp.Or(strings.Join(items, ", "), "no items"))
		}
		if slices.Contains(all, s.text) {
			d.fail(s.line, key, "%q is given twice", s.text)
		}
		all = append(all, s.text)
	}
	if len(all) == 0 {
		d.fail(lineOf(n), key, "is empty: name the sections of the privacy policy that this keeps")
	}
	slices.Sort(all)
	return all
}
