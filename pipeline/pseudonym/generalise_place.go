package pseudonym

import "strconv"

// postcode is the form of a postcode: how many of its letters and digits name an area and a district.
type postcode struct{ area, district int }

// postcodeMax is the longest postcode, without spaces and dashes.
const postcodeMax = 10

func postcodeToArea(dst, value, canonical []byte) ([]byte, bool) {
	return postcodeTo(dst, value, canonical, true)
}

func postcodeToDistrict(dst, value, canonical []byte) ([]byte, bool) {
	return postcodeTo(dst, value, canonical, false)
}

func postcodeTo(dst, value, canonical []byte, area bool) ([]byte, bool) {
	for _, b := range [...][]byte{canonical, value} {
		var code [postcodeMax]byte
		n := 0
		for _, c := range b {
			if c >= 'a' && c <= 'z' {
				c &^= 0x20
			}
			if c == ' ' || c == '-' {
				continue
			}
			if !isAlnum(c) || n == len(code) {
				n = 0
				break
			}
			code[n] = c
			n++
		}
		form, ok := postcodeForm(code[:n])
		if !ok {
			continue
		}
		keep := form.district
		if area {
			keep = form.area
		}
		if n >= 5 && keep == 3 && isSmallZIP(code[:3]) {
			keep = 2
		}
		return append(dst, code[:keep]...), true
	}
	return dst, false
}

// postcodeForm knows the codes of the United Kingdom (SW1A 1AA: area SW, district SW1A), Ireland (D02 X285: D, D02), Canada, Malta, the
// Netherlands, and those of digits. Of the latter an area is the first two of five or more, the first of four; a district has one
// more. That is no finer than a département, a Leitregion, a US sectional centre or an Indian postal circle. What a code was made
// coarser to is known again.
func postcodeForm(code []byte) (form postcode, ok bool) {
	letters := 0
	for letters < len(code) && !isDigit(code[letters]) {
		letters++
	}
	rest := code[letters:]
	digits := digitsAt(rest, 0)
	switch {
	case letters == 0 && digits == len(code):
		switch {
		case digits == 0 || digits > 9:
			return form, false
		case digits == 4:
			return postcode{1, 2}, true
		case digits < 4:
			return postcode{min(digits, 2), digits}, true
		}
		return postcode{2, 3}, true
	case letters == 0:
		return postcode{1, 2}, digits == 4 && len(code) == 6 // 1012AB
	case string(code) == "GIR0AA":
		return postcode{3, 3}, true
	case len(rest) == 0 && letters <= 3:
		return postcode{letters, letters}, true
	case letters == 2 && digits == len(rest) && digits >= 3: // LV1010, AD500
		return postcode{2, 4}, true
	case letters == 3 && digits == 4 && len(rest) == 4: // VLT1117
		return postcode{3, 3}, true
	case letters == 1 && len(code) == 7 && (digits >= 2 || digits == 1 && code[2] == 'W') && isIrish(code[3:]):
		return postcode{1, 3}, true
	case letters == 1 && len(code) == 6 && digits == 1 && !isDigit(code[2]) && isDigit(code[3]) && !isDigit(code[4]) && isDigit(code[5]): // K1A0B1
		return postcode{1, 3}, true
	case letters <= 2 && len(code) >= 5 && len(code) <= 7 && isInward(code[len(code)-3:]):
		return postcode{letters, len(code) - 3}, true
	case letters <= 2 && digits >= 1 && digits <= 2 && len(rest) <= 2: // an outward code
		return postcode{letters, len(code)}, true
	}
	return form, false
}

// isInward tells whether b can be the second part of a British postcode.
func isInward(b []byte) bool { return isDigit(b[0]) && !isDigit(b[1]) && !isDigit(b[2]) }

// isIrish tells whether b can be the second part of an Eircode, which a British code with its digit and two letters isn't.
func isIrish(b []byte) bool { return !isInward(b[1:]) || !isDigit(b[0]) }

// isSmallZIP tells whether fewer than 20,000 people live where US postcodes begin with three digits, by the census of 2000: 45 CFR
// 164.514(b)(2)(i)(B), with the list in the guidance of the Office for Civil Rights of 2012.
func isSmallZIP(b []byte) bool {
	switch string(b) {
	case "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893":
		return true
	}
	return false
}

func ipToNetwork(dst, value, canonical []byte) ([]byte, bool) {
	return ipTo(dst, value, canonical, 24, 48)
}

func ipToNetworkInText(dst, value, canonical []byte) ([]byte, bool) {
	return ipTo(dst, value, canonical, 24, 32)
}

func ipToWide(dst, value, canonical []byte) ([]byte, bool) {
	return ipTo(dst, value, canonical, 16, 32)
}

