package pseudonym

import (
	"bytes"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Canonical appends what all spellings of a value of a type have in common, from a field as it was written or from what
// detectors say of a text, spoken or written: tokens, ids of people and invented values are made of it. A value that is canonical
// stays as it is. It belongs to the version of tokens: testdata/canonical.txt holds it, and a line that changes there breaks joins
// with what was written before.
//
// Of types that detectors don't know (USER_ID, the name of a field) it is the value itself: an id is what its maker says it is.
func Canonical(dst []byte, typ string, value []byte) []byte {
	switch typ {
	case "EMAIL", "SIP_URI", "IN_UPI":
		return appendFolded(dst, bytes.TrimSpace(value))
	case "PHONE":
		return appendPhone(dst, value)
	case "IP_ADDRESS":
		return appendAddress(dst, bytes.TrimSpace(value))
	case "PERSON", "ADDRESS", "LOCATION", "ORG", "USERNAME":
		return appendFolded(dst, value)
	case "IBAN", "BIC", "SORT_CODE", "BANK_ACCOUNT", "IMEI", "IMSI", "ICCID", "VIN", "VEHICLE_PLATE", "POSTCODE", "ACCOUNT_ID",
		"ORDER_ID", "MAC_ADDRESS", "DEVICE_ID", "EU_VAT", "NUMBER":
		return appendPlain(dst, value)
	}
	if isCountry(typ) {
		return appendPlain(dst, value)
	}
	return append(dst, value...)
}

// isCountry tells a type of one country: UK_NINO.
func isCountry(typ string) bool {
	return len(typ) > 3 && typ[2] == '_' && typ[0] >= 'A' && typ[0] <= 'Z' && typ[1] >= 'A' && typ[1] <= 'Z' &&
		!strings.HasPrefix(typ, "ID_")
}

// appendPhone appends the digits, behind a plus where the number has its country: E.164 (ITU-T, §6). Two zeros are the plus of
// most of the world.
func appendPhone(dst, value []byte) []byte {
	start := len(dst)
	plus := false
	for _, c := range value {
		switch {
		case c == '+' && len(dst) == start:
			plus = true
		case c >= '0' && c <= '9':
			if plus && len(dst) == start {
				dst = append(dst, '+')
			}
			dst = append(dst, c)
		}
	}
	if digits := dst[start:]; len(digits) > 9 && digits[0] == '0' && digits[1] == '0' && digits[2] != '0' {
		digits[1] = '+'
		copy(digits, digits[1:])
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendAddress appends an address of IP in the form of RFC 5952, an address of IPv4 within IPv6 as that of IPv4.
func appendAddress(dst, value []byte) []byte {
	plain := true
	for _, c := range value {
		plain = plain && (c == '.' || c >= '0' && c <= '9')
	}
	if plain {
		return append(dst, value...)
	}
	a, err := netip.ParseAddr(string(value))
	if err != nil {
		return append(dst, value...)
	}
	return a.Unmap().WithZone("").AppendTo(dst)
}

// appendPlain appends letters, in capitals, and digits; separators say nothing.
func appendPlain(dst, value []byte) []byte {
	for len(value) > 0 {
		r, n := utf8.DecodeRune(value)
		switch {
		case r >= 'a' && r <= 'z':
			dst = append(dst, byte(r)-'a'+'A')
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			dst = append(dst, byte(r))
		case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			dst = utf8.AppendRune(dst, unicode.ToUpper(r))
		}
		value = value[n:]
	}
	return dst
}

// appendFolded appends a text in small letters, in the compatibility form of Unicode (NFKC, UAX #15), with one space between words.
func appendFolded(dst, value []byte) []byte {
	start := len(dst)
	if isASCII(value) {
		for _, c := range value {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = appendSpaced(dst, start, rune(c))
		}
	} else {
		folded := norm.NFKC.Bytes(bytes.ToLower(norm.NFKC.Bytes(value)))
		for _, r := range string(folded) {
			dst = appendSpaced(dst, start, r)
		}
	}
	if n := len(dst); n > start && dst[n-1] == ' ' {
		dst = dst[:n-1]
	}
	return dst
}

func appendSpaced(dst []byte, start int, r rune) []byte {
	if !unicode.IsSpace(r) {
		return utf8.AppendRune(dst, r)
	}
	if n := len(dst); n > start && dst[n-1] != ' ' {
		dst = append(dst, ' ')
	}
	return dst
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
