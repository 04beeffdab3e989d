package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// ipStart looks for an IP or MAC address that begins with the digits of token i.
func (p *pass) ipStart(i int) {
	t := &p.text.Tokens[i]
	start, end := int(t.Start), int(t.End)
	switch p.at(end) {
	case '.':
		p.ipv4(i)
	case ':':
		if p.isTimeAt(start) == 0 {
			p.hexGroups(start)
		}
	case '-':
		if end-start == 2 {
			p.hexGroups(start)
		}
	}
}

// hexCode looks for an IPv6 or MAC address that begins with the letters and digits of token i.
func (p *pass) hexCode(i int) {
	t := &p.text.Tokens[i]
	if c := p.at(int(t.End)); c == ':' || c == '-' && t.Len() == 2 {
		p.hexGroups(int(t.Start))
	} else if t.Len() == 4 && (c == '.' || p.at(int(t.Start)-1) == '.') {
		p.dottedMAC(int(t.Start))
	}
}

// dottedMAC looks for a hardware address in three groups of four, as switches write it, of which one begins at i.
func (p *pass) dottedMAC(i int) {
	start := i
	for k := 0; k < 2 && p.at(start-1) == '.' && scan.IsHex(p.at(start-2)); k++ {
		start -= 5
	}
	const n = 14
	if start < 0 || start+n > len(p.b) || scan.IsWordByte(p.at(start-1)) || scan.IsWordByte(p.at(start+n)) || p.at(start+n) == '.' && scan.IsWordByte(p.at(start+n+1)) {
		return
	}
	for k, c := range p.b[start : start+n] {
		if k%5 == 4 && c != '.' || k%5 != 4 && !scan.IsHex(c) {
			return
		}
	}
	if k := len(p.candidates); k > 0 && p.candidates[k-1].end > start {
		return
	}
	p.add(start, start+n, MACAddress, 0.85, byMAC, p.compact(start, start+n))
}

// macWord looks for hardware addresses of letters alone with dashes behind token i, a word for them: AA-BB-CC-DD-EE-FF.
func (p *pass) macWord(i int) {
	const near = 64
	const n = 17
	at := int(p.text.Tokens[i].End)
	for end := at + near; at < end && at+n <= len(p.b); at++ {
		if p.b[at+2] != '-' || scan.IsWordByte(p.at(at-1)) || scan.IsWordByte(p.at(at+n)) || p.at(at+n) == '-' {
			continue
		}
		fits, digit := true, false
		for k, c := range p.b[at : at+n] {
			fits = fits && (k%3 == 2 && c == '-' || k%3 != 2 && scan.IsHex(c))
			digit = digit || scan.IsDigit(c)
		}
		if fits && !digit && !p.isInert(at) { // with a digit it is found anyway
			p.add(at, at+n, MACAddress, 0.85, byMAC, p.compact(at, at+n))
			at += n
		}
	}
}

// ipv4 looks for a dotted quad that begins with token i (RFC 791; leading zeros as in logs).
func (p *pass) ipv4(i int) {
	tokens := p.text.Tokens
	if i+3 >= len(tokens) || p.isInert(int(tokens[i].Start)) {
		return
	}
	start, end := int(tokens[i].Start), int(tokens[i+3].End)
	if end-start > 15 || p.at(start-1) == '.' && scan.IsWordByte(p.at(start-2)) || p.at(end) == '.' && scan.IsDigit(p.at(end+1)) {
		return
	}
	canon := len(p.canon)
	for k := i; k < i+4; k++ {
		t := &tokens[k]
		if !t.IsNumber() || t.Len() > 3 || k > i && (tokens[k-1].End+1 != t.Start || p.b[t.Start-1] != '.') {
			p.canon = p.canon[:canon]
			return
		}
		n := 0
		for _, c := range p.bytesOf(t) {
			n = n*10 + int(c-'0')
		}
		if n > 255 {
			p.canon = p.canon[:canon]
			return
		}
		if k > i {
			p.canon = append(p.canon, '.')
		}
		p.canon = appendOctet(p.canon, n)
	}
	if p.isVersion(i) {
		p.canon = p.canon[:canon]
		return
	}
	p.add(start, p.prefixEnd(end, 32), IPAddress, 0.95, byIP, canon)
	p.logUser(end)
	p.hostUser(start, end)
	p.pairedUser(start)
}

// prefixEnd takes in the length of a network's prefix behind an address that ends at i (RFC 4632, RFC 4291 §2.3): "/24". The part
// of a path is none.
func (p *pass) prefixEnd(i, most int) int {
	if p.at(i) != '/' {
		return i
	}
	n := p.digitRun(i+1, 3)
	end := i + 1 + n
	if c := p.at(end); n == 0 || p.value(i+1, n) > most || scan.IsWordByte(c) || c == '/' || c == '-' || c == '_' || c == '.' && scan.IsWordByte(p.at(end+1)) {
		return i
	}
	return end
}

