package detectors

import "strings"

// malta lists the identifiers of Malta.
var malta = []identifier{
	{
		name: "MT_ID", authority: "Identità, Identity Card and Other Identity Documents Act, Cap. 258", digit: "none",
		forms: "9999999 A|999999A|99999A|9999A|999A", check: isMTCard,
		words: "karta tal-identità, karta tal-identita, numru tal-karta tal-identità, id card number malta, maltese id card, maltese identity card, malta id card",
		alone: 0.2, broken: 0.1, examples: "1234567A 0123468M 199Z",
	},
	{
		name: "MT_TIN", authority: "Commissioner for Revenue, Income Tax Act, Cap. 123: two equal digits and seven more", digit: "none",
		forms: "99 9999999|999 999 999", check: isMTTax,
		words: "numru tat-taxxa, maltese tax number, malta tax number, income tax reg. no., income tax registration number",
		alone: 0.2, broken: 0.1, examples: "882345608 111234567",
	},
	{
		name: "MT_PASSPORT", authority: "Identità, Passports Act, Cap. 61", digit: "none",
		forms: "9999999",
		words: "passaport malti, numru tal-passaport, maltese passport, malta passport",
		alone: 0.25, examples: "1026564",
	},
}

// isMTCard says whether the letter of a Maltese identity card number is one that Identità gives.
func isMTCard(c []byte) bool { return strings.IndexByte("MGAPLHBZ", c[len(c)-1]) >= 0 }

// isMTTax says whether nine digits begin as the tax numbers of those without a Maltese identity card do.
func isMTTax(c []byte) bool { return c[0] == c[1] && c[0] >= '1' && c[0] <= '8' }
