package policy

import (
	"cmp"
	_ "embed"
	"errors"
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

// document is a file that is being read, and what is wrong with it.
type document struct{ syntax.Document }

// err gives all problems, in the order of lines, each as "name:line: key: what".
func (d *document) err(name string) error {
	lines := d.Lines(name)
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

// body reads the one document of a file; nil where it has failed. empty says what a file has.
func (d *document) body(text []byte, empty string) (body ast.Node) {
	if len(text) > sizeMax {
		d.Fail(1, "", "larger than %d bytes", sizeMax)
		return nil
	}
	f, err := syntax.Parse(text)
	if err != nil {
		line, what, _ := syntax.Problem(err)
		d.Fail(line, "", "%s", what)
		return nil
	}
	return d.One(f, empty)
}

func (d *document) file(text []byte, p *Policy) {
	body := d.body(text, "a policy has tenants and categories")
	if body == nil {
		return
	}
	members, ok := d.Mapping(body, "")
	if !ok {
		return
	}
	d.Known(members, "", "tenants", "effective_from", "minors", "types", "retention", "classes", "categories")
	p.minors = d.minors(members)
	if m := d.required(members, syntax.Line(body), "", "tenants"); m != nil {
		p.tenants = d.tenants(m.Value)
	}
	if m := syntax.Find(members, "effective_from"); m != nil {
		p.from = d.effectiveFrom(m)
	}
	if m := syntax.Find(members, "types"); m != nil {
		d.types(m.Value, "types", &p.top)
		p.classes[0].styles, p.classes[0].options = p.top.styles, p.top.options
	}
	if m := syntax.Find(members, "retention"); m != nil {
		p.retention = d.retentions(m.Value)
	}
	if m := syntax.Find(members, "classes"); m != nil {
		d.classes(m.Value, p)
	}
	if m := d.required(members, syntax.Line(body), "", "categories"); m != nil {
		d.categories(m.Value, p)
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
		case s.Text != anyTenant && !isTenantID(s.Text):
			d.Fail(s.Line, "tenants", "%q is no tenant id: 1 to %d letters, digits, and . - _ :", s.Text, tenantLenMax)
		case slices.Contains(ids, s.Text):
			d.Fail(s.Line, "tenants", "%q is given twice", s.Text)
		}
		ids = append(ids, s.Text)
	}
	if len(ids) == 0 {
		d.Fail(syntax.Line(n), "tenants", `is empty: write ["*"] for any tenant`)
	}
	if len(ids) > 1 && slices.Contains(ids, anyTenant) {
		d.Fail(syntax.Line(n), "tenants", `"*" stands alone: beside it the others mean nothing`)
	}
	slices.Sort(ids)
	return ids
}

func (d *document) types(n ast.Node, at string, c *Class) {
	members, _ := d.Mapping(n, at)
	for _, m := range members {
		key := at + "." + m.Name
		t, known := detectors.ParseType(m.Name)
		if !known {
			d.Fail(m.Line, key, "unknown type")
			continue
		}
		op, ok := d.operator(m.Value, m.Line, key, "style", styleNames[:], ScopeCall)
		if !ok {
			continue
		}
		style := Style(slices.Index(styleNames[:], op.name))
		if why := checkStyle(t, style); why != "" {
			d.Fail(m.Line, key, "%s", why)
			continue
		}
		c.styles[t], c.options[t] = style, op.options
	}
}

func (d *document) categories(n ast.Node, p *Policy) {
	members, ok := d.Mapping(n, "categories")
	d.Known(members, "categories", Categories()...)
	if ok && len(members) == 0 {
		d.Fail(syntax.Line(n), "categories", "is empty: nothing could leave")
	}
	for _, name := range Categories() {
		m := syntax.Find(members, name)
		if m == nil {
			continue
		}
		key := "categories." + name
		parts, ok := d.Mapping(m.Value, key)
		if !ok {
			continue
		}
		c := Category{Name: name}
		names := []string{"clauses", "fields", "role", "for"}
		if c.HasPartials() {
			names = append(names, "partials")
		}
		d.Known(parts, key, names...)
		if part := syntax.Find(parts, "partials"); part != nil && c.HasPartials() {
			i, _ := d.word(part.Value, key+".partials", "rule", partialsNames[:])
			c.Partials = Partials(i)
		}
		if part := d.required(parts, m.Line, key, "clauses"); part != nil {
			c.Clauses = d.clauses(part.Value, key+".clauses")
		}
		if part := syntax.Find(parts, "role"); part != nil {
			i, _ := d.word(part.Value, key+".role", "role", roles)
			c.Role = roles[i]
		}
		c.For = d.classesOf(parts, m.Line, key, p)
		if part := d.required(parts, m.Line, key, "fields"); part != nil {
			d.fields(part.Value, key+".fields", &c, p)
		}
		p.categories = append(p.categories, c)
	}
}

// minors reads whether records of who seems to be a minor are kept back.
func (d *document) minors(members []syntax.Member) bool {
	m := syntax.Find(members, "minors")
	if m == nil {
		return false
	}
	_, ok := d.word(m.Value, "minors", "treatment", []string{minorsQuarantine})
	return ok
}

// minorsQuarantine is the one thing that can be done with records of minors; without the key nothing is.
const minorsQuarantine = "quarantine"

// roles are what the platform is to a category of data (GDPR Art. 4(7), (8)).
var roles = []string{"controller", "processor"}

// classesOf reads which classes a category's records leave for: all of the only class, else those that are listed.
func (d *document) classesOf(parts []syntax.Member, line int, key string, p *Policy) []string {
	part := syntax.Find(parts, "for")
	if part == nil {
		if len(p.classes) > 1 {
			d.Fail(line, key+".for", "is required: list the classes that its records leave for")
		}
		return []string{p.classes[0].Name}
	}
	items, _ := d.list(part.Value, key+".for")
	var names []string
	for _, s := range items {
		switch _, known := p.Class(s.Text); {
		case !known:
			d.Fail(s.Line, key+".for", "unknown class %q", s.Text)
		case slices.Contains(names, s.Text):
			d.Fail(s.Line, key+".for", "%q is given twice", s.Text)
		}
		names = append(names, s.Text)
	}
	slices.Sort(names)
	return names
}

func (d *document) fields(n ast.Node, key string, c *Category, p *Policy) {
	members, ok := d.Mapping(n, key)
	if ok && len(members) == 0 {
		d.Fail(syntax.Line(n), key, "is empty: leave the category out where nothing may leave")
	}
	for _, m := range members {
		keys, err := splitPath(m.Name)
		if err != nil {
			d.Fail(m.Line, key, "bad path %q: %v", m.Name, err)
			continue
		}
		at := key + "." + m.Name
		if byClass, ok := d.byClass(m.Value, at, c); ok {
			for _, class := range byClass {
				d.rule(class.Value, class.Line, at+"."+class.Name, m.Name, keys, []string{class.Name}, c, p)
			}
			continue
		}
		d.rule(m.Value, m.Line, at, m.Name, keys, c.For, c, p)
	}
	slices.SortFunc(c.Rules, func(a, b Rule) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Class, b.Class))
	})
}

