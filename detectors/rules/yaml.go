package rules

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
)

// document is a file that is being read, and what is wrong with it. Values are never quoted: examples hold what personal data looks like.
type document struct {
	syntax.Document
	file  string
	notes syntax.Document // what of the file is not supported
}

func (d *document) note(line int, format string, args ...any) {
	d.notes.Fail(line, "", format, args...)
}

// body parses a file of one YAML document.
func (d *document) body(text []byte) ast.Node {
	if len(text) > fileMax {
		d.Fail(1, "", "larger than %d bytes: long lists of words belong in a list file", fileMax)
		return nil
	}
	f, err := syntax.Parse(text)
	if err != nil {
		line, what, own := syntax.Problem(err)
		if !own {
			what = "not valid YAML: look at indentation and quotes here"
		}
		d.Fail(line, "", "%s", what)
		return nil
	}
	return d.One(f, "write a list under the key rules")
}

func isList(n ast.Node) bool {
	_, ok := n.(*ast.SequenceNode)
	return ok
}

// sequence gives the elements of a list.
func (d *document) sequence(n ast.Node, key string) ([]ast.Node, bool) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.Fail(syntax.Line(n), key, "must be a list")
		return nil, false
	}
	if len(seq.Values) > listMax {
		d.Fail(syntax.Line(n), key, "has more than %d elements: use a list file", listMax)
		return nil, false
	}
	return seq.Values, true
}

// list reads a list of texts.
func (d *document) list(n ast.Node, key string) (items []syntax.Item) {
	values, _ := d.sequence(n, key)
	for i, v := range values {
		if s, isText := syntax.Text(v); !isText {
			d.Fail(syntax.Line(v), at(key, i), "must be plain text; quote it")
		} else if strings.TrimSpace(s) == "" {
			d.Fail(syntax.Line(v), at(key, i), "is empty")
		} else {
			items = append(items, syntax.Item{Text: s, Line: syntax.Line(v)})
		}
	}
	return items
}

func at(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }

// scalar reads one text.
func (d *document) scalar(n ast.Node, key string) (string, bool) {
	s, ok := syntax.Text(n)
	if !ok {
		d.Fail(syntax.Line(n), key, "must be plain text; quote it")
	}
	return s, ok
}

// number reads a number from low to high.
func (d *document) number(m *syntax.Member, key string, low, high float64) (float64, bool) {
	s, _ := syntax.Text(m.Value)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= low && f <= high) {
		d.Fail(m.Line, key, "must be a number from %g to %g", low, high)
		return 0, false
	}
	return f, true
}

// whole reads a whole number from low to high.
func (d *document) whole(m *syntax.Member, key string, low, high int) (int, bool) {
	s, _ := syntax.Text(m.Value)
	i, err := strconv.Atoi(s)
	if err != nil || i < low || i > high {
		d.Fail(m.Line, key, "must be a whole number from %d to %d", low, high)
		return 0, false
	}
	return i, true
}

func (d *document) boolean(m *syntax.Member, key string) bool {
	if b, ok := m.Value.(*ast.BoolNode); ok {
		return b.Value
	}
	d.Fail(m.Line, key, "must be true or false")
	return false
}
