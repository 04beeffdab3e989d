package checksum

// Mod11_10 says whether digits pass ISO/IEC 7064 MOD 11,10, a hybrid system whose last digit is the check digit. It
// catches every single wrong digit.
func Mod11_10(digits []byte) bool { return hybrid(digits, 10) }

// Mod37_36 says whether letters and digits pass ISO/IEC 7064 MOD 37,36. Letters are capitals.
func Mod37_36(c []byte) bool { return hybrid(c, 36) }

// hybrid is the recursive method of ISO/IEC 7064 §8 for a system of m characters.
func hybrid(c []byte, m int) bool {
	if len(c) < 2 {
		return false
	}
	product := m
	for i, b := range c {
		v := value(b)
		if v < 0 || v >= m {
			return false
		}
		sum := (v + product) % m
		if i == len(c)-1 {
			return sum == 1%m
		}
		if sum == 0 {
			sum = m
		}
		product = sum * 2 % (m + 1)
	}
	return false
}

// Mod11_2 says whether digits pass ISO/IEC 7064 MOD 11-2. The last may be X for 10.
func Mod11_2(c []byte) bool {
	sum := 0
	for i, b := range c {
		v := int(b) - '0'
		if b == 'X' && i == len(c)-1 {
			v = 10
		}
		if v < 0 || v > 9 && b != 'X' {
			return false
		}
		sum = (sum*2 + v) % 11
	}
	return len(c) > 1 && sum == 1
}

// value is what a digit or capital stands for: 0 to 35; -1 for anything else.
func value(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'A' && b <= 'Z':
		return int(b-'A') + 10
	}
	return -1
}

// Weighted is the sum of the products of c, digits, and weights, over the shorter of the two.
func Weighted(c []byte, weights ...int) (sum int) {
	for i := range min(len(c), len(weights)) {
		sum += int(c[i]-'0') * weights[i]
	}
	return sum
}
