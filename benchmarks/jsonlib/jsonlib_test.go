package jsonlib

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/buger/jsonparser"
	gojson "github.com/goccy/go-json"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
	"github.com/valyala/fastjson"

	"github.com/sonexlabs/tacet/pipeline/codec"
)

const (
	alias = "[PERSON_1]" // takes the place of the first three bytes of each text
	extra = `"redaction":{"n":1}`
)

// engine does the job once: dst gets src minimised to the paths, texts edited, extra added.
type engine struct {
	name string
	make func(paths []string) func(dst, src []byte) ([]byte, error)
}

func engines() []engine {
	all := []engine{
		{"codec", withCodec},
		{"encoding_json", func(p []string) func(dst, src []byte) ([]byte, error) { return withMap(p, stdDecode, json.Marshal) }},
		{"goccy_go-json", func(p []string) func(dst, src []byte) ([]byte, error) {
			return withMap(p, gojsonDecode, gojson.Marshal)
		}},
		{"tidwall_gjson", withGJSON},
		{"tidwall_sjson", withSJSON},
		{"buger_jsonparser", withJSONParser},
		{"valyala_fastjson", withFastJSON},
	}
	return append(all, experimental()...)
}

// allow is the tree of allowed keys; nil is a leaf. Arrays are looked through: no corpus has a key that needs more.
type allow map[string]allow

func tree(paths []string) allow {
	top := allow{}
	for _, p := range paths {
		at := top
		keys := strings.Split(strings.ReplaceAll(p, "[]", ""), ".")
		for i, k := range keys {
			if i == len(keys)-1 {
				at[k] = nil
			} else if at[k] == nil {
				at[k] = allow{}
			}
			at = at[k]
		}
	}
	return top
}

func withCodec(paths []string) func(dst, src []byte) ([]byte, error) {
	sel, err := codec.NewSelector(paths)
	if err != nil {
		panic(err)
	}
	text := int32(0)
	for !strings.HasSuffix(paths[text], "text") {
		text++
	}
	var d codec.Doc
	return func(dst, src []byte) ([]byte, error) {
		if err := d.ParseJSON(src, sel, codec.DefaultLimits()); err != nil {
			return nil, err
		}
		for i, f := range d.Fields() {
			if f.Rule == text {
				d.Replace(i, 0, 3, []byte(alias))
			}
		}
		return d.Append(dst, []byte(extra)), nil
	}
}

func stdDecode(src []byte) (m map[string]any, err error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	return m, dec.Decode(&m)
}

func gojsonDecode(src []byte) (m map[string]any, err error) {
	dec := gojson.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	return m, dec.Decode(&m)
}

func withMap(paths []string, decode func([]byte) (map[string]any, error), encode func(any) ([]byte, error)) func(dst, src []byte) ([]byte, error) {
	allowed := tree(paths)
	var minimise func(v any, a allow) (any, bool)
	minimise = func(v any, a allow) (any, bool) {
		switch v := v.(type) {
		case map[string]any:
			for k, member := range v {
				below, ok := a[k]
				if ok {
					member, ok = minimise(member, below)
				}
				if s, isText := member.(string); ok && isText && k == "text" {
					member = alias + s[3:]
				}
				if v[k] = member; !ok {
					delete(v, k)
				}
			}
			return v, a != nil
		case []any:
			for i := range v {
				v[i], _ = minimise(v[i], a)
			}
			return v, a != nil
		}
		return v, a == nil
	}
	return func(dst, src []byte) ([]byte, error) {
		m, err := decode(src)
		if err != nil {
			return nil, err
		}
		minimise(m, allowed)
		m["redaction"] = map[string]any{"n": 1}
		out, err := encode(m)
		return append(dst, out...), err
	}
}

