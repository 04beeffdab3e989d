package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

// vatWords stand beside VAT numbers, whatever the state.
const vatWords = "vat number, vat no, vat id, vat reg no, vat registration, vat registration number, " +
	"ust-idnr, ust-id, ustid, ustidnr, ust-id-nr, umsatzsteuer-identifikationsnummer, umsatzsteuer-id, uid-nummer, " +
	"tva intracommunautaire, numéro de tva, numero de tva, n° tva, no tva, tva number, cod tva, " +
	"partita iva, p.iva, p. iva, piva, nif-iva, iva intracomunitario, número de iva, número iva, numero iva, " +
	"btw-nummer, btw nummer, btwnummer, btw-id, btw-identificatienummer, btw nr, " +
	"momsnr, momsnummer, moms nr, momsregistreringsnummer, alv-numero, arvonlisäveronumero, " +
	"nip ue, nip-ue, numer vat, nr vat, ič dph, ic dph, közösségi adószám, uniós adószám, " +
	"pvm kodas, pvm mokėtojo kodas, pvn numurs, pvn reģistrācijas numurs, kmkr, käibemaksukohustuslase number, " +
	"ддс номер, dds nomer, pdv id, pdv broj, id za ddv, αφμ, numru tal-vat"

// euVAT lists the VAT numbers of the states of the European Union and of Northern Ireland, as VIES takes them.
var euVAT = []identifier{
	vat("AT: BMF, UStG § 28", "mod 10", "atu 99999999|at u99999999|at u 999 999 99", isATVAT, "ATU13585627", false),
	vat("BE: SPF Finances, Code de la TVA art. 50", "mod 97", "be 9999 999 999|be 999 999 999", isBEVAT, "BE0428759497 BE428759497", false),
	vat("BG: НАП, ЗДДС чл. 94", "mod 11", "bg 999999999|bg 9999999999", isBGVAT, "BG175074752 BG7523169263", true),
	vat("CY: Τμήμα Φορολογίας, Ν. 95(I)/2000", "mod 26 letter", "cy 99999999 A", afterPrefix(2, isCYTax), "CY10259033P", false),
	vat("CZ: Finanční správa, zákon č. 235/2004 Sb. § 4a", "mod 11", "cz 99999999|cz 999999 9999|cz 999999 999", afterPrefix(2, isCZTax), "CZ25123891 CZ7103192745", true),
	vat("DE: Bundeszentralamt für Steuern, UStG § 27a", "ISO 7064 MOD 11,10", "de 999 999 999", isDEVAT, "DE136695976", false),
	vat("DK: Skattestyrelsen, momsloven § 47", "mod 11", "dk 99 99 99 99", isDKVAT, "DK13585628", false),
	vat("EE: MTA, käibemaksuseadus § 20", "mod 10", "ee 999 999 999", isEEVAT, "EE100931558", false),
	vat("EL: ΑΑΔΕ, ν. 5144/2024", "mod 11", "el 999 999 999", isAFM, "EL094259216", true),
	vat("ES: AEAT, Real Decreto 1065/2007 art. 25", "mod 23 letter, Luhn", "es X 99999999|es 99999999 A|es A 9999999 A", afterPrefix(2, isESVAT), "ESB58378431 ES54362315K ESX2482300W", false),
	vat("FI: Verohallinto, AVL 1501/1993 § 173a", "mod 11", "fi 9999999 9", isFIVAT, "FI20774740", false),
	vat("FR: DGFiP, CGI art. 286 ter", "mod 97, Luhn", "fr XX 999 999 999", afterPrefix(2, isFRVAT), "FR40303265045 FR23334175221 FRK7399859412", true),
	vat("HR: Porezna uprava, Zakon o PDV-u čl. 77", "ISO 7064 MOD 11,10", "hr 99999999999", isOIB, "HR33392005961", false),
	vat("HU: NAV, 2007. évi CXXVII. törvény 257/B. §", "mod 10", "hu 99999999", afterPrefix(2, isHUVAT), "HU12892312", false),
	vat("IE: Revenue, VAT Consolidation Act 2010 s. 65", "mod 23 letter", "ie 9999999 A|ie 9999999 AA|ie 9A99999 A", afterPrefix(2, isIEVAT), "IE6433435F IE8D79739I", false),
	vat("IT: Agenzia delle Entrate, DPR 633/1972 art. 35", "Luhn", "it 999 9999 9999|it 99999999999", afterPrefix(2, isITVAT), "IT00743110157", false),
	vat("LT: VMI, PVM įstatymas 71 str.", "mod 11 in two stages", "lt 999999999|lt 999999999999", afterPrefix(2, isLTVAT), "LT119511515 LT100001919017", true),
	vat("LU: AED, loi TVA du 12 février 1979 art. 66", "mod 89", "lu 999 999 99|lu 99 99 99 99", isLUVAT, "LU15027442", false),
	vat("LV: VID, Pievienotās vērtības nodokļa likums 55. pants", "mod 11", "lv 99999999999", afterPrefix(2, isLVVAT), "LV40003521600", true),
	vat("MT: Commissioner for Revenue, VAT Act, Cap. 406", "mod 37", "mt 9999 9999|mt 99 99 99 99", isMTVAT, "MT11679112", false),
	vat("NL: Belastingdienst, Wet OB 1968 art. 2a", "mod 11, mod 97", "nl 999999999 b 99|nl 9999 99 999 b 99|nl 999 999 999 b 99", isNLVAT, "NL004495445B01 NL000099998B57", true),
	vat("PL: KAS, ustawa o VAT art. 97", "mod 11", "pl 999 999 99 99|pl 999 99 99 999", isNIP, "PL8567346215", false),
	vat("PT: Autoridade Tributária, CIVA art. 35", "mod 11", "pt 999 999 999", isPTVAT, "PT501964843", true),
	vat("RO: ANAF, Codul fiscal art. 319", "mod 11", "ro 9999999999|ro 999999999|ro 99 999 999|ro 9999999|ro 999999", afterPrefix(2, isCUI), "RO18547290 RO1590082", true),
	{
		name: "EU_VAT", authority: "RO: ANAF, Codul fiscal art. 319: short", digit: "mod 11", weak: true,
		forms: "ro 99999|ro 9999|ro 999", check: afterPrefix(2, isCUI), words: vatWords,
		alone: 0.25, broken: 0.15, examples: "RO12340 RO10004",
	},
	vat("SE: Skatteverket, mervärdesskattelag 2023:200", "Luhn, ends in 01", "se 999999 9999 99", afterPrefix(2, isSEVAT), "SE123456789701", false),
	vat("SI: FURS, ZDDV-1 78. člen", "mod 11", "si 99999999", afterPrefix(2, isSITax), "SI50223054", true),
	vat("SK: Finančná správa, zákon č. 222/2004 Z. z. § 4", "mod 11", "sk 999 999 9999|sk 9999999999", afterPrefix(2, isSKVAT), "SK2022749619", true),
	vat("XI: HMRC, Northern Ireland Protocol; VAT Notice 700/1", "mod 97", "xi 999 9999 99", afterPrefix(2, isUKVAT), "XI980780684", true),
	{
		// Above the number without the branch, which it begins with.
		name: "EU_VAT", authority: "XI: HMRC, VAT Notice 700/1: with the number of a branch", digit: "mod 97", weak: true,
		forms: "xi 999 9999 99 999", check: afterPrefix(2, isUKVAT), words: vatWords,
		alone: 0.75, broken: 0.3, examples: "XI980780684001",
	},
	{
		name: "EU_VAT", authority: "XI: HMRC, government departments and health authorities", digit: "none",
		forms: "xi gd 999|xi ha 999", words: vatWords, alone: 0.3, examples: "XIGD001 XIHA599",
	},
}

