package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// banking lists the codes of banks that are known by their form.
var banking = []identifier{
	{
		name: "BIC", authority: "ISO 9362: institution, country, place, branch", digit: "none",
		forms: "AAAAAAXX|AAAAAAXX XXX", check: isBIC,
		words: "bic, swift, bic code, swift code, swift-bic, bankleitzahl",
		alone: 0.3, broken: 0.1, examples: "DEUTDEFF500 NWBKGB2L BOFAUS3N",
	},
}

// isoCountries are the codes of ISO 3166-1, and Kosovo's.
const isoCountries = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ" +
	"DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKM" +
	"KNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPS" +
	"PTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW"

// isBIC says whether the country of a code exists. c is in capitals.
func isBIC(c []byte) bool {
	for i := 0; i < len(isoCountries); i += 2 {
		if isoCountries[i] == c[4] && isoCountries[i+1] == c[5] {
			return true
		}
	}
	return false
}

// bicAt notes token k as a bank's code if it has the form of one in capitals; form is its score.
func (p *pass) bicAt(k int, form float32) bool {
	if k < 0 || k >= len(p.text.Tokens) {
		return false
	}
	t := &p.text.Tokens[k]
	b := p.bytesOf(t)
	if len(b) != 8 && len(b) != 11 || t.Shape&(scan.Lower|scan.High) != 0 || !isBIC(b) {
		return false
	}
	for _, c := range b[:6] {
		if !scan.IsLetter(c) {
			return false
		}
	}
	start, end := int(t.Start), int(t.End)
	if p.isInert(start) || p.at(start-1) == '[' && p.at(end) == ']' {
		return false
	}
	p.add(start, end, BIC, form, byBank, p.compact(start, end))
	return true
}

// bicWord looks for a bank's code behind token i, a word for it. Most are letters alone, like a word in capitals.
func (p *pass) bicWord(i int) {
	for k := i + 1; k <= i+4 && k < len(p.text.Tokens); k++ {
		if p.bicAt(k, 0.85) || p.sentenceEnds(int(p.text.Tokens[k].End)) {
			return
		}
	}
}

// besideIBAN looks for a bank's code near an account number that tokens first to last make up.
func (p *pass) besideIBAN(first, last int) {
	for k := 1; k <= 3; k++ {
		if p.bicAt(last+k, 0.7) || p.bicAt(first-k, 0.7) {
			return
		}
	}
}

// namedBIC looks for a bank's code in a text whose field is named for one.
func (p *pass) namedBIC() {
	if topics := p.path.topics; !p.set.topics[topics[0]].has(BIC) && !p.set.topics[topics[1]].has(BIC) {
		return
	}
	for k := range p.text.Tokens {
		p.bicAt(k, 0.85)
	}
}