// byClass gives the actions of a field by class, where it has any: {analytics: token, monitoring: drop}.
func (d *document) byClass(n ast.Node, key string, c *Category) (classes []syntax.Member, ok bool) {
	if !syntax.IsMapping(n) {
		return nil, false
	}
	probe := document{}
	members, _ := probe.Mapping(n, key)
	if len(members) == 0 || !slices.ContainsFunc(members, func(m syntax.Member) bool { return slices.Contains(c.For, m.Name) }) {
		return nil, false
	}
	members, _ = d.Mapping(n, key)
	d.Known(members, key, c.For...)
	return slices.DeleteFunc(members, func(m syntax.Member) bool { return !slices.Contains(c.For, m.Name) }), true
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
		d.Fail(line, at, "%s", why)
	}
	for _, class := range classes {
		r.Class = class
		if known, ok := p.Class(class); ok {
			if why := known.problemOf(&r); why != "" {
				d.Fail(line, at, "%s", why)
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
		number, item, itemised := strings.Cut(s.Text, ".")
		i, err := strconv.Atoi(number)
		if err != nil || strconv.Itoa(i) != number || i < 1 || i > sections || itemised && item == "" {
			d.Fail(s.Line, key, `unknown clause %q: write a section from 1 to %d, or one with its item: "2.Billing"`, s.Text, sections)
		} else if items := itemsOf(i); itemised && !slices.Contains(items, s.Text) {
			d.Fail(s.Line, key, "unknown clause %q: section %d has %s", s.Text, i, cmp.Or(strings.Join(items, ", "), "no items"))
		}
		if slices.Contains(all, s.Text) {
			d.Fail(s.Line, key, "%q is given twice", s.Text)
		}
		all = append(all, s.Text)
	}
	if len(all) == 0 {
		d.Fail(syntax.Line(n), key, "is empty: name the sections of the privacy policy that this keeps")
	}
	slices.Sort(all)
	return all
}
