package detectors

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCleanTextsAreFoundAlikeRemembered searches short texts again and again, in fields that make some of them a finding, of two channels, by two sets
// with one Scratch, beside searches of which nothing is remembered.
func TestCleanTextsAreFoundAlikeRemembered(t *testing.T) {
	set, err := New(Options{})
	require.NoError(t, err)
	strict, err := set.Tighten(Tightening{Preset: "paranoid"})
	require.NoError(t, err)
	texts := []string{"INFO", "GET", "200", "asha", "plumtree", "4929", "Fenella Dunmore", "0x1f", "/health", "main", "hunter22", "07700900123", "worker-3", "1.2.3.4", "K. Okonkwo", "sunflower", "12 High Street", "no", ""}
	paths := []string{"", "level", "user.name", "username", "password", "card_number", "customer.lastName", "address.street", "msg", "dtmf", "deviceId"}
	for i := range 400 {
		texts = append(texts, fmt.Sprint("job ", i), fmt.Sprint(1000000000+i*7919))
	}
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	sc := NewScratch()
	remembered, differ := 0, map[string][2]bool{}
	for range 60_000 {
		of, in := set, Input{Path: []byte(paths[r.IntN(len(paths))]), Channel: []Channel{ChannelLog, ChannelChat}[r.IntN(2)]}
		if r.IntN(8) == 0 {
			of = strict
		}
		if r.IntN(8) == 0 {
			in.Call = NewCall()
		}
		text := texts[r.IntN(len(texts))]
		if r.IntN(2) == 0 {
			text = texts[r.IntN(19)]
		}
		if h := of.hashClean([]byte(text), &in); h != 0 && sc.clean.has(h) {
			remembered++
		}
		got := of.Find(nil, []byte(text), in, sc)
		if in.Call != nil {
			in.Call = NewCall()
		}
		want := of.Find(nil, []byte(text), in, NewScratch())
		require.Equal(t, len(want), len(got), "%q in %s, seed %d", text, in.Path, seed)
		for i := range want {
			require.Equal(t, [3]any{want[i].Start, want[i].End, want[i].Type.String()}, [3]any{got[i].Start, got[i].End, got[i].Type.String()}, "%q in %s, seed %d", text, in.Path, seed)
		}
		d := differ[text]
		d[min(len(got), 1)] = true
		differ[text] = d
	}
	require.Greater(t, remembered, 10_000)
	both := 0
	for _, d := range differ {
		if d[0] && d[1] {
			both++
		}
	}
	require.Greater(t, both, 10, "no text is clean in one field and none in another: the test shows nothing")
}
