package detectors

// ssn scores a run as a US social security number (SSA: area, group, serial; no check digit) or, where the area begins
// with 9, as an ITIN (IRS). Numbers that were never issued are found too: a wrong digit is still nearly the number.
func (p *pass) ssn(r *run, best *guess) {
	if r.digits != 9 || r.plus {
		return
	}
	d := r.d
	score := float32(0.3)
	g := r.groups
	if len(g) == 3 && g[0].digits == 3 && g[1].digits == 2 {
		score = 0.7
		if r.sep == '-' {
			score = 0.8
		}
	}
	kind := USSSN
	if d[0] == '9' {
		kind = USITIN
	}
	issued := string(d[:3]) != "000" && string(d[:3]) != "666" && string(d[3:5]) != "00" && string(d[5:]) != "0000"
	if !issued {
		score -= 0.15
	}
	score += max(r.ctx.boost(cueSSN), p.wants.score(cueSSN, 0.4), r.ctx.boost(cueID)/2)
	best.better(kind, min(score, 0.98), byUS)
}
