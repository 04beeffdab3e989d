package syntax

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Document collects what is wrong with a file. The syntax tree is walked with it, in place of the library's decoder, to name the line
// and key of every problem and to find all of them at once.
type Document struct{ problems []problem }

type problem struct {
	line int
	what string
}

// Member is one key of a mapping.
type Member struct {
	Name  string
	Line  int
	Value ast.Node
}

// Item is one text of a list.
type Item struct {
	Text string
	Line int
}

// Fail notes a problem; key is "" for the file as a whole.
func (d *Document) Fail(line int, key, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if key != "" {
		what = key + ": " + what
	}
	d.problems = append(d.problems, problem{line, what})
}

// Failed is how many problems there are.
func (d *Document) Failed() int { return len(d.problems) }

// Lines gives all problems, in the order of lines, each as "name:line: key: what".
func (d *Document) Lines(name string) (lines []string) {
	slices.SortStableFunc(d.problems, func(a, b problem) int { return a.line - b.line })
	for _, p := range d.problems {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", name, p.line, p.what))
	}
	return lines
}

// One gives what is in the one document of a file; nil where it has failed. empty says what a file has.
func (d *Document) One(f *ast.File, empty string) (body ast.Node) {
	for _, doc := range f.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			d.Fail(Line(doc.Body), "", "second YAML document: keep one in a file")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		d.Fail(1, "", "empty: %s", empty)
	}
	return body
}

// Mapping lists the keys of a mapping, each once. Where there is no mapping it has failed, and what is missing in it is
// not worth another line.
func (d *Document) Mapping(n ast.Node, key string) (members []Member, ok bool) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.Fail(Line(n), key, "must be a mapping of keys to values")
		return nil, false
	}
	for it := m.MapRange(); it.Next(); {
		line := Line(it.Key())
		name, isText := Text(it.Key())
		if !isText {
			d.Fail(line, key, "has a key that is no plain text")
		} else if first := Find(members, name); first != nil {
			d.Fail(line, Join(key, name), "given twice, first in line %d", first.Line)
		} else {
			members = append(members, Member{name, line, it.Value()})
		}
	}
	return members, true
}

// Known fails for keys other than those.
func (d *Document) Known(members []Member, key string, names ...string) {
	for _, m := range members {
		if !slices.Contains(names, m.Name) {
			d.Fail(m.Line, Join(key, m.Name), "unknown key; known here: %s", strings.Join(names, ", "))
		}
	}
}

// Find gives the member of a name, nil where there is none.
func Find(members []Member, name string) *Member {
	for i := range members {
		if members[i].Name == name {
			return &members[i]
		}
	}
	return nil
}

// Join is the path of a key below another.
func Join(key, name string) string { return strings.TrimPrefix(key+"."+name, ".") }

// Line is where a node begins.
func Line(n ast.Node) int {
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

// IsMapping tells whether a node has keys.
func IsMapping(n ast.Node) bool {
	_, ok := n.(ast.MapNode)
	return ok
}

// Text gives a scalar as it is written, without quotes. Anchors, aliases, tags and null are no texts: a file that can be
// read without knowing YAML is worth more than a short one.
func Text(n ast.Node) (string, bool) {
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
