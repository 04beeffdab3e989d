package pseudonym

import "strconv"

// level is how much of a date stays.
type level int

const (
	toDecade level = iota
	toYear
	toQuarter
	toMonth
	toDay
	toHour
	toMinute
)

// dateTo makes dates as coarse as a level says, in the forms of ISO 8601: 2024-03, 2024-Q1, 1980s. The time of day comes from the
// value, as canonical dates have none.
func dateTo(l level) func(dst, value, canonical []byte) ([]byte, bool) {
	return func(dst, value, canonical []byte) ([]byte, bool) {
		d, ok := readGeneral(value)
		if c, known := readDate(canonical); known && (!ok || !c.open || d.open) {
			if ok {
				c.hour, c.minute, c.zoneAt, c.epoch = d.hour, d.minute, d.zoneAt, d.epoch
			}
			d, ok = c, true
		}
		if !ok {
			return dst, false
		}
		return d.appendGeneral(dst, l, value)
	}
}

// readGeneral reads a date, or one that was generalised before.
func readGeneral(b []byte) (dateForm, bool) {
	none := dateForm{hour: -1}
	switch {
	case len(b) == 5 && digitsAt(b, 0) == 4 && b[4] == 's' && b[3] == '0':
		none.year = -number(b[:4])
		return none, none.year < 0
	case len(b) == 7 && digitsAt(b, 0) == 4 && b[4] == '-' && b[5] == 'Q' && b[6] >= '1' && b[6] <= '4':
		none.year, none.month = number(b[:4]), -int(b[6]-'0')
		return none, none.year > 0
	case len(b) == 4 && b[0] == '-' && b[1] == '-' && digitsAt(b, 2) == 2:
		none.month = number(b[2:])
		return none, none.month >= 1 && none.month <= 12
	}
	return readDate(b)
}

// appendGeneral appends the date, or what is known of it that is no finer than l. A decade is a year below 0, a quarter a month
// below 0.
func (d *dateForm) appendGeneral(dst []byte, l level, value []byte) ([]byte, bool) {
	known := toDay
	switch {
	case d.year < 0:
		known = toDecade
	case d.year == 0 && l < toMonth, d.year == 0 && d.open:
		return dst, false
	case d.month == 0 || d.open:
		known = toYear
	case d.month < 0:
		known = toQuarter
	case d.day == 0:
		known = toMonth
	case d.hour >= 0:
		known = toMinute
	}
	l = min(l, known)
	year := max(d.year, -d.year)
	if l == toDecade {
		dst = strconv.AppendInt(dst, int64(year/10), 10)
		return append(dst, "0s"...), true
	}
	if year == 0 {
		dst = append(dst, '-')
	} else {
		dst = strconv.AppendInt(dst, int64(year), 10)
	}
	switch {
	case l == toYear:
		return dst, true
	case l == toQuarter:
		quarter := -d.month
		if d.month > 0 {
			quarter = (d.month + 2) / 3
		}
		return append(dst, '-', 'Q', byte('0'+quarter)), true
	}
	dst = appendPadded(append(dst, '-'), d.month, true)
	if l >= toDay {
		dst = appendPadded(append(dst, '-'), d.day, true)
	}
	if l >= toHour {
		dst = appendPadded(append(dst, 'T'), d.hour, true)
		minute := d.minute
		if l == toHour {
			minute = 0
		}
		dst = appendPadded(append(dst, ':'), minute, true)
		dst = append(dst, ":00"...)
		switch {
		case d.epoch != 0:
			dst = append(dst, 'Z')
		case d.zoneAt.is() && value[d.zoneAt.start]|0x20 == 'z':
			dst = append(dst, 'Z')
		case d.zoneAt.is():
			dst = append(dst, value[d.zoneAt.start:d.zoneAt.end]...)
		}
	}
	return dst, true
}

// readTimeOfDay reads a time of day that is the whole of value.
func readTimeOfDay(value []byte) (hour, minute int, ok bool) {
	hour, minute, end, ok := readClock(value, 0)
	return hour, minute, ok && end == len(value)
}

func timeToHour(dst, value, _ []byte) ([]byte, bool) {
	hour, _, ok := readTimeOfDay(value)
	return append(appendPadded(dst, hour, true), ":00"...), ok
}

func timeToMinute(dst, value, _ []byte) ([]byte, bool) {
	hour, minute, ok := readTimeOfDay(value)
	return appendPadded(append(appendPadded(dst, hour, true), ':'), minute, true), ok
}

func timeToPart(dst, value, _ []byte) ([]byte, bool) {
	parts := [...]string{"night", "morning", "afternoon", "evening"} // six hours each
	for _, part := range parts {
		if string(value) == part {
			return append(dst, value...), true
		}
	}
	hour, _, ok := readTimeOfDay(value)
	if !ok {
		return dst, false
	}
	return append(dst, parts[hour/6]...), true
}
