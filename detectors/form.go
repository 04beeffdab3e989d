package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

// What lowers the score of a form that no word beside it speaks for.
const (
	inLog      = 0.25 // in a log, where most numbers count things
	inLower    = 0.3  // in pieces of small letters, as prose has them
	misgrouped = 0.1  // not in the groups it is printed in
	inLonger   = 0.3  // joined by a dash or dot to something longer
	// lettersMax is the longest group of letters behind the first digit; longer words are those of the sentence.
	lettersMax = 6
	// distinct is the score from which a form speaks for itself in logs, too.
	distinct = 0.8
)

// digitForms scores a run of digits as the identifiers of its length.
func (p *pass) digitForms(r *run, best *guess) {
	if r.digits > formMax || r.plus || len(r.d) < r.digits {
		return
	}
	refs := p.set.digitIDs[r.digits]
	if len(refs) == 0 {
		return
	}
	groups := r.breaks()
	for k := range refs {
		ref := &refs[k]
		s := score{words: r.ctx.boostFor(ref.kind, p.set.tables), question: p.wants.scoreFor(ref.kind, nearBoost, p.set.tables)}
		if s.words == 0 && r.ctx.n == 0 {
			s.words = r.ctx.boost(cueID) / 2
		}
		if len(ref.fixed) > 0 && !ref.fits(r.d, 0) {
			continue
		}
		s.form = ref.id.broken
		if s.form+max(s.words, s.question)+misgrouped+0.3 < best.total && s.words+s.question == 0 && ref.id.alone <= best.total {
			continue
		}
		p.checkForm(ref, r.d, &s)
		switch {
		case groups != 0 && groups == ref.breaks:
			s.form += misgrouped
		case groups&^ref.breaks != 0:
			s.form -= misgrouped
		}
		if p.in.Channel == ChannelLog && s.words+s.question == 0 && s.form+s.check < distinct {
			s.against -= inLog
		}
		best.betterScored(ref.kind, s, ref.text, ref.detector)
	}
}

// checkForm gives the score of what has a form: in s.form what it has with a broken check digit, in s.check the rest.
func (p *pass) checkForm(ref *formRef, c []byte, s *score) {
	switch {
	case ref.id.check == nil:
		s.form = ref.id.alone
	case ref.id.check(c):
		s.form, s.check = ref.id.broken, ref.id.alone-ref.id.broken
	default:
		s.form = ref.id.broken
	}
}

// codes looks for identifiers of letters and digits that token i, which has a digit, belongs to.
func (p *pass) codes(i int) {
	first := i
	for first > 0 && i-first < 2 && p.codeGap(first-1) != 0 {
		t := &p.text.Tokens[first-1]
		if !t.IsWord() || t.Shape&scan.High != 0 || t.Len() > 8 || p.set.headWords>>t.Len()&1 == 0 {
			break
		}
		first--
	}
	if first == i && p.text.Tokens[i].IsNumber() && !p.goesOnInLetters(i) {
		return
	}
	for k := first; k <= i; k++ {
		p.codesFrom(k, i)
	}
	p.lowerPlate(i)
}

// lowerPlate takes the mark of a British vehicle that is written in small letters and in its two groups, of which token i is the first: "the
// car's a golf, bd51 smr".
func (p *pass) lowerPlate(i int) {
	const front, back = 4, 3
	if t := &p.text.Tokens[i]; t.Len() != front || t.Shape&(scan.Upper|scan.Lower|scan.Digit|scan.High) != scan.Lower|scan.Digit || p.in.Channel == ChannelLog || p.set.names == nil || p.codeGap(i) != ' ' || p.isInert(int(t.Start)) {
		return
	}
	next := &p.text.Tokens[i+1]
	if next.Len() != back || next.Shape&(scan.Upper|scan.Lower|scan.Digit|scan.High) != scan.Lower || next.Bits != 0 || p.set.names.IsCommon(next.Hash) || p.isInert(int(next.Start)) {
		return
	}
	start, end := int(p.text.Tokens[i].Start), int(next.End)
	if n := p.compact(start, end); isUKPlate(p.canon[n:]) && scan.IsLetter(p.canon[n]) && scan.IsLetter(p.canon[n+1]) && scan.IsDigit(p.canon[n+2]) && scan.IsDigit(p.canon[n+3]) {
		p.add(start, end, VehiclePlate, 0.6, byNumber, n)
	}
}

