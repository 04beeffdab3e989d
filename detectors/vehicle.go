package detectors

import (
	"slices"
	"strings"
)

// plateWords are the words beside a vehicle's plate, in all languages: a plate is read out in any country.
const plateWords = "plate, registration please, and the registration, your registration, my registration, her registration, his registration, registration is, reg, rego, rego number, number plate, number plates, licence plate, license plate, plate number, plate no, plates, registration plate, reg plate, " +
	"vehicle registration, vehicle registration number, vehicle registration no, registration number, registration no, registration mark, " +
	"car registration, car registration number, car reg, vehicle reg, reg number, reg no, my reg, reg is, vrm, " +
	"vehicle number, vehicle no, car number, car no, bike number, bike no, scooter number, truck number, taxi number, cab number, tag number, " +
	"gaadi number, gadi number, gaadi ka number, gadi ka number, gaadi no, gadi no, gaadi nambar, vahan number, rc number, " +
	"kennzeichen, autokennzeichen, kfz kennzeichen, amtliches kennzeichen, nummernschild, " +
	"immatriculation, plaque d'immatriculation, numéro d'immatriculation, plaque minéralogique, " +
	"matrícula, matricula, número de matrícula, targa, targata, targato, numero di targa, kenteken, kentekenplaat, kentekennummer, nummerplaat, " +
	"tablica rejestracyjna, numer rejestracyjny, nr rejestracyjny, nr rej, reg nr,  registreringsnummer, nummerplade, rekisterinumero, rendszám, spz, rz vozidla, " +
	"număr de înmatriculare, registarska oznaka, registrska tablica, " +
	"plaque du véhicule, plaque de la voiture, plaque de votre véhicule, numéro de plaque, votre plaque, ma plaque, la plaque, plaque est, nouvelle plaque, matrícula del vehículo, matrícula del coche, placas del carro, placa do carro, placa do veículo, placa, " +
	"targa del veicolo, targa della macchina, tablice rejestracyjne, rejestracja, rejestrację, rejestracji, numeru rejestracyjnego, numery rejestracyjne, numer rejestracyjny pojazdu, nummerpladen, registreringsnumret, regnummer, regnumret, " +
	"गाड़ी का नंबर, गाड़ी नंबर, गाड़ी का नम्बर, वाहन नंबर, वाहन संख्या"

// vinWords are the words beside a vehicle identification number. "vin" alone is also the French for wine.
const vinWords = "vin, vin number, vin no, vin code, vehicle identification number, vehicle identification no, chassis number, chassis no, frame number, " +
	"fahrgestellnummer, fahrzeugidentifikationsnummer, fin nummer, fin, numéro de châssis, numéro de série du véhicule, número de bastidor, bastidor, " +
	"numero di telaio, telaio, chassisnummer"

