package detectors

import "github.com/sonexlabs/tacet/detectors/scan"

const (
	maxGroups   = 24 // groups of digits joined to one run
	usualGroups = 5  // groups that numbers are commonly written in

	maxDigits = 40 // digits of a run that are looked at

	shortDigits = 7  // below, a run is found only by the words around it
	gluedLeast  = 12 // digits that count though letters hang on them
)

// group is one token of a run: where it is and how many digits it has.
type group struct{ start, end, digits int }

// run is a sequence of digit groups that may be one number: "4111 1111 1111 1111", "(212) 555-0123", "98765-43210".
type run struct {
	start, end  int // with a leading plus or parenthesis
	first, last int // tokens
	groups      []group
	digits      int    // in all groups
	d           []byte // the first maxDigits of them
	sep         byte   // between groups: one of " (-./,", 'm' if mixed, 0 if there is one group
	loose       bool   // a space stands between some groups
	plus        bool
	ctx         context
}

// guess is a label for a run with its score.
type guess struct {
	kind     Type
	score    score
	total    float32 // of score
	rule     string  // see Reason.Rule
	detector uint8
	set      *Set
}

// better takes a label whose confidence comes from its form and context together.
func (g *guess) better(kind Type, form float32, detector uint8) {
	g.betterScored(kind, score{form: form}, "", detector)
}

// betterScored takes a label if it is likelier.
func (g *guess) betterScored(kind Type, s score, rule string, detector uint8) {
	s.locale += g.set.prior[kind]
	if total := s.total(); total > g.total {
		*g = guess{kind, s, total, rule, detector, g.set}
	}
}

// findNumbers goes over the tokens of digits, joins them to runs and labels those. It comes after findStrong, whose
// findings are neither joined nor looked at again.
func (p *pass) findNumbers() {
	next, strong := 0, 0
	if p.strong > 1 {
		sortCandidates(p.candidates[:p.strong])
	}
	for _, h := range p.numbers {
		i := int(h)
		if i < next {
			continue
		}
		t := &p.text.Tokens[i]
		start := int(t.Start)
		for strong < p.strong && p.candidates[strong].start <= start {
			p.barrier = max(p.barrier, p.candidates[strong].end)
			strong++
		}
		if start < p.barrier && (strong == 0 || p.candidates[strong-1].kind != URL) || p.isInert(start) {
			continue
		}
		limit := len(p.b)
		if strong < p.strong {
			limit = p.candidates[strong].start
		}
		switch {
		case t.IsNumber():
			if start == p.barrier+1 && p.b[p.barrier] == ':' {
				continue // the port behind an address
			}
			next = p.number(i, limit)
		case t.Bits&wordMonth != 0:
			next = p.monthDate(i)
		default:
			p.gluedNumber(i)
		}
	}
}

// number reads the run that begins with token i and notes what it is. It gives the token to go on with.
func (p *pass) number(i, limit int) (next int) {
	if next, ok := p.dateOrTime(i); ok {
		return next
	}
	r := &p.run
	p.readRun(r, i, limit)
	if p.isAmount(r) {
		return r.last + 1
	}
	if r.isUUID() {
		return r.last + 1
	}
	if !r.plus && p.onlyFirst(r) {
		p.cutRun(r, 1)
	}
	g := p.judge(r)
	if g.total < p.set.threshold && len(r.groups) > 1 {
		p.cutRun(r, 1)
		g = p.judge(r)
	}
	if g.total < p.set.threshold {
		return r.last + 1
	}
	canon := len(p.canon)
	if g.kind == Phone {
		p.canon = p.appendPhone(p.canon, r)
	} else {
		p.canon = append(p.canon, r.d...)
	}
	p.extension(r)
	p.addScored(r.start, r.end, g, canon)
	p.barrier = max(p.barrier, r.end)
	return r.last + 1
}

