package pseudonym

import (
	"bytes"
	"math"
	"strconv"
)

// ageTop is from where on ages are one group: the few that are older stand out (as in 45 CFR 164.514(b)(2)(i)(C)).
const ageTop = 90

// ageMost is the highest number taken for an age.
const ageMost = 130

func ageTo10(dst, value, canonical []byte) ([]byte, bool) { return ageTo(dst, value, canonical, 10) }
func ageTo5(dst, value, canonical []byte) ([]byte, bool)  { return ageTo(dst, value, canonical, 5) }

// ageTo appends the group of an age: 40-49, 90+. A group is read by its first age.
func ageTo(dst, value, canonical []byte, width int) ([]byte, bool) {
	for _, b := range [...][]byte{canonical, value} {
		n := digitsAt(b, 0)
		if n == 0 || n > 3 || n < len(b) && b[n] != ' ' && b[n] != '+' && b[n] != '-' {
			continue
		}
		age := number(b[:n])
		switch {
		case age > ageMost:
			return dst, false
		case age >= ageTop:
			return append(strconv.AppendInt(dst, ageTop, 10), '+'), true
		}
		low, high := age-age%width, age-age%width+width-1
		if n < len(b) && b[n] == '-' { // a group already: not finer than it is
			m := digitsAt(b, n+1)
			if m == 0 || m > 3 || n+1+m != len(b) {
				continue
			}
			end := number(b[n+1:])
			high = max(high, end-end%width+width-1)
		}
		dst = strconv.AppendInt(dst, int64(low), 10)
		return strconv.AppendInt(append(dst, '-'), int64(high), 10), true
	}
	return dst, false
}

// money is an amount as it is written, a group of amounts by its first.
type money struct {
	currency string
	negative bool
	units    int64 // without the part behind the point
	group    int64 // where a group ends; 0 for a single amount
}

// currencies are the signs and words for money that are kept.
var currencies = [...]struct{ sign, name string }{
	{"£", "GBP"}, {"€", "EUR"}, {"₹", "INR"}, {"US$", "USD"}, {"A$", "AUD"}, {"C$", "CAD"}, {"$", "$"}, {"¥", "¥"}, {"Rs.", "INR"}, {"Rs", "INR"},
	{"GBP", "GBP"}, {"EUR", "EUR"}, {"INR", "INR"}, {"USD", "USD"}, {"AUD", "AUD"}, {"CAD", "CAD"}, {"CHF", "CHF"}, {"JPY", "JPY"}, {"CNY", "CNY"},
	{"SEK", "SEK"}, {"NOK", "NOK"}, {"DKK", "DKK"}, {"PLN", "PLN"}, {"CZK", "CZK"}, {"HUF", "HUF"}, {"RON", "RON"}, {"BGN", "BGN"}, {"TRY", "TRY"},
	{"zł", "PLN"}, {"Kč", "CZK"}, {"kr", "kr"},
}

// readMoney reads £1,234.56, 1.234,56 €, Rs 1,20,000, -5, GBP 100-499.
func readMoney(b []byte) (m money, ok bool) {
	b = bytes.TrimSpace(b)
	if len(b) > 64 {
		return m, false
	}
	sign := func() {
		if len(b) > 0 && b[0] == '-' {
			m.negative, b = true, b[1:]
		} else if len(b) > 0 && b[0] == '+' {
			b = b[1:]
		}
	}
	sign()
	for i := range currencies {
		if c := &currencies[i]; m.currency == "" && len(b) > len(c.sign) {
			if n := len(c.sign); string(b[:n]) == c.sign {
				m.currency, b = c.name, bytes.TrimSpace(b[n:])
			} else if at := len(b) - n; string(b[at:]) == c.sign {
				m.currency, b = c.name, bytes.TrimSpace(b[:at])
			}
		}
	}
	if !m.negative {
		sign()
	}
	if i := bytes.IndexByte(b, '-'); i > 0 {
		if m.group, ok = readUnits(b[i+1:], m.currency != ""); !ok {
			return m, false
		}
		b = b[:i]
	} else if i := len(b) - 1; i > 0 && b[i] == '+' {
		b = b[:i]
	}
	m.units, ok = readUnits(b, m.currency != "")
	return m, ok
}

// readUnits reads a number with marks between its thousands, up to its decimal point. The last mark is one if it is of another kind than
// those before, or the only one and has no three digits behind it; a single point with three is one where no money is named.
func readUnits(b []byte, money bool) (v int64, ok bool) {
	marks, last, kind := 0, -1, byte(0)
	mixed := false
	for i, c := range b {
		switch {
		case isDigit(c):
		case i > 0 && i < len(b)-1 && (c == '.' || c == ',' || c == '\'' || c == ' ' || c == '_') && isDigit(b[i-1]):
			if marks > 0 && c != kind {
				mixed = true
			}
			marks, last, kind = marks+1, i, c
		default:
			return 0, false
		}
	}
	end := len(b)
	if point := kind == '.' || kind == ','; point && (mixed || marks == 1 && (len(b)-last != 4 || kind == '.' && !money)) {
		end = last
	}
	for _, c := range b[:end] {
		if isDigit(c) {
			if v > math.MaxInt64/20 {
				return 0, false
			}
			v = v*10 + int64(c-'0')
		}
	}
	return v, len(b) > 0
}

