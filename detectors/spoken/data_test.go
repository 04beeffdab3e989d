package spoken

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// labelled is a labelled text of the evaluation sets.
type labelled struct {
	ID, Lang, Text string
	Turns          []struct{ Role, Text string }
	Entities       []struct {
		Type, Value, Written string
		Start, End           int
	}
}

// readRows reads an evaluation set. It skips the test if there is none.
func readRows(t testing.TB, set string) (rows []labelled) {
	dir := os.Getenv("TACET_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "eval", set+".jsonl"))
	if err != nil {
		t.Skipf("no evaluation data (TACET_DATA): %v", err)
	}
	defer func() { require.NoError(t, f.Close()) }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var row labelled
		require.NoError(t, json.Unmarshal(lines.Bytes(), &row))
		rows = append(rows, row)
	}
	require.NoError(t, lines.Err())
	return rows
}

// texts are the texts of a row, of a dialogue all turns.
func (r *labelled) texts() []string {
	if len(r.Turns) == 0 {
		return []string{r.Text}
	}
	var list []string
	for _, t := range r.Turns {
		list = append(list, t.Text)
	}
	return list
}

// readWith reads with the words of some languages.
func readWith(v *vocabulary, r *Reader, text *scan.Text, source string, h Hints) string {
	lex := scan.NewLexicon(nil, 0)
	text.Scan([]byte(source), lex)
	r.v = v
	r.Read(text, lex, h)
	return string(text.Bytes)
}

// TestForeignWordsInEnglish reads English texts with all languages and with English alone. The words of other languages must not change
// what is read of English.
func TestForeignWordsInEnglish(t *testing.T) {
	data, err := languageFiles.ReadFile("languages/en.txt")
	require.NoError(t, err)
	alone, err := readTables(fstest.MapFS{"en.txt": {Data: data}})
	require.NoError(t, err)
	const most = 0.0003 // of texts
	for _, set := range []string{"keep_banking77", "keep_clinc150", "nemo_keep", "multidogo", "star", "sgd", "slurp", "hwu64", "nlupp"} {
		t.Run(set, func(t *testing.T) {
			var one, all Reader
			var text scan.Text
			texts, changed := 0, 0
			for _, row := range readRows(t, set) {
				if row.Lang != "en" {
					continue
				}
				for i, source := range row.texts() {
					texts++
					h := Hints{Small: true, Code: i%8 == 0}
					want := readWith(alone, &one, &text, source, h)
					got := readWith(words(), &all, &text, source, h)
					if want != got {
						changed++
						t.Logf("%s\n  with English: %s\n  with all:     %s", source, want, got)
					}
				}
			}
			t.Logf("%d of %d texts change", changed, texts)
			require.LessOrEqual(t, float64(changed), most*float64(texts))
		})
	}
}