// onlyFirst says whether the groups behind the first belong to something else: the columns of a log, the parts of a
// path or a version.
func (p *pass) onlyFirst(r *run) bool {
	switch {
	case r.sep == '.':
		return !r.isDotted()
	case r.sep == '/':
		return len(r.groups) > 2
	case r.loose && p.in.Channel == ChannelLog && p.b[r.start] != '(':
		ctx := p.around(r.first, r.last)
		return !r.isUsualShape() || !r.isCardShape() && !r.isAadhaarShape() && ctx.boost(cuesNumber|cueCalling) == 0
	}
	return false
}

// readRun joins token i and the digit groups behind it, up to limit, as long as they may be one number.
func (p *pass) readRun(r *run, i, limit int) {
	*r = run{first: i, groups: r.groups[:0], d: r.d[:0]}
	p.push(r, i)
	r.start = r.groups[0].start
	if p.at(r.start-1) == '(' {
		r.start--
	}
	if p.at(r.start-1) == '+' {
		r.start--
		r.plus = true
	}
	for k := i + 1; k < len(p.text.Tokens) && len(r.groups) < maxGroups; k++ {
		t := &p.text.Tokens[k]
		sep := p.separator(r.groups[len(r.groups)-1].end, int(t.Start))
		if !t.IsNumber() || sep == 0 || int(t.End) > limit || !p.joins(r, k, sep) {
			break
		}
		r.loose = r.loose || sep == ' ' || sep == ',' || int(t.Start)-r.end > 1
		if r.loose && p.in.Channel == ChannelLog && len(r.groups) > usualGroups {
			break // the columns of a log
		}
		if r.sep == 0 {
			r.sep = sep
		} else if r.sep != sep {
			r.sep = 'm'
		}
		p.push(r, k)
	}
	p.extend(r)
	if p.at(r.start) == '(' && !p.hasClosing(r) {
		r.start++
	}
}

// extend takes in an extension that is written onto the last group: "555-0123x45".
func (p *pass) extend(r *run) {
	if r.digits < 3 || r.digits > 11 || r.last+1 >= len(p.text.Tokens) {
		return
	}
	t := &p.text.Tokens[r.last+1]
	if sep := p.separator(r.end, int(t.Start)); t.Shape&scan.Digit == 0 || sep != '-' && sep != '.' && sep != '(' {
		return
	}
	n := p.digitRun(int(t.Start), 4)
	x := int(t.Start) + n
	if n < 3 || p.at(x)|0x20 != 'x' {
		return
	}
	more := p.digitRun(x+1, 6)
	if more == 0 || x+1+more != int(t.End) {
		return
	}
	r.groups = append(r.groups, group{int(t.Start), x, n})
	r.d = append(r.d, p.b[t.Start:x]...)
	r.digits += n
	r.last, r.end = r.last+1, int(t.End)
}

// hasClosing says whether the parenthesis that begins the run is closed in it.
func (p *pass) hasClosing(r *run) bool {
	for _, g := range r.groups[:len(r.groups)-1] {
		if p.at(g.end) == ')' {
			return true
		}
	}
	return false
}

func (p *pass) push(r *run, k int) {
	t := &p.text.Tokens[k]
	r.groups = append(r.groups, group{int(t.Start), int(t.End), t.Len()})
	r.last, r.end = k, int(t.End)
	r.digits += t.Len()
	digits := p.bytesOf(t)
	r.d = append(r.d, digits[:min(len(digits), maxDigits-min(len(r.d), maxDigits))]...)
}

// cutRun shortens a run to its first n groups.
func (p *pass) cutRun(r *run, n int) {
	if n >= len(r.groups) {
		return
	}
	r.last -= len(r.groups) - n
	r.groups = r.groups[:n]
	r.end, r.digits, r.d = r.groups[n-1].end, 0, r.d[:0]
	for _, g := range r.groups {
		r.digits += g.digits
		digits := p.b[g.start:g.end]
		r.d = append(r.d, digits[:min(len(digits), maxDigits-min(len(r.d), maxDigits))]...)
	}
	if n == 1 {
		r.sep = 0
		if p.at(r.start) == '(' {
			r.start++
		}
	}
}

