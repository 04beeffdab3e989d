package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// FuzzParseJSON holds the parser to encoding/json's idea of JSON, whether it reads a value or skips it, and to giving
// back the bytes it got.
func FuzzParseJSON(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(randomJSON(seed))
	}
	for _, s := range []string{`{"a":1}`, `[1,{}]`, ` {"a":"\ud800"} `, "{\"\xff\":\"\xff\"}", `{"a":[{"b":-1.5e+7},true,null]}`, `{"a":"\u00e9` + "\x7f" + `"}`, "1", ""} {
		f.Add([]byte(s))
	}
	none := mustSelect(f, "no.such.**")
	f.Fuzz(func(t *testing.T, src []byte) {
		root := bytes.TrimLeft(src, " \t\r\n")
		object := bytes.HasPrefix(root, []byte("{"))
		container := object || bytes.HasPrefix(root, []byte("["))
		lim := Limits{Depth: 10000, Fields: 1 << 30}
		var d Doc
		err := d.ParseJSON(src, All(), lim)
		require.Equal(t, json.Valid(src) && container, err == nil, "%v", err)
		require.Equal(t, json.Valid(src) && object, (&Doc{}).ParseJSON(src, none, lim) == nil)
		if err != nil {
			return
		}
		out := d.Append(nil, nil)
		if !d.Repaired() {
			require.Equal(t, string(src), string(out))
		}
		require.True(t, utf8.Valid(out))
		require.Equal(t, tokens(t, src), tokens(t, out))
		for i := range d.Fields() {
			require.True(t, utf8.Valid(d.Text(i)))
			if path := string(d.Path(i)); !strings.HasPrefix(path, "…") {
				require.Equal(t, lastName(path), string(d.Member(i)), path)
			}
		}
		var again Doc
		require.NoError(t, again.ParseJSON(out, All(), lim))
		require.False(t, again.Repaired())
	})
}

// lastName is what Member gives, by the path.
func lastName(path string) string {
	for strings.HasSuffix(path, "[]") {
		path = strings.TrimSuffix(path, "[]")
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}

func tokens(t *testing.T, src []byte) (all []json.Token) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, tok)
	}
}

// FuzzRewrite selects and edits at random, does the same on a tree that encoding/json decoded, and compares.
func FuzzRewrite(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(randomJSON(seed), "a b.* c[].a *.b[] d.**", seed)
	}
	f.Add([]byte(`{"a":{"x":1},"":[[]]}`), "**", uint64(1))
	f.Fuzz(func(t *testing.T, src []byte, paths string, seed uint64) { checkRewrite(t, src, paths, seed) })
}

func TestRewriteProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var paths []string
		for range rapid.IntRange(0, 6).Draw(rt, "paths") {
			paths = append(paths, strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c[]", "d[][]", "*", "é"}), 1, 4).Draw(rt, "path"), "."))
		}
		if rapid.Bool().Draw(rt, "deep") {
			paths = append(paths, rapid.SampledFrom([]string{"**", "a.**", "*.**", "c[].**"}).Draw(rt, "below"))
		}
		slices.Sort(paths)
		src := randomJSON(rapid.Uint64().Draw(rt, "document"))
		checkRewrite(rt, src, strings.Join(slices.Compact(paths), " "), rapid.Uint64().Draw(rt, "edits"))
	})
}

// randomJSON makes an object full of white space, escapes, invalid text and empty containers, with few different keys.
func randomJSON(seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 7))
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	space := func() string { return pick("", "", "", " ", "\n\t") }
	text := func() string {
		s := ""
		for range rng.IntN(6) {
			s += pick("x", "call me", `\u0041`, `\"`, `\\`, `\n`, `\ud83d\ude00`, "é", "😀", `\ud800`, `\udc00`, "\xff", "\xe2\x82", "7700 900123", "\x7f")
		}
		return `"` + s + `"`
	}
	var value func(depth int) string
	value = func(depth int) string {
		kind := rng.IntN(9)
		if depth == 0 {
			kind = max(kind, 4)
		}
		var kids []string
		for range rng.IntN(4) {
			switch {
			case kind < 2:
				key := pick(`"a"`, `"b"`, `"c"`, `"d"`, `"\u0061"`, `"é"`, `"k.e*y"`, "\"\xff\"", `""`)
				kids = append(kids, space()+key+space()+":"+space()+value(depth-1)+space())
			case kind < 4:
				kids = append(kids, space()+value(depth-1)+space())
			}
		}
		switch kind {
		case 0, 1:
			return "{" + pick(strings.Join(kids, ","), space(), strings.Join(kids, ",")) + "}"
		case 2, 3:
			return "[" + pick(strings.Join(kids, ","), space(), strings.Join(kids, ",")) + "]"
		case 4:
			return pick("0", "-12.5e+3", "4111111111111111", "1E9")
		case 5:
			return pick("true", "false", "null")
		}
		return text()
	}
	var members []string
	for _, key := range []string{`"a"`, `"b"`, `"c"`, `"d"`, `"e"`} {
		if rng.IntN(4) > 0 {
			members = append(members, space()+key+":"+value(4)+space())
		}
	}
	return []byte(space() + "{" + strings.Join(members, ",") + "}" + space())
}

