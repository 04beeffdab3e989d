package jsonlib

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// corpus is records of one shape, the paths that are allowed out, and their mean size.
type corpus struct {
	name  string
	paths []string
	docs  [][]byte
	mean  int64
}

// corpora makes the three shapes the pipeline meets, from a fixed seed; people in them are invented.
func corpora() []corpus {
	rng := rand.New(rand.NewPCG(1, 2))
	cs := []corpus{
		{name: "turn", paths: strings.Fields("tenant_id call_id turn role text lang started_at final")},
		{name: "call", paths: strings.Fields("tenant_id call_id turns[].turn turns[].role turns[].text turns[].lang turns[].started_at turns[].final")},
		{name: "apilog", paths: strings.Fields("ts level service text request.method request.path request.headers.accept response.status response.bytes")},
	}
	for range 200 {
		cs[0].docs = append(cs[0].docs, []byte("{"+head(rng)+","+turn(rng, 0)+"}"))
		cs[2].docs = append(cs[2].docs, apiLog(rng))
	}
	for range 20 {
		var turns []string
		for i := range 20 + rng.IntN(20) {
			turns = append(turns, "{"+turn(rng, i)+"}")
		}
		cs[1].docs = append(cs[1].docs, []byte("{"+head(rng)+`,"turns":[`+strings.Join(turns, ",")+"]}"))
	}
	for i := range cs {
		for _, doc := range cs[i].docs {
			cs[i].mean += int64(len(doc))
		}
		cs[i].mean /= int64(len(cs[i].docs))
	}
	return cs
}

func words(rng *rand.Rand, n int) string {
	vocabulary := strings.Fields("yes so i would like to check the order that was placed on monday please can you tell me " +
		"where it is going because nobody called back thank you my number is seven double oh and the name of the street")
	picked := make([]string, n)
	for i := range picked {
		picked[i] = vocabulary[rng.IntN(len(vocabulary))]
	}
	return strings.Join(picked, " ")
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
