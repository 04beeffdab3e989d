package syntax

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"github.com/stretchr/testify/require"
)

// hostile are files of n bytes that the library alone takes minutes or hours for, and what they are refused for.
func hostile(n int) map[string]struct{ text, refused string } {
	fill := func(s string) string { return strings.Repeat(s, n/len(s)) }
	const nested, lists, keys, empty, documents = "64 lists and mappings in each other", "16 lists begun in one line", "10000 keys", "1000 keys and entries", "16 documents"
	return map[string]struct{ text, refused string }{
		"brackets":                   {fill("["), nested},
		"brackets that close":        {strings.Repeat("[", n/2) + strings.Repeat("]", n/2), nested},
		"brackets, one a line":       {fill("[\n"), nested},
		"brackets after a quote":     {"a: it's\nb: " + fill("["), nested},
		"brackets after a comment":   {"# '\n" + fill("["), nested},
		"braces":                     {fill("{a: "), nested},
		"braces and brackets":        {fill("[{a: "), nested},
		"lists in one line":          {fill("- "), lists},
		"lists in many lines":        {fill(strings.Repeat("- ", 17) + "\n"), lists},
		"keys":                       {fill("a: b\n"), keys},
		"keys, and carriage returns": {fill("a: b\r"), keys},
		"keys in braces":             {"{" + fill("a: b,"), keys},
		"empty entries":              {fill("-\n"), empty},
		"empty entries, commented":   {fill("- # c\n"), empty},
		"empty keys":                 {fill("a:\n"), empty},
		"empty keys in braces":       {"{" + fill("a: ,"), empty},
		"no keys in braces":          {"{" + fill("a, "), empty},
		"explicit keys":              {fill("? a\n"), empty},
		"tags":                       {fill("- !t\n"), empty},
		"documents":                  {fill("---\na\n"), documents},
		"directives":                 {fill("%a\n"), documents},
		"empty lines of a literal":   {"a: |\n" + fill("  \n"), "128 empty lines"},
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	for name, h := range hostile(1 << 18) {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(h.text))
			line, what, own := Problem(err)
			require.Contains(t, what, "more than "+h.refused)
			require.Positive(t, line)
			require.True(t, own)
		})
	}
}

// What is beyond no bound is read as the library reads it, to the last word.
func TestFilesOfPeopleAreReadAsTheyAre(t *testing.T) {
	n := 0
	for _, root := range []string{"../../..", "../../../.github"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".yml" {
				return nil
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			if _, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey()); err == nil {
				n++
				same(t, path, text)
			}
			return nil
		}))
	}
	require.Greater(t, n, 5)
	for name, text := range map[string]string{
		"as deep as may be":  strings.Repeat("[", depthMost) + strings.Repeat("]", depthMost),
		"lists in one line":  strings.Repeat("- ", entriesMost) + "a",
		"as many keys":       strings.Repeat("a: b\n", keysMost),
		"as many empty":      strings.Repeat("-\n", emptyMost),
		"as many documents":  strings.Repeat("---\n", documentsMost),
		"as many blank":      "a: |\n  b\n" + strings.Repeat("\n", blankMost),
		"blank, with \\r\\n": "a: |\r\n  b\r\n" + strings.Repeat("\r\n", blankMost),
		"a list under a key": strings.Repeat("a:\n- b\n- c\n", 2*emptyMost),
		"mappings in a list": strings.Repeat("- a: [b]\n  c: {}\n", 2*emptyMost),
		"quoted brackets":    "a: '" + strings.Repeat("[", 2*depthMost) + "'\nb: x" + strings.Repeat("[", 2*depthMost),
		"a long list":        strings.Repeat("- word\n", 2*keysMost),
	} {
		same(t, name, []byte(text))
	}
}

func same(t *testing.T, name string, text []byte) {
	t.Helper()
	want, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	require.NoError(t, err, name)
	got, err := Parse(text)
	require.NoError(t, err, name)
	require.Equal(t, want.String(), got.String(), name)
}

// scraps are what YAML is made of. Together they make files that nobody would write.
func scraps() []string {
	return []string{"a", "b", ":", ": ", "- ", "-\n", "\n", "\n", "\n  ", "\n    ", " ", "? ", "[", "]", "{", "}", ",", ", ", "'", "\"", "#c", " # c\n", "|\n", ">-\n", "!t ", "&a ", "*a ",
		"~", "null", "---\n", "...\n", "\r", "\t", "a: b\n", "- a\n", "a:\n", "{a: b}", "[a, b]", "'a'", "\\", "%", "1"}
}

// TestNothingEscapesTheCount holds the count of a file's tokens to what the parser makes of them: in random files of scraps it makes up no more
// empty values than were counted.
func TestNothingEscapesTheCount(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	parsed, some := 0, 0
	for range 30_000 {
		var b strings.Builder
		for range 1 + r.IntN(24) {
			b.WriteString(scraps()[r.IntN(len(scraps()))])
		}
		nulls := escapes(t, b.String())
		if nulls >= 0 {
			parsed++
		}
		if nulls > 0 {
			some++
		}
	}
	require.Greater(t, parsed, 1000)
	require.Greater(t, some, 100)
}

// escapes fails where the parser made more of a text than was counted. It gives the empty values that the parser made up, -1 where it reads
// none of the text.
func escapes(t *testing.T, text string) int {
	t.Helper()
	tokens := lexer.Tokenize(text)
	var b bounds
	for _, tok := range tokens {
		if tok.Type != token.CommentType && tok.Type != token.SpaceType {
			b.count(tok)
		}
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return -1
	}
	nulls := 0
	for _, d := range f.Docs {
		if d.Body != nil {
			ast.Walk(visitor(func(n ast.Node) {
				if n.Type() == ast.NullType && n.GetToken().Type == token.ImplicitNullType {
					nulls++
				}
			}), d.Body)
		}
	}
	require.LessOrEqual(t, nulls, b.empty+b.documents+1, "%q", text) // what ends a document leaves one
	return nulls
}

type visitor func(ast.Node)

func (v visitor) Visit(n ast.Node) ast.Visitor { v(n); return v }

func FuzzParse(f *testing.F) {
	for _, h := range hostile(2000) {
		f.Add(h.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if file, err := Parse([]byte(text)); err == nil {
			require.NotNil(t, file)
			escapes(t, text)
		}
	})
}

// BenchmarkHostile is what the worst files cost, refused or not.
func BenchmarkHostile(b *testing.B) {
	files := hostile(1 << 20)
	files["just within"] = struct{ text, refused string }{strings.Repeat("a: b\n", keysMost), ""}
	files["a long list"] = struct{ text, refused string }{strings.Repeat("- a\n", 1<<18), ""}
	for name, h := range files {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			for b.Loop() {
				_, err := Parse([]byte(h.text))
				if (err != nil) != (h.refused != "") {
					b.Fatal(fmt.Sprint(err))
				}
			}
		})
	}
}
