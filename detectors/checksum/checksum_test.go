package checksum

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKnownNumbers(t *testing.T) {
	for _, n := range []string{"4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "490154203237518"} {
		require.True(t, Luhn([]byte(n)), n)
	}
	for _, n := range []string{"2363", "234123412346", "999941057058"} {
		require.True(t, Verhoeff([]byte(n)), n)
	}
	for _, n := range []string{"GB82WEST12345698765432", "gb82west12345698765432", "DE89370400440532013000", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"} {
		require.True(t, Mod97([]byte(n)), n)
	}
}

func TestOtherBytesFail(t *testing.T) {
	for _, n := range []string{"", "41111111 11111111", "4111111111111l11", "\xff", "-1", "/", ":"} {
		require.False(t, Luhn([]byte(n)), n)
		require.False(t, Verhoeff([]byte(n)), n)
		require.False(t, Mod97([]byte(n)), n)
	}
	require.False(t, Mod97([]byte("GB82")))
}

// complete appends the digit that makes check true, which must exist and be the only one.
func complete(t *testing.T, check func([]byte) bool, body []byte) []byte {
	t.Helper()
	var full []byte
	for d := byte('0'); d <= '9'; d++ {
		if n := append(append([]byte{}, body...), d); check(n) {
			require.Nil(t, full, "two check digits for %s", body)
			full = n
		}
	}
	require.NotNil(t, full, "no check digit for %s", body)
	return full
}

func digits(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(10))
	}
	return b
}

func TestEveryWrongDigitIsCaught(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, check := range map[string]func([]byte) bool{"luhn": Luhn, "verhoeff": Verhoeff} {
		for length := 1; length < 19; length++ {
			n := complete(t, check, digits(r, length))
			for i := range n {
				was := n[i]
				for d := byte('0'); d <= '9'; d++ {
					n[i] = d
					require.Equal(t, d == was, check(n), "%s %s", name, n)
				}
				n[i] = was
			}
		}
	}
}

func TestVerhoeffCatchesEverySwapOfNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		n := complete(t, Verhoeff, digits(r, 11))
		for i := 1; i < len(n); i++ {
			n[i-1], n[i] = n[i], n[i-1]
			require.Equal(t, n[i-1] == n[i], Verhoeff(n), "%s", n)
			n[i-1], n[i] = n[i], n[i-1]
		}
	}
}

func TestMod97CatchesEveryWrongDigit(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		n := append([]byte("GB00TEST"), digits(r, 14)...)
		for k := 0; k < 98 && !Mod97(n); k++ {
			n[2], n[3] = byte('0'+k/10), byte('0'+k%10)
		}
		require.True(t, Mod97(n), "%s", n)
		for i := 2; i < len(n); i++ {
			if i >= 4 && i < 8 {
				continue
			}
			was := n[i]
			for d := byte('0'); d <= '9'; d++ {
				n[i] = d
				require.Equal(t, d == was, Mod97(n), "%s", n)
			}
			n[i] = was
		}
	}
}