// goesOnInLetters says whether letters are joined to the digits of token i and to those behind it.
func (p *pass) goesOnInLetters(i int) bool {
	if i < p.plain {
		return false
	}
	if t := &p.text.Tokens[i]; p.codeGap(i) == 0 || t.Len() > formMax || p.set.headDigits>>t.Len()&1 == 0 {
		return false
	}
	for k := i; p.codeGap(k) != 0; k++ {
		if t := &p.text.Tokens[k+1]; !t.IsNumber() {
			return !t.IsWord() || !p.isProse(t)
		}
		p.plain = k + 1
	}
	return false
}

// codeGap is the byte that joins token i to the next as the parts of a code are joined, or 0.
func (p *pass) codeGap(i int) byte {
	tokens := p.text.Tokens
	if i+1 >= len(tokens) || tokens[i].End+1 != tokens[i+1].Start {
		return 0
	}
	switch c := p.b[tokens[i].End]; c {
	case ' ', '-', '.', '/', '+':
		return c
	}
	return 0
}

// codesFrom looks for the best identifier that begins with token k and reaches over token i at least.
func (p *pass) codesFrom(k, i int) {
	var (
		c       = p.code[:]
		n       int
		letters uint64
		breaks  uint64
		lower   bool
		upper   bool // a piece is capitals only, so that what small letters follow are words
		best    = guess{set: p.set}
		bestEnd int
		least   = p.least
		bestLen int
		homeEnd int
	)
	for j := k; j < len(p.text.Tokens); j++ {
		t := &p.text.Tokens[j]
		if t.Shape&scan.High != 0 || n+t.Len() > formMax || j > i && t.IsWord() && (p.isProse(t) || upper && t.Shape&scan.Upper == 0 && p.b[t.Start-1] == ' ' && t.Len() > 1) {
			break
		}
		if j > k {
			breaks |= 1 << n
		}
		lower = lower || t.Shape&scan.Lower != 0
		upper = upper || t.Shape&(scan.Upper|scan.Lower) == scan.Upper
		if j == k+1 && lower && !p.told {
			least += inLower // all of these are loose from here on
		}
		for _, b := range p.bytesOf(t) {
			if b > '9' {
				b &^= 0x20
				letters |= 1 << n
			}
			c[n] = b
			n++
		}
		if j < i {
			// not there yet
		} else if refs := p.set.codeIDs[n][endsOf(letters, n)]; len(refs) > 0 && refs[0].id.alone >= least {
			before, home := best.total, best.homeTotal
			p.codeForms(refs, c[:n], letters, breaks, lower && j > k, k, j, &best)
			if best.total > before {
				bestEnd, bestLen = j, n
			}
			if best.homeTotal > home {
				homeEnd = j
			}
		}
		if p.codeGap(j) == 0 && !(j == k && p.isPlateHalf(j)) {
			break
		}
	}
	if best.total < p.set.threshold {
		return
	}
	if best.settle(); homeEnd == bestEnd {
		best.goHome()
	}
	start, end := int(p.text.Tokens[k].Start), int(p.text.Tokens[bestEnd].End)
	canon := len(p.canon)
	p.canon = append(p.canon, c[:bestLen]...)
	p.addScored(start, end, best, canon)
}

// isPlateHalf says whether token k is the first half of a British plate and the second stands behind a comma, as recognisers write one that is said:
// "DN70, KXP".
func (p *pass) isPlateHalf(k int) bool {
	const half, rest = 4, 3
	t := &p.text.Tokens[k]
	if t.Len() != half || t.IsNumber() || p.between(k) != gapComma || p.isWritten() || !scan.IsDigit(p.b[t.Start+2]) || !scan.IsDigit(p.b[t.Start+3]) {
		return false
	}
	return p.text.Tokens[k+1].Len() == rest && p.isAllUpper(k+1)
}

