package detectors

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// corpus makes n texts of one kind from a fixed seed. Everything in it is invented.
func corpus(kind string, n int) [][]byte {
	r := rand.New(rand.NewPCG(7, 11))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + r.IntN(10))
		}
		return string(b)
	}
	texts := make([][]byte, n)
	for i := range texts {
		var s string
		switch kind {
		case "call":
			for range 2 + r.IntN(3) {
				s += pick(
					"yeah so i was calling about the broadband it keeps dropping out in the evening and i have tried turning it off and on again ",
					"okay let me just have a look at that for you it might take a moment while the system loads ",
					"Thank you for waiting. I can see that the engineer visited two weeks ago, is that right? ",
					"no i don't think so we were away at my sister's place until the weekend before last ",
					"Could you tell me which lights are showing on the front of the box at the moment please? ",
				)
			}
		case "log":
			s = fmt.Sprintf("2024-03-%02dT%02d:%02d:%02d.%sZ %s [worker-%d] %s request_id=%s status=%d bytes=%s duration=%s.%sms", 1+r.IntN(28),
				r.IntN(24), r.IntN(60), r.IntN(60), digits(3), pick("INFO", "WARN", "DEBUG"), r.IntN(16),
				pick("handled request for /api/v2/catalog/items", "cache miss for key catalog-page", "flushed segment to disk, rolling over"),
				fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Uint64()>>16),
				200+r.IntN(5), digits(5), digits(2), digits(3))
		default:
			s = fmt.Sprintf("my card is 4%s %s %s %s and the cvv is %s, call 07700 900%s or mail user%s@example.com from 192.0.2.%d, ssn %s-%s-%s",
				digits(3), digits(4), digits(4), digits(4), digits(3), digits(3), digits(2), r.IntN(256), digits(3), digits(2), digits(4))
		}
		texts[i] = []byte(s)
	}
	return texts
}

func BenchmarkFind(b *testing.B) {
	for _, kind := range []string{"call", "log", "dense"} {
		texts := corpus(kind, 500)
		in := Input{Channel: map[string]Channel{"call": ChannelCall, "log": ChannelLog, "dense": ChannelChat}[kind]}
		b.Run(kind, func(b *testing.B) {
			s, err := New(Options{})
			require.NoError(b, err)
			sc, total, found := NewScratch(), 0, []Finding(nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				text := texts[i%len(texts)]
				total += len(text)
				found = s.Find(found[:0], text, in, sc)
			}
			b.SetBytes(int64(total / b.N))
		})
		b.Run(kind+"-regexp", func(b *testing.B) {
			total := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				text := texts[i%len(texts)]
				total += len(text)
				for _, p := range usualPatterns {
					p.FindAllIndex(text, -1)
				}
			}
			b.SetBytes(int64(total / b.N))
		})
	}
}

// usualPatterns are what a redaction list of regular expressions commonly holds.
var usualPatterns = []*regexp.Regexp{
	regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`),
	regexp.MustCompile(`\b(?:\d{4}[ -]?){3}\d{4}\b`),
	regexp.MustCompile(`\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b`),
	regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b`),
	regexp.MustCompile(`(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b`),
	regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b`),
	regexp.MustCompile(`\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b`),
	regexp.MustCompile(`\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b`),
	regexp.MustCompile(`\b[2-9]\d{3} ?\d{4} ?\d{4}\b`),
	regexp.MustCompile(`\b[A-Z]{5}\d{4}[A-Z]\b`),
	regexp.MustCompile(`\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b`),
	regexp.MustCompile(`https?://\S+`),
	regexp.MustCompile(`(?i)(?:password|secret|token|api[_-]?key)\s*[:=]\s*\S+`),
}
