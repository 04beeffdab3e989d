package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// bounded are patterns whose every match holds their literal and is shorter than the window.
var bounded = []string{
	`\bKEY-\d{1,8}\b`,
	`(?i)key[ :-]*\d{1,8}`,
	`(?<=key )[a-é]{1,12}`,
	`(?:foo|barr|é€)x?\d`,
	`(?<!\d)\d{2,4}-key(?!-)`,
	`a*key|key-b+(?=\d)`,
	`^key\d`,
	`key.{0,9}?\d$`,
	`(\w)key\1`,
	`(?i)desſk|kéyes`,
}

// slow finds what a pattern finds in the whole text.
func slow(t *testing.T, pattern, text string) (found []Span) {
	re := regexp2.MustCompile(pattern)
	at := []int{}
	for i := range text { // of each character; a broken byte is one
		at = append(at, i)
	}
	at = append(at, len(text))
	require.NoError(t, re.FindRunesMatches([]rune(text), -1, func(v regexp2.MatchView) bool {
		if index, length, _ := v.GroupRange(0); length > 0 {
			found = append(found, Span{at[index], at[index+length]})
		}
		return true
	}))
	return found
}

// spans are the places of matches in order, limits apart.
func spans(t *testing.T, found []Match) (all []Span) {
	for _, f := range found {
		require.False(t, f.Limit)
		all = append(all, Span{f.Start, f.End})
	}
	slices.SortFunc(all, func(a, b Span) int { return a.Start - b.Start })
	return all
}

func boundedSets(t testing.TB) (sets []*Set) {
	for _, p := range bounded {
		o := testOptions()
		c := compiler{set: &Set{timeout: o.Timeout}, build: newBuilder(), options: o}
		d := &document{}
		require.True(t, c.add(d, &spec{patterns: []pattern{{expr: p, score: 0.7}}}), p)
		require.Empty(t, d.Lines(""), p)
		c.set.auto = c.build.build()
		sets = append(sets, c.set)
	}
	return sets
}

// Searching windows finds what searching the whole text does.
func TestWindowsFindWhatTheWholeTextHas(t *testing.T) {
	sets := boundedSets(t)
	m := NewScratch()
	pieces := []string{"key", "KEY-", "KEY ", "key ", "key-b", "12", "3", "4567890", "-", "!", " ", "\n", "foo", "barr", "é€", "x", "aaa", "desſk", "DES\u017f\u212a",
		"kéyes", "KÉYES", "\xff", "\xe2\x82", strings.Repeat("z", 100), strings.Repeat("ü ", 200), strings.Repeat("key", 400), strings.Repeat("9", 300)}
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 60).Draw(r, "text"), "")
		k := rapid.IntRange(0, len(bounded)-1).Draw(r, "pattern")
		want := slow(t, bounded[k], text)
		got := spans(t, sets[k].Find(nil, []byte(text), nil, "", m))
		if fmt.Sprint(want) != fmt.Sprint(got) {
			r.Fatalf("%s in %q: want %v, got %v", bounded[k], text, want, got)
		}
	})
}

// FuzzFind holds the same on any bytes.
func FuzzFind(f *testing.F) {
	for i, text := range []string{"a KEY-12 b", "KEY: 7", "key é", "foox1 barr2 é€3", "12-key 123-key-", "aakey key-bb1", "key1", "key 1", "xkeyx", "DESSK"} {
		f.Add(uint8(i), []byte(text))
	}
	m, sets := NewScratch(), boundedSets(f)
	f.Fuzz(func(t *testing.T, pattern uint8, text []byte) {
		k := int(pattern) % len(bounded)
		want := slow(t, bounded[k], string(text))
		got := spans(t, sets[k].Find(nil, text, nil, "", m))
		require.Equal(t, want, got, "%s", bounded[k])
	})
}

// FuzzParse wants a Set or an error that names a line, and whatever the file holds no panic in Find.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"example.yaml", "presidio.yaml", "keys.bad.yaml", "patterns.bad.yaml", "scope.bad.yaml"} {
		f.Add(sample(f, name).Data)
	}
	m := NewScratch()
	o := testOptions()
	o.Timeout = time.Millisecond
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(o, File{"f.yaml", data})
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "f.yaml:") || strings.Contains(err.Error(), "too many literals"), "%v", err)
			return
		}
		text := []byte("AC-1234-5674 loyalty 204060 ext. 4711 ab12 \xff é")
		for _, match := range s.Find(nil, text, []byte("a.b[]"), "call", m) {
			require.True(t, 0 <= match.Start && match.Start < match.End && match.End <= len(text))
			require.Less(t, match.Rule, len(s.Rules()))
		}
	})
}

func TestRequiredLiterals(t *testing.T) {
	f := func(expr string, want ...string) {
		t.Helper()
		_, tree, err := compilePattern(&pattern{expr: expr})
		require.NoError(t, err)
		require.Equal(t, want, required(tree.Root), expr)
	}
	f(`abc`, "abc")
	f(`\bABC-(\d{8})\b`, "abc-")
	f(`a(?:bc)d+e`, "abcd")
	f(`\dab\dcde\d`, "cde")
	f(`(?i)cust(?:omer)?[ #:]*\d`, "cust")
	f(`(?i)desk\d`, "desk")
	f(`(?i)mü?ller`, "ller")
	f(`(?i)müller`, "ller")
	f(`müller`, "müller")
	f(`(?:foo|bar)x?`, "foo", "bar")
	f(`(?:foo|barr|\d)x`, "x")
	f(`(?:foo|\d)`)
	f(`(?:ab){2,}\d`, "ab")
	f(`(?:ab)*\d`)
	f(`a{3}b{2,5}\d`, "aaabb")
	f(`(?<=id )\w{3}`, "id ")
	f(`(?<=\w+id )\w{3}`, "id ")
	f(`\w+(?=@)`, "@")
	f(`(?!foo)\w+(?<!bar)`)
	f(`(?=foo)ba\w`, "ba")
	f(`(?>ab|cd)e`, "ab", "cd")
	f(`(a)?(?(1)bcd|efg)`)
	f(`(\w)x\1`, "x")
	f(strings.Repeat("é", 40), strings.Repeat("é", 32))
}

func TestAutomaton(t *testing.T) {
	b := newBuilder()
	words := []string{"he", "she", "his", "hers", "her", "s", "é", "kilo"}
	for i, w := range words {
		b.add(w, i, false)
	}
	a := b.build()
	find := func(text string) (found []string) {
		for state, i := int32(0), 0; i < len(text); {
			if state, i = a.step(state, []byte(text), i); state >= a.accept {
				for _, tr := range a.triggers(state) {
					found = append(found, fmt.Sprint(words[tr.unit], "@", i))
				}
			}
		}
		slices.Sort(found)
		return found
	}
	require.Equal(t, []string{"he@4", "her@5", "hers@6", "s@2", "s@6", "she@4"}, find("uSHErs"))
	require.Equal(t, []string{"s@4", "é@2"}, find("é\u017f"))
	require.Equal(t, []string{"kilo@6"}, find("\u212aILO"))
	require.Nil(t, find("h\xc5\xe2\x84 xyz"))
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("heisrk\u017fÉé")), 0, 40, -1).Draw(r, "text")
		n := 0
		folded := foldASCII(text)
		for _, w := range words {
			for i := range folded {
				if strings.HasPrefix(folded[i:], w) {
					n++
				}
			}
		}
		if got := len(find(text)); got != n {
			r.Fatalf("%q: %d literals, got %d", text, n, got)
		}
	})
}
