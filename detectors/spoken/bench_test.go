package spoken

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// callText is what calls are made of, a turn a line: without numbers, with some, and with nothing else.
var callText = map[string]string{
	"plain": `thank you for calling how may i help you today
hi yeah so i've been trying to get through for ages and the thing is my internet keeps dropping out in the evening
okay i'm sorry to hear that let me have a look at what is going on with the line for you
it started on the weekend i think and the router just blinks and then nothing loads on any of the devices
right and have you tried to switch it off and on again or moved it away from the other equipment
`,
	"mixed": `can i take your account number please
sure it's four four one two uh zero seven three eight
thank you and the best email for you
john dot smith at gmail dot com
and the reason for the call is that the bill was higher than i expected for the second time this year
that was forty two pounds instead of thirty one and i was told it would not change before the fourth of march
`,
	"numbers": `oh seven seven double zero nine hundred one two three
four one one one uh one one one one one one one one one one one one
s as in sam m i t h bravo two five
two thousand three hundred and forty five
`,
}

// BenchmarkRead measures the reader alone: the scan that comes before it is not in the time, the scan of what it rewrites is.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"plain", "mixed", "numbers"} {
		b.Run(name, func(b *testing.B) {
			lex := scan.NewLexicon(nil, 0)
			var r Reader
			turns := strings.Split(strings.TrimSpace(callText[name]), "\n")
			texts, sources := make([]scan.Text, len(turns)), make([][]byte, len(turns))
			size, tokens := 0, 0
			for i, turn := range turns {
				sources[i] = []byte(turn)
				texts[i].Scan(sources[i], lex)
				size += len(turn)
				tokens += len(texts[i].Tokens)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for i := range texts {
					if r.Read(&texts[i], lex, Hints{}) {
						texts[i].Scan(sources[i], lex)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
		})
	}
}

// TestNoAllocations reads everything once and then again without memory from the heap.
func TestNoAllocations(t *testing.T) {
	lex := scan.NewLexicon(nil, 0)
	var text scan.Text
	var r Reader
	var sources [][]byte
	for _, x := range words().tests {
		sources = append(sources, []byte(x.said))
	}
	for _, s := range callText {
		for line := range strings.Lines(s) {
			sources = append(sources, []byte(line))
		}
	}
	judge := func(digits []byte) int { return len(digits) }
	all := func() {
		for i, s := range sources {
			text.Scan(s, lex)
			r.Read(&text, lex, Hints{Code: i&1 != 0, Small: i&2 != 0, Judge: judge})
		}
	}
	all()
	require.Zero(t, testing.AllocsPerRun(3, all))
}

// BenchmarkVocabulary measures what the first text of a process waits for.
func BenchmarkVocabulary(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, err := readVocabulary()
		require.NoError(b, err)
	}
}
