package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// document collects what is wrong with a file. The library's syntax tree is walked here, in place of its decoder, to
// name the line and key of every problem and to find all of them at once. Values are never quoted: examples hold what
// personal data looks like.
type document struct {
	file     string
	problems []problem
	notes    []problem // what of the file is not supported
}

type problem struct {
	line int
	what string
}

// member is one key of a mapping.
type member struct {
	name  string
	line  int
	value ast.Node
}

// item is one text of a list.
type item struct {
	text string
	line int
}

func (d *document) fail(line int, key, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if key != "" {
		what = key + ": " + what
	}
	d.problems = append(d.problems, problem{line, what})
}

func (d *document) note(line int, format string, args ...any) {
	d.notes = append(d.notes, problem{line, fmt.Sprintf(format, args...)})
}

// lines writes problems as "file:line: what", in the order of lines.
func (d *document) lines(all []problem) (lines []string) {
	slices.SortStableFunc(all, func(a, b problem) int { return a.line - b.line })
	for _, p := range all {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", d.file, p.line, p.what))
	}
	return lines
}

// body parses a file of one YAML document.
func (d *document) body(text []byte) ast.Node {
	if len(text) > fileMax {
		d.fail(1, "", "larger than %d bytes: long lists of words belong in a list file", fileMax)
		return nil
	}
	f, err := syntax.Parse(text)
	if err != nil {
		line, what, own := syntax.Problem(err)
		if !own {
			what = "not valid YAML: look at indentation and quotes here"
		}
		d.fail(line, "", "%s", what)
		return nil
	}
	var body ast.Node
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
		d.fail(1, "", "empty: write a list under the key rules")
	}
	return body
}

func lineOf(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if n == nil {
		return 1
	}
	if tok := n.GetToken(); tok != nil && tok.Position != nil {
		return tok.Position.Line
	}
	return 1
}

func isMapping(n ast.Node) bool {
	_, ok := n.(ast.MapNode)
	return ok
}

func isList(n ast.Node) bool {
	_, ok := n.(*ast.SequenceNode)
	return ok
}

func find(members []member, name string) *member {
	for i := range members {
		if members[i].name == name {
			return &members[i]
		}
	}
	return nil
}

// mapping lists the keys of a mapping, each once.
func (d *document) mapping(n ast.Node, key string) (members []member, ok bool) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fail(lineOf(n), key, "must be a mapping of keys to values")
		return nil, false
	}
	for it := m.MapRange(); it.Next(); {
		line := lineOf(it.Key())
		name, isText := text(it.Key())
		if !isText {
			d.fail(line, key, "has a key that is no plain text")
		} else if first := find(members, name); first != nil {
			d.fail(line, join(key, name), "given twice, first in line %d", first.line)
		} else {
			members = append(members, member{name, line, it.Value()})
		}
	}
	return members, true
}

func join(key, name string) string { return strings.TrimPrefix(key+"."+name, ".") }

// known fails for keys other than those.
func (d *document) known(members []member, key string, names ...string) {
	for _, m := range members {
		if !slices.Contains(names, m.name) {
			d.fail(m.line, join(key, m.name), "unknown key; known here: %s", strings.Join(names, ", "))
		}
	}
}

// sequence gives the elements of a list.
func (d *document) sequence(n ast.Node, key string) ([]ast.Node, bool) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fail(lineOf(n), key, "must be a list")
		return nil, false
	}
	if len(seq.Values) > listMax {
		d.fail(lineOf(n), key, "has more than %d elements: use a list file", listMax)
		return nil, false
	}
	return seq.Values, true
}

// list reads a list of texts.
func (d *document) list(n ast.Node, key string) (items []item) {
	values, _ := d.sequence(n, key)
	for i, v := range values {
		if s, isText := text(v); !isText {
			d.fail(lineOf(v), at(key, i), "must be plain text; quote it")
		} else if strings.TrimSpace(s) == "" {
			d.fail(lineOf(v), at(key, i), "is empty")
		} else {
			items = append(items, item{s, lineOf(v)})
		}
	}
	return items
}

func at(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }

// scalar reads one text.
func (d *document) scalar(n ast.Node, key string) (string, bool) {
	s, ok := text(n)
	if !ok {
		d.fail(lineOf(n), key, "must be plain text; quote it")
	}
	return s, ok
}

// number reads a number from low to high.
func (d *document) number(m *member, key string, low, high float64) (float64, bool) {
	s, _ := text(m.value)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= low && f <= high) {
		d.fail(m.line, key, "must be a number from %g to %g", low, high)
		return 0, false
	}
	return f, true
}

// whole reads a whole number from low to high.
func (d *document) whole(m *member, key string, low, high int) (int, bool) {
	s, _ := text(m.value)
	i, err := strconv.Atoi(s)
	if err != nil || i < low || i > high {
		d.fail(m.line, key, "must be a whole number from %d to %d", low, high)
		return 0, false
	}
	return i, true
}

func (d *document) boolean(m *member, key string) bool {
	if b, ok := m.value.(*ast.BoolNode); ok {
		return b.Value
	}
	d.fail(m.line, key, "must be true or false")
	return false
}

// text gives a scalar as it is written, without quotes. Anchors, aliases, tags and null are no texts.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}
