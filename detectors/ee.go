package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// estonia lists the identifiers of Estonia.
var estonia = []identifier{
	{
		name: "EE_IK", authority: "Siseministeerium, rahvastikuregistri seadus § 40, EVS 585", digit: "mod 11 in two stages",
		forms: "99999999999|9 999999 9999|9 99 99 99 9999", check: isBalticCode, weak: true,
		words: "isikukood, isikukoodi, isikukoodiga, ik kood, estonian personal code, estonian id code",
		alone: 0.45, broken: 0.3, examples: "36805280109 38507300337 51501010056 50001010040",
	},
	{
		name: "EE_ID_CARD", authority: "Politsei- ja Piirivalveamet, isikut tõendavate dokumentide seadus", digit: "none",
		forms: "AA9999999|A9999999",
		words: "id-kaart, id-kaardi, id-kaardi number, isikutunnistus, isikutunnistuse number, estonian id card, estonian identity card",
		alone: 0.3, examples: "AS0002262 A0123456",
	},
	{
		name: "EE_PASSPORT", authority: "Politsei- ja Piirivalveamet, isikut tõendavate dokumentide seadus", digit: "none",
		forms: "k9999999|kA9999999|vd9999999",
		words: "eesti pass, passi number, estonian passport",
		alone: 0.3, examples: "K3295867 KB0167630 VD0023777",
	},
}

// isBalticCode says whether eleven digits are a personal code of Estonia or Lithuania: century and sex in the first, the
// birthday, four more.
func isBalticCode(c []byte) bool {
	century := int(c[0] - '0')
	return century >= 1 && century <= 8 &&
		isDay(1700+(century+1)/2*100+decimal(c[1:3]), decimal(c[3:5]), decimal(c[5:7])) && checksum.TwoStage(c)
}
