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
// one that is all of a turn, "d62140": who types answers a question that another field had asked. A number that was asked for takes in the
// group of letters and digits before it: "T51 233 814".
func (p *pass) codesAgain() {
	c := p.in.Call
	if p.in.Channel == ChannelLog {
		return
	}
	tokens := p.text.Tokens
	for _, h := range p.text.Hot {
		k := int(h)
		t := &tokens[k]
		if t.Shape&scan.Digit == 0 || t.Shape&(scan.Upper|scan.Lower) == 0 || p.isInert(int(t.Start)) {
			continue
		}
		start, end := int(t.Start), int(t.End)
		switch {
		case k+1 < len(tokens) && tokens[k+1].IsNumber() && t.Len() <= frontMost && p.between(k) == gapSpace:
			p.takeFrontGroup(start, int(tokens[k+1].Start))
		case t.Len() >= mixedLeast && c.heard.n > 0 && c.heard.holds(p.bytesOf(t)):
			p.addHeard(start, end, c.heard.match(p.bytesOf(t)), codeHeard)
		case len(tokens) == 1 && p.in.Role != RoleAgent && isCodeAlone(p.bytesOf(t)):
			p.addHeard(start, end, AccountID, codeAlone)
		}
	}
}

// takeFrontGroup lets the number that was asked for and begins at next begin at start.
func (p *pass) takeFrontGroup(start, next int) {
	for k := range p.candidates {
		if c := &p.candidates[k]; c.start == next && (c.score.question > 0 || p.in.Call.heard.holds(p.b[start:c.end])) && isNumeral(c.kind) && !p.isFound(start, next-1) {
			front := *c
			front.start, front.canonStart, front.canonEnd = start, p.compact(start, c.end), len(p.canon)
			p.candidates = append(p.candidates, front)
			return
		}
	}
}

// addHeard adds a code, unless it was found.
func (p *pass) addHeard(start, end int, kind Type, likely float32) {
	if kind != 0 && !p.isFound(start, end) {
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
