package traffic

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// digitManner is how one speaker, and the recogniser that listens, put digits. It holds for a dialogue.
type digitManner struct {
	zero    string
	double  float64 // how often two of the same are "double"
	pair    float64 // how often two are one number: twenty five
	hundred float64 // how often three are hundreds: nine hundred
	figures float64 // how often the recogniser writes a group in figures
	apart   bool    // and those with spaces between
	letters letterManner
	wild    bool // groups of any size instead of the customary ones
}

type letterManner uint8

const (
	plainLetter letterManner = iota // b
	phonetic                        // bravo
	asIn                            // b for bravo, s as in sugar
)

func (m *maker) digitManner(t *talk) digitManner {
	d := digitManner{zero: choose(m, t.tongue.zeros), double: 0.1, wild: m.chance(0.3), apart: m.chance(0.5)}
	if t.voice != "us" || m.chance(0.3) {
		d.double = 0.7
	}
	if m.chance(0.3) || t.lang == "fr" || t.lang == "da" {
		d.pair = 0.6
	}
	if m.chance(0.25) {
		d.hundred = 0.5
	}
	switch m.rng.IntN(4) {
	case 0:
		d.figures = 0.5
	case 1:
		d.figures = 0.15
	}
	d.letters = choose(m, []letterManner{plainLetter, plainLetter, plainLetter, phonetic, asIn})
	return d
}

// speak says a fact.
func (m *maker) speak(f *fact) []chunk {
	switch f.how {
	case digits, mixed:
		return m.sayRun(f.raw, f.sizes)
	case email:
		return m.sayMail(f.raw)
	case date:
		return m.sayDay(f)
	case house:
		return m.sayHouse(f)
	}
	return []chunk{{words: f.raw, raw: f.raw}}
}

// sayRun says digits and letters in groups.
func (m *maker) sayRun(raw string, sizes []int) (chunks []chunk) {
	d := &m.talk.digits
	for i := 0; raw != ""; i++ {
		n := m.between(2, 4)
		if len(sizes) > 0 && !d.wild {
			n = sizes[min(i, len(sizes)-1)]
		}
		if raw[0] == '+' {
			n = max(n, 2)
		}
		n = min(n, len(raw))
		if n < len(raw) && n+1 == len(raw) && len(sizes) == 0 {
			n = len(raw)
		}
		chunks = append(chunks, m.sayChunk(raw[:n]))
		raw = raw[n:]
	}
	return chunks
}

// sayChunk says a group.
func (m *maker) sayChunk(raw string) chunk {
	t := m.talk
	d := &t.digits
	if m.chance(d.figures) {
		s := raw
		if d.apart {
			s = grouped(raw, 1, " ")
		}
		return chunk{words: strings.Replace(s, "+ ", "+", 1), raw: raw}
	}
	var list []string
	for i := 0; i < len(raw); {
		w, n := m.saySome(raw[i:])
		list = append(list, w)
		i += n
	}
	return chunk{words: strings.Join(list, " "), raw: raw}
}

// saySome says the first n symbols of s.
func (m *maker) saySome(s string) (words string, n int) {
	t := m.talk
	d := &t.digits
	c := s[0]
	switch {
	case c == '+':
		return t.tongue.plus, 1
	case c < '0' || c > '9':
		if len(s) > 1 && s[1] == c && t.tongue.double != "" && m.chance(d.double/3) {
			return t.tongue.double + " " + m.sayLetter(c), 2
		}
		return m.sayLetter(c), 1
	}
	run := 1
	for run < len(s) && s[run] == c {
		run++
	}
	switch {
	case t.tongue.hundred != "" && c != '0' && (strings.HasPrefix(s[1:], "00") && len(s) == 3) && m.chance(d.hundred):
		return m.sayDigit(c) + " " + t.tongue.hundred, 3
	case t.tongue.triple != "" && run >= 3 && m.chance(d.double*0.7):
		return choose(m, strings.Split(t.tongue.triple, "|")) + " " + m.sayDigit(c), 3
	case t.tongue.double != "" && run >= 2 && m.chance(d.double):
		return t.tongue.double + " " + m.sayDigit(c), 2
	case len(s) >= 2 && c != '0' && s[1] >= '0' && s[1] <= '9' && (s[1] != '0' || c == '1') && m.chance(d.pair):
		return t.tongue.pair(int(c-'0')*10 + int(s[1]-'0')), 2
	}
	return m.sayDigit(c), 1
}

