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

func TestMaskText(t *testing.T) {
	f := func(typ, value string, first, last int, want string) {
		t.Helper()
		got := string(AppendMaskText([]byte("x "), typ, []byte(value), first, last))[2:]
		require.Equal(t, want, got)
		if start, end := Next([]byte(got)); want != "["+typ+"]" {
			require.Equal(t, [2]int{0, len(got)}, [2]int{start, end})
		}
	}
	f("PHONE", "07700 900-123", 0, 4, "[PHONE:**0123]")
	f("PHONE", "07700 900 12 3.", 0, 4, "[PHONE:**0123]")
	f("IBAN", "GB82 WEST 1234", 2, 2, "[IBAN:GB**34]")
	f("IBAN", "GB82 WEST 1234", 4, 4, "[IBAN:GB**34]")
	f("PHONE", "07700 900123", 8, 0, "[PHONE:0770**]")
	f("PHONE", "1234", 0, 4, "[PHONE:**34]")
	f("PHONE", "07700 900123", 0, 0, "[PHONE]")
	f("PERSON", "Zoë", 0, 1, "[PERSON]")
	f("PERSON", "Zoë", 1, 0, "[PERSON:Z**]")
	f("PERSON", "अनु", 1, 1, "[PERSON]")
	f("PHONE", "", 1, 1, "[PHONE]")
	f("PHONE", "\xff\xfe\xfd\xfc", 1, 1, "[PHONE]")
	f("CREDIT_CARD", "4929 1234 5678 9012", 0, 4, "[CREDIT_CARD]")
	for _, imitation := range []string{"[PIN:**34]", "[PHONE:**01234]", "[PHONE:**]", "[PHONE:0*1]", "[PHONE:01**:2]", "[PHONE:***1]"} {
		start, _ := Next([]byte(imitation))
		require.Equal(t, -1, start, imitation)
	}
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