// separator says what stands between two groups: a space, dash, dot, slash, comma or parenthesis, alone or with a
// space beside it; 0 if they don't belong together.
func (p *pass) separator(from, to int) byte {
	if to-from > 3 || to == from {
		return 0
	}
	sep := byte(0)
	for _, c := range p.b[from:to] {
		switch c {
		case ' ':
			if sep == 0 {
				sep = ' '
			}
		case '(', ')':
			if sep == 0 || sep == ' ' {
				sep = '('
			}
		case '-', '.', '/', ',':
			if sep != 0 && sep != ' ' && sep != '(' {
				return 0
			}
			sep = c
		default:
			return 0
		}
	}
	if (sep == '.' || sep == '/') && to-from > 1 || sep == '-' && p.b[from] == ' ' && p.b[to-1] == '-' {
		return 0 // the end of a sentence, a sum, a negative number
	}
	return sep
}

// joins says whether token k, which follows the run with a separator, belongs to the same number.
func (p *pass) joins(r *run, k int, sep byte) bool {
	t := &p.text.Tokens[k]
	last := r.groups[len(r.groups)-1]
	if sep == '-' || sep == '.' || sep == '/' || sep == '(' {
		return true
	}
	if next := p.at(int(t.End)); next == ':' && scan.IsDigit(p.at(int(t.End)+1)) {
		return false // a time of day
	}
	if (t.Len() == 4 || t.Len() <= 2) && p.isDateAt(int(t.Start)) > 0 {
		return false
	}
	if sep == ',' {
		// Thousands have no space behind the comma; a list of amounts has groups of different lengths.
		return int(t.Start) == last.end+1 || last.digits == t.Len() && (t.Len() == 1 || t.Len() == 4 && r.digits < 16)
	}
	calling := r.digits <= 3 && (r.plus || last.digits <= 2)
	if t.Len() >= 9 || t.Len() >= 7 && r.digits >= 7 {
		return calling && len(r.groups) == 1
	}
	if last.digits >= 9 {
		return false
	}
	return !isWholeCard(r)
}

// isDotted says whether groups joined by dots are as phone and card numbers are written: two to four digits each, five
// where the calling code is in the first.
func (r *run) isDotted() bool {
	for k, g := range r.groups {
		if g.digits < 2 || g.digits > 4 && (k > 0 || g.digits > 5) {
			return false
		}
	}
	return r.digits >= 8
}

// isUsualShape says whether groups joined by spaces are as numbers are commonly written.
func (r *run) isUsualShape() bool {
	n := len(r.groups)
	if n < 2 || n > usualGroups {
		return n == 1
	}
	var shape uint32
	for _, g := range r.groups {
		if g.digits > 15 {
			return false
		}
		shape = shape<<4 | uint32(g.digits)
	}
	switch shape {
	case 0x4444, 0x465, 0x464, 0x444, 0x334, 0x55, 0x324, 0x434, 0x433, 0x344, 0x56, 0x46, 0x22222, 0x44443,
		0x333, 0x2222, 0x4222, 0x3322, 0x2333:
		return true
	}
	return false
}

// judge finds the best label for a run.
func (p *pass) judge(r *run) guess {
	best := &p.best // one that lives on the stack would move to the heap: the detectors are called through pointers
	*best = guess{set: p.set}
	continues := p.wants.open && r.first <= 1
	if r.digits < 3 && !continues {
		return *best
	}
	if r.digits < shortDigits && !continues && !(r.sep == '/' && p.followsCard(r)) && (p.said|p.path.bits|p.wants.cues)&p.shortCues() == 0 && !(p.in.Call != nil && p.endsText(r)) {
		return *best // the common case in logs, and all of it
	}
	if p.isCount(r) {
		return *best
	}
	r.ctx = p.around(r.first, r.last)
	for _, f := range p.set.runs {
		f(p, r, best)
	}
	p.digitForms(r, best)
	best.score.against -= p.against(r, best.kind)
	best.total = best.score.total()
	return *best
}