// amountTop is from where on amounts are one group.
const amountTop = 1_000_000

func amountToBucket(dst, value, _ []byte) ([]byte, bool)    { return amountTo(dst, value, 5) }
func amountToMagnitude(dst, value, _ []byte) ([]byte, bool) { return amountTo(dst, value, 1) }

// amountTo appends the group of an amount: GBP 100-499. Groups begin at the powers of ten and, if half is 5, at five times them.
func amountTo(dst, value []byte, half int64) ([]byte, bool) {
	m, ok := readMoney(value)
	if !ok {
		return dst, false
	}
	if m.currency != "" {
		dst = append(append(dst, m.currency...), ' ')
	}
	low, high := bucket(m.units, half)
	if m.group > 0 {
		_, high = bucket(max(m.group, m.units), half)
	}
	if m.negative {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, low, 10)
	if low >= amountTop {
		return append(dst, '+'), true
	}
	return strconv.AppendInt(append(dst, '-'), high, 10), true
}

// bucket gives the first and last whole amount of the group that v is in.
func bucket(v, half int64) (low, high int64) {
	switch {
	case v >= amountTop:
		return amountTop, amountTop
	case v == 0:
		return 0, 9
	}
	power := int64(1)
	for v >= 10*power {
		power *= 10
	}
	switch {
	case power == 1:
		return 0, 9
	case half == 5 && v >= 5*power:
		return 5 * power, 10*power - 1
	case half == 5:
		return power, 5*power - 1
	}
	return power, 10*power - 1
}

// durations are the groups of lengths of time, by the seconds they begin with.
var durations = [...]struct {
	from int64
	name string
}{{0, "0-9 s"}, {10, "10-29 s"}, {30, "30-59 s"}, {60, "1-4 min"}, {300, "5-14 min"}, {900, "15-29 min"}, {1800, "30-59 min"},
	{3600, "1-3 h"}, {4 * 3600, "4-11 h"}, {12 * 3600, "12-23 h"}, {24 * 3600, "1 d+"}}

func durationToBucket(dst, value, _ []byte) ([]byte, bool) { return durationTo(dst, value, 1) }
func millisToBucket(dst, value, _ []byte) ([]byte, bool)   { return durationTo(dst, value, 1000) }

// durationTo appends the group of a length of time: "5-14 min". A bare number counts units, of which a second has as many as given.
func durationTo(dst, value []byte, units int64) ([]byte, bool) {
	for i := range durations {
		if string(value) == durations[i].name {
			return append(dst, value...), true
		}
	}
	seconds, ok := readDuration(value, units)
	if !ok {
		return dst, false
	}
	i := len(durations) - 1
	for durations[i].from > seconds {
		i--
	}
	return append(dst, durations[i].name...), true
}

// readDuration reads 754, 754.2, 12:34, 1:12:34, PT1H2M3S, 1h2m3.5s, 5 min.
func readDuration(b []byte, units int64) (seconds int64, ok bool) {
	const most = 12 // digits
	n := digitsAt(b, 0)
	if n > 0 && n <= most && (n == len(b) || b[n] == '.' && n+1+digitsAt(b, n+1) == len(b)) {
		return number64(b[:n]) / units, true
	}
	if n > 0 && n <= 4 && n < len(b) && b[n] == ':' {
		parts := 1
		seconds = number64(b[:n])
		for b = b[n:]; len(b) > 0 && parts < 3; parts++ {
			if len(b) < 3 || b[0] != ':' || digitsAt(b, 1) != 2 {
				break
			}
			seconds = 60*seconds + number64(b[1:3])
			b = b[3:]
		}
		if len(b) > 0 && b[0] == '.' && digitsAt(b, 1) == len(b)-1 {
			b = nil
		}
		return seconds, len(b) == 0
	}
	if len(b) > 0 && b[0] == 'P' {
		b = b[1:]
	}
	found := false
	for len(b) > 0 {
		if b[0] == ' ' || b[0] == 'T' {
			b = b[1:]
			continue
		}
		n := digitsAt(b, 0)
		if n == 0 || n > 9 {
			return 0, false
		}
		v := number64(b[:n])
		if b = b[n:]; len(b) > 1 && b[0] == '.' {
			b = b[1+digitsAt(b, 1):]
		}
		if len(b) > 0 && b[0] == ' ' {
			b = b[1:]
		}
		letters := 0
		for letters < len(b) && isASCIILetter(b[letters]) {
			letters++
		}
		unit := secondsOf(b[:letters])
		if unit < 0 {
			return 0, false
		}
		seconds += v * unit
		b, found = b[letters:], true
	}
	return seconds, found
}

// secondsOf gives how many seconds a unit has, less than 0 for what is none. Milliseconds count as nothing.
func secondsOf(unit []byte) int64 {
	switch string(unit) {
	case "ms":
		return 0
	case "s", "S", "sec", "secs", "second", "seconds":
		return 1
	case "m", "M", "min", "mins", "minute", "minutes":
		return 60
	case "h", "H", "hr", "hrs", "hour", "hours":
		return 3600
	case "d", "D", "day", "days":
		return daySeconds
	}
	return -1
}
