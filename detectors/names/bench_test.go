package names_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// callText gives the turns of invented calls.
func callText(tb testing.TB) [][]byte {
	tb.Helper()
	const calls = 300
	var lines [][]byte
	n := 0
	for d := range traffic.Dialogues(1, traffic.Test, traffic.DialogueOptions{Lower: 1, Docs: -1}) {
		if n++; n > calls {
			break
		}
		for _, turn := range d.Turns {
			lines = append(lines, []byte(turn.Text))
		}
	}
	return lines
}

func BenchmarkFind(b *testing.B) {
	m, err := names.Load()
	require.NoError(b, err)
	lex := scan.NewLexicon(nil, 0)
	lines := callText(b)
	var bytes, tokens int
	texts := make([]scan.Text, len(lines))
	for i, line := range lines {
		bytes += len(line)
		texts[i].Scan(line, lex)
		tokens += len(texts[i].Tokens)
	}
	report := func(b *testing.B) {
		b.SetBytes(int64(bytes))
		b.ReportAllocs()
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
	}
	b.Run("scan", func(b *testing.B) {
		var text scan.Text
		for b.Loop() {
			for _, line := range lines {
				text.Scan(line, lex)
			}
		}
		report(b)
	})
	b.Run("names", func(b *testing.B) {
		var s names.Scratch
		var spans []names.Span
		for b.Loop() {
			for i := range texts {
				spans = m.Find(spans[:0], &texts[i], &names.Context{}, &s)
			}
		}
		report(b)
	})
	b.Run("scan and names", func(b *testing.B) {
		var s names.Scratch
		var spans []names.Span
		var text scan.Text
		for b.Loop() {
			for _, line := range lines {
				text.Scan(line, lex)
				spans = m.Find(spans[:0], &text, &names.Context{}, &s)
			}
		}
		report(b)
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		_, err := names.Load()
		require.NoError(b, err)
	}
}
