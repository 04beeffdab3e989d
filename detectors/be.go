package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// belgium lists the identifiers of Belgium.
var belgium = []identifier{
	{
		name: "BE_NRN", authority: "Rijksregister, KB 3 april 1984; KSZ for BIS numbers", digit: "mod 97",
		forms: "99 99 99 999 99|999999 999 99|999999 99 999|99999999999", check: isBENRN, weak: true,
		words: "rijksregisternummer, rijksregister, rrn, insz, insz-nummer, identificatienummer van het rijksregister, nationaal nummer, bis-nummer, bisnummer, numéro de registre national, numero de registre national, registre national, numéro national, numero national, niss, numéro niss, numéro bis, nationalregisternummer, nationalregister, belgian national number, national register number, national registration number, tax id, tax identification number",
		alone: 0.55, broken: 0.25, examples: "85073003328 17073003384 00012511119 98472899765",
	},
	{
		name: "BE_ID_CARD", authority: "IBZ, Algemene Onderrichtingen elektronische identiteitskaarten", digit: "mod 97",
		forms: "999 9999999 99|999999999999", check: isBEIDCard,
		words: "identiteitskaart, identiteitskaartnummer, kaartnummer eid, eid-nummer, nummer van de identiteitskaart, carte d'identité, numéro de carte d'identité, carte d'identite, eid-kaart, eid card, belgian id card, belgian identity card",
		alone: 0.45, broken: 0.3, examples: "000001103271",
	},
	{
		name: "BE_ID_CARD", authority: "IBZ, elektronische vreemdelingenkaart", digit: "none",
		forms: "b 999999999|b 9999999 99",
		words: "verblijfskaart, verblijfstitel, verblijfsvergunning, vreemdelingenkaart, titre de séjour belge, carte de séjour, carte d'étranger, belgian residence permit, belgian residence card",
		alone: 0.25, examples: "B123456789",
	},
	{
		name: "BE_PASSPORT", authority: "FOD Buitenlandse Zaken", digit: "none",
		forms: "AA999999",
		words: "paspoort, paspoortnummer, passeport, numéro de passeport, reisepass, belgian passport, belgisch paspoort, passeport belge",
		alone: 0.25, examples: "EF123456",
	},
	{
		name: "BE_DRIVING_LICENCE", authority: "FOD Mobiliteit, KB 23 maart 1998", digit: "none",
		forms: "9999999999",
		words: "rijbewijs, rijbewijsnummer, permis de conduire, numéro de permis, belgian driving licence, belgian driver's license, belgisch rijbewijs",
		alone: 0.25, examples: "1234567890",
	},
	{
		name: "BE_ENTERPRISE", authority: "Kruispuntbank van Ondernemingen, KB 24 juni 2003", digit: "mod 97",
		forms: "9999 999 999|9999999999", check: isBEEnterprise,
		words: "ondernemingsnummer, ondernemingsnr, kbo, kbo-nummer, numéro d'entreprise, numero d'entreprise, numéro bce, numero bce, bce-nummer, unternehmensnummer, enterprise number, belgian company number",
		alone: 0.45, broken: 0.3, examples: "0123456749 0999999922",
	},
}

// isBENRN says whether eleven digits are a Belgian national number: the day of birth as YYMMDD, of which month and day are
// 0 where unknown or used up, a serial number, and 97 less the rest of the nine digits, with a 2 before them for those
// born since 2000. For BIS numbers 20 or 40 is added to the month.
func isBENRN(c []byte) bool {
	month, day := decimal(c[2:4]), decimal(c[4:6])
	if month >= 60 || month%20 > 12 || day > 31 {
		return false
	}
	n, key := decimal(c[:9]), decimal(c[9:])
	return n > 0 && (97-n%97 == key || c[0] < '4' && 97-(2_000_000_000+n)%97 == key)
}

// isBEIDCard says whether the last two of twelve digits are the rest of the first ten by 97, or 97 for 0.
func isBEIDCard(c []byte) bool {
	rest := checksum.Remainder(c[:10], 97)
	if rest == 0 {
		rest = 97
	}
	return rest == decimal(c[10:])
}

// isBEEnterprise says whether ten digits that begin with 0 or 1 end in 97 less the rest of the others.
func isBEEnterprise(c []byte) bool {
	return c[0] <= '1' && 97-checksum.Remainder(c[:8], 97) == decimal(c[8:])
}
