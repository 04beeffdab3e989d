package benchmarks

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"testing"

	"github.com/dlclark/regexp2/v2"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/cmd/tacet/traffic"
	"github.com/sonexlabs/tacet/detectors"
)

// usual are what a redaction list of regular expressions commonly holds: a dozen types, most of what this project finds is
// not among them.
var usual = [...]string{
	`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`,
	`\b(?:\d{4}[ -]?){3}\d{4}\b`,
	`\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b`,
	`\b\d{3}-\d{2}-\d{4}\b`,
	`(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b`,
	`\b(?:\d{1,3}\.){3}\d{1,3}\b`,
	`\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b`,
	`\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b`,
	`\b[2-9]\d{3} ?\d{4} ?\d{4}\b`,
	`\b[A-Z]{5}\d{4}[A-Z]\b`,
	`\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b`,
	`https?://\S+`,
	`(?i)(?:password|secret|token|api[_-]?key)\s*[:=]\s*\S+`,
}

// text is one text of a corpus as detection sees it.
type text struct {
	bytes []byte
	in    detectors.Input
}

// detectTexts are the texts of a corpus: no field names, no JSON.
func detectTexts(name string) (texts []text, err error) {
	const most = 20_000
	add := func(b string, in detectors.Input) {
		if b != "" && len(texts) < most {
			texts = append(texts, text{[]byte(b), in})
		}
	}
	log, chat := detectors.Input{Channel: detectors.ChannelLog}, detectors.Input{Channel: detectors.ChannelChat}
	rows := func(set string, in detectors.Input) error {
		return evalRows(set, func(r evalRow) {
			add(r.Text, in)
			for _, t := range r.Turns {
				add(t.Text, in)
			}
		})
	}
	switch name {
	case "calls", "logs":
		category, in := "transcript", detectors.Input{Channel: detectors.ChannelCall}
		if name == "logs" {
			category, in = "usage_log", log
		}
		g := traffic.New(1)
		for len(texts) < most {
			m := g.Next()
			if m.Category != category || category == "usage_log" && m.Value[0] == '{' {
				continue
			}
			if category == "usage_log" {
				add(string(m.Value), in)
				continue
			}
			var turn struct {
				Text  string
				Turns []struct{ Text string }
			}
			if err := json.Unmarshal(m.Value, &turn); err != nil {
				return nil, err
			}
			add(turn.Text, in)
			for _, t := range turn.Turns {
				add(t.Text, in)
			}
		}
	case "eval-calls":
		err = rows("evi_en", detectors.Input{Channel: detectors.ChannelCall})
	case "eval-chats":
		err = rows("multidogo", chat)
	case "eval-logs":
		err = rows("crowdsec_logs", log)
	case "eval-dense":
		err = rows("presidio_synth", chat)
	}
	return texts, err
}

// BenchmarkDetect is detection alone on one core, beside the usual patterns in Go's regexp and in regexp2, in the same run.
func BenchmarkDetect(b *testing.B) {
	for _, name := range []string{"calls", "logs", "eval-calls", "eval-chats", "eval-logs", "eval-dense"} {
		texts, err := detectTexts(name)
		if errors.Is(err, os.ErrNotExist) {
			b.Logf("no labelled data for %s: set TACET_DATA", name)
			continue
		}
		require.NoError(b, err)
		b.Run(name+"/tacet", func(b *testing.B) {
			s, err := detectors.New(detectors.Options{})
			require.NoError(b, err)
			sc, found := detectors.NewScratch(), make([]detectors.Finding, 0, 256)
			eachText(b, texts, func(t *text) { found = s.Find(found[:0], t.bytes, t.in, sc) })
		})
		b.Run(name+"/regexp", func(b *testing.B) {
			var patterns []*regexp.Regexp
			for _, p := range usual {
				patterns = append(patterns, regexp.MustCompile(p))
			}
			eachText(b, texts, func(t *text) {
				for _, p := range patterns {
					p.FindAllIndex(t.bytes, -1)
				}
			})
		})
		b.Run(name+"/regexp2", func(b *testing.B) {
			var patterns []*regexp2.Regexp
			for _, p := range usual {
				patterns = append(patterns, regexp2.MustCompile(p, regexp2.None))
			}
			eachText(b, texts, func(t *text) {
				runes := []rune(string(t.bytes))
				for _, p := range patterns {
					m, err := p.FindRunesMatch(runes)
					for m != nil && err == nil {
						m, err = p.FindNextMatch(m)
					}
				}
			})
		})
	}
}

// eachText gives f the texts over and over and reports the bytes per second.
func eachText(b *testing.B, texts []text, f func(*text)) {
	total := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		t := &texts[i%len(texts)]
		total += len(t.bytes)
		f(t)
	}
	b.SetBytes(int64(total / b.N))
}
