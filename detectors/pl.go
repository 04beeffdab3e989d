package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

// poland lists the identifiers of Poland.
var poland = []identifier{
	{
		name: "PL_PESEL", authority: "Ministerstwo Cyfryzacji, ustawa o ewidencji ludności, art. 15", digit: "mod 10",
		forms: "99999999999|999999 99999|99 99 99 99999|999 999 999 99", check: isPESEL,
		words: "pesel, peselu, peselem, numer pesel, polish national id, polish personal number",
		alone: 0.45, broken: 0.3, examples: "44051401359 02070803628 20313034701",
	},
	{
		name: "PL_NIP", authority: "KAS, ustawa o zasadach ewidencji i identyfikacji podatników, art. 11", digit: "mod 11",
		forms: "999 999 99 99|999 99 99 999|99 99 99 99 99", check: isNIP,
		words: plTaxWords,
		alone: 0.4, broken: 0.25, examples: "1234563218 8333290827 3928621931",
	},
	{
		name: "PL_NIP", authority: "ustawa o podatku od towarów i usług, art. 97: for trade in the Union", digit: "mod 11",
		forms: "pl 999 999 99 99|pl 9999999999", check: isNIP,
		words: plTaxWords, alone: 0.6, broken: 0.3, examples: "PL3928621931",
	},
	{
		name: "PL_REGON", authority: "GUS, ustawa o statystyce publicznej, art. 42", digit: "mod 11",
		forms: "999 999 999|999999999 99999", check: isREGON, weak: true,
		words: "regon, numer regon, regonu",
		alone: 0.4, broken: 0.25, examples: "123456785 12345678512347",
	},
	{
		name: "PL_ID_CARD", authority: "MSWiA, ustawa o dowodach osobistych; ICAO 9303 check", digit: "mod 10, weights 7 3 1",
		forms: "AAA999999", check: isPLCard,
		words: "dowód osobisty, dowod osobisty, dowodu osobistego, numer dowodu, nr dowodu, seria i numer dowodu, dowodu, polish id card, polish identity card",
		alone: 0.7, broken: 0.3, examples: "ABA300000 ABS123456",
	},
	{
		name: "PL_PASSPORT", authority: "MSWiA, ustawa o dokumentach paszportowych", digit: "mod 10, weights 7 3 1",
		forms: "AA9999999", check: isPLPassport,
		words: "paszport, paszportu, numer paszportu, polish passport",
		alone: 0.45, broken: 0.25, examples: "ZS0000177 EA1234567",
	},
}

const plTaxWords = "numer nip, nr nip, nip firmy, mój nip, moj nip, nip to, nip number, numer identyfikacji podatkowej, polish tax number"

// isPESEL says whether eleven digits are a Polish personal number: the birthday, whose month is 20 higher for each century
// after the 20th and 80 higher in the 19th, four digits and the check digit.
func isPESEL(c []byte) bool {
	month := decimal(c[2:4])
	year := decimal(c[:2]) + [...]int{1900, 2000, 2100, 2200, 1800}[month/20]
	return isDay(year, month%20, decimal(c[4:6])) && checksum.Weighted(c, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// isNIP checks a Polish tax number, with or without PL before it. Those with 10 for a check digit aren't given.
func isNIP(c []byte) bool {
	c = c[len(c)-10:]
	return checksum.Weighted(c[:9], 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(c[9]-'0') && decimal(c[:3]) > 100
}

// isREGON checks the nine digits of a firm or trader in Poland, and the fourteen of a branch, which contain them.
func isREGON(c []byte) bool {
	if checksum.Weighted(c[:8], 8, 9, 2, 3, 4, 5, 6, 7)%11%10 != int(c[8]-'0') {
		return false
	}
	return len(c) == 9 || checksum.Weighted(c[:13], 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)%11%10 == int(c[13]-'0')
}

// isPLCard checks a Polish identity card: three letters, the check digit, five digits.
func isPLCard(c []byte) bool { return weightedLetters(c, 7, 3, 1, 9, 7, 3, 1, 7, 3)%10 == 0 }

// isPLPassport checks a Polish passport: two letters, the check digit, six digits.
func isPLPassport(c []byte) bool { return weightedLetters(c, 7, 3, 9, 1, 7, 3, 1, 7, 3)%10 == 0 }

// weightedLetters is checksum.Weighted with letters standing for 10 to 35.
func weightedLetters(c []byte, weights ...int) (sum int) {
	for i, w := range weights {
		sum += w * letterValue(c[i])
	}
	return sum
}

// letterValue is what a digit or capital stands for: 0 to 35.
func letterValue(b byte) int {
	if b >= 'A' {
		return int(b-'A') + 10
	}
	return int(b - '0')
}
