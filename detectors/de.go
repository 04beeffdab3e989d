package detectors

import "github.com/sonexlabs/tacet/detectors/checksum"

const (
	deIDCardWords   = "personalausweis, personalausweisnummer, mein perso, perso-nummer, ausweisnummer, ausweis-nr, ausweisnr, persoausweis, aufenthaltstitel, aufenthaltserlaubnis, seriennummer des ausweises, german id card, german identity card"
	dePassportWords = "reisepass, reisepassnummer, passnummer, pass-nr, reisepass-nr, kinderreisepass, deutscher pass, german passport"
	dePapersBy      = "Bundesministerium des Innern, PassV Anlage 11, PAuswV § 16; ICAO Doc 9303"
)

// germany lists the identifiers of Germany.
var germany = []identifier{
	{
		name: "DE_TAX_ID", authority: "Bundeszentralamt für Steuern, § 139b AO", digit: "ISO 7064 MOD 11,10",
		forms: "99 999 999 999|99 99 99 99 999", check: isDETaxID,
		words: "steuer-id, steuerid, steuer-id-nr, steueridentifikationsnummer, steuerliche identifikationsnummer, steuer-identifikationsnummer, steuer identnummer, idnr, identifikationsnummer, tin-nummer, tax id, tax identification number, german tax id",
		alone: 0.45, broken: 0.3, examples: "65929970489 26954371827 86095742719",
	},
	{
		name: "DE_TAX_NUMBER", authority: "Finanzämter of the states, Prüfung der Steuernummern (KONSENS)", digit: "none",
		forms: "99 999 99999|999 999 99999|999 9999 9999|99999 99999|999 999 9999 9",
		words: "steuernummer, steuernr, steuer-nr, steuer nummer, st.-nr, st.nr, stnr, st nr, finanzamt, german tax number",
		alone: 0.3, examples: "9381508152 18181508155 2181508150 13381508159",
	},
	{ // The form that ELSTER uses for all states: their key, the tax office, a 0.
		name: "DE_TAX_NUMBER", authority: "ELSTER, bundeseinheitliche Steuernummer", digit: "none",
		forms: "9999999999999|9999 9 99999999|9999 9 999 99999", check: isDETaxNumber13,
		words: "steuernummer, steuernr, steuer-nr, elster nummer, elster-steuernummer, bundeseinheitliche steuernummer, st.-nr, stnr, german tax number",
		alone: 0.3, broken: 0.2, examples: "2893081508152 9181081508155 5133081508159",
	},
	{
		name: "DE_BUSINESS_ID", authority: "Bundeszentralamt für Steuern, § 139c AO", digit: "ISO 7064 MOD 11,10",
		forms: "de 999999999 99999", check: isDEBusinessID, weak: true,
		words: "wirtschafts-identifikationsnummer, w-idnr, wirtschafts-id, widnr, business identification number",
		alone: 0.8, broken: 0.4, examples: "DE13669597600001",
	},
	{
		name: "DE_ID_CARD", authority: dePapersBy, digit: "7-3-1 (ICAO Doc 9303)",
		forms: "AXXXXXXXX 9d|AXXXXXXXX 9 d|9999999999d|999999999 9 d", check: isDEPapers,
		words: deIDCardWords, alone: 0.7, broken: 0.3, examples: "L01X00T471D T220001293D 2406055684D",
	},
	{
		name: "DE_ID_CARD", authority: dePapersBy, digit: "7-3-1 (ICAO Doc 9303)",
		forms: "AXXXXXXXX 9", check: isDEPapers,
		words: deIDCardWords, alone: 0.45, broken: 0.2, examples: "L01X00T471 T220001293",
	},
	{ // As printed, without the check digit that stands in the machine-readable zone.
		name: "DE_ID_CARD", authority: dePapersBy, digit: "none",
		forms: "AXXXXXXXX|AXXX XXXXX|AXXXXXXXXd", check: isDEPapersPrinted,
		words: deIDCardWords, alone: 0.25, broken: 0.15, examples: "L01X00T47 T22000129",
	},
	{ // Where the ninth is the check digit of eight, as cards of other makers and test data have it.
		name: "DE_ID_CARD", authority: dePapersBy, digit: "7-3-1 (ICAO Doc 9303)",
		forms: "AXXXXXXX9", check: isDEPapersOfEight,
		words: deIDCardWords, alone: 0.5, broken: 0.15, examples: "C01234565 L01X00T44",
	},
	{ // Cards until 2010 began with digits.
		name: "DE_ID_CARD", authority: dePapersBy, digit: "7-3-1 (ICAO Doc 9303)",
		forms: "9999999999", check: checksum.ICAO9303,
		words: deIDCardWords, alone: 0.3, broken: 0.15, examples: "2406055684",
	},
	{
		name: "DE_PASSPORT", authority: dePapersBy, digit: "7-3-1 (ICAO Doc 9303)",
		forms: "AXXXXXXXX 9d|AXXXXXXXX 9 d", check: isDEPassport,
		words: dePassportWords + ", passport", alone: 0.75, broken: 0.3, examples: "C01X00T478D C01X0006H1D",
	},
	{
		name: "DE_PASSPORT", authority: dePapersBy, digit: "7-3-1 (ICAO Doc 9303)",
		forms: "AXXXXXXXX 9", check: isDEPassport,
		words: dePassportWords, alone: 0.48, broken: 0.1, examples: "C01X00T478",
	},
	{
		name: "DE_PASSPORT", authority: dePapersBy, digit: "none",
		forms: "AXXXXXXXX|AXXX XXXXX|AXXXXXXXXd", check: isDEPassportPrinted,
		words: dePassportWords, alone: 0.25, broken: 0.1, examples: "C01X00T47 C01X0006H",
	},
	{
		name: "DE_SOCIAL_SECURITY", authority: "Deutsche Rentenversicherung, § 147 SGB VI, VKVV § 2", digit: "mod 10 of digit sums",
		forms: "99 999999 A 99 9|99 999999 A 999|99 999999 A999|99 99 99 99 A 999|999 99999 A 999", check: isDESocialSecurity,
		words: "rentenversicherungsnummer, rentenversicherungsnr, rentenversicherung, rvnr, rv-nummer, sozialversicherungsnummer, sozialversicherungsausweis, sozialversicherungsnr, sv-nummer, svnr, sv-nr, vsnr, versicherungsnummer, sozialversicherung, german social security number, social security number, pension insurance number",
		alone: 0.85, broken: 0.45, examples: "15070649C103 50150256W493 65151285M014",
	},
	{
		name: "DE_HEALTH_INSURANCE", authority: "GKV-Spitzenverband, § 290 SGB V", digit: "mod 10 of digit sums",
		forms: "A999999999|A 999 999 999|A 999999999|A999 999 999", check: isDEHealthInsurance,
		words: "krankenversichertennummer, krankenversicherungsnummer, krankenversicherten nummer, kvnr, kv-nummer, versichertennummer, versicherten-nr, versichertennr, krankenkassennummer, gesundheitskarte, krankenkasse, krankenversicherung, egk, german health insurance number, health insurance number",
		alone: 0.6, broken: 0.3, examples: "A123456780 C000500021",
	},
	{
		name: "DE_DRIVING_LICENCE", authority: "Kraftfahrt-Bundesamt, FeV Anlage 8", digit: "mod 11",
		forms: "A99XXXXXXXX|A99X XXXXX XX|A99X XXXXX X X|AA99999999X", check: isDEDrivingLicence, weak: true,
		words: "führerschein, führerscheinnummer, führerschein-nr, fuehrerschein, fuehrerscheinnummer, fahrerlaubnis, fahrerlaubnisnummer, fahrerlaubnis-nr, german driving licence, german driver's license",
		alone: 0.6, broken: 0.2, examples: "B072RRE2I55",
	},
	{
		name: "DE_LANR", authority: "Kassenärztliche Bundesvereinigung, Richtlinie nach § 75 Abs. 7 SGB V", digit: "mod 10",
		forms: "999999999|9999999 99", check: isDELANR, weak: true,
		words: "lanr, lebenslange arztnummer, arztnummer, arzt-nr, doctor number",
		alone: 0.3, broken: 0.15, examples: "123456601 987654401",
	},
	{
		name: "DE_BSNR", authority: "Kassenärztliche Bundesvereinigung, Richtlinie nach § 75 Abs. 7 SGB V", digit: "none",
		forms: "999999999|99 9999999", check: isDEBSNR,
		words: "bsnr, betriebsstättennummer, betriebsstaettennummer, betriebsstätten-nr, practice number",
		alone: 0.2, broken: 0.1, examples: "021234568",
	},
	{
		name: "DE_CHILD_BENEFIT", authority: "Familienkasse der Bundesagentur für Arbeit, § 62 EStG", digit: "none",
		forms: "999 fk 999999",
		words: "kindergeldnummer, kindergeld-nr, kindergeld nummer, familienkasse, kindergeld",
		alone: 0.6, examples: "115FK123456",
	},
	{
		name: "DE_HANDELSREGISTER", authority: "Registergerichte, HRV § 13", digit: "none",
		forms: "hrb 999999|hrb 99999|hrb 9999|hrb 999|hrb 99|hrb 9|hra 999999|hra 99999|hra 9999|hra 999|hra 99|hra 9",
		words: "handelsregister, handelsregisternummer, amtsgericht, registergericht, registernummer, german company register",
		alone: 0.85, examples: "HRB123456 HRA12345",
	},
}

