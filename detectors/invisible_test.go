package detectors

import (
	"fmt"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// TestNothingUnseenHidesAnything: what nobody sees between the parts of an identifier, what strikes through its digits, and what stands there in
// place of bytes that were no text keeps nothing of it from being found.
func TestNothingUnseenHidesAnything(t *testing.T) {
	s, err := New(Options{})
	require.NoError(t, err)
	sc := NewScratch()
	covered := func(text string, from, to int) {
		t.Helper()
		found := s.Find(nil, []byte(text), Input{}, sc)
		require.NotEmpty(t, found, "%+q", text)
		require.LessOrEqual(t, found[0].Start, from, "%+q", text)
		require.GreaterOrEqual(t, found[len(found)-1].End, to, "%+q", text)
		require.Len(t, found, 1, "%+q", text)
	}
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		unseen := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Zs) || r == 0x2800 || r >= 0xE0000 && r < 0xE1000 ||
			unicode.Is(unicode.Cc, r) && r != '\t' && r != '\n' && r != '\r' || r >= 0xFFF9 && r <= 0xFFFB || r >= 0x2000 && r <= 0x200F || r >= 0x202A && r <= 0x202E
		mark := r >= 0x300 && r < 0x370 || r >= 0x20D0 && r <= 0x20F0
		if !unseen && !mark && r != unicode.ReplacementChar {
			continue
		}
		n++
		text := fmt.Sprintf("card 4111%c1111%c1111%c1111 ok", r, r, r)
		covered(text, 5, len(text)-3)
	}
	require.Greater(t, n, 4000)
	covered("card 4111\xa01111\xa01111\xff1111 ok", 5, 24)
	covered("mail joe\x00@exa\x7fmple.com", 5, 21)
	covered("mail joe\U000E0041@exa\u061cmple.com", 5, 24)
	covered("card 4\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361\u03361 ok", 5, 51)
	// What parts fields and pages parts words.
	for _, part := range []string{"\x1f", "\f", "\v", "\u0085"} {
		covered("a"+part+"joe@example.com", 1+len(part), 16+len(part))
	}
}
