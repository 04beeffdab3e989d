package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// telephony lists the numbers of telephones, their cards and their subscriptions.
var telephony = []identifier{
	{
		name: "IMEI", authority: "3GPP TS 23.003 §6: type allocation code, serial number", digit: "Luhn",
		forms: "99 999999 999999 9", check: checksum.Luhn,
		words: "imei, imei number, handset id, device identity, equipment identity",
		alone: 0.58, broken: 0.3, examples: "490154203237518 356938035643809 352099001761481",
	},
	{
		name: "IMEI", authority: "3GPP TS 23.003 §6.2.2: with the version of the software", digit: "none",
		forms: "99 999999 999999 99",
		words: "imeisv, imei sv",
		alone: 0.25, examples: "3569380356438091",
	},
	{
		name: "IMSI", authority: "ITU-T E.212: mobile country code", digit: "none",
		forms: "999 99 9999999999|999 999 999999999|999 99 999999999", check: isIMSI,
		words: "imsi, subscriber identity, subscriber id, supi",
		alone: 0.4, broken: 0.2, examples: "234150999999999 310150123456789 404680505601234",
	},
	{
		name: "ICCID", authority: "ITU-T E.118: 89, country, issuer", digit: "Luhn",
		forms: "9999 9999 9999 9999 999|9999 9999 9999 9999 9999", check: isICCID,
		words: "iccid, icc id, sim number, sim card number, sim serial number, uicc, eid",
		alone: 0.75, broken: 0.3, weak: true, examples: "8944500102198304826 89014103211118510720",
	},
}

// countryCodes are the mobile country codes in use, as ranges (ITU-T E.212, Annex).
var countryCodes = [...][2]uint16{
	{202, 202}, {204, 204}, {206, 206}, {208, 208}, {212, 214}, {216, 216}, {218, 222}, {225, 226}, {228, 228}, {230, 232}, {234, 235}, {238, 238},
	{240, 240}, {242, 242}, {244, 244}, {246, 248}, {250, 250}, {255, 255}, {257, 257}, {259, 260}, {262, 262}, {266, 266}, {268, 268}, {270, 270},
	{272, 272}, {274, 274}, {276, 276}, {278, 278}, {280, 280}, {282, 284}, {286, 286}, {288, 290}, {292, 295}, {297, 297}, {302, 302}, {308, 308},
	{310, 316}, {330, 330}, {332, 332}, {334, 334}, {338, 338}, {340, 340}, {342, 342}, {344, 344}, {346, 346}, {348, 348}, {350, 350}, {352, 352},
	{354, 354}, {356, 356}, {358, 358}, {360, 360}, {362, 366}, {368, 368}, {370, 370}, {372, 372}, {374, 374}, {376, 376}, {400, 402}, {404, 406},
	{410, 410}, {412, 422}, {424, 432}, {434, 434}, {436, 438}, {440, 441}, {450, 450}, {452, 452}, {454, 457}, {460, 461}, {466, 467}, {470, 470},
	{472, 472}, {502, 502}, {505, 505}, {510, 510}, {514, 515}, {520, 520}, {525, 525}, {528, 528}, {530, 530}, {536, 537}, {539, 555}, {602, 655},
	{657, 657}, {659, 659}, {702, 702}, {704, 704}, {706, 706}, {708, 708}, {710, 710}, {712, 712}, {714, 714}, {716, 716}, {722, 722}, {724, 724},
	{730, 730}, {732, 732}, {734, 734}, {736, 736}, {738, 738}, {740, 740}, {742, 742}, {744, 744}, {746, 746}, {748, 748}, {750, 750}, {901, 901},
}

// isIMSI says whether a number begins with a country's code.
func isIMSI(c []byte) bool {
	code := uint16(c[0]-'0')*100 + uint16(c[1]-'0')*10 + uint16(c[2]-'0')
	for _, r := range countryCodes {
		if code >= r[0] && code <= r[1] {
			return true
		}
	}
	return false
}

// isICCID says whether a number begins as those of telecommunication do and its check digit fits; of twenty digits the last may
// be outside the check.
func isICCID(c []byte) bool {
	if c[0] != '8' || c[1] != '9' {
		return false
	}
	return checksum.Luhn(c) || len(c) == 20 && checksum.Luhn(c[:19])
}