// vehicles lists the marks of vehicles. The identification number is one form; plates are one for each family that is
// written alike. A plate is found without words only where little else is written so.
var vehicles = []identifier{
	{
		// North America has the check digit; Europe doesn't, but fills places 4 to 6 with ZZZ. The last four are digits.
		name: "VIN", authority: "ISO 3779, ISO 3780; 49 CFR 565", digit: "weighted, mod 11, tenth place (North America)",
		forms: "XXXXXXXXXXXXX9999|XXX XXXXXX XX XXXXX9|XXX XXXXXX XXXX9999", check: isVIN, weak: true,
		words: vinWords,
		alone: 0.85, broken: 0.3, examples: "1M8GDM9AXKP042788 1HGCM82633A004352 5GZCZ43D13S812715",
	},
	{
		name: "VEHICLE_PLATE", authority: "India: Central Motor Vehicles Rules 1989, rules 50 and 51; BH series of 2021", digit: "none",
		forms: "AA 99 AA 9999|AA 99 A 9999|AA 99 AAA 9999|AA 9 AA 9999|AA 9 AAA 9999|AA 9 A 9999|99 bh 9999 A|99 bh 9999 AA", check: isIndianPlate,
		words: plateWords,
		alone: 0.6, broken: 0.15, examples: "MH12DE1433 KA53ME3456 DL01CA1234 DL3CAB1234 22BH6517A",
	},
	{
		name: "VEHICLE_PLATE", authority: "India: older series, and numbers written without their zeros", digit: "none",
		forms: "AA999999|AA99AA999|AA99AA99|AA99AA9|AA99A999|AA99A99|AA99999", check: isStateFirst,
		words: plateWords,
		alone: 0.3, broken: 0.1, examples: "MH129999 KA01AB123 DL12345",
	},
	{
		name: "VEHICLE_PLATE", authority: "DVLA INF104: marks since September 2001", digit: "none",
		forms: "AA99 AAA", check: isUKPlate,
		words: plateWords,
		alone: 0.6, broken: 0.1, examples: "AB51ABC BD62XYZ AB70DEF LK24XRT",
	},
	{
		name: "VEHICLE_PLATE", authority: "DVLA INF104: prefix (1983), suffix (1963) and Northern Irish marks", digit: "none",
		forms: "A9AAA|A99AAA|A999AAA|AAA9A|AAA99A|AAA999A|AAA9999|AAA999|AAA99|99AAA|999AAA|9999AA|AA9999|AA999|A9999|9999A",
		check: isOldUKPlate, words: plateWords,
		alone: 0.3, broken: 0.1, examples: "K1ABC M456DEF ABC123D AIZ1234 ABC123",
	},
	{
		name: "VEHICLE_PLATE", authority: "Germany: Fahrzeug-Zulassungsverordnung § 9; historic and electric ones end in H and E", digit: "none",
		// One to three letters of the district, one or two more, and up to four digits.
		forms: "AA999|AA9999|AAA99|AAA999|AAA9999|AAAA9|AAAA99|AAAA999|AAAA9999|AAAAA9|AAAAA99|AAAAA999|AA99A|AA999A|AA9999A|AAA99A|" +
			"AAA999A|AAA9999A|AAAA9A|AAAA99A|AAAA999A|AAAAA9A|AAAAA99A",
		check: isGermanPlate, words: plateWords,
		alone: 0.3, broken: 0.1, examples: "BAB1234 MXY999 HHAB1234 MILE1234 MEX123E",
	},
	{
		name: "VEHICLE_PLATE", authority: "France: arrêté du 9 février 2009 (SIV)", digit: "none",
		forms: "AA999AA", check: isFrenchPlate,
		words: plateWords + ", véhicule, voiture",
		alone: 0.4, broken: 0.15, examples: "AA123AA BC456XY",
	},
	{
		name: "VEHICLE_PLATE", authority: "Italy: Codice della strada, art. 100 (1994)", digit: "none",
		forms: "AA999AA", check: isItalianPlate,
		words: plateWords + ", veicolo, autovettura",
		alone: 0.35, broken: 0.15, examples: "AB123CD EX999ZZ",
	},
	{
		name: "VEHICLE_PLATE", authority: "Spain: Orden INT/2323/2000", digit: "none",
		forms: "9999AAA", check: isSpanishPlate,
		words: plateWords + ", vehículo, coche, turismo, furgoneta",
		alone: 0.3, broken: 0.1, examples: "1234BCD 0000LZX",
	},
	{
		name: "VEHICLE_PLATE", authority: "Portugal: Decreto-Lei 54/2005; 2/2020", digit: "none",
		forms: "AA 99 99|99 99 AA|99 AA 99|AA 99 AA", words: plateWords + ", veículo, viatura, carro, automóvel",
		alone: 0.3, broken: 0.1, examples: "AA1234 1234AB 12AB34 AB12CD",
	},
	{
		name: "VEHICLE_PLATE", authority: "Sweden: Transportstyrelsen, förordning 2019:383", digit: "none",
		forms: "AAA 999|AAA 99A", check: isSwedishPlate, words: plateWords + ", bil, bilen, bilar, fordon, fordonet",
		alone: 0.3, broken: 0.1, examples: "ABC123 KLM44B",
	},
	{
		name: "VEHICLE_PLATE", authority: "Netherlands: RDW, sidecodes 1 to 14", digit: "none",
		forms: "AA9999|9999AA|99AA99|AA99AA|AAAA99|99AAAA|99AAA9|9AAA99|AA999A|A999AA|AAA99A|A99AAA|9AA999|999AA9",
		check: isDutchPlate, words: plateWords,
		alone: 0.3, broken: 0.1, examples: "GB001B 4TFL24 99DBA1 XX9999",
	},
	{
		name: "VEHICLE_PLATE", authority: "Türkiye: Karayolları Trafik Yönetmeliği, ek 11", digit: "none",
		forms: "99 AAA 999|99 AAA 9999|99AAA999|99AAA9999", check: isTurkishPlate,
		words: plateWords + ", plaka, plaka numarası, plakası",
		alone: 0.52, broken: 0.1, examples: "34ABC123 06ABC1234",
	},
	{
		name: "VEHICLE_PLATE", authority: "Türkiye: Karayolları Trafik Yönetmeliği, ek 11, shorter letters", digit: "none",
		forms: "99 A 999|99 A 9999|99 A 99999|99 AA 99|99 AA 999|99 AA 9999", check: isTurkishPlate,
		words: plateWords + ", plaka, plaka numarası, plakası",
		alone: 0.3, broken: 0.1, examples: "06A123 07AB123 35JK12",
	},
	{
		name: "VEHICLE_PLATE", authority: "Nigeria: Federal Road Safety Commission, plates since 2011", digit: "none",
		forms: "AAA999AA", words: plateWords,
		alone: 0.5, examples: "APP456CV",
	},
	{
		// AT BE BG CY CZ DK EE FI GR HR HU IE LT LU LV MT PL PT RO SE SI SK, and American and Nigerian ones, with which
		// people call, too.
		name: "VEHICLE_PLATE", authority: "the registration rules of the other states of the Union and of the United States", digit: "none",
		forms: "AA99999|AA9999A|AA9999|AA99AA|AA99AAA|AA999A|AA999AA|AAAA999|AA9999AA|A9999AA|A99AAA|A999AAA|A99999A|AAA999|AAA99A|" +
			"AAA9999|AAA999AA|AAA99999|9AAA999|999AAA|99AAA|99A9999|99A99999|99A999999|999A99999|9A99999|9AA9999|999A999|AAA9A99|" +
			"9999AA|AAAA99|AAA9A9",
		words: plateWords,
		alone: 0.3, examples: "1ABC123 7ABC123 B12ABC WA12345 12D34567",
	},
}

