package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// unitedKingdom lists the identifiers of the United Kingdom. National insurance numbers are found by nino.
var unitedKingdom = []identifier{
	{
		name: "UK_NHS", authority: "NHS Data Dictionary, NHS NUMBER (ISB 0149); CHI and H&C numbers share it", digit: "weights 10 to 2, mod 11",
		forms: "999 999 9999", check: isNHS,
		words: "nhs, nhs number, nhs no, nhs num, nhs id, national health service number, chi number, health and care number, h and c number",
		alone: 0.45, broken: 0.3, examples: "9434765919 4010232137 9077844449",
	},
	{
		// The first digit is the check digit. With the three digits of the tax office before it, as HMRC's forms take it.
		// Remainders share digits, so one wrong digit in ten passes.
		name: "UK_UTR", authority: "HMRC, Unique Taxpayer Reference; OECD TIN sheet United Kingdom", digit: "weights 6 7 8 9 10 5 4 3 2, mod 11",
		forms: "99999 99999|999 999 999 9|999 99999 99999", check: isUTR, words: utrWords, weak: true,
		alone: 0.4, broken: 0.3, examples: "1123456789 1955839661 0006452194352",
	},
	{
		name: "UK_UTR", authority: "HMRC, Unique Taxpayer Reference as payments give it, with a K", digit: "weights 6 7 8 9 10 5 4 3 2, mod 11",
		forms: "99999 99999k|k99999 99999|k999 99999 99999|999 99999 99999k", check: isUTR, words: utrWords, weak: true,
		alone: 0.65, broken: 0.2, examples: "1123456789K K1232611912725 4491783771K",
	},
	{
		name: "UK_DRIVING_LICENCE", authority: "DVLA, driver number (INF 1); NHS Data Dictionary", digit: "none",
		forms: "AXXXX 999999 XX9 AA|AXXXX 999999 XX9AA 99|AXXXX 999999 XXXAA", check: isDriverNumber,
		words: ukLicenceWords,
		alone: 0.9, broken: 0.3, examples: "MORGA657054SM9IJ FO999512018AA1AB SMITH862310AB1CD",
	},
	{
		name: "UK_DRIVING_LICENCE", authority: "Driver & Vehicle Agency Northern Ireland", digit: "none",
		forms: "99999999", words: ukLicenceWords,
		alone: 0.3, examples: "12345678",
	},
	{
		// Digits only in practice; two letters and seven digits are what other finders take for one.
		name: "UK_PASSPORT", authority: "HM Passport Office; ICAO 9303", digit: "none",
		forms: "999999999|AA9999999",
		words: passportWords + ", uk passport, british passport",
		alone: 0.2, examples: "925665416 123456789 AB1234567",
	},
	{
		name: "SORT_CODE", authority: "Pay.UK, sorting codes (EISCD)", digit: "none",
		forms: "99 99 99",
		words: "sort code, sortcode, sort codes, sort code number, bank sort code, sorting code",
		alone: 0.3, examples: "200000 090128",
	},
}

const utrWords = "utr, utr number, utr no, unique taxpayer reference, unique tax reference, taxpayer reference, tax reference, " +
	"tax reference number, self assessment reference, self assessment number, hmrc reference"

const ukLicenceWords = "driving licence, driving license, driver licence, drivers licence, driver's licence, driving licence number, " +
	"driving licence no, driving license number, licence number, driver number, dvla number, dvla, photocard licence, provisional licence"

