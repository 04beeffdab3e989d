package policy

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

func (d *document) required(members []syntax.Member, line int, key, name string) *syntax.Member {
	m := syntax.Find(members, name)
	if m == nil {
		d.Fail(line, syntax.Join(key, name), "is required")
	}
	return m
}

// list reads a list of texts. As with mapping, it is false where there is none.
func (d *document) list(n ast.Node, key string) (items []syntax.Item, ok bool) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.Fail(syntax.Line(n), key, "must be a list: [a, b]")
		return nil, false
	}
	for _, v := range seq.Values {
		if s, isText := syntax.Text(v); isText {
			items = append(items, syntax.Item{Text: s, Line: syntax.Line(v)})
		} else {
			d.Fail(syntax.Line(v), key, "must be a list of plain texts")
			ok = false
		}
	}
	return items, ok
}

// word reads one of the words names and gives its index.
func (d *document) word(n ast.Node, key, what string, names []string) (int, bool) {
	s, ok := syntax.Text(n)
	if !ok {
		d.Fail(syntax.Line(n), key, "must be one of %s, as plain text", strings.Join(names, ", "))
		return 0, false
	}
	if i := slices.Index(names, s); i >= 0 {
		return i, true
	}
	d.Fail(syntax.Line(n), key, "unknown %s %q: must be one of %s", what, s, strings.Join(names, ", "))
	return 0, false
}
