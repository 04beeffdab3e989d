package traffic

import (
	"strings"
	"unicode"
)

// speech is how a value is said.
type speech uint8

const (
	asWritten speech = iota // names and the like
	digits                  // each digit, with double, triple, oh and hesitation
	mixed                   // digits and letters, one by one
	email
	date
	house // an address: its number in words
)

// words of small numbers.
var (
	ones     = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	teens    = []string{"ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}
	tens     = []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	alphabet = []string{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima", "mike",
		"november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "x-ray", "yankee", "zulu"}
	months = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	days   = []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
		"thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty first",
		"twenty second", "twenty third", "twenty fourth", "twenty fifth", "twenty sixth", "twenty seventh", "twenty eighth"}
)

// say puts a value into spoken words.
func (g *Generator) say(v value) string {
	switch v.speech {
	case digits:
		plus := ""
		if v.written[0] == '+' {
			plus = "plus "
		}
		return plus + g.sayDigits(compact(v.written))
	case mixed:
		return g.sayMixed(compact(v.written))
	case email:
		return g.sayEmail(v.canonical)
	case date:
		return g.sayDate(v.canonical)
	case house:
		number, street, _ := strings.Cut(v.written, " ")
		return sayNumber(number) + " " + strings.ReplaceAll(street, ",", "")
	}
	return v.written
}

func (g *Generator) sayDigits(s string) string {
	zero := pick(g, []string{"zero", "zero", "oh"})
	word := func(d byte) string {
		if d == '0' {
			return zero
		}
		return ones[d-'0']
	}
	hesitate := len(s) > 8 && g.chance(0.15)
	var b strings.Builder
	for i := 0; i < len(s); {
		if i > 0 {
			b.WriteByte(' ')
			if hesitate && g.chance(0.15) {
				b.WriteString(pick(g, []string{"uh ", "um ", "er "}))
			}
		}
		run := 1
		for i+run < len(s) && s[i+run] == s[i] && run < 3 {
			run++
		}
		switch {
		case run == 3 && g.chance(0.5):
			b.WriteString("triple ")
		case run >= 2 && g.chance(0.6):
			b.WriteString("double ")
			run = 2
		default:
			run = 1
		}
		b.WriteString(word(s[i]))
		i += run
	}
	return b.String()
}

// sayMixed says letters by name or by the phonetic alphabet, digits as digits.
func (g *Generator) sayMixed(s string) string {
	phonetic := g.chance(0.3)
	var b strings.Builder
	for i, c := range strings.ToLower(s) {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case c >= '0' && c <= '9':
			b.WriteString(ones[c-'0'])
		case phonetic:
			b.WriteString(alphabet[c-'a'])
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func (g *Generator) sayEmail(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '@':
			b.WriteString(" at ")
		case c == '.':
			b.WriteString(" dot ")
		case c == '_':
			b.WriteString(" underscore ")
		case c == '-':
			b.WriteString(" dash ")
		case unicode.IsDigit(c):
			b.WriteString(" " + ones[c-'0'])
		default:
			b.WriteRune(c)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// sayDate says a date of the form 1982-03-14.
func (g *Generator) sayDate(iso string) string {
	year, month, day := atoi(iso[:4]), atoi(iso[5:7]), atoi(iso[8:])
	y := sayTwo(year/100) + " " + sayTwo(year%100)
	switch {
	case year >= 2000 && year < 2010:
		y = "two thousand and " + ones[year%10]
		if year == 2000 {
			y = "two thousand"
		}
	case year%100 < 10:
		y = sayTwo(year/100) + " oh " + ones[year%10]
	}
	switch g.rng.IntN(3) {
	case 0:
		return months[month-1] + " " + days[day-1] + " " + y
	case 1:
		return "the " + days[day-1] + " of " + months[month-1] + " " + y
	}
	return days[day-1] + " " + months[month-1] + " " + y
}

// sayTwo says a number below 100.
func sayTwo(n int) string {
	switch {
	case n < 10:
		return ones[n]
	case n < 20:
		return teens[n-10]
	case n%10 == 0:
		return tens[n/10]
	}
	return tens[n/10] + " " + ones[n%10]
}

// sayNumber says a house number as people do: 221 is two twenty one.
func sayNumber(s string) string {
	n := atoi(s)
	switch {
	case n < 100:
		return sayTwo(n)
	case n%100 == 0:
		return ones[n/100] + " hundred"
	case n%100 < 10:
		return ones[n/100] + " oh " + ones[n%10]
	}
	return ones[n/100] + " " + sayTwo(n%100)
}

func atoi(s string) (n int) {
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}
