package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The digest is that of the records, whoever marked which of them, in which order, and however often what they had was taken.
func TestDigestOfParts(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	whole, err := newKey(t, "audit.example").NewDigester()
	require.NoError(t, err)
	for range 50 {
		markers := make([]*Digester, 1+rng.IntN(4))
		for i := range markers {
			markers[i] = whole.Another()
		}
		sum := whole.Another()
		var parts [][]byte
		offset, n := rng.Int64N(1<<40), 1+rng.IntN(3000)
		type record struct {
			offset     int64
			key, value []byte
		}
		records := make([]record, n)
		for i := range records {
			offset += 1 + rng.Int64N(1+rng.Int64N(1<<rng.IntN(12)))
			records[i] = record{offset, fmt.Appendf(nil, "key-%d", rng.IntN(9)), make([]byte, rng.IntN(1+rng.IntN(200)))}
			if rng.IntN(500) == 0 {
				records[i].value = make([]byte, longLen+rng.IntN(longLen))
			}
			whole.Add(offset, records[i].key, records[i].value)
		}
		rng.Shuffle(n, func(i, j int) { records[i], records[j] = records[j], records[i] })
		for _, r := range records {
			m := markers[rng.IntN(len(markers))]
			m.Mark(r.offset, slices.Concat(r.value, r.key), len(r.value))
			if rng.IntN(200) == 0 {
				parts = append(parts, m.Take(nil))
			}
		}
		for _, m := range markers {
			parts = append(parts, m.Take(nil))
			require.Empty(t, m.Take(nil))
		}
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		got := 0
		for _, p := range parts {
			got += sum.Merge(p)
		}
		require.Equal(t, n, got)
		want := whole.Sum()
		require.Equal(t, want, sum.Sum())
		require.NotEqual(t, want, sum.Sum(), "nothing of it is left")
	}
}

// Records that change places have another digest, within a block, from block to block, and where they are as far in.
func TestDigestOfPlaces(t *testing.T) {
	d, err := newKey(t, "audit.example").NewDigester()
	require.NoError(t, err)
	seen := map[string]string{}
	for _, a := range []int64{0, 1, blockLen - 1} {
		for _, b := range []int64{2, blockLen, blockLen + 1, 2*blockLen - 1, 7 * blockLen} {
			for _, swapped := range []bool{false, true} {
				x, y := []byte("x"), []byte("y")
				if swapped {
					x, y = y, x
				}
				d.Add(a, nil, x)
				d.Add(b, nil, y)
				sum, of := d.Sum(), fmt.Sprint(a, b, swapped)
				require.Empty(t, seen[sum], of)
				seen[sum] = of
			}
		}
	}
}
