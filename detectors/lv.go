package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// latvia lists the identifiers of Latvia.
var latvia = []identifier{
	{
		name: "LV_PK", authority: "PMLP, Fizisko personu reģistra likums, 5. pants", digit: "mod 11",
		forms: "999999 99999|99 99 99 99999", check: isLVCode, weak: true,
		words: "personas kods, personas kodu, personas koda, latvian personal code",
		alone: 0.45, broken: 0.3, examples: "12128211210 01011012344 32579461005",
	},
	{
		name: "LV_ID_CARD", authority: "PMLP, Personu apliecinošu dokumentu likums", digit: "none",
		forms: "pa9999999|pA9999999",
		words: "personas apliecība, personas apliecības numurs, personas apliecibas, latvian id card, latvian identity card",
		alone: 0.3, examples: "PA0123456",
	},
	{
		name: "LV_PASSPORT", authority: "PMLP, Personu apliecinošu dokumentu likums", digit: "none",
		forms: "lA9999999|999999999",
		words: "pases numurs, latvijas pase, pases nr, latvian passport",
		alone: 0.3, examples: "LV4017173 LV9000339",
	},
}

// isLVCode says whether eleven digits are a Latvian personal code: the birthday and a digit for the century, or since July
// 2017 a number from 32 on without a birthday.
func isLVCode(c []byte) bool {
	if first := decimal(c[:2]); first < 32 && (c[6] > '2' || !isDay(1800+100*int(c[6]-'0')+decimal(c[4:6]), decimal(c[2:4]), first)) ||
		first > 39 {
		return false
	}
	return (1+checksum.Weighted(c[:10], 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == int(c[10]-'0')
}
