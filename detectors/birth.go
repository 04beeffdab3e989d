package detectors

// birthNumber scores a run as a date of birth written without marks, by the words beside it: 12031985, 12 3 85, 1302 1983,
// and a year alone.
func (p *pass) birthNumber(r *run, best *guess) {
	if r.digits < 4 || r.digits > 8 || r.plus {
		return
	}
	told := p.wants.score(cueBirth, birthAsked)
	if p.in.Channel != ChannelLog && p.isBornBefore(r.start) {
		told = max(told, birthTold+midBoost)
	}
	if boost := r.ctx.boost(cueBirth); boost >= midBoost {
		told = max(told, birthTold+boost)
	}
	if told == 0 {
		if r.digits == 8 && len(r.groups) == 1 && (p.is(r.first-1, &datedWords) || p.bitsAt(r.first-1)&wordIs != 0 && p.is(r.first-2, &datedWords)) {
			if _, ok := r.birthDate(); ok {
				best.better(Date, dateAlone, byDate)
			}
		}
		return
	}
	if d, ok := r.birthDate(); ok && (d.month != 0 || r.ctx.near&cueBirth != 0 || p.wants.cues&cueBirth != 0 || p.bitsAt(r.last+1)&wordIs != 0 || p.isBornBefore(r.start)) {
		best.better(DateOfBirth, told, byDate)
	}
}

// birthDate reads the date that the digits of a run may be.
func (r *run) birthDate() (d date, ok bool) {
	if len(r.groups) == 3 && r.groups[0].digits <= 2 && r.groups[1].digits <= 2 && r.groups[2].digits != 3 {
		a, b := r.groups[0].digits, r.groups[0].digits+r.groups[1].digits
		return birthOf(decimal(r.d[:a]), decimal(r.d[a:b]), decimal(r.d[b:]), r.groups[2].digits == 2)
	}
	switch v := r.d; len(v) {
	case 4:
		year := decimal(v)
		return date{year: year}, len(r.groups) == 1 && year >= 1900 && year < 2100
	case 6:
		if d, ok = birthOf(decimal(v[:2]), decimal(v[2:4]), decimal(v[4:]), true); ok {
			return d, ok
		}
		return birthOf(decimal(v[4:]), decimal(v[2:4]), decimal(v[:2]), true)
	case 8:
		if d, ok = birthOf(decimal(v[:2]), decimal(v[2:4]), decimal(v[4:]), false); ok {
			return d, ok
		}
		return birthOf(decimal(v[6:]), decimal(v[4:6]), decimal(v[:4]), false)
	}
	return d, false
}

// birthOf is the date of a day and a month, in either order, and a year.
func birthOf(a, b, year int, short bool) (d date, ok bool) {
	d = date{day: a, month: b, year: year, short: short, open: a <= 12 && b <= 12 && a != b}
	if b > 12 {
		d.day, d.month = b, a
	}
	d.expand()
	return d, d.year >= 1850 && d.year < 2100 && isDay(d.year, d.month, d.day)
}
