package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// bulgaria lists the identifiers of Bulgaria.
var bulgaria = []identifier{
	{
		name: "BG_EGN", authority: "ГД ГРАО, Закон за гражданската регистрация, чл. 11", digit: "mod 11",
		forms: "999999 9999|9999999999|99 99 99 9999", check: isEGN, weak: true,
		words: "егн, единен граждански номер, egn, edinen grazhdanski nomer, bulgarian personal number, bulgarian national id",
		alone: 0.45, broken: 0.3, examples: "7523169263 8032056031 6101057509 0041010002",
	},
	{
		name: "BG_LNC", authority: "МВР, Закон за чужденците в Република България, чл. 53", digit: "mod 10",
		forms: "999999 9999", check: isLNC,
		words: "лнч, личен номер на чужденец, lnch, lichen nomer na chuzhdenets, personal number of a foreigner",
		alone: 0.4, broken: 0.25, examples: "1001000004 7110010024",
	},
	{
		name: "BG_EIK", authority: "Агенция по вписванията, Закон за регистър БУЛСТАТ, чл. 6", digit: "mod 11 in two stages",
		forms: "999 999 999", check: isEIK, weak: true,
		words: "еик, единен идентификационен код, булстат, eik number, bulstat",
		alone: 0.4, broken: 0.25, examples: "175074752 123456786",
	},
	{
		name: "BG_ID_CARD", authority: "МВР, Закон за българските лични документи, чл. 13", digit: "none",
		forms: "999999999|aa9999999|ab9999999|ac9999999",
		words: "лична карта, номер на лична карта, lichna karta, bulgarian id card, bulgarian identity card",
		alone: 0.3, examples: "640123456 AA0123456",
	},
	{
		name: "BG_PASSPORT", authority: "МВР, Закон за българските лични документи, чл. 13", digit: "none",
		forms: "999999999|aa9999999|pa9999999",
		words: "паспорт, номер на паспорт, български паспорт, pasport nomer, bulgarian passport",
		alone: 0.3, examples: "380123456 PA0123456",
	},
}

// isEGN says whether ten digits are a Bulgarian personal number: the birthday, with the month 20 higher in the 19th and 40
// higher in the 21st century, three digits, and the check digit.
func isEGN(c []byte) bool {
	year, month, day := decimal(c[:2])+1900, decimal(c[2:4]), decimal(c[4:6])
	switch {
	case month > 40:
		year, month = year+100, month-40
	case month > 20:
		year, month = year-100, month-20
	}
	return isDay(year, month, day) && checksum.Weighted(c[:9], 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(c[9]-'0')
}

// isLNC checks the number of a foreigner in Bulgaria.
func isLNC(c []byte) bool {
	return checksum.Weighted(c[:9], 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == int(c[9]-'0')
}

// isEIK checks the nine digits of a Bulgarian firm or trader.
func isEIK(c []byte) bool {
	r := checksum.Weighted(c[:8], 1, 2, 3, 4, 5, 6, 7, 8) % 11
	if r == 10 {
		r = checksum.Weighted(c[:8], 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10
	}
	return r == int(c[8]-'0')
}
