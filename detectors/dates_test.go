package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIsDay(t *testing.T) {
	for _, c := range []struct {
		year, month, day int
		want             bool
	}{
		{2024, 2, 29, true}, {2023, 2, 29, false}, {1900, 2, 29, false}, {2000, 2, 29, true}, {2001, 4, 31, false},
		{2001, 12, 31, true}, {2001, 13, 1, false}, {2001, 0, 1, false}, {2001, 1, 0, false},
	} {
		require.Equal(t, c.want, isDay(c.year, c.month, c.day), "%+v", c)
	}
	require.True(t, isDayOfAny(0, 2, 29), "1900 or 2000")
}