// isDETaxID says whether eleven digits are a German tax identification number: the first isn't 0, of the first ten one digit
// stands twice or three times and no more, the last is by ISO 7064 MOD 11,10.
func isDETaxID(c []byte) bool {
	if c[0] == '0' {
		return false
	}
	var count [10]int
	for _, d := range c[:10] {
		count[d-'0']++
	}
	repeated := 0
	for _, n := range count {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	if repeated != 1 {
		return false
	}
	return checksum.Mod11_10(c)
}

// isDETaxNumber13 says whether thirteen digits have the key of a state and the 0 behind the tax office. The check digit of the
// states has a method each, which would have to be told by the tax office.
func isDETaxNumber13(c []byte) bool {
	if c[4] != '0' {
		return false
	}
	switch c[0] {
	case '5', '9': // Nordrhein-Westfalen, Bayern
		return true
	}
	switch decimal(c[:2]) {
	case 10, 11, 21, 22, 23, 24, 26, 27, 28, 30, 31, 32, 40, 41:
		return true
	}
	return false
}

func isDEBusinessID(c []byte) bool { return c[2] != '0' && checksum.Mod11_10(c[2:11]) }

// isDEPapers says whether the serial number of a German identity card or passport fits its check digit. Behind it may
// stand D for the country. Old cards had digits only.
func isDEPapers(c []byte) bool {
	if c[0] > '9' && !isDEPapersPrinted(c[:9]) {
		return false
	}
	return checksum.ICAO9303(c[:10])
}

// isDEPapersPrinted says whether nine characters are of those that German papers use: no vowels and none that look like
// others. An identity card begins with L to Y. Behind them may stand D for the country.
func isDEPapersPrinted(c []byte) bool {
	for i, b := range c[:9] {
		switch b {
		case 'A', 'B', 'D', 'E', 'I', 'O', 'Q', 'S', 'U':
			return false
		}
		if i == 0 && (b <= '9' || b == 'Z') {
			return false
		}
	}
	return true
}

// isDEPapersOfEight says whether the last of nine characters is the check digit of the others.
func isDEPapersOfEight(c []byte) bool { return isDEPapersPrinted(c) && checksum.ICAO9303(c) }

// isDEPassport is isDEPapers for passports, which begin with C to K.
func isDEPassport(c []byte) bool { return c[0] <= 'K' && isDEPapers(c) }

func isDEPassportPrinted(c []byte) bool { return c[0] <= 'K' && isDEPapersPrinted(c) }

// sumOfDigitSums adds the digits of the products of digits and weights. A letter stands for two digits, 01 to 26.
func sumOfDigitSums(c []byte, weights ...int) (sum int) {
	at := 0
	add := func(d int) {
		product := d * weights[at]
		sum += product/10 + product%10
		at++
	}
	for _, b := range c {
		if b > '9' {
			n := int(b-'A') + 1
			add(n / 10)
			add(n % 10)
			continue
		}
		add(int(b - '0'))
	}
	return sum
}

// isDESocialSecurity says whether twelve characters are a German insurance number: the area, the day of birth as DDMMYY,
// the first letter of the name at birth, a serial number that tells the sex, the check digit.
func isDESocialSecurity(c []byte) bool {
	if c[0] == '0' && c[1] < '2' || !isDayOfAny(decimal(c[6:8]), decimal(c[4:6]), decimal(c[2:4])) {
		return false
	}
	return sumOfDigitSums(c[:11], 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)%10 == int(c[11]-'0')
}

// isDEHealthInsurance says whether a letter and nine digits are the part of a German health insurance number that stays the
// same for life.
func isDEHealthInsurance(c []byte) bool {
	return sumOfDigitSums(c[:9], 1, 2, 1, 2, 1, 2, 1, 2, 1, 2)%10 == int(c[9]-'0')
}

// isDEDrivingLicence says whether eleven characters are a German driving licence: the state (A to P), the authority, a
// serial number, the check digit or X for 10, the number of the copy.
func isDEDrivingLicence(c []byte) bool {
	if c[0] > 'P' {
		return false
	}
	sum := 0
	for i, b := range c[:9] {
		v := int(b - '0')
		if b > '9' {
			v = int(b-'A') + 10
		}
		sum += v * (9 - i)
	}
	return "0123456789X"[sum%11] == c[9]
}

// isDELANR says whether nine digits are the number of a German doctor: six, the check digit, two for the field.
func isDELANR(c []byte) bool {
	return (10-checksum.Weighted(c[:6], 4, 9, 4, 9, 4, 9)%10)%10 == int(c[6]-'0')
}

// isDEBSNR says whether nine digits begin with the key of a German association of doctors.
func isDEBSNR(c []byte) bool { return decimal(c[:2]) > 0 }
