package rules

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/scan"
)

func readList(t testing.TB, exact bool, entries ...string) *List {
	t.Helper()
	l, err := ReadList("test", strings.NewReader(strings.Join(entries, "\n")), exact)
	require.NoError(t, err)
	return l
}

func scanned(text string) *scan.Text {
	var s scan.Text
	s.Scan([]byte(text), noWords())
	return &s
}

// listed are the texts that l finds.
func listed(l *List, text string) (found []string) {
	s := scanned(text)
	for _, sp := range l.Find(nil, s) {
		found = append(found, string(s.Bytes[sp.Start:sp.End]))
	}
	return found
}

func TestListFinds(t *testing.T) {
	l := readList(t, false, "\ufeff# projects", "Blue Heron", "blue heron phase two", "Kingfisher", "", "  O'Malley  ", "Émile Süß", "ops@example.org", "R2D2", "heron")
	require.Equal(t, 8, l.Len())
	for text, want := range map[string][]string{
		"":                              nil,
		"nothing of it":                 nil,
		"the blue heron, a KINGFISHER!": {"blue heron", "KINGFISHER"},
		"Blue-Heron phase-two begins":   {"Blue-Heron phase-two"},
		"blue heron phase three":        {"blue heron"},
		"blue. . . heron":               {"heron"},
		"blue [PERSON_1] heron":         {"heron"},
		"omalley, o’malley o malley":    {"o'malley", "o malley"},
		"ÉMILE SÜẞ, émile süß":          {"ÉMILE SÜẞ", "émile süß"},
		"emile suss":                    nil,
		"write to Ops@Example.Org":      {"Ops@Example.Org"},
		"r2d2 and r2 d2":                {"r2d2"},
		"ｋｉｎｇｆｉｓｈｅｒ":                    {"kingfisher"},
		"blueheron kingfishers":         nil,
	} {
		require.Equal(t, want, listed(l, text), text)
	}
	exact := readList(t, true, "Blue Heron", "SÜß")
	require.Equal(t, []string{"Blue  Heron", "SÜß"}, listed(exact, "blue heron Blue  Heron süß SÜß"))
	require.Nil(t, listed(readList(t, false), "anything"))
	require.Nil(t, listed(nil, "anything"))
	require.Equal(t, exact.Version(), readList(t, true, "Blue Heron", "SÜß").Version())
	require.NotEqual(t, exact.Version(), readList(t, false, "Blue Heron", "SÜß").Version())
	require.NotEqual(t, exact.Version(), readList(t, true, "Blue Heron").Version())
}

func TestListHolds(t *testing.T) {
	l := readList(t, false, "support@example.com", "0800 123 456", "Blue Heron")
	m := NewScratch()
	for value, want := range map[string]bool{
		"support@example.com": true, "Support@Example.COM": true, "jane.support@example.com": false, "support@example.com.au": false,
		"0800 123 456": true, "0800-123-456": true, "0800123456": false, "blue heron": true, "blue": false, "a blue heron": false,
		"blue heron b": false, "": false, "--": false,
	} {
		require.Equal(t, want, l.Holds([]byte(value), m), value)
	}
	require.False(t, (*List)(nil).Holds([]byte("blue heron"), m))
}

func TestListErrors(t *testing.T) {
	long := strings.Repeat("x", wordMax+1)
	for text, want := range map[string]string{
		"a\n--\n":                              "read list test: line 2 has no letter or digit",
		strings.Repeat("a ", wordsMax+1):       "read list test: line 1 has more than 16 words",
		"# c\n" + long:                         "read list test: line 2 has a word longer than 128 bytes",
		"a\n" + strings.Repeat("a ", entryMax): "read list test: line 2 is longer than 1024 bytes: write one entry a line",
		"a\n" + strings.Repeat("a", 1<<17):     "read list test: line 2 is longer than 1024 bytes: write one entry a line",
	} {
		_, err := ReadList("test", strings.NewReader(text), false)
		require.EqualError(t, err, want)
	}
	_, err := ReadList("test", io.MultiReader(strings.NewReader("a\n"), broken{}), false)
	require.EqualError(t, err, "read list test: broken")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, fmt.Errorf("broken") }

// A list of hundreds of thousands holds each entry and nothing else, in less than twelve bytes an entry.
func TestLongList(t *testing.T) {
	const n = 300_000
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "w%x\n", i*7)
		if i%10 == 0 {
			fmt.Fprintf(&b, "W%x second\n", i*7)
		}
	}
	l, err := ReadList("test", &b, false)
	require.NoError(t, err)
	require.Equal(t, n+n/10, l.Len())
	require.Less(t, l.Bytes(), 12*l.Len())
	m := NewScratch()
	for i := 0; i < 7*n; i += 3 {
		got := l.Holds(fmt.Appendf(nil, "w%x", i), m)
		if got != (i%7 == 0) {
			t.Fatalf("entry %d: %v", i, got)
		}
	}
	require.Equal(t, []string{"w0 second", "W7", "w46 second"}, listed(l, "w0 second W7 second w46 second"))
}

func TestListAllocatesNothing(t *testing.T) {
	l := readList(t, false, "Blue Heron", "Émile")
	s := scanned("the blue heron and ÉMILE " + strings.Repeat("x", 300))
	dst := make([]Span, 0, 8)
	m := NewScratch()
	value := []byte("Blue Heron")
	require.Zero(t, testing.AllocsPerRun(100, func() { dst = l.Find(dst[:0], s) }))
	require.Len(t, dst, 2)
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Holds(value, m) }))
}
