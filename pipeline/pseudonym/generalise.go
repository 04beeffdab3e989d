package pseudonym

// coarser appends a coarser value to dst, and is false where it can't read the value.
type coarser func(dst, value, canonical []byte) ([]byte, bool)

// generalisation is one way to make values of a type coarser.
type generalisation struct {
	to    string
	field coarser
	text  coarser // nil where nothing with a closed form comes out, see isGeneral
}

// The generalisations, the default first.
var (
	datesTo = []generalisation{
		both("month", dateTo(toMonth)), both("quarter", dateTo(toQuarter)), both("year", dateTo(toYear)), both("decade", dateTo(toDecade)),
		field("day", dateTo(toDay)), field("hour", dateTo(toHour)), field("minute", dateTo(toMinute)),
	}
	birthsTo    = []generalisation{both("year", dateTo(toYear)), both("decade", dateTo(toDecade)), both("quarter", dateTo(toQuarter)), both("month", dateTo(toMonth))}
	timesTo     = []generalisation{field("hour", timeToHour), field("minute", timeToMinute), field("part", timeToPart)}
	agesTo      = []generalisation{both("10", ageTo10), both("5", ageTo5)}
	postcodesTo = []generalisation{both("area", postcodeToArea), both("district", postcodeToDistrict)}
	networksTo  = []generalisation{{"network", ipToNetwork, ipToNetworkInText}, both("wide", ipToWide)}
	phonesTo    = []generalisation{both("line", phoneToLine), both("country", phoneToCountry)}
	ibansTo     = []generalisation{both("country", ibanToCountry)}
	amountsTo   = []generalisation{field("amount", amountToBucket), field("magnitude", amountToMagnitude)}
	durationsTo = []generalisation{field("duration", durationToBucket), field("duration-ms", millisToBucket)}
	agentsTo    = []generalisation{field("version", agentToVersion), field("family", agentToFamily)}
	routesTo    = []generalisation{field("route", urlToRoute), field("site", urlToSite)}
	numbersTo   = append(append([]generalisation{}, amountsTo...), durationsTo...)
)

func both(to string, c coarser) generalisation  { return generalisation{to, c, c} }
func field(to string, c coarser) generalisation { return generalisation{to, c, nil} }

// generalisations gives those of a type: of detectors, or AMOUNT, DURATION, TIME, USER_AGENT and PATH, which are none but may be
// fields. What a user's own rule finds is CUSTOM and may be a number.
func generalisations(typ string) []generalisation {
	switch typ {
	case "DATE":
		return datesTo
	case "DATE_OF_BIRTH":
		return birthsTo
	case "TIME":
		return timesTo
	case "AGE":
		return agesTo
	case "POSTCODE":
		return postcodesTo
	case "IP_ADDRESS":
		return networksTo
	case "PHONE":
		return phonesTo
	case "IBAN":
		return ibansTo
	case "AMOUNT":
		return amountsTo
	case "DURATION":
		return durationsTo
	case "USER_AGENT":
		return agentsTo
	case "URL", "PATH":
		return routesTo
	case "NUMBER", "CUSTOM":
		return numbersTo
	}
	return nil
}

// Generalisations lists how values of a type can be made coarser, the default first; none for most types.
func Generalisations(typ string) (names []string) {
	for _, g := range generalisations(typ) {
		names = append(names, g.to)
	}
	return names
}

// GeneralisationsInText lists those of Generalisations that AppendGeneralText knows.
func GeneralisationsInText(typ string) (names []string) {
	for _, g := range generalisations(typ) {
		if g.text != nil {
			names = append(names, g.to)
		}
	}
	return names
}

// AppendGeneral appends a coarser value: of a date the month, of a telephone number country and kind of line. To is one of
// Generalisations, "" for the first. Value is the text as found, canonical what detectors make of it, or nil. What can't be
// read, or isn't fine enough for to be reached, may come out coarser still; what can't be read at all is false, and
// nothing is appended. Generalising again changes nothing.
func AppendGeneral(dst []byte, typ, to string, value, canonical []byte) (out []byte, ok bool) {
	g := findGeneralisation(typ, to)
	if g == nil {
		return dst, false
	}
	out, ok = g.field(dst, value, canonical)
	if !ok {
		return dst, false
	}
	return out, true
}

// AppendGeneralText is AppendGeneral for text: "[AGE:40-49]", and "[AGE]" where it can't be told. What stands in the brackets has a
// closed form that detectors pass over. There is none for what GeneralisationsInText leaves out; IPv6 has half as many bits as in fields.
func AppendGeneralText(dst []byte, typ, to string, value, canonical []byte) []byte {
	g := findGeneralisation(typ, to)
	if g == nil || g.text == nil {
		return AppendType(dst, typ)
	}
	start := len(dst)
	dst = append(append(append(dst, '['), typ...), ':')
	body := len(dst)
	dst, ok := g.text(dst, value, canonical)
	if !ok || !isGeneral(typ, dst[body:]) {
		return AppendType(dst[:start], typ)
	}
	return append(dst, ']')
}

func findGeneralisation(typ, to string) *generalisation {
	if NeverStored(typ) {
		return nil
	}
	list := generalisations(typ)
	for i := range list {
		if to == "" || list[i].to == to {
			return &list[i]
		}
	}
	return nil
}
