package checksum

// TwoStage says whether the last digit is the sum of the others, weighted 1 to 9 and again from 1, modulo 11; if that is 10,
// by the weights that begin at 3; if that is 10 too, 0. Estonia and Lithuania number persons by it, Lithuania taxpayers. It
// lets a wrong digit pass where the two stages happen to agree.
func TwoStage(digits []byte) bool {
	if len(digits) < 2 {
		return false
	}
	first, second := 0, 0
	for i, b := range digits {
		d := int(b) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i == len(digits)-1 {
			if first%11 < 10 {
				return first%11 == d
			}
			return second%11%10 == d
		}
		first += d * (1 + i%9)
		second += d * (1 + (i+2)%9)
	}
	return false
}
