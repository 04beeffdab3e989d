package detectors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

// makeIBAN makes a number of a country with a fitting check digit, and says where a digit must stand in it.
func makeIBAN(country, structure string) (number string, digit int) {
	bban, n := "", 0
	digit = -1
	for _, c := range []byte(structure) {
		if c >= '0' && c <= '9' {
			n = n*10 + int(c-'0')
			continue
		}
		if c == 'n' {
			digit = 4 + len(bban)
		}
		bban += strings.Repeat(map[byte]string{'n': "1234567890", 'a': "WXYZABCDEF", 'c': "5A6B7C8D9E"}[c], 4)[:n]
		n = 0
	}
	for d := 2; d < 99; d++ {
		number = fmt.Sprintf("%s%02d%s", country, d, bban)
		if checksum.Mod97([]byte(number)) {
			return number, digit
		}
	}
	return "", -1
}

func TestIBANsOfEveryCountry(t *testing.T) {
	s := newSet(t, Options{})
	seen := map[string]bool{}
	for part := range strings.SplitSeq(ibanStructures, " ") {
		country := part[:2]
		require.False(t, seen[country], country)
		seen[country] = true
		number, digit := makeIBAN(country, part[2:])
		require.Equal(t, len(number), ibanLength(country[0], country[1]), country)
		require.True(t, len(number) >= 15 && len(number) <= 34, country)
		right := findOne(t, s, number, Input{})
		require.Equal(t, IBAN, right.Type, number)
		if digit >= 0 {
			broken := findOne(t, s, number[:digit]+"X"+number[digit+1:], Input{})
			require.Equal(t, IBAN, broken.Type, country)
			require.Equal(t, len(number), broken.End, country)
			require.Less(t, broken.Confidence, right.Confidence, country)
		}
		wrong := findOne(t, s, number[:2]+"00"+number[4:], Input{})
		require.Equal(t, IBAN, wrong.Type, country)
		require.Less(t, wrong.Confidence, right.Confidence, country)
	}
	require.Len(t, seen, 89+22)
	require.Zero(t, ibanLength('Z', 'Z'))
	require.Zero(t, ibanLength('1', 'A'))
}

func TestWalletChecks(t *testing.T) {
	f := func(fits bool, address string) {
		t.Helper()
		if strings.HasPrefix(strings.ToLower(address), "bc1") {
			require.Equal(t, fits, bech32Fits([]byte(address)), address)
		} else {
			require.Equal(t, fits, base58Fits([]byte(address), 25), address)
		}
	}
	// The examples of BIP 13, BIP 173 and BIP 350.
	f(true, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")
	f(true, "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")
	f(false, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3")
	f(true, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4")
	f(false, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5")
	f(true, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")
}
