package traffic

import (
	"fmt"
	"strings"
)

// value is one thing somebody has or says.
type value struct {
	typ       string
	canonical string
	written   string
	speech    speech
}

// asWritten gives the entity of the written form; where it stands is left to fill in.
func (v value) asWritten() Entity {
	return Entity{Type: v.typ, Text: v.written, Value: v.canonical}
}

func words(s string) []string { return strings.Fields(s) }

// fill draws digits for x and capital letters for y.
func (g *Generator) fill(pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		switch c {
		case 'x':
			b[i] = byte('0' + g.rng.IntN(10))
		case 'y':
			b[i] = "ABDEFGHJLNPQRSTUWXYZ"[g.rng.IntN(20)] // those of an inward postcode
		}
	}
	return string(b)
}

// compact leaves digits and letters, letters in capitals.
func compact(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
			return c
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		}
		return -1
	}, s)
}

// grouped cuts s into groups of n.
func grouped(s string, n int, separator string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += n {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(s[i:min(i+n, len(s))])
	}
	return b.String()
}

// person is an invented person and what is theirs. Values are drawn when they are first needed.
type person struct {
	country     *country
	first, last string
	values      map[string]value
}

func (g *Generator) person() *person {
	o := pick(g, origins)
	return &person{country: &countries[g.rng.IntN(len(countries))], first: pick(g, o.first), last: pick(g, o.last), values: map[string]value{}}
}

// get gives a person's value, always the same one for a name.
func (g *Generator) get(p *person, name string) value {
	v, ok := p.values[name]
	if !ok {
		v = g.draw(p, name)
		p.values[name] = v
	}
	return v
}

func folded(typ, s string) value { return value{typ, strings.ToLower(s), s, asWritten} }

func (g *Generator) number(typ, pattern string) value {
	s := g.fill(pattern)
	return value{typ, compact(s), s, digits}
}

// draw makes up the value of a slot.
func (g *Generator) draw(p *person, name string) value {
	switch name {
	case "person":
		return folded("PERSON", p.first+" "+p.last)
	case "first":
		return folded("PERSON", p.first)
	case "last":
		return folded("PERSON", p.last)
	case "agent":
		return folded("PERSON", pick(g, pick(g, origins).first))
	case "other":
		o := pick(g, origins)
		return folded("PERSON", pick(g, o.first)+" "+pick(g, o.last))
	case "email", "email2":
		s := g.address(p)
		return value{"EMAIL", strings.ToLower(s), s, email}
	case "phone", "phone2":
		s := g.fill(pick(g, p.country.phones))
		return value{"PHONE", e164(p.country.code, s), s, digits}
	case "city":
		return folded("LOCATION", pick(g, p.country.cities))
	case "org":
		return folded("ORG", pick(g, orgs))
	case "address":
		s := fmt.Sprintf("%s%d %s %s", pick(g, flats), g.between(1, 299), pick(g, streets), pick(g, streetKinds))
		how := house
		if s[0] > '9' {
			how = asWritten
		}
		return value{"ADDRESS", strings.ToLower(s), s, how}
	case "postcode":
		s := g.fill(pick(g, p.country.zips))
		return value{p.country.postcode, compact(s), s, mixed}
	case "dob":
		return g.date(p, "DATE_OF_BIRTH", 1940, 2004)
	case "date":
		return g.date(p, "DATE", 2025, 2026)
	case "age":
		s := fmt.Sprint(g.between(19, 88))
		return value{"AGE", s, s, asWritten}
	case "national":
		return g.national(p)
	}
	return g.credential(p, name)
}

// credential draws values that have to do with money and access.
func (g *Generator) credential(p *person, name string) value {
	switch name {
	case "card":
		s := pick(g, cards)
		return value{"CREDIT_CARD", s, grouped(s, 4, pick(g, []string{" ", "-", ""})), digits}
	case "cvv":
		return g.number("CARD_CVV", "xxx")
	case "expiry":
		s := fmt.Sprintf("%02d/%d", g.between(1, 12), g.between(27, 31))
		return value{"CARD_EXPIRY", compact(s), s, digits}
	case "iban":
		list := p.country.ibans
		if list == nil {
			list = countries[0].ibans
		}
		s := pick(g, list)
		return value{"IBAN", s, grouped(s, 4, " "), mixed}
	case "sort", "account":
		both, ok := p.values["bank"]
		if !ok {
			both = value{written: pick(g, accounts)}
			p.values["bank"] = both
		}
		sort, account, _ := strings.Cut(both.written, " ")
		if name == "sort" {
			return value{"SORT_CODE", compact(sort), sort, digits}
		}
		return value{"BANK_ACCOUNT", account, account, digits}
	case "otp":
		return g.number("OTP", "xxxxxx")
	case "pin":
		return g.number("PIN", "xxxx")
	case "password":
		s := pick(g, streets) + g.fill("xx") + pick(g, []string{"!", "#", "$"})
		return value{"PASSWORD", s, s, asWritten}
	case "username":
		s := strings.ToLower(ascii(p.first)[:1] + ascii(p.last) + g.fill("xx"))
		return value{"USERNAME", s, s, asWritten}
	case "customer":
		s := "AC" + g.fill("xxxxxxx")
		return value{"ACCOUNT_ID", s, s, mixed}
	case "order":
		s := "ORD-" + g.fill("xxxxxx")
		return value{"ORDER_ID", compact(s), s, asWritten}
	case "plate":
		s := g.fill("yyxx yyy")
		return value{"VEHICLE_PLATE", compact(s), s, mixed}
	case "ip":
		s := fmt.Sprintf("%s%d", pick(g, []string{"192.0.2.", "198.51.100.", "203.0.113."}), g.between(1, 254)) // RFC 5737
		if g.chance(0.15) {
			s = fmt.Sprintf("2001:db8:%x::%x", g.between(1, 65535), g.between(1, 65535)) // RFC 3849
		}
		return value{"IP_ADDRESS", s, s, asWritten}
	case "session":
		s := "sess_" + g.opaque(24)
		return value{"SESSION_ID", s, s, asWritten}
	case "secret":
		s := "tk_test_" + g.opaque(32)
		return value{"SECRET", s, s, asWritten}
	}
	panic("traffic: unknown slot")
}