// zoneEnd takes in the name of an interface behind an address that ends at i (RFC 4007 §11): "%eth0".
func (p *pass) zoneEnd(i int) int {
	const longest = 15
	if p.at(i) != '%' || !scan.IsWordByte(p.at(i+1)) {
		return i
	}
	end := i + 1
	for end < len(p.b) && (scan.IsWordByte(p.b[end]) || p.b[end] == '.' || p.b[end] == '-' || p.b[end] == '_') {
		end++
	}
	if end-i-1 > longest {
		return i
	}
	for !scan.IsWordByte(p.b[end-1]) {
		end--
	}
	return end
}

func appendOctet(b []byte, n int) []byte {
	if n >= 100 {
		b = append(b, byte('0'+n/100))
	}
	if n >= 10 {
		b = append(b, byte('0'+n/10%10))
	}
	return append(b, byte('0'+n%10))
}

// isVersion says whether the dotted number at token i is a version: "version 1.2.3.4", "v1.2.3.4", "Chrome/120.0.0.0".
func (p *pass) isVersion(i int) bool {
	if i == 0 {
		return false
	}
	t, before := &p.text.Tokens[i], &p.text.Tokens[i-1]
	gap := p.b[before.End:t.Start]
	if len(gap) == 1 && gap[0] == '/' {
		c := p.at(int(before.Start) - 1)
		if end := int(p.text.Tokens[i+3].End); p.at(end) == ':' && scan.IsDigit(p.at(end+1)) && p.in.Channel == ChannelLog {
			return false // "asha/192.0.2.7:1194" of OpenVPN
		}
		return before.IsWord() && (scan.IsSpace(c) || c == '"' || c == '(') && before.Bits&cueIP == 0
	}
	return before.Bits&cueVersion != 0 && len(gap) <= 3 && before.Shape&scan.Digit == 0 || p.isClient(int(t.Start))
}

// isClient says whether what stands at a place belongs to what a client calls itself: "ua=Yealink SIP-T46S 66.86.0.15", "User-Agent: Cisco 9.4.2.13".
func (p *pass) isClient(at int) bool {
	const longest = 64
	for k := at - 1; k > 1 && at-k < longest && p.b[k] != '\n' && p.b[k] != ';' && p.b[k] != ','; k-- {
		sign := p.b[k-1] == '=' || p.b[k-1] == ':'
		if isQuote(p.b[k]) && !sign {
			return false
		}
		if sign {
			end := k - 1
			if isQuote(p.b[end-1]) {
				end--
			}
			start := end
			for start > 0 && (scan.IsLetter(p.b[start-1]) || p.b[start-1] == '-' || p.b[start-1] == '_') {
				start--
			}
			return clientFields.holds(p.b[start:end])
		}
	}
	return false
}

var clientFields = wordsOf("ua useragent user-agent user_agent http_user_agent")

// hexGroups looks for an IPv6 or MAC address round the place at: the longest run of hexadecimal digits and separators.
func (p *pass) hexGroups(at int) {
	const longest = 64
	if at < p.hexDone || p.isInert(at) {
		return
	}
	start, end := at, at
	for start > p.hexDone && at-start < longest && isHexGroup(p.b[start-1]) {
		start--
	}
	for end < len(p.b) && end-at < longest && isHexGroup(p.b[end]) {
		end++
	}
	p.hexDone = end
	if p.mac(start, end) || p.ipv6(start, end) {
		p.hexDone = p.candidates[len(p.candidates)-1].end // another may follow: "2001:db8::1-2001:db8::9"
	}
}

func isHexGroup(c byte) bool { return scan.IsHex(c) || c == ':' || c == '.' || c == '-' }

// mac looks for six or eight pairs joined by one kind of separator (IEEE 802 EUI-48, EUI-64).
func (p *pass) mac(start, end int) bool {
	for start < end && !scan.IsHex(p.b[start]) {
		start++
	}
	const n = 17
	if end-start < n || p.isHeldAt(start-1) || p.isHeldAt(start+n) {
		return false
	}
	sep := p.b[start+2]
	if sep != ':' && sep != '-' || p.at(start+n) == '-' && !(sep == '-' && p.isEUI64(start+n, sep)) || sep == '-' && p.at(start-1) == '-' {
		return false
	}
	if sep == ':' && p.isFingerprint(start+n) {
		return false
	}
	digit, same := false, true
	for k := range n {
		c := p.b[start+k]
		if k%3 == 2 && c != sep || k%3 != 2 && !scan.IsHex(c) {
			return false
		}
		digit = digit || scan.IsDigit(c)
		same = same && (k%3 == 2 || c|0x20 == p.b[start]|0x20)
	}
	if !digit && sep == '-' {
		return false
	}
	if c := p.b[start]; same && (c|0x20 == 'f' || c == '0') { // broadcast, or none
		return p.at(start+n) == sep && p.mac(start+n+1, end)
	}
	if p.at(start+n) == sep && p.at(start-1) != sep && p.isEUI64(start+n, sep) {
		p.add(start, start+n+6, MACAddress, 0.9, byMAC, p.compact(start, start+n+6))
		return true
	}
	p.add(start, start+n, MACAddress, 0.9, byMAC, p.compact(start, start+n))
	if p.at(start+n) == sep {
		p.mac(start+n+1, end) // a frame header in a firewall's log: to, from, kind
	}
	return true
}