// isCount says whether a run in a log is a bare number of up to eleven digits that no word speaks for.
func (p *pass) isCount(r *run) bool {
	const cues = cuesShort | cuePhone | cueCalling | cueBirth
	return p.in.Channel == ChannelLog && r.digits <= 11 && len(r.groups) == 1 && !r.plus && !p.wants.open && p.set.threshold > 0.3 &&
		(p.said|p.path.bits|p.wants.cues)&cues == 0 && p.wants.topics[0]|p.path.topics[0] == 0
}

// shortCues are the cues that can make a short run an identifier.
func (p *pass) shortCues() uint64 {
	if p.in.Channel == ChannelLog {
		return cuesShort &^ cueAnyID
	}
	return cuesShort
}

// against is what speaks against a run: a word for a size, a time or money beside it, or that it is a part of a code.
func (p *pass) against(r *run, kind Type) (penalty float32) {
	switch {
	case r.plus:
		return 0
	case p.isPartOfCode(r) || r.isUUID() || r.isZero() && p.wants.cues == 0:
		return 0.4
	case r.digits >= 13 && (p.in.Channel != ChannelLog || kind == CreditCard && isIssuer(r.d)):
		return 0
	case len(r.groups) > 2 && !r.loose && r.isPhoneShape():
		// "US: 415-555-0132": no count is written like that.
	case r.ctx.next&cuesAgainst != 0 && r.ctx.boostFor(kind, p.set.tables) < nearBoost:
		penalty = 0.35
	case r.ctx.near&cuesAgainst != 0 && r.ctx.near&cuesIdentifier == 0:
		penalty = 0.15
	}
	if (r.sep != 0 || kind == Number) && r.start < p.barrier {
		penalty += 0.15 // in a link
	}
	return penalty
}

// isPartOfCode says whether a dash joins the run to letters and digits: a part of a UUID or a part number.
func (p *pass) isPartOfCode(r *run) bool {
	if r.digits >= 13 && r.sep == 0 {
		return false
	}
	told := r.ctx.near&cuesIdentifier != 0
	mixed := func(i int) bool {
		t := &p.text.Tokens[i]
		return !t.IsNumber() && (t.Shape&scan.Digit != 0 || !told && i < r.first)
	}
	return r.first > 0 && p.at(r.start-1) == '-' && int(p.text.Tokens[r.first-1].End) == r.start-1 && mixed(r.first-1) ||
		r.last+1 < len(p.text.Tokens) && p.at(r.end) == '-' && int(p.text.Tokens[r.last+1].Start) == r.end+1 && mixed(r.last+1)
}

// isUUID says whether the groups are those of a UUID without a letter.
func (r *run) isUUID() bool {
	g := r.groups
	return len(g) == 5 && r.sep == '-' && g[0].digits == 8 && g[1].digits == 4 && g[2].digits == 4 && g[3].digits == 4 && g[4].digits == 12
}

func (r *run) isZero() bool {
	for _, c := range r.d {
		if c != '0' {
			return false
		}
	}
	return true
}

