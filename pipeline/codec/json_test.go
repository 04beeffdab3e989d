package codec

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func mustSelect(t testing.TB, paths string) *Selector {
	t.Helper()
	sel, err := NewSelector(strings.Fields(paths))
	require.NoError(t, err)
	return sel
}

func find(t testing.TB, d *Doc, path string, kind Kind) int {
	t.Helper()
	for i, f := range d.Fields() {
		if f.Kind == kind && string(d.Path(i)) == path {
			return i
		}
	}
	require.Fail(t, "no such field", path)
	return -1
}

func TestMinimise(t *testing.T) {
	f := func(paths, in, want string, dropped int) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseJSON([]byte(in), mustSelect(t, paths), DefaultLimits()))
		require.Equal(t, want, string(d.Append(nil, nil)))
		require.Equal(t, dropped, d.Dropped())
	}
	f("a", `{"a":1}`, `{"a":1}`, 0)
	f("", `{"a":1,"b":{"c":2}}`, `{}`, 2)
	f("a", `{"a":1,"b":2}`, `{"a":1}`, 1)
	f("b", `{"a":1,"b":2}`, `{"b":2}`, 1)
	f("b", `{"a":1,"b":2,"c":3}`, `{"b":2}`, 2)
	f("a c", `{"a":1,"b":2,"c":3}`, `{"a":1,"c":3}`, 1)
	f("b d", `{"a":1,"b":2,"c":3,"d":4,"e":5}`, `{"b":2,"d":4}`, 3)
	f("a", " {\n \"x\" : 0 ,\n \"a\" : 1 ,\n \"b\" : [ 2 ]\n}\n", " {\n \"a\" : 1\n}\n", 2)
	f("t[].x", `{"t":[{"x":1,"y":2},{"y":2},{},3,{"y":2,"x":1}]}`, `{"t":[{"x":1},{},{},{"x":1}]}`, 4)
	f("t[]", `{"t":[1,[2],{"a":3},"4",null]}`, `{"t":[1,"4",null]}`, 2)
	f("t[][]", `{"t":[1,[2,[3]],[]]}`, `{"t":[[2],[]]}`, 2)

	// A path selects values, not what is in them; and ** what is below, not the place itself.
	f("a", `{"a":{"b":1}}`, `{}`, 1)
	f("a", `{"a":[1]}`, `{}`, 1)
	f("a[]", `{"a":{"b":1}}`, `{}`, 1)
	f("a.b", `{"a":[1]}`, `{}`, 1)
	f("a.**", `{"a":1}`, `{}`, 1)
	f("a.**", `{"a":{"b":{"c":[1,{"d":2}]}},"b":1}`, `{"a":{"b":{"c":[1,{"d":2}]}}}`, 1)
	f("*", `{"a":1,"b":{"c":2}}`, `{"a":1}`, 1)
	f("*.c", `{"a":1,"b":{"c":2,"d":3}}`, `{"b":{"c":2}}`, 2)
	f("**", `{"a":1,"b":{"c":[2]}}`, `{"a":1,"b":{"c":[2]}}`, 0)
	f("**", `[1,{"a":[]}]`, `[1,{"a":[]}]`, 0)

	// Keys are compared as text.
	f("text", `{"te\u0078t":1,"Text":2,"text ":3}`, `{"te\u0078t":1}`, 2)
	f("k\uFFFD", "{\"k\xff\":1,\"j\xff\":2}", "{\"k\uFFFD\":1}", 1)
	f(`http\.method`, `{"http.method":"GET","http":{"method":1}}`, `{"http.method":"GET"}`, 1)
	f(`\*`, `{"*":1,"a":2}`, `{"*":1}`, 1)

	// Numbers, escapes and spaces stay as they are.
	keep := `{ "a" :1.50e+03,"b":"\u0041\/\n\ud83d\ude00é","c" : -0 ,"d":12345678901234567890 }`
	f("a b c d", keep, keep, 0)
	// What is invalid becomes U+FFFD, in keys too.
	f("a", `{"a":"\udc00\udc00\ud800\ud800\udc00\u0041"}`, "{\"a\":\"\uFFFD\uFFFD\uFFFD"+`\ud800\udc00\u0041"}`, 0)
	f("a", "{\"a\":\"x\xffy\xe2\x82z\"}", "{\"a\":\"x\uFFFDy\uFFFD\uFFFDz\"}", 0)
	f("a", `{"a":"\u0041\ud800x\udc00\ud800\ud83d\ude00\n"}`, `{"a":"\u0041`+"\uFFFDx\uFFFD\uFFFD"+`\ud83d\ude00\n"}`, 0)
	f("**", "{\"\xff\":{\"\\ud800\":1}}", "{\"\uFFFD\":{\"\uFFFD\":1}}", 0)
}

