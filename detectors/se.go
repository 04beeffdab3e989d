package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// sweden lists the identifiers of Sweden.
var sweden = []identifier{
	{
		name: "SE_PERSONNUMMER", authority: "Skatteverket, folkbokföringslagen § 18 (SKV 704, SKV 707)", digit: "Luhn",
		forms: "999999 9999|99 99 99 9999", check: isSEPersonnummer,
		words: "personnummer, personnr, person nummer, pnr, samordningsnummer, samordningsnr, födelsenummer, körkortsnummer, körkort, korkort, swedish personal number, swedish personal identity number, swedish id number, personal identity code, coordination number",
		alone: 0.5, broken: 0.3, examples: "6408233234 6408833231 8112289874",
	},
	{
		name: "SE_PERSONNUMMER", authority: "Skatteverket, folkbokföringslagen § 18 (SKV 704, SKV 707)", digit: "Luhn",
		forms: "99999999 9999|9999 99 99 9999", check: isSEPersonnummer12, weak: true,
		words: "personnummer, personnr, person nummer, pnr, samordningsnummer, samordningsnr, födelsenummer, körkortsnummer, körkort, korkort, swedish personal number, swedish personal identity number, swedish id number, personal identity code, coordination number",
		alone: 0.45, broken: 0.3, examples: "189004119807 201109252385",
	},
	{
		name: "SE_ORGANISATIONSNUMMER", authority: "Bolagsverket and Skatteverket, lag 1974:174", digit: "Luhn",
		forms: "999999 9999|99 999999 9999", check: isSEOrganisation,
		words: "organisationsnummer, organisationsnr, orgnummer, org-nummer, orgnr, org.nr, org nr, swedish company number, company identity code",
		alone: 0.45, broken: 0.25, examples: "2120000142 5567037485 162120000142",
	},
	{
		name: "SE_PASSPORT", authority: "Polismyndigheten, passlagen 1978:302", digit: "none",
		forms: "99999999|AA9999999",
		words: "svenskt pass, passnummer, pass nummer, passnr, swedish passport",
		alone: 0.25, examples: "59000001 AA1234567",
	},
	{
		name: "SE_ID_CARD", authority: "Polismyndigheten, förordning 2005:661; Skatteverket", digit: "none",
		forms: "99999999|AA9999999",
		words: "nationellt id-kort, id-kort, id-kortsnummer, identitetskort, id-kortet, swedish id card, swedish identity card",
		alone: 0.25, examples: "12345678",
	},
}

// isSEPersonnummer says whether ten digits are a Swedish personal number, the day of birth as YYMMDD, a serial number and a
// check digit, or a coordination number: 60 more in the day, month and day 0 if they aren't known.
func isSEPersonnummer(c []byte) bool {
	month, day := decimal(c[2:4]), decimal(c[4:6])
	if day >= 60 {
		if day -= 60; month > 12 || day > 31 {
			return false
		}
	} else if !isDayOfAny(decimal(c[:2]), month, day) {
		return false
	}
	return decimal(c[6:9]) > 0 && checksum.Luhn(c)
}

// isSEPersonnummer12 is the same with the century.
func isSEPersonnummer12(c []byte) bool {
	century := decimal(c[:2])
	return century >= 18 && century <= 20 && isSEPersonnummer(c[2:])
}

// isSEOrganisation says whether ten digits are the number of a Swedish legal person, which has at least 20 in the place
// of the month. Behind 16 it takes the place of a personal number of twelve.
func isSEOrganisation(c []byte) bool {
	if len(c) == 12 {
		if decimal(c[:2]) != 16 {
			return false
		}
		c = c[2:]
	}
	return c[0] != '0' && c[2] >= '2' && checksum.Luhn(c)
}
