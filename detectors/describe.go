package detectors

// Description says what a type is and who fixes its form, for the documentation.
type Description struct {
	Type      Type
	Detector  string // the name in Finding.Detector
	Authority string // who issues it, and the text that fixes the form
	Digit     string // the check digit; "none" where there is none
}

// Describe lists what is found, in the order of the catalogue. A type that is found in several ways has several
// descriptions.
func Describe() []Description {
	entries := catalog()
	var all []Description
	for i := range entries {
		e := &entries[i]
		for _, t := range e.types {
			d := described[t]
			if d.digit == "" {
				d.digit = "none"
			}
			all = append(all, Description{Type: t, Detector: e.name, Authority: d.authority, Digit: d.digit})
		}
		for k := range e.ids {
			id := &e.ids[k]
			if t, ok := ParseType(id.name); ok {
				all = append(all, Description{Type: t, Detector: e.name, Authority: id.authority, Digit: id.digit})
			}
		}
	}
	return all
}

// described says what stands behind the types that are found by code of their own.
var described = [namedTypes]struct{ authority, digit string }{
	Email:         {"RFC 5321, RFC 6531 as practised", ""},
	URL:           {"RFC 3986: http, https, ftp, ws, www", ""},
	IPAddress:     {"RFC 791, RFC 4291", ""},
	MACAddress:    {"IEEE 802: EUI-48", ""},
	IBAN:          {"ISO 13616, registry of SWIFT", "mod 97"},
	CreditCard:    {"ISO/IEC 7812-1: issuer ranges", "Luhn"},
	CardCVV:       {"by words", ""},
	CardExpiry:    {"by words", ""},
	PIN:           {"by words", ""},
	OTP:           {"by words", ""},
	Phone:         {"ITU-T E.164, national numbering plans", ""},
	USSSN:         {"Social Security Administration: areas", ""},
	USITIN:        {"Internal Revenue Service: areas", ""},
	UKNINO:        {"HM Revenue & Customs, NIM39110: prefixes", ""},
	INAadhaar:     {"Unique Identification Authority of India", "Verhoeff"},
	INPAN:         {"Income Tax Department: fourth letter", ""},
	DateOfBirth:   {"a date beside a word for birth", ""},
	AccountID:     {"by words", ""},
	BankAccount:   {"by words", ""},
	Number:        {"a long run of digits without a known type", ""},
	Location:      {"a model trained on names", ""},
	Org:           {"a model trained on names", ""},
	Spelled:       {"letters said one by one", ""},
	Secret:        {"formats of those who issue them", ""},
	Password:      {"by words", ""},
	SessionID:     {"by words", ""},
	Person:        {"a model trained on names", ""},
	Address:       {"street forms of each country", ""},
	Postcode:      {"postal authorities", ""},
	Date:          {"written forms", ""},
	Age:           {"by words", ""},
	BIC:           {"ISO 9362", ""},
	CryptoAddress: {"the currencies' own forms", "base58check, bech32, EIP-55"},
	Coordinates:   {"ISO 6709 and decimal degrees", ""},
	SIPURI:        {"RFC 3261, RFC 3966", ""},
	DeviceID:      {"makers of devices and of their systems", ""},
	IMEI:          {"3GPP TS 23.003", "Luhn"},
	IMSI:          {"ITU-T E.212", ""},
	ICCID:         {"ITU-T E.118", "Luhn"},
	Username:      {"by words", ""},
	INUPI:         {"NPCI: handles of banks", ""},
	OrderID:       {"by words", ""},
}
