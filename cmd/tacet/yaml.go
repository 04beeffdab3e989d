package main

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/sonexlabs/tacet/detectors/rules/syntax"
	"github.com/sonexlabs/tacet/pipeline"
)

// rule names one check of a configuration. Every rule has a file testdata/config/<rule>.bad.yaml.
type rule string

// The rules that hold for any file of this kind; those about the meaning of keys are in validate.go.
const (
	ruleSyntax    rule = "syntax"
	ruleFeature   rule = "feature"
	ruleUnknown   rule = "unknown_key"
	ruleDuplicate rule = "duplicate_key"
	ruleKind      rule = "wrong_kind"
	ruleNull      rule = "no_value"
	ruleBool      rule = "bool"
	ruleInt       rule = "int"
	ruleDuration  rule = "duration"
	ruleSize      rule = "size"
	ruleRange     rule = "range"
	ruleOneOf     rule = "one_of"
	ruleSecret    rule = "secret"
	ruleRequired  rule = "required"
)

// problem is one thing that is wrong with a configuration file, and where. It never shows the value of a secret.
type problem struct {
	rule rule
	line int    // from 1
	key  string // path of the key: "sinks[0].topic"; "" for the file as a whole
	what string
	hint string // what to do
}

// configError is everything that is wrong with a file, in the order of its lines.
type configError struct {
	file     string
	problems []problem
}

func (e *configError) Error() string {
	var b strings.Builder
	for i, p := range e.problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%s", e.file, p)
	}
	return b.String()
}

func (p problem) String() string {
	if p.key == "" {
		return fmt.Sprintf("%d: %s", p.line, p.what)
	}
	return fmt.Sprintf("%d: %s: %s", p.line, p.key, p.what)
}

// size is a number of bytes, written "512KiB", "64MiB", "2GiB" or as plain bytes.
type size int64

// path is a file or folder; a relative one starts at the folder of the configuration file.
type path string

// secretRef is a secret's reference, for those that are read again each time they are used. It is tried once, so that a
// wrong one is found at the start.
type secretRef string

// defaulter is an element of a list that doesn't start as its zero value.
type defaulter interface{ setDefaults() }

// document decodes one YAML document into structs, strictly, and remembers the line of every key for later checks.
//
// It walks the syntax tree itself in place of the library's decoder because that one stops at the first error, words it
// for programmers, and quotes the source around it, where a secret may stand that should not be there.
//
// Field tags: yaml (name of the key), oneof (allowed words, "|" between them), min and max (of a number), required, alone (a
// single value in place of the mapping is the one of this key).
type document struct {
	dir      string // relative paths start here
	lines    map[string]int
	problems []problem
}

func (d *document) fail(r rule, key, what, hint string) {
	d.problems = append(d.problems, problem{r, d.line(key), key, what, hint})
}

// line is where a key stands, or where the closest key above it stands when it is absent.
func (d *document) line(key string) int {
	for key != "" {
		if n, ok := d.lines[key]; ok {
			return n
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return 1
}

// has tells whether a key is written in the file.
func (d *document) has(key string) bool {
	_, ok := d.lines[key]
	return ok
}

// decodeYAML fills the struct that into points to. What into holds before is the default.
func decodeYAML(text []byte, dir string, into any) *document {
	d := &document{dir: dir, lines: map[string]int{}}
	file, err := syntax.Parse(text)
	if err != nil {
		p := problem{rule: ruleSyntax}
		p.line, p.what, _ = syntax.Problem(err)
		d.problems = append(d.problems, p)
		return d
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body == nil:
			body = doc.Body
		default:
			d.problems = append(d.problems, problem{ruleFeature, syntax.Line(doc.Body), "", "second YAML document",
				"keep one document in a file"})
		}
	}
	v := reflect.ValueOf(into).Elem()
	if body == nil { // nothing but comments
		d.required(v.Type(), "", nil)
		return d
	}
	d.value(body, v, "", "")
	return d
}

func (d *document) value(n ast.Node, v reflect.Value, key string, tag reflect.StructTag) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.DirectiveNode:
		d.fail(ruleFeature, key, "anchors, aliases and tags are not supported", "write the value out")
		return
	case *ast.NullNode:
		d.fail(ruleNull, key, "has no value", "give it one or remove the key")
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[pipeline.Secret](), v.Type() == reflect.TypeFor[secretRef]():
		d.secret(n, v, key)
	case v.Kind() == reflect.Struct:
		if field, tag, ok := fieldAlone(v); ok && isScalar(n) {
			d.scalar(n, field, key, tag)
			return
		}
		d.mapping(n, v, key)
	case v.Kind() == reflect.Slice:
		d.list(n, v, key, tag)
	case v.Kind() == reflect.Map:
		d.words(n, v, key)
	default:
		d.scalar(n, v, key, tag)
	}
}

