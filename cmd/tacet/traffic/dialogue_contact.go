package traffic

import (
	"fmt"
	"strings"
)

// dialPlans are numbers that nobody has: those that regulators keep for drama (Ofcom, the North American plan, Arcep, the
// Bundesnetzagentur, PTS), and where there are none, parts of a plan that no subscriber's number begins with.
var dialPlans = map[string][]string{
	"uk": {"07700 900xxx", "07700 900xxx", "07700 900 xxx", "+44 7700 900xxx", "020 7946 0xxx", "0113 496 0xxx", "0114 496 0xxx", "0117 496 0xxx", "0161 496 0xxx", "01632 960xxx", "01632 960xxx", "028 9649 6xxx", "029 2018 0xxx"},
	"us": {"(303) 555-01xx", "602-555-01xx", "+1 503 555 01xx", "512.555.01xx", "917 555 01xx", "(718) 555-01xx", "404-555-01xx", "312 555 01xx", "1-206-555-01xx", "785-555-01xx"},
	"in": {"50xxxxxxxx", "50xxx xxxxx", "50xx xxx xxx", "+91 50xxx xxxxx", "+91 50xxxxxxxx", "+44 7700 900xxx"},
	"de": {"030 23125xxx", "+49 30 23125xxx", "0171 39200xx", "0221 4710xxx", "040 66969xxx", "069 90009xxx"},
	"fr": {"06 39 98 xx xx", "+33 6 39 98 xx xx", "01 99 00 xx xx", "02 61 91 xx xx", "03 53 01 xx xx", "04 65 71 xx xx", "05 36 49 xx xx"},
	"es": {"50x xxx xxx", "5xx xx xx xx", "+34 50x xxx xxx"},
	"it": {"300 xxx xxxx", "300 xx xx xxx", "+39 300 xxx xxxx"},
	"nl": {"06 00xxxxxx", "06-00xxxxxx", "+31 6 00xxxxxx"},
	"pl": {"40x xxx xxx", "40x-xxx-xxx", "+48 40x xxx xxx"},
	"pt": {"94x xxx xxx", "+351 94x xxx xxx", "94 xxx xx xx"},
	"sv": {"070-174 06 xx", "08-465 004 xx", "031-390 06 xx", "040-628 04 xx", "+46 70 174 06 xx"},
	"da": {"1x xx xx xx", "1xxx xxxx", "+45 1x xx xx xx"},
}

var dialCodes = map[string]string{"uk": "44", "us": "1", "in": "91", "de": "49", "fr": "33", "es": "34", "it": "39", "nl": "31", "pl": "48", "pt": "351", "sv": "46", "da": "45"}

func (m *maker) phone(country string) *fact {
	s := m.fill(choose(m, dialPlans[country]))
	raw := compact(s)
	f := &fact{typ: "PHONE", raw: raw, written: []string{s, s, raw}, how: digits, parts: true}
	if s[0] == '+' {
		f.raw, f.written = "+"+raw, []string{s, "+" + raw}
	}
	switch {
	case s[0] == '+':
		code := dialCodes[country]
		if country == "in" && strings.HasPrefix(s, "+44") {
			code = "44"
		}
		f.sizes = []int{1 + len(code), 3, 3, 4}
	case country == "us":
		f.sizes = []int{3, 3, 4}
		if raw[0] == '1' {
			f.sizes = []int{1, 3, 3, 4}
		}
	case country == "in":
		f.sizes = choose(m, [][]int{{5, 5}, {4, 3, 3}, {2, 4, 4}, {3, 3, 4}})
	case country == "fr" || country == "da":
		f.sizes = []int{2}
	case country == "uk":
		f.sizes = choose(m, [][]int{{5, 3, 3}, {5, 6}, {3, 4, 4}, {4, 3, 4}})
	default:
		f.sizes = []int{3, 3, 3}
	}
	f.norm = func(raw string) string { return dialled(country, raw) }
	return f
}

