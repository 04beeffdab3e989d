package benchmarks

import (
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

// said is one turn of a call.
type said struct {
	text []byte
	role detectors.Role
}

// spokenCorpora are the corpora of BenchmarkSpeech. The first two are invented, the others labelled dialogues; all in lower case without
// punctuation, as recognisers write.
var spokenCorpora = []string{"traffic", "dialogues", "evi", "star", "multidogo", "earnings21"}

// spokenCalls gives the calls of a corpus, so many that a pass takes some ten milliseconds.
func spokenCalls(name string) (calls [][]said, err error) {
	const most = 400
	roles := map[string]detectors.Role{"agent": detectors.RoleAgent, "customer": detectors.RoleCustomer}
	add := func(turns []struct{ Role, Text string }) {
		var call []said
		for _, t := range turns {
			if text := asHeard(t.Text); text != "" {
				call = append(call, said{[]byte(text), roles[t.Role]})
			}
		}
		if len(call) > 0 && len(calls) < most {
			calls = append(calls, call)
		}
	}
	switch name {
	case "traffic":
		g := traffic.NewWith(1, traffic.Options{Mix: map[string]int{"transcript": 1}, Whole: 1, Lower: 1})
		for len(calls) < most {
			var r evalRow
			if err := json.Unmarshal(g.Next().Value, &r); err != nil {
				return nil, err
			}
			add(r.Turns)
		}
	case "dialogues":
		for d := range traffic.Dialogues(1, traffic.Test, traffic.DialogueOptions{Lower: 1, Docs: -1}) {
			var turns []struct{ Role, Text string }
			for _, t := range d.Turns {
				turns = append(turns, struct{ Role, Text string }{t.Role, t.Text})
			}
			if add(turns); len(calls) == most {
				break
			}
		}
	default:
		set := map[string]string{"evi": "evi_en", "earnings21": "earnings21_asr"}[name]
		if set == "" {
			set = name
		}
		err = evalRows(set, func(r evalRow) {
			if r.Turns == nil {
				r.Turns = []struct{ Role, Text string }{{"customer", r.Text}}
			}
			add(r.Turns)
		})
	}
	return calls, err
}

// asHeard puts a text as a recogniser without capitals and punctuation would.
func asHeard(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(",?!;:", r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToLower(s)+" ", ". ", " ")))
}

// BenchmarkSpeech measures what reads calls, apart and together, on one core: the tokeniser; looking each word up in the gazetteer; the tagger of names,
// which does that too; the tokeniser and the reader of speech, which writes a text anew; all detectors with the memory of each call. One op is the
// whole corpus.
func BenchmarkSpeech(b *testing.B) {
	model, err := names.Load()
	require.NoError(b, err)
	lex := scan.NewLexicon(nil, 0)
	for _, name := range spokenCorpora {
		calls, err := spokenCalls(name)
		if errors.Is(err, os.ErrNotExist) {
			b.Logf("no labelled data for %s: set TACET_DATA", name)
			continue
		}
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) { benchmarkSpeech(b, calls, model, lex) })
	}
}

func benchmarkSpeech(b *testing.B, calls [][]said, model *names.Model, lex *scan.Lexicon) {
	var turns []said
	for _, c := range calls {
		turns = append(turns, c...)
	}
	bytes, tokens := 0, 0
	texts := make([]scan.Text, len(turns))
	for i := range turns {
		bytes += len(turns[i].text)
		texts[i].Scan(turns[i].text, lex)
		tokens += len(texts[i].Tokens)
	}
	run := func(part string, f func()) {
		b.Run(part, func(b *testing.B) {
			f() // memory that is used again is there
			b.SetBytes(int64(bytes))
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
		})
	}
	run("tokeniser", func() {
		for i := range turns {
			texts[i].Scan(turns[i].text, lex)
		}
	})
	given := 0
	run("gazetteer", func() {
		for i := range texts {
			for k := range texts[i].Tokens {
				if model.IsGiven(texts[i].Tokens[k].Hash) {
					given++
				}
			}
		}
	})
	var tagger names.Scratch
	var spans []names.Span
	run("names", func() {
		for i := range texts {
			spans = model.Find(spans[:0], &texts[i], &names.Context{}, &tagger)
		}
	})
	var reader spoken.Reader
	var text scan.Text
	run("tokeniser+spoken", func() {
		for i := range turns {
			text.Scan(turns[i].text, lex)
			reader.Read(&text, lex, spoken.Hints{})
		}
	})
	b.Run("everything", func(b *testing.B) { benchmarkCalls(b, calls, bytes, tokens) })
}

// benchmarkCalls runs all detectors over calls, whose memories are made outside of the time.
func benchmarkCalls(b *testing.B, calls [][]said, bytes, tokens int) {
	set, err := detectors.New(detectors.Options{})
	require.NoError(b, err)
	sc, found := detectors.NewScratch(), make([]detectors.Finding, 0, 256)
	memories := make([]*detectors.Call, len(calls))
	findings := 0
	pass := func() {
		findings = 0
		for i, c := range calls {
			for k := range c {
				found = set.Find(found[:0], c[k].text, detectors.Input{Call: memories[i], Role: c[k].role, Channel: detectors.ChannelCall}, sc)
				findings += len(found)
			}
		}
	}
	fresh := func() {
		for i := range memories {
			memories[i] = detectors.NewCall()
		}
	}
	fresh()
	pass()
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		fresh()
		b.StartTimer()
		pass()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
	b.ReportMetric(float64(findings), "findings")
}

// BenchmarkOpenCalls measures what an open call takes: what the detectors say, and what the heap grows by.
func BenchmarkOpenCalls(b *testing.B) {
	const open = 10_000
	calls, err := spokenCalls("traffic")
	require.NoError(b, err)
	set, err := detectors.New(detectors.Options{})
	require.NoError(b, err)
	sc, found := detectors.NewScratch(), make([]detectors.Finding, 0, 256)
	for b.Loop() {
		memories := make([]*detectors.Call, open)
		before := heapAlloc()
		said := 0
		for i := range memories {
			memories[i] = detectors.NewCall()
			for _, t := range calls[i%len(calls)] {
				found = set.Find(found[:0], t.text, detectors.Input{Call: memories[i], Role: t.role, Channel: detectors.ChannelCall}, sc)
			}
			said += memories[i].Bytes()
		}
		b.ReportMetric(float64(heapAlloc()-before)/open, "heapB/call")
		b.ReportMetric(float64(said)/open, "saidB/call")
		runtime.KeepAlive(memories)
	}
}

func heapAlloc() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
