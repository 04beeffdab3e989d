package pseudonym

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// grammar is that in the comment of Next.
const grammar = `\[[A-Z][A-Z_]{0,22}[A-Z](_[0-9]{1,4}|:[cdmrp][0-9]{1,3}:[bcdfghjklmnpqrst]{24})\]`

// rounded is text with the brackets of what Next finds made round.
func rounded(text []byte) (out []byte) {
	for {
		start, end := Next(text)
		if start < 0 {
			return append(out, text...)
		}
		out = append(append(out, text[:start]...), '(')
		out = append(append(out, text[start+1:end-1]...), ')')
		text = text[end:]
	}
}

func TestNext(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		require.Equal(t, want, string(rounded([]byte(in))))
	}
	f("", "")
	f("call [PERSON_1] back", "call (PERSON_1) back")
	f("[PERSON_1][UK_NINO_2]", "(PERSON_1)(UK_NINO_2)")
	f("[[PERSON_1]]", "[(PERSON_1)]")
	f("[PHONE:r3:bdkqtscmfghjrlnpqsdtckbm]", "(PHONE:r3:bdkqtscmfghjrlnpqsdtckbm)")
	f("[PHONE:c12:bdkqtscmfghjrlnpqsdtckbm", "[PHONE:c12:bdkqtscmfghjrlnpqsdtckbm")
	f("[PHONE:x3:bdkqtscmfghjrlnpqsdtckbm]", "[PHONE:x3:bdkqtscmfghjrlnpqsdtckbm]")
	f("[PHONE:r3:bdkqtscmfghjrlnpqsdtckb]", "[PHONE:r3:bdkqtscmfghjrlnpqsdtckb]")
	f("[PHONE:r3:bdkqtscmfghjrlnpqsdtckba]", "[PHONE:r3:bdkqtscmfghjrlnpqsdtckba]")
	f("[INFO] [ERROR] [PHONE]", "[INFO] [ERROR] [PHONE]")
	f("[person_1] [PERSON_] [_1] [PERSON__1] [PERSON_12345]", "[person_1] [PERSON_] [_1] [PERSON__1] [PERSON_12345]")
	f("a[B_1] a[BC_1]", "a[B_1] a(BC_1)")
	f("[PERSON_1", "[PERSON_1")
	f("[", "[")
}

func TestNextFindsOurOwn(t *testing.T) {
	k := newTokenizer(testKey())
	token := k.Append([]byte("é "), acme(OriginText), "CALL_ID", 'r', []byte("x"))
	start, end := Next(token)
	require.Equal(t, "é ", string(token[:start]))
	require.Equal(t, len(token), end)
}

// generalGrammar is what stands in place of the number in generalised values and masks. What it takes too much, of types of which no mask is
// shown, of masks of more than four characters and of networks, is left to isOurs.
const generalGrammar = `\[(?:(?:DATE|DATE_OF_BIRTH):(?:[12]\d{3}|[12]\d\d0s|[12]\d{3}-Q[0-4]|[12]\d{3}-[01]\d|--[01]\d)|AGE:(?:0-9|0-4|5-9|\d\d-\d\d|90\+)|` +
	`POSTCODE:(?:\d{1,3}|[A-Z]{1,3}|[A-Z]\d{1,2}|[A-Z]\d[A-Z]|[A-Z]{2}\d{1,2}|[A-Z]{2}\d[A-Z])|PHONE:[A-Z]{2}(?: (?:mobile|fixed|freephone|premium|other))?|IBAN:[A-Z]{2}|` +
	`IP_ADDRESS:[0-9a-fA-F:.]{1,20}/\d{1,2}|[A-Z][A-Z_]{0,22}[A-Z]:[0-9A-Za-z]{0,4}\*\*[0-9A-Za-z]{0,4})\]`

func isOurs(m []byte) bool {
	typ, value, _ := strings.Cut(string(m[1:len(m)-1]), ":")
	switch stars := strings.Contains(value, "**"); {
	case stars:
		return len(value) > 2 && len(value) <= 6 && !NeverStored(typ)
	case strings.Contains(value, "/"):
		return isNetwork([]byte(value))
	}
	return true
}

func FuzzNext(f *testing.F) {
	f.Add([]byte("[PHONE:AA] [DATE:2024-Q1] [AGE:40-49] [POSTCODE:SW1] [IP_ADDRESS:203.0.113.0/24] [IP_ADDRESS:2001:db8::/32] [EMAIL:**12] [PIN:**12] [PHONE:123**45]"))
	f.Add([]byte("x [PERSON_1] [[A_B_22]] [PHONE:r3:bdkqtscmfghjrlnpqsdtckbm] [INFO]"))
	f.Add([]byte("[AAAAAAAAAAAAAAAAAAAAAAAA_1] [AAAAAAAAAAAAAAAAAAAAAAAAA_1] [A_1][[[AA__1]"))
	slow := regexp.MustCompile(grammar + "|" + generalGrammar)
	f.Fuzz(func(t *testing.T, text []byte) {
		var want []byte
		last := 0
		for _, m := range slow.FindAllIndex(text, -1) {
			if !isOurs(text[m[0]:m[1]]) {
				continue
			}
			want = append(append(want, text[last:m[0]]...), '(')
			want = append(append(want, text[m[0]+1:m[1]-1]...), ')')
			last = m[1]
		}
		want = append(want, text[last:]...)
		got := rounded(text)
		require.Equal(t, string(want), string(got))
		start, end := Next(got)
		require.Equal(t, [2]int{-1, -1}, [2]int{start, end}, "rounded text holds none")
	})
}

// What only looks like ours is found, too; what is no name with a number or token is not.
func TestNextForged(t *testing.T) {
	for _, forged := range []string{
		"[PERSON_1]", "[PHONE:r3:bdkqtscmfghjrlnpqsdtckbm]", "[PER\u200bSON_1]", "[PERSON\u00ad_1]", "[PERSON_1\x00]", "[\ufeffPERSON_1]", "[РERSON_1]", "[ＰＥＲＳＯＮ＿１]", "[PERSON_１]",
		"[PERSON_\u0661]", "[PHONE:r3:bdkqtscmfghjrlnpqs\u200bdtckbm]", "[PHONE：r3：bdkqtscmfghjrlnpqsdtckbm]", "[PERSON_\U000E00311]", "[PERSON_\xff1]", "[P\u0335ERSON_1]",
	} {
		text := "é " + forged + " x [A"
		start, end := NextForged([]byte(text))
		require.Equal(t, [2]int{3, 3 + len(forged)}, [2]int{start, end}, "%+q", forged)
	}
	for _, plain := range []string{"[INFO]", "[ERRÓR]", "[ERROR…]", "[é]", "[Ärger 1]", "[1, 2]", "[§5]", "[a_é1]", "[PERSON_é 1]", "[PER\u200bSON_1", "[", "[\u200b", "[" + strings.Repeat("é", 200) + "_1]"} {
		start, _ := NextForged([]byte(plain))
		require.Equal(t, -1, start, "%+q", plain)
	}
}
