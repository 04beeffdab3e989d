package detectors

// ssn scores a run as a US social security number (SSA: area, group, serial; no check digit) or, where the area begins
// with 9, as an ITIN (IRS). Numbers that were never issued are found too: a wrong digit is still nearly the number.
func (p *pass) ssn(r *run, best *guess) {
	if r.digits != 9 || r.plus {
		return
	}
	d := r.d
	s := score{form: 0.3, words: max(r.ctx.boost(cueSSN), r.ctx.boost(cueID)/2), question: p.wants.score(cueSSN, 0.4)}
	g := r.groups
	if len(g) == 3 && g[0].digits == 3 && g[1].digits == 2 {
		s.form = 0.7
		if r.sep == '-' {
			s.form = 0.8
		}
	}
	kind := USSSN
	if d[0] == '9' {
		kind = USITIN
	}
	issued := string(d[:3]) != "000" && string(d[:3]) != "666" && string(d[3:5]) != "00" && string(d[5:]) != "0000"
	if !issued {
		s.check -= 0.15
	}
	best.betterScored(kind, s, "", byUS)
}
