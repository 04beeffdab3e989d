package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// luxembourg lists the identifiers of Luxembourg.
var luxembourg = []identifier{
	{
		name: "LU_NIN", authority: "CTIE, loi du 19 juin 2013 (RNPP), règlement grand-ducal du 28 novembre 2013", digit: "Luhn and Verhoeff",
		forms: "9999 99 99 999 99|99999999 99999|9999999999999|9999 9999 99999", check: isLUNIN,
		words: "matricule, numéro de matricule, numero de matricule, matricule nationale, matricule luxembourgeois, numéro d'identification national, numéro d'identification personnel, nationale identifikationsnummer, matrikelnummer, sozialversicherungsnummer, numéro de sécurité sociale, luxembourg national id, luxembourg social security number, tax id",
		alone: 0.7, broken: 0.25, examples: "1893120105732 1990093012358",
	},
	{
		name: "LU_PASSPORT", authority: "Ministère des Affaires étrangères, loi du 14 avril 1934", digit: "none",
		forms: "AXXXXXXX|AAXX XXXX",
		words: "passeport luxembourgeois, luxemburgischer reisepass, luxembourg passport, luxembourgish passport",
		alone: 0.2, examples: "JC4E7L2H",
	},
	{
		name: "LU_DRIVING_LICENCE", authority: "Société nationale de circulation automobile, Code de la route", digit: "none",
		forms: "999999|999 999",
		words: "permis de conduire luxembourgeois, luxembourg driving licence, luxembourg driver's license, luxemburgischer führerschein",
		alone: 0.3, examples: "123456",
	},
	{
		name: "LU_RCS", authority: "Luxembourg Business Registers, loi du 19 décembre 2002", digit: "none",
		forms: "b 999999|b 99999|b 9999",
		words: "rcs luxembourg, r.c.s. luxembourg, registre de commerce luxembourg, registre de commerce et des sociétés, luxembourg company register",
		alone: 0.2, examples: "B123456",
	},
}

// isLUNIN says whether thirteen digits are a Luxembourgish number: the day of birth as YYYYMMDD, a serial number, its check
// digit by Luhn and that of the same eleven digits by Verhoeff.
func isLUNIN(c []byte) bool {
	year := decimal(c[:4])
	if year < 1850 || year > 2099 || !isDay(year, decimal(c[4:6]), decimal(c[6:8])) {
		return false
	}
	var verhoeff [12]byte
	copy(verhoeff[:], c[:11])
	verhoeff[11] = c[12]
	return checksum.Luhn(c[:12]) && checksum.Verhoeff(verhoeff[:])
}