// isNHS says whether ten digits pass the check of the NHS. Ten times the same digit does, too, and is nobody's.
func isNHS(c []byte) bool {
	if bytes.Count(c, c[:1]) == len(c) {
		return false
	}
	check := (11 - checksum.Weighted(c, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11
	return check == int(c[9]-'0')
}

// isUTR says whether ten digits are a taxpayer reference, with or without three of the tax office and a K.
func isUTR(c []byte) bool {
	c = bytes.Trim(c, "K")
	c = c[len(c)-10:]
	return c[0] == "21987654321"[checksum.Weighted(c[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]
}

// isDriverNumber says whether sixteen characters are a driver number of Great Britain: five of the surname, filled up with
// 9, the date of birth as decade, month (plus 50 for women), day and year, two initials, or 9, a digit and two letters.
func isDriverNumber(c []byte) bool {
	filled := false
	for _, b := range c[1:5] {
		if b <= '9' && b != '9' || filled && b != '9' {
			return false
		}
		filled = b == '9'
	}
	month := int(c[6]-'0')*10 + int(c[7]-'0')
	day := int(c[8]-'0')*10 + int(c[9]-'0')
	if month > 50 {
		month -= 50
	}
	initial := func(b byte) bool { return b > '9' || b == '9' }
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && initial(c[11]) && initial(c[12])
}

// nino looks for a UK national insurance number that begins with token i and is written as "AB123456C" or "AB12...".
func (p *pass) nino(i int) {
	t := &p.text.Tokens[i]
	b := p.bytesOf(t)
	if len(b) == 7 && p.lettersBefore(i) == 2 { // "PR 123612C"
		p.ninoFrom(i-1, int(p.text.Tokens[i-1].Start))
		return
	}
	if len(b) < 4 || !scan.IsLetter(b[0]) || !scan.IsLetter(b[1]) || !scan.IsDigit(b[2]) || t.Shape&scan.High != 0 {
		return
	}
	p.ninoFrom(i, int(t.Start))
}

// spacedNINO looks for one whose letters stand apart, before the digits of token i: "QQ 12 34 56 C".
func (p *pass) spacedNINO(i int) {
	if p.lettersBefore(i) == 2 {
		p.ninoFrom(i-1, int(p.text.Tokens[i-1].Start))
	}
}

// lettersBefore is the length of the word of ASCII letters that a space or dash joins to token i, or 0.
func (p *pass) lettersBefore(i int) int {
	if i == 0 {
		return 0
	}
	before, t := &p.text.Tokens[i-1], &p.text.Tokens[i]
	if before.End+1 != t.Start || !before.IsWord() || before.Shape&scan.High != 0 || p.b[before.End] != ' ' && p.b[before.End] != '-' {
		return 0
	}
	return before.Len()
}

// ninoFrom reads two letters, six digits and a letter (HMRC, NIM39110), with single spaces or dashes anywhere between
// the digits. Unused prefixes lower the score. Without the last letter it is taken only where the words say so.
func (p *pass) ninoFrom(i, start int) {
	end, n := start, 0
	var c [9]byte
	for end < len(p.b) && n < 9 {
		b := p.b[end]
		if (b == ' ' || b == '-') && n >= 2 && scan.IsWordByte(p.at(end+1)) {
			end++
			continue
		}
		if letter := n < 2 || n == 8; letter && !scan.IsLetter(b) || !letter && !scan.IsDigit(b) {
			break
		}
		c[n] = b &^ 0x20
		n++
		end++
	}
	if scan.IsWordByte(p.at(start-1)) || n < 8 {
		return
	}
	if n == 8 || scan.IsWordByte(p.at(end)) || c[8] > 'D' {
		for end > start && !scan.IsDigit(p.b[end-1]) {
			end--
		}
		last := i
		for last+1 < len(p.text.Tokens) && int(p.text.Tokens[last+1].Start) < end {
			last++
		}
		ctx := p.around(i, last)
		if n == 9 && c[8] > 'D' && !scan.IsSpace(p.at(end)) || scan.IsWordByte(p.at(end)) || ctx.boost(cueNINO) == 0 && p.wants.score(cueNINO, 1) == 0 {
			return
		}
		p.add(start, end, UKNINO, 0.6, byUK, p.compact(start, end))
		return
	}
	if !isUnusedPrefix(c[0], c[1]) {
		p.add(start, end, UKNINO, 0.9, byUK, p.compact(start, end))
		return
	}
	// No such number, but perhaps a misheard one.
	kind := Number
	if first, last := p.tokensOf(start, end); p.wants.score(cueNINO, 1) > 0 || first <= last && p.near(first, last, cueNINO) {
		kind = UKNINO
	}
	p.add(start, end, kind, 0.6, byUK, p.compact(start, end))
}

// near says whether a word for one of the cues stands within twelve words of tokens first to last.
func (p *pass) near(first, last int, cues uint64) bool {
	ctx := p.around(first, last)
	return ctx.boost(cues) > 0
}

// isUnusedPrefix says whether HMRC doesn't issue the two letters.
func isUnusedPrefix(a, b byte) bool {
	switch a {
	case 'D', 'F', 'I', 'Q', 'U', 'V':
		return true
	}
	switch b {
	case 'D', 'F', 'I', 'O', 'Q', 'U', 'V':
		return true
	}
	switch string([]byte{a, b}) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return true
	}
	return false
}