func (m *maker) sayDigit(c byte) string {
	t := m.talk
	if c == '0' {
		return t.digits.zero
	}
	if t.errors > 0 && t.lang == "en" && !t.typed && m.chance(t.errors/5) {
		if w := soundAlike[c-'0']; w != "" {
			return w
		}
	}
	return t.tongue.ones[c-'0']
}

// soundAlike are words that recognisers write for a digit. The value is still the digit.
var soundAlike = [10]string{1: "won", 2: "to", 4: "for", 8: "ate"}

func (m *maker) sayLetter(c byte) string {
	t := m.talk
	i := c - 'A'
	letter := strings.ToLower(string(c))
	if t.style == cased {
		letter = string(c)
	}
	if t.lang != "en" {
		return letter
	}
	switch t.digits.letters {
	case phonetic:
		return alphabet[i]
	case asIn:
		if m.chance(0.7) {
			w := choose(m, strings.Split(asInWords[i], " "))
			return letter + choose(m, []string{" for ", " as in ", " like "}) + w
		}
	}
	return letter
}

// asInWords are what people say to make a letter clear.
var asInWords = [26]string{"apple alpha andrew", "bravo boy bob", "charlie cat", "delta dog david", "echo edward egg", "foxtrot freddie fish", "golf george goat", "hotel harry",
	"india ink igloo", "juliet jack john", "kilo king kite", "lima larry lemon", "mike mary mother", "november nancy nelly", "oscar orange oliver", "papa peter paul", "quebec queen",
	"romeo robert roger", "sierra sugar sam", "tango tommy tom", "uniform umbrella uncle", "victor van violet", "whiskey william", "xray xylophone", "yankee yellow yoyo", "zulu zebra zoo"}

// spell spells a word by its letters.
func (m *maker) spell(word string) (chunks []chunk) {
	t := m.talk
	letters := strings.ToUpper(ascii(strings.ToLower(word)))
	if letters == "" {
		return []chunk{{words: word, raw: word}}
	}
	if t.style == cased && m.chance(0.5) || t.typed {
		return []chunk{{words: grouped(letters, 1, choose(m, []string{"-", "-", " "})), raw: letters}}
	}
	for i := 0; i < len(letters); {
		w, n := m.saySome(letters[i:])
		chunks = append(chunks, chunk{words: w, raw: letters[i : i+n]})
		i += n
	}
	return chunks
}

// sayMail says an e-mail address, a user name or a password.
func (m *maker) sayMail(s string) (chunks []chunk) {
	t := m.talk
	spelled := m.chance(0.12)
	at := choose(m, t.tongue.at)
	flush := func(word string) {
		switch {
		case word == "":
		case word[0] >= '0' && word[0] <= '9':
			chunks = append(chunks, m.sayChunk(word))
		case spelled || len(word) == 1:
			chunks = append(chunks, chunk{words: grouped(strings.ToLower(word), 1, " "), raw: word})
		default:
			chunks = append(chunks, chunk{words: word, raw: word})
		}
	}
	local, domain, isMail := strings.Cut(s, "@")
	word := ""
	for i := range len(local) {
		c := local[i]
		sign := map[byte]string{'.': t.tongue.dot, '_': t.tongue.underscore, '-': t.tongue.dash}[c]
		switch {
		case sign != "":
			flush(word)
			word = ""
			chunks = append(chunks, chunk{words: sign, raw: string(c)})
		case word != "" && unicode.IsDigit(rune(c)) != unicode.IsDigit(rune(word[0])):
			flush(word)
			word = string(c)
		default:
			word += string(c)
		}
	}
	flush(word)
	if isMail {
		words := strings.ReplaceAll(domain, ".", " "+t.tongue.dot+" ")
		switch {
		case domain == "gmail.com" && m.chance(0.2):
			words = "g mail " + t.tongue.dot + " com"
		case m.chance(0.1):
			words = domain
		}
		chunks = append(chunks, chunk{words: at + " " + words, raw: "@" + domain})
	}
	return chunks
}

