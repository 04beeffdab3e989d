package pseudonym

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// NeverStored tells whether a type is one that no operator may leave anything of: what opens an account or pays. It becomes
// "[TYPE]" whatever is asked for. AppendMask isn't told a type: its callers ask here.
func NeverStored(typ string) bool {
	switch typ {
	case "CREDIT_CARD", "CARD_CVV", "PIN", "OTP", "PASSWORD", "SECRET", "SESSION_ID":
		return true
	}
	return false
}

// AppendMask appends value with a star for each of its characters but the first and last few. Spaces and punctuation stay,
// and do not count. Of n characters no more than n/2 are ever shown: where more is asked for, the longer end gives way. What is
// no UTF-8 is masked byte by byte.
//
// A mask shows how long a value is. Beside a token the last four digits of a telephone number cut what has to be tried by
// ten thousand: policies should show one or the other.
func AppendMask(dst, value []byte, first, last int) []byte {
	n := maskable(value)
	first, last = shown(n, first, last, n)
	at := 0
	for i := 0; i < len(value); {
		r, size := rune(value[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(value[i:])
		}
		switch {
		case isSeparator(r):
			dst = append(dst, value[i:i+size]...)
		case (at < first || at >= n-last) && (r != utf8.RuneError || size > 1):
			dst = append(dst, value[i:i+size]...)
			at++
		default:
			dst = append(dst, '*')
			at++
		}
		i += size
	}
	return dst
}

// maskable counts the characters that a mask hides or shows.
func maskable(value []byte) (n int) {
	for i := 0; i < len(value); {
		r, size := rune(value[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(value[i:])
		}
		if i += size; !isSeparator(r) {
			n++
		}
	}
	return n
}

// shown is how many of n characters are shown at both ends, where first and last are asked for: half, and at most most.
func shown(n, first, last, most int) (int, int) {
	most = min(most, n/2)
	first, last = min(max(first, 0), most), min(max(last, 0), most)
	for first+last > most {
		if first > last {
			first--
		} else {
			last--
		}
	}
	return first, last
}

// maskTextMax is how much a mask in text shows. With more a detector could not pass over it, as it could be an identifier.
const maskTextMax = 4

// AppendMaskText is AppendMask for text: "[PHONE:**0123]", in a form that detectors pass over, of whatever length the value is. No more than
// four characters are shown. Where none is, one isn't a letter of ASCII or a digit, or the type is never stored, it is "[PHONE]".
func AppendMaskText(dst []byte, typ string, value []byte, first, last int) []byte {
	first, last = shown(maskable(value), first, last, maskTextMax)
	if NeverStored(typ) || !isName(typ) || first+last == 0 {
		return AppendType(dst, typ)
	}
	start := len(dst)
	dst = append(append(append(dst, '['), typ...), ':')
	for i := 0; i < len(value) && first > 0; i++ {
		if c := value[i]; c >= utf8.RuneSelf {
			return AppendType(dst[:start], typ)
		} else if isAlnum(c) {
			dst = append(dst, c)
			first--
		}
	}
	dst = append(dst, "**"...)
	from := len(value)
	for last > 0 {
		if from--; value[from] >= utf8.RuneSelf {
			return AppendType(dst[:start], typ)
		} else if isAlnum(value[from]) {
			last--
		}
	}
	for _, c := range value[from:] {
		if isAlnum(c) {
			dst = append(dst, c)
		}
	}
	return append(dst, ']')
}

// isMask tells whether b is the form of a mask in text, without its brackets and type.
func isMask(b []byte) bool {
	start, end, found := bytes.Cut(b, []byte("**"))
	if !found || len(start)+len(end) == 0 || len(start)+len(end) > maskTextMax {
		return false
	}
	for i, c := range b {
		if !isAlnum(c) && i != len(start) && i != len(start)+1 {
			return false
		}
	}
	return true
}

// isSeparator tells what a mask leaves. Marks that belong to letters, signs outside ASCII and invisible characters are a part
// of what is masked.
func isSeparator(r rune) bool {
	if r < utf8.RuneSelf {
		return !isAlnum(byte(r))
	}
	return unicode.IsSpace(r) || unicode.IsPunct(r)
}

func isAlnum(c byte) bool { return isDigit(c) || isASCIILetter(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
