package policy

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

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

func lineOf(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key
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

func find(members []member, name string) *member {
	for i := range members {
		if members[i].name == name {
			return &members[i]
		}
	}
	return nil
}

// mapping lists the keys of a mapping, each once. Where there is no mapping it has failed, and what is missing in it is
// not worth another line.
func (d *document) mapping(n ast.Node, key string) (members []member, ok bool) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fail(lineOf(n), key, "must be a mapping of keys to values")
		return nil, false
	}
	for it := m.MapRange(); it.Next(); {
		line := lineOf(it.Key())
		name, isText := text(it.Key())
		at := strings.TrimPrefix(key+"."+name, ".")
		if !isText {
			d.fail(line, key, "has a key that is no plain text")
		} else if first := find(members, name); first != nil {
			d.fail(line, at, "given twice, first in line %d", first.line)
		} else {
			members = append(members, member{name, line, it.Value()})
		}
	}
	return members, true
}

// known fails for keys other than those.
func (d *document) known(members []member, key string, names ...string) {
	for _, m := range members {
		if !slices.Contains(names, m.name) {
			d.fail(m.line, strings.TrimPrefix(key+"."+m.name, "."), "unknown key; known here: %s", strings.Join(names, ", "))
		}
	}
}

func (d *document) required(members []member, line int, key, name string) *member {
	m := find(members, name)
	if m == nil {
		d.fail(line, strings.TrimPrefix(key+"."+name, "."), "is required")
	}
	return m
}

// list reads a list of texts. As with mapping, it is false where there is none.
func (d *document) list(n ast.Node, key string) (items []item, ok bool) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fail(lineOf(n), key, "must be a list: [a, b]")
		return nil, false
	}
	for _, v := range seq.Values {
		if s, isText := text(v); isText {
			items = append(items, item{s, lineOf(v)})
		} else {
			d.fail(lineOf(v), key, "must be a list of plain texts")
			ok = false
		}
	}
	return items, ok
}

// word reads one of the words names and gives its index.
func (d *document) word(n ast.Node, key, what string, names []string) (int, bool) {
	s, ok := text(n)
	if !ok {
		d.fail(lineOf(n), key, "must be one of %s, as plain text", strings.Join(names, ", "))
		return 0, false
	}
	if i := slices.Index(names, s); i >= 0 {
		return i, true
	}
	d.fail(lineOf(n), key, "unknown %s %q: must be one of %s", what, s, strings.Join(names, ", "))
	return 0, false
}

// text gives a scalar as it is written, without quotes. Anchors, aliases, tags and null are no texts: a policy that can
// be read without knowing YAML is worth more than a short one.
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
