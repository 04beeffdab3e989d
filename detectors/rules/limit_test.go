package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// impatient makes a Set whose searches may take no longer than the clock's period.
func impatient(t testing.TB, keys string) *Set {
	t.Helper()
	o := testOptions()
	o.Timeout = time.Millisecond
	s, err := Parse(o, File{"test.yaml", []byte("rules:\n  - {name: test, type: CUSTOM, " + keys + "}\n")})
	require.NoError(t, err)
	return s
}

// A pattern that backtracks without end costs two searches in a text; the rest of its windows is redacted unseen.
func TestEndlessBacktracking(t *testing.T) {
	for _, keys := range []string{
		`pattern: 'a(a+)+$', literals: [a], examples: ['aaa']`,
		`pattern: '(?:a|aa|aaa)+b\z', literals: [a], examples: ['aab']`,
		`pattern: '(a*)*(a*)*[cd]', everywhere: true, examples: ['aac']`,
		`pattern: '(?=(a+)+$)a', everywhere: true, examples: ['aaa']`,
	} {
		s := impatient(t, keys)
		text := []byte(strings.Repeat(strings.Repeat("a", 1<<12)+"!", 1<<8)) // 1 MB
		m := NewScratch()
		found := s.Find(nil, text, nil, "", m)
		require.LessOrEqual(t, m.searches, limitsMax, keys)
		covered := 0
		for _, f := range found {
			require.True(t, f.Limit)
			require.EqualValues(t, 1, f.Score)
			covered += f.End - f.Start
		}
		require.GreaterOrEqual(t, covered, len(text)-1, keys)
		// The next text begins anew.
		found = s.Find(nil, []byte("nothing"), nil, "", m)
		require.LessOrEqual(t, len(found), 1)
	}
}

// The stack is bounded as well.
func TestStackLimit(t *testing.T) {
	s := oneRule(t, `pattern: 'x(?:(\w)|(\w\w))*!', literals: [x], examples: ['xa!']`)
	m := NewScratch()
	text := []byte("x" + strings.Repeat("x", 1<<16))
	found := s.Find(nil, text, nil, "", m)
	require.NotEmpty(t, found)
	require.True(t, found[0].Limit)
	require.LessOrEqual(t, m.searches, limitsMax)
}

// A match without an end is followed for a while and then redacted with what is unknown of it.
func TestMatchWithoutEnd(t *testing.T) {
	s := oneRule(t, `pattern: 'KEY\w+', window: 16, examples: ['KEY1']`)
	text := []byte("a KEY" + strings.Repeat("1", 1<<20) + " KEY22")
	m := NewScratch()
	found := s.Find(nil, text, nil, "", m)
	require.Len(t, found, 2)
	require.True(t, found[0].Limit)
	require.Equal(t, 2, found[0].Start)
	require.Greater(t, found[0].End, inputMax)
	require.Equal(t, "KEY22", string(text[found[1].Start:found[1].End]))
	require.Less(t, m.searches, 20)
}

// What is searched grows with the text and not faster, however many literals it has.
func TestWindowsRunTogether(t *testing.T) {
	s := oneRule(t, `pattern: 'ab[cd]', examples: ['abc']`)
	m := NewScratch()
	searches := func(n int) int {
		text := []byte(strings.Repeat("ab", n/2))
		require.Empty(t, s.Find(nil, text, nil, "", m))
		return m.searches
	}
	n := searches(1 << 18)
	require.InDelta(t, (1<<18)/pieceMax, n, 2)
	require.InDelta(t, 4*n, searches(1<<20), 8)
	require.LessOrEqual(t, cap(m.runes), 2*(pieceMax+2*margin))
}

// Matches at the border of two pieces are found once.
func TestPieces(t *testing.T) {
	s := oneRule(t, `pattern: 'ab+', examples: ['ab']`)
	m := NewScratch()
	for shift := range 40 {
		text := strings.Repeat("-", shift) + strings.Repeat("abbbbbb", 3*pieceMax/7)
		found := s.Find(nil, []byte(text), nil, "", m)
		require.Len(t, found, 3*pieceMax/7)
		for i, f := range found {
			require.Equal(t, Match{Start: shift + 7*i, End: shift + 7*i + 7, Score: 0.7}, f)
		}
	}
}

// So are those that a border would cut where no shorter one fits.
func TestLongMatchesAcrossPieces(t *testing.T) {
	s := oneRule(t, `pattern: 'ab{300}c', literals: [a, b], examples: ['a`+strings.Repeat("b", 300)+`c']`)
	m := NewScratch()
	one := "a" + strings.Repeat("b", 300) + "c"
	for shift := 0; shift < 302; shift += 7 {
		text := strings.Repeat("b", shift) + strings.Repeat(one, 3*pieceMax/len(one))
		require.Len(t, s.Find(nil, []byte(text), nil, "", m), 3*pieceMax/len(one), shift)
	}
}
