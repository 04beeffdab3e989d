package detectors

import "slices"

// Type names a class of personal data. Its zero value is no type. The numbers are not stable between versions: what is
// written down (records, quarantine entries, policies) is the name. Types that the catalogue finds by their form have no
// constant: ParseType knows them by name.
type Type uint16

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
	DeviceID // of an app's or an advertiser's: IDFA, Android id

	VehiclePlate
	VIN
	AccountID
	OrderID
	Number  // a run of digits redacted without a known type
	Spelled // a run of spelled letters redacted without a known type

	Custom // what a user's rule finds under a name that is no type

	USSSN
	USITIN
	UKNINO
	INAadhaar
	INPAN
	INUPI

	namedTypes
)

var constantNames = [namedTypes]string{
	Person: "PERSON", Email: "EMAIL", Phone: "PHONE", Address: "ADDRESS", Postcode: "POSTCODE", Location: "LOCATION",
	Org: "ORG", DateOfBirth: "DATE_OF_BIRTH", Date: "DATE", Age: "AGE",

	CreditCard: "CREDIT_CARD", CardCVV: "CARD_CVV", CardExpiry: "CARD_EXPIRY", PIN: "PIN", OTP: "OTP", IBAN: "IBAN",
	BIC: "BIC", BankAccount: "BANK_ACCOUNT", SortCode: "SORT_CODE", CryptoAddress: "CRYPTO_ADDRESS",

	IPAddress: "IP_ADDRESS", MACAddress: "MAC_ADDRESS", URL: "URL", Username: "USERNAME", Password: "PASSWORD",
	Secret: "SECRET", SessionID: "SESSION_ID", Coordinates: "COORDINATES", IMEI: "IMEI", IMSI: "IMSI", ICCID: "ICCID",
	SIPURI: "SIP_URI", DeviceID: "DEVICE_ID",

	VehiclePlate: "VEHICLE_PLATE", VIN: "VIN", AccountID: "ACCOUNT_ID", OrderID: "ORDER_ID", Number: "NUMBER",
	Spelled: "SPELLED",

	Custom: "CUSTOM",

	USSSN: "US_SSN", USITIN: "US_ITIN", UKNINO: "UK_NINO", INAadhaar: "IN_AADHAAR", INPAN: "IN_PAN", INUPI: "IN_UPI",
}

// typeNames are the names of all types: those with a constant, then those of the catalogue's forms.
var typeNames = func() []string {
	names := constantNames[:]
	for _, list := range countries {
		for i := range list.ids {
			if !slices.Contains(names, list.ids[i].name) {
				names = append(names, list.ids[i].name)
			}
		}
	}
	return names
}()

// TypesMax is more than there are types: the length of an array that is indexed by Type.
const TypesMax = 512

// String gives the name as it stands in records and policies ("EMAIL"), or "UNKNOWN".
func (t Type) String() string {
	if t == 0 || int(t) >= len(typeNames) {
		return "UNKNOWN"
	}
	return typeNames[t]
}

// ParseType finds the type with a name. Names are exact: upper case, no spaces.
func ParseType(name string) (Type, bool) {
	if i := slices.Index(typeNames, name); i > 0 {
		return Type(i), true
	}
	return 0, false
}

// Types lists every type, in a fixed order.
func Types() []Type {
	all := make([]Type, 0, len(typeNames)-1)
	for i := 1; i < len(typeNames); i++ {
		all = append(all, Type(i))
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
