package pseudonym

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMask(t *testing.T) {
	f := func(value string, first, last int, want string) {
		t.Helper()
		require.Equal(t, want, string(AppendMask(nil, []byte(value), first, last)))
	}
	f("07700 900123", 0, 4, "***** **0123")
	f("+44 7700 900-123", 2, 3, "+44 **** ***-123")
	f("GB82 WEST 1234 5698", 4, 4, "GB82 **** **** 5698")
	f("jane.doe@example.com", 1, 0, "j***.***@*******.***")
	f("123456", 0, 4, "***456")
	f("1234", 4, 4, "1**4")
	f("12", 0, 4, "*2")
	f("1", 1, 1, "*")
	f("", 1, 1, "")
	f("12345678", 100, 100, "12****78")
	f("12345678", 1<<62, 0, "1234****")
	f("12345678", -1, -5, "********")
	f("12345678", 3, 2, "12****78")
	f("Müller", 1, 1, "M****r")
	f("Müller", 2, 0, "Mü****")
	f("अनुपमा", 1, 0, "अ*****")
	f("王小明", 1, 0, "王**")
	f("a\xffb\xfe", 0, 2, "**b*")
	f("x\u200by", 0, 1, "**y")
	f("--- / ---", 1, 1, "--- / ---")
}

// TestMaskShowsHalfAtMost compares what is left with what was there.
func TestMaskShowsHalfAtMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9a-zA-Z @.+-]{0,40}`)).Draw(t, "value")
		first, last := rapid.IntRange(-2, 50).Draw(t, "first"), rapid.IntRange(-2, 50).Draw(t, "last")
		masked := []rune(string(AppendMask([]byte("x"), []byte(value), first, last)))[1:]
		n, shown := 0, 0
		require.Equal(t, utf8.RuneCountInString(value), len(masked))
		for i, r := range []rune(value) {
			if isSeparator(r) {
				require.Equal(t, r, masked[i])
				continue
			}
			n++
			if masked[i] != '*' {
				require.Equal(t, r, masked[i])
				shown++
			}
		}
		require.LessOrEqual(t, 2*shown, n)
		if n/2 >= max(first, 0)+max(last, 0) {
			require.Equal(t, max(first, 0)+max(last, 0), shown)
		}
		again := string(AppendMask(nil, []byte(string(masked)), first, last))
		require.Equal(t, len(masked), utf8.RuneCountInString(again))
	})
}
