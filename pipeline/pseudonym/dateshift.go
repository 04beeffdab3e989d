package pseudonym

import (
	"encoding/binary"
	"strconv"
)

// dateType is what stands for a date that can't be shifted.
const dateType = "DATE"

// AppendShifted appends a date moved by up to days days to either side, in the form it was written in: the order of its parts,
// names of months and days of the week, the time of day as it was. The distance is drawn, by key, for a subject and the domain; it is
// never 0. All dates of a subject move alike, so that what lies between them stays. With a scope id (a call) in the domain
// it holds within that call, else within the tenant and sink. Dates that platform and speaker give move apart, as their tokens are.
//
// What can't be moved exactly becomes "[DATE]": a month or year alone, 03/04/2024 (which of them is the month?), spoken dates. Of the
// latter pass the canonical form. Who knows one true date of a subject knows all of them; days of the week and seasons show through when
// days is small.
func (k *Tokenizer) AppendShifted(dst []byte, d Domain, subject []byte, days int, value []byte) []byte {
	f, ok := readDate(value)
	if !ok || f.open || f.year == 0 || f.month == 0 || f.day == 0 || len(subject) == 0 || days < 1 {
		return AppendType(dst, dateType)
	}
	scope := byte('r')
	if len(d.Scope) > 0 {
		scope = 'c'
	}
	sum, ok := k.derive(d, labelShift, dateType, scope, subject)
	if !ok {
		return AppendType(dst, dateType)
	}
	by := int(binary.BigEndian.Uint64(sum[:])%uint64(2*days)) - days
	if by >= 0 {
		by++
	}
	if f.epoch != 0 {
		moved := number64(value) + int64(by)*daySeconds*f.epoch
		if least := 1_000_000_000 * f.epoch; moved < least || moved >= 10*least {
			return AppendType(dst, dateType) // of another length
		}
		return strconv.AppendInt(dst, moved, 10)
	}
	n := dayNumber(f.year, f.month, f.day) + by
	year, month, day := civil(n)
	if year < 1000 || year > 9999 || f.short && fullYear(year%100) != year {
		return AppendType(dst, dateType)
	}
	return f.write(dst, value, n, year, month, day)
}

// write appends the value with another date in it.
func (d *dateForm) write(dst, value []byte, n, year, month, day int) []byte {
	parts := [...]part{d.yearAt, d.monthAt, d.dayAt, d.suffixAt, d.weekdayAt}
	padded := func(p, other part) bool {
		return value[p.start] == '0' || p.end-p.start == 2 && (other.end-other.start == 2 && isDigit(value[other.start]))
	}
	done := 0
	for {
		next := -1
		for i, p := range parts { // in the order they stand in
			if p.is() && p.start >= done && (next < 0 || p.start < parts[next].start) {
				next = i
			}
		}
		if next < 0 {
			return append(dst, value[done:]...)
		}
		p := parts[next]
		dst = append(dst, value[done:p.start]...)
		done = p.end
		switch word := value[p.start:p.end]; next {
		case 0:
			if d.short {
				dst = appendPadded(dst, year%100, true)
			} else {
				dst = strconv.AppendInt(dst, int64(year), 10)
			}
		case 1:
			if isDigit(word[0]) {
				dst = appendPadded(dst, month, padded(p, d.dayAt))
			} else {
				dst = monthNames.append(dst, d.monthName, month-1, word)
			}
		case 2:
			dst = appendPadded(dst, day, padded(p, d.monthAt))
		case 3:
			dst = appendOrdinal(dst, day, word)
		case 4:
			dst = weekdayNames.append(dst, d.weekday, (n%7+11)%7, word)
		}
	}
}

func appendPadded(dst []byte, v int, pad bool) []byte {
	if v < 10 && pad {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(v), 10)
}

// appendOrdinal appends what stands behind the number of a day, in the manner of what stood there.
func appendOrdinal(dst []byte, day int, like []byte) []byte {
	switch string(like) {
	case "er":
		if day != 1 {
			return dst
		}
	case "st", "nd", "rd", "th", "ST", "ND", "RD", "TH":
		ending := "th"
		if day < 10 || day > 20 {
			switch day % 10 {
			case 1:
				ending = "st"
			case 2:
				ending = "nd"
			case 3:
				ending = "rd"
			}
		}
		capital := ^like[0] & 0x20
		return append(dst, ending[0]&^capital, ending[1]&^capital)
	}
	return append(dst, like...)
}
