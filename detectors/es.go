package detectors

import (
	"strings"

	"github.com/sonexlabs/tacet/detectors/checksum"
)

const (
	esNIFWords = "dni, d.n.i, nif, n.i.f, número dni, numero dni, documento nacional de identidad, documento de identidad, número de identidad, carnet de identidad, carné de identidad, número nie, numero nie, nie number, mi nie, my nie, your nie, su nie, tu nie, nie es, nie is, nie nummer, tarjeta de extranjero, tarjeta de residencia, número de identidad de extranjero, número de identificación de extranjero, número de identificación fiscal, permiso de conducir, carnet de conducir, carné de conducir, spanish id number, spanish id card, spanish tax number"
	esNIFBy    = "Ministerio del Interior and Agencia Tributaria, RD 1553/2005, RD 1065/2007 art. 19-20"
)

// spain lists the identifiers of Spain.
var spain = []identifier{
	{
		name: "ES_NIF", authority: esNIFBy, digit: "mod 23 letter",
		forms: "99999999 A|99 999 999 A|x 9999999 A|y 9999999 A|z 9999999 A|k 9999999 A|l 9999999 A|m 9999999 A|x 9 999 999 A|y 9 999 999 A|z 9 999 999 A", check: isESNIF,
		words: esNIFWords, alone: 0.7, broken: 0.3, examples: "12345678Z 99999999R X1234567L Y1234567X Z1234567R",
	},
	{ // Without a zero in front.
		name: "ES_NIF", authority: esNIFBy, digit: "mod 23 letter",
		forms: "9999999 A|9 999 999 A", check: isESNIF,
		words: esNIFWords, alone: 0.5, broken: 0.15, examples: "1111111G",
	},
	{ // Without the letter, as many say it.
		name: "ES_NIF", authority: esNIFBy, digit: "none",
		forms: "99999999|99 999 999",
		words: esNIFWords, alone: 0.3, examples: "12345678",
	},
	{
		name: "ES_NUSS", authority: "Tesorería General de la Seguridad Social, RD 84/1996", digit: "mod 97",
		forms: "999999999999|99 99999999 99|99 9999999 999|99 9999999999", check: isESNUSS, weak: true,
		words: "seguridad social, número de la seguridad social, numero de la seguridad social, número de seguridad social, numero de seguridad social, nuss, número naf, número de afiliación, numero de afiliacion, n.s.s, nss, spanish social security number, social security number",
		alone: 0.5, broken: 0.3, examples: "281234567840 280123456742 980000000177",
	},
	{
		name: "ES_CIF", authority: "Agencia Tributaria, Orden EHA/451/2008", digit: "Luhn, as a digit or a letter",
		forms: "A 9999999 X|A99999999|A9999999A|A 99 999999|A 99 99999 X", check: isESCIF,
		words: "cif, c.i.f, nif de la empresa, número cif, código de identificación fiscal, nif empresa, spanish company number",
		alone: 0.45, broken: 0.2, examples: "A58818501 Q2826000H",
	},
	{
		name: "ES_PASSPORT", authority: "Ministerio del Interior, RD 896/2003", digit: "none",
		forms: "AAA999999|AAA 999999|AA999999",
		words: "pasaporte, número de pasaporte, numero de pasaporte, pasaporte español, spanish passport",
		alone: 0.25, examples: "AAA123456 XY123456",
	},
	{
		name: "ES_ID_CARD", authority: "Ministerio del Interior, RD 1553/2005 (IDESP)", digit: "none",
		forms: "AAA 999999|e 99999999",
		words: "número de soporte, numero de soporte, soporte del dni, idesp, número de soporte del dni, número de soporte del nie, número de ixesp, dni support number",
		alone: 0.25, examples: "BAA000589 E12345678",
	},
	{
		name: "ES_HEALTH_CARD", authority: "Ministerio de Sanidad, RD 183/2004; CatSalut (CIP)", digit: "none",
		forms: "AAAA 9 999999 99 9|AAAA 9999999999|AAAAAAAAAA999999",
		words: "tarjeta sanitaria, código cip, codigo cip, número de tarjeta sanitaria, targeta sanitària, código sns, spanish health card",
		alone: 0.25, examples: "ABCD1800101001 BBBBBBBBQR648597",
	},
}

// isESNIF says whether the letter behind up to eight digits fits, by their rest by 23. In the numbers of foreigners X, Y and
// Z stand for 0, 1 and 2; K, L and M before seven digits don't count.
func isESNIF(c []byte) bool {
	last := len(c) - 1
	n := decimal(c[1:last])
	switch c[0] {
	case 'X', 'K', 'L', 'M':
	case 'Y':
		n += 10_000_000
	case 'Z':
		n += 20_000_000
	default:
		n = decimal(c[:last])
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[n%23] == c[last]
}

// isESNUSS says whether twelve digits are a Spanish social security number: the province, eight digits, the rest of both by
// 97. A zero that begins the eight is left out of it.
func isESNUSS(c []byte) bool {
	province, n := decimal(c[:2]), decimal(c[2:10])
	if n < 10_000_000 {
		n += province * 10_000_000
	} else {
		n += province * 100_000_000
	}
	return province > 0 && n%97 == decimal(c[10:])
}

// isESCIF says whether nine characters are the number of a Spanish legal person. Which of them end in a letter is told in
// different ways, so both are taken.
func isESCIF(c []byte) bool {
	if !strings.ContainsRune("ABCDEFGHJNPQRSUVW", rune(c[0])) {
		return false
	}
	if c[8] <= '9' {
		return checksum.Luhn(c[1:])
	}
	digits := [8]byte{7: '0'}
	copy(digits[:], c[1:8])
	digit := strings.IndexByte("JABCDEFGHI", c[8])
	if digit < 0 {
		return false
	}
	digits[7] = byte('0' + digit)
	return checksum.Luhn(digits[:])
}
