package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// czechia lists the identifiers of Czechia.
var czechia = []identifier{
	{
		name: "CZ_RC", authority: "Ministerstvo vnitra, zákon č. 133/2000 Sb., § 13", digit: "mod 11",
		forms: "999999 9999|99 99 99 9999", check: isBirthNumber, weak: true,
		words: "rodné číslo, rodne cislo, rodného čísla, rodneho cisla, rč, číslo pojištěnce, cislo pojistence, czech birth number, czech personal number",
		alone: 0.45, broken: 0.3, examples: "6809115566 5301219990 9811150570 0471011233",
	},
	{
		name: "CZ_RC", authority: "zákon č. 133/2000 Sb., § 13: until 1953", digit: "none",
		forms: "999999 999|99 99 99 999", check: isOldBirthNumber,
		words: "rodné číslo, rodne cislo, rodného čísla, rodneho cisla, rč, číslo pojištěnce, cislo pojistence, czech birth number",
		alone: 0.3, broken: 0.2, examples: "991231123 320911556",
	},
	{
		name: "CZ_TIN", authority: "Finanční správa, zákon č. 280/2009 Sb., § 130", digit: "mod 11",
		forms: "cz 999999 9999|cz 999999 999|cz 999 99 999|cz 99 99 99 9999|cz 99 99 99 99", check: afterPrefix(2, isCZTax), weak: true,
		words: "dič, daňové identifikační číslo, danove identifikacni cislo, dic cislo, czech tax number",
		alone: 0.6, broken: 0.3, examples: "CZ6409030925 CZ25123891 CZ7103192745 CZ991231123 CZ640903926",
	},
	{
		name: "CZ_TIN", authority: "zákon č. 280/2009 Sb., § 130: without the letters", digit: "mod 11",
		forms: "999999 9999", check: isBirthNumber, weak: true,
		words: "dič, daňové identifikační číslo, danove identifikacni cislo, dic cislo, czech tax number",
		alone: 0.3, broken: 0.2, examples: "6809115566 9811150570",
	},
	{
		name: "CZ_ICO", authority: "Český statistický úřad, zákon č. 111/2009 Sb., § 24", digit: "mod 11",
		forms: "999 99 999|99 99 99 99|99 999 999", check: isICO, weak: true,
		words: "ičo, ič, identifikační číslo osoby, identifikacni cislo, ico cislo",
		alone: 0.3, broken: 0.2, examples: "25123891 00006947",
	},
	{
		name: "CZ_ID_CARD", authority: "Ministerstvo vnitra, zákon č. 269/2021 Sb.", digit: "none",
		forms: "999999999|999999AA99|AA999999",
		words: "občanský průkaz, obcansky prukaz, číslo občanského průkazu, občanského průkazu, obcanskeho prukazu, občanku, číslo op, czech id card, czech identity card",
		alone: 0.3, examples: "201234567 123456AA12 AB123456",
	},
	{
		name: "CZ_PASSPORT", authority: "Ministerstvo vnitra, zákon č. 329/1999 Sb.", digit: "none",
		forms: "99999999|999999999",
		words: "cestovní pas, cestovni pas, číslo pasu, cislo pasu, cestovního pasu, czech passport",
		alone: 0.25, examples: "40123456",
	},
}

// isBirthday says whether c begins with the birthday of a Czech or Slovak birth number: the month is 50 higher for women, and
// 20 higher where a day has run out of numbers. Since 1954 there are ten digits, so with ten
// a year below 54 is of this century, with nine one from 80 on of the 19th.
func isBirthday(c []byte) bool {
	year, month := decimal(c[:2])+1900, decimal(c[2:4])%50
	switch {
	case len(c) == 10 && year < 1954:
		year += 100
	case len(c) == 9 && year >= 1980:
		year -= 100
	case len(c) == 9 && year >= 1954:
		return false
	}
	if month > 20 && len(c) == 10 {
		month -= 20
	}
	return isDay(year, month, decimal(c[4:6]))
}

// isBirthNumber says whether ten digits are a Czech or Slovak birth number: the whole is a multiple of 11; some before 1985
// end in 0 where the check digit would have been 10.
func isBirthNumber(c []byte) bool {
	return isBirthday(c) && decimal(c[:9])%11%10 == int(c[9]-'0')
}

// isOldBirthNumber says the same of nine digits, given until 1953, which have no check digit.
func isOldBirthNumber(c []byte) bool { return isBirthday(c) && c[6]|c[7]|c[8] != '0' }

// isCZTax checks the digits of a Czech tax number: a firm's number, a birth number, or 6 and eight more digits.
func isCZTax(c []byte) bool {
	switch len(c) {
	case 8:
		return c[0] != '9' && isICO(c)
	case 9:
		r := checksum.Weighted(c[1:8], 8, 7, 6, 5, 4, 3, 2) % 11
		if c[0] == '6' && (8-(10-r+11)%11+10)%10 == int(c[8]-'0') {
			return true
		}
		return isOldBirthNumber(c)
	}
	return isBirthNumber(c)
}

// isICO checks the eight digits of a Czech or Slovak firm or trader.
func isICO(c []byte) bool {
	check := (11 - checksum.Weighted(c[:7], 8, 7, 6, 5, 4, 3, 2)%11) % 11
	if check == 0 {
		check = 1
	} else {
		check %= 10
	}
	return check == int(c[7]-'0')
}
