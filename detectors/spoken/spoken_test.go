package spoken

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

func read(text string, h Hints) (string, *Reader) {
	lex := scan.NewLexicon(nil, 0)
	var t scan.Text
	t.Scan([]byte(text), lex)
	r := new(Reader)
	r.Read(&t, lex, h)
	return string(t.Bytes), r
}

// TestLanguages runs the examples that stand in the tables.
func TestAddressesWithinEachOther(t *testing.T) {
	got, _ := read("jan. punt. de. punt. vries. apenstaartje. example. punt. six", Hints{Small: true})
	require.Contains(t, got, "vries@example.six")
}

func TestLanguages(t *testing.T) {
	require.NotEmpty(t, words().tests)
	for _, x := range words().tests {
		t.Run(x.where, func(t *testing.T) {
			got, _ := read(x.said, Hints{Small: true})
			require.Equal(t, strings.ToLower(x.written), strings.ToLower(got), x.said) // codes are written in capitals
		})
	}
}

// TestTables says what is wrong with a table.
func TestTables(t *testing.T) {
	_, err := readVocabulary()
	require.NoError(t, err)
}