func TestSelectorSpecificity(t *testing.T) {
	f := func(paths, in, path string, want int32) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseJSON([]byte(in), mustSelect(t, paths), DefaultLimits()))
		for i, f := range d.Fields() {
			if f.Kind != Key && string(d.Path(i)) == path {
				require.Equal(t, want, f.Rule)
				return
			}
		}
		require.Fail(t, "not selected")
	}
	f("** * a", `{"a":1}`, "a", 2)
	f("** *", `{"a":1}`, "a", 1)
	f("** a.b", `{"a":{"b":1,"c":2}}`, "a.b", 1)
	f("** a.b", `{"a":{"b":1,"c":2}}`, "a.c", 0)
	f("** a.b", `{"a":{"b":1,"c":2}}`, "a", 0)
	f("a.* *.b", `{"a":{"b":1}}`, "a.b", 0) // from the left
	f("*.b a.c", `{"a":{"b":1}}`, "a.b", 0) // the literal a alone does not decide
	f("*.*.x a.*.y a.b.z", `{"a":{"b":{"x":1}}}`, "a.b.x", 0)
	f("a[].** a[].b", `{"a":[{"b":1}]}`, "a[].b", 1)
	f("a.q *.x **", `{"a":{"x":1}}`, "a.x", 1)
	f("a.b", `{"a":{"b":1}}`, "a", -1)
	f("a.**", `{"a":{"b":{}}}`, "a.b", 0)
}

