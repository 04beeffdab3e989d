// Package checksum holds the check-digit algorithms of written identifiers as pure functions.
//
// They answer one question, "does the check digit fit?", and never look at length or issuer: those belong to the
// detector. Every function takes ASCII and is false for an empty text or one with other bytes than it allows.
package checksum

// Luhn says whether digits pass the mod-10 check of ISO/IEC 7812-1 (payment cards, IMEI).
func Luhn(digits []byte) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return len(digits) > 0 && sum%10 == 0
}

// Verhoeff says whether digits pass the check of J. Verhoeff, "Error Detecting Decimal Codes" (1969), which the Indian
// UIDAI uses for Aadhaar numbers. It catches every single wrong digit and every swap of neighbours.
func Verhoeff(digits []byte) bool {
	var c byte
	for i := range digits {
		d := digits[len(digits)-1-i] - '0'
		if d > 9 {
			return false
		}
		c = verhoeffProduct[c][verhoeffShift[i%8][d]]
	}
	return len(digits) > 0 && c == 0
}

// verhoeffProduct is the multiplication of the dihedral group D5.
var verhoeffProduct = [10][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	{1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
	{2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
	{3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
	{4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
	{5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
	{6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
	{7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
	{8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
	{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
}

// verhoeffShift is the permutation applied to the digit at each position, counted from the right, modulo 8.
var verhoeffShift = [8][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	{1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
	{5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
	{8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
	{9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
	{4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
	{2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
	{7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
}

// Mod97 says whether an IBAN passes the check of ISO 13616 (ISO/IEC 7064, MOD 97-10): the first four characters are
// moved to the end, letters stand for 10 to 35, and the remainder is 1. Letters may have either case.
func Mod97(iban []byte) bool {
	if len(iban) < 5 {
		return false
	}
	r := 0
	for i := range iban {
		c := iban[(i+4)%len(iban)]
		switch {
		case c >= '0' && c <= '9':
			r = (r*10 + int(c-'0')) % 97
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			r = (r*100 + int(c|0x20-'a') + 10) % 97
		default:
			return false
		}
	}
	return r == 1
}
