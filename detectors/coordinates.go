package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// How many decimals a degree has at least: four are eleven metres.
const (
	degreeDecimals = 4
	toldDecimals   = 3 // where words say what it is
)

// coordinate looks for a place on the globe that begins with the digits of token i: "51.5007, -0.1246", 51°30'02"N 0°07'28"W,
// or one of the two beside a word for it: "lat": 51.5007.
func (p *pass) coordinate(i int) {
	t := &p.text.Tokens[i]
	start, end := int(t.Start), int(t.End)
	if t.Len() > 3 {
		return
	}
	switch {
	case p.at(end) == '.' && scan.IsDigit(p.at(end+1)):
		if p.in.Channel == ChannelLog && !scan.IsDigit(p.at(end+degreeDecimals)) && (p.said|p.path.bits)&wordGeo == 0 {
			return // most decimals of logs
		}
		if c := p.at(start - 1); c != '.' && c != '/' && c != '$' && !scan.IsWordByte(c) {
			p.decimalDegrees(i, start)
		}
	case p.at(end) == 0xC2 && p.at(end+1) == 0xB0:
		p.degrees(start)
	}
}

// degree reads a number of degrees with a sign and decimals at i: its end and how many decimals it has; 0 if there is none up to
// most.
func (p *pass) degree(i, most int) (end, decimals int) {
	if c := p.at(i); c == '-' || c == '+' {
		i++
	}
	n := p.digitRun(i, 3)
	if n == 0 || p.at(i+n) != '.' || p.value(i, n) > most {
		return 0, 0
	}
	end = i + n + 1
	for scan.IsDigit(p.at(end)) {
		end++
	}
	if decimals = end - i - n - 1; decimals > 15 || p.at(end) == '.' && scan.IsDigit(p.at(end+1)) || p.at(end) == '%' {
		return 0, 0
	}
	return end, decimals
}

// hemisphere is where a letter for a direction ends that follows i, "° N", or i. Without the sign it must be a capital: "1.560 e
// 1.565" is a sum in Portuguese.
func (p *pass) hemisphere(i int) int {
	k, sign := i, false
	if p.at(k) == 0xC2 && p.at(k+1) == 0xB0 {
		k += 2
		i, sign = k, true
	}
	sign = sign || p.prime(i-1) > 0 || p.prime(i-3) > 0
	if p.at(k) == ' ' {
		k++
	}
	c := p.at(k)
	if sign {
		c &^= 0x20
	}
	switch c {
	case 'N', 'S', 'E', 'W', 'O':
		if !scan.IsWordByte(p.at(k + 1)) {
			return k + 1
		}
	}
	return i
}

// decimalDegrees looks for a pair of degrees at start, token i, or for one.
func (p *pass) decimalDegrees(i, start int) {
	if c := p.at(start - 1); c == '-' || c == '+' {
		start--
	}
	first, decimals := p.degree(start, 180)
	if first == 0 || decimals < toldDecimals {
		return
	}
	told := (p.said|p.path.bits)&wordGeo != 0
	end := p.hemisphere(first)
	comma, gap := false, end
	for ; gap-end < 3; gap++ {
		if c := p.at(gap); c == ',' || c == ';' {
			comma = true
		} else if c != ' ' || gap >= len(p.b) {
			break
		}
	}
	second, more := 0, 0
	if gap > end {
		second, more = p.degree(gap, 180)
	}
	if second > 0 && more >= toldDecimals {
		directed := end > first && p.hemisphere(second) > second
		sure := comma && decimals >= degreeDecimals && more >= degreeDecimals && !p.isList(start, second) && (p.in.Channel != ChannelLog || p.hasSign(start, gap))
		if sure || directed || told && (comma || p.hasSign(start, gap)) {
			if end = p.hemisphere(second); scan.IsWordByte(p.at(end)) {
				return
			}
			p.add(start, end, Coordinates, 0.8, byPlace, p.verbatim(start, end))
		}
		return
	}
	if !told || scan.IsWordByte(p.at(end)) {
		return
	}
	if n := len(p.candidates); n > 0 && p.candidates[n-1].end > start {
		return // the second of a pair
	}
	if ctx := p.around(i, i+1); (ctx.next|p.path.bits)&wordGeo != 0 {
		p.add(start, end, Coordinates, 0.75, byPlace, p.verbatim(start, end))
	}
}

