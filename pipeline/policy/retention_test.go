package policy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRetention(t *testing.T) {
	p, err := Parse("p", minimal("retention: {short: 30d, long: 400d, brief: 12h, day: 24h}"))
	require.NoError(t, err)
	f := func(class string, want time.Duration) {
		t.Helper()
		keep, ok := p.Retention(class)
		require.Equal(t, want > 0, ok)
		require.Equal(t, want, keep)
	}
	f("short", 30*24*time.Hour)
	f("long", 400*24*time.Hour)
	f("brief", 12*time.Hour)
	f("day", 24*time.Hour)
	f("none", 0)
	f("", 0)
	require.Equal(t, []string{"brief", "day", "long", "short"}, p.retentions())

	none, err := Parse("p", minimal(""))
	require.NoError(t, err)
	_, ok := none.Retention("short")
	require.False(t, ok)
	require.NotEqual(t, none.Hash(), p.Hash())
	same, err := Parse("p", minimal("retention: {day: 1d, brief: 12h, long: 9600h, short: 720h}"))
	require.NoError(t, err)
	require.Equal(t, p.Hash(), same.Hash(), "a day is 24 hours")
	longer, err := Parse("p", minimal("retention: {short: 31d, long: 400d, brief: 12h, day: 24h}"))
	require.NoError(t, err)
	require.NotEqual(t, p.Hash(), longer.Hash())
}

// A time to keep something that is written is read back as itself; what it is not written as is refused.
func TestParseRetention(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keep := time.Duration(rapid.IntRange(1, retentionMost*24).Draw(t, "hours")) * time.Hour
		again, err := parseRetention(FormatRetention(keep))
		require.NoError(t, err)
		require.Equal(t, keep, again)
	})
	for _, s := range []string{"", "d", "h", "0h", "-1d", "+1d", "01d", "1.5d", "1 d", "1D", "36501d", "876001h", "99999999999999999999d", "1d12h", "1w", "90m"} {
		_, err := parseRetention(s)
		require.Error(t, err, s)
	}
}