// sayDay says a date.
func (m *maker) sayDay(f *fact) []chunk {
	t := m.talk
	year, mo, d := atoi(f.raw[:4]), atoi(f.raw[5:7]), atoi(f.raw[8:])
	month := t.tongue.months[mo-1]
	if t.lang != "en" {
		day := fmt.Sprint(d)
		if t.tongue.day != nil && m.chance(0.6) {
			day = t.tongue.day(d)
		}
		y := fmt.Sprint(year)
		if year < 2000 && t.tongue.nineteen != "" && m.chance(0.5) {
			y = t.tongue.nineteen + t.tongue.pair(year%100)
		}
		return []chunk{{words: day + t.tongue.of + month + " " + y, raw: f.raw}}
	}
	y := m.sayYear(year)
	ordinal := ordinalDay(d)
	switch p := m.rng.IntN(12); {
	case p < 2:
		return []chunk{{words: month, raw: f.raw}, {words: ordinal}, {words: y}}
	case p < 4:
		return []chunk{{words: "the " + ordinal + " of " + month, raw: f.raw}, {words: y}}
	case p < 6:
		return []chunk{{words: ordinal, raw: f.raw}, {words: month}, {words: y}}
	case p < 7:
		return []chunk{{words: fmt.Sprintf("%d%s of the %d%s", d, th(d), mo, th(mo)), raw: f.raw}, {words: fmt.Sprint(year)}}
	case p < 8:
		return []chunk{{words: fmt.Sprintf("%d%s %s %d", d, th(d), month, year), raw: f.raw}}
	case p < 9:
		return []chunk{{words: fmt.Sprintf("%s %d %d", month, d, year), raw: f.raw}}
	case p < 10 && t.voice != "us":
		return []chunk{{words: ordinal + " of the " + ordinalDay(mo), raw: f.raw}, {words: y}}
	}
	a, b := d, mo
	if t.voice == "us" {
		a, b = mo, d
	}
	return []chunk{{words: m.smallNumber(a), raw: f.raw}, {words: m.smallNumber(b)}, {words: y}}
}

// smallNumber says a day or month: three, oh three, zero three, twenty one.
func (m *maker) smallNumber(n int) string {
	if n < 10 && m.chance(0.6) {
		return m.talk.digits.zero + " " + ones[n]
	}
	return sayTwo(n)
}

func ordinalDay(d int) string {
	if d <= len(days) {
		return days[d-1]
	}
	return []string{"twenty ninth", "thirtieth", "thirty first"}[d-29]
}

func (m *maker) sayYear(year int) string {
	switch {
	case year == 2000:
		return "two thousand"
	case year > 2000 && year < 2010:
		return choose(m, []string{"two thousand and ", "two thousand ", "twenty oh "}) + ones[year%10]
	case year%100 == 0:
		return sayTwo(year/100) + " hundred"
	case year%100 < 10:
		return sayTwo(year/100) + " oh " + ones[year%10]
	case year < 2000 && m.chance(0.15):
		return sayTwo(year % 100)
	case m.chance(0.15):
		return fmt.Sprint(year)
	}
	return sayTwo(year/100) + " " + sayTwo(year%100)
}

// sayHouse says an address: its numbers in words, or as the recogniser has them.
func (m *maker) sayHouse(f *fact) (chunks []chunk) {
	t := m.talk
	list := strings.Fields(f.raw)
	for i, w := range list {
		next := w
		switch {
		case t.lang != "en" && t.voice != "latn":
		case !strings.ContainsAny(w, "0123456789") || m.chance(t.digits.figures):
		case isNumber(w) && len(w) <= 4 && (i < len(list)-1 || i == 0):
			next = m.houseNumber(w)
		default: // a postcode, or a number with a letter
			next = m.sayChunk(compact(w)).words
		}
		chunks = append(chunks, chunk{words: next, raw: w})
	}
	return chunks
}

func isNumber(s string) bool {
	return s != "" && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}

// houseNumber says a number as people do: two twenty one, fourteen oh five, twenty three hundred, one two three.
func (m *maker) houseNumber(s string) string {
	n := atoi(s)
	switch {
	case len(s) > 2 && m.chance(0.3) || s[0] == '0':
		var list []string
		for i := range len(s) {
			list = append(list, m.sayDigit(s[i]))
		}
		return strings.Join(list, " ")
	case n < 1000:
		return sayNumber(s)
	case n%1000 == 0:
		return ones[n/1000] + " thousand"
	case n%100 == 0:
		return sayTwo(n/100) + " hundred"
	case n%100 < 10:
		return sayTwo(n/100) + " oh " + ones[n%10]
	}
	return sayTwo(n/100) + " " + sayTwo(n%100)
}
