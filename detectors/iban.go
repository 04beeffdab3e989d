package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// ibanStructures are, by country, what follows the check digits: how many of n, digits, a, letters, or c, either. First those of
// the IBAN registry (SWIFT, ISO 13616), then those of countries that use the form without being in it.
const ibanStructures = "AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n " +
	"DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HN4a20n " +
	"HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n " +
	"MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c PK4a16c PL24n PS4a21c PT21n " +
	"QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c " +
	"VA18n VG4a16n XK16n YE4a4n18c" + ibanOthers

const ibanOthers = " AO21n BF2c22n BJ2c22n CF23n CG23n CI2c22n CM23n CV21n DZ22n GA23n GQ23n GW2c19n IR22n KM23n MA24n MG23n ML2c22n MZ21n NE2c22n SN2c22n " +
	"TD23n TG2c22n"

// ibanCountry is where a country's structure stands in ibanStructures, and how long its numbers are.
type ibanCountry struct {
	at     uint16
	length uint8
	other  bool // not in the registry
}

// ibanCountries are the countries by their two letters.
var ibanCountries = func() (table [26 * 26]ibanCountry) {
	at := 0
	for part := range strings.SplitSeq(ibanStructures, " ") {
		c := ibanCountry{at: uint16(at + 2), length: 4, other: at > len(ibanStructures)-len(ibanOthers)}
		n := 0
		for _, b := range []byte(part[2:]) {
			if scan.IsDigit(b) {
				n = n*10 + int(b-'0')
				continue
			}
			c.length += uint8(n)
			n = 0
		}
		table[int(part[0]-'A')*26+int(part[1]-'A')] = c
		at += len(part) + 1
	}
	return table
}()

// fits says whether what follows the four first characters of a number has the country's structure.
func (c *ibanCountry) fits(number []byte) bool {
	at, n := 4, 0
	for _, b := range []byte(ibanStructures[c.at:min(int(c.at)+12, len(ibanStructures))]) {
		switch {
		case b == ' ':
			return at == len(number)
		case scan.IsDigit(b):
			n = n*10 + int(b-'0')
			continue
		}
		for ; n > 0; n-- {
			if at >= len(number) || b == 'n' && !scan.IsDigit(number[at]) || b == 'a' && !scan.IsLetter(number[at]) {
				return false
			}
			at++
		}
	}
	return at == len(number)
}

// iban looks for an account number that begins with token i: two letters, two digits, then letters and digits to the
// country's length, in one piece or in groups with single spaces or dashes between. A wrong check digit or structure lowers the
// score; it doesn't make the number safe.
func (p *pass) iban(i int) {
	t := &p.text.Tokens[i]
	start := int(t.Start)
	if t.Len() >= 4 && scan.IsLetter(p.b[start]) && scan.IsLetter(p.b[start+1]) && scan.IsDigit(p.b[start+2]) && scan.IsDigit(p.b[start+3]) {
		p.ibanFrom(i, start)
	}
}

// spacedIBAN looks for one whose letters stand apart, before the digits of token i: "GB 82 WEST 1234…".
func (p *pass) spacedIBAN(i int) {
	if p.text.Tokens[i].Len() >= 2 && p.lettersBefore(i) == 2 {
		if start := int(p.text.Tokens[i-1].Start); ibanLength(p.b[start], p.b[start+1]) > 0 {
			p.ibanFrom(i-1, start)
		}
	}
}

// ibanOf is the country of two letters in any case; its length is 0 if there is none.
func ibanOf(a, b byte) ibanCountry {
	if !scan.IsLetter(a) || !scan.IsLetter(b) {
		return ibanCountry{}
	}
	return ibanCountries[int(a&^0x20-'A')*26+int(b&^0x20-'A')]
}

// ibanLength is how long the numbers of a country are, or 0.
func ibanLength(a, b byte) int { return int(ibanOf(a, b).length) }

func (p *pass) ibanFrom(i, start int) {
	country := ibanOf(p.b[start], p.b[start+1])
	length := int(country.length)
	longest := length
	if length == 0 {
		longest = 34
	}
	canon := len(p.canon)
	end, last, digits, fours := start, i, 0, true
	for k := i; k < len(p.text.Tokens); k++ {
		t := &p.text.Tokens[k]
		if k > i && !p.ibanGap(end, int(t.Start)) || t.Shape&scan.High != 0 || len(p.canon)-canon+t.Len() > longest {
			break
		}
		fours = fours && (k == last || p.text.Tokens[last].Len() == 4) && (t.Shape&scan.Digit != 0 || t.Shape&scan.Lower == 0)
		p.compact(int(t.Start), int(t.End))
		end, last = int(t.End), k
		if length == 0 {
			break // without a known length only a number in one piece has a known end
		}
	}
	number, t := p.canon[canon:], &p.text.Tokens[i]
	for _, c := range number {
		if scan.IsDigit(c) {
			digits++
		}
	}
	valid := checksum.Mod97(number)
	fits := length > 0 && len(number) == length && country.fits(number)
	s := score{locale: p.set.prior[IBAN]}
	switch {
	case length > 0 && len(number) == length && (digits >= 10 || fits && (digits >= 6 || valid) || valid && (fours || i == last)) && (fits || valid || fours || i == last):
		s.form = 0.55 // and not a number and a word or two behind it
		switch {
		case fits && country.other:
			s.form = 0.65
		case fits:
			s.form = 0.75
		case !valid && t.Shape&scan.Lower != 0: // a hash, unless words say otherwise
			ctx := p.around(i, last)
			s.form, s.words, s.question = 0.3, ctx.boost(cueIBAN|cueBank), p.wants.score(cueIBAN|cueBank, nearBoost)
		}
		if valid {
			s.check = 0.24
		}
	case length == 0 && len(number) >= 15 && valid:
		s.form, s.check = 0.5, 0.24
	default:
		p.canon = p.canon[:canon]
		return
	}
	if s.total() < p.set.threshold {
		p.canon = p.canon[:canon]
		return
	}
	p.addScored(start, end, guess{kind: IBAN, score: s, detector: byIBAN}, canon)
	p.besideIBAN(i, last)
}

func (p *pass) ibanGap(from, to int) bool {
	return to == from+1 && (p.b[from] == ' ' || p.b[from] == '-' || p.b[from] == '\n' && p.in.Channel != ChannelLog)
}