func TestSelectorErrors(t *testing.T) {
	f := func(why string, paths ...string) {
		t.Helper()
		_, err := NewSelector(paths)
		require.ErrorIs(t, err, ErrPath)
		require.ErrorContains(t, err, why)
		require.ErrorContains(t, err, fmt.Sprintf("%q", paths[len(paths)-1]))
	}
	f("empty key", "")
	f("empty key", "a..b")
	f("empty key", "a.")
	f("empty key", "[]")
	f("empty key", "a", "b", ".a")
	f("given twice", "a", "b", "a")
	f("only at the end", "**.a")
	f("only at the end", "a.**[]")
	f("whole key", "a*")
	f("whole key", "***")
	f("[ without ]", "a[0]")
	f("[ without ]", "a[")
	f("] without [", "a]")
	f("followed by a dot", "a[]b")
	f("backslash", `a\`)
	f("UTF-8", "a\xff")

	var many []string
	for i := range 16 {
		many = append(many, strings.Repeat("*.", i)+"a"+strings.Repeat(".*", 16)+fmt.Sprint(".", i))
	}
	_, err := NewSelector(many)
	require.ErrorContains(t, err, "states")
}

// TestSelectorManyKeys covers tables with collisions and bit sets of several words.
func TestSelectorManyKeys(t *testing.T) {
	var paths, members []string
	for i := range 300 {
		paths = append(paths, fmt.Sprintf("k%dk", i))
		members = append(members, fmt.Sprintf(`"k%dk":%d`, i, i))
	}
	doc := "{" + strings.Join(members, ",") + `,"k300k":0}`
	var d Doc
	require.NoError(t, d.ParseJSON([]byte(doc), mustSelect(t, strings.Join(paths, " ")), DefaultLimits()))
	require.Len(t, d.Fields(), 300)
	for i, f := range d.Fields() {
		require.Equal(t, int32(i), f.Rule)
	}
	doc = "{" + strings.Join(members, ",") + `,"k255k":0}`
	require.ErrorIs(t, d.ParseJSON([]byte(doc), mustSelect(t, strings.Join(paths, " ")), DefaultLimits()), ErrDuplicateKey)
}

func TestParseJSONErrors(t *testing.T) {
	f := func(want error, in string, offset int) {
		t.Helper()
		var d Doc
		// Selected and skipped input meet the same fate.
		for _, paths := range []string{"**", "z"} {
			err := d.ParseJSON([]byte(in), mustSelect(t, paths), Limits{Depth: 4, Bytes: 60, Fields: 20})
			require.ErrorIs(t, err, want, paths)
			require.ErrorContains(t, err, fmt.Sprintf("byte %d:", offset), paths)
			require.Empty(t, d.Fields())
			require.Empty(t, d.Append(nil, []byte(`"a":1`)))
			require.Equal(t, want == ErrSyntax, !json.Valid([]byte(in)))
		}
	}
	f(ErrSyntax, "", 0)
	f(ErrSyntax, "  ", 2)
	f(ErrSyntax, "{", 1)
	f(ErrSyntax, `{"a"`, 4)
	f(ErrSyntax, `{"a":`, 5)
	f(ErrSyntax, `{"a":1`, 6)
	f(ErrSyntax, `{"a":1,}`, 7)
	f(ErrSyntax, `{,"a":1}`, 1)
	f(ErrSyntax, `{"a":1]`, 6)
	f(ErrSyntax, `{"a":[1}`, 7)
	f(ErrSyntax, `{"a":[1,]}`, 8)
	f(ErrSyntax, `{"a":[,1]}`, 6)
	f(ErrSyntax, `{"a" 1}`, 5)
	f(ErrSyntax, `{a:1}`, 1)
	f(ErrSyntax, `{"a":1}x`, 7)
	f(ErrSyntax, `{"a":1}{}`, 7)
	f(ErrSyntax, `{"a":01}`, 6)
	f(ErrSyntax, `{"a":1.}`, 7)
	f(ErrSyntax, `{"a":.1}`, 5)
	f(ErrSyntax, `{"a":1e}`, 7)
	f(ErrSyntax, `{"a":-}`, 6)
	f(ErrSyntax, `{"a":+1}`, 5)
	f(ErrSyntax, `{"a":tru}`, 5)
	f(ErrSyntax, `{"a":NaN}`, 5)
	f(ErrSyntax, `{"a":"x}`, 8)
	f(ErrSyntax, `{"a":"\x41"}`, 6)
	f(ErrSyntax, `{"a":"\u12g4"}`, 6)
	f(ErrSyntax, "{\"a\":\"0123456789\x00\"}", 16)
	f(ErrSyntax, "{\"a\":\"\n\"}", 6)
	f(ErrSyntax, "{\"a\x1f\":1}", 3)
	f(ErrSyntax, "\uFEFF{}", 0)
	f(ErrSyntax, "{\u00a0}", 1)
	f(ErrNotObject, `"a"`, 0)
	f(ErrNotObject, ` 12 `, 1)
	f(ErrNotObject, `null`, 0)
	f(ErrSize, `{"a":"`+strings.Repeat("x", 60)+`"}`, 60)
	f(ErrDepth, `{"a":[[[[1]]]]}`, 8)
	f(ErrDepth, `{"a":{"b":[{"c":[]}]}}`, 16)

	var d Doc
	lim := Limits{Fields: 2}
	require.NoError(t, d.ParseJSON([]byte(`{"a":1,"b":2,"c":3,"d":4}`), mustSelect(t, "a b"), lim))
	require.ErrorIs(t, d.ParseJSON([]byte(`{"a":1,"b":2,"c":3}`), mustSelect(t, "a b c"), lim), ErrFields)
	require.ErrorIs(t, d.ParseJSON([]byte(`[1]`), mustSelect(t, "a b c"), lim), ErrNotObject)
	deep := strings.Repeat("[", 1<<20)
	require.ErrorIs(t, d.ParseJSON([]byte(deep), All(), Limits{}), ErrDepth)
	require.ErrorIs(t, d.ParseJSON([]byte(`{"a":`+deep), mustSelect(t, "b"), Limits{Depth: 1 << 30}), ErrSyntax)
}

func TestDuplicateKeys(t *testing.T) {
	f := func(paths, in string, want error) {
		t.Helper()
		var d Doc
		require.ErrorIs(t, d.ParseJSON([]byte(in), mustSelect(t, paths), DefaultLimits()), want)
	}
	f("a", `{"a":1,"a":2}`, ErrDuplicateKey)
	f("a", `{"a":1,"\u0061":2}`, ErrDuplicateKey)
	f("a", `{"a":{},"a":2}`, ErrDuplicateKey) // one of them is left out, and still which one counts is open
	f("a.b", `{"a":{"b":1},"a":{}}`, ErrDuplicateKey)
	f("a[].b", `{"a":[{"b":1},{"b":2,"c":{"b":1},"b":3}]}`, ErrDuplicateKey)
	f("** a", `{"x":{"a":1,"a":2}}`, nil)
	f("** a", `{"a":{"a":1,"a":2}}`, nil)
	f("a[].b", `{"a":[{"b":1},{"b":2}],"c":1,"c":2}`, nil)
	f("*", `{"a":1,"a":2}`, nil)
}

func TestKeys(t *testing.T) {
	var d Doc
	in := `{"meta":{"Jane Roe":{"x":1},"q":2,"\u004aim":3},"text":"t"}`
	require.NoError(t, d.ParseJSON([]byte(in), mustSelect(t, "text meta.* meta.*.x"), DefaultLimits()))
	var keys []string
	for i, f := range d.Fields() {
		if f.Kind == Key {
			require.Equal(t, d.Path(i), d.Path(i+1))
			require.Equal(t, f.Parent, d.Fields()[i+1].Parent)
			require.Equal(t, int32(1), f.Rule)
			keys = append(keys, string(d.Text(i)))
		}
	}
	require.Equal(t, []string{"Jane Roe", "q", "Jim"}, keys) // literal keys are the policy's own words
	d.Replace(find(t, &d, "meta.Jane Roe", Key), 0, 8, []byte(`"[P]"`))
	d.Drop(find(t, &d, "meta.q", Key))
	d.SetString(find(t, &d, "meta.Jim", Key), []byte("x\n"))
	require.Equal(t, `{"meta":{"\"[P]\"":{"x":1},"x\n":3},"text":"t"}`, string(d.Append(nil, nil)))

	// A key on the way to a selected value is no less personal: it gets the rule that made it pass.
	require.NoError(t, d.ParseJSON([]byte(in), mustSelect(t, "text meta.*.x"), DefaultLimits()))
	i := find(t, &d, "meta.Jane Roe", Key)
	require.Equal(t, int32(1), d.Fields()[i].Rule)
	require.Equal(t, int32(-1), d.Fields()[i+1].Rule)
}

func TestEdits(t *testing.T) {
	f := func(in, want string, edit func(d *Doc)) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseJSON([]byte(in), All(), DefaultLimits()))
		edit(&d)
		for range 2 { // Append changes nothing
			require.Equal(t, want, string(d.Append([]byte("> "), nil))[2:])
		}
	}
	text := func(start, end int, with string, more ...any) func(d *Doc) {
		return func(d *Doc) {
			i := find(t, d, "a", d.Fields()[1].Kind)
			d.Replace(i, start, end, []byte(with))
			for ; len(more) > 0; more = more[3:] {
				d.Replace(i, more[0].(int), more[1].(int), []byte(more[2].(string)))
			}
			more = nil
		}
	}
	f(`{"a":"call me"}`, `{"a":"[X] me"}`, text(0, 4, "[X]"))
	f(`{"a":"call me"}`, `{"a":"[X] [Y]"}`, text(0, 4, "[X]", 5, 7, "[Y]"))
	f(`{"a":"call me"}`, `{"a":"[X][Y]ll me"}`, text(0, 1, "[X]", 1, 2, "[Y]"))
	f(`{"a":"call me"}`, `{"a":"<call me>"}`, text(0, 0, "<", 7, 7, ">"))
	f(`{"a":""}`, `{"a":"x"}`, text(0, 0, "x"))
	f(`{"a":"call me"}`, `{"a":"\"\\\n\r\t\u0000\u001f/é </]me"}`, text(0, 5, "\"\\\n\r\t\x00\x1f/é </]"))
	f(`{"a":"call me"}`, "{\"a\":\"\uFFFD\u0085me\"}", text(0, 5, "\xff\u0085"))
	// Offsets are those of the text, the rest is the source's.
	f(`{"a":"\u0041b\/\u0063"}`, `{"a":"\u0041X\/\u0063"}`, text(1, 2, "X"))
	f(`{"a":"\u0041b\/\u0063"}`, `{"a":"Xb\/Y"}`, text(0, 1, "X", 3, 4, "Y"))
	f(`{"a":"\u0041b\/\u0063"}`, `{"a":"\u0041b\/<\u0063>"}`, text(3, 3, "<", 4, 4, ">"))
	f(`{"a":"x\ud83d\ude00y"}`, `{"a":"x[E]y"}`, text(1, 5, "[E]"))
	f(`{"a":"x\ud83d\ude00y"}`, `{"a":"x[E]y"}`, text(2, 3, "[E]"))
	f(`{"a":"x\ud83d\ude00y"}`, `{"a":"x[E][F]y"}`, text(2, 3, "[E]", 3, 4, "[F]"))
	f(`{"a":"x\ud83d\ude00y"}`, `{"a":"x[E]y"}`, text(3, 3, "[E]"))
	f(`{"a":"xéy"}`, `{"a":"x[E]y"}`, text(1, 2, "[E]"))
	f(`{"a":"xéy"}`, `{"a":"x[E]y"}`, text(2, 3, "[E]"))
	f(`{"a":"xéy"}`, `{"a":"x[E][F]y"}`, text(1, 2, "[E]", 2, 3, "[F]"))
	f(`{"a":"xéy"}`, `{"a":"x[E]y"}`, text(2, 2, "[E]"))
	f(`{"a":"\n\ud800 7"}`, `{"a":"\n`+"\uFFFD"+` [N]"}`, text(5, 6, "[N]"))
	f(`{"a":"\n\ud800 7"}`, `{"a":"\n[N] 7"}`, text(1, 4, "[N]"))
	f("{\"a\":\"\xff\xff7\"}", "{\"a\":\"\uFFFD[N]7\"}", text(3, 6, "[N]"))
	// A value that is no string becomes one.
	f(`{"a": 4111111111111111 }`, `{"a": "[CARD]" }`, text(0, 16, "[CARD]"))
	f(`{"a":-41.5e1}`, `{"a":"-[N].5e1"}`, text(1, 3, "[N]"))
	f(`{"a":true}`, `{"a":"[B]"}`, text(0, 4, "[B]"))

	f(`{"a":{"b":"c"},"d":[1,2]}`, `{"a":"x\"","d":7}`, func(d *Doc) {
		d.Replace(find(t, d, "a.b", String), 0, 1, []byte("lost"))
		d.SetString(find(t, d, "a", Object), []byte(`x"`))
		d.SetRaw(find(t, d, "d", Array), []byte("7"))
	})
	f(`{"a":"b"}`, `{"a":"y"}`, func(d *Doc) {
		d.Replace(1, 0, 1, []byte("lost"))
		d.SetRaw(1, []byte("lost"))
		d.SetString(1, []byte("y"))
		d.Replace(1, 0, 1, []byte("lost"))
	})
	drop := func(paths ...string) func(d *Doc) {
		return func(d *Doc) {
			for _, p := range paths {
				for i := range d.Fields() {
					if string(d.Path(i)) == p {
						d.Drop(i)
						break
					}
				}
			}
		}
	}
	f(`{ "a" : 1 , "b" : 2 , "c" : 3 }`, `{ "b" : 2 , "c" : 3 }`, drop("a"))
	f(`{ "a" : 1 , "b" : 2 , "c" : 3 }`, `{ "a" : 1 , "c" : 3 }`, drop("b"))
	f(`{ "a" : 1 , "b" : 2 , "c" : 3 }`, `{ "a" : 1 , "b" : 2 }`, drop("c"))
	f(`{ "a" : 1 , "b" : 2 , "c" : 3 }`, `{}`, drop("c", "a", "b"))
	f(`{"a":[1,2],"b":[[]]}`, `{"a":[2],"b":[]}`, drop("a[]", "b[]"))
	f(`{"a":{"b":1},"c":2}`, `{"c":2}`, drop("a", "a.b"))
}

func TestDropBesideCuts(t *testing.T) {
	f := func(drop, want string) {
		t.Helper()
		var d Doc
		in := `{"x":0,"a":1,"x":[0],"x":0,"b":{"x":0,"c":2},"x":0}`
		require.NoError(t, d.ParseJSON([]byte(in), mustSelect(t, "a b.c"), DefaultLimits()))
		require.Equal(t, 5, d.Dropped())
		for i := range d.Fields() {
			if strings.Contains(drop, string(d.Path(i))) {
				d.Drop(i)
			}
		}
		require.Equal(t, want, string(d.Append(nil, nil)))
		comma := ","
		if want == "{}" {
			comma = ""
		}
		require.Equal(t, want[:len(want)-1]+comma+`"r":1}`, string(d.Append(nil, []byte(`"r":1`))))
	}
	f("", `{"a":1,"b":{"c":2}}`)
	f("a", `{"b":{"c":2}}`)
	f("b", `{"a":1}`)
	f("b.c", `{"a":1}`) // contains b
	f("a b", `{}`)
}

func TestExtra(t *testing.T) {
	f := func(paths, in, want string) {
		t.Helper()
		var d Doc
		require.NoError(t, d.ParseJSON([]byte(in), mustSelect(t, paths), DefaultLimits()))
		require.Equal(t, want, string(d.Append(nil, []byte(`"r":{}`))))
	}
	f("**", `{}`, `{"r":{}}`)
	f("**", ` { } `, ` {"r":{} } `)
	f("**", `{"a":1}`, `{"a":1,"r":{}}`)
	f("**", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\"r\":{}\n}\n")
	f("a", "{\n  \"a\": 1,\n  \"b\": 1\n}\n", "{\n  \"a\": 1,\"r\":{}\n}\n")
	f("a", `{"b":1}`, `{"r":{}}`)
	f("**", `[1]`, `[1]`)
}

func TestMisuse(t *testing.T) {
	var d Doc
	require.NoError(t, d.ParseJSON([]byte(`{"a":"text","b":{}}`), All(), DefaultLimits()))
	require.Panics(t, func() { d.Replace(1, 0, 5, nil) })
	require.Panics(t, func() { d.Replace(1, -1, 2, nil) })
	require.Panics(t, func() { d.Replace(1, 3, 2, nil) })
	require.Panics(t, func() { d.Replace(3, 0, 0, nil) })
	d.Replace(1, 2, 3, nil)
	require.Panics(t, func() { d.Replace(1, 0, 1, nil) })
	require.Panics(t, func() { d.SetRaw(0, []byte("1")) })
	require.Nil(t, d.Text(3))
}

// TestText checks that a text stays valid while others are decoded, and that Doc forgets the record before.
func TestText(t *testing.T) {
	var d Doc
	for range 3 {
		require.NoError(t, d.ParseJSON([]byte(`{"a":"\u0041\"\\\/\b\f\n\r\t\ud83d\ude00","b":"\u00e9","c":12,"d":null}`), mustSelect(t, "a b c d"), DefaultLimits()))
		a := d.Text(0)
		require.Equal(t, "é", string(d.Text(1)))
		require.Equal(t, "12", string(d.Text(2)))
		require.Equal(t, "null", string(d.Text(3)))
		require.Equal(t, "A\"\\/\b\f\n\r\t😀", string(a))
		require.False(t, d.Repaired())
	}
	require.NoError(t, d.ParseJSON([]byte("{\"a\":\"\xff\"}"), mustSelect(t, "a"), DefaultLimits()))
	require.Equal(t, "\uFFFD", string(d.Text(0)))
	require.True(t, d.Repaired())
	require.NoError(t, d.ParseJSON([]byte(`{"a":"\ufffd"}`), mustSelect(t, "a"), DefaultLimits()))
	require.False(t, d.Repaired()) // it was there before
}

// TestPath checks that a path selects the field it came from.
func TestPath(t *testing.T) {
	var all, one Doc
	for seed := range uint64(300) {
		src := randomJSON(seed)
		require.NoError(t, all.ParseJSON(src, All(), DefaultLimits()))
		for i, f := range all.Fields() {
			path := string(all.Path(i))
			if f.Kind >= Object || strings.HasPrefix(path, ".") || strings.Contains(path, "..") || strings.HasSuffix(path, ".") || strings.Contains(path, ".[") {
				continue // containers; and an empty key has no path
			}
			sel, err := NewSelector([]string{path})
			require.NoError(t, err)
			if err := one.ParseJSON(src, sel, DefaultLimits()); err != nil {
				require.ErrorIs(t, err, ErrDuplicateKey)
				continue
			}
			found := false
			for n, g := range one.Fields() {
				if g.Start == f.Start {
					found = g.Rule == 0 && string(one.Path(n)) == path
				}
			}
			require.True(t, found, "%q in %q", path, src)
		}
	}

	f := func(in, want string) {
		t.Helper()
		require.NoError(t, all.ParseJSON([]byte(in), All(), Limits{Depth: 1000}))
		require.Equal(t, want, string(all.Path(len(all.Fields())-1)))
	}
	long := strings.Repeat("é", 100)
	f(`{"`+long+`":1}`, strings.Repeat("é", 64)+"…")
	f(strings.Repeat(`{"abcdefg":`, 100)+"1"+strings.Repeat("}", 100), "…"+strings.Repeat(".abcdefg", 27))
	f(strings.Repeat(`[`, 200)+"1"+strings.Repeat("]", 200), "…"+strings.Repeat("[]", 129))
}

func TestLooksLikeJSON(t *testing.T) {
	for _, s := range []string{"{}", " [1]\n", `{"a":1}`, "{x}"} {
		require.True(t, LooksLikeJSON([]byte(s)), s)
	}
	for _, s := range []string{"", "{", "[", "{]", "a{}", "[}", "12", `"{}"`} {
		require.False(t, LooksLikeJSON([]byte(s)), s)
	}
}

func TestNextLine(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		var lines []string
		var joined []byte
		for src := []byte(in); len(src) > 0; {
			line, rest := NextLine(src)
			lines = append(lines, string(line))
			joined = append(append(joined, line...), src[len(line):len(src)-len(rest)]...)
			src = rest
		}
		require.Equal(t, want, lines)
		require.Equal(t, in, string(joined))
	}
	f("")
	f("a", "a")
	f("a\n", "a")
	f("a\r\nb\n\n\r\nc\r", "a", "b", "", "", "c\r")
}

// TestNoAllocation holds the steady state to its promise.
func TestNoAllocation(t *testing.T) {
	for _, c := range benchCorpora() {
		sel := mustSelect(t, strings.Join(c.paths, " "))
		var d Doc
		var out []byte
		work := func() {
			for _, doc := range c.docs {
				if err := d.ParseJSON(doc, sel, DefaultLimits()); err != nil {
					t.Fatal(err)
				}
				for i := range d.Fields() {
					if len(d.Text(i)) > 3 {
						d.Replace(i, 1, 3, []byte("[X]"))
					}
					d.Path(i)
				}
				out = d.Append(out[:0], []byte(`"r":1`))
			}
		}
		work()
		require.Zero(t, testing.AllocsPerRun(3, work), c.name)
	}
}

// After Revert a document is as it was parsed, whatever was done to it.
func TestRevert(t *testing.T) {
	s, err := NewSelector([]string{"a", "b.c", "d[]", "e.**"})
	require.NoError(t, err)
	for _, in := range []string{
		`{"a":"x\u0041y","b":{"c":1,"z":2},"d":[1,"two"],"e":{"k":"v","l":[true]},"gone":0}`,
		`{"a":"broken ` + "\xff" + `","d":[]}`, `{}`,
	} {
		var d Doc
		require.NoError(t, d.ParseJSON([]byte(in), s, DefaultLimits()))
		want := string(d.Append(nil, nil))
		for i, f := range d.Fields() {
			switch {
			case i%4 == 0:
				d.Drop(i)
			case f.Kind == String && i%2 == 0:
				d.Replace(i, 0, len(d.Text(i)), []byte("["))
			case f.Kind != Object && f.Kind != Array:
				d.SetString(i, []byte("set"))
			}
		}
		d.Revert()
		require.Equal(t, want, string(d.Append(nil, nil)))
	}
}