// isProse says whether a word behind digits is the sentence's rather than part of a code.
func (p *pass) isProse(t *scan.Token) bool {
	return t.Len() > lettersMax || !p.told && t.Len() > 1 && t.Shape&scan.Lower != 0 && p.b[t.Start-1] == ' '
}

// codeForms scores c, which tokens k to j make up, as the identifiers of refs.
func (p *pass) codeForms(refs []formRef, c []byte, letters, breaks uint64, loose bool, k, j int, best *guess) {
	var ctx context
	gathered := !p.told
	linking := p.text.Tokens[k].Bits&(wordIs|wordNumber) != 0 // "is 1234567": part of a code only where the code is known to begin so
	noPlate := k < j && p.isBesidePlate(k)
	for x := range refs {
		ref := &refs[x]
		if ref.id.alone < p.least {
			break // nor any that follows
		}
		if !ref.fits(c, letters) || linking && (len(ref.fixed) == 0 || ref.fixed[0].at != 0) || noPlate && ref.kind == VehiclePlate {
			continue
		}
		wrong := breaks &^ ref.breaks
		if t := &p.text.Tokens[k]; t.Len() > 2 && t.IsWord() && wrong&letters>>t.Len()&1 != 0 && p.b[t.End] == ' ' {
			continue // a word of the sentence before it
		}
		if !gathered {
			ctx, gathered = p.around(k, j), true
		}
		s := score{words: ctx.boostFor(ref.kind, p.set.tables), question: p.wants.scoreFor(ref.kind, nearBoost, p.set.tables)}
		if s.words == 0 && ctx.n == 0 {
			s.words = ctx.boost(cueID) / 2
		}
		p.checkForm(ref, c, &s)
		told := s.words >= midBoost || s.question > 0
		if wrong != 0 {
			s.form -= misgrouped
			if wrong&^(letters^letters<<1) != 0 {
				s.form -= misgrouped // not even between letters and digits
			}
			if !told {
				s.against -= inLower
			}
		}
		if loose && !told {
			s.against -= inLower
		}
		if p.in.Channel == ChannelLog && !told && s.form+s.check < distinct {
			s.against -= inLog
		}
		if p.isInLonger(k, j) {
			s.against -= inLonger
		}
		best.betterScored(ref.kind, s, ref.text, ref.detector)
	}
}

// isBesidePlate says whether token k is a word that stands before a number near a word for plates: "exp 0629", "and 26", "after 5", "a 2015", "BMW 320".
func (p *pass) isBesidePlate(k int) bool {
	const common = 4
	t := &p.text.Tokens[k]
	if !t.IsWord() || p.at(int(t.End)) != ' ' {
		return false
	}
	return t.Bits&cuesIdentifier != 0 || p.is(k, &clauseWords) || p.is(k, &makes) || t.Len() >= common && p.set.names != nil && p.set.names.IsCommon(t.Hash) ||
		p.b[t.Start]|0x20 == 'a' && t.Len() == 1 && t.Shape&scan.Lower != 0 && (k+2 >= len(p.text.Tokens) || p.codeGap(k+1) == 0 || p.text.Tokens[k+2].Len() > 3)
}

// isInLonger says whether a dash, dot or underscore joins tokens k to j to what stands beside them, or digits go on behind
// digits: to take one group out of a number would leave the others.
func (p *pass) isInLonger(k, j int) bool {
	tokens := p.text.Tokens
	if tokens[j].IsNumber() && p.codeGap(j) != 0 && tokens[j+1].IsNumber() || k > 0 && tokens[k].IsNumber() && p.codeGap(k-1) != 0 && tokens[k-1].IsNumber() {
		return true
	}
	joins := func(c byte) bool { return c == '-' || c == '_' || c == '.' }
	start, end := int(p.text.Tokens[k].Start), int(p.text.Tokens[j].End)
	return joins(p.at(start-1)) && scan.IsWordByte(p.at(start-2)) || joins(p.at(end)) && scan.IsWordByte(p.at(end+1))
}
