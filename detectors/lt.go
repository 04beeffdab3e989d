package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// lithuania lists the identifiers of Lithuania.
var lithuania = []identifier{
	{
		name: "LT_AK", authority: "Registrų centras, Gyventojų registro įstatymas, 8 str.", digit: "mod 11 in two stages",
		forms: "9 999999 9999|9 99 99 99 9999|999 999 999 99", check: isBalticCode, weak: true,
		words: "asmens kodas, asmens kodą, asmens kodo, asmens koda, lithuanian personal code",
		alone: 0.45, broken: 0.3, examples: "33309240064 39001010077 36709010186",
	},
	{
		name: "LT_AK", authority: "Gyventojų registro įstatymas, 8 str.: without a birthday", digit: "mod 11 in two stages",
		forms: "9 99 99 99 9999", check: isUndatedLTCode, weak: true,
		words: "asmens kodas, asmens kodą, asmens kodo, asmens koda, lithuanian personal code",
		alone: 0.4, broken: 0.3, examples: "90000000018",
	},
	{
		name: "LT_ID_CARD", authority: "Asmens dokumentų išrašymo centras", digit: "none",
		forms: "99999999",
		words: "asmens tapatybės kortelė, tapatybės kortelė, asmens tapatybes kortele, tapatybės kortelės numeris, lithuanian id card, lithuanian identity card",
		alone: 0.25, examples: "10203040",
	},
	{
		name: "LT_PASSPORT", authority: "Asmens dokumentų išrašymo centras", digit: "none",
		forms: "99999999|AA999999",
		words: "paso numeris, paso numerį, lietuvos pasas, lithuanian passport",
		alone: 0.25, examples: "20304050 LT123456",
	},
}

// isUndatedLTCode checks the Lithuanian codes that begin with 9, given where the birthday isn't known.
func isUndatedLTCode(c []byte) bool { return c[0] == '9' && checksum.TwoStage(c) }
