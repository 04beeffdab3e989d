package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

const (
	ptCCWords = "cartão de cidadão, cartao de cidadao, cartão do cidadão, cartao do cidadao, cartão cidadão, cartao cidadao, número de cidadão, número de identificação civil, numero de identificacao civil, bilhete de identidade, número do bilhete, portuguese id card, portuguese identity card, citizen card"
	ptCCBy    = "Instituto dos Registos e do Notariado, Lei 7/2007"
)

// portugal lists the identifiers of Portugal.
var portugal = []identifier{
	{
		name: "PT_NIF", authority: "Autoridade Tributária e Aduaneira, Decreto-Lei 14/2013", digit: "mod 11, 0 for 10",
		forms: "999 999 999|999999999", check: isPTNIF, weak: true,
		words: "nif, número de contribuinte, numero de contribuinte, contribuinte, número fiscal, numero fiscal, número de identificação fiscal, numero de identificacao fiscal, nipc, número de pessoa coletiva, portuguese tax number, portuguese tax id",
		alone: 0.45, broken: 0.3, examples: "299999998 299992020 123456789",
	},
	{
		name: "PT_CC", authority: ptCCBy, digit: "Luhn with letters",
		forms: "99999999 9 AA9|99999999 9 AA 9|99999999 9AA9|99999999 9 A99|99999999 9 9A9", check: isPTCC,
		words: ptCCWords, alone: 0.8, broken: 0.3, examples: "000000000ZZ4 123456789ZZ1",
	},
	{ // The number of the person in it, which the bilhete de identidade had, too.
		name: "PT_CC", authority: ptCCBy, digit: "mod 11, 0 for 10",
		forms: "99999999 9|9999999 9|999999999", check: isPTCivil, weak: true,
		words: ptCCWords, alone: 0.3, broken: 0.15, examples: "123456789",
	},
	{
		name: "PT_CC", authority: ptCCBy, digit: "none",
		forms: "99999999|9999999|99 999 999|9 999 999",
		words: ptCCWords, alone: 0.3, examples: "12345678",
	},
	{
		name: "PT_NISS", authority: "Instituto da Segurança Social, Portaria 116/2007", digit: "mod 10 of primes",
		forms: "99999999999|9 9999999999|999 999 999 99", check: isPTNISS, weak: true,
		words: "niss, número de segurança social, numero de seguranca social, segurança social, seguranca social, número da segurança social, número de identificação da segurança social, portuguese social security number, social security number",
		alone: 0.45, broken: 0.25, examples: "11234567892 12345678902",
	},
	{
		name: "PT_SNS", authority: "Serviço Nacional de Saúde, Registo Nacional de Utentes", digit: "none",
		forms: "999999999|999 999 999",
		words: "número de utente, numero de utente, nº de utente, número sns, cartão de utente, cartao de utente, portuguese health number",
		alone: 0.3, examples: "123456789",
	},
	{
		name: "PT_PASSPORT", authority: "Instituto dos Registos e do Notariado, Decreto-Lei 83/2000", digit: "none",
		forms: "A999999|AA999999|A 999999",
		words: "passaporte, número do passaporte, número de passaporte, passaporte português, portuguese passport",
		alone: 0.25, examples: "I700044 K453286 CA123456",
	},
	{
		name: "PT_DRIVING_LICENCE", authority: "Instituto da Mobilidade e dos Transportes, Decreto-Lei 138/2012", digit: "none",
		forms: "A 9999999 9|A 999999 9|AA999999 9|AA9999999 9|AA99999 9",
		words: "carta de condução, carta de conducao, número da carta de condução, carta de motorista, portuguese driving licence, portuguese driver's license",
		alone: 0.25, examples: "L12345678 AV1234567",
	},
	{
		name: "PT_RESIDENCE_PERMIT", authority: "AIMA, Lei 23/2007", digit: "none",
		forms: "XXXXXXXX9|A 99999999",
		words: "título de residência, titulo de residencia, autorização de residência, autorizacao de residencia, portuguese residence permit",
		alone: 0.2, examples: "12345X789",
	},
}

// isPTNIF says whether nine digits are a Portuguese tax number. The first digits tell the kind of person.
func isPTNIF(c []byte) bool {
	switch c[0] {
	case '0':
		return false
	case '4':
		if c[1] != '5' {
			return false
		}
	}
	digit := (11 - checksum.Weighted(c[:8], 9, 8, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	return digit == int(c[8]-'0')
}

// isPTCC says whether twelve characters are the number of a Portuguese citizen card: the person's with its check digit, the
// version, the check digit of all. Every second character counts twice, less 9 if that is above 9.
func isPTCC(c []byte) bool {
	sum := 0
	for i, b := range c {
		v := int(b - '0')
		if b > '9' {
			v = int(b-'A') + 10
		}
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// isPTCivil says whether seven or eight digits and a check digit are a Portuguese civil number. 0 stands for 10, too.
func isPTCivil(c []byte) bool {
	weights := []int{9, 8, 7, 6, 5, 4, 3, 2}
	last := len(c) - 1
	digit := (11 - checksum.Weighted(c[:last], weights[len(weights)-last:]...)%11) % 11 % 10
	return digit == int(c[last]-'0')
}

// isPTNISS says whether eleven digits are a Portuguese social security number, of a person (1) or a firm (2).
func isPTNISS(c []byte) bool {
	if c[0] != '1' && c[0] != '2' {
		return false
	}
	return 9-checksum.Weighted(c, 29, 23, 19, 17, 13, 11, 7, 5, 3, 2)%10 == int(c[10]-'0')
}
