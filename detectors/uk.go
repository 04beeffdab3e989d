package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// nino looks for a UK national insurance number that begins with token i and is written as "AB123456C" or "AB12...".
func (p *pass) nino(i int) {
	t := &p.text.Tokens[i]
	b := p.bytesOf(t)
	if len(b) == 7 && p.lettersBefore(i) == 2 { // "PR 123612C"
		p.ninoFrom(i-1, int(p.text.Tokens[i-1].Start))
		return
	}
	if len(b) < 4 || !scan.IsLetter(b[0]) || !scan.IsLetter(b[1]) || !scan.IsDigit(b[2]) || t.Shape&scan.High != 0 {
		return
	}
	p.ninoFrom(i, int(t.Start))
}

// spacedNINO looks for one whose letters stand apart, before the digits of token i: "QQ 12 34 56 C".
func (p *pass) spacedNINO(i int) {
	if p.lettersBefore(i) == 2 {
		p.ninoFrom(i-1, int(p.text.Tokens[i-1].Start))
	}
}

// lettersBefore is the length of the word of ASCII letters that a space or dash joins to token i, or 0.
func (p *pass) lettersBefore(i int) int {
	if i == 0 {
		return 0
	}
	before, t := &p.text.Tokens[i-1], &p.text.Tokens[i]
	if before.End+1 != t.Start || !before.IsWord() || before.Shape&scan.High != 0 || p.b[before.End] != ' ' && p.b[before.End] != '-' {
		return 0
	}
	return before.Len()
}

// ninoFrom reads two letters, six digits and a letter (HMRC, NIM39110), with single spaces or dashes anywhere between
// the digits. Unused prefixes lower the score. Without the last letter it is taken only where the words say so.
func (p *pass) ninoFrom(i, start int) {
	end, n := start, 0
	var c [9]byte
	for end < len(p.b) && n < 9 {
		b := p.b[end]
		if (b == ' ' || b == '-') && n >= 2 && scan.IsWordByte(p.at(end+1)) {
			end++
			continue
		}
		if letter := n < 2 || n == 8; letter && !scan.IsLetter(b) || !letter && !scan.IsDigit(b) {
			break
		}
		c[n] = b &^ 0x20
		n++
		end++
	}
	if scan.IsWordByte(p.at(start-1)) || n < 8 {
		return
	}
	if n == 8 || scan.IsWordByte(p.at(end)) || c[8] > 'D' {
		for end > start && !scan.IsDigit(p.b[end-1]) {
			end--
		}
		last := i
		for last+1 < len(p.text.Tokens) && int(p.text.Tokens[last+1].Start) < end {
			last++
		}
		ctx := p.around(i, last)
		if n == 9 && c[8] > 'D' && !scan.IsSpace(p.at(end)) || scan.IsWordByte(p.at(end)) || ctx.boost(cueNINO) == 0 && p.wants.score(cueNINO, 1) == 0 {
			return
		}
		p.add(start, end, UKNINO, 0.6, byUK, p.compact(start, end))
		return
	}
	if !isUnusedPrefix(c[0], c[1]) {
		p.add(start, end, UKNINO, 0.9, byUK, p.compact(start, end))
		return
	}
	// No such number, but perhaps a misheard one.
	kind := Number
	if first, last := p.tokensOf(start, end); p.wants.score(cueNINO, 1) > 0 || first <= last && p.near(first, last, cueNINO) {
		kind = UKNINO
	}
	p.add(start, end, kind, 0.6, byUK, p.compact(start, end))
}

// near says whether a word for one of the cues stands within twelve words of tokens first to last.
func (p *pass) near(first, last int, cues uint64) bool {
	ctx := p.around(first, last)
	return ctx.boost(cues) > 0
}

// isUnusedPrefix says whether HMRC doesn't issue the two letters.
func isUnusedPrefix(a, b byte) bool {
	switch a {
	case 'D', 'F', 'I', 'Q', 'U', 'V':
		return true
	}
	switch b {
	case 'D', 'F', 'I', 'O', 'Q', 'U', 'V':
		return true
	}
	switch string([]byte{a, b}) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return true
	}
	return false
}
