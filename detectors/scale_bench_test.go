package detectors

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// partOf is the catalogue with no more than n types: those with code first, then forms in the catalogue's order.
func partOf(n int) []entry {
	seen := map[string]bool{}
	var part []entry
	for _, e := range catalog() {
		kept := entry{name: e.name}
		for _, kind := range e.types {
			if len(seen) < n || seen[kind.String()] {
				kept = e
				kept.ids = nil
				seen[kind.String()] = true
			}
		}
		for _, id := range e.ids {
			if seen[id.name] || len(seen) < n {
				seen[id.name] = true
				kept.ids = append(kept.ids, id)
			}
		}
		part = append(part, kept) // all, also what finds nothing: detectors are known by their place
	}
	return part
}

// BenchmarkTypes shows what more types cost: 10, 40, all.
func BenchmarkTypes(b *testing.B) {
	for _, kind := range []string{"call", "log", "dense"} {
		texts := corpus(kind, 500)
		in := Input{Channel: map[string]Channel{"call": ChannelCall, "log": ChannelLog, "dense": ChannelChat}[kind]}
		for _, n := range []int{10, 40, len(Types())} {
			tables, err := newTables(partOf(n))
			require.NoError(b, err)
			s, err := tables.choose(Options{})
			require.NoError(b, err)
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				sc, total, found := NewScratch(), 0, []Finding(nil)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					text := texts[i%len(texts)]
					total += len(text)
					found = s.Find(found[:0], text, in, sc)
				}
				b.SetBytes(int64(total / b.N))
			})
		}
	}
}
