package pipeline

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCallStore compares the store with the obvious version: a list ordered by last use.
func TestCallStore(t *testing.T) {
	lanes := []*lane{{}, {}}
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 8).Draw(t, "most")
		s := newCallStore(most, time.Minute, 1<<20)
		type entry struct {
			lane *lane
			id   string
			used time.Time
			call *call
		}
		var want []entry // most recently used last
		now := time.Unix(1000, 0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
			l := rapid.SampledFrom(lanes).Draw(t, "lane")
			if rapid.IntRange(0, 9).Draw(t, "forget") == 0 {
				s.forget(l)
				var kept []entry
				for _, e := range want {
					if e.lane != l {
						kept = append(kept, e)
					}
				}
				want = kept
				continue
			}
			id := strconv.Itoa(rapid.IntRange(0, 10).Draw(t, "id"))
			wantIdle, wantCrowded := 0, 0
			for len(want) > 0 && now.Sub(want[0].used) > time.Minute {
				want = want[1:]
				wantIdle++
			}
			var old *call
			for i, e := range want {
				if e.lane == l && e.id == id {
					old = e.call
					want = append(want[:i:i], want[i+1:]...)
					break
				}
			}
			if old == nil && len(want) == most {
				want = want[1:]
				wantCrowded++
			}
			c, crowded, idle := s.get(l, []byte("tenant"), []byte(id), now)
			require.Equal(t, wantCrowded, crowded)
			require.Equal(t, wantIdle, idle)
			if old != nil {
				require.Same(t, old, c)
			}
			for _, e := range want {
				require.NotSame(t, e.call, c)
			}
			want = append(want, entry{l, id, now, c})
			require.Len(t, s.calls, len(want))
		}
	})
}

func TestCallStoreKeepsTenantsApart(t *testing.T) {
	s := newCallStore(10, time.Minute, 1<<20)
	l := &lane{}
	now := time.Unix(0, 0)
	a, _, _ := s.get(l, []byte("a"), []byte("1"), now)
	b, _, _ := s.get(l, []byte("b"), []byte("1"), now)
	again, _, _ := s.get(l, []byte("a"), []byte("1"), now)
	require.NotSame(t, a, b)
	require.Same(t, a, again)
}
