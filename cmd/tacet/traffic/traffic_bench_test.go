package traffic

import "testing"

func BenchmarkNext(b *testing.B) {
	g := New(1)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n += len(g.Next().Value)
	}
	b.SetBytes(int64(n / b.N))
}
