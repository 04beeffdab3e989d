package pseudonym

import (
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
	n := 0
	for i := 0; i < len(value); {
		r, size := rune(value[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(value[i:])
		}
		if i += size; !isSeparator(r) {
			n++
		}
	}
	first, last = min(max(first, 0), n/2), min(max(last, 0), n/2)
	for first+last > n/2 {
		if first > last {
			first--
		} else {
			last--
		}
	}
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
