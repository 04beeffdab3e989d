package main

import (
	"slices"
	"strings"

	"github.com/sonexlabs/tacet/detectors"
)

// entity is what a peer's name for a kind of data means here.
type entity struct {
	types string // of findings, separated by spaces
	word  string // that people put in front of it
	// narrow says that it is one country's part of a type of ours, so that a finding doesn't contradict "none of these".
	narrow bool
	// predicate says that it is a property of strings and no kind of data.
	predicate bool
}

func (m *entity) is(t detectors.Type) bool {
	return slices.Contains(strings.Fields(m.types), t.String())
}

// entityOf gives the meaning of a peer's name. A name that isn't listed is one of ours.
func entityOf(name string) entity {
	if m, ok := entities[name]; ok {
		if m.types == "" {
			m.types = name
		}
		return m
	}
	_, word, _ := strings.Cut(name, "_")
	return entity{types: name, word: strings.ToLower(strings.ReplaceAll(word, "_", " "))}
}

// entities are the names of peers. Where there is no type of ours, as for countries that aren't covered, nothing bears the
// right type, and what must be found is found as something.
var entities = map[string]entity{
	"US_ABA_ROUTING":            {types: "US_ROUTING", word: "routing number"},
	"ABA_ROUTING_NUMBER":        {types: "US_ROUTING", word: "routing number"},
	"US_BANK_NUMBER":            {types: "BANK_ACCOUNT ACCOUNT_ID", word: "bank account number"},
	"US_DEA":                    {word: "DEA number"},
	"MEDICAL_LICENSE":           {types: "US_DEA", word: "DEA number"},
	"US_NPI":                    {word: "NPI"},
	"US_MBI":                    {word: "Medicare ID"},
	"US_SSN":                    {word: "social security number"},
	"US_ITIN":                   {word: "ITIN"},
	"US_PASSPORT":               {word: "passport number"},
	"US_DRIVER_LICENSE":         {word: "driver license"},
	"UK_NHS":                    {word: "NHS number"},
	"UK_NINO":                   {word: "national insurance number"},
	"UK_TRN":                    {types: "UK_UTR", word: "UTR"},
	"UK_PASSPORT":               {word: "passport number"},
	"UK_DRIVING_LICENCE":        {word: "driving licence"},
	"UK_POSTCODE":               {types: "POSTCODE ADDRESS", word: "postcode"},
	"UK_VEHICLE_REGISTRATION":   {types: "VEHICLE_PLATE", word: "registration number"},
	"IN_AADHAAR":                {word: "Aadhaar number"},
	"IN_PAN":                    {word: "PAN"},
	"IN_GSTIN":                  {word: "GSTIN"},
	"IN_PASSPORT":               {word: "passport number"},
	"IN_VOTER":                  {types: "IN_VOTER_ID", word: "voter id"},
	"IN_VEHICLE_REGISTRATION":   {types: "VEHICLE_PLATE", word: "vehicle registration"},
	"AT_SVNR":                   {word: "Sozialversicherungsnummer"},
	"BE_NRN":                    {word: "rijksregisternummer"},
	"BG_EGN":                    {word: "ЕГН"},
	"CZ_RC":                     {word: "rodné číslo"},
	"CZ_TIN":                    {types: "CZ_DIC CZ_RC CZ_TIN EU_VAT", word: "DIČ"},
	"DE_ID_CARD":                {types: "DE_ID_CARD DE_PASSPORT", word: "Personalausweis"},
	"DE_PASSPORT":               {types: "DE_PASSPORT DE_ID_CARD", word: "Reisepass"},
	"DE_SVNR":                   {word: "Sozialversicherungsnummer"},
	"DE_SOCIAL_SECURITY":        {types: "DE_SVNR", word: "Rentenversicherungsnummer"},
	"DE_TAX_ID":                 {word: "Steuer-ID"},
	"DE_TAX_NUMBER":             {types: "DE_TAX_NUMBER DE_STEUERNUMMER", word: "Steuernummer"},
	"DE_VAT_ID":                 {types: "EU_VAT DE_VAT", word: "USt-IdNr"},
	"DE_HEALTH_INSURANCE":       {types: "DE_KVNR DE_HEALTH_INSURANCE", word: "Krankenversichertennummer"},
	"DE_FUEHRERSCHEIN":          {types: "DE_DRIVING_LICENCE", word: "Führerschein"},
	"DE_HANDELSREGISTER":        {types: "DE_HANDELSREGISTER DE_HRB", word: "Handelsregister"},
	"DE_BSNR":                   {word: "Betriebsstättennummer"},
	"DE_LANR":                   {word: "Arztnummer"},
	"DE_KFZ":                    {types: "VEHICLE_PLATE", word: "Kennzeichen"},
	"DE_PLZ":                    {types: "POSTCODE ADDRESS", word: "Postleitzahl"},
	"EE_IK":                     {word: "isikukood"},
	"ES_DNI_NIE":                {types: "ES_NIF ES_DNI ES_NIE", word: "DNI"},
	"ES_NIF":                    {types: "ES_NIF ES_DNI", word: "NIF"},
	"ES_NIE":                    {types: "ES_NIE ES_NIF", word: "NIE"},
	"ES_NUSS":                   {types: "ES_NUSS ES_NSS", word: "seguridad social"},
	"ES_PASSPORT":               {word: "pasaporte"},
	"FI_HETU":                   {word: "henkilötunnus"},
	"FI_PERSONAL_IDENTITY_CODE": {types: "FI_HETU", word: "henkilötunnus"},
	"FR_NIF":                    {types: "FR_NIF FR_SPI FR_TAX_ID", word: "numéro fiscal"},
	"FR_NIR":                    {word: "sécurité sociale"},
	"GR_AFM":                    {word: "ΑΦΜ"},
	"GR_AMKA":                   {word: "ΑΜΚΑ"},
	"HU_TIN":                    {types: "HU_TIN HU_ADOAZONOSITO HU_TAX_ID", word: "adóazonosító jel"},
	"IE_PPS":                    {word: "PPS number"},
	"IT_FISCAL_CODE":            {types: "IT_CODICE_FISCALE IT_FISCAL_CODE", word: "codice fiscale"},
	"IT_VAT_CODE":               {types: "IT_PARTITA_IVA IT_VAT EU_VAT", word: "partita IVA"},
	"IT_DRIVER_LICENSE":         {types: "IT_DRIVING_LICENCE", word: "patente"},
	"IT_IDENTITY_CARD":          {types: "IT_ID_CARD", word: "carta d'identità"},
	"IT_PASSPORT":               {word: "passaporto"},
	"LT_AK":                     {word: "asmens kodas"},
	"LU_NIN":                    {word: "matricule"},
	"LV_PK":                     {word: "personas kods"},
	"NL_BSN":                    {word: "BSN"},
	"NL_PASSPORT":               {types: "NL_PASSPORT NL_ID_CARD", word: "paspoort"},
	"PL_NIP":                    {word: "NIP"},
	"PL_PESEL":                  {word: "PESEL"},
	"PT_NIF":                    {word: "NIF"},
	"RO_CNP":                    {word: "CNP"},
	"SE_PERSONNUMMER":           {types: "SE_PERSONNUMMER SE_SAMORDNINGSNUMMER", word: "personnummer"},
	"SE_COORDINATION":           {types: "SE_SAMORDNINGSNUMMER SE_PERSONNUMMER SE_COORDINATION", word: "samordningsnummer"},
	"SE_ORGANISATIONSNUMMER":    {types: "SE_ORGANISATIONSNUMMER SE_ORGNR", word: "organisationsnummer"},
	"SI_EMSO":                   {word: "EMŠO"},
	"SI_TIN":                    {word: "davčna številka"},

	"CREDIT_CARD":             {word: "credit card"},
	"LUHN":                    {types: "CREDIT_CARD", word: "card number"},
	"VERHOEFF":                {types: "IN_AADHAAR", word: "Aadhaar number"},
	"Mod11_10checksum":        {types: "DE_TAX_ID HR_OIB", word: "tax id"},
	"Mod11_2checksum":         {word: "id number"},
	"IBAN":                    {word: "IBAN"},
	"IBAN_CODE":               {types: "IBAN", word: "IBAN"},
	"CRYPTO":                  {types: "CRYPTO_ADDRESS", word: "wallet address"},
	"CRYPTO_BTC":              {types: "CRYPTO_ADDRESS", word: "bitcoin address"},
	"CRYPTO_ETH":              {types: "CRYPTO_ADDRESS", word: "ethereum address"},
	"CRYPTO_XMR":              {types: "CRYPTO_ADDRESS", word: "monero address"},
	"SECRET_ATLASSIAN":        {types: "SECRET", word: "api token"},
	"SECRET_GITHUB":           {types: "SECRET", word: "token"},
	"SECRET_ENTROPY":          {types: "SECRET PASSWORD", word: "api key"},
	"SECRET_TOKEN_EFFICIENCY": {types: "SECRET PASSWORD", word: "api key"},
	"NON_HEX":                 {predicate: true},
	"DATE_TIME":               {types: "DATE DATE_OF_BIRTH CARD_EXPIRY", word: "date"},
	"EMAIL_ADDRESS":           {types: "EMAIL", word: "e-mail"},
	"IP_ADDRESS":              {word: "IP"},
	"MAC_ADDRESS":             {word: "MAC"},
	"URL":                     {word: "link"},
	"PERSON":                  {word: "name"},
	"PHONE_NUMBER":            {types: "PHONE", word: "phone number"},
	"PH_MOBILE_NUMBER":        {types: "PHONE", word: "mobile number", narrow: true},
	"TR_PHONE_NUMBER":         {types: "PHONE", word: "phone number", narrow: true},
	"TR_LICENSE_PLATE":        {types: "VEHICLE_PLATE", word: "number plate"},
	"NG_VEHICLE_REGISTRATION": {types: "VEHICLE_PLATE", word: "plate number"},
	"TR_NATIONAL_ID":          {word: "national id"},
	"NG_NIN":                  {word: "national identification number"},
	"PH_TIN":                  {word: "tax identification number"},
	"AU_ABN":                  {word: "ABN"},
	"AU_ACN":                  {word: "ACN"},
	"AU_MEDICARE":             {word: "Medicare number"},
	"AU_TFN":                  {word: "tax file number"},
	"BR_CNPJ":                 {word: "CNPJ"},
	"BR_CPF":                  {word: "CPF"},
	"CA_SIN":                  {word: "social insurance number"},
	"CN_ID":                   {word: "id number"},
	"KR_BRN":                  {word: "business registration number"},
	"KR_DRIVER_LICENSE":       {word: "driver license"},
	"KR_FRN":                  {word: "registration number"},
	"KR_PASSPORT":             {word: "passport number"},
	"KR_RRN":                  {word: "registration number"},
	"SG_NRIC":                 {word: "NRIC"},
	"SG_NRIC_FIN":             {word: "FIN"},
	"SG_UEN":                  {word: "registration number"},
	"TH_TNIN":                 {word: "national id"},
	"ZA_ID_NUMBER":            {word: "id number"},
}