func (d *document) mapping(n ast.Node, v reflect.Value, key string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fail(ruleKind, key, "must be a mapping of keys to values", "")
		return
	}
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		name, line := keyText(it.Key()), syntax.Line(it.Key())
		at := name
		if key != "" {
			at = key + "." + name
		}
		if seen[name] {
			d.problems = append(d.problems, problem{ruleDuplicate, line, at,
				fmt.Sprintf("given twice, first in line %d", d.lines[at]), "keep one of them"})
			continue
		}
		seen[name] = true
		field, tag, ok := fieldNamed(v, name)
		if !ok {
			d.problems = append(d.problems, problem{ruleUnknown, line, at, "unknown key",
				"known here: " + strings.Join(fieldNames(v.Type()), ", ")})
			continue
		}
		d.lines[at] = line
		d.value(it.Value(), field, at, tag)
	}
	d.required(v.Type(), key, seen)
}

// required says which keys a mapping lacks that it must have.
func (d *document) required(t reflect.Type, key string, seen map[string]bool) {
	for f := range t.Fields() {
		if hint := f.Tag.Get("required"); hint != "" && !seen[f.Tag.Get("yaml")] {
			d.fail(ruleRequired, strings.TrimPrefix(key+"."+f.Tag.Get("yaml"), "."), "is required", hint)
		}
	}
}

// words fills a map from words to words, whose keys are the user's own. Such a key stands in brackets in a path.
func (d *document) words(n ast.Node, v reflect.Value, key string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fail(ruleKind, key, "must be a mapping of keys to values", "")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for it := m.MapRange(); it.Next(); {
		name, line := keyText(it.Key()), syntax.Line(it.Key())
		at := fmt.Sprintf("%s[%s]", key, name)
		if v.MapIndex(reflect.ValueOf(name)).IsValid() {
			d.problems = append(d.problems, problem{ruleDuplicate, line, at,
				fmt.Sprintf("given twice, first in line %d", d.lines[at]), "keep one of them"})
			continue
		}
		d.lines[at] = line
		word := reflect.New(v.Type().Elem()).Elem()
		d.value(it.Value(), word, at, "")
		v.SetMapIndex(reflect.ValueOf(name), word)
	}
}

// keyText gives a key without its quotes.
func keyText(k ast.MapKeyNode) string {
	if s, ok := k.(*ast.StringNode); ok {
		return s.Value
	}
	return k.String()
}

func fieldNamed(v reflect.Value, name string) (reflect.Value, reflect.StructTag, bool) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("yaml") == name {
			return v.Field(i), f.Tag, true
		}
	}
	return reflect.Value{}, "", false
}

// fieldAlone is the field that a single value in place of a mapping goes to, where there is one.
func fieldAlone(v reflect.Value) (reflect.Value, reflect.StructTag, bool) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Tag.Get("alone") != "" {
			return v.Field(i), f.Tag, true
		}
	}
	return reflect.Value{}, "", false
}

func isScalar(n ast.Node) bool {
	_, ok := n.(ast.ScalarNode)
	return ok
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			names = append(names, f.Tag.Get("yaml"))
		}
	}
	return names
}

func (d *document) list(n ast.Node, v reflect.Value, key string, tag reflect.StructTag) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fail(ruleKind, key, "must be a list", "write [a, b] or one \"- item\" a line")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, item := range seq.Values {
		at := fmt.Sprintf("%s[%d]", key, i)
		d.lines[at] = syntax.Line(item)
		if e, ok := v.Index(i).Addr().Interface().(defaulter); ok {
			e.setDefaults()
		}
		d.value(item, v.Index(i), at, tag)
	}
}

