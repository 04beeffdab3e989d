package detectors

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors/scan"
)

// generalForms are the forms of generalised values by the name of their type, as pipeline/pseudonym writes them (its generalise_text.go):
// # is a digit, ! 1 or 2, & 0 or 1, $ 0 to 4, @ a capital, anything else itself. They are tight so that no identifier can hide in one.
var generalForms = map[string][]string{
	"DATE":          dateForms,
	"DATE_OF_BIRTH": dateForms,
	"AGE":           {"0-9", "0-4", "5-9", "##-##", "90+"},
	"POSTCODE":      {"#", "##", "###", "@", "@@", "@@@", "@#", "@##", "@#@", "@@#", "@@##", "@@#@"},
	"PHONE":         {"@@", "@@ mobile", "@@ fixed", "@@ freephone", "@@ premium", "@@ other"},
	"IBAN":          {"@@"},
}

var dateForms = []string{"!###", "!##0s", "!###-Q$", "!###-&#", "--&#"}

// generalTail reads ":40-49]" or ":**0123]" at i behind the name of a type and gives the place of the bracket, or 0.
func generalTail(b, name []byte, i int) int {
	const longest = 24
	if b[i] != ':' {
		return 0
	}
	n := bytes.IndexByte(b[i:min(len(b), i+longest)], ']')
	if n < 1 {
		return 0
	}
	value := b[i+1 : i+n]
	if string(name) == "IP_ADDRESS" && isNetwork(value) || isMask(value) && !neverStored(name) {
		return i + n
	}
	for _, form := range generalForms[string(name)] {
		if hasForm(value, form) {
			return i + n
		}
	}
	return 0
}

// isMask says whether b is a masked value: two stars, and up to four letters and digits at both sides together.
func isMask(b []byte) bool {
	const most = 4
	start, end, found := bytes.Cut(b, []byte("**"))
	if !found || len(start)+len(end) == 0 || len(start)+len(end) > most {
		return false
	}
	for i, c := range b {
		if !scan.IsDigit(c) && !scan.IsLetter(c) && i != len(start) && i != len(start)+1 {
			return false
		}
	}
	return true
}

// neverStored says whether a type is one of which nothing may be shown, so that no mask of it is ours.
func neverStored(name []byte) bool {
	switch string(name) {
	case "CREDIT_CARD", "CARD_CVV", "PIN", "OTP", "PASSWORD", "SECRET", "SESSION_ID":
		return true
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

// isNetwork says whether b is the network of an address: 203.0.113.0 with up to 24 bits, 2001:db8:: with up to 32.
func isNetwork(b []byte) bool {
	slash := bytes.IndexByte(b, '/')
	if slash < 0 || len(b)-slash < 2 || len(b)-slash > 3 {
		return false
	}
	bits := 0
	for _, c := range b[slash+1:] {
		if !scan.IsDigit(c) {
			return false
		}
		bits = bits*10 + int(c-'0')
	}
	b = b[:slash]
	if address, ok := bytes.CutSuffix(b, []byte("::")); ok {
		return bits <= 32 && areGroups(address)
	}
	address, ok := bytes.CutSuffix(b, []byte(".0"))
	return ok && bits <= 24 && areOctets(address)
}

// areGroups says whether b is up to two groups of an IPv6 address.
func areGroups(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	first, second, two := bytes.Cut(b, []byte(":"))
	return isGroup(first) && (!two || isGroup(second))
}

func isGroup(b []byte) bool {
	for _, c := range b {
		if !scan.IsDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(b) >= 1 && len(b) <= 4
}

// areOctets says whether b is three numbers below 256.
func areOctets(b []byte) bool {
	octets := 0
	for more := true; more; octets++ {
		var octet []byte
		if octet, b, more = bytes.Cut(b, []byte(".")); len(octet) == 0 || len(octet) > 3 || octets == 3 {
			return false
		}
		v := 0
		for _, c := range octet {
			if !scan.IsDigit(c) {
				return false
			}
			v = v*10 + int(c-'0')
		}
		if v > 255 {
			return false
		}
	}
	return octets == 3
}
