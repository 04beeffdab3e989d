package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

// world lists identifiers of countries that have no file of their own.
var world = []identifier{
	{
		name: "CH_AHV", authority: "ZAS, AHVG Art. 50c, AHVV Art. 133", digit: "EAN-13",
		forms: "999 9999 9999 99", check: isAHV,
		words: "ahv-nummer, ahv nummer, ahvn13, ahv nr, ahv-nr, numéro avs, no avs, n° avs, numero avs, navs13, sozialversicherungsnummer, swiss social security number",
		alone: 0.85, broken: 0.3, examples: "7569217076985 7561234567897",
	},
	{
		name: "NO_FNR", authority: "Skatteetaten, folkeregisterforskriften § 2-2-3; D-number: day + 40", digit: "mod 11, twice",
		forms: "99 99 99 99999|999999 999 99", check: isFodselsnummer,
		words: "fødselsnummer, fodselsnummer, fødselsnr, personnummer, d-nummer, d nummer, norwegian national id, norwegian personal number",
		alone: 0.55, broken: 0.3, examples: "15108695088 02077448074 12051539514",
	},
	{
		name: "TR_NATIONAL_ID", authority: "NVİ, 5490 sayılı Nüfus Hizmetleri Kanunu, md. 46", digit: "mod 10, twice",
		forms: "999 999 999 99", check: isTCKimlik,
		words: "tc kimlik, tc kimlik no, t.c. kimlik, t.c. kimlik no, tckn, tc no, kimlik numarası, kimlik no, türk kimlik numarası, kimlik numarasi, turkish id, turkish national id",
		alone: 0.5, broken: 0.3, examples: "10000000146 76543210794",
	},
	{
		name: "AU_TFN", authority: "Australian Taxation Office, Taxation Administration Act 1953 Part VA", digit: "mod 11",
		forms: "999 999 999|99 999 999|99 999 999 9|9999 999 99|9999 9 999|999 99 999", check: isTFN,
		words: "tfn, tax file number, tax file no, australian tax file number",
		alone: 0.4, broken: 0.25, examples: "876543210 430341373 81854402",
	},
	{
		name: "AU_MEDICARE", authority: "Services Australia: eight digits, check digit, issue, place on the card", digit: "mod 10", weak: true,
		forms: "9999 99999 9|9999 99999 9 9|999 999 999 9 9|9999 99999", check: isMedicare,
		words: "medicare number, medicare card, medicare no, medicare card number, australian medicare",
		alone: 0.45, broken: 0.25, examples: "6216795759 48867988020 437425050 2123456701",
	},
	{
		name: "AU_ABN", authority: "Australian Business Register, A New Tax System (ABN) Act 1999", digit: "mod 89",
		forms: "99 999 999 999", check: isABN,
		words: "abn, abn number, abn no, my abn, our abn, australian business number, australian abn",
		alone: 0.45, broken: 0.3, examples: "51824753556",
	},
	{
		name: "AU_ACN", authority: "ASIC, Corporations Act 2001 s. 118", digit: "mod 10", weak: true,
		forms: "999 999 999", check: isACN,
		words: "acn, acn number, acn no, our acn, australian company number",
		alone: 0.4, broken: 0.25, examples: "005499981 006249976",
	},
	{
		name: "SORT_CODE", authority: "Australian Payments Network: bank, state and branch (BSB)", digit: "none",
		forms: "999 999", words: "bsb, bsb number, bsb no, bsb code, bank state branch",
		alone: 0.2, examples: "012345 062000",
	},
	{
		name: "ZA_ID", authority: "Department of Home Affairs, Identification Act 68 of 1997", digit: "Luhn",
		forms: "999999 9999 99 9|999999 9999 999", check: isZAID,
		words: "rsa id, sa id, sa id number, south african id, south african id number, id-nommer, permanent resident number, refugee id number",
		alone: 0.6, broken: 0.3, examples: "8001015009087 0001015002288",
	},
	{
		name: "NG_NIN", authority: "National Identity Management Commission, NIMC Act 2007", digit: "Verhoeff",
		forms: "9999 9999 999|99999999999|999 9999 9999", check: checksum.Verhoeff,
		words: "nin, nin number, nin no, my nin, nigerian nin, nimc, nigerian national identification number",
		alone: 0.4, broken: 0.25, examples: "12345678902 98765432102",
	},
	{
		name: "CA_SIN", authority: "Service Canada, Employment Insurance Act s. 138: 8 isn't given, 0 is kept for made-up ones", digit: "Luhn",
		forms: "999 999 999", check: isSIN,
		words: "social insurance number, social insurance no, sin number, sin card, sin no, my sin is, numéro d'assurance sociale, numéro assurance sociale, nas canadien",
		alone: 0.45, broken: 0.25, examples: "046454286 731530150",
	},
	{
		name: "BR_CPF", authority: "Receita Federal, IN RFB 2172/2024", digit: "mod 11, twice", weak: true,
		forms: "999 999 999 99", check: isCPF,
		words: "cpf, cadastro de pessoas físicas, cadastro de pessoa física, número do cpf",
		alone: 0.5, broken: 0.3, examples: "01234567890 08335894825",
	},
	{
		name: "BR_CNPJ", authority: "Receita Federal, IN RFB 2119/2022", digit: "mod 11, twice", weak: true,
		forms: "99 999 999 9999 99", check: isCNPJ,
		words: "cnpj, cadastro nacional da pessoa jurídica",
		alone: 0.6, broken: 0.3, examples: "00623904000173",
	},
	{
		name: "BR_CNPJ", authority: "Receita Federal, IN RFB 2229/2024: letters from July 2026", digit: "mod 11, twice", weak: true,
		forms: "XX XXX XXX XXXX 99", check: isCNPJ,
		words: "cnpj, cadastro nacional da pessoa jurídica",
		alone: 0.4, broken: 0.1, examples: "12ABC34501DE35",
	},
	{
		name: "CN_ID", authority: "公安部, GB 11643-1999", digit: "ISO 7064 MOD 11-2",
		forms: "999999 99999999 9999|999999 99999999 999x", check: isCNID,
		words: "身份证, 身份证号, 身份证号码, 居民身份证, shenfenzheng, shenfenzheng haoma, chinese id, chinese national id, resident identity card",
		alone: 0.9, broken: 0.4, examples: "513231200012121657 51323120001212169X",
	},
	{
		name: "SG_NRIC", authority: "Immigration and Checkpoints Authority, National Registration Act 1965", digit: "mod 11 letter",
		forms: "s9999999A|t9999999A|f9999999A|g9999999A|m9999999A", check: isNRIC,
		words: "nric, nric number, my fin is, fin number, fin no, foreign identification number, singapore id",
		alone: 0.8, broken: 0.5, examples: "S6859080I T1680536F F5221211K G8169811U M9612050P",
	},
	{
		name: "SG_UEN", authority: "ACRA, Accounting and Corporate Regulatory Authority Act 2004", digit: "mod 11 letter", weak: true,
		forms: "999999999A|r99AA9999A|s99AA9999A|t99AA9999A", check: isUEN,
		words: "uen, unique entity number, uen number",
		alone: 0.7, broken: 0.3, examples: "201434292D S57TU0392K T16RF0037C",
	},
	{
		name: "SG_UEN", authority: "ACRA, Accounting and Corporate Regulatory Authority Act 2004: businesses", digit: "mod 11 letter",
		forms: "99999999A", check: isUEN,
		words: "uen, unique entity number, uen number",
		alone: 0.5, broken: 0.25, examples: "53125226D",
	},
	{
		name: "KR_RRN", authority: "행정안전부, 주민등록법 시행규칙 제2조: until October 2020", digit: "mod 11",
		forms: "999999 9999999", check: isRRN, weak: true,
		words: "주민등록번호, 주민번호, resident registration number, korean rrn, rrn",
		alone: 0.65, broken: 0.3, examples: "0509122000019",
	},
	{
		name: "KR_RRN", authority: "행정안전부, 주민등록법 시행규칙 제2조: since October 2020 the end is random", digit: "none",
		forms: "999999 9999999", check: func(c []byte) bool { return isKRBirthday(c, "123490") },
		words: "주민등록번호, 주민번호, resident registration number, korean rrn, rrn",
		alone: 0.4, broken: 0.2, examples: "9601211234567",
	},
	{
		name: "KR_FRN", authority: "법무부, 출입국관리법 제31조의5", digit: "mod 11", weak: true,
		forms: "999999 9999999", check: isFRN,
		words: "외국인등록번호, foreigner registration number, foreign registration number, alien registration number, korean frn, frn",
		alone: 0.6, broken: 0.3, examples: "0509126000012 9111245678906",
	},
	{
		name: "KR_FRN", authority: "법무부, 출입국관리법 제31조의5: since October 2020 the end is random", digit: "none",
		forms: "999999 9999999", check: func(c []byte) bool { return isKRBirthday(c, "5678") },
		words: "외국인등록번호, foreigner registration number, foreign registration number, alien registration number, korean frn, frn",
		alone: 0.4, broken: 0.2, examples: "9111245678901",
	},
	{
		name: "KR_BRN", authority: "국세청, 부가가치세법 제8조", digit: "mod 10",
		forms: "999 99 99999", check: isKRBusiness,
		words: "사업자등록번호, business registration number, korean brn",
		alone: 0.45, broken: 0.25, examples: "1248100998",
	},
	{
		name: "KR_PASSPORT", authority: "외교부, 여권법 시행규칙", digit: "none",
		forms: "m999A9999|s999A9999|r999A9999|o999A9999|d999A9999|m99999999|s99999999|r99999999|o99999999|d99999999",
		words: "여권번호, 여권번호는, 여권, korean passport, republic of korea passport",
		alone: 0.2, examples: "M456B7890 S012D5678 M12345678",
	},
	{
		name: "KR_DRIVER_LICENSE", authority: "경찰청, 도로교통법 시행규칙 제77조", digit: "none",
		forms: "99 99 999999 99", check: isKRLicence,
		words: "운전면허, 운전면허번호, 운전면허증, korean driver's license, korean driving licence",
		alone: 0.4, broken: 0.2, examples: "112212345612",
	},
	{
		name: "TH_TNIN", authority: "กรมการปกครอง, พ.ร.บ. การทะเบียนราษฎร พ.ศ. 2534", digit: "mod 11", weak: true,
		forms: "9 9999 99999 99 9", check: isTHID,
		words: "เลขบัตรประชาชน, เลขประจำตัวประชาชน, thai id, thai national id, thai id card, tnin",
		alone: 0.6, broken: 0.3, examples: "1234567890121 2345678901234 1101700230708",
	},
	{
		name: "PH_TIN", authority: "Bureau of Internal Revenue, NIRC s. 236: three digits, or five, for the branch", digit: "none",
		forms: "999 999 999 999|999 999 999 99999|999 999 999",
		words: "my tin is, my tin, tin number, tin no, bir tin, philippine tin, taxpayer identification number",
		alone: 0.15, examples: "000123456000 00012345600000 123456789",
	},
}

