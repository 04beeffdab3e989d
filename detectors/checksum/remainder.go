package checksum

// Remainder is what is left of the number that digits write when it is divided by m, for checks on the whole number;
// -1 for an empty text or other bytes. A wrong digit changes it if m is prime and above 9.
func Remainder(digits []byte, m int) int {
	if len(digits) == 0 {
		return -1
	}
	r := 0
	for _, b := range digits {
		if b < '0' || b > '9' {
			return -1
		}
		r = (r*10 + int(b-'0')) % m
	}
	return r
}

// ICAO9303 says whether the last character is the check digit of the others in a field of a machine-readable travel
// document (ICAO Doc 9303 part 3 §4.9: weights 7, 3, 1; capitals stand for 10 to 35).
func ICAO9303(c []byte) bool {
	sum := 0
	for i, b := range c {
		v := value(b)
		if v < 0 {
			return false
		}
		if i == len(c)-1 {
			return i > 0 && v == sum%10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return false
}
