package detectors

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// driverWords are the words beside an American driver's licence. "License" alone is also that of software, of a doctor.
const driverWords = "driver's license, drivers license, driver license, driver's licence, driving license, " +
	"dl no, dl number, driver's license number, driver license number, drivers license number, driver license no, drivers license no, " +
	"license number, dl number, dl no, dl num, dln, cdl number, dmv number, state id, state id number, learner's permit"

// passportWords are the words beside a passport of any country.
const passportWords = "passport, passports, passport number, passport no, passport num, passportnumber, passportno"

// unitedStates lists the identifiers of the United States. Social security numbers and ITIN are found by ssn.
var unitedStates = []identifier{
	{
		name: "US_EIN", authority: "IRS Publication 1635; the prefixes it lists by campus", digit: "none",
		forms: "99 9999999", check: isEIN,
		// "ein" alone is a German article.
		words: "employer identification number, employer identification no, employer id number, employer id, federal tax id, " +
			"federal ein, federal id number, ein number, ein no, ein is, my ein, our ein, the ein, company ein, business ein, " +
			"fein, feid, tax id, tax id number, business tax id, taxpayer id, taxpayer identification number",
		alone: 0.3, broken: 0.15, examples: "123456789 010000000 980000001",
	},
	{
		name: "US_PASSPORT", authority: "Department of State, 22 CFR 51; ICAO 9303", digit: "none",
		forms: "A99999999|999999999",
		words: passportWords + ", us passport, american passport, passport card",
		alone: 0.2, examples: "X12345678 Z00000001 123456789",
	},
	{
		// Florida, Illinois, Wisconsin, Maryland, Michigan, Minnesota and New Jersey print theirs in groups. No state
		// publishes a check digit.
		name: "US_DRIVER_LICENSE", authority: "AAMVA DL/ID card design standard; the formats of the states", digit: "none",
		forms: "A9999999|A99999999|A999999999|A9999999999|A99999999999|A999 9999 9999|A999 999 99 999 9|A 999 999 999 999|" +
			"A999 9999 9999 99|A9999 99999 99999|A999999|A99999|AA999999|AA9999999|AA99999|AA999999A|AAA999999|A9A9A|" +
			"999AA9999|99AAA99999|nhl99999999|nhv99999999|99999999AA|9999999A|999999999A|AAAAAAA999XX|AAAAAA999XXX|wdlXXXXXXXXX|" +
			"999A999999|A99999r|A999999r|9999999|99999999|999 999 999|9999999999|99999999999|999999999999|9999999999999",
		words: driverWords,
		alone: 0.3, examples: "I1234562 S51417280844 D12345678 SMITHJA123AB WDLABCD456DG 12345678 123456789",
	},
	{
		name: "US_MBI", authority: "CMS, Medicare Beneficiary Identifier format", digit: "none",
		forms: "9AX9 AX9 AA99", check: isMBI,
		words: "mbi, medicare, medicare number, medicare id, medicare no, medicare card, medicare beneficiary identifier, medicare beneficiary number, beneficiary id",
		alone: 0.85, broken: 0.2, examples: "1EG4TE5MK73 9XX9XX9XX99 3CD5FG7HJ89",
	},
	{
		name: "US_NPI", authority: "45 CFR 162.406; CMS, NPI check digit", digit: "Luhn with the prefix 80840",
		forms: "9999999999", check: isNPI,
		words: "npi, npi number, npi no, national provider identifier, national provider id, provider identifier, provider number, provider id",
		alone: 0.45, broken: 0.3, examples: "1234567893 1000000004 2000000002",
	},
	{
		name: "US_DEA", authority: "Drug Enforcement Administration, 21 CFR 1301; registration number", digit: "weighted, mod 10",
		forms: "AA9999999|A99999999", check: isDEA, weak: true,
		words: "dea, dea number, dea no, dea registration, dea registration number, medical license, medical license number, " +
			"medical licence, physician license, prescriber number, certificate number",
		alone: 0.65, broken: 0.2, examples: "AB1234563 FA1111119 M91234563",
	},
	{
		name: "US_ROUTING", authority: "American Bankers Association, X9.100; Federal Reserve districts", digit: "weights 3 7 1, mod 10",
		forms: "9999 9999 9", check: isRouting,
		words: "routing number, routing no, routing num, routing, aba, aba number, aba routing, aba routing number, routing transit number, rtn, transit number, bank routing number",
		alone: 0.45, broken: 0.3, examples: "121000358 021000021 322271627",
	},
}

