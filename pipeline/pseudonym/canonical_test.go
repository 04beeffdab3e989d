package pseudonym

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// canonicalRows are type, value and canonical form.
func canonicalRows(t *testing.T) (rows [][3]string) {
	b, err := os.ReadFile("testdata/canonical.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, f, 3, line)
		rows = append(rows, [3]string(f))
	}
	require.NotEmpty(t, rows)
	return rows
}

func TestCanonicalGolden(t *testing.T) {
	for _, row := range canonicalRows(t) {
		got := string(Canonical([]byte("x"), row[0], []byte(row[1])))
		require.Equal(t, "x"+row[2], got, "%s %q", row[0], row[1])
	}
}

func TestCanonicalIsIdempotent(t *testing.T) {
	types := []string{"PHONE", "EMAIL", "IP_ADDRESS", "PERSON", "IBAN", "UK_NINO", "USER_ID"}
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom(types).Draw(t, "type")
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[+0-9 ().-]{1,20}`), rapid.StringMatching(`[0-9a-fA-F:.]{2,20}`)).Draw(t, "value")
		once := Canonical(nil, typ, []byte(value))
		require.Equal(t, string(once), string(Canonical(nil, typ, once)), "%s %q", typ, value)
	})
}

func TestCanonicalAllocatesNothing(t *testing.T) {
	dst := make([]byte, 0, 64)
	for _, row := range [][2]string{{"PHONE", "+44 20 7946 0018"}, {"EMAIL", "Ada@Example.com"}, {"IP_ADDRESS", "192.0.2.1"}, {"IBAN", "GB82 WEST"}} {
		value := []byte(row[1])
		require.Zero(t, testing.AllocsPerRun(100, func() { dst = Canonical(dst[:0], row[0], value) }), row[0])
	}
}