// tree is a value of the oracle's tree.
type tree struct {
	kind    Kind
	key     string
	wild    bool // its key is yielded
	rule    int32
	keyRule int32
	text    string
	kids    []*tree
	gone    bool
	raw     string // set by SetRaw
}

// oracle decodes src and minimises it by the definition of Selector, path by path.
type oracle struct {
	dec     *json.Decoder
	paths   [][]string
	fields  []*tree // as Doc.Fields; a Key is the node that follows
	dropped int
	twice   bool // a literal key stands twice in one object that a path enters
}

func (o *oracle) read(t require.TestingT, steps []string, wilds bool, in bool) *tree {
	tok, err := o.dec.Token()
	require.NoError(t, err)
	n := &tree{rule: -1}
	delim, _ := tok.(json.Delim)
	switch tok := tok.(type) {
	case string:
		n.kind, n.text = String, tok
	case json.Number:
		n.kind, n.text = Number, string(tok)
	case bool:
		n.kind, n.text = Bool, fmt.Sprint(tok)
	case nil:
		n.kind, n.text = Null, "null"
	case json.Delim:
		if n.kind = Object; tok == '[' {
			n.kind = Array
		}
	}
	n.rule = o.best(steps, false)
	n.gone = !in || n.rule < 0
	if delim != 0 {
		n.gone = !in || !o.below(steps, n.kind)
	}
	n.gone = n.gone && len(steps) > 0
	if in && n.gone {
		o.dropped++
	}
	if n.wild = wilds; wilds {
		n.keyRule = o.best(steps, true)
	}
	if !n.gone && len(steps) > 0 {
		if wilds {
			o.fields = append(o.fields, n)
		}
		o.fields = append(o.fields, n)
	}
	if delim == 0 {
		return n
	}
	seen := map[string]bool{}
	for o.dec.More() {
		step, wild := "[]", false
		if n.kind == Object {
			key, err := o.dec.Token()
			require.NoError(t, err)
			step = "." + key.(string)
			wild = !o.literal(steps, key.(string))
			if !n.gone && !wild && seen[step] {
				o.twice = true
			}
			seen[step] = true
		}
		kid := o.read(t, append(steps[:len(steps):len(steps)], step), wild && n.kind == Object, !n.gone)
		kid.key = step
		n.kids = append(n.kids, kid)
	}
	_, err = o.dec.Token()
	require.NoError(t, err)
	return n
}

// fits tells whether the first pieces of a path lead where the steps do; score orders paths by how specific they are.
func fits(path, steps []string) (whole, some bool, score string) {
	for i, s := range steps {
		if i == len(path) {
			return false, false, ""
		}
		switch p := path[i]; {
		case p == ".**":
			return true, true, score + "2"
		case s == "[]" && p == "[]", p == "="+s:
			score += "0"
		case p == ".*" && s != "[]":
			score += "1"
		default:
			return false, false, ""
		}
	}
	return len(path) == len(steps), true, score
}

func (o *oracle) best(steps []string, orBelow bool) int32 {
	rule, best := int32(-1), "9"
	for i, p := range o.paths {
		if whole, _, score := fits(p, steps); whole && score < best {
			rule, best = int32(i), score
		}
	}
	if rule < 0 && orBelow {
		rule = int32(slices.IndexFunc(o.paths, func(p []string) bool { _, some, _ := fits(p, steps); return some }))
	}
	return rule
}

func (o *oracle) below(steps []string, kind Kind) bool {
	return slices.ContainsFunc(o.paths, func(p []string) bool {
		_, some, _ := fits(p, steps)
		if !some {
			return false
		}
		if p[len(p)-1] == ".**" && len(p) <= len(steps)+1 {
			return true
		}
		return len(p) > len(steps) && (p[len(steps)] == "[]") == (kind == Array)
	})
}

func (o *oracle) literal(steps []string, key string) bool {
	return slices.ContainsFunc(o.paths, func(p []string) bool {
		_, some, _ := fits(p, steps)
		return some && len(p) > len(steps) && p[len(steps)] == "=."+key
	})
}

func split(path string) (pieces []string) {
	for _, key := range strings.Split(path, ".") {
		elems := strings.Count(key, "[]")
		key = strings.ReplaceAll(key, "[]", "")
		if !strings.HasPrefix(key, "*") {
			key = "=." + key
		} else {
			key = "." + key
		}
		pieces = append(append(pieces, key), slices.Repeat([]string{"[]"}, elems)...)
	}
	return pieces
}

