package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// hungary lists the identifiers of Hungary.
var hungary = []identifier{
	{
		name: "HU_TAJ", authority: "NEAK, 1996. évi XX. törvény, melléklet III.", digit: "mod 10",
		forms: "999 999 999", check: isTAJ,
		words: "tajszám, tajszámom, tajszáma, taj szám, taj számom, taj számát, taj száma, taj-szám, taj kártya, taj szam, tajszam, taj number, társadalombiztosítási azonosító, társadalombiztosítási azonosító jel, hungarian social security number",
		alone: 0.4, broken: 0.25, examples: "111111110 037687210",
	},
	{
		name: "HU_TIN", authority: "NAV, 1996. évi XX. törvény, melléklet II.: begins with 8", digit: "mod 11",
		forms: "999 999 9999|9 99999 9999|9 999 999 999", check: isHUTax,
		words: "adóazonosító, adóazonosító jel, adóazonosító jele, adóazonosítóm, adoazonosito, adoazonosito jel, hungarian tax number, hungarian tax id",
		alone: 0.45, broken: 0.3, examples: "8234567896 8071592153",
	},
	{
		name: "HU_PERSONAL_ID", authority: "BM, 1996. évi XX. törvény, melléklet I.", digit: "mod 11",
		forms: "9 999999 9999", check: isHUPerson, weak: true,
		words: "személyi azonosító, személyi szám, személyi azonosítója, szemelyi azonosito, szemelyi szam, hungarian personal number",
		alone: 0.45, broken: 0.3, examples: "17501011249 30102030018",
	},
	{
		name: "HU_TAX_NUMBER", authority: "NAV, 2017. évi CL. törvény, 1. melléklet", digit: "mod 10",
		forms: "99999999 9 99", check: isHUTaxNumber, weak: true,
		words: "adószám, adószáma, adoszam, hungarian vat number",
		alone: 0.45, broken: 0.3, examples: "12345676142 10773381244",
	},
	{
		name: "HU_ID_CARD", authority: "BM, 414/2015. (XII. 23.) Korm. rendelet", digit: "none",
		forms: "999999AA|AA999999",
		words: "személyi igazolvány, személyi igazolvány szám, személyigazolvány, személyigazolvány szám, szemelyi igazolvany, szig. szám, igazolványszám, hungarian id card, hungarian identity card",
		alone: 0.3, examples: "123456AB",
	},
	{
		name: "HU_PASSPORT", authority: "BM, 1998. évi XII. törvény", digit: "none",
		forms: "AA9999999|AA999999",
		words: "útlevél, útlevélszám, útlevél szám, útlevelem száma, utlevel, utlevelszam, hungarian passport",
		alone: 0.3, examples: "BA0006902 ZA084505",
	},
}

// isTAJ checks a Hungarian social security number.
func isTAJ(c []byte) bool {
	return checksum.Weighted(c[:8], 3, 7, 3, 7, 3, 7, 3, 7)%10 == int(c[8]-'0') && decimal(c) != 0
}

// isHUTax checks the tax number of a person in Hungary: 8, the days from 1867 to the birthday, three digits. Those with 10 for
// a check digit aren't given.
func isHUTax(c []byte) bool {
	return c[0] == '8' && checksum.Weighted(c[:9], 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 == int(c[9]-'0')
}

// isHUPerson says whether eleven digits are a Hungarian personal number: sex and century, the birthday, three digits and the
// check digit, whose weights run the other way for those born since 1997.
func isHUPerson(c []byte) bool {
	century := 1900
	switch c[0] {
	case '1', '2', '5', '6':
	case '3', '4', '7', '8':
		century = 2000
	default:
		return false
	}
	year := century + decimal(c[1:3])
	if !isDay(year, decimal(c[3:5]), decimal(c[5:7])) {
		return false
	}
	if year >= 1997 {
		return checksum.Weighted(c[:10], 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == int(c[10]-'0')
	}
	return checksum.Weighted(c[:10], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)%11 == int(c[10]-'0')
}

// isHUTaxNumber checks the tax number of a firm or trader: the eight digits of its VAT number, how it pays VAT, and the
// county.
func isHUTaxNumber(c []byte) bool {
	county := decimal(c[9:])
	return isHUVAT(c[:8]) && c[8] >= '1' && c[8] <= '5' && (county >= 2 && county <= 44 || county == 51)
}

// isHUVAT checks the eight digits of a Hungarian VAT number.
func isHUVAT(c []byte) bool { return checksum.Weighted(c, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 }