// withGJSON uses gjson as the parser under a rewriting of our own: raw values are appended as they are.
func withGJSON(paths []string) func(dst, src []byte) ([]byte, error) {
	allowed := tree(paths)
	var walk func(dst []byte, v gjson.Result, a allow) []byte
	walk = func(dst []byte, v gjson.Result, a allow) []byte {
		open, object := len(dst)+1, v.IsObject()
		dst = append(dst, v.Raw[0])
		v.ForEach(func(key, v gjson.Result) bool {
			below := a
			if object {
				var ok bool
				if below, ok = a[key.Str]; !ok || (below == nil) != (v.Type != gjson.JSON) {
					return true
				}
			}
			if len(dst) > open {
				dst = append(dst, ',')
			}
			if object {
				dst = append(append(dst, key.Raw...), ':')
			}
			switch {
			case v.Type == gjson.JSON:
				dst = walk(dst, v, below)
			case key.Str == "text":
				dst = gjson.AppendJSONString(dst, alias+v.Str[3:])
			default:
				dst = append(dst, v.Raw...)
			}
			return true
		})
		return append(dst, v.Raw[len(v.Raw)-1])
	}
	return func(dst, src []byte) ([]byte, error) {
		if !gjson.ValidBytes(src) { // ForEach does not check
			return nil, fmt.Errorf("invalid")
		}
		dst = walk(dst, gjson.ParseBytes(src), allowed)
		dst = append(append(dst[:len(dst)-1], ','), extra...)
		return append(dst, '}'), nil
	}
}

// withSJSON is the use sjson's interface suggests: one Set a path. It builds the output from nothing, since what is not
// allowed cannot be listed in order to Delete it.
func withSJSON(paths []string) func(dst, src []byte) ([]byte, error) {
	return func(dst, src []byte) ([]byte, error) {
		if !gjson.ValidBytes(src) {
			return nil, fmt.Errorf("invalid")
		}
		out := []byte("{}")
		var err error
		copyPath := func(from, to string) {
			v := gjson.GetBytes(src, from)
			raw := v.Raw
			if strings.HasSuffix(from, "text") {
				raw = string(gjson.AppendJSONString(nil, alias+v.Str[3:]))
			}
			if err == nil && v.Exists() {
				out, err = sjson.SetRawBytes(out, to, []byte(raw))
			}
		}
		for _, p := range paths {
			array, member, inArray := strings.Cut(p, "[].")
			if !inArray {
				copyPath(p, p)
				continue
			}
			for i := range gjson.GetBytes(src, array+".#").Int() {
				at := fmt.Sprintf("%s.%d.%s", array, i, member)
				copyPath(at, at)
			}
		}
		if err == nil {
			out, err = sjson.SetRawBytes(out, "redaction", []byte(`{"n":1}`))
		}
		return append(dst, out...), err
	}
}

func withJSONParser(paths []string) func(dst, src []byte) ([]byte, error) {
	allowed := tree(paths)
	var walk func(dst, src []byte, a allow) ([]byte, error)
	value := func(dst, v []byte, kind jsonparser.ValueType, a allow, text bool) ([]byte, error) {
		switch {
		case kind == jsonparser.Object:
			return walk(dst, v, a)
		case kind == jsonparser.Array:
			dst = append(dst, '[')
			open := len(dst)
			var walkErr error
			_, err := jsonparser.ArrayEach(v, func(v []byte, _ jsonparser.ValueType, _ int, _ error) {
				if len(dst) > open {
					dst = append(dst, ',')
				}
				if dst, walkErr = walk(dst, v, a); walkErr != nil {
					panic(walkErr)
				}
			})
			return append(dst, ']'), err
		case text:
			s, err := jsonparser.ParseString(v)
			if err != nil {
				return nil, err
			}
			return gjson.AppendJSONString(dst, alias+s[3:]), nil
		case kind == jsonparser.String:
			return append(append(append(dst, '"'), v...), '"'), nil
		}
		return append(dst, v...), nil
	}
	walk = func(dst, src []byte, a allow) ([]byte, error) {
		dst = append(dst, '{')
		open := len(dst)
		err := jsonparser.ObjectEach(src, func(key, v []byte, kind jsonparser.ValueType, _ int) error {
			below, ok := a[string(key)]
			if !ok || (below == nil) != (kind != jsonparser.Object && kind != jsonparser.Array) {
				return nil
			}
			if len(dst) > open {
				dst = append(dst, ',')
			}
			dst = append(append(append(dst, '"'), key...), '"', ':')
			var err error
			dst, err = value(dst, v, kind, below, string(key) == "text")
			return err
		})
		return append(dst, '}'), err
	}
	return func(dst, src []byte) ([]byte, error) {
		dst, err := walk(dst, src, allowed)
		if err != nil {
			return nil, err
		}
		dst = append(append(dst[:len(dst)-1], ','), extra...)
		return append(dst, '}'), nil
	}
}