// hasSign says whether one of two numbers is negative.
func (p *pass) hasSign(a, b int) bool { return p.at(a) == '-' || p.at(b) == '-' }

// isList says whether more numbers stand before or behind a pair: a vector, the columns of a table.
func (p *pass) isList(start, end int) bool {
	before := start - 1
	for p.at(before) == ' ' && before > 0 {
		before--
	}
	if c := p.at(before); c == ',' && scan.IsDigit(p.at(before-1)) {
		return true
	}
	behind := end
	for behind < len(p.b) && (p.b[behind] == ' ' || p.b[behind] == ',') {
		behind++
	}
	if behind > end && p.isInert(behind) {
		return true // what was redacted may have been the third
	}
	return behind > end && (scan.IsDigit(p.at(behind)) || p.at(behind) == '-' && scan.IsDigit(p.at(behind+1))) && p.at(behind+p.digitRun(behind, 18)) == '.'
}

// degrees looks for degrees, minutes and seconds at start, and for the pair of it.
func (p *pass) degrees(start int) {
	end, minutes := p.sexagesimal(start, 180)
	if end == 0 || !minutes {
		return
	}
	next := end
	for next-end < 3 && (p.at(next) == ' ' || p.at(next) == ',') && next < len(p.b) {
		next++
	}
	if other, _ := p.sexagesimal(next, 180); other > 0 {
		end = other
	}
	if n := len(p.candidates); n > 0 && p.candidates[n-1].end > start {
		return
	}
	p.add(start, end, Coordinates, 0.85, byPlace, p.verbatim(start, end))
}

// sexagesimal reads 51°30'02.5"N at i: where it ends, and whether there are minutes.
func (p *pass) sexagesimal(i, most int) (end int, minutes bool) {
	n := p.digitRun(i, 3)
	if n == 0 || p.value(i, n) > most || p.at(i+n) != 0xC2 || p.at(i+n+1) != 0xB0 {
		return 0, false
	}
	end = i + n + 2
	for part := range 2 {
		at := end
		if p.at(at) == ' ' {
			at++
		}
		n := p.digitRun(at, 2)
		if n == 0 {
			break
		}
		at += n
		if p.at(at) == '.' {
			for at++; scan.IsDigit(p.at(at)); at++ {
			}
		}
		width := p.prime(at)
		if width == 0 {
			break
		}
		end, minutes = at+width, minutes || part == 0
	}
	return p.hemisphere(end), minutes
}

// prime is the width of the sign for minutes or seconds at i, or 0.
func (p *pass) prime(i int) int {
	switch {
	case p.at(i) == '\'' && p.at(i+1) == '\'':
		return 2
	case p.at(i) == '\'' || p.at(i) == '"':
		return 1
	case p.at(i) == '\\' && p.at(i+1) == '"':
		return 2
	case p.at(i) == 0xE2 && p.at(i+1) == 0x80 && (p.at(i+2) == 0xB2 || p.at(i+2) == 0xB3): // ′ ″
		return 3
	}
	return 0
}

// geoURI looks for a URI of RFC 5870 at token i, "geo".
func (p *pass) geoURI(i int) {
	t := &p.text.Tokens[i]
	at := int(t.End)
	if p.at(at) != ':' {
		return
	}
	end, _ := p.degree(at+1, 90)
	if end == 0 || p.at(end) != ',' {
		return
	}
	if end, _ = p.degree(end+1, 180); end == 0 {
		return
	}
	for end < len(p.b) && isURLByte(p.b[end]) && p.b[end] != '\'' {
		end++
	}
	for isTrailing(p.b[end-1]) {
		end--
	}
	p.add(int(t.Start), end, Coordinates, 0.95, byPlace, p.verbatim(int(t.Start), end))
}
