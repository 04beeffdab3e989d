package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

const (
	frNIRWords = "numéro de sécurité sociale, numero de securite sociale, n° de sécurité sociale, no de sécurité sociale, sécurité sociale, securite sociale, numéro de sécu, numero de secu, numéro sécu, sécu, nir, nss, numéro d'inscription au répertoire, carte vitale, numéro insee, numero insee, numéro d'assuré social, assuré social, french social security number, social security number"
	frNIRBy    = "INSEE, décret 82-103 (RNIPP), code de la sécurité sociale R115-1"
)

// france lists the identifiers of France.
var france = []identifier{
	{
		name: "FR_NIR", authority: frNIRBy, digit: "mod 97",
		forms: "9 99 99 99 999 999 99|9 99 99 9A 999 999 99|9 999999 999 999 99|9999999999999 99", check: isFRNIR,
		words: frNIRWords, alone: 0.8, broken: 0.4, examples: "269054958815780 289042A34216390 253072B07300470",
	},
	{ // People often leave the key away.
		name: "FR_NIR", authority: frNIRBy, digit: "none",
		forms: "9 99 99 99 999 999|9 99 99 9A 999 999", check: isFRNIRBody,
		words: frNIRWords, alone: 0.25, broken: 0.15, examples: "2690549588157 289042A342163",
	},
	{
		name: "FR_NIF", authority: "Direction générale des Finances publiques, arrêté du 5 avril 2002 (SPI)", digit: "mod 511",
		forms: "99 99 999 999 999|99 999 999 999 99|9999999999999", check: isFRNIF,
		words: "numéro fiscal, numero fiscal, numéro fiscal de référence, n° fiscal, no fiscal, identifiant fiscal, numéro spi, numero spi, numéro d'immatriculation fiscale, numéro d'identification fiscale, impôts, impots.gouv, nif, french tax number, french tax id, tax id, tax identification number",
		alone: 0.5, broken: 0.3, examples: "3023217600053 0701987765493",
	},
	{
		name: "FR_ID_CARD", authority: "Ministère de l'Intérieur, décret 55-1397", digit: "none",
		forms: "999999999999|9999 9999 9999|AXXXXXXX9",
		words: "carte d'identité, carte d'identite, carte nationale d'identité, carte nationale d'identite, numéro cni, ma cni, cnie, numéro de carte d'identité, pièce d'identité, french id card, french identity card",
		alone: 0.25, examples: "880692310285 X4RTBPFW4 D2H6862M2",
	},
	{
		name: "FR_PASSPORT", authority: "Ministère de l'Intérieur, décret 2005-1726", digit: "none",
		forms: "99AA99999|99 AA 99999|99AA 99999",
		words: "passeport, numéro de passeport, numero de passeport, n° de passeport, french passport, passport",
		alone: 0.25, examples: "10CV28144 05RP34083",
	},
	{
		name: "FR_DRIVING_LICENCE", authority: "Ministère de l'Intérieur, code de la route R221-1; arrêté du 20 avril 2012", digit: "none",
		forms: "999999999999|9999 9999 9999|99AA99999|99 AA 99999",
		words: "permis de conduire, numéro de permis, numero de permis, n° de permis, permis b, numéro neph, neph, french driving licence, french driver's license",
		alone: 0.25, examples: "050675200123 14AA00002",
	},
	{
		name: "FR_RESIDENCE_PERMIT", authority: "Ministère de l'Intérieur, AGDREF", digit: "none",
		forms: "9999999999|99 99 99 99 99",
		words: "titre de séjour, titre de sejour, carte de séjour, carte de sejour, numéro étranger, numero etranger, numéro agdref, agdref, carte de résident, french residence permit",
		alone: 0.3, examples: "9901234567",
	},
	{
		name: "FR_SIREN", authority: "INSEE, code de commerce R123-220", digit: "Luhn",
		forms: "999 999 999|999999999", check: checksum.Luhn,
		words: "numéro siren, numero siren, n° siren, no siren, code siren, siren number, rcs, r.c.s, identifiant siren, numéro d'entreprise",
		alone: 0.3, broken: 0.15, examples: "123456782 732829320",
	},
	{
		name: "FR_SIRET", authority: "INSEE, code de commerce R123-221", digit: "Luhn",
		forms: "999 999 999 99999|99999999999999|999 999 999 999 99", check: checksum.Luhn,
		words: "siret, numéro siret, numero siret, n° siret, no siret, siret number",
		alone: 0.4, broken: 0.2, examples: "12345678200002 73282932000074",
	},
	{
		name: "FR_RPPS", authority: "Agence du Numérique en Santé, arrêté du 6 février 2009", digit: "Luhn",
		forms: "99999999999|9 99 99 99 99 99", check: checksum.Luhn,
		words: "rpps, numéro rpps, numero rpps, n° rpps, idnps",
		alone: 0.3, broken: 0.15, examples: "10001234565",
	},
	{
		name: "FR_INE", authority: "Ministère de l'Éducation nationale, arrêté du 16 février 2012 (RNIE)", digit: "none",
		forms: "9999999999A|999999999AA|9999A99999A",
		words: "numéro ine, numero ine, n° ine, code ine, ine-rnie, identifiant national étudiant, identifiant national élève",
		alone: 0.25, examples: "1234567890A 123456789AB",
	},
}

// isFRNIR says whether fifteen characters are a French social security number with its key, 97 less the rest of the number.
// Corsica's 2A and 2B count as 19 and 18.
func isFRNIR(c []byte) bool {
	if !isFRNIRBody(c[:13]) {
		return false
	}
	n := 0
	for i, b := range c[:13] {
		switch {
		case b == 'A':
			n -= 1 // 20 becomes 19
			n *= 10
			n += 9
			continue
		case b == 'B':
			n -= 1
			n *= 10
			n += 8
			continue
		case i == 6 && b > '9':
			return false
		}
		n = n*10 + int(b-'0')
	}
	return 97-n%97 == decimal(c[13:])
}

// isFRNIRBody says whether thirteen characters may be a French social security number: the sex (3, 4, 7 and 8 for the time
// being), year and month of birth (20 and up where unknown), the department, the commune, the order.
func isFRNIRBody(c []byte) bool {
	switch c[0] {
	case '1', '2', '3', '4', '7', '8':
	default:
		return false
	}
	if month := decimal(c[3:5]); month == 0 || month > 12 && month < 20 {
		return false
	}
	if b := c[6]; b > '9' && (c[5] != '2' || b != 'A' && b != 'B') {
		return false
	}
	return string(c[5:7]) != "00" && string(c[10:13]) != "000"
}

// isFRNIF says whether thirteen digits are a French tax number: the last three are the rest of the others by 511.
func isFRNIF(c []byte) bool {
	return c[0] <= '3' && checksum.Remainder(c[:10], 511) == decimal(c[10:])
}