func (n *tree) render(b *strings.Builder) {
	switch {
	case n.raw != "":
		b.WriteString(n.raw)
	case n.kind == Object || n.kind == Array:
		b.WriteByte("{["[n.kind-Object])
		for _, kid := range n.kids {
			if kid.gone {
				continue
			}
			if n.kind == Object {
				fmt.Fprintf(b, "%q:", kid.key[1:])
			}
			kid.render(b)
			b.WriteByte(',')
		}
		b.WriteByte("}]"[n.kind-Object])
	case n.kind == String:
		fmt.Fprintf(b, "%q", n.text)
	default:
		b.WriteString(n.text)
	}
}

// edited applies what checkRewrite did to a text, widened to whole characters.
func edited(text string, cuts [][2]int, with string) string {
	var b strings.Builder
	pos := 0
	for _, c := range cuts {
		for c[0] > 0 && c[0] < len(text) && !utf8.RuneStart(text[c[0]]) {
			c[0]--
		}
		for c[1] < len(text) && !utf8.RuneStart(text[c[1]]) {
			c[1]++
		}
		b.WriteString(text[pos:max(pos, c[0])])
		b.WriteString(strings.ToValidUTF8(with, "\uFFFD"))
		pos = max(pos, c[1])
	}
	b.WriteString(text[pos:])
	return b.String()
}

func checkRewrite(t require.TestingT, src []byte, paths string, seed uint64) {
	sel, err := NewSelector(strings.Fields(paths))
	if err != nil || strings.Contains(paths, `\`) || len(paths) > 1<<8 || len(src) > 1<<12 {
		return
	}
	root := bytes.TrimLeft(src, " \t\r\n")
	if !json.Valid(src) || len(root) == 0 || root[0] != '{' {
		return
	}
	o := oracle{dec: json.NewDecoder(bytes.NewReader(src))}
	for p := range strings.FieldsSeq(paths) {
		o.paths = append(o.paths, split(p))
	}
	o.dec.UseNumber()
	top := o.read(t, nil, false, true)
	top.gone = false

	var d Doc
	err = d.ParseJSON(src, sel, DefaultLimits())
	if o.twice {
		require.ErrorIs(t, err, ErrDuplicateKey)
		return
	}
	if err != nil {
		require.ErrorIs(t, err, ErrDepth)
		return
	}
	require.Equal(t, o.dropped, d.Dropped())
	require.Len(t, d.Fields(), len(o.fields))
	rng := rand.New(rand.NewPCG(seed, 3))
	for i, f := range d.Fields() {
		n := o.fields[i]
		if f.Kind == Key {
			require.True(t, n.wild)
			require.Equal(t, n.keyRule, f.Rule)
			require.Equal(t, n.key[1:], string(d.Text(i)))
		} else {
			require.Equal(t, n.rule, f.Rule)
			require.Equal(t, n.kind, f.Kind)
			require.Equal(t, n.text, string(d.Text(i)))
		}
		editBoth(&d, i, n, rng)
	}
	out := d.Append(nil, nil)
	require.True(t, json.Valid(out) && utf8.Valid(out), "%q", out)
	var want, got strings.Builder
	top.render(&want)
	back := oracle{dec: json.NewDecoder(bytes.NewReader(out)), paths: [][]string{{".**"}}}
	back.dec.UseNumber()
	kept := back.read(t, nil, false, true)
	kept.render(&got)
	require.Equal(t, want.String(), got.String())

	withExtra := d.Append(nil, []byte(`"redaction":{"n":1}`))
	require.True(t, json.Valid(withExtra))
	require.Equal(t, len(out)+len(`"redaction":{"n":1}`)+min(1, len(kept.kids)), len(withExtra))
}

// editBoth makes one random edit, or none, to field i and to its node.
func editBoth(d *Doc, i int, n *tree, rng *rand.Rand) {
	f := d.Fields()[i]
	target := &n.text
	if f.Kind == Key {
		name := n.key[1:]
		target = &name
		defer func() { n.key = "." + name }()
	}
	with := []string{"", "[X]", "\"\\\n\x01", "é😀", "\xff"}[rng.IntN(5)]
	switch op := rng.IntN(8); {
	case op == 0:
		d.Drop(i)
		n.gone = true
	case op == 1 && f.Kind != Key:
		d.SetRaw(i, []byte(`[7]`))
		n.raw = `[7,]`
	case op == 2:
		d.SetString(i, []byte(with))
		*target = edited("", [][2]int{{0, 0}}, with)
		if f.Kind != Key {
			n.kind = String
		}
	case op < 6 && f.Kind != Object && f.Kind != Array:
		var cuts [][2]int
		text := string(d.Text(i))
		for pos := 0; ; {
			start := pos + rng.IntN(4)
			end := start + rng.IntN(5)
			if end > len(text) {
				break
			}
			d.Replace(i, start, end, []byte(with))
			cuts = append(cuts, [2]int{start, end})
			pos = end
		}
		if len(cuts) > 0 {
			*target = edited(text, cuts, with)
			if f.Kind != Key {
				n.kind = String
			}
		}
	}
}
