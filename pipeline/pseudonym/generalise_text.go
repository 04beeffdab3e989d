package pseudonym

import "bytes"

// The forms of what generalised values in text hold, by type: # is a digit, ! 1 or 2, & 0 or 1, $ 0 to 4, @ a capital, anything else itself.
// They are tight, so that no identifier, and no number that logs put in brackets, can hide in one. detectors has the same (inert.go).
var (
	dateForms  = []string{"!###", "!##0s", "!###-Q$", "!###-&#", "--&#"}
	ageForms   = []string{"0-9", "0-4", "5-9", "##-##", "90+"}
	codeForms  = []string{"#", "##", "###", "@", "@@", "@@@", "@#", "@##", "@#@", "@@#", "@@##", "@@#@"}
	phoneForms = []string{"@@", "@@ mobile", "@@ fixed", "@@ freephone", "@@ premium", "@@ other"}
	bankForms  = []string{"@@"}
)

// isGeneral tells whether a generalised value of a type may be so.
func isGeneral(typ string, b []byte) bool {
	var forms []string
	switch typ {
	case "DATE", "DATE_OF_BIRTH":
		forms = dateForms
	case "AGE":
		forms = ageForms
	case "POSTCODE":
		forms = codeForms
	case "PHONE":
		forms = phoneForms
	case "IBAN":
		forms = bankForms
	case "IP_ADDRESS":
		return isNetwork(b)
	}
	for _, form := range forms {
		if hasForm(b, form) {
			return true
		}
	}
	return false
}

func hasForm(b []byte, form string) bool {
	if len(b) != len(form) {
		return false
	}
	for i, c := range b {
		first, last := form[i], form[i]
		switch form[i] {
		case '#':
			first, last = '0', '9'
		case '!':
			first, last = '1', '2'
		case '&':
			first, last = '0', '1'
		case '$':
			first, last = '0', '4'
		case '@':
			first, last = 'A', 'Z'
		}
		if c < first || c > last {
			return false
		}
	}
	return true
}

// isNetwork tells whether b is 203.0.113.0 with up to 24 bits, or 2001:db8:: with up to 32.
func isNetwork(b []byte) bool {
	slash := bytes.IndexByte(b, '/')
	if slash < 0 || digitsAt(b, slash+1) != len(b)-slash-1 || len(b)-slash > 3 || len(b)-slash < 2 {
		return false
	}
	bits := number(b[slash+1:])
	b = b[:slash]
	if bytes.HasSuffix(b, []byte(".0")) {
		_, ok := readIPv4(b)
		return ok && bits <= 24
	}
	ip, ok := readIPv6(b)
	return ok && bits <= 32 && bytes.HasSuffix(b, []byte("::")) && ip[2]|ip[3]|ip[4]|ip[5]|ip[6]|ip[7] == 0
}

// matchGeneral reads ":40-49" or ":**0123" at i behind a type's name, and gives the place behind it, 0 where there is none.
func matchGeneral(typ, b []byte, i int) int {
	const longest = 24
	n := bytes.IndexByte(b[i:min(len(b), i+longest)], ']')
	if n < 1 {
		return 0
	}
	if value := b[i+1 : i+n]; isGeneral(string(typ), value) || isMask(value) && !NeverStored(string(typ)) {
		return i + n
	}
	return 0
}
