package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// greece lists the identifiers of Greece.
var greece = []identifier{
	{
		name: "GR_AFM", authority: "ΑΑΔΕ, ν. 4174/2013, άρθρο 10", digit: "mod 11",
		forms: "999 999 999|99 99 99 999", check: isAFM, weak: true,
		words: "αφμ, α.φ.μ., αριθμός φορολογικού μητρώου, arithmos forologikou mitroou, afm number, my afm, greek afm, greek tax number",
		alone: 0.4, broken: 0.25, examples: "758426713 982603151 094259216",
	},
	{
		name: "GR_AMKA", authority: "ΗΔΙΚΑ, ν. 3655/2008, άρθρο 153", digit: "Luhn",
		forms: "999999 99999|99 99 99 99999", check: isAMKA,
		words: "αμκα, α.μ.κ.α., αριθμός μητρώου κοινωνικής ασφάλισης, amka, greek social security number",
		alone: 0.45, broken: 0.3, examples: "01013099997 14057801236",
	},
	{
		name: "GR_PERSONAL_NUMBER", authority: "Υπουργείο Ψηφιακής Διακυβέρνησης, ν. 4727/2020, άρθρο 11: three characters and the ΑΦΜ", digit: "mod 11 of the ΑΦΜ",
		forms: "XXX999999999", check: afterPrefix(3, isAFM), weak: true,
		words: "προσωπικός αριθμός, προσωπικό αριθμό, prosopikos arithmos, greek personal number",
		alone: 0.4, broken: 0.2, examples: "A1B094259216 7K2758426713",
	},
	{
		name: "GR_ID_CARD", authority: "Ελληνική Αστυνομία, ν. 1599/1986", digit: "none",
		forms: "AA999999|A999999|AA9999999",
		words: "ταυτότητα, αριθμός ταυτότητας, αρ. ταυτότητας, αστυνομική ταυτότητα, δελτίο ταυτότητας, α.δ.τ., αδτ, arithmos taftotitas, ar. taftotitas, taftotita, greek id card, greek identity card",
		alone: 0.3, examples: "AB123456 X123456",
	},
	{
		name: "GR_PASSPORT", authority: "Ελληνική Αστυνομία, ν. 3103/2003", digit: "none",
		forms: "AA9999999",
		words: "διαβατήριο, διαβατηρίου, αριθμός διαβατηρίου, diavatirio, diavatiriou, greek passport",
		alone: 0.3, examples: "AE0123456",
	},
}

// isAFM checks a Greek tax number, with whatever stands before it.
func isAFM(c []byte) bool {
	c = c[len(c)-9:]
	return checksum.Weighted(c[:8], 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(c[8]-'0') && decimal(c) != 0
}

// isAMKA says whether eleven digits are a Greek social security number: day, month and year of birth, four digits, and the
// check digit.
func isAMKA(c []byte) bool {
	return isDayOfAny(decimal(c[4:6]), decimal(c[2:4]), decimal(c[:2])) && checksum.Luhn(c)
}
