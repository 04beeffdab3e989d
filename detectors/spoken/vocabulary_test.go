package spoken

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// TestWords looks words up in all their forms, and words that the lexicon alone can't tell from them.
func TestWords(t *testing.T) {
	v := words()
	for _, same := range [][]string{
		{"zéro", "ZÉRO", "Zéro"}, {"łukasz", "Łukasz", "ŁUKASZ"}, {"пять", "Пять", "ПЯТЬ"}, {"fünf", "FÜNF", "funf"},
		{"हज़ार", "हजार", "ह\u091C\u093Cार", "ह\u095Bार"}, {"पाँच", "पांच"}, {"tám", "Tám", "TÁM"},
	} {
		for _, w := range same {
			require.NotZero(t, v.lookup([]byte(w)), w)
			require.Equal(t, v.entries[v.lookup([]byte(same[0]))].kinds, v.entries[v.lookup([]byte(w))].kinds, w)
		}
	}
	require.True(t, v.entries[v.lookup([]byte("वी"))].kinds.has(letter))
	require.False(t, v.entries[v.lookup([]byte("की"))].kinds.has(letter), "another word with the same folded bytes")
	require.Zero(t, v.lookup([]byte("घात")))
}

// TestWrongTables reads tables with one thing wrong each.
func TestWrongTables(t *testing.T) {
	for table, want := range map[string]string{
		"digit: one":            "unknown kind of line",
		"numeral 1: one":        "unknown kind of line",
		"digit one: one":        "is no number",
		"letter ab: x":          "is no single character",
		"digit 1: one\nweak: a": "is weak but not listed before",
		"digit 1":               "no list of words",
		"filler 1: uh":          "unknown kind of line",
	} {
		_, err := readTables(fstest.MapFS{"xx.txt": {Data: []byte(table)}})
		require.ErrorContains(t, err, want, table)
	}
	v, err := readTables(fstest.MapFS{"xx.txt": {Data: []byte("# a comment\nglued\ndigit 4: vier\nweak: vier\nvier => 4\n")}})
	require.NoError(t, err)
	require.Equal(t, []string{"xx"}, v.names)
	require.Equal(t, []example{{"xx.txt:5", "vier", "4"}}, v.tests)
}

// TestGlued reads numbers of one word, and words that only begin like some.
func TestGlued(t *testing.T) {
	for said, want := range map[string]string{
		"vierundzwanzig": "24", "zweihundertdreiundvierzigtausend": "243,000", "neunzehnhundertachtzig": "1980", "millenovecentottantaquattro": "1984",
		"duemila": "2000", "eenentwintigduizend": "21,000", "sjuhundraåttionio": "789", "enogtyve": "21", "négyszáznegyvenegy": "441", "एकोणीसशे": "1900",
		"einundeinzig": "einundeinzig", "hunderthundert": "hunderthundert", "vierundvier": "vierundvier", "dreitausendtausend": "dreitausendtausend",
		"undzwanzig": "undzwanzig", "seventeenth": "17th", "eineinein": "eineinein",
	} {
		got, _ := read(said, Hints{Small: true})
		require.Equal(t, want, got, said)
	}
}