// dialled gives a number with its country and without signs. One that is incomplete stays as it is.
func dialled(country, raw string) string {
	code := dialCodes[country]
	switch {
	case raw[0] == '+':
		return raw[1:]
	case country == "us" && len(raw) == 11 && raw[0] == '1':
		return raw
	case raw[0] == '0' && country != "it":
		return code + raw[1:]
	}
	return code + raw
}

// mail makes an e-mail address from the caller's name. What is written stands at a domain for documentation (RFC 2606); what
// is only said may name a provider.
func (m *maker) mail(written bool) *fact {
	p := m.who("self")
	first, last := ascii(strings.ToLower(p.given)), ascii(strings.ToLower(p.last))
	if first == "" || last == "" {
		first, last = "info", "desk"
	}
	local := first + choose(m, []string{".", ".", "_", "", "-"}) + last
	switch m.rng.IntN(7) {
	case 0:
		local = first[:1] + last
	case 1:
		local = first + m.fill("xx")
	case 2:
		local = first + last[:1] + m.fill("xx")
	case 3:
		local = first[:1] + "." + last
	case 4:
		local += m.fill(choose(m, []string{"x", "xx", "xxx", "19zx"}))
	}
	f := &fact{typ: "EMAIL", how: email, norm: strings.ToLower}
	domain := choose(m, []string{"example.com", "example.org", "example.net", "mail.example.com", "example.co.uk", "post.example"})
	if !m.talk.typed && !written && m.chance(0.6) {
		domain, f.heardOnly = choose(m, m.talk.tongue.providers), true
	}
	f.raw = local + "@" + domain
	f.written = []string{f.raw}
	return f
}

func (m *maker) userName() *fact {
	p := m.who("self")
	s := initial(ascii(strings.ToLower(p.given))+"x") + ascii(strings.ToLower(p.last)) + m.fill(choose(m, []string{"xx", "x", "xxx"}))
	return &fact{typ: "USERNAME", raw: s, written: []string{s}, how: email, norm: strings.ToLower}
}

// password makes a word and figures; some signs where it is written.
func (m *maker) password() *fact {
	s := strings.ToLower(compact(m.place("uk", "street"))) + m.fill(choose(m, []string{"xx", "xxx", "xxxx"}))
	f := &fact{typ: "PASSWORD", raw: s, written: []string{s}, how: email, norm: strings.ToLower}
	if m.talk.typed || m.talk.style == cased && m.chance(0.5) {
		f.raw = capital(s) + choose(m, []string{"!", "#", "$", "?"})
		f.written, f.how = []string{f.raw}, asWritten
	}
	return f
}

func (m *maker) zip(country string) string {
	return choose(m, map[string][]string{
		"uk": {"Mx xyy", "BSx xyy", "LSxx xyy", "CFxx xyy", "Gx xyy", "SWxy xyy", "NRx xyy", "Bxx xyy", "EH1x xyy", "TQx xyy", "Lx xyy", "NWx xyy", "SYx xyy", "W1y xyy", "IPxx xyy"},
		"us": {"802xx", "850xx", "972xx", "787xx-xxxx", "606xx", "021xx", "331xx", "100xx"}, "in": {"4110xx", "6000xx", "3020xx", "6820 xx", "5600 xx", "1100xx", "7000xx"},
		"de": {"2009x", "0410x", "2819x", "3411x", "8033x", "5066x"}, "fr": {"6900x", "4400x", "3500x", "5900x", "7501x"}, "es": {"280xx", "080xx", "410xx"}, "it": {"001xx", "201xx", "801xx"},
		"nl": {"1zxx yy", "3zxx yy", "9zxx yy"}, "pl": {"0x-zxx", "3x-xxx", "8x-xxx"}, "pt": {"1zxx-xxx", "4zxx-xxx"}, "sv": {"1zx xx", "4zx xx", "2zx xx"}, "da": {"2zxx", "5zxx", "8zxx"},
	}[country])
}

// address makes up where somebody lives, with town and postcode, at the street of the slot beside it.
func (m *maker) address(country, street string) *fact {
	s := m.fact(street).written[0] + ", " + m.place(country, "city")
	if m.chance(0.7) {
		s += choose(m, []string{", ", " "}) + m.fill(m.zip(country))
	}
	return addressFact(s)
}

