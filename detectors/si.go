package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// slovenia lists the identifiers of Slovenia.
var slovenia = []identifier{
	{
		name: "SI_EMSO", authority: "Ministrstvo za notranje zadeve, Zakon o centralnem registru prebivalstva", digit: "mod 11",
		forms: "9999999999999|999999 9999999|99 99 9 99 99 999 9|99 99 999 99 999 9", check: isEMSO, weak: true,
		words: "emšo, emso, enotna matična številka, enotna maticna stevilka, enotna matična številka občana, slovenian personal number",
		alone: 0.6, broken: 0.3, examples: "0101006500006 1212995504350 2001939010010",
	},
	{
		name: "SI_TIN", authority: "FURS, Zakon o davčnem postopku, 32. člen", digit: "mod 11",
		forms: "99999999|99 99 99 99|999 99 999", check: isSITax, weak: true,
		words: "davčna številka, davcna stevilka, davčna, davčno številko, davcno stevilko, slovenian tax number",
		alone: 0.3, broken: 0.2, examples: "15012557 59082437",
	},
	{
		name: "SI_ZZZS", authority: "ZZZS, Pravila obveznega zdravstvenega zavarovanja", digit: "none",
		forms: "999 999 999",
		words: "zzzs, številka zdravstvenega zavarovanja, zzzs številka, stevilka zdravstvenega zavarovanja, številka zavarovane osebe",
		alone: 0.3, examples: "012345678",
	},
	{
		name: "SI_ID_CARD", authority: "Ministrstvo za notranje zadeve, Zakon o osebni izkaznici", digit: "none",
		forms: "999999999|ie9999999",
		words: "osebna izkaznica, številka osebne izkaznice, osebne izkaznice, slovenian id card, slovenian identity card",
		alone: 0.3, examples: "001234567 IE0123456",
	},
	{
		name: "SI_PASSPORT", authority: "Ministrstvo za notranje zadeve, Zakon o potnih listinah", digit: "none",
		forms: "pA9999999",
		words: "potni list, številka potnega lista, potnega lista, slovenian passport",
		alone: 0.3, examples: "PB1234567",
	},
}

// isEMSO says whether thirteen digits are a number of the former Yugoslav register, as several states still give it: the
// birthday with three digits of the year, the region, three digits, the check digit, where 0 stands for 10.
func isEMSO(c []byte) bool {
	year := decimal(c[4:7]) + 1000
	if year < 1800 {
		year += 1000
	}
	check := (11 - checksum.Weighted(c[:12], 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	return isDay(year, decimal(c[2:4]), decimal(c[:2])) && check == int(c[12]-'0')
}

// isSITax checks a Slovene tax number: eight digits, the first not 0.
func isSITax(c []byte) bool {
	check := 11 - checksum.Weighted(c[:7], 8, 7, 6, 5, 4, 3, 2)%11
	return c[0] != '0' && check != 11 && check%10 == int(c[7]-'0')
}
