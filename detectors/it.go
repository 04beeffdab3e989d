package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

const (
	itFiscalCodeWords = "codice fiscale, cod. fiscale, cod. fisc, codicefiscale, codice fisc, tessera sanitaria, italian fiscal code, italian tax code, fiscal code"
	itFiscalCodeBy    = "Agenzia delle Entrate, DM 23 dicembre 1976"
)

const itLicenceWords = "patente di guida, numero patente, la patente, mia patente, numero di patente, numero della patente, patente b, italian driving licence, italian driver's license, driver license italy"

// italy lists the identifiers of Italy.
var italy = []identifier{
	{
		name: "IT_FISCAL_CODE", authority: itFiscalCodeBy, digit: "mod 26 letter",
		forms: "AAA AAA 99A99 A999 A|AAAAAA 99A99 A999A|AAAAAA99A99 A999A|AAAAAA 99A99 A999 A", check: isITFiscalCode,
		words: itFiscalCodeWords, alone: 0.95, broken: 0.55, examples: "RSSMRA85T10A562S MRTMTT91D08F205J MLLSNT82P65Z404U",
	},
	{ // Where two people would have the same code, letters stand for some of its digits (omocodia).
		name: "IT_FISCAL_CODE", authority: itFiscalCodeBy, digit: "mod 26 letter",
		forms: "AAAAAA XXAXX AXXXA|AAA AAA XXAXX AXXX A", check: isITFiscalCode,
		words: itFiscalCodeWords, alone: 0.9, broken: 0.1, examples: "RSSMRA85T10A56NH RSSMRAU5T1LA56NH",
	},
	{
		name: "IT_VAT_CODE", authority: "Agenzia delle Entrate, DPR 633/1972 art. 35", digit: "Luhn",
		forms: "99999999999|9999999 999 9|99 999 999 999", check: isITVATCode,
		words: "partita iva, p. iva, p.iva, piva, partitaiva, numero iva, italian vat number",
		alone: 0.45, broken: 0.3, examples: "12345670017 01333550323",
	},
	{
		name: "IT_ID_CARD", authority: "Ministero dell'Interno, DM 23 dicembre 2015 (CIE)", digit: "none",
		forms: "AA 9999999|AA99999AA|AA 99999 AA|9999999AA",
		words: "carta d'identità, carta d'identita, carta di identità, carta di identita, carta identità, carta d identità, numero cie, documento d'identità, documento di identità, italian id card, italian identity card",
		alone: 0.25, examples: "AA1234567 CA00000AA 1234567AA",
	},
	{
		name: "IT_PASSPORT", authority: "Ministero degli Affari Esteri, legge 1185/1967", digit: "none",
		forms: "AA9999999|A999999",
		words: "passaporto, numero di passaporto, numero del passaporto, passaporto italiano, italian passport",
		alone: 0.25, examples: "YA8335453 KK0000000",
	},
	{
		name: "IT_DRIVING_LICENCE", authority: "Ministero delle Infrastrutture e dei Trasporti, d.lgs. 285/1992 art. 116", digit: "none",
		forms: "AA9999999 A|AA9999999A",
		words: itLicenceWords,
		alone: 0.5, examples: "AA0123456B",
	},
	{
		name: "IT_DRIVING_LICENCE", authority: "Ministero delle Infrastrutture e dei Trasporti, d.lgs. 285/1992 art. 116", digit: "none",
		forms: "u9XXXXXXXA|u9 XXXXXXX A",
		words: itLicenceWords,
		alone: 0.25, examples: "U1K711J11M",
	},
	{
		name: "IT_HEALTH_CARD", authority: "Ministero dell'Economia e delle Finanze, legge 326/2003 art. 50", digit: "none",
		forms: "99999999999999999999",
		words: "tessera sanitaria, numero tessera sanitaria, tessera europea assicurazione malattia",
		alone: 0.3, examples: "80380000012345678901",
	},
}

// isITFiscalCode says whether sixteen characters are an Italian fiscal code: three letters each of surname and name, the
// year, a letter for the month, the day (40 more for women), the place's code, the control letter. In the places of digits
// the letters LMNPQRSTUV stand for 0 to 9.
func isITFiscalCode(c []byte) bool {
	var plain [16]byte
	copy(plain[:], c)
	for _, i := range [...]int{6, 7, 9, 10, 12, 13, 14} {
		if plain[i] <= '9' {
			continue
		}
		d := strings.IndexByte("LMNPQRSTUV", plain[i])
		if d < 0 {
			return false
		}
		plain[i] = byte('0' + d)
	}
	month, day := strings.IndexByte("ABCDEHLMPRST", c[8])+1, decimal(plain[9:11])
	if day > 40 {
		day -= 40
	}
	if !isDayOfAny(decimal(plain[6:8]), month, day) {
		return false
	}
	sum := 0
	for i, b := range c[:15] {
		v := int(b - '0')
		if b > '9' {
			v = int(b - 'A')
		}
		if i%2 == 0 {
			v = int(itOddValues[v])
		}
		sum += v
	}
	return byte('A'+sum%26) == c[15]
}

// itOddValues are the values of 0 to 9 or A to Z in the first, third, … place of a fiscal code.
var itOddValues = [26]byte{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// isITVATCode says whether eleven digits are a partita IVA: the taxpayer, the province's office, the check digit.
func isITVATCode(c []byte) bool {
	switch office := decimal(c[7:10]); {
	case office >= 1 && office <= 100, office == 120, office == 121, office == 888, office == 999:
		return decimal(c[:7]) > 0 && checksum.Luhn(c)
	}
	return false
}
