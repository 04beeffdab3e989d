package pseudonym

// dateForm is a date as it is written: which bytes of it are what. Fields that aren't written are 0.
type dateForm struct {
	year, month, day int
	hour, minute     int  // -1 where there is no time of day
	open             bool // day and month may stand the other way round
	short            bool // the year has two digits

	yearAt, monthAt, dayAt part
	weekdayAt              part // the name of a day of the week
	suffixAt               part // "th" behind the day
	weekday                name
	monthName              name
	zoneAt                 part
	epoch                  int64 // units in a second of a date that is a count of time since 1970: 1 or 1000; else 0
}

type part struct{ start, end int }

func (p part) is() bool { return p.end > p.start }

// name is a word of the calendar: which, in which language, long or short.
type name struct {
	index    int // of the month from 1, of the day from 0 (Sunday)
	language int
	short    bool
}

// datePartsMax bounds how many words and numbers are looked at.
const datePartsMax = 12

// readDate reads a date that is the whole of b: 2024-03-31, 31/03/2024, 31.3.24, 20240331, "Sunday, 31st of March 2024",
// "März 2024", a year, each with a time of day or without, the seconds or milliseconds since 1970, and the forms of
// detectors.Finding.Canonical (--03-31, ?2024-03-04). Two digits are years from 1930 to 2029.
func readDate(b []byte) (d dateForm, ok bool) {
	d.hour, d.minute = -1, -1
	i := 0
	if i < len(b) && b[i] == '?' {
		d.open = true
		i++
	}
	if n := digitsAt(b, i); n == len(b)-i && n >= 8 {
		return readJoined(b, d)
	}
	if i+7 == len(b) && string(b[i:i+2]) == "--" && b[i+4] == '-' && digitsAt(b, i+2) == 2 && digitsAt(b, i+5) == 2 {
		d.month, d.day = number(b[i+2:i+4]), number(b[i+5:])
		return d, d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= monthDays[d.month]
	}
	var numbers [3]part
	n, rest := d.collect(b, i, &numbers)
	if n == 0 && !d.monthAt.is() || !d.assign(b, numbers[:n]) || !d.isValid() {
		return d, false
	}
	if rest < len(b) && !(d.year != 0 && d.day != 0 && d.readTime(b, rest)) {
		return d, false
	}
	return d, true
}

// collect takes in the numbers and names up to a whole date, and gives the place behind it.
func (d *dateForm) collect(b []byte, i int, numbers *[3]part) (n, rest int) {
	for parts := 0; i < len(b) && parts < datePartsMax; parts++ {
		if n == 3 || n == 2 && d.monthAt.is() {
			return n, i
		}
		start := i
		switch c := b[i]; {
		case isDigit(c):
			i += digitsAt(b, i)
			numbers[n] = part{start, i}
			n++
		case isASCIILetter(c) || c >= 0x80:
			for i < len(b) && (isASCIILetter(b[i]) || b[i] >= 0x80) {
				i++
			}
			if !d.word(b, part{start, i}, n > 0 && numbers[n-1].end == start) {
				return n, start
			}
		case c == ' ' || c == ',' || c == '.' || c == '-' || c == '/' || c == '\'':
			i++
			parts--
		default:
			return n, i
		}
	}
	return n, i
}

// word takes a word of a date.
func (d *dateForm) word(b []byte, at part, behindDigit bool) bool {
	word := b[at.start:at.end]
	if behindDigit {
		if isOrdinal(word) && !d.suffixAt.is() {
			d.suffixAt = at
			return true
		}
		return false
	}
	if !d.monthAt.is() {
		if name, ok := months.find(word); ok {
			name.index++
			d.monthAt, d.monthName, d.month = at, name, name.index
			return true
		}
	}
	if !d.weekdayAt.is() {
		if name, ok := weekdays.find(word); ok {
			d.weekdayAt, d.weekday = at, name
			return true
		}
	}
	return isDateWord(word)
}

