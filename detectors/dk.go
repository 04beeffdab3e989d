package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// denmark lists the identifiers of Denmark.
var denmark = []identifier{
	{
		name: "DK_CPR", authority: "CPR-kontoret, Personnummeret i CPR", digit: "mod 11, but for 1 January",
		forms: "999999 9999|99 99 99 9999", check: isDKCPR, weak: true,
		words: "cpr, cpr-nummer, cpr-nr, cprnr, cprnummer, cpr number, personnummer, sygesikring, sygesikringsnummer, sundhedskort, danish personal number, danish id number",
		alone: 0.5, broken: 0.25, examples: "2110625629 0101110117 0101651234",
	},
	{
		name: "DK_CVR", authority: "Erhvervsstyrelsen, CVR-loven", digit: "mod 11",
		forms: "99999999|99 99 99 99", check: isDKCVR,
		words: "cvr, cvr-nummer, cvr-nr, cvrnr, cvr number, se-nummer, virksomhedsnummer, danish company number",
		alone: 0.3, broken: 0.15, examples: "13585628 88146328",
	},
	{
		name: "DK_PASSPORT", authority: "Rigspolitiet, pasbekendtgørelsen", digit: "none",
		forms: "999999999|AA9999999",
		words: "dansk pas, pasnummer, pas nummer, pasnr, danish passport",
		alone: 0.25, examples: "900010172",
	},
	{
		name: "DK_DRIVING_LICENCE", authority: "Færdselsstyrelsen, kørekortbekendtgørelsen", digit: "none",
		forms: "99999999",
		words: "kørekort, kørekortnummer, koerekort, korekort, kørekort nr, danish driving licence, danish driver's license",
		alone: 0.3, examples: "12345678",
	},
}

// isDKCPR says whether ten digits are a Danish personal number: the day of birth as DDMMYY and a serial number. Since 2007
// the check digit doesn't hold where its serial numbers are used up, which has come to pass for births on 1 January only.
func isDKCPR(c []byte) bool {
	day, month := decimal(c[:2]), decimal(c[2:4])
	if !isDayOfAny(decimal(c[4:6]), month, day) {
		return false
	}
	return day == 1 && month == 1 || checksum.Weighted(c, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func isDKCVR(c []byte) bool {
	return c[0] != '0' && checksum.Weighted(c, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}
