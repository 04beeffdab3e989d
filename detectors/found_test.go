package detectors

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What marks say of candidates that don't overlap is what a look through all of them says, in whatever order they came.
func TestMarksAgreeWithCandidates(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := []Type{Person, Phone, Date, Location, Org, URL, Password}
	for range 200 {
		p := &pass{b: make([]byte, 2000)}
		for at := 0; at < len(p.b)-20; {
			at += 1 + r.IntN(30)
			c := candidate{start: at, end: min(at+1+r.IntN(20), len(p.b)), kind: kinds[r.IntN(len(kinds))]}
			at = c.end
			p.candidates = append(p.candidates, c)
		}
		r.Shuffle(len(p.candidates), func(i, k int) { p.candidates[i], p.candidates[k] = p.candidates[k], p.candidates[i] })
		all := p.candidates
		for n := fewCandidates + 1; n <= len(all); n += 1 + r.IntN(20) {
			p.candidates = all[:n]
			for range 50 {
				start := r.IntN(len(p.b) - 10)
				end := start + 1 + r.IntN(9)
				require.Equal(t, slices.ContainsFunc(p.candidates, func(c candidate) bool { return c.start <= start && end <= c.end && hides(&c) }), p.isFound(start, end), "seed %d", seed)
				require.Equal(t, slices.ContainsFunc(p.candidates, func(c candidate) bool { return c.start < end && start < c.end && c.kind != Person }), p.isOther(start, end), "seed %d", seed)
			}
		}
	}
}
