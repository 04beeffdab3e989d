package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// decimal reads digits.
func decimal(c []byte) (n int) {
	for _, d := range c {
		n = n*10 + int(d-'0')
	}
	return n
}

// isDay says whether there is such a day in the Gregorian calendar.
func isDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days = 29
	}
	return day <= days
}

// isDayOfAny says the same where the century isn't known: a year of two digits.
func isDayOfAny(year, month, day int) bool { return isDay(year%100+2000, month, day) }

// afterPrefix checks what follows the first n characters, a prefix.
func afterPrefix(n int, check func([]byte) bool) func([]byte) bool {
	return func(c []byte) bool { return check(c[n:]) }
}

// isYearOrdinal says whether token k is an ordinal of two digits that is no day, which ends a year in some languages: "62nd".
func (p *pass) isYearOrdinal(k int) bool {
	t := &p.text.Tokens[k]
	return t.Len() == 4 && scan.IsDigit(p.b[t.Start]) && scan.IsDigit(p.b[t.Start+1]) && scan.IsLetter(p.b[t.Start+2]) && p.value(int(t.Start), 2) > 31
}