// national draws the identifier of the caller's country, from numbers that were never given to anybody: SSNs of advertisements and
// withdrawn ones, NINOs of the prefix in official examples, PANs with the number 0000.
func (g *Generator) national(p *person) value {
	switch p.country.code {
	case "uk":
		s := g.fill("QQ xx xx xx ") + pick(g, words("A B C D"))
		return value{"UK_NINO", compact(s), s, mixed}
	case "us":
		s := pick(g, []string{"987-65-432x", "219-09-9999", "078-05-1120"})
		return g.number("US_SSN", s)
	case "de":
		s := pick(g, taxIDs)
		return value{"DE_TAX_ID", s, s, digits}
	case "fr":
		s := pick(g, nirs)
		return value{"FR_NIR", s, s, digits}
	}
	if g.chance(0.4) {
		s := g.fill("yyyP") + strings.ToUpper(ascii(p.last)[:1]) + "0000" + g.fill("y")
		return value{"IN_PAN", s, s, mixed}
	}
	s := pick(g, aadhaars)
	return value{"IN_AADHAAR", s, grouped(s, 4, " "), digits}
}

func (g *Generator) date(p *person, typ string, from, to int) value {
	y, m, d := g.between(from, to), g.between(1, 12), g.between(1, 28)
	iso := fmt.Sprintf("%d-%02d-%02d", y, m, d)
	written := fmt.Sprintf("%02d/%02d/%d", d, m, y)
	switch {
	case g.chance(0.3):
		written = fmt.Sprintf("%d %s %d", d, months[m-1], y)
	case g.chance(0.2):
		written = iso
	case p.country.code == "us":
		written = fmt.Sprintf("%02d/%02d/%d", m, d, y)
	}
	return value{typ, iso, written, date}
}

// address makes an e-mail address at a domain for documentation (RFC 2606).
func (g *Generator) address(p *person) string {
	first, last := strings.ToLower(ascii(p.first)), strings.ToLower(ascii(p.last))
	local := first + pick(g, []string{".", "_", ""}) + last
	switch g.rng.IntN(4) {
	case 0:
		local = first[:1] + last
	case 1:
		local += g.fill("xx")
	}
	return local + "@" + pick(g, []string{"example.com", "example.org", "example.net", "mail.example.com"})
}

// plainLetters spells the letters of the names in the tables as addresses do.
var plainLetters = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ä", "a", "ã", "a", "å", "a", "ą", "a", "ć", "c", "ç", "c", "é", "e", "è", "e",
	"ê", "e", "ë", "e", "ę", "e", "í", "i", "î", "i", "ï", "i", "ł", "l", "ń", "n", "ñ", "n", "ó", "o", "ò", "o", "ô", "o", "ö", "o", "ś", "s",
	"ú", "u", "ü", "u", "ù", "u", "û", "u", "õ", "o", "ø", "o", "æ", "ae", "œ", "oe", "ş", "s", "š", "s", "ğ", "g", "ı", "i", "ì", "i", "ÿ", "y", "ý", "y", "č", "c",
	"ź", "z", "ż", "z", "ß", "ss", "Á", "A", "É", "E", "Í", "I", "Ł", "L", "Ó", "O", "Ü", "U")

// ascii leaves the letters of a name that an address can hold.
func ascii(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, plainLetters.Replace(s))
}

// opaque makes n characters of a made-up secret.
func (g *Generator) opaque(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"[g.rng.IntN(56)]
	}
	return string(b)
}

// e164 gives a number with its country, without signs.
func e164(country, s string) string {
	d := compact(s)
	if strings.HasPrefix(s, "+") {
		return d
	}
	switch country {
	case "us":
		return "1" + d
	case "de":
		return "49" + d[1:]
	case "fr":
		return "33" + d[1:]
	}
	return "44" + d[1:]
}
