package detectors

// birth notes the date that tokens first to last make up if the words round it, the field or the question before say
// that it is someone's date of birth. Other dates are left alone.
func (p *pass) birth(first, last, start, end int) {
	ctx := p.around(first, last)
	score := 0.45 + ctx.boost(cueBirth)
	if p.wants.cues&cueBirth != 0 {
		score = max(score, 0.85-p.wants.decay)
	}
	if score < 0.6 {
		return
	}
	canon := len(p.canon)
	for _, c := range p.b[start:end] {
		if c >= '0' && c <= '9' {
			p.canon = append(p.canon, c)
		} else if c > ' ' && c|0x20 >= 'a' && c|0x20 <= 'z' {
			p.canon = append(p.canon, c|0x20)
		} else if len(p.canon) > canon && p.canon[len(p.canon)-1] != '-' {
			p.canon = append(p.canon, '-')
		}
	}
	p.add(start, end, DateOfBirth, score, byBirth, canon)
	p.barrier = max(p.barrier, end)
}

// monthDate looks for a date with the name of a month at token i: "12 March 1985", "March 12th, 1985", "March 1985".
// It gives the token to go on with.
func (p *pass) monthDate(i int) (next int) {
	tokens := p.text.Tokens
	first, last := i, i
	if k := i - 1; k >= 0 && p.bitsAt(k)&^wordPhrase == 0 && tokens[k].Len() == 2 && k > 0 && tokens[k].IsWord() {
		k-- // "12th of March"
		if p.isDayAt(k) {
			first = k
		}
	} else if k >= 0 && p.isDayAt(k) {
		first = k
	}
	if k := i + 1; k < len(tokens) && p.isDayAt(k) {
		last = k
	}
	if k := last + 1; k < len(tokens) && tokens[k].IsNumber() && (tokens[k].Len() == 4 || tokens[k].Len() == 2 && last == i && first < i) &&
		tokens[k].Start-tokens[last].End <= 2 {
		last = k
	}
	if first == last || int(tokens[first].Start) < p.barrier {
		return i + 1
	}
	p.birth(first, last, int(tokens[first].Start), int(tokens[last].End))
	return last + 1
}

// isDayAt says whether token k is the day of a month: "12", "12th", "1st".
func (p *pass) isDayAt(k int) bool {
	t := &p.text.Tokens[k]
	n := p.digitRun(int(t.Start), 2)
	if n == 0 {
		return false
	}
	v := p.value(int(t.Start), n)
	return v >= 1 && v <= 31 && (t.Len() == n || t.Len() == n+2)
}