// isTurkishPlate says whether a plate begins with one of the 81 provinces and has no letter that Turkish doesn't.
func isTurkishPlate(c []byte) bool {
	province := decimal(c[:2])
	year := len(c) == 9 && (c[5] == '1' && c[6] == '9' || c[5] == '2' && c[6] == '0') // "12 OTT 2020"
	return province >= 1 && province <= 81 && !year && !hasAny(c[2:], "QWX") && !slices.Contains(threeLetterWords, string(c[2:5]))
}

// isVIN says whether seventeen characters are a vehicle identification number with its check digit, or a European one,
// known by the filling. Both have letters, and never I, O or Q.
func isVIN(c []byte) bool {
	const weights = "8765432X098765432"
	sum, letters := 0, 0
	for i, b := range c {
		v := int(b - '0')
		if b > '9' {
			letters++
			// A=1 to H=8, J=1 to N=5, P=7, R=9, S=2 to Z=9; I, O and Q are none.
			v = int("12345678\x0012345\x007\x00923456789"[b-'A'])
			if v == 0 {
				return false
			}
			v -= '0'
		}
		w := int(weights[i] - '0')
		if weights[i] == 'X' {
			w = 10
		}
		sum += v * w
	}
	if letters == 0 {
		return false
	}
	return c[8] == "0123456789X"[sum%11] || string(c[3:6]) == "ZZZ" && c[0] >= 'S'
}

// isIndianPlate says whether state, district and series exist: no district 0, no letters I and O in the series.
func isIndianPlate(c []byte) bool {
	if c[0] <= '9' {
		return c[0] >= '2' && !hasAny(c[8:], "IO") // BH: the year first, since 2021
	}
	i := 2
	for c[i] == '0' {
		i++
	}
	return c[i] <= '9' && isStateFirst(c) && !hasAny(c[i:], "IO")
}