// assign says which number is what.
func (d *dateForm) assign(b []byte, numbers []part) bool {
	value := func(k int) int { return number(b[numbers[k].start:numbers[k].end]) }
	length := func(k int) int { return numbers[k].end - numbers[k].start }
	setYear := func(k int) bool {
		d.yearAt, d.year = numbers[k], value(k)
		switch length(k) {
		case 4:
			return d.year >= 1000
		case 2:
			d.short = true
			d.year = fullYear(d.year)
			return true
		}
		return false
	}
	setDay := func(k int) bool {
		d.dayAt, d.day = numbers[k], value(k)
		return length(k) <= 2 && d.day >= 1
	}
	setMonth := func(k int) bool {
		d.monthAt, d.month = numbers[k], value(k)
		return length(k) <= 2 && d.month >= 1
	}
	switch named := d.monthAt.is(); {
	case named && len(numbers) == 2 && length(0) == 4:
		return setYear(0) && setDay(1)
	case named && len(numbers) == 2:
		return setDay(0) && setYear(1)
	case named && len(numbers) == 1 && length(0) == 4:
		return setYear(0)
	case named && len(numbers) == 1:
		return setDay(0)
	case named || d.suffixAt.is():
		return false
	case len(numbers) == 3 && length(0) == 4:
		return setYear(0) && setMonth(1) && setDay(2)
	case len(numbers) == 3:
		first, second := 0, 1
		if value(1) > 12 {
			first, second = 1, 0
		} else {
			d.open = d.open || value(0) <= 12 && value(0) != value(1) && b[numbers[0].end] != '.'
		}
		return setDay(first) && setMonth(second) && setYear(2)
	case len(numbers) == 2 && length(0) == 4:
		return setYear(0) && setMonth(1)
	case len(numbers) == 2 && length(1) == 4:
		return setMonth(0) && setYear(1)
	case len(numbers) == 1 && length(0) == 4:
		return setYear(0)
	}
	return false
}

// readJoined reads digits without marks: 20240331, 31032024, and times since 1970.
func readJoined(b []byte, d dateForm) (dateForm, bool) {
	switch {
	case d.open:
	case len(b) == 8:
		if y, m, day := number(b[:4]), number(b[4:6]), number(b[6:]); y >= 1800 && y < 2200 && isDay(y, m, day) {
			d.year, d.month, d.day = y, m, day
			d.yearAt, d.monthAt, d.dayAt = part{0, 4}, part{4, 6}, part{6, 8}
			return d, true
		}
		day, m, y := number(b[:2]), number(b[2:4]), number(b[4:])
		d.dayAt, d.monthAt, d.yearAt = part{0, 2}, part{2, 4}, part{4, 8}
		if m > 12 {
			day, m = m, day
			d.dayAt, d.monthAt = d.monthAt, d.dayAt
		} else {
			d.open = day <= 12 && day != m
		}
		d.year, d.month, d.day = y, m, day
		return d, y >= 1800 && y < 2200 && isDay(y, m, day)
	case len(b) == 10 || len(b) == 13:
		d.epoch = 1
		if len(b) == 13 {
			d.epoch = 1000
		}
		if b[0] == '0' {
			return d, false
		}
		seconds := number64(b) / d.epoch
		d.year, d.month, d.day = civil(int(seconds / daySeconds))
		d.hour, d.minute = int(seconds%daySeconds/3600), int(seconds%3600/60)
		return d, true
	}
	return d, false
}

