package detectors

import (
	"crypto/sha256"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// wallet looks for the address of a cryptocurrency at token i: Bitcoin and its like in Base58Check or bech32 (BIP 173, BIP
// 350), Ethereum, Monero; and for a Bitcoin private key. A wrong check value lowers the score of what begins like an address.
func (p *pass) wallet(i int) {
	t := &p.text.Tokens[i]
	n := t.Len()
	if n < 26 || n > 111 || t.Shape&scan.High != 0 {
		return
	}
	b := p.bytesOf(t)
	kind, form, check := CryptoAddress, float32(0), float32(0)
	switch {
	case n == 42 && b[0] == '0' && b[1]|0x20 == 'x' && isHex(b[2:]):
		form = 0.85
	case (b[0]|0x20 == 'b' || b[0]|0x20 == 't') && b[2] == '1' && (b[1]|0x20 == 'c' || b[1]|0x20 == 'b') && isBech32(b):
		if form = 0.6; bech32Fits(b) {
			check = 0.35
		}
	case n <= 35 && b[0] >= '1' && b[0] <= '3' || n <= 35 && (b[0] == 'L' || b[0] == 'M' || b[0] == 'D' || b[0] == 'm' || b[0] == 'n' || b[0] == 'T'):
		if !isBase58(b) {
			return
		}
		if base58Fits(b, 25) {
			form, check = 0.45, 0.5
		} else if b[0] == '1' || b[0] == '3' {
			form = 0.3 + p.walletWords(i)
		}
	case (n == 51 || n == 52) && (b[0] == '5' || b[0] == 'K' || b[0] == 'L') && isBase58(b):
		if base58Fits(b, 37) || base58Fits(b, 38) {
			kind, form, check = Secret, 0.5, 0.45
		}
	case (n == 95 || n == 106) && (b[0] == '4' || b[0] == '8') && isBase58(b):
		form = 0.9
	}
	if form+check < p.set.threshold {
		return
	}
	start := int(t.Start)
	p.addScored(start, int(t.End), guess{kind: kind, score: score{form: form, check: check, locale: p.set.prior[kind]}, detector: byWallet},
		p.verbatim(start, int(t.End)))
}

// walletWords is what words for a wallet right before token i add.
func (p *pass) walletWords(i int) float32 {
	for k := i - 1; k >= 0 && k >= i-5; k-- {
		b := p.bytesOf(&p.text.Tokens[k])
		for _, w := range [...]string{"wallet", "bitcoin", "btc", "litecoin", "crypto", "blockchain"} {
			if isWord(b, w) {
				return nearBoost
			}
		}
	}
	return 0
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Values is, for each byte, one more than its value in base 58, or 0.
var base58Values = func() (v [256]uint8) {
	for i := range len(base58) {
		v[base58[i]] = uint8(i + 1)
	}
	return v
}()

func isBase58(b []byte) bool {
	for _, c := range b {
		if base58Values[c] == 0 {
			return false
		}
	}
	return true
}

// base58Fits says whether b is the Base58Check form of size bytes: the last four are the beginning of the double SHA-256 of the
// others.
func base58Fits(b []byte, size int) bool {
	var out [38]byte
	number := out[:size]
	for _, c := range b {
		carry := int(base58Values[c]) - 1
		for k := size - 1; k >= 0; k-- {
			carry += int(number[k]) * 58
			number[k] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return false
		}
	}
	once := sha256.Sum256(number[:size-4])
	twice := sha256.Sum256(once[:])
	return [4]byte(twice[:4]) == [4]byte(number[size-4:])
}

const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32Values is, for each byte, one more than its value in bech32, or 0.
var bech32Values = func() (v [256]uint8) {
	for i := range len(bech32) {
		v[bech32[i]] = uint8(i + 1)
		if c := bech32[i]; c >= 'a' {
			v[c&^0x20] = uint8(i + 1)
		}
	}
	return v
}()

// isBech32 says whether b is written as a segregated witness address is: "bc1" or "tb1", then 39 or 59 characters of bech32, or
// what a wrong one has.
func isBech32(b []byte) bool {
	if len(b) < 38 || len(b) > 90 {
		return false
	}
	for _, c := range b[3:] {
		if bech32Values[c] == 0 {
			return false
		}
	}
	return true
}

// bech32Fits says whether the checksum of BIP 173 or BIP 350 fits.
func bech32Fits(b []byte) bool {
	sum := uint32(1)
	step := func(v byte) {
		top := sum >> 25
		sum = sum&0x1FFFFFF<<5 ^ uint32(v)
		for i, g := range [...]uint32{0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3} {
			if top>>i&1 != 0 {
				sum ^= g
			}
		}
	}
	for _, c := range b[:2] {
		step((c | 0x20) >> 5)
	}
	step(0)
	for _, c := range b[:2] {
		step((c | 0x20) & 31)
	}
	for _, c := range b[3:] {
		step(bech32Values[c] - 1)
	}
	return sum == 1 || sum == 0x2BC830A3
}
