package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// isAmount says whether a run is money, a decimal, a percentage or a version rather than an identifier. What has the
// digits of a card is none of these.
func (p *pass) isAmount(r *run) bool {
	if p.isGrouped(r) {
		return true
	}
	if r.digits < 13 && (p.hasCurrency(r.start) || p.at(r.end) == '%') {
		return true
	}
	if r.sep != '.' || r.plus || p.told && p.isPrinted(r) {
		return false
	}
	switch len(r.groups) {
	case 2: // a decimal, or seconds with a fraction
		return r.groups[0].digits < 9 || p.isTimestamp(r)
	}
	return !r.isDotted() && r.groups[0].digits < 9
}

// isGrouped says whether commas set off thousands, as in 1,234,567.89 or 5,00,000.
func (p *pass) isGrouped(r *run) bool {
	if len(r.groups) < 2 || r.groups[0].digits > 3 {
		return false
	}
	commas := 0
	for k := 1; k < len(r.groups); k++ {
		g := r.groups[k]
		sep := p.b[r.groups[k-1].end]
		if sep == '.' && k == len(r.groups)-1 && commas > 0 {
			return true
		}
		if sep != ',' || g.start != r.groups[k-1].end+1 || g.digits != 3 && g.digits != 2 {
			return false
		}
		commas++
	}
	return r.groups[len(r.groups)-1].digits == 3
}

// hasCurrency says whether a sign of money stands before i.
func (p *pass) hasCurrency(i int) bool {
	if p.at(i-1) == ' ' {
		i--
	}
	if p.at(i-1) == '$' {
		return true
	}
	if i >= 2 && p.b[i-2] == 0xC2 && (p.b[i-1] == 0xA3 || p.b[i-1] == 0xA5) { // £ ¥
		return true
	}
	return i >= 3 && p.b[i-3] == 0xE2 && p.b[i-2] == 0x82 && p.b[i-1] >= 0xA0 // € ₹ and the other signs of the block
}

// dateOrTime passes over a date or time of day at token i that findWritten hasn't noted. It gives the token to go on with.
func (p *pass) dateOrTime(i int) (next int, ok bool) {
	start := int(p.text.Tokens[i].Start)
	end := p.dateEnd(i)
	if end > 0 {
		last := i
		for last+1 < len(p.text.Tokens) && int(p.text.Tokens[last+1].Start) < end {
			last++
		}
		return last + 1, true
	}
	if end = p.isTimeAt(start); end == 0 {
		return 0, false
	}
	next = i + 1
	for next < len(p.text.Tokens) && int(p.text.Tokens[next].Start) < end {
		next++
	}
	return next, true
}

// dateEnd is where the date of digits that begins with token i ends, or 0. Three pairs of digits are
// no date where any word of the text speaks of something else that is written so, as a sort code is.
func (p *pass) dateEnd(i int) int {
	const pairs, others = 8, cueBank | cueAccount | cueID | cueSSN | cueCard | cuePhone | cueOrder | cueCVV | cueOTP
	start := int(p.text.Tokens[i].Start)
	end := p.isDateAt(start)
	if end == 0 || end-start > pairs || p.at(end-3) != '-' || (p.said|p.path.bits|p.wants.cues)&others == 0 && !p.told {
		return end
	}
	if ctx := p.around(i, i+2); ctx.boost(cueBirth) >= midBoost {
		return end
	}
	return 0
}

// isDateAt is where the date of digits that begins at i ends, or 0: 2024-01-31, 31/01/2024, 1.2.85, 2024/01/31.
func (p *pass) isDateAt(i int) int {
	if p.at(i-1) == '-' && scan.IsWordByte(p.at(i-2)) {
		return 0 // the middle of something longer
	}
	first := p.digitRun(i, 4)
	sep := p.at(i + first)
	if first == 0 || first == 3 || sep != '-' && sep != '/' && sep != '.' {
		return 0
	}
	second := p.digitRun(i+first+1, 2)
	third := p.digitRun(i+first+second+2, 4)
	if second == 0 || third == 0 || third == 3 || p.at(i+first+second+1) != sep {
		return 0
	}
	end := i + first + second + third + 2
	if p.at(end) == sep && scan.IsDigit(p.at(end+1)) || sep == '.' && first != 4 && third != 4 && second != 2 && (p.said|p.path.bits|p.wants.cues)&cueBirth == 0 {
		return 0 // a dotted number
	}
	a, b, c := p.value(i, first), p.value(i+first+1, second), p.value(i+first+second+2, third)
	if first == 4 {
		a, c = c, a
	} else if third < 4 && (third == 1 || scan.IsWordByte(p.at(end)) || !scan.IsSpace(p.at(end)) && (scan.IsDigit(p.at(end+1)) || p.at(end+1) == '[')) {
		return 0 // a longer number
	}
	if a < 1 || b < 1 || a > 31 || b > 31 || a > 12 && b > 12 || (first == 4 || third == 4) && (c < 1800 || c > 2199) {
		return 0
	}
	return end
}

// isTimeAt is where the time of day that begins at i ends, or 0: 9:30, 12:30:45.123.
func (p *pass) isTimeAt(i int) int {
	n := p.digitRun(i, 2)
	if n == 0 || p.at(i+n) != ':' || !p.digitsAt(i+n+1, 2) {
		return 0
	}
	i += n + 3
	if p.at(i) == ':' && p.digitsAt(i+1, 2) {
		i += 3
		if c := p.at(i); (c == '.' || c == ',') && scan.IsDigit(p.at(i+1)) {
			for i++; scan.IsDigit(p.at(i)); i++ {
			}
		}
	}
	if p.at(i) == ':' || scan.IsWordByte(p.at(i)) && p.at(i)|0x20 != 'z' {
		return 0
	}
	return i
}

// digitRun counts the digits at i; 0 if there are more than most.
func (p *pass) digitRun(i, most int) int {
	n := 0
	for scan.IsDigit(p.at(i + n)) {
		if n++; n > most {
			return 0
		}
	}
	return n
}

func (p *pass) value(i, n int) (v int) {
	for _, c := range p.b[i : i+n] {
		v = v*10 + int(c-'0')
	}
	return v
}
