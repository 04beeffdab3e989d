package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// germany lists the identifiers of Germany.
var germany = []identifier{
	{
		name: "DE_TAX_ID", authority: "Bundeszentralamt für Steuern, § 139b AO", digit: "ISO 7064 MOD 11,10",
		forms: "99 999 999 999", check: isDETaxID,
		words: "steuer-id, steueridentifikationsnummer, steuerliche identifikationsnummer, steuer-identifikationsnummer, idnr, tax id",
		alone: 0.45, broken: 0.3, examples: "65929970489 26954371827 86095742719",
	},
}

// isDETaxID says whether eleven digits are a German tax identification number: the first isn't 0, of the first ten one digit
// stands twice or three times and no more, the last is by ISO 7064 MOD 11,10.
func isDETaxID(c []byte) bool {
	if c[0] == '0' {
		return false
	}
	var count [10]int
	for _, d := range c[:10] {
		count[d-'0']++
	}
	repeated := 0
	for _, n := range count {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	if repeated != 1 {
		return false
	}
	return checksum.Mod11_10(c)
}