func addressFact(s string) *fact {
	return &fact{typ: "ADDRESS", raw: strings.ReplaceAll(s, ",", ""), written: []string{s}, how: house, norm: strings.ToLower}
}

// street makes up an address as far as the street.
func (m *maker) street(country string) string {
	number, street, kind := fmt.Sprint(m.between(1, 299)), m.place(country, "street"), m.place(country, "kind")
	switch country {
	case "uk":
		if m.chance(0.08) {
			return m.place("uk", "house") + ", " + street + " " + kind
		}
		return m.unit([]string{"Flat N, ", "Flat NL, ", "Apartment N, ", "The Basement Flat, "}, 0.25) + number + " " + street + " " + kind
	case "us":
		number = fmt.Sprint(choose(m, []int{m.between(1, 999), m.between(1000, 9999), 100 * m.between(1, 99)}))
		return number + choose(m, []string{" ", " ", " ", " North ", " West "}) + street + " " + kind + m.unit([]string{", Apartment N", ", Apt NL", ", Suite N0", ", Unit N"}, 0.25)
	case "in":
		s := m.unit([]string{"Flat N0, ", "Flat number N0L, ", "Plot number N, ", "House number N, ", "Door number N, ", "N slash N, ", "L N0N, "}, 1) + street + " " + kind
		if m.chance(0.4) {
			s += ", " + m.place("in", "landmark")
		}
		if m.chance(0.5) {
			s += ", " + m.place("in", "area")
		}
		return s
	case "de", "nl", "sv", "da":
		return street + kind + " " + number
	case "pt", "es", "it":
		return capital(kind) + " " + street + ", " + number
	case "fr":
		return number + " " + kind + " " + street
	}
	return kind + " " + street + " " + number
}

// unit makes a flat from one of the patterns: N is a number, L a letter.
func (m *maker) unit(patterns []string, p float64) string {
	if !m.chance(p) {
		return ""
	}
	var b strings.Builder
	for _, c := range choose(m, patterns) {
		switch c {
		case 'N':
			fmt.Fprint(&b, m.between(1, 39))
		case 'L':
			b.WriteString(choose(m, words("A B C D")))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// birthday makes a date of birth; its canonical form is ISO 8601.
func (m *maker) birthday() *fact { return m.dateFact("DATE_OF_BIRTH", m.between(1932, 2007)) }

// day makes a date of these years.
func (m *maker) day() *fact { return m.dateFact("DATE", m.between(2024, 2027)) }

func (m *maker) dateFact(typ string, year int) *fact {
	mo, d := m.between(1, 12), m.between(1, 28)
	t := m.talk
	name := t.tongue.months[mo-1]
	iso := fmt.Sprintf("%d-%02d-%02d", year, mo, d)
	f := &fact{typ: typ, raw: iso, how: date, norm: func(string) string { return iso }}
	f.written = []string{fmt.Sprintf("%02d/%02d/%d", d, mo, year), fmt.Sprintf("%d %s %d", d, name, year), fmt.Sprintf("%02d.%02d.%d", d, mo, year)}
	switch m.country() {
	case "us":
		f.written = []string{fmt.Sprintf("%02d/%02d/%d", mo, d, year), fmt.Sprintf("%d/%d/%02d", mo, d, year%100), fmt.Sprintf("%s %d, %d", name, d, year)}
	case "uk", "in":
		f.written = append(f.written, fmt.Sprintf("%d%s %s %d", d, th(d), name, year), fmt.Sprintf("%02d-%02d-%d", d, mo, year), fmt.Sprintf("%d/%d/%02d", d, mo, year%100))
	}
	return f
}

// th is the ending of a day's number.
func th(d int) string {
	switch {
	case d%10 == 1 && d != 11:
		return "st"
	case d%10 == 2 && d != 12:
		return "nd"
	case d%10 == 3 && d != 13:
		return "rd"
	}
	return "th"
}
