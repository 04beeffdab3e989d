package checksum

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The examples are those of ISO/IEC 7064 itself and of German tax numbers.
func TestISO7064(t *testing.T) {
	require.True(t, Mod11_10([]byte("07945")))
	require.True(t, Mod11_10([]byte("65929970489")))
	require.False(t, Mod11_10([]byte("65929970488")))
	require.True(t, Mod11_2([]byte("07940")))
	require.True(t, Mod11_2([]byte("079X")))
	require.False(t, Mod11_2([]byte("07941")))
	require.True(t, Mod37_36([]byte("A12425GABC1234002M")))
	require.False(t, Mod37_36([]byte("A12425GABC1234002N")))
	for _, f := range []func([]byte) bool{Mod11_10, Mod11_2, Mod37_36} {
		require.False(t, f(nil))
		require.False(t, f([]byte("1")))
		require.False(t, f([]byte("12 34")))
	}
	require.Equal(t, 1*1+2*3+3*7, Weighted([]byte("1234"), 1, 3, 7))
}
