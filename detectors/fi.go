package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

const (
	fiHETUWords = "henkilötunnus, henkilotunnus, hetu-tunnus, hetu tunnus, hetuni, sotu, henkilötunnukseni, personbeteckning, finnish personal identity code, finnish id code, personal identity code, finnish social security number"
	fiHETUBy    = "Digi- ja väestötietovirasto, VTJ-laki 661/2009, asetus 128/2010"
)

// finland lists the identifiers of Finland.
var finland = []identifier{
	{
		name: "FI_HETU", authority: fiHETUBy, digit: "mod 31",
		forms: "999999 999A|999999A999A|999999A9999", check: isFIHETU,
		words: fiHETUWords, alone: 0.85, broken: 0.3, examples: "131052308T 131052A308T 111111111C 010594Y9032",
	},
	{ // With a digit at its end it looks like much else.
		name: "FI_HETU", authority: fiHETUBy, digit: "mod 31",
		forms: "999999 9999", check: isFIHETU,
		words: fiHETUWords, alone: 0.5, broken: 0.15, examples: "0101010101",
	},
	{
		name: "FI_BUSINESS_ID", authority: "Patentti- ja rekisterihallitus and Verohallinto, yritystietolaki 244/2001", digit: "mod 11",
		forms: "9999999 9", check: isFIBusinessID,
		words: "y-tunnus, ytunnus, yritystunnus, y tunnus, fo-nummer, företags- och organisationsnummer, finnish business id, business id",
		alone: 0.3, broken: 0.15, examples: "20774740 12345671",
	},
	{
		name: "FI_TAX_NUMBER", authority: "Verohallinto, laki veronumerosta 473/2021", digit: "none",
		forms: "999999999999|9999 9999 9999",
		words: "veronumero, skattenummer, finnish tax number",
		alone: 0.3, examples: "123456789123",
	},
	{
		name: "FI_PASSPORT", authority: "Poliisi, passilaki 671/2006", digit: "none",
		forms: "AA9999999",
		words: "passin numero, passinumero, suomen passi, pass nummer, finnish passport, finskt pass",
		alone: 0.25, examples: "XP8271602 XD8500003",
	},
	{
		name: "FI_ID_CARD", authority: "Poliisi, henkilökorttilaki 663/2016", digit: "none",
		forms: "999999999|AA9999999|999999 999A",
		words: "henkilökortti, henkilokortti, henkilökortin numero, identitetskort, finnish id card, finnish identity card",
		alone: 0.25, examples: "123456789",
	},
}

// isFIHETU says whether ten characters, or eleven with a letter for the century between them, are a Finnish personal
// identity code: the day of birth as DDMMYY, the century (plus, dash, A to F, U to Y), a serial number from 002 and up (900 and
// up are for tests and the time being), and the rest of the nine digits by 31.
func isFIHETU(c []byte) bool {
	if !isDayOfAny(decimal(c[4:6]), decimal(c[2:4]), decimal(c[:2])) {
		return false
	}
	serial := c[6:]
	if len(c) == 11 {
		if century := c[6]; (century < 'A' || century > 'F') && (century < 'U' || century > 'Y') {
			return false
		}
		serial = c[7:]
	}
	if decimal(serial[:3]) < 2 {
		return false
	}
	rest := (decimal(c[:6])*1000 + decimal(serial[:3])) % 31
	return "0123456789ABCDEFHJKLMNPRSTUVWXY"[rest] == serial[3]
}

func isFIBusinessID(c []byte) bool {
	return decimal(c) > 0 && checksum.Weighted(c, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0
}
