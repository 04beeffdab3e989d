package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// romania lists the identifiers of Romania.
var romania = []identifier{
	{
		name: "RO_CNP", authority: "DEPABD, O.U.G. 97/2005", digit: "mod 11",
		forms: "9 99 99 99 99 9999|9 999999 999999|9 999999 99 9999", check: isCNP, weak: true,
		words: "cnp, c.n.p., cod numeric personal, codul numeric personal, cnp-ul, romanian personal number",
		alone: 0.6, broken: 0.3, examples: "1630615123457 1800101221144 6120131011233",
	},
	{
		name: "RO_NIF", authority: "ANAF, Legea 207/2015, art. 82: persons without a CNP (OECD TIN sheet for Romania)", digit: "none",
		forms: "9999 999 999 999|9999999999999", check: isRONIF,
		words: "număr de identificare fiscală, numar de identificare fiscala, romanian tax number",
		alone: 0.4, broken: 0.2, examples: "9000123456789",
	},
	{
		name: "RO_CUI", authority: "ANAF, Legea 207/2015, art. 82", digit: "mod 11",
		forms: "99 999 999|9999999999|999999999|9999999|999999", check: isCUI, weak: true,
		words: "cod unic de înregistrare, cod unic de inregistrare, cod de identificare fiscală, cod de identificare fiscala, cod fiscal, codul fiscal, numar cui",
		alone: 0.3, broken: 0.2, examples: "18547290 1590082",
	},
	{
		name: "RO_ID_CARD", authority: "DEPABD, O.U.G. 97/2005", digit: "none",
		forms: "AA999999|AA9999999",
		words: "carte de identitate, cartea de identitate, cărții de identitate, buletin, buletinul, seria și numărul, seria si numarul, serie ci, romanian id card, romanian identity card",
		alone: 0.3, examples: "RX123456 XV0123456",
	},
	{
		name: "RO_PASSPORT", authority: "Direcția Generală de Pașapoarte, Legea 248/2005", digit: "none",
		forms: "999999999|99999999",
		words: "pașaport, pasaport, pașaportul, pasaportul, pașaportului, numărul pașaportului, romanian passport",
		alone: 0.3, examples: "040005646",
	},
}

// isCNP says whether thirteen digits are a Romanian personal number: sex and century, the birthday, the county, three digits
// and the check digit, where 1 stands for 10.
func isCNP(c []byte) bool {
	century := 1900
	switch c[0] {
	case '0':
		return false
	case '3', '4':
		century = 1800
	case '5', '6':
		century = 2000
	case '7', '8', '9': // residents and foreigners: of any century
		if c[1] == '0' && c[2] == '0' {
			century = 2000
		}
	}
	county := decimal(c[7:9])
	if !isROCounty(county) || !isDay(century+decimal(c[1:3]), decimal(c[3:5]), decimal(c[5:7])) {
		return false
	}
	check := checksum.Weighted(c[:12], 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if check == 10 {
		check = 1
	}
	return check == int(c[12]-'0')
}

// isROCounty says whether a county has the number: 41 to 48 are sectors of Bucharest, from 70 on those of no known county.
func isROCounty(n int) bool {
	return n >= 1 && n <= 48 || n == 51 || n == 52 || n == 70 || n >= 80 && n <= 83
}

// isRONIF says whether thirteen digits begin as the tax numbers of foreigners do.
func isRONIF(c []byte) bool { return decimal(c[:4]) == 9000 }

// isCUI checks the two to ten digits of a Romanian firm or trader: the weights stand by their places from the right.
func isCUI(c []byte) bool {
	weights := [9]int{7, 5, 3, 2, 1, 7, 5, 3, 2}
	last := len(c) - 1
	return c[0] != '0' && checksum.Weighted(c[:last], weights[9-last:]...)*10%11%10 == int(c[last]-'0')
}
