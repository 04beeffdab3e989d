package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// austria lists the identifiers of Austria.
var austria = []identifier{
	{
		name: "AT_SVNR", authority: "Dachverband der Sozialversicherungsträger, § 30c ASVG", digit: "mod 11",
		forms: "9999 999999|9999 99 99 99|999 9 999999", check: isATSVNR,
		words: "sozialversicherungsnummer, sozialversicherungsnr, sozialversicherungs nummer, svnr, sv-nummer, sv-nr, sv nummer, vsnr, versicherungsnummer, e-card nummer, austrian social security number, social insurance number, social security number",
		alone: 0.5, broken: 0.3, examples: "1237010180 7823010180",
	},
	{
		name: "AT_TIN", authority: "Bundesministerium für Finanzen (Abgabenkontonummer), § 58 BAO", digit: "Luhn",
		forms: "99 999 9999|99 9999999|999 999 999", check: checksum.Luhn,
		words: "steuernummer, steuernr, st.nr, abgabenkontonummer, abgabenkonto, finanzamtsnummer, stnr, finanzonline, austrian tax number, austrian tax id",
		alone: 0.45, broken: 0.3, examples: "931736581 591199013",
	},
	{
		name: "AT_PASSPORT", authority: "Bundesministerium für Inneres, PassG 1992", digit: "none",
		forms: "A 9999999|AA9999999",
		words: "reisepass, reisepassnummer, passnummer, pass-nr, reisepass-nr, österreichischer reisepass, austrian passport",
		alone: 0.25, examples: "P1630837 U1234567",
	},
	{
		name: "AT_ID_CARD", authority: "Bundesministerium für Inneres, PassG 1992", digit: "none",
		forms: "99999999|9999999|AA9999999",
		words: "personalausweis, personalausweisnummer, ausweisnummer, österreichischer personalausweis, austrian identity card, austrian id card",
		alone: 0.25, examples: "12345678 PA1234567",
	},
	{
		name: "AT_DRIVING_LICENCE", authority: "Bundesministerium für Verkehr, FSG § 13, FSG-DV § 2", digit: "none",
		forms: "99999999|99 999999",
		words: "führerschein, führerscheinnummer, führerschein-nr, fuehrerschein, fuehrerscheinnummer, lenkberechtigung, austrian driving licence, austrian driver's license",
		alone: 0.3, examples: "12345678",
	},
	{
		name: "AT_FIRMENBUCH", authority: "Bundesministerium für Justiz, § 3 FBG", digit: "mod 17 letter",
		forms: "fn 999999 A|fn 99999 A|fn 9999 A", check: isATFirmenbuch,
		words: "firmenbuch, firmenbuchnummer, fb-nr, firmenbuch-nr, austrian company register",
		alone: 0.8, broken: 0.55, examples: "FN122119M FN123456D",
	},
}

// isATSVNR says whether ten digits are an Austrian insurance number: a serial number that doesn't begin with 0, the check
// digit, the day of birth as DDMMYY. When the serial numbers of a day are used up, the month goes on with 13 to 15.
func isATSVNR(c []byte) bool {
	month := decimal(c[6:8])
	if month > 12 && month <= 15 {
		month = 12
	}
	if c[0] == '0' || !isDayOfAny(decimal(c[8:]), month, decimal(c[4:6])) {
		return false
	}
	return checksum.Weighted(c, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(c[3]-'0')
}

// isATFirmenbuch says whether the letter behind up to six digits fits.
func isATFirmenbuch(c []byte) bool {
	last := len(c) - 1
	weights := []int{6, 4, 14, 15, 10, 1}
	sum := checksum.Weighted(c[2:last], weights[len(weights)-(last-2):]...)
	return "ABDFGHIKMPSTVWXYZ"[sum%17] == c[last]
}
