package detectors

// Type names a class of personal data. Its zero value is no type. The numbers are not stable between versions: what is
// written down (records, quarantine entries, policies) is the name.
type Type uint8

// The types. Which of them this version finds is in README.md.
const (
	_ Type = iota

	Person
	Email
	Phone
	Address
	Postcode
	Location
	Org
	DateOfBirth
	Date
	Age

	CreditCard
	CardCVV
	CardExpiry
	PIN
	OTP
	IBAN
	BIC
	BankAccount
	SortCode
	CryptoAddress

	IPAddress
	MACAddress
	URL
	Username
	Password
	Secret
	SessionID
	Coordinates
	IMEI
	IMSI
	ICCID
	SIPURI

	VehiclePlate
	VIN
	AccountID
	OrderID
	Number  // a run of digits redacted without a known type
	Spelled // a run of spelled letters redacted without a known type

	USSSN
	USITIN
	USEIN
	USPassport
	USDriverLicense
	USMBI
	USNPI
	USDEA
	USRouting

	UKNINO
	UKNHS
	UKUTR
	UKDrivingLicence
	UKPassport

	INAadhaar
	INPAN
	INGSTIN
	INVoterID
	INDrivingLicence
	INPassport
	INUPI
	INIFSC

	DETaxID
	FRNIR
	ESNIF
	EUVAT

	typeCount
)

var typeNames = [typeCount]string{
	Person: "PERSON", Email: "EMAIL", Phone: "PHONE", Address: "ADDRESS", Postcode: "POSTCODE", Location: "LOCATION",
	Org: "ORG", DateOfBirth: "DATE_OF_BIRTH", Date: "DATE", Age: "AGE",

	CreditCard: "CREDIT_CARD", CardCVV: "CARD_CVV", CardExpiry: "CARD_EXPIRY", PIN: "PIN", OTP: "OTP", IBAN: "IBAN",
	BIC: "BIC", BankAccount: "BANK_ACCOUNT", SortCode: "SORT_CODE", CryptoAddress: "CRYPTO_ADDRESS",

	IPAddress: "IP_ADDRESS", MACAddress: "MAC_ADDRESS", URL: "URL", Username: "USERNAME", Password: "PASSWORD",
	Secret: "SECRET", SessionID: "SESSION_ID", Coordinates: "COORDINATES", IMEI: "IMEI", IMSI: "IMSI", ICCID: "ICCID",
	SIPURI: "SIP_URI",

	VehiclePlate: "VEHICLE_PLATE", VIN: "VIN", AccountID: "ACCOUNT_ID", OrderID: "ORDER_ID", Number: "NUMBER",
	Spelled: "SPELLED",

	USSSN: "US_SSN", USITIN: "US_ITIN", USEIN: "US_EIN", USPassport: "US_PASSPORT", USDriverLicense: "US_DRIVER_LICENSE",
	USMBI: "US_MBI", USNPI: "US_NPI", USDEA: "US_DEA", USRouting: "US_ROUTING",

	UKNINO: "UK_NINO", UKNHS: "UK_NHS", UKUTR: "UK_UTR", UKDrivingLicence: "UK_DRIVING_LICENCE",
	UKPassport: "UK_PASSPORT",

	INAadhaar: "IN_AADHAAR", INPAN: "IN_PAN", INGSTIN: "IN_GSTIN", INVoterID: "IN_VOTER_ID",
	INDrivingLicence: "IN_DRIVING_LICENCE", INPassport: "IN_PASSPORT", INUPI: "IN_UPI", INIFSC: "IN_IFSC",

	DETaxID: "DE_TAX_ID", FRNIR: "FR_NIR", ESNIF: "ES_NIF", EUVAT: "EU_VAT",
}

// String gives the name as it stands in records and policies ("EMAIL"), or "UNKNOWN".
func (t Type) String() string {
	if t == 0 || t >= typeCount {
		return "UNKNOWN"
	}
	return typeNames[t]
}

// ParseType finds the type with a name. Names are exact: upper case, no spaces.
func ParseType(name string) (Type, bool) {
	for t := Type(1); t < typeCount; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return 0, false
}

// Types lists every type, in a fixed order.
func Types() []Type {
	all := make([]Type, 0, typeCount-1)
	for t := Type(1); t < typeCount; t++ {
		all = append(all, t)
	}
	return all
}

// yields says that a type is one that policies commonly keep: when its region overlaps another finding, the other's
// label stands, so that keeping dates or links never keeps an e-mail address inside one.
func (t Type) yields() bool {
	switch t {
	case URL, Date, Age, Location, Org:
		return true
	}
	return false
}
