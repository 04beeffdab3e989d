package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

const (
	codeHeard    = 0.7 // what was heard before in the call
	codeAlone    = 0.5 // what is all of a turn
	mixedLeast   = 5   // letters and digits of a code that is known again
	aloneDigits  = 5   // of a code that is all of a turn
	aloneLetters = 3   // before them, at most
	frontMost    = 4   // letters and digits before the groups of a number that was asked for
)

// codesAgain finds words of letters and digits that were heard before in the call, as a part of something found: "that was ZB387120". And
// one that is all of a turn but words that lead to it, "d62140", "yes it's ac8279022": who types answers a question that another field had asked.
func (p *pass) codesAgain() {
	c := p.in.Call
	if p.in.Channel == ChannelLog {
		return
	}
	p.takeFrontGroups()
	tokens := p.text.Tokens
	if c.heard.n > 0 {
		for _, h := range p.text.Hot {
			if t := &tokens[h]; t.Len() >= mixedLeast && p.isMixedCode(int(h)) && c.heard.holds(p.bytesOf(t)) {
				p.addHeard(int(t.Start), int(t.End), c.heard.match(p.bytesOf(t)), codeHeard)
			} else {
				p.addHeardGroups(int(h))
			}
		}
	}
	if last := len(tokens) - 1; last >= 0 && p.in.Role != RoleAgent && p.isMixedCode(last) && isCodeAlone(p.bytesOf(&tokens[last])) && p.isLed(last) {
		p.addHeard(int(tokens[last].Start), int(tokens[last].End), AccountID, codeAlone)
	}
}

// addHeardGroups adds the groups of letters and of digits round token k, which has a digit, that were heard as one: "mh 12 ts 6799".
func (p *pass) addHeardGroups(k int) {
	const most = 4 // groups to each side
	tokens := p.text.Tokens
	part := func(i int) bool {
		t := &tokens[i]
		return t.Shape&scan.High == 0 && t.Len() <= frontMost && !p.isInert(int(t.Start))
	}
	if tokens[k].Shape&scan.Digit == 0 || !part(k) {
		return
	}
	last := k
	for last < k+most && p.codeGap(last) != 0 && part(last+1) {
		last++
	}
	for first := max(k-most, 0); first <= k; first++ {
		joined := true
		for i := first; i < k && joined; i++ {
			joined = part(i) && p.codeGap(i) != 0
		}
		if !joined || tokens[first].IsNumber() {
			continue
		}
		for to := last; to >= k; to-- {
			start, end := int(tokens[first].Start), int(tokens[to].End)
			if end-start > mixedLeast && p.in.Call.heard.holds(p.b[start:end]) {
				p.addHeard(start, end, p.in.Call.heard.match(p.b[start:end]), codeHeard)
				return
			}
		}
	}
}

// isMixedCode says whether token k has letters and digits and is nothing that was found in an earlier pass.
func (p *pass) isMixedCode(k int) bool {
	t := &p.text.Tokens[k]
	return t.Shape&scan.Digit != 0 && t.Shape&(scan.Upper|scan.Lower) != 0 && !p.isInert(int(t.Start))
}

// takeFrontGroups lets numbers that were asked for or heard before begin with the group of letters and digits before them: "T51 233 814".
func (p *pass) takeFrontGroups() {
	for n := range len(p.candidates) {
		c := &p.candidates[n]
		if !isNumeral(c.kind) {
			continue
		}
		first, _ := p.tokensOf(c.start, c.end)
		k := first - 1
		if k < 0 || first >= len(p.text.Tokens) || int(p.text.Tokens[first].Start) != c.start || !p.text.Tokens[first].IsNumber() || p.between(k) != gapSpace {
			continue
		}
		start := int(p.text.Tokens[k].Start)
		if p.text.Tokens[k].Len() > frontMost || !p.isMixedCode(k) || p.isFound(start, c.start-1) || c.score.question <= 0 && !p.in.Call.heard.holds(p.b[start:c.end]) {
			continue
		}
		front := *c
		front.start, front.canonStart, front.canonEnd = start, p.compact(start, c.end), len(p.canon)
		p.candidates = append(p.candidates, front)
	}
}

// addHeard adds a code, unless it was found.
func (p *pass) addHeard(start, end int, kind Type, likely float32) {
	if !p.isFound(start, end) {
		p.addScored(start, end, guess{kind: kind, score: score{form: likely}, rule: "again", detector: bySpeech}, p.compact(start, end))
	}
}

// isCodeAlone says whether a word is a few letters and many digits behind them.
func isCodeAlone(b []byte) bool {
	n := 0
	for n < len(b) && scan.IsLetter(b[n]) {
		n++
	}
	return n > 0 && n <= aloneLetters && len(b)-n >= aloneDigits && digitsIn(b[n:]) == len(b)-n
}

// holds says whether all of a canonical form was heard, in pieces of four.
func (h *heard) holds(canon []byte) bool {
	var d [2 * runMost]byte
	n := compactTo(d[:], canon)
	for i := 0; i+gram <= n; i++ {
		if h.match(d[i:i+gram]) == 0 {
			return false
		}
	}
	return n >= gram
}
