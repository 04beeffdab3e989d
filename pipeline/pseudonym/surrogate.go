package pseudonym

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// AppendSurrogate appends an invented value of the same kind: a name for a name, a number from a range kept for fiction for a number.
// It is drawn, by key, for the canonical form: equal ones give equal surrogates within a domain, type and scope, different ones can
// meet (there are a thousand British mobile numbers of fiction), so that nothing may be joined by them. Of a name each word is drawn
// by itself, so that "Jane" and "Jane Doe" agree; like all that shows which names are equal, it belongs within a call.
//
// Names are of the script and in the case of value, for any gender; forms of address that tell it go. Numbers are laid out as
// value is. A surrogate looks real, and detectors find it as they find what it stands for. There are surrogates of PERSON, EMAIL,
// USERNAME, PHONE, ADDRESS, LOCATION, ORG, IP_ADDRESS, MAC_ADDRESS and URL; anything else, numbers of countries that keep
// none for fiction, and names of other scripts give "[TYPE]".
func (k *Tokenizer) AppendSurrogate(dst []byte, d Domain, typ string, scope byte, canonical, value []byte) []byte {
	if len(canonical) == 0 {
		canonical = Canonical(nil, typ, value)
	}
	start := len(dst)
	out, ok := k.surrogate(dst, d, typ, scope, canonical, value)
	if !ok {
		return AppendType(dst[:start], typ)
	}
	return out
}

func (k *Tokenizer) surrogate(dst []byte, d Domain, typ string, scope byte, canonical, value []byte) ([]byte, bool) {
	switch typ {
	case "PERSON":
		return k.appendPerson(dst, d, scope, canonical, value)
	case "EMAIL", "USERNAME", "PHONE", "ADDRESS", "LOCATION", "ORG", "IP_ADDRESS", "MAC_ADDRESS", "URL":
	default:
		return dst, false
	}
	sum, ok := k.derive(d, labelSurrogate, typ, scope, canonical)
	if !ok {
		return dst, false
	}
	w := draws{sum: sum}
	switch typ {
	case "EMAIL":
		dst = append(append(dst, w.given()...), '.')
		dst = strconv.AppendInt(w.appendSurname(dst), int64(w.below(10_000)), 10)
		return append(append(dst, "@example."...), w.of("com", "net", "org")...), true
	case "USERNAME":
		return strconv.AppendInt(append(dst, w.given()...), int64(w.below(100_000)), 10), true
	case "PHONE":
		return w.appendPhone(dst, canonical, value)
	case "ADDRESS", "LOCATION", "ORG":
		if scriptOf(value) != scriptLatin && scriptOf(canonical) != scriptLatin {
			return dst, false
		}
		return w.appendPlace(dst, typ, shapeOfAll(value)), true
	case "IP_ADDRESS":
		return w.appendAddress(dst, bytes.IndexByte(canonical, ':') >= 0), true
	case "MAC_ADDRESS":
		return w.appendMAC(dst, value), true
	}
	dst = append(dst, "https://example.com/"...)
	for range 8 {
		dst = append(dst, alphabet[w.below(len(alphabet))])
	}
	return dst, true
}

// draws are numbers that belong to a value, eight of them.
type draws struct {
	sum [32]byte
	at  int
}

// below gives the next, from 0 to n-1. What is left over of 2³² favours none noticeably.
func (w *draws) below(n int) int {
	v := binary.BigEndian.Uint32(w.sum[w.at%len(w.sum):])
	w.at += 4
	return int(uint64(v) * uint64(n) >> 32)
}

func (w *draws) of(words ...string) string { return words[w.below(len(words))] }

func (w *draws) given() string { return latinNames[w.below(len(latinNames))] }

func (w *draws) appendSurname(dst []byte) []byte {
	dst = append(dst, surnameStarts[w.below(len(surnameStarts))]...)
	return append(dst, surnameEnds[w.below(len(surnameEnds))]...)
}

// appendPlace appends a town, a company or a street with a number.
func (w *draws) appendPlace(dst []byte, typ string, as shape) []byte {
	var word [32]byte
	name := w.appendSurname(word[:0])
	switch typ {
	case "ADDRESS":
		dst = strconv.AppendInt(dst, int64(1+w.below(199)), 10)
		dst = appendCased(append(dst, ' '), name, as)
		return appendCased(append(dst, ' '), []byte(w.of("road", "street", "lane", "avenue")), as)
	case "ORG":
		dst = appendCased(dst, name, as)
		return appendCased(append(dst, ' '), []byte(w.of("group", "partners", "supplies", "services")), as)
	}
	return appendCased(dst, name, as)
}