// text gives the words of a scalar as they stand in the file, without quotes.
func (d *document) text(n ast.Node, key string) (string, bool) {
	if s, ok := syntax.Text(n); ok {
		return s, true
	}
	switch n.(type) {
	case *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	hint := ""
	if _, ok := n.(ast.MapNode); ok { // within braces host:9092 is a key and its value
		hint = `put a value with a colon in it into quotes: "localhost:9092"`
	}
	d.fail(ruleKind, key, "must be a single value, not a mapping or list", hint)
	return "", false
}

func (d *document) secret(n ast.Node, v reflect.Value, key string) {
	ref, ok := d.text(n, key)
	if !ok || ref == "" {
		return
	}
	if name, isFile := strings.CutPrefix(ref, "file:"); isFile && name != "" {
		ref = "file:" + d.resolve(name)
	}
	s, err := pipeline.ParseSecret(ref)
	if err != nil {
		d.fail(ruleSecret, key, err.Error(), "put the secret into a file or environment variable and name that here")
		return
	}
	if v.Kind() == reflect.String {
		v.SetString(ref)
		return
	}
	v.Set(reflect.ValueOf(s))
}

func (d *document) resolve(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.dir, name)
}

func (d *document) scalar(n ast.Node, v reflect.Value, key string, tag reflect.StructTag) {
	s, ok := d.text(n, key)
	if !ok {
		return
	}
	switch v.Interface().(type) {
	case size:
		if b, err := parseSize(s); err != nil {
			d.fail(ruleSize, key, fmt.Sprintf("%q is not a size", s), "write a number of B, KiB, MiB or GiB: 64MiB")
		} else {
			v.SetInt(b)
			d.bounds(key, b, tag)
		}
	case time.Duration:
		if t, err := time.ParseDuration(s); err != nil || t < 0 {
			d.fail(ruleDuration, key, fmt.Sprintf("%q is not a duration", s), "write a number of ms, s, m or h: 500ms, 30s, 1h30m")
		} else {
			v.SetInt(int64(t))
		}
	case path:
		v.SetString(d.resolve(s))
	case bool:
		if s != "true" && s != "false" {
			d.fail(ruleBool, key, fmt.Sprintf("%q is neither true nor false", s), "")
		}
		v.SetBool(s == "true")
	case int:
		if i, err := strconv.Atoi(s); err != nil {
			d.fail(ruleInt, key, fmt.Sprintf("%q is not a whole number", s), "")
		} else {
			v.SetInt(int64(i))
			d.bounds(key, int64(i), tag)
		}
	default:
		v.SetString(s)
		if words := tag.Get("oneof"); words != "" && !slices.Contains(strings.Split(words, "|"), s) {
			d.fail(ruleOneOf, key, fmt.Sprintf("unknown value %q", s), "one of: "+strings.ReplaceAll(words, "|", ", "))
		}
	}
}

func (d *document) bounds(key string, n int64, tag reflect.StructTag) {
	if low := tag.Get("min"); low != "" {
		if b, _ := parseSize(low); n < b {
			d.fail(ruleRange, key, "too small", "at least "+low)
		}
	}
	if high := tag.Get("max"); high != "" {
		if b, _ := parseSize(high); n > b {
			d.fail(ruleRange, key, "too large", "at most "+high)
		}
	}
}

// parseSize reads a number of bytes. Decimal units (MB) are refused: half the readers take them for the binary ones.
func parseSize(s string) (int64, error) {
	shift := 0
	for i, unit := range []string{"KiB", "MiB", "GiB"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, shift = strings.TrimSpace(rest), 10*(i+1)
			break
		}
	}
	if shift == 0 {
		s = strings.TrimSpace(strings.TrimSuffix(s, "B"))
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, err
	}
	if n > math.MaxInt64>>shift {
		return 0, strconv.ErrRange
	}
	return int64(n) << shift, nil
}