// isEIN says whether the first two of nine digits are a prefix that the IRS assigns.
func isEIN(c []byte) bool {
	switch string(c[:2]) {
	case "00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97":
		return false
	}
	return true
}

// isMBI says whether eleven characters, in the form already, have the letters that CMS uses and don't begin with 0.
func isMBI(c []byte) bool {
	return c[0] != '0' && !slices.ContainsFunc(c, func(b byte) bool { return strings.IndexByte("SLOIBZ", b) >= 0 })
}

// isNPI says whether ten digits pass Luhn behind "80840", ISO's prefix for American health applications, and begin with
// 1 or 2, for people and organisations.
func isNPI(c []byte) bool {
	var full [15]byte
	copy(full[:], "80840")
	copy(full[5:], c)
	return (c[0] == '1' || c[0] == '2') && checksum.Luhn(full[:])
}

// isDEA says whether a registrant's code, a letter of the name or a 9, and seven digits fit together: the sum of the first,
// third and fifth digit and twice that of the others ends in the last.
func isDEA(c []byte) bool {
	if strings.IndexByte("ABCDEFGHJKLMPRSTUX", c[0]) < 0 || c[1] <= '9' && c[1] != '9' {
		return false
	}
	return checksum.Weighted(c[2:], 1, 2, 1, 2, 1, 2)%10 == int(c[8]-'0')
}

// isRouting says whether nine digits are an ABA routing number: the first two a Federal Reserve district (of a bank,
// thrift or electronic transfer), the government or a traveller's cheque.
func isRouting(c []byte) bool {
	switch n := int(c[0]-'0')*10 + int(c[1]-'0'); {
	case n > 12 && n < 21, n > 32 && n < 61, n > 72 && n != 80, string(c) == "000000000":
		return false
	}
	return checksum.Weighted(c, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
}

// ssn scores a run as a US social security number (SSA: area, group, serial; no check digit) or, where the area begins
// with 9, as an ITIN (IRS). Numbers that were never issued are found too: a wrong digit is still nearly the number.
func (p *pass) ssn(r *run, best *guess) {
	if r.digits != 9 || r.plus {
		return
	}
	d := r.d
	s := score{form: 0.3, words: max(r.ctx.boost(cueSSN), r.ctx.boost(cueID)/2), question: p.wants.score(cueSSN, 0.4)}
	g := r.groups
	if len(g) == 3 && g[0].digits == 3 && g[1].digits == 2 {
		s.form = 0.7
		if r.sep == '-' {
			s.form = 0.8
		}
	}
	kind := USSSN
	if d[0] == '9' {
		kind = USITIN
	}
	issued := string(d[:3]) != "000" && string(d[:3]) != "666" && string(d[3:5]) != "00" && string(d[5:]) != "0000"
	if !issued {
		s.check -= 0.15
	}
	best.betterScored(kind, s, "", byUS)
}

// licenceShort takes the letters and digits behind token i, "DL", and a number sign or a colon for the number of a licence, as American forms have it:
// "DL#: S514-2789-3345", "DL: L 0123 4567".
func (p *pass) licenceShort(i int) {
	const least, most, gap = 6, 20, 4
	k := i + 1
	if p.in.Channel == ChannelLog || k >= len(p.text.Tokens) {
		return
	}
	from, start := int(p.text.Tokens[i].End), int(p.text.Tokens[k].Start)
	if c := p.at(from); c != '#' && c != ':' || start-from > gap || len(bytes.Trim(p.b[from:start], "#: ")) > 0 {
		return
	}
	for c := p.codeGap(k); (c == '-' || c == ' ') && p.text.Tokens[k+1].Shape&scan.Digit != 0; c = p.codeGap(k) {
		k++
	}
	end := int(p.text.Tokens[k].End)
	if n := digitsIn(p.b[start:end]); n < least || end-start > most || p.isInert(start) {
		return
	}
	p.add(start, end, Number, 0.6, byNumber, p.compact(start, end))
}
