package watermark

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// oracle is the slow, obvious version: every batch and who still owes.
type oracle struct {
	start int64
	next  []int64
	owing []map[int]bool
}

func (o *oracle) watermark() int64 {
	w := o.start
	for i, owing := range o.owing {
		if len(owing) > 0 {
			return w
		}
		w = o.next[i]
	}
	return w
}

// TestEveryOrder acknowledges n batches in every order there is, n up to 7.
func TestEveryOrder(t *testing.T) {
	for n := 1; n <= 7; n++ {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		orders := 0
		permute(order, 0, func(p []int) {
			orders++
			tr := New(100, 1)
			o := &oracle{start: 100}
			for i := range n {
				require.Equal(t, uint64(i), tr.Add(int64(110+10*i), int64(i), 1))
				o.next = append(o.next, int64(110+10*i))
				o.owing = append(o.owing, map[int]bool{0: true})
			}
			for _, i := range p {
				before := tr.Watermark()
				moved := tr.Ack(uint64(i), 0)
				delete(o.owing[i], 0)
				if tr.Watermark() != o.watermark() || moved != (o.watermark() > before) {
					require.Fail(t, "wrong watermark", "order %v after batch %d: %d, want %d", p, i, tr.Watermark(), o.watermark())
				}
			}
			require.Equal(t, int64(100+10*n), tr.Watermark())
			_, ok := tr.Oldest()
			require.False(t, ok)
		})
		require.Equal(t, factorial(n), orders)
	}
}

// TestEveryOrderTwoParties does the same for two parties that acknowledge independently: every interleaving of 2n acks
// for n up to 3 (720 orders), and the two parties' orders independently for n up to 4.
func TestEveryOrderTwoParties(t *testing.T) {
	for n := 1; n <= 4; n++ {
		acks := make([]int, 2*n)
		for i := range acks {
			acks[i] = i
		}
		permute(acks, 0, func(p []int) {
			tr := New(0, 2)
			o := &oracle{}
			for i := range n {
				tr.Add(int64(i+1), 0, 1)
				o.next = append(o.next, int64(i+1))
				o.owing = append(o.owing, map[int]bool{0: true, 1: true})
			}
			for _, a := range p {
				tr.Ack(uint64(a/2), a%2)
				delete(o.owing[a/2], a%2)
				if tr.Watermark() != o.watermark() {
					require.Fail(t, "wrong watermark", "order %v: %d, want %d", p, tr.Watermark(), o.watermark())
				}
			}
		})
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parties := rapid.IntRange(1, MaxParties).Draw(t, "parties")
		start := rapid.Int64Range(0, 1<<40).Draw(t, "start")
		tr, o := New(start, parties), &oracle{start: start}
		last := start
		low := start
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if len(o.next) == 0 || rapid.Bool().Draw(t, "add") {
				last += rapid.Int64Range(0, 1000).Draw(t, "size")
				seq := tr.Add(last, int64(len(o.next)), 3)
				require.Equal(t, uint64(len(o.next)), seq)
				owing := map[int]bool{}
				for p := range parties {
					owing[p] = true
				}
				o.next, o.owing = append(o.next, last), append(o.owing, owing)
			} else {
				i := rapid.IntRange(0, len(o.next)-1).Draw(t, "batch")
				p := rapid.IntRange(0, parties-1).Draw(t, "party")
				if rapid.Bool().Draw(t, "all") {
					for p := range parties {
						tr.Ack(uint64(i), p)
						delete(o.owing[i], p)
					}
				}
				tr.Ack(uint64(i), p)
				delete(o.owing[i], p)
			}
			require.Equal(t, o.watermark(), tr.Watermark())
			require.GreaterOrEqual(t, tr.Watermark(), low)
			low = tr.Watermark()
			open := 0
			for open < len(o.owing) && len(o.owing[open]) == 0 {
				open++
			}
			stamp, ok := tr.Oldest()
			require.Equal(t, open < len(o.owing), ok)
			if ok {
				require.Equal(t, int64(open), stamp)
			}
			batches, records := tr.Pending()
			require.Equal(t, len(o.owing)-open, batches)
			require.Equal(t, 3*(len(o.owing)-open), records)
		}
	})
}

func TestMisuse(t *testing.T) {
	require.Panics(t, func() { New(0, 0) })
	require.Panics(t, func() { New(0, MaxParties+1) })
	require.Panics(t, func() { New(0, 1).Ack(0, 0) })
	require.Panics(t, func() { New(10, 1).Add(9, 0, 0) })
	tr := New(10, 1)
	tr.Add(20, 0, 0)
	require.Panics(t, func() { tr.Add(19, 0, 0) })
}

func permute(p []int, k int, f func([]int)) {
	if k == len(p) {
		f(p)
		return
	}
	for i := k; i < len(p); i++ {
		p[k], p[i] = p[i], p[k]
		permute(p, k+1, f)
		p[k], p[i] = p[i], p[k]
	}
}

func factorial(n int) int {
	if n < 2 {
		return 1
	}
	return n * factorial(n-1)
}

func ExampleTracker() {
	t := New(0, 1)
	first := t.Add(500, 0, 500)
	second := t.Add(1000, 0, 500)
	t.Ack(second, 0) // the later batch is done first: nothing may be committed yet
	fmt.Println(t.Watermark())
	t.Ack(first, 0)
	fmt.Println(t.Watermark())
	// Output:
	// 0
	// 1000
}

func BenchmarkTracker(b *testing.B) {
	b.ReportAllocs()
	t := New(0, 3)
	for i := range b.N {
		seq := t.Add(int64(i), 0, 1)
		t.Ack(seq, 2)
		t.Ack(seq, 0)
		t.Ack(seq, 1)
	}
}