func withFastJSON(paths []string) func(dst, src []byte) ([]byte, error) {
	allowed := tree(paths)
	var (
		parser fastjson.Parser
		arena  fastjson.Arena
	)
	var minimise func(v *fastjson.Value, a allow)
	minimise = func(v *fastjson.Value, a allow) {
		if v.Type() == fastjson.TypeArray {
			for _, kid := range v.GetArray() {
				minimise(kid, a)
			}
			return
		}
		o := v.GetObject()
		var gone []string
		o.Visit(func(key []byte, kid *fastjson.Value) {
			below, ok := a[string(key)]
			container := kid.Type() == fastjson.TypeObject || kid.Type() == fastjson.TypeArray
			switch {
			case !ok || container != (below != nil):
				gone = append(gone, string(key))
			case container:
				minimise(kid, below)
			case string(key) == "text":
				o.Set("text", arena.NewString(alias+string(kid.GetStringBytes()[3:])))
			}
		})
		for _, key := range gone {
			o.Del(key)
		}
	}
	return func(dst, src []byte) ([]byte, error) {
		v, err := parser.ParseBytes(src)
		if err != nil {
			return nil, err
		}
		arena.Reset()
		minimise(v, allowed)
		redaction := arena.NewObject()
		redaction.Set("n", arena.NewNumberInt(1))
		v.Set("redaction", redaction)
		return v.MarshalTo(dst), nil
	}
}

// TestSameWork holds every engine to the same output, as JSON.
func TestSameWork(t *testing.T) {
	for _, c := range corpora() {
		reference := withMap(c.paths, stdDecode, json.Marshal)
		for _, e := range engines() {
			rewrite := e.make(c.paths)
			for _, doc := range c.docs {
				want, err := reference(nil, doc)
				if err != nil {
					t.Fatal(err)
				}
				got, err := rewrite(nil, doc)
				if err != nil {
					t.Fatal(e.name, c.name, err)
				}
				var w, g any
				if json.Unmarshal(want, &w) != nil || json.Unmarshal(got, &g) != nil || !reflect.DeepEqual(w, g) {
					t.Fatalf("%s does other work on %s:\n%s\n%s", e.name, c.name, want, got)
				}
			}
		}
	}
}

// TestFate logs what each engine does with input that a redactor must not let through as it is, and holds codec to it.
func TestFate(t *testing.T) {
	paths := []string{"text", "n"}
	for _, c := range []struct{ name, in, want string }{ // want "" is an error
		{"syntax error in a skipped value", `{"text":"abcd","x":{"y":01e}}`, ""},
		{"the same key twice", `{"text":"abcd","te\u0078t":"abcd"}`, ""},
		{"trailing bytes", `{"text":"abcd"} x`, ""},
		{"invalid UTF-8", "{\"text\":\"abcd\xff\"}", "{\"text\":\"[PERSON_1]d\uFFFD\"," + extra + "}"},
		{"escapes and digits", `{"n": 1e400, "text":"abcd\u00e9"}`, `{"n": 1e400, "text":"[PERSON_1]d\u00e9",` + extra + `}`},
	} {
		for _, e := range engines() {
			out, err := e.make(paths)(nil, []byte(c.in))
			t.Logf("%-32s %-18s refused=%-5v %q", c.name, e.name, err != nil, out)
			if e.name == "codec" && (string(out) != c.want || (err == nil) != (c.want != "")) {
				t.Errorf("codec: %s: got %q, want %q", c.name, out, c.want)
			}
		}
	}
}

func BenchmarkRewrite(b *testing.B) {
	for _, c := range corpora() {
		for _, e := range engines() {
			b.Run(c.name+"/"+e.name, func(b *testing.B) {
				rewrite := e.make(c.paths)
				var out []byte
				var err error
				b.SetBytes(c.mean)
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					if out, err = rewrite(out[:0], c.docs[i]); err != nil {
						b.Fatal(err)
					}
					if i++; i == len(c.docs) {
						i = 0
					}
				}
			})
		}
	}
}
