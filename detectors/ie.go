package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// ireland lists the identifiers of Ireland.
var ireland = []identifier{
	{
		name: "IE_PPS", authority: "Department of Social Protection, Social Welfare Consolidation Act 2005 s. 262; Revenue", digit: "mod 23 letter",
		forms: "9999999 A|9999999 AA|9999999A A", check: isIEPPS,
		words: "ppsn, pps number, pps no, pps num, pps nr, personal public service number, public service number, rsi number, irish tax number, tax reference number, irish social security number",
		alone: 0.7, broken: 0.25, examples: "1234567T 1234567FA 1234567TW 6433435F",
	},
	{
		name: "IE_PASSPORT", authority: "Department of Foreign Affairs, Passports Act 2008", digit: "none",
		forms: "AA9999999|A99999999",
		words: "irish passport, irish passport number, ireland passport, irish passport card",
		alone: 0.25, examples: "XN0019390 D23145890",
	},
	{
		name: "IE_DRIVING_LICENCE", authority: "Road Safety Authority (driver number)", digit: "none",
		forms: "999999999|999 999 999|999 99 9999",
		words: "irish driving licence, irish driver licence, irish driver's license, driver number, learner permit, ndls",
		alone: 0.3, examples: "123456789",
	},
	{
		name: "IE_MEDICAL_CARD", authority: "HSE Primary Care Reimbursement Service", digit: "none",
		forms: "A 999999 A|999999 9A|9999999 A|A 9999999",
		words: "medical card, medical card number, gp visit card, gms number, hse card, drugs payment scheme, dps number",
		alone: 0.2, examples: "1234567A",
	},
}

// isIEPPS says whether seven digits and a letter, and perhaps another, are an Irish PPS number. A to I in the second place
// count nine times; W, T and X of old numbers don't.
func isIEPPS(c []byte) bool {
	sum := checksum.Weighted(c[:7], 8, 7, 6, 5, 4, 3, 2)
	if len(c) == 9 {
		switch second := c[8]; {
		case second <= 'I':
			sum += 9 * int(second-'A'+1)
		case second != 'W' && second != 'T' && second != 'X':
			return false
		}
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == c[7]
}