// plainNumber gives the fallbacks: a run long enough to be an identifier is found whatever it is.
func (p *pass) plainNumber(r *run, best *guess) {
	score := float32(0)
	switch {
	case p.isTimestamp(r):
		// Nothing: seconds, milliseconds or a date written together.
	case r.digits >= 13:
		score = 0.56
	case r.digits >= 9:
		score = 0.5
		if p.in.Channel == ChannelLog {
			score = 0.3
		}
		score = min(score+r.ctx.boost(cuesNumber)/2, 0.55) // less than any type of its own
	case r.digits >= 4:
		if score = r.ctx.boost(cueID|cueSSN|cueAadhaar|cueCard) + 0.15; score > midBoost {
			score = max(score, 0.5)
		}
		if p.in.Channel != ChannelLog {
			score = max(score, r.ctx.boost(cueAnyID)+0.15)
		}
	}
	if r.digits >= 4 && r.digits <= 12 {
		kind, detector := wantedKind(p.wants.cues) // the answer, or a piece of it
		base := float32(0.75)
		if kind == Number {
			base = 0.65 // an identifier of its own has the better label
		}
		best.better(kind, p.wants.score(cuesWanted, base), detector)
	}
	if p.wants.open && r.first <= 1 {
		score = max(score, 0.6) // the rest of a number begun in the turn before
	}
	if p.in.Call != nil && r.digits >= 3 && p.endsText(r) && score < 0.5 && p.in.Channel != ChannelLog {
		score = 0.5 // a number that may go on in the next turn
	}
	best.better(Number, score, byNumber)
}

// wantedKind is the type of a number that was asked for, by the words of the question.
func wantedKind(cues uint64) (Type, uint8) {
	switch {
	case cues&cueCard != 0:
		return CreditCard, byCard
	case cues&cueSSN != 0:
		return USSSN, byUS
	case cues&cueAadhaar != 0:
		return INAadhaar, byIN
	case cues&cueBank != 0:
		return BankAccount, byAccount
	case cues&cueAccount != 0:
		return AccountID, byAccount
	case cues&cuePhone != 0:
		return Phone, byPhone
	}
	return Number, byNumber
}

// endsText says whether nothing but marks follow the run.
func (p *pass) endsText(r *run) bool { return r.last == len(p.text.Tokens)-1 }

// isTimestamp says whether an unbroken run is a time: seconds, milli-, micro- or nanoseconds since 1970 in a log or
// beside a word for time, or year to second written together.
func (p *pass) isTimestamp(r *run) bool {
	if len(r.groups) > 1 && !(r.sep == '.' && len(r.groups) == 2) || r.plus {
		return false
	}
	n := r.groups[0].digits
	d := r.d
	told := p.in.Channel == ChannelLog || (r.ctx.near|r.ctx.mid)&cueTime != 0
	switch n {
	case 10, 13, 16, 19:
		return told && d[0] == '1' && r.ctx.near&cuesNumber == 0
	case 14, 17:
		month, day := int(d[4]-'0')*10+int(d[5]-'0'), int(d[6]-'0')*10+int(d[7]-'0')
		return (d[0] == '1' && d[1] == '9' || d[0] == '2' && d[1] == '0') && month >= 1 && month <= 12 && day >= 1 && day <= 31
	}
	return false
}

// gluedNumber looks for a long run of digits that hangs on letters: "card4111111111111111", "ID123456789012".
func (p *pass) gluedNumber(i int) {
	t := &p.text.Tokens[i]
	if t.Shape&scan.High != 0 {
		return
	}
	b := p.bytesOf(t)
	pieces, from, to := 1, 0, 0
	for k, start := 1, 0; k <= len(b); k++ {
		if k < len(b) && scan.IsDigit(b[k]) == scan.IsDigit(b[k-1]) {
			continue
		}
		if scan.IsDigit(b[start]) && k-start > to-from {
			from, to = start, k
		}
		if start = k; k < len(b) {
			pieces++
		}
	}
	if pieces > 3 || to-from < gluedLeast || to-from > maxDigits {
		return // a hash, or a number inside one
	}
	r := &p.run
	*r = run{first: i, last: i, groups: r.groups[:0], d: append(r.d[:0], b[from:to]...), digits: to - from}
	r.start, r.end = int(t.Start)+from, int(t.Start)+to
	if len(b)-r.digits <= 3 { // the letters of a document's number
		r.start, r.end = int(t.Start), int(t.End)
	}
	r.groups = append(r.groups, group{r.start, r.end, r.digits})
	if g := p.judge(r); g.total >= p.set.threshold {
		canon := len(p.canon)
		p.canon = append(p.canon, r.d...)
		p.addScored(r.start, r.end, g, canon)
	}
}