// vat describes the VAT number of a state. Every one begins with letters of its own.
func vat(authority, digit, forms string, check func([]byte) bool, examples string, weak bool) identifier {
	return identifier{
		name: "EU_VAT", authority: authority, digit: digit, forms: forms, check: check, words: vatWords,
		alone: 0.7, broken: 0.3, examples: examples, weak: weak,
	}
}

func isATVAT(c []byte) bool {
	sum := 0
	for i, d := range c[3:10] {
		n := int(d - '0')
		if i%2 == 1 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	return (96-sum)%10 == int(c[10]-'0')
}

func isBEVAT(c []byte) bool {
	n := decimal(c[2:])
	return n > 0 && n < 2e9 && (n/100+n%100)%97 == 0
}

func isBGVAT(c []byte) bool {
	if c = c[2:]; len(c) == 9 {
		return isEIK(c)
	}
	other := (11 - checksum.Weighted(c[:9], 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	return isEGN(c) || isLNC(c) || other == int(c[9]-'0')
}

func isDEVAT(c []byte) bool { return c[2] != '0' && checksum.Mod11_10(c[2:]) }

func isDKVAT(c []byte) bool {
	return c[2] != '0' && checksum.Weighted(c[2:], 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func isEEVAT(c []byte) bool { return checksum.Weighted(c[2:], 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }

// isESVAT checks a Spanish tax number: eight digits and a letter, X, Y or Z for the first digit of a foreigner's, K, L or M
// before seven digits, or the letter of a firm before seven digits and a check digit or letter.
func isESVAT(c []byte) bool {
	const letters = "TRWAGMYFPDXBNJZSQVHLCKE"
	last := c[8]
	switch first := c[0]; {
	case first <= '9':
		return last == letters[decimal(c[:8])%23]
	case first >= 'X':
		return last == letters[(int(first-'X')*1e7+decimal(c[1:8]))%23]
	case first >= 'K' && first <= 'M':
		return last == letters[decimal(c[1:8])%23]
	case strings.IndexByte("ABCDEFGHJNPQRSUVW", first) < 0:
		return false
	}
	if last >= 'A' {
		if last > 'J' {
			return false
		}
		last = '0' + (last-'A'+1)%10
	}
	return checksum.Luhn([]byte{c[1], c[2], c[3], c[4], c[5], c[6], c[7], last})
}

func isFIVAT(c []byte) bool { return checksum.Weighted(c[2:], 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 }

// isFRVAT checks two characters and the nine digits of a SIREN, which Monaco's, beginning with 000, are not. The two are digits
// by mod 97, or a letter and a digit or letter by mod 11.
func isFRVAT(c []byte) bool {
	const letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	siren := decimal(c[2:])
	if siren >= 1e6 && !checksum.Luhn(c[2:]) {
		return false
	}
	a, b := strings.IndexByte(letters, c[0]), strings.IndexByte(letters, c[1])
	switch {
	case a < 0 || b < 0:
		return false
	case a < 10 && b < 10:
		return a*10+b == (siren%97*100+12)%97
	case a < 10:
		a = a*24 + b - 10
	default:
		a = a*34 + b - 100
	}
	return (siren+1+a/11)%11 == a%11
}

// isIEVAT checks seven digits, a letter and, since 2013, another; in old numbers the second is a letter that counts for
// nothing and the first stands last.
func isIEVAT(c []byte) bool {
	const letters = "WABCDEFGHIJKLMNOPQRSTUV"
	sum := checksum.Weighted(c[:7], 8, 7, 6, 5, 4, 3, 2)
	if c[1] >= 'A' {
		sum = checksum.Weighted(c[2:7], 7, 6, 5, 4, 3) + 2*int(c[0]-'0')
	}
	if len(c) == 9 {
		n := strings.IndexByte(letters, c[8])
		if n < 0 {
			return false
		}
		sum += 9 * n
	}
	return c[7] == letters[sum%23]
}

// isITVAT checks eleven digits: seven of the taxpayer, three of the office, and the check digit.
func isITVAT(c []byte) bool {
	office := decimal(c[7:10])
	return decimal(c[:7]) != 0 && (office >= 1 && office <= 100 || office == 120 || office == 121 || office == 888 || office == 999) &&
		checksum.Luhn(c)
}

func isLTVAT(c []byte) bool { return c[len(c)-2] == '1' && checksum.TwoStage(c) }

func isLUVAT(c []byte) bool { return decimal(c[2:8])%89 == decimal(c[8:]) }

func isLVVAT(c []byte) bool {
	if c[0] < '4' {
		return isLVCode(c)
	}
	return checksum.Weighted(c, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3
}

func isMTVAT(c []byte) bool {
	return c[2] != '0' && checksum.Weighted(c[2:], 3, 4, 6, 7, 8, 9, 10, 1)%37 == 0
}

// isNLVAT checks a Dutch VAT number: a citizen service number before B, or since 2020, for sole traders, mod 97 over all.
func isNLVAT(c []byte) bool {
	n := decimal(c[2:11])
	if n == 0 || c[12] == '0' && c[13] == '0' {
		return false
	}
	sum := checksum.Weighted(c[2:10], 9, 8, 7, 6, 5, 4, 3, 2) - int(c[10]-'0')
	return sum%11 == 0 || mod97Plain(c) == 1
}

// mod97Plain is the remainder by 97 of letters, standing for 10 to 35, and digits in the order in which they are written.
func mod97Plain(c []byte) (r int) {
	for _, b := range c {
		if v := letterValue(b); v < 10 {
			r = (r*10 + v) % 97
		} else {
			r = (r*100 + v) % 97
		}
	}
	return r
}

func isPTVAT(c []byte) bool {
	check := (11 - checksum.Weighted(c[2:10], 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	return c[2] != '0' && check == int(c[10]-'0')
}

func isSEVAT(c []byte) bool { return c[10] == '0' && c[11] == '1' && checksum.Luhn(c[:10]) }

func isSKVAT(c []byte) bool {
	return strings.IndexByte("234789", c[2]) >= 0 && isSKTax(c)
}

// isUKVAT checks nine digits, or twelve for a branch: seven weighted, plus the last two, are a multiple of 97, or 55 more.
func isUKVAT(c []byte) bool {
	sum := checksum.Weighted(c[:7], 8, 7, 6, 5, 4, 3, 2) + decimal(c[7:9])
	return decimal(c[:7]) != 0 && (sum%97 == 0 || (sum+55)%97 == 0)
}
