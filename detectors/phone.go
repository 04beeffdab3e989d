package detectors

// phone scores a run as a telephone number: E.164 with a plus or 00, the national plans of the US, Canada, India and
// the UK, then whatever is grouped like one or stands beside a word for one.
func (p *pass) phone(r *run, best *guess) {
	n := r.digits
	if n < 7 || n > 15 || p.isTimestamp(r) {
		return
	}
	d := r.d
	base := float32(0)
	switch {
	case r.plus && n >= 8 && d[0] != '0':
		base = 0.85
	case n > 10 && d[0] == '0' && d[1] == '0' && d[2] != '0':
		base = 0.6
	case n == 10 && d[0] >= '6' && len(r.groups) <= 2: // India: mobile, also as 98765 43210
		base = 0.62
	case n == 10 && isNANP(d), n == 11 && d[0] == '1' && isNANP(d[1:]):
		base = 0.55
	case n == 12 && d[0] == '9' && d[1] == '1' && d[2] >= '6', n == 11 && d[0] == '0' && d[1] >= '6':
		base = 0.6
	case (n == 10 || n == 11) && d[0] == '0' && d[1] >= '1': // UK and many others: a trunk zero
		base = 0.55
	case n == 12 && d[0] == '4' && d[1] == '4':
		base = 0.55
	case n <= 8 && len(r.groups) == 1 && p.in.Channel == ChannelLog:
		base = 0
	case n <= 8:
		base = 0.2
	case n <= 12:
		base = 0.3
	default:
		base = 0.2
	}
	if base < 0.85 && r.isPhoneShape() {
		base += 0.15
		if n >= 9 {
			base = max(base, 0.55)
		}
	}
	if p.isDecimal(r) {
		base -= 0.3
	}
	score := base + max(r.ctx.boost(cuePhone|cueCalling), p.wants.score(cuePhone, 0.4))
	best.better(Phone, min(score, 0.98), byPhone)
}

func (p *pass) isDecimal(r *run) bool { return r.sep == '.' && len(r.groups) == 2 }

// isNANP says whether ten digits fit the North American plan: neither area nor exchange begins with 0 or 1.
func isNANP(d []byte) bool { return d[0] >= '2' && d[3] >= '2' }

// isPhoneShape says whether the groups are as phone numbers are written: the last has two to five digits, none has
// more than eight, and there are at most six.
func (r *run) isPhoneShape() bool {
	n := len(r.groups)
	if n < 2 || n > 6 || r.sep == ',' || r.sep == '/' && n > 2 || r.isCardShape() {
		return false
	}
	for _, g := range r.groups {
		if g.digits > 6 && !r.plus {
			return false
		}
	}
	last := r.groups[n-1].digits
	if n == 2 && r.sep == ' ' && r.digits < 9 {
		return false
	}
	return last >= 2 && last <= 6
}
