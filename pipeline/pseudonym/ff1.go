package pseudonym

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

const (
	// ff1DomainMin is the least number of values that FF1 may be used on: with fewer, whoever sees pairs builds the table
	// (NIST SP 800-38G Rev. 1, 2nd public draft, §5.1, where it is a requirement).
	ff1DomainMin = 1_000_000

	// ff1HalfMax bounds radix^v, v being the longer half of the digits, so that sums of two such numbers fit in a word: 36
	// decimal digits, 24 of base 36. Longer values are none that a policy encrypts.
	ff1HalfMax = 1 << 63

	ff1Rounds = 10
)

var (
	errFF1Radix  = errors.New("set up FF1: the radix must be from 2 to 36")
	errFF1Length = errors.New("encrypt with FF1: too few values of that length, or too long")
	errFF1Digit  = errors.New("encrypt with FF1: a digit is not below the radix")
)

// ff1 is FF1 of NIST SP 800-38G: encryption that keeps the length and the alphabet. Numbers are held in words where the
// standard speaks of numeral strings. One goroutine at a time.
type ff1 struct {
	block cipher.Block
	radix uint64
	// What is the same for all values of one length and tweak length: P, encrypted, and the sizes of §6.2.
	n, tweakLen int
	first       [aes.BlockSize]byte
	u, b, d     int
	mod         [2]uint64 // radix^u, radix^v

	q, chain [aes.BlockSize]byte // kept here since what goes through an interface escapes
}

// newFF1 takes an AES key and the number of digits.
func newFF1(key []byte, radix int) (*ff1, error) {
	if radix < 2 || radix > 36 {
		return nil, errFF1Radix
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errors.New("set up FF1: the key must have 16, 24 or 32 bytes")
	}
	return &ff1{block: block, radix: uint64(radix)}, nil
}

// ff1Fits tells whether FF1 may be used on values of n digits.
func ff1Fits(radix, n int) bool {
	if n < 2 {
		return false
	}
	v := n - n/2
	values, half := uint64(1), uint64(1)
	for i := range n {
		if values < ff1DomainMin {
			values *= uint64(radix)
		}
		if i < v {
			if half > ff1HalfMax/uint64(radix) {
				return false
			}
			half *= uint64(radix)
		}
	}
	return values >= ff1DomainMin
}

// encrypt replaces digits, each a number below the radix, by others.
func (f *ff1) encrypt(digits, tweak []byte) error {
	a, b, err := f.open(digits, tweak)
	if err != nil {
		return err
	}
	for i := range ff1Rounds {
		m := f.mod[i&1] // radix^u in even rounds, radix^v in odd ones
		c := a + f.round(i, b, tweak, m)
		if c >= m {
			c -= m
		}
		a, b = b, c
	}
	f.close(digits, a, b)
	return nil
}

// decrypt undoes encrypt.
func (f *ff1) decrypt(digits, tweak []byte) error {
	a, b, err := f.open(digits, tweak)
	if err != nil {
		return err
	}
	for i := ff1Rounds - 1; i >= 0; i-- {
		m := f.mod[i&1]
		c := b + m - f.round(i, a, tweak, m)
		if c >= m {
			c -= m
		}
		b, a = a, c
	}
	f.close(digits, a, b)
	return nil
}

// open prepares for the lengths, steps 1 to 5, and gives the two halves as numbers.
func (f *ff1) open(digits, tweak []byte) (a, b uint64, err error) {
	if f.n == 0 || len(digits) != f.n || len(tweak) != f.tweakLen {
		if err := f.prepare(len(digits), len(tweak)); err != nil {
			return 0, 0, err
		}
	}
	for i, digit := range digits {
		if uint64(digit) >= f.radix {
			return 0, 0, errFF1Digit
		}
		if i < f.u {
			a = a*f.radix + uint64(digit)
		} else {
			b = b*f.radix + uint64(digit)
		}
	}
	return a, b, nil
}

func (f *ff1) prepare(n, tweakLen int) error {
	if !ff1Fits(int(f.radix), n) || tweakLen > math.MaxUint16 {
		return errFF1Length
	}
	f.n, f.tweakLen = n, tweakLen
	f.u = n / 2
	f.mod = [2]uint64{1, 1}
	for i := range n - f.u {
		if i < f.u {
			f.mod[0] *= f.radix
		}
		f.mod[1] *= f.radix
	}
	// b = ⌈⌈v·log2(radix)⌉ / 8⌉: the bytes of the greatest number of v digits.
	f.b = (bits.Len64(f.mod[1]-1) + 7) / 8
	f.d = 4*((f.b+3)/4) + 4 // 8 or 12: one block has enough for step 6.iii
	p := [aes.BlockSize]byte{1, 2, 1, 0, 0, byte(f.radix), ff1Rounds, byte(f.u)}
	binary.BigEndian.PutUint32(p[8:], uint32(n))
	binary.BigEndian.PutUint32(p[12:], uint32(tweakLen))
	f.q = p
	f.block.Encrypt(f.first[:], f.q[:])
	return nil
}

// round is steps 6.i to 6.v: the CBC-MAC of P and Q = tweak ‖ 0… ‖ i ‖ B, whose first d bytes are taken as a number.
func (f *ff1) round(i int, b uint64, tweak []byte, m uint64) uint64 {
	f.chain = f.first
	for len(tweak) >= aes.BlockSize {
		copy(f.q[:], tweak)
		f.mix()
		tweak = tweak[aes.BlockSize:]
	}
	f.q = [aes.BlockSize]byte{}
	copy(f.q[:], tweak)
	if len(tweak) > aes.BlockSize-1-f.b {
		f.mix()
		f.q = [aes.BlockSize]byte{}
	}
	f.q[aes.BlockSize-1-f.b] = byte(i)
	last := f.q[8:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)|b) // B has no more than b bytes, and those are free
	f.mix()
	hi, lo := binary.BigEndian.Uint64(f.chain[:8]), binary.BigEndian.Uint64(f.chain[8:])
	if f.d == 8 {
		return hi % m
	}
	return bits.Rem64(hi>>32, hi<<32|lo>>32, m)
}

// mix takes the block q into the chain.
func (f *ff1) mix() {
	subtle.XORBytes(f.chain[:], f.chain[:], f.q[:])
	f.block.Encrypt(f.chain[:], f.chain[:])
}

// close writes the halves back as digits. After ten rounds they have their own lengths again.
func (f *ff1) close(digits []byte, a, b uint64) {
	for i := f.n - 1; i >= f.u; i-- {
		digits[i] = byte(b % f.radix)
		b /= f.radix
	}
	for i := f.u - 1; i >= 0; i-- {
		digits[i] = byte(a % f.radix)
		a /= f.radix
	}
}
