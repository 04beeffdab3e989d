package detectors

import (
	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// ibanLengths are the lengths by country of the IBAN registry (SWIFT, ISO 13616), as "CCnn".
const ibanLengths = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 " +
	"ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 " +
	"LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 " +
	"RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 "

func ibanLength(a, b byte) int {
	a, b = a&^0x20, b&^0x20
	for i := 0; i < len(ibanLengths); i += 5 {
		if ibanLengths[i] == a && ibanLengths[i+1] == b {
			return int(ibanLengths[i+2]-'0')*10 + int(ibanLengths[i+3]-'0')
		}
	}
	return 0
}

// iban looks for an account number that begins with token i: two letters, two digits, then letters and digits to the
// country's length, in one piece or in groups with single spaces or dashes between. A wrong check digit lowers the
// score; it doesn't make the number safe.
func (p *pass) iban(i int) {
	t := &p.text.Tokens[i]
	start := int(t.Start)
	if t.Len() < 4 || !scan.IsLetter(p.b[start]) || !scan.IsLetter(p.b[start+1]) || !scan.IsDigit(p.b[start+2]) || !scan.IsDigit(p.b[start+3]) {
		return
	}
	length := ibanLength(p.b[start], p.b[start+1])
	longest := length
	if length == 0 {
		longest = 34
	}
	canon := len(p.canon)
	end, digits := start, 0
	for k := i; k < len(p.text.Tokens); k++ {
		t := &p.text.Tokens[k]
		if k > i && !p.ibanGap(end, int(t.Start)) || t.Shape&scan.High != 0 || len(p.canon)-canon+t.Len() > longest {
			break
		}
		p.compact(int(t.Start), int(t.End))
		end = int(t.End)
		if length == 0 {
			break // without a known length only a number in one piece has a known end
		}
	}
	number := p.canon[canon:]
	for _, c := range number {
		if scan.IsDigit(c) {
			digits++
		}
	}
	valid := checksum.Mod97(number)
	switch {
	case len(number) == length && valid:
		p.add(start, end, IBAN, 0.99, byIBAN, canon)
	case len(number) == length && digits >= 10, length == 0 && len(number) >= 15 && valid:
		p.add(start, end, IBAN, 0.75, byIBAN, canon)
	default:
		p.canon = p.canon[:canon]
	}
}

func (p *pass) ibanGap(from, to int) bool {
	return to == from+1 && (p.b[from] == ' ' || p.b[from] == '-')
}
