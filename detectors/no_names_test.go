package detectors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// What is remembered of words says what trying them says, however many there are, in whatever order they come, and also of those that share
// a place in the memory.
func TestTypedWordsAreRemembered(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	set, err := New(Options{})
	require.NoError(t, err)
	common := strings.Fields("please appointment because tomorrow confirm information address question something delivery account problem password really")
	misspelled := func() string {
		w := []byte(common[rng.IntN(len(common))])
		i := 1 + rng.IntN(len(w)-1)
		switch rng.IntN(3) {
		case 0:
			w[i-1], w[i] = w[i], w[i-1]
		case 1:
			w[i] = byte('a' + rng.IntN(26))
		default:
			w = append(w[:i], w[i-1:]...)
		}
		return string(w)
	}
	var words strings.Builder
	for n := range 4 * typedSlots {
		word := misspelled()
		if n%2 == 0 { // of no language
			word = ""
			for range 4 + rng.IntN(8) {
				word += string(rune('a' + rng.IntN(26)))
			}
		}
		fmt.Fprintf(&words, "%s ", word)
	}
	p := &NewScratch().pass
	p.begin(set, []byte(words.String()), Input{})
	defer p.end()

	// byPlace are words that share one: those that are typed and those that aren't.
	byPlace := map[uint32]*[2][]*scan.Token{}
	of := func(t *scan.Token) *[2][]*scan.Token {
		place := t.Hash % typedSlots
		if byPlace[place] == nil {
			byPlace[place] = new([2][]*scan.Token)
		}
		return byPlace[place]
	}
	answers, typed := map[*scan.Token]bool{}, 0
	hashes := map[uint32]string{}
	for k := range p.text.Tokens {
		w := &p.text.Tokens[k]
		if other, ok := hashes[w.Hash]; ok && other != string(p.bytesOf(w)) {
			continue // hashes have 32 bits: of so many words two are one to the memory now and then
		}
		hashes[w.Hash] = string(p.bytesOf(w))
		is := p.isGluedWords(w) || p.isMisspelled(w)
		answers[w] = is
		if is {
			typed++
			of(w)[1] = append(of(w)[1], w)
		} else {
			of(w)[0] = append(of(w)[0], w)
		}
	}
	require.Greater(t, typed, typedSlots, "too few misspelled words")
	for w, is := range answers { // in no order; again: of many a second time, right behind
		require.Equal(t, is, p.isTyped(w), "%s", p.bytesOf(w))
		require.Equal(t, is, p.isTyped(w), "%s, again", p.bytesOf(w))
	}
	shared := 0
	for _, words := range byPlace {
		for i := range min(len(words[0]), len(words[1])) {
			shared++
			require.False(t, p.isTyped(words[0][i]), "%s", p.bytesOf(words[0][i]))
			require.True(t, p.isTyped(words[1][i]), "%s", p.bytesOf(words[1][i]))
			require.False(t, p.isTyped(words[0][i]), "%s", p.bytesOf(words[0][i]))
		}
	}
	require.Greater(t, shared, typedSlots/4, "too few words share a place")
	require.Len(t, p.typed, typedSlots, "the memory is bounded")

	// A hash of 0 is that of an empty place.
	p.typed = nil
	for w, is := range answers {
		none := *w
		none.Hash = 0
		require.Equal(t, is, p.isTyped(&none), "%s", p.bytesOf(w))
	}
	// It is there: what stands in it is not tried again.
	w := &p.text.Tokens[0]
	p.typed[w.Hash%typedSlots] = typedWord{w.Hash, !answers[w]}
	require.Equal(t, !answers[w], p.isTyped(w))
}

// TestWordsAreNoNames holds that nothing of what must stay is a person, written as it is; other casings may make it one.
func TestWordsAreNoNames(t *testing.T) {
	set, sc, seen := newSet(t, Options{}), NewScratch(), 0
	for _, turns := range readCases(t) {
		call := NewCall()
		for _, c := range turns {
			if !strings.HasPrefix(c.where, "keep_words.txt") {
				continue
			}
			seen++
			if c.in.Role != RoleUnknown {
				c.in.Call = call
			}
			for _, f := range set.Find(nil, []byte(c.text), c.in, sc) {
				marked := slices.ContainsFunc(c.want, func(w Finding) bool { return w.Start <= f.Start && f.End <= w.End })
				require.True(t, marked || f.Type != Person, "%s: %s", c.where, c.text[f.Start:f.End])
			}
		}
	}
	require.NotZero(t, seen)
}
