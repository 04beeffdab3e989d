package pseudonym

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const ff1Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"

func numerals(text string) []byte {
	digits := make([]byte, len(text))
	for i := range text {
		digits[i] = byte(strings.IndexByte(ff1Alphabet, text[i]))
	}
	return digits
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// TestFF1Samples are the nine samples that NIST publishes for FF1 beside SP 800-38G ("FF1samples.pdf").
func TestFF1Samples(t *testing.T) {
	const (
		key128 = "2B7E151628AED2A6ABF7158809CF4F3C"
		key192 = key128 + "EF4359D8D580AA4F"
		key256 = key192 + "7F036D6F04FC6A94"
		ten    = "39383736353433323130"
		eleven = "3737373770717273373737"
	)
	f := func(key, tweak string, radix int, plain, cipher string) {
		t.Helper()
		e, err := newFF1(unhex(t, key), radix)
		require.NoError(t, err)
		digits := numerals(plain)
		require.NoError(t, e.encrypt(digits, unhex(t, tweak)))
		require.Equal(t, numerals(cipher), digits)
		require.Equal(t, digits, ff1Oracle(t, unhex(t, key), unhex(t, tweak), radix, numerals(plain)))
		require.NoError(t, e.decrypt(digits, unhex(t, tweak)))
		require.Equal(t, numerals(plain), digits)
	}
	f(key128, "", 10, "0123456789", "2433477484")
	f(key128, ten, 10, "0123456789", "6124200773")
	f(key128, eleven, 36, "0123456789abcdefghi", "a9tv40mll9kdu509eum")
	f(key192, "", 10, "0123456789", "2830668132")
	f(key192, ten, 10, "0123456789", "2496655549")
	f(key192, eleven, 36, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr")
	f(key256, "", 10, "0123456789", "6657667009")
	f(key256, ten, 10, "0123456789", "1001623463")
	f(key256, eleven, 36, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd")
}

// ff1Oracle is FF1.Encrypt as SP 800-38G writes it down, Algorithm 7, with big numbers.
func ff1Oracle(t require.TestingT, key, tweak []byte, radix int, x []byte) []byte {
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	n := len(x)
	u := n / 2
	v := n - u
	num := func(digits []byte) *big.Int {
		sum := new(big.Int)
		for _, d := range digits {
			sum.Add(sum.Mul(sum, big.NewInt(int64(radix))), big.NewInt(int64(d)))
		}
		return sum
	}
	power := func(m int) *big.Int { return new(big.Int).Exp(big.NewInt(int64(radix)), big.NewInt(int64(m)), nil) }
	a, b := x[:u], x[u:]
	// b is ⌈⌈v·log2(radix)⌉/8⌉: the least number of bytes that radix^v values fit in.
	bytesOf := 0
	for new(big.Int).Lsh(big.NewInt(1), uint(8*bytesOf)).Cmp(power(v)) < 0 {
		bytesOf++
	}
	d := 4*((bytesOf+3)/4) + 4
	p := []byte{1, 2, 1, byte(radix >> 16), byte(radix >> 8), byte(radix), 10, byte(u),
		byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), byte(len(tweak) >> 24), byte(len(tweak) >> 16), byte(len(tweak) >> 8), byte(len(tweak))}
	for i := range 10 {
		q := bytes.Clone(tweak)
		for (len(q)+bytesOf+1)%16 != 0 {
			q = append(q, 0)
		}
		q = append(q, byte(i))
		q = append(q, num(b).FillBytes(make([]byte, bytesOf))...)
		r := make([]byte, 16)
		for all := append(bytes.Clone(p), q...); len(all) > 0; all = all[16:] {
			for k := range r {
				r[k] ^= all[k]
			}
			block.Encrypt(r, r)
		}
		s := bytes.Clone(r)
		for j := byte(1); len(s) < d; j++ {
			more := bytes.Clone(r)
			more[15] ^= j
			block.Encrypt(more, more)
			s = append(s, more...)
		}
		y := new(big.Int).SetBytes(s[:d])
		m := u
		if i%2 == 1 {
			m = v
		}
		c := y.Add(y, num(a)).Mod(y, power(m))
		digits := make([]byte, m)
		for k := m - 1; k >= 0; k-- {
			var rest big.Int
			c.DivMod(c, big.NewInt(int64(radix)), &rest)
			digits[k] = byte(rest.Int64())
		}
		a, b = b, digits
	}
	return append(bytes.Clone(a), b...)
}

func TestFF1AgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")[:rapid.SampledFrom([]int{16, 24, 32}).Draw(t, "bits")]
		radix := rapid.IntRange(2, 36).Draw(t, "radix")
		tweak := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "tweak")
		f, err := newFF1(key, radix)
		require.NoError(t, err)
		for range 3 { // one cipher for several lengths
			n := rapid.IntRange(2, 64).Filter(func(n int) bool { return ff1Fits(radix, n) }).Draw(t, "n")
			plain := rapid.SliceOfN(rapid.ByteRange(0, byte(radix-1)), n, n).Draw(t, "plain")
			digits := bytes.Clone(plain)
			require.NoError(t, f.encrypt(digits, tweak))
			require.Equal(t, ff1Oracle(t, key, tweak, radix, plain), digits)
			require.NoError(t, f.decrypt(digits, tweak))
			require.Equal(t, plain, digits)
		}
	})
}