// isHeldAt says whether the byte at i holds on to what stands beside it: a letter, a digit, or an alias in the place of some.
func (p *pass) isHeldAt(i int) bool { return scan.IsWordByte(p.at(i)) || p.isInert(i) }

// isFingerprint says whether the pairs joined by colons round a place, where one of them ends, are too many for addresses, even for two of them and a type
// as firewalls write them: a digest of a certificate. Then none of them is looked at again.
func (p *pass) isFingerprint(at int) bool {
	const least, most = 16, 64
	isPair := func(k int) bool { return p.at(k) == ':' && scan.IsHex(p.at(k+1)) && scan.IsHex(p.at(k+2)) }
	if !isPair(at) {
		return false
	}
	from, to := at, at
	for ; to-at < 3*most && isPair(to); to += 3 {
	}
	for ; at-from < 3*most && isPair(from-3); from -= 3 {
	}
	if to-from < 3*(least-1) {
		return false
	}
	p.hexDone = to
	return true
}

// isEUI64 says whether two more pairs, and no third, follow the six that end at i.
func (p *pass) isEUI64(i int, sep byte) bool {
	return p.at(i+3) == sep && scan.IsHex(p.at(i+1)) && scan.IsHex(p.at(i+2)) && scan.IsHex(p.at(i+4)) && scan.IsHex(p.at(i+5)) &&
		!scan.IsWordByte(p.at(i+6)) && p.at(i+6) != sep
}

// ipv6 looks for an address of RFC 4291 §2.2 in a region of hexadecimal digits, colons and dots.
func (p *pass) ipv6(start, end int) bool {
	for k := start; k < end; k++ {
		if p.b[k] == '-' {
			if k-start >= 7 {
				end = k
				break
			}
			start = k + 1
		}
	}
	for start < end && p.b[start] == '.' || start+1 < end && p.b[start] == ':' && p.b[start+1] != ':' {
		start++
	}
	for end > start && (p.b[end-1] == '.' || p.b[end-1] == ':' && (end-2 < start || p.b[end-2] != ':')) {
		end--
	}
	if p.at(end) == ':' && p.at(end+1) == '[' {
		return false // an alias stands where it went on
	}
	if end-start == 2 && p.b[start] == ':' && p.isAlone(start, end) {
		p.add(start, p.prefixEnd(end, 128), IPAddress, 0.6, byIP, p.lower(start, end)) // the unspecified address
		return true
	}
	if end-start < 3 || p.isHeldAt(start-1) || p.isHeldAt(end) || !isIPv6(p.b[start:end]) {
		return false
	}
	p.add(start, p.prefixEnd(p.zoneEnd(end), 128), IPAddress, 0.95, byIP, p.lower(start, end))
	return true
}

// isAlone says whether nothing that could belong to a name is joined to a region.
func (p *pass) isAlone(start, end int) bool {
	before, behind := p.at(start-1), p.at(end)
	return (before == ' ' || before == '[' || before == '(') && (scan.IsSpace(behind) || behind == ']' || behind == ')' || behind == '/')
}

// isIPv6 parses the text form, with or without "::" and a dotted quad at the end. It wants a digit, or enough colons
// that the text is no name like std::add.
func isIPv6(b []byte) bool {
	groups, colons, digits, gap := 0, 0, 0, false
	for i := 0; i < len(b); {
		if b[i] == ':' {
			if i+1 < len(b) && b[i+1] == ':' {
				if gap {
					return false
				}
				gap = true
				i++
				colons++
			} else if i == 0 || i+1 == len(b) {
				return false
			}
			i++
			colons++
			if i < len(b) && b[i] == ':' {
				return false
			}
			continue
		}
		start := i
		for ; i < len(b) && scan.IsHex(b[i]); i++ {
			if scan.IsDigit(b[i]) {
				digits++
			}
		}
		if i < len(b) && b[i] == '.' {
			if !isQuad(b[start:]) {
				return false
			}
			groups += 2
			break
		}
		if i == start || i-start > 4 {
			return false
		}
		groups++
	}
	if gap {
		return groups < 8 && groups > 0 && (digits > 0 || colons >= 4)
	}
	return groups == 8
}

// isQuad says whether b is exactly four numbers up to 255 with dots between.
func isQuad(b []byte) bool {
	parts, value, digits := 1, 0, 0
	for _, c := range b {
		switch {
		case scan.IsDigit(c):
			value = value*10 + int(c-'0')
			digits++
		case c == '.' && digits > 0:
			parts++
			value, digits = 0, 0
		default:
			return false
		}
		if value > 255 || digits > 3 {
			return false
		}
	}
	return parts == 4 && digits > 0
}