// ipTo appends the network of an address: 203.0.113.0/24, 2001:db8:1::/48. IPv4 in IPv6 (::ffff:203.0.113.7) is IPv4; of 6to4, which
// has an IPv4 address in bits 16 to 47, no more than of that is kept. A network that is larger stays as it is.
func ipTo(dst, value, canonical []byte, v4, v6 int) ([]byte, bool) {
	for _, b := range [...][]byte{value, canonical} {
		bits := 128
		if i := lastIndex(b, '/'); i >= 0 {
			n := digitsAt(b, i+1)
			if n == 0 || n > 3 || i+1+n != len(b) {
				continue
			}
			bits = number(b[i+1:])
			b = b[:i]
		}
		if i := lastIndex(b, '%'); i >= 0 { // the interface
			b = b[:i]
		}
		if ip, ok := readIPv4(b); ok {
			return appendIPv4(dst, ip, min(bits, v4)), true
		}
		ip, ok := readIPv6(b)
		switch {
		case !ok:
			continue
		case ip[0]|ip[1]|ip[2]|ip[3]|ip[4] == 0 && ip[5] == 0xFFFF:
			if bits < 96 {
				return dst, false
			}
			return appendIPv4(dst, uint32(ip[6])<<16|uint32(ip[7]), min(bits-96, v4)), true
		case ip[0] == 0x2002:
			return appendIPv6(dst, ip, min(bits, 16+v4, v6)), true
		}
		return appendIPv6(dst, ip, min(bits, v6)), true
	}
	return dst, false
}

func lastIndex(b []byte, c byte) int {
	i := len(b) - 1
	for i >= 0 && b[i] != c {
		i--
	}
	return i
}

// readIPv4 reads four numbers below 256, with zeroes before them or without.
func readIPv4(b []byte) (ip uint32, ok bool) {
	for part := range 4 {
		n := digitsAt(b, 0)
		if n == 0 || n > 3 || number(b[:n]) > 255 {
			return 0, false
		}
		ip = ip<<8 | uint32(number(b[:n]))
		if b = b[n:]; part < 3 {
			if len(b) == 0 || b[0] != '.' {
				return 0, false
			}
			b = b[1:]
		}
	}
	return ip, len(b) == 0
}

// readIPv6 reads up to eight groups, with :: for zeroes once and the last two perhaps as an IPv4 address.
func readIPv6(b []byte) (ip [8]uint16, ok bool) {
	n, gap := 0, -1
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if n == len(ip) {
			return ip, false
		}
		if v4, is := readIPv4(b); is && n <= 6 {
			ip[n], ip[n+1] = uint16(v4>>16), uint16(v4)
			n, b = n+2, nil
			break
		}
		v, digits := 0, 0
		for digits < len(b) && digits < 5 && hexDigit(b[digits]) >= 0 {
			v = v<<4 | hexDigit(b[digits])
			digits++
		}
		if digits == 0 || digits > 4 {
			return ip, false
		}
		ip[n] = uint16(v)
		n++
		if b = b[digits:]; len(b) == 0 {
			break
		}
		switch {
		case b[0] != ':':
			return ip, false
		case len(b) > 1 && b[1] == ':':
			if gap >= 0 {
				return ip, false
			}
			gap, b = n, b[2:]
		case len(b) == 1:
			return ip, false
		default:
			b = b[1:]
		}
	}
	if gap < 0 {
		return ip, n == len(ip)
	}
	if n == len(ip) {
		return ip, false
	}
	copy(ip[len(ip)-(n-gap):], ip[gap:n])
	clear(ip[gap : len(ip)-(n-gap)])
	return ip, true
}

func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func appendIPv4(dst []byte, ip uint32, bits int) []byte {
	ip &= ^uint32(0) << (32 - bits)
	for shift := 24; shift >= 0; shift -= 8 {
		if shift < 24 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(ip>>shift&0xFF), 10)
	}
	return strconv.AppendInt(append(dst, '/'), int64(bits), 10)
}

// appendIPv6 appends a network of up to 48 bits: its groups up to the last that isn't 0, and :: for the rest.
func appendIPv6(dst []byte, ip [8]uint16, bits int) []byte {
	last := 0
	for i := range 3 {
		keep := min(max(bits-16*i, 0), 16)
		if ip[i] &= uint16(0xFFFF << (16 - keep)); ip[i] != 0 {
			last = i + 1
		}
	}
	for i := range last {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = strconv.AppendUint(dst, uint64(ip[i]), 16)
	}
	return strconv.AppendInt(append(dst, "::/"...), int64(bits), 10)
}

// ibanToCountry appends the country whose bank an account is at.
func ibanToCountry(dst, value, canonical []byte) ([]byte, bool) {
	for _, b := range [...][]byte{canonical, value} {
		if len(b) < 2 || !isASCIILetter(b[0]) || !isASCIILetter(b[1]) || len(b) > 2 && !isDigit(b[2]) {
			continue
		}
		return append(dst, b[0]&^0x20, b[1]&^0x20), true
	}
	return dst, false
}
