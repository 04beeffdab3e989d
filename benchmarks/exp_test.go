package benchmarks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

func BenchmarkExp(b *testing.B) {
	model, err := names.Load()
	require.NoError(b, err)
	lex := scan.NewLexicon(nil, 0)
	calls, err := spokenCalls("star")
	require.NoError(b, err)
	set, err := detectors.New(detectors.Options{})
	require.NoError(b, err)
	sc, found := detectors.NewScratch(), make([]detectors.Finding, 0, 256)
	var t scan.Text
	tokens := 0
	for _, c := range calls {
		for k := range c {
			t.Scan(c[k].text, lex)
			tokens += len(t.Tokens)
		}
	}
	per := func(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) / float64(tokens) }
	b.Run("first-second", func(b *testing.B) {
		var d [3]time.Duration
		n := 0
		for b.Loop() {
			n++
			for _, c := range calls {
				m := [3]*detectors.Call{detectors.NewCall(), detectors.NewCall(), detectors.NewCall()}
				for k := range c {
					for j := range 3 {
						s := time.Now()
						found = set.Find(found[:0], c[k].text, detectors.Input{Call: m[j], Role: c[k].role, Channel: detectors.ChannelCall}, sc)
						d[j] += time.Since(s)
					}
				}
			}
		}
		b.ReportMetric(per(d[0], n), "first")
		b.ReportMetric(per(d[1], n), "second")
		b.ReportMetric(per(d[2], n), "third")
	})
	for _, batch := range []int{1, 8, 32, 128} {
		b.Run("stages", func(b *testing.B) {
			var tagger names.Scratch
			var spans []names.Span
			var turns []said
			for _, c := range calls {
				turns = append(turns, c...)
			}
			texts := make([]scan.Text, batch)
			readers := make([]spoken.Reader, batch)
			var d [4]time.Duration
			n := 0
			m := detectors.NewCall()
			for b.Loop() {
				n++
				for at := 0; at < len(turns); at += batch {
					part := turns[at:min(at+batch, len(turns))]
					s := time.Now()
					for i := range part {
						texts[i].Scan(part[i].text, lex)
					}
					e := time.Now()
					d[0] += e.Sub(s)
					for i := range part {
						readers[i].Read(&texts[i], lex, spoken.Hints{})
					}
					s = time.Now()
					d[1] += s.Sub(e)
					for i := range part {
						spans = model.Find(spans[:0], &texts[i], &names.Context{}, &tagger)
					}
					e = time.Now()
					d[2] += e.Sub(s)
					for i := range part {
						found = set.Find(found[:0], part[i].text, detectors.Input{Call: m, Role: part[i].role, Channel: detectors.ChannelCall}, sc)
					}
					d[3] += time.Since(e)
				}
			}
			for i, s := range []string{"scan", "spoken", "names", "find"} {
				b.ReportMetric(per(d[i], n), s)
			}
		})
	}
}
