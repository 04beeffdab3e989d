package pipeline

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/detectors"
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

// The pieces of one identifier have one alias in all turns of a call, and in no other call; without a call, groups mean something
// within one text only.
func TestGroupsHaveOneAlias(t *testing.T) {
	w, err := rewriterOf(simConfig(t, DefaultLimits()))
	require.NoError(t, err)
	s := newCallStore(10, time.Minute, 1<<20)
	l := &lane{topic: &topic{byClass: make([][]rule, 1), kept: make([][]bool, 1)}}
	f := func(id string, group int32, said, want string) {
		t.Helper()
		w.begin(l, s, &Record{}, time.Unix(0, 0))
		w.at = &w.classes[0]
		w.call = nil
		if id != "" {
			w.call, _, _ = s.get(l, []byte("t"), []byte(id), w.now)
		}
		x := detectors.Finding{End: len(said), Type: detectors.Phone, Group: group}
		require.Equal(t, want, string(w.appendPlaceholder(nil, &x, w.aliases(), []byte(said))))
		x.Type = detectors.CreditCard
		require.Equal(t, "[CREDIT_CARD]", string(w.appendPlaceholder(nil, &x, w.aliases(), []byte(said))))
	}
	f("a", 1, "07700", "[PHONE_1]")
	f("b", 1, "01632", "[PHONE_1]")
	f("a", 0, "07700 900456", "[PHONE_2]")
	f("a", 1, "900123", "[PHONE_1]")
	f("a", 2, "900789", "[PHONE_3]")
	f("b", 2, "960001", "[PHONE_2]")
	s.forget(l)
	f("a", 2, "07700 900456", "[PHONE_1]")
	f("a", 1, "900789", "[PHONE_2]")
	f("", 1, "07700", "[PHONE_1]")

	w.begin(l, s, &Record{}, time.Unix(0, 0))
	var said []string
	for _, text := range []string{"07700", "900123"} { // two texts of one record
		x := detectors.Finding{End: len(text), Type: detectors.Phone, Group: 1}
		said = append(said, string(w.appendPlaceholder(nil, &x, w.aliases(), []byte(text))))
	}
	require.Equal(t, []string{"[PHONE_1]", "[PHONE_2]"}, said)
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