// isUKPlate says whether the age identifier of a current British mark has been used, or will be by 2030, and its letters
// are: no I, Q and Z in the area, no I and Q behind. Words that follow a postcode district ("SW19 and") are no plates.
func isUKPlate(c []byte) bool {
	age := int(c[2]-'0')*10 + int(c[3]-'0')
	return (age >= 2 && age <= 29 || age >= 51 && age <= 79) && !hasAny(c[:2], "IQZ") && !hasAny(c[4:], "IQ") &&
		!slices.Contains(threeLetterWords, string(c[4:]))
}

// threeLetterWords are words that stand behind codes more often than as the letters of a plate.
var threeLetterWords = wordList("ALL AND ANY ARE ASK BAD BUT BUY BYE CAN CAR DAY DID END FAR FOR GET GOT HAD HAS HER HEY HOW JAN JUN JUL AUG LET LOW " +
	"MAY MAR APR SEP OCT NOV DEC FEB MEN NEW NOR NOT NOW OFF OLD ONE OUR OUT OWN PAY PER PUT RUN SAY SEE SET SHE TEN THE TOO TOP TWO USE WAS WAY WHO WHY " +
	"YES YET YOU")

// isOldUKPlate says whether the letters of an older British mark were issued: none of I, O, Q, U and Z at the end that
// tells the year, I and Z elsewhere only in Northern Irish marks of three letters and up to four digits.
func isOldUKPlate(c []byte) bool {
	first, last := c[0] > '9', c[len(c)-1] > '9'
	switch {
	case first && last && c[1] <= '9': // prefix
		return !hasAny(c[:1], "IOUZ") && !hasAny(c[2:], "I")
	case first && last: // suffix
		return !hasAny(c[len(c)-1:], "IOQUZ") && !hasAny(c[:3], "IQZ")
	case first && c[2] > '9' && len(c) == 7: // four digits behind three letters are Northern Irish
		return hasAny(c[:3], "IZ")
	}
	return !hasAny(c, "Q")
}

// isGermanPlate says whether the letters and digits of a German plate are possible: no leading 0, E or H behind the
// digits, no letters of the dictatorship's organisations.
func isGermanPlate(c []byte) bool {
	i := slices.IndexFunc(c, func(b byte) bool { return b <= '9' })
	if c[i] == '0' {
		return false
	}
	if end := c[len(c)-1]; end > '9' && end != 'E' && end != 'H' {
		return false
	}
	letters := string(c[i-2 : i])
	return letters != "SS" && letters != "KZ" && letters != "HJ" && letters != "NS"
}

// isFrenchPlate says whether the letters are those of the SIV: no I, O and U, no SS, no WW first.
func isFrenchPlate(c []byte) bool {
	return !hasAny(c, "IOU") && string(c[:2]) != "SS" && string(c[:2]) != "WW" && string(c[5:]) != "SS" && string(c[2:5]) != "000"
}

// isItalianPlate says whether the letters are those of the Italian alphabet on plates: no I, O, Q and U.
func isItalianPlate(c []byte) bool { return !hasAny(c, "IOQU") }

// isSwedishPlate says whether the letters are on Swedish plates: no I, Q and V, and no O behind digits.
func isSwedishPlate(c []byte) bool { return !hasAny(c[:3], "IQV") && !hasAny(c[3:], "OIQV") }

// isSpanishPlate says whether the letters are consonants without Q and no currency ("1500 GBP").
func isSpanishPlate(c []byte) bool {
	switch string(c[4:]) {
	case "GBP", "CHF", "DKK", "PLN", "CZK", "RSD", "BGN", "THB", "LKR", "NPR", "GST", "PST", "CST", "MST", "BST", "GMT", "KMH", "MHZ", "GHZ", "RPM", "BPM":
		return false
	}
	return !hasAny(c, "AEIOUQ")
}

// isDutchPlate says whether the letters are those of the RDW: no C and Q, and of the vowels none but U, which mopeds had.
func isDutchPlate(c []byte) bool { return !hasAny(c, "CQIO") }

// hasAny says whether one of the letters is in c.
func hasAny(c []byte, letters string) bool {
	return slices.ContainsFunc(c, func(b byte) bool { return strings.IndexByte(letters, b) >= 0 })
}