// readTime reads the time of day that follows a date, with its zone: "T09:15:30.250Z", " 9:15 pm", " 09:15 +02:00".
func (d *dateForm) readTime(b []byte, i int) bool {
	if b[i]|0x20 == 't' {
		i++
	} else {
		for i < len(b) && (b[i] == ' ' || b[i] == ',') {
			i++
		}
	}
	hour, minute, i, ok := readClock(b, i)
	if !ok {
		return false
	}
	d.hour, d.minute = hour, minute
	if i == len(b) {
		return true
	}
	switch rest := b[i:]; {
	case string(rest) == "Z", string(rest) == "z":
		d.zoneAt = part{i, i + 1}
		return true
	case len(rest) == 6 && (rest[0] == '+' || rest[0] == '-') && digitsAt(b, i+1) == 2 && rest[3] == ':' && digitsAt(b, i+4) == 2:
		d.zoneAt = part{i, i + 6}
		return number(rest[1:3]) <= 14 && number(rest[4:]) < 60
	case string(rest) == " UTC", string(rest) == " GMT":
		return true
	}
	return false
}

// readClock reads a time of day at i: 9:15, 09:15:30, 09:15:30.250, 9:15 pm.
func readClock(b []byte, i int) (hour, minute, end int, ok bool) {
	n := digitsAt(b, i)
	if n == 0 || n > 2 || i+n+3 > len(b) || b[i+n] != ':' || digitsAt(b, i+n+1) != 2 {
		return 0, 0, i, false
	}
	hour, minute = number(b[i:i+n]), number(b[i+n+1:i+n+3])
	i += n + 3
	if i < len(b) && b[i] == ':' && digitsAt(b, i+1) == 2 {
		i += 3
		if i < len(b) && (b[i] == '.' || b[i] == ',') && digitsAt(b, i+1) > 0 {
			i += 1 + digitsAt(b, i+1)
		}
	}
	k := i
	if k < len(b) && b[k] == ' ' {
		k++
	}
	if k+2 == len(b) && b[k+1]|0x20 == 'm' && (b[k]|0x20 == 'a' || b[k]|0x20 == 'p') {
		if hour < 1 || hour > 12 {
			return 0, 0, i, false
		}
		hour %= 12
		if b[k]|0x20 == 'p' {
			hour += 12
		}
		i = k + 2
	}
	return hour, minute, i, hour < 24 && minute < 60
}

// isValid tells whether what is written can be: no 31 April.
func (d *dateForm) isValid() bool {
	switch {
	case d.month == 0:
		return d.day == 0
	case d.month > 12:
		return false
	case d.day == 0:
		return true
	case d.year == 0:
		return d.day <= monthDays[d.month]
	}
	return isDay(d.year, d.month, d.day)
}

// centuryTurn is the year of two digits from which on they are of 1900, as detectors read them.
const centuryTurn = 30

func fullYear(short int) int {
	if short < centuryTurn {
		return 2000 + short
	}
	return 1900 + short
}

const daySeconds = 24 * 60 * 60

// monthDays are the most days of each month.
var monthDays = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func isDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || day > monthDays[month] {
		return false
	}
	return month != 2 || day < 29 || year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

// dayNumber counts the days since 1 January 1970 in the Gregorian calendar, years beginning in March so that the leap day
// is the last.
func dayNumber(year, month, day int) int {
	if month <= 2 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}

// civil is the date of a day number, for years from 1 on.
func civil(n int) (year, month, day int) {
	n += 719468
	era := n / 146097
	n %= 146097
	of := (n - n/1460 + n/36524 - n/146096) / 365
	n -= 365*of + of/4 - of/100
	m := (5*n + 2) / 153
	day = n - (153*m+2)/5 + 1
	year = of + 400*era
	if month = m + 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// digitsAt counts the digits that b has at i.
func digitsAt(b []byte, i int) (n int) {
	for i+n < len(b) && isDigit(b[i+n]) {
		n++
	}
	return n
}

// number is the value of up to nine digits; of more it is a value that fits nothing.
func number(digits []byte) int {
	if len(digits) > 9 {
		return 1 << 30
	}
	return int(number64(digits))
}

func number64(digits []byte) (v int64) {
	for _, c := range digits {
		v = v*10 + int64(c-'0')
	}
	return v
}
