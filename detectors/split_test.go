package detectors

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// TestCasesSplit cuts every case at every byte and looks at both halves, as every kind of text: what stands at the end of a text or
// begins in the middle of something must not break anything.
func TestCasesSplit(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	found := make([]Finding, 0, 64)
	for _, turns := range readCases(t) {
		for _, c := range turns {
			for i := range len(c.text) + 1 {
				for _, half := range []string{c.text[:i], c.text[i:]} {
					for _, channel := range []Channel{ChannelUnknown, ChannelLog} {
						found = s.Find(found[:0], slices.Clip([]byte(half)), Input{Channel: channel, Path: c.in.Path}, sc)
						at := 0
						for _, f := range found {
							require.True(t, at <= f.Start && f.Start < f.End && f.End <= len(half), c.where)
							at = f.End
						}
					}
				}
			}
		}
	}
}

// TestNumbersSplitOverTurns cuts long numbers at every byte into two turns of a call: no three digits in a row stay of them, zeroes
// apart.
func TestNumbersSplitOverTurns(t *testing.T) {
	s, sc := newSet(t, Options{}), NewScratch()
	cuts := 0
	for _, turns := range readCases(t) {
		c := turns[0]
		if len(turns) > 1 || c.in.Channel == ChannelLog || c.in.Path != nil || len(c.want) != 1 || c.want[0].End < len(c.text) {
			continue
		}
		w := c.want[0]
		if !isLongNumber(c.text[w.Start:w.End]) {
			continue
		}
		for i := w.Start + 1; i < w.End; i++ {
			call := NewCall()
			for _, half := range []string{c.text[:i], c.text[i:]} {
				found := s.Find(nil, []byte(half), Input{Call: call, Role: RoleCustomer, Channel: ChannelCall}, sc)
				from := max(0, w.Start)
				if half == c.text[i:] {
					from = 0
				}
				for k := from; k < len(half); k++ {
					n := k
					for n < len(half) && scan.IsDigit(half[n]) {
						n++
					}
					require.True(t, n-k < 3 || strings.Trim(half[k:n], "0") == "" || covered(found, k, n), "%s: %q of %q", c.where, half[k:n], half)
					k = max(k, n)
				}
			}
			cuts++
		}
	}
	require.Greater(t, cuts, 200)
}

// isLongNumber says whether a value consists of nine digits at least and of what stands between groups.
func isLongNumber(value string) bool {
	digits := 0
	for i := range len(value) {
		switch c := value[i]; {
		case scan.IsDigit(c):
			digits++
		case c != ' ' && c != '-':
			return false
		}
	}
	return digits >= 9
}