// appendAddress appends an address for documentation: RFC 5737, RFC 3849.
func (w *draws) appendAddress(dst []byte, v6 bool) []byte {
	if !v6 {
		dst = append(dst, w.of("192.0.2.", "198.51.100.", "203.0.113.")...)
		return strconv.AppendInt(dst, int64(w.below(256)), 10)
	}
	dst = append(dst, "2001:db8"...)
	for range 6 {
		dst = strconv.AppendInt(append(dst, ':'), int64(1+w.below(0xFFFF)), 16)
	}
	return dst
}

// appendMAC appends an address for documentation (RFC 7042 §2.1.2), with the marks and case of value.
func (w *draws) appendMAC(dst, value []byte) []byte {
	mark, hex := byte(':'), "0123456789ABCDEF"
	if bytes.IndexByte(value, '-') >= 0 {
		mark = '-'
	}
	if bytes.ContainsAny(value, "abcdef") {
		hex = "0123456789abcdef"
	}
	last := w.below(256)
	for i, b := range [...]int{0, 0, 0x5E, 0, 0x53, last} {
		if i > 0 {
			dst = append(dst, mark)
		}
		dst = append(dst, hex[b>>4], hex[b&15])
	}
	return dst
}

// appendPhone appends a number of fiction of the country that the canonical form names, or its number of digits suggests.
func (w *draws) appendPhone(dst, canonical, value []byte) ([]byte, bool) {
	var digits, number [callingMax]byte
	var form string
	n := international(&digits, canonical)
	if n > 0 {
		form = w.fiction(callingCodes().find(digits[:n]))
	} else {
		form = w.nationalFiction(canonical)
	}
	if form == "" {
		return dst, false
	}
	for i := range form {
		if number[i] = form[i]; form[i] == '#' {
			number[i] = byte('0' + w.below(10))
		}
	}
	made, there := number[:len(form)], 0
	for _, c := range value {
		if isDigit(c) {
			there++
		} else if isASCIILetter(c) || c >= 0x80 {
			there = -len(value) // spoken, or with an extension
		}
	}
	switch written := there > 0 && value[0] != '+'; {
	case n == 0:
	case written && made[0] == '1':
		made = made[1:]
	case written: // with the trunk prefix that all others of fictions have
		code := len("44")
		if bytes.HasPrefix(made, []byte("353")) {
			code = len("353")
		}
		made = made[code-1:]
		made[0] = '0'
	case there != len(made):
		dst = append(dst, '+')
	}
	if there != len(made) {
		return append(dst, made...), true
	}
	at := 0
	for _, c := range value {
		if isDigit(c) {
			c = made[at]
			at++
		}
		dst = append(dst, c)
	}
	return dst, true
}

// fiction chooses a range of a country, "" where there is none.
func (w *draws) fiction(r callingRule) string {
	country := r.country
	if country == "GG" || country == "JE" || country == "IM" {
		country = "GB" // whose plan they share
	}
	for i := range fictions {
		if f := &fictions[i]; f.country == country {
			ranges := f.fixed
			if r.line == lineMobile && len(f.mobile) > 0 {
				ranges = f.mobile
			}
			return ranges[w.below(len(ranges))]
		}
	}
	return ""
}

// nationalFiction chooses a range for a number without its country, of the form of those in Britain, France or North America.
func (w *draws) nationalFiction(canonical []byte) string {
	n := digitsAt(canonical, 0)
	if n != len(canonical) || n == 0 {
		return ""
	}
	second := canonical[1%n]
	switch {
	case n == 11 && canonical[0] == '0' && second == '7':
		return "07700900###"
	case n == 11 && canonical[0] == '0' && second <= '3':
		return w.of("01632960###", "02079460###", "01214960###")
	case n == 10 && canonical[0] == '0' && (second == '6' || second == '7'):
		return "063998####"
	case n == 10 && canonical[0] == '0' && second <= '5':
		return w.of("019900####", "026191####", "035301####", "046571####", "053649####")
	case n == 10 && canonical[0] >= '2':
		return w.fiction(callingRule{country: "US"})[1:]
	case n == 7 && canonical[0] >= '2':
		return "55501##"
	}
	return ""
}

// appendCased appends a word of small letters as a shape says.
func appendCased(dst, word []byte, as shape) []byte {
	for i, r := range string(word) {
		if as == shapeUpper || as == shapeTitle && i == 0 {
			r = unicode.ToUpper(r)
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// shapeOfAll tells how the letters of several words are written, in any script.
func shapeOfAll(b []byte) shape {
	capitals, small := 0, 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		b = b[size:]
		if unicode.IsUpper(r) {
			capitals++
		} else if unicode.IsLower(r) {
			small++
		}
	}
	switch {
	case capitals > 1 && small == 0:
		return shapeUpper
	case capitals > 0:
		return shapeTitle
	}
	return shapeLower
}
