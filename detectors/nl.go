package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

const (
	nlBSNWords = "bsn, bsn-nummer, bsn nummer, burgerservicenummer, burger service nummer, sofinummer, sofi-nummer, persoonsnummer, dutch citizen service number, citizen service number"
	nlBSNBy    = "Rijksdienst voor Identiteitsgegevens, Wet algemene bepalingen burgerservicenummer"
)

// netherlands lists the identifiers of the Netherlands.
var netherlands = []identifier{
	{
		name: "NL_BSN", authority: nlBSNBy, digit: "mod 11 (elfproef)",
		forms: "9999 99 999|999 999 999|999 99 99 99|999999999|99 99 99 999", check: isNLBSN,
		words: nlBSNWords, alone: 0.45, broken: 0.3, examples: "111222333 123456782 001855013",
	},
	{ // Without the zeros in front.
		name: "NL_BSN", authority: nlBSNBy, digit: "mod 11 (elfproef)",
		forms: "99999999|9999 9999|9999999", check: isNLBSN,
		words: nlBSNWords, alone: 0.2, broken: 0.1, examples: "10000008 1855013",
	},
	{
		name: "NL_RSIN", authority: "Kamer van Koophandel, Handelsregisterwet 2007", digit: "mod 11 (elfproef)",
		forms: "999999999|9999 99 999|999 999 999", check: isNLBSN,
		words: "rsin, rsin-nummer, fiscaal nummer, fi-nummer, dutch legal entity number",
		alone: 0.4, broken: 0.25, examples: "123456782",
	},
	{
		name: "NL_PASSPORT", authority: "Rijksdienst voor Identiteitsgegevens, Paspoortuitvoeringsregeling", digit: "7-3-1 (ICAO Doc 9303)",
		forms: "AAXXXXXX9|AA 999999 9|AA 9999 999", check: isNLPapers,
		words: "paspoort, paspoortnummer, nederlands paspoort, identiteitskaart, identiteitskaartnummer, id-kaart, id-bewijs, identiteitsbewijs, documentnummer, legitimatiebewijs, dutch passport, dutch id card, dutch identity card",
		alone: 0.4, broken: 0.25, examples: "XR1001R58",
	},
	{
		name: "NL_DRIVING_LICENCE", authority: "RDW, Reglement rijbewijzen", digit: "none",
		forms: "9999999999",
		words: "rijbewijs, rijbewijsnummer, rijbewijs nummer, nummer van het rijbewijs, dutch driving licence, dutch driver's license",
		alone: 0.3, examples: "1234567890",
	},
	{
		name: "NL_RESIDENCE_PERMIT", authority: "Immigratie- en Naturalisatiedienst", digit: "none",
		forms: "9999999999|999 999 9999|999999 9999",
		words: "v-nummer, vnummer, vreemdelingennummer, verblijfsvergunning, verblijfsdocument, ind-nummer, dutch residence permit",
		alone: 0.3, examples: "2812345678",
	},
	{
		name: "NL_KVK", authority: "Kamer van Koophandel, Handelsregisterwet 2007", digit: "none",
		forms: "99999999|99 99 99 99",
		words: "kvk, kvk-nummer, kvk nummer, kvknummer, kvk-nr, kamer van koophandel, handelsregister, dutch company number, dutch chamber of commerce",
		alone: 0.3, examples: "12345678",
	},
}

// isNLBSN says whether up to nine digits are a Dutch citizen service number: the elfproef with -1 for the last digit.
func isNLBSN(c []byte) bool {
	weights := []int{9, 8, 7, 6, 5, 4, 3, 2, -1}
	return decimal(c) > 0 && checksum.Weighted(c, weights[len(weights)-len(c):]...)%11 == 0
}

// isNLPapers says whether nine characters are the number of a Dutch passport or identity card. O isn't used.
func isNLPapers(c []byte) bool { return strings.IndexByte(string(c), 'O') < 0 && checksum.ICAO9303(c) }