// TestFF1Domain holds the limit of a million values, and that of a word.
func TestFF1Domain(t *testing.T) {
	f := func(radix, least, most int) {
		t.Helper()
		e, err := newFF1(make([]byte, 16), radix)
		require.NoError(t, err)
		for n := range 80 {
			err := e.encrypt(make([]byte, n), nil)
			if n < least || n > most {
				require.ErrorIs(t, err, errFF1Length, "%d digits", n)
			} else {
				require.NoError(t, err, "%d digits", n)
			}
		}
	}
	f(10, 6, 36)
	f(26, 5, 26)
	f(36, 4, 24)
	f(2, 20, 79)
	f(32, 4, 24)
	e, err := newFF1(make([]byte, 16), 10)
	require.NoError(t, err)
	require.ErrorIs(t, e.encrypt([]byte{1, 2, 3, 4, 5, 10}, nil), errFF1Digit)
	_, err = newFF1(make([]byte, 15), 10)
	require.Error(t, err)
	_, err = newFF1(make([]byte, 16), 37)
	require.ErrorIs(t, err, errFF1Radix)
}

// TestFF1Permutes encrypts a whole domain: every value comes out once.
func TestFF1Permutes(t *testing.T) {
	f, err := newFF1(make([]byte, 32), 10)
	require.NoError(t, err)
	seen := make([]bool, 1_000_000)
	for i := range seen {
		digits, v := []byte{0, 0, 0, 0, 0, 0}, i
		for k := range digits {
			digits[k] = byte(v % 10)
			v /= 10
		}
		require.NoError(t, f.encrypt(digits, nil))
		at := 0
		for _, d := range digits {
			at = at*10 + int(d)
		}
		require.False(t, seen[at])
		seen[at] = true
	}
}

func FuzzFF1(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), []byte(""), []byte("\x00\x01\x02\x03\x04\x05\x06"), uint8(10))
	f.Fuzz(func(t *testing.T, key, tweak, plain []byte, radix uint8) {
		e, err := newFF1(key, int(radix))
		if err != nil {
			return
		}
		digits := bytes.Clone(plain)
		if e.encrypt(digits, tweak) != nil {
			require.Equal(t, plain, digits, "nothing is changed where it fails")
			return
		}
		require.Equal(t, ff1Oracle(t, key, tweak, int(radix), plain), digits)
		require.NoError(t, e.decrypt(digits, tweak))
		require.Equal(t, plain, digits)
	})
}

func BenchmarkFF1(b *testing.B) {
	f, err := newFF1(make([]byte, 32), 10)
	require.NoError(b, err)
	digits := numerals("4929123456789012")
	b.ReportAllocs()
	for b.Loop() {
		_ = f.encrypt(digits, nil)
	}
}
