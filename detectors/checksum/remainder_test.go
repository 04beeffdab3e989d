package checksum

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRemainder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		n := r.IntN(1e15)
		for _, m := range []int{9, 23, 31, 97, 511} {
			require.Equal(t, n%m, Remainder([]byte(strconv.Itoa(n)), m))
		}
	}
	require.Equal(t, 5, Remainder([]byte("0000000000000000000000000000000000000005"), 97))
	for _, n := range []string{"", "12 3", "12A", "/", ":"} {
		require.Equal(t, -1, Remainder([]byte(n), 97), n)
	}
}

// The examples are those of ICAO Doc 9303.
func TestICAO9303(t *testing.T) {
	for _, c := range []string{"5207273", "L898902C36", "D231458907", "7408122", "C01X00T478"} {
		require.True(t, ICAO9303([]byte(c)), c)
	}
	for _, c := range []string{"", "7", "5207274", "L898902C37", "520 7273", "l898902c36"} {
		require.False(t, ICAO9303([]byte(c)), c)
	}
}

func TestICAO9303CatchesEveryWrongDigit(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for length := 1; length < 15; length++ {
		n := complete(t, ICAO9303, digits(r, length))
		for i := range n {
			was := n[i]
			for d := byte('0'); d <= '9'; d++ {
				n[i] = d
				require.Equal(t, d == was, ICAO9303(n), "%s", n)
			}
			n[i] = was
		}
	}
}