// isAHV says whether thirteen digits are a Swiss social security number: 756 for Switzerland, nine digits, the check digit.
func isAHV(c []byte) bool {
	return decimal(c[:3]) == 756 && checksum.Weighted(c, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// isFodselsnummer says whether eleven digits are a Norwegian number: the birthday, whose day is 40 higher for those staying for
// a time and whose month is 40 or, in tests, 65 or 80 higher for made-up ones, three digits, two check digits.
func isFodselsnummer(c []byte) bool {
	day, month := decimal(c[:2])%40, decimal(c[2:4])
	switch {
	case month > 80:
		month -= 80
	case month > 65:
		month -= 65
	case month > 40:
		month -= 40
	}
	return decimal(c[:2]) < 80 && isDayOfAny(decimal(c[4:6]), month, day) &&
		checksum.Weighted(c, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && checksum.Weighted(c, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func isTCKimlik(c []byte) bool {
	return c[0] != '0' && checksum.Weighted(c, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0 &&
		checksum.Weighted(c, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%10 == int(c[10]-'0')
}

// isTFN checks nine digits, or the eight of old numbers.
func isTFN(c []byte) bool {
	if len(c) == 8 {
		return checksum.Weighted(c, 10, 7, 8, 4, 6, 3, 5, 1)%11 == 0
	}
	return checksum.Weighted(c, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0
}

// isMedicare checks the first nine digits; behind stand the issue and the place on the card, which are often left out.
func isMedicare(c []byte) bool {
	return c[0] >= '2' && c[0] <= '6' && checksum.Weighted(c[:8], 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(c[8]-'0')
}

func isABN(c []byte) bool {
	return c[0] != '0' && (checksum.Weighted(c, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

func isACN(c []byte) bool {
	return (10-checksum.Weighted(c[:8], 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == int(c[8]-'0') && decimal(c) != 0
}

// isZAID says whether thirteen digits are a South African identity number: the birthday, four digits, citizenship, a digit
// that is 8 or 9 since 1986, and the check digit.
func isZAID(c []byte) bool {
	return c[10] <= '2' && c[11] >= '8' && isDayOfAny(decimal(c[:2]), decimal(c[2:4]), decimal(c[4:6])) && checksum.Luhn(c)
}

func isSIN(c []byte) bool { return c[0] != '8' && checksum.Luhn(c) && decimal(c) != 0 }

// isCPF checks the number of a person in Brazil. Eleven equal digits fit and aren't given.
func isCPF(c []byte) bool {
	return !allEqual(c) && substitute11(checksum.Weighted(c[:9], 10, 9, 8, 7, 6, 5, 4, 3, 2)) == int(c[9]-'0') &&
		substitute11(checksum.Weighted(c[:10], 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == int(c[10]-'0')
}

// isCNPJ checks the number of a firm or trader in Brazil, with letters or without: each character counts by its place in
// ASCII.
func isCNPJ(c []byte) bool {
	return !allEqual(c) && substitute11(checksum.Weighted(c[:12], 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(c[12]-'0') &&
		substitute11(checksum.Weighted(c[:13], 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(c[13]-'0')
}

// substitute11 is the check digit by mod 11 with 0 for 10 and 11.
func substitute11(sum int) int {
	if r := sum % 11; r >= 2 {
		return 11 - r
	}
	return 0
}

func allEqual(c []byte) bool {
	for _, b := range c {
		if b != c[0] {
			return false
		}
	}
	return true
}

// isCNID says whether eighteen characters are a Chinese identity number: province, district, birthday, three digits and the
// check digit, X for 10.
func isCNID(c []byte) bool {
	province := decimal(c[:2])
	return province >= 11 && province <= 91 && decimal(c[6:10]) >= 1800 && decimal(c[6:10]) < 2200 &&
		isDay(decimal(c[6:10]), decimal(c[10:12]), decimal(c[12:14])) && checksum.Mod11_2(c)
}

// isNRIC checks the number of a citizen or foreigner in Singapore, whose first letter tells the check letters.
func isNRIC(c []byte) bool {
	sum := checksum.Weighted(c[1:8], 2, 7, 6, 5, 4, 3, 2)
	switch c[0] {
	case 'S':
		return c[8] == "JZIHGFEDCBA"[sum%11]
	case 'T':
		return c[8] == "JZIHGFEDCBA"[(sum+4)%11]
	case 'F':
		return c[8] == "XWUTRQPNMLK"[sum%11]
	case 'G':
		return c[8] == "XWUTRQPNMLK"[(sum+4)%11]
	}
	return c[8] == "XWUTRQPNJLK"[(sum+3)%11]
}

// isUEN checks the number of a business, a company (which begins with its year), or another body in Singapore.
func isUEN(c []byte) bool {
	switch {
	case len(c) == 9:
		return c[8] == "XMKECAWLJDB"[checksum.Weighted(c[:8], 10, 4, 9, 3, 8, 2, 7, 1)%11]
	case c[0] <= '9':
		year := decimal(c[:4])
		return year >= 1800 && year < 2100 && c[9] == "ZKCMDNERGWH"[checksum.Weighted(c[:9], 10, 8, 6, 4, 9, 7, 5, 3, 1)%11]
	}
	const letters = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	sum := -5
	for i, w := range [...]int{4, 3, 5, 3, 10, 2, 2, 5, 7} {
		n := strings.IndexByte(letters, c[i])
		if n < 0 {
			return false
		}
		sum += n * w
	}
	return c[9] == letters[(sum+11)%11]
}

// isKRBirthday says whether a Korean number begins with a birthday and one of the digits for sex, century and nationality.
func isKRBirthday(c []byte, kinds string) bool {
	return strings.IndexByte(kinds, c[6]) >= 0 && isDayOfAny(decimal(c[:2]), decimal(c[2:4]), decimal(c[4:6]))
}

func isRRN(c []byte) bool {
	sum := checksum.Weighted(c[:12], 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
	return isKRBirthday(c, "123490") && (11-sum%11)%10 == int(c[12]-'0')
}

func isFRN(c []byte) bool {
	sum := checksum.Weighted(c[:12], 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
	return isKRBirthday(c, "5678") && (13-sum%11)%10 == int(c[12]-'0')
}

// isKRBusiness checks the number of a firm or trader in Korea.
func isKRBusiness(c []byte) bool {
	sum := checksum.Weighted(c, 1, 3, 7, 1, 3, 7, 1, 3, 5, 1) + int(c[8]-'0')*5/10
	return sum%10 == 0 && decimal(c[:3]) > 100
}

// isKRLicence says whether twelve digits begin with a region that gives driving licences in Korea.
func isKRLicence(c []byte) bool {
	region := decimal(c[:2])
	return region >= 11 && region <= 28
}

// isTHID checks the thirteen digits of a person in Thailand. The second and third tell the province.
func isTHID(c []byte) bool {
	if c[0] == '0' || c[0] == '9' || !isTHProvince(decimal(c[1:3])) {
		return false
	}
	return (11-checksum.Weighted(c[:12], 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(c[12]-'0')
}

func isTHProvince(n int) bool {
	switch {
	case n < 10 || n > 96, n >= 28 && n <= 29, n == 59, n >= 68 && n <= 69, n >= 78 && n <= 79, n >= 87 && n <= 89:
		return false
	}
	return true
}
