package detectors

// slovakia lists the identifiers of Slovakia.
var slovakia = []identifier{
	{
		name: "SK_RC", authority: "Ministerstvo vnútra, zákon č. 301/1995 Z. z. o rodnom čísle", digit: "mod 11",
		forms: "999999 9999|99 99 99 9999", check: isBirthNumber, weak: true,
		words: "rodné číslo, rodne cislo, rodného čísla, rodneho cisla, slovak birth number, slovak personal number",
		alone: 0.45, broken: 0.3, examples: "7103192745 0471011233",
	},
	{
		name: "SK_RC", authority: "zákon č. 301/1995 Z. z.: until 1953", digit: "none",
		forms: "999999 999|99 99 99 999", check: isOldBirthNumber,
		words: "rodné číslo, rodne cislo, rodného čísla, rodneho cisla, slovak birth number, slovak personal number",
		alone: 0.3, broken: 0.2, examples: "031121999 520229999 536221999",
	},
	{
		name: "SK_DIC", authority: "Finančná správa, zákon č. 563/2009 Z. z., § 67", digit: "mod 11",
		forms: "999 999 99 99|99 99 99 99 99", check: isSKTax,
		words: "dič, daňové identifikačné číslo, danove identifikacne cislo, slovak tax number",
		alone: 0.4, broken: 0.25, examples: "2022749619 1020304054",
	},
	{
		name: "SK_ICO", authority: "Štatistický úrad, zákon č. 540/2001 Z. z., § 27", digit: "mod 11",
		forms: "99 999 999", check: isICO, weak: true,
		words: "ičo, identifikačné číslo organizácie, identifikacne cislo organizacie",
		alone: 0.3, broken: 0.2, examples: "31322832",
	},
	{
		name: "SK_ID_CARD", authority: "Ministerstvo vnútra, zákon č. 395/2019 Z. z.", digit: "none",
		forms: "AA999999",
		words: "občiansky preukaz, obciansky preukaz, číslo občianskeho preukazu, občianskeho preukazu, slovak id card, slovak identity card",
		alone: 0.3, examples: "EA123456",
	},
	{
		name: "SK_PASSPORT", authority: "Ministerstvo vnútra, zákon č. 647/2007 Z. z.", digit: "none",
		forms: "p9999999|pA9999999|bA9999999",
		words: "cestovný pas, cestovny pas, číslo pasu, cestovného pasu, slovak passport",
		alone: 0.3, examples: "P0000000 BA1234567",
	},
}

// isSKTax checks a Slovak tax number: ten digits, the whole a multiple of 11.
func isSKTax(c []byte) bool { return c[0] != '0' && decimal(c)%11 == 0 }
