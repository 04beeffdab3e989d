package codec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// corpus makes records of the three shapes the pipeline sees, all from one seed; each has its allow-list, and one text
// to replace.
type corpus struct {
	name  string
	docs  [][]byte
	paths []string
	bytes int
}

func benchCorpora() []corpus {
	rng := rand.New(rand.NewPCG(1, 2))
	cs := []corpus{
		{name: "turn", paths: strings.Fields("tenant_id call_id turn role text lang started_at final")},
		{name: "call", paths: strings.Fields("tenant_id call_id turns[].turn turns[].role turns[].text turns[].lang turns[].started_at turns[].final text")},
		{name: "apilog", paths: strings.Fields("ts level service text request.method request.path request.headers.* response.status response.bytes")},
	}
	for range 200 {
		cs[0].docs = append(cs[0].docs, []byte("{"+head(rng)+","+turn(rng, 0)+"}"))
	}
	for range 20 {
		var turns []string
		for i := range 20 + rng.IntN(20) {
			turns = append(turns, "{"+turn(rng, i)+"}")
		}
		cs[1].docs = append(cs[1].docs, []byte("{"+head(rng)+`,"text":"summary","turns":[`+strings.Join(turns, ",")+"]}"))
	}
	for range 200 {
		cs[2].docs = append(cs[2].docs, apiLog(rng))
	}
	for i := range cs {
		for _, doc := range cs[i].docs {
			cs[i].bytes += len(doc)
		}
	}
	return cs
}

func words(rng *rand.Rand, n int) string {
	vocabulary := strings.Fields("yes so i would like to check the order that was placed on monday please can you tell me " +
		"where it is going because nobody called back thank you my number is seven double oh and the name of the street")
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(vocabulary[rng.IntN(len(vocabulary))])
	}
	return b.String()
}

func head(rng *rand.Rand) string {
	return fmt.Sprintf(`"tenant_id":"acme-%d","call_id":"c-%016x"`, rng.IntN(9), rng.Uint64())
}

func turn(rng *rand.Rand, i int) string {
	return fmt.Sprintf(`"turn":%d,"role":"customer","text":"%s","lang":"en","started_at":"2026-03-0%dT10:%02d:00Z","final":true,`+
		`"confidence":%.4f,"channel":{"codec":"opus","rate":16000},"audio_ref":"blob/%x"`,
		i, words(rng, 20+rng.IntN(20)), 1+rng.IntN(9), rng.IntN(60), rng.Float64(), rng.Uint64())
}

func apiLog(rng *rand.Rand) []byte {
	return fmt.Appendf(nil, `{"ts":"2026-03-01T10:00:%02dZ","level":"info","service":"billing","text":"%s \"quoted\" caf\u00e9",`+
		`"request":{"method":"POST","path":"/v1/calls/%d","headers":{"accept":"*/*","x-id":"%x"},"body":{"user":{"name":"Jane Roe","tags":["a","b"]},"amount":%.2f}},`+
		`"response":{"status":200,"bytes":%d,"body":{"ok":true,"items":[{"id":1,"v":null},{"id":2,"v":[1,2,3]}]}},"trace":"%x"}`,
		rng.IntN(60), words(rng, 10), rng.IntN(1e6), rng.Uint64(), rng.Float64()*100, rng.IntN(1e5), rng.Uint64())
}

func BenchmarkRewrite(b *testing.B) {
	for _, c := range benchCorpora() {
		b.Run(c.name, func(b *testing.B) {
			sel, err := NewSelector(c.paths)
			if err != nil {
				b.Fatal(err)
			}
			text := int32(0)
			for c.paths[text] != "text" {
				text++
			}
			var d Doc
			var out []byte
			b.SetBytes(int64(c.bytes / len(c.docs)))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := d.ParseJSON(c.docs[i], sel, DefaultLimits()); err != nil {
					b.Fatal(err)
				}
				for n, f := range d.Fields() {
					if f.Rule == text {
						d.Replace(n, 0, 3, []byte("[PERSON_1]"))
					}
				}
				out = d.Append(out[:0], []byte(`"redaction":{}`))
				if i++; i == len(c.docs) {
					i = 0
				}
			}
			if bytes.Contains(out, []byte("audio_ref")) || !bytes.Contains(out, []byte(`[PERSON_1]`)) {
				b.Fatal("the work was not done")
			}
		})
	}
}

// BenchmarkSelect is what finding the rules of a turn's fields takes of decoding it: the automaton alone, on the turn's keys.
func BenchmarkSelect(b *testing.B) {
	keys := bytes.Fields([]byte("tenant_id call_id turn role text lang started_at final"))
	sel, err := NewSelector(benchCorpora()[0].paths)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	selected := 0
	for b.Loop() {
		selected = 0
		for _, key := range keys {
			if next, _ := sel.states[root].step(key); sel.states[next].rule >= 0 {
				selected++
			}
		}
	}
	if selected != len(keys) {
		b.Fatal("a key found no rule")
	}
}

func BenchmarkLine(b *testing.B) {
	for name, line := range map[string]string{
		"syslog": `<165>1 2026-03-11T22:14:15.003Z host.example.com billing 812 ID47 [ex@32473 iut="3" src="app"] payment of user=jroe failed after 3 tries`,
		"access": `192.0.2.7 - jroe [10/Oct/2026:13:55:36 -0700] "GET /v1/calls?id=7 HTTP/1.1" 200 2326 "https://example.com/" "Mozilla/5.0 (X11; Linux)"`,
		"logfmt": `ts=2026-03-01T10:00:00Z level=info msg="call ended" user=jroe duration=3.2s trace=4bf92f3577b34da6 bytes=123`,
		"prose":  `2026-03-01 10:00:00,123 INFO the customer called again to ask where the parcel has gone and nobody knew the answer to it`,
	} {
		b.Run(name, func(b *testing.B) {
			var d Doc
			var out []byte
			sel := All()
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			src := []byte(line)
			for b.Loop() {
				if err := d.ParseLine(src, sel, DefaultLimits()); err != nil {
					b.Fatal(err)
				}
				out = d.Append(out[:0], nil)
			}
		})
	}
}
