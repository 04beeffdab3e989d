package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// croatia lists the identifiers of Croatia.
var croatia = []identifier{
	{
		name: "HR_OIB", authority: "Porezna uprava, Zakon o osobnom identifikacijskom broju", digit: "ISO 7064 MOD 11,10",
		forms: "999 999 999 99|99999999999", check: isOIB,
		words: "oib, osobni identifikacijski broj, croatian personal identification number, croatian tax number",
		alone: 0.45, broken: 0.3, examples: "33392005961 94577403194",
	},
	{
		name: "HR_OIB", authority: "Zakon o PDV-u: for trade in the Union", digit: "ISO 7064 MOD 11,10",
		forms: "hr 999 999 999 99|hr 99999999999", check: isOIB,
		words: "oib, osobni identifikacijski broj, osobnog identifikacijskog broja", alone: 0.6, broken: 0.3, examples: "HR33392005961",
	},
	{
		name: "HR_JMBG", authority: "MUP, Zakon o matičnom broju (until 2009)", digit: "mod 11",
		forms: "9999999999999|999999 9999999|99 99 999 99 999 9", check: isCroatianEMSO, weak: true,
		words: "jmbg, matični broj građana, maticni broj gradana, jedinstveni matični broj",
		alone: 0.6, broken: 0.3, examples: "0101006330003",
	},
	{
		name: "HR_MBO", authority: "HZZO, Zakon o obveznom zdravstvenom osiguranju", digit: "none",
		forms: "999 999 999",
		words: "mbo broj, matični broj osiguranika, matični broj osigurane osobe, maticni broj osiguranika",
		alone: 0.3, examples: "123456789",
	},
	{
		name: "HR_ID_CARD", authority: "MUP, Zakon o osobnoj iskaznici", digit: "none",
		forms: "999999999",
		words: "osobna iskaznica, broj osobne iskaznice, osobne iskaznice, croatian id card, croatian identity card",
		alone: 0.3, examples: "112345678",
	},
	{
		name: "HR_PASSPORT", authority: "MUP, Zakon o putnim ispravama hrvatskih državljana", digit: "none",
		forms: "999999999",
		words: "putovnica, broj putovnice, putovnice, croatian passport",
		alone: 0.3, examples: "007007007",
	},
}

// isCroatianEMSO says whether a number of the former Yugoslav register was given in Croatia.
func isCroatianEMSO(c []byte) bool { return c[7] == '3' && isEMSO(c) }

// isOIB checks a Croatian personal identification number, with or without HR before it.
func isOIB(c []byte) bool { return checksum.Mod11_10(c[len(c)-11:]) }
