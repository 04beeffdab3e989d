package detectors

import (
	"github.com/sonexlabs/tacet/detectors/checksum"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// aadhaar scores a run as an Indian Aadhaar number (UIDAI: twelve digits, the first 2 to 9, the last by Verhoeff).
func (p *pass) aadhaar(r *run, best *guess) {
	if r.digits != 12 || r.plus {
		return
	}
	s := score{form: 0.3, words: max(r.ctx.boost(cueAadhaar), r.ctx.boost(cueID)/2), question: p.wants.score(cueAadhaar, 0.4)}
	if r.d[0] >= '2' {
		s.form += 0.1
		if checksum.Verhoeff(r.d) {
			s.check += 0.2
		}
	}
	if g := r.groups; len(g) == 3 && g[0].digits == 4 && g[1].digits == 4 {
		s.form += 0.2
	}
	best.betterScored(INAadhaar, s, "", byIN)
}

// isAadhaarShape says whether a run is an Aadhaar number as the card shows it, three groups of four: what three columns of a
// log look like, too, but those pass the check digit once in ten times only.
func (r *run) isAadhaarShape() bool {
	g := r.groups
	return len(g) == 3 && g[0].digits == 4 && g[1].digits == 4 && g[2].digits == 4 && r.d[0] >= '2' && checksum.Verhoeff(r.d)
}

// pan looks for an Indian permanent account number in one piece (Income Tax Department: five letters, of which the
// fourth tells the kind of holder, four digits, a letter).
func (p *pass) pan(i int) {
	t := &p.text.Tokens[i]
	if t.Len() != 10 || t.Shape&scan.High != 0 {
		return
	}
	b := p.bytesOf(t)
	for k, c := range b {
		if scan.IsDigit(c) != (k >= 5 && k < 9) {
			return
		}
	}
	p.addPAN(int(t.Start), int(t.End), b[3], t.Shape&scan.Lower == 0)
}

// spacedPAN looks for one in three pieces, "ABCDE 1234 F", the digits of which are token i.
func (p *pass) spacedPAN(i int) {
	if p.text.Tokens[i].Len() != 4 || p.lettersBefore(i) != 5 || i+1 >= len(p.text.Tokens) {
		return
	}
	i--
	word, digits, letter := &p.text.Tokens[i], &p.text.Tokens[i+1], &p.text.Tokens[i+2]
	if letter.Len() != 1 || !letter.IsWord() || letter.Start != digits.End+1 || p.b[digits.End] != ' ' && p.b[digits.End] != '-' {
		return
	}
	ctx := p.around(i, i+2)
	if upper := (word.Shape|letter.Shape)&scan.Lower == 0; upper || ctx.boost(cuePAN) > 0 || p.wants.score(cuePAN, 1) > 0 {
		p.addPAN(int(word.Start), int(letter.End), p.b[word.Start+3], upper)
	}
}

func (p *pass) addPAN(start, end int, holder byte, upper bool) {
	score := float32(0.6)
	switch holder &^ 0x20 {
	case 'A', 'B', 'C', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'P', 'T':
		if score = 0.75; upper {
			score = 0.95
		}
	}
	p.add(start, end, INPAN, score, byIN, p.compact(start, end))
}
