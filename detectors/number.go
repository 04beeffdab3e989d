package detectors

import (
	"github.com/sonexlabs/tacet/detectors/scan"
	"github.com/sonexlabs/tacet/detectors/spoken"
)

const (
	maxGroups   = 24 // groups of digits joined to one run
	usualGroups = 5  // groups that numbers are commonly written in

	maxDigits = 40 // digits of a run that are looked at

	shortDigits = 7  // below, a run is found only by the words around it
	gluedLeast  = 12 // digits that count though letters hang on them
)

// guess is a label for a run with its score.
type guess struct {
	kind     Type
	score    score
	total    float32 // of score
	rule     string  // see Reason.Rule
	detector uint8
	set      *Set

	// The likeliest label of a country that Tighten favours, and that would stand by itself.
	home         Type
	homeTotal    float32
	homeRule     string
	homeDetector uint8
}

// better takes a label whose confidence comes from its form and context together.
func (g *guess) better(kind Type, form float32, detector uint8) {
	g.betterScored(kind, score{form: form}, "", detector)
}

// betterScored takes a label if it is likelier.
func (g *guess) betterScored(kind Type, s score, rule string, detector uint8) {
	s.locale += g.set.prior[kind]
	total := s.total()
	if f := g.set.favours; f != nil && f[kind] && total > g.homeTotal && total >= g.set.threshold {
		g.home, g.homeTotal, g.homeRule, g.homeDetector = kind, total, rule, detector
	}
	if total > g.total {
		g.kind, g.score, g.total, g.rule, g.detector = kind, s, total, rule, detector
	}
}

// findNumbers goes over the tokens of digits, joins them to runs and labels those. It comes after findStrong, whose
// findings are neither joined nor looked at again.
func (p *pass) findNumbers() {
	next, strong := 0, 0
	if p.strong > 1 {
		sortCandidates(p.candidates[:p.strong])
		p.forgetMarks()
	}
	p.listKept()
	p.through = true
	for _, h := range p.numbers {
		i := int(h)
		if i < next {
			continue
		}
		t := &p.text.Tokens[i]
		start := int(t.Start)
		for strong < p.strong && p.candidates[strong].start <= start {
			p.covered = max(p.covered, p.candidates[strong].end)
			if !p.candidates[strong].kind.keepsContext() {
				p.barrier = max(p.barrier, p.candidates[strong].end)
			}
			strong++
		}
		if start < p.covered && (strong == 0 || p.candidates[strong-1].kind != URL) || p.isInert(start) {
			continue
		}
		limit := len(p.b)
		if strong < p.strong {
			limit = p.candidates[strong].start
		}
		p.limit = limit
		switch {
		case t.IsNumber():
			if t.Len() <= 5 && p.at(start-1) == ':' && (start == p.barrier+1 || p.isInert(start-2)) {
				continue // the port behind an address
			}
			barrier := p.barrier
			if start < barrier && p.isParameter(i) {
				p.barrier = int(p.text.Tokens[i-1].Start) // within a link, of which all else is beyond the barrier
			}
			next = p.number(i, limit)
			p.barrier = max(p.barrier, barrier)
		case t.Bits&wordMonth != 0:
			next = max(p.skipDate(i), i+1)
		default:
			p.gluedNumber(i)
		}
	}
}

// isParameter says whether the number of token i is the value of a parameter that is named for something personal: "?phone=0871234567".
func (p *pass) isParameter(i int) bool {
	const cues = cuePhone | cueCard | cueCVV | cueSSN | cueBank | cuePIN | cueOTP | cueBirth | cuePostcode | cueAccount
	return i > 0 && p.text.Tokens[i-1].End+1 == p.text.Tokens[i].Start && p.b[p.text.Tokens[i-1].End] == '=' && p.cue(i-1)&cues != 0
}

// number reads the run that begins with token i and notes what it is. It gives the token to go on with.
func (p *pass) number(i, limit int) (next int) {
	if p.isCount(i) {
		return i + 1
	}
	if next, ok := p.dateOrTime(i); ok {
		return next
	}
	r := &p.run
	p.readRun(r, i, limit)
	if p.isAmount(r) {
		return r.last + 1
	}
	groups := len(r.groups)
	if !r.plus {
		p.cutRun(r, p.belonging(r))
	}
	g := p.judge(r)
	if g.total < p.set.threshold && len(r.groups) > 1 {
		p.cutRun(r, 1)
		g = p.judge(r)
	}
	if g.total < p.set.threshold && r.digits == 4 {
		g = p.yearOf(r)
	}
	if g.total < p.set.threshold {
		p.lateDate(i)
		p.again = p.again || len(r.groups) < groups
		return r.last + 1
	}
	g.goHome()
	canon := len(p.canon)
	if d, ok := r.birthDate(); ok && g.kind == DateOfBirth {
		if p.in.Call != nil {
			p.in.Call.noteBorn(&d)
		}
		p.dateCanon(&d)
	} else if g.kind == Phone {
		p.canon = p.appendPhone(p.canon, r)
	} else {
		p.canon = append(p.canon, r.d...)
	}
	p.extension(r)
	if k := p.frontOf(r); k >= 0 {
		t := &p.text.Tokens[k]
		if r.start = int(t.Start); g.kind == Phone {
			g.kind, g.detector = AccountID, byAccount
		}
		p.canon = p.canon[:canon]
		p.compact(r.start, int(t.End))
		p.canon = append(p.canon, r.d...)
	} else if r.sep == '/' {
		r.start = int(p.text.Tokens[p.strokesFrom(r.first)].Start) // "ref JK/55/2201"
		p.canon = p.canon[:canon]
		p.compact(r.start, r.end)
	}
	p.addScored(r.start, r.end, g, canon)
	if p.at(r.end) == '^' && g.kind == CreditCard {
		p.trackName(r.end)
	}
	if g.kind.keepsContext() {
		p.keep(r.first, r.last, r.end)
	} else {
		p.barrier, p.covered = max(p.barrier, r.end), max(p.covered, r.end)
	}
	return r.last + 1
}

// belonging is how many of the groups belong together. The others are something else: the columns of a log, the parts of a
// path or a version.
func (p *pass) belonging(r *run) int {
	switch {
	case r.sep == '.' && !r.isDotted() && !p.isPrinted(r):
		return 1
	case r.sep == '/' && (len(r.groups) > 2 || p.at(r.end) == '/') && !p.isPrinted(r):
		return 1
	case r.sep == ':' && !r.isAadhaarShape():
		return 1
	case !r.loose || p.in.Channel != ChannelLog || p.b[r.start] == '(':
		return len(r.groups)
	}
	ctx := p.around(r.first, r.last)
	if r.isUsualShape() && (r.isCardShape() || r.isAadhaarShape() || ctx.boost(cuesNumber|cueCalling) > 0) || p.isDialled(r, &ctx) {
		return len(r.groups)
	}
	for k := 1; k < len(r.groups); k++ {
		if from, to := r.groups[k-1].end, r.groups[k].start; to-from > 1 || p.b[from] == ' ' || p.b[from] == ',' {
			return k
		}
	}
	return len(r.groups)
}

// isDialled says whether groups between spaces in a log are those of a telephone number of some plan: one that begins with a single zero, as no count does, or
// one that words call so.
func (p *pass) isDialled(r *run, ctx *context) bool {
	const least, area = 9, 3 // digits; of the first group
	told := ctx.boost(cuePhone|cueCalling) > 0
	if r.digits < least || r.sep != ' ' && r.sep != 'm' || !r.isPhoneShape() && !r.isPairs() && !(told && len(r.groups) == 2) {
		return false
	}
	trunk := r.d[0] == '0' && r.d[1] != '0'
	if !told && !(trunk && r.groups[0].digits >= area) {
		return false
	}
	d, how := p.dial(r)
	return how != writtenBare && (d.trunk || !trunk)
}

// judge finds the best label for a run.
func (p *pass) judge(r *run) guess {
	best := &p.best // one that lives on the stack would move to the heap: the detectors are called through pointers
	*best = guess{set: p.set}
	continues := p.wants.open && p.goesOnFrom(r.start)
	if r.digits < 3 && !continues && !(r.digits == askedLeast && (p.wants.cues != 0 || p.said&cueCVV != 0) && p.isSpoken(r.start)) {
		return *best
	}
	if r.digits < shortDigits && !continues && p.isNoIdentifier(r) {
		return *best // the common case in logs, and all of it
	}
	if p.at(r.start-2) == 'S' && p.b[r.start-1] == '-' && isKnownSID(p.b[r.start-2:r.end]) {
		return *best
	}
	r.ctx = p.around(r.first, r.last)
	for _, f := range p.set.runs {
		f(p, r, best)
	}
	p.digitForms(r, best)
	best.settle()
	best.score.against -= p.against(r, best.kind)
	best.total = best.score.total()
	return *best
}

// isNoIdentifier says whether nothing that was said or asked, and nothing beside it, speaks for a run of a few digits.
func (p *pass) isNoIdentifier(r *run) bool {
	switch {
	case r.sep == '/' && p.followsCard(r), p.followsExpiry(r), (p.said|p.path.bits|p.wants.cues)&(p.shortCues()|wordEnding) != 0, p.told:
		return false
	case p.in.Call != nil && (p.endsText(r) || p.wants.cues != 0 || p.in.Call.heard.n > 0):
		return false
	}
	return !(r.digits >= spokenLeast && p.isReadSingly(r)) && !(p.in.Channel != ChannelLog && p.isBornBefore(r.start))
}

// isCount says whether token i is a bare number of up to eleven digits in a log that no word speaks for.
func (p *pass) isCount(i int) bool {
	const cues = cuesShort&^cueAnyID | cuePhone | cueCalling | cueBirth
	t := &p.text.Tokens[i]
	if p.in.Channel != ChannelLog || t.Len() > 11 || t.Len() >= 10 && p.b[t.Start] == '0' && p.b[t.Start+1] != '0' || p.wants.open || p.set.threshold <= 0.3 || p.told || p.isRow || p.at(int(t.Start)-1) == '+' {
		return false
	}
	said := (p.said | p.path.bits | p.wants.cues) & (cues | cueAnyID)
	if said != 0 && (t.Len() >= shortDigits || said&cues != 0) {
		return false
	}
	return i+1 == len(p.text.Tokens) || !p.text.Tokens[i+1].IsNumber() && p.text.Tokens[i+1].Start > t.End || p.separator(int(t.End), int(p.text.Tokens[i+1].Start)) == 0
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
	const long = 9 // no time is that long, but those that isTimestamp knows
	words := uint64(cuesAgainst)
	if p.in.Channel != ChannelLog && (r.digits >= long || p.endsText(r) && r.ctx.boost(cuePhone) > 0) {
		words &^= cueTime // "it should be updated 5205550143"
		if r.ctx.next&(wordCode|cuePhone) != 0 || r.digits >= long && r.d[0] == '0' {
			words &^= cueMetric // "session code 482 913 771"; nothing that is counted begins with a nought: "direct line 01632 960 244"
		}
	}
	if p.in.Channel == ChannelLog && r.digits >= long && r.d[0] == '0' && r.d[1] != '0' {
		words &^= cueMetric // nor with one alone: "number-port: request 07700 900123"
	}
	switch {
	case r.plus || kind == Date:
		return 0
	case r.isSpan() && p.wants.cues == 0 && r.ctx.next&cuesIdentifier == 0, p.isPartOfCode(r) || r.isZero() && p.wants.cues == 0 && !p.wants.open || r.digits == 12 && p.at(r.start-1) == '|' && p.isTimestamp(r):
		return 0.4
	case r.digits >= 13 && (p.in.Channel != ChannelLog || kind == CreditCard && isIssuer(r.d)):
		return 0
	case len(r.groups) > 2 && !r.loose && r.isPhoneShape():
		// "US: 415-555-0132": no count is written like that.
	case r.ctx.next&words != 0 && !r.ctx.isTold():
		penalty = 0.35
	case r.ctx.near&words != 0 && r.ctx.near&cuesIdentifier == 0 && !(r.digits >= 9 && p.isSpoken(r.start)):
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
	if r.first > 0 && p.at(r.start-1) == '-' && p.at(int(p.text.Tokens[r.first-1].Start)-1) == '%' {
		return true // "%ASA-4-722051: …" of Cisco
	}
	if r.first > 0 && p.at(r.start-1) == ':' && p.at(int(p.text.Tokens[r.first-1].Start)-1) == '.' && p.in.Channel == ChannelLog && sourceFiles.holds(p.bytesOf(&p.text.Tokens[r.first-1])) {
		return true // "pin.go:4821"
	}
	if p.at(r.start-1) == '.' && scan.IsDigit(p.at(r.start-2)) && r.groups[0].digits == 1 {
		return true // "4.12.0-20260302"
	}
	told := r.ctx.near&cuesIdentifier != 0
	mixed := func(i int) bool {
		t := &p.text.Tokens[i]
		return !t.IsNumber() && (t.Shape&scan.Digit != 0 || !told && i < r.first)
	}
	return r.first > 0 && p.at(r.start-1) == '-' && int(p.text.Tokens[r.first-1].End) == r.start-1 && r.start > p.covered+1 && mixed(r.first-1) ||
		r.last+1 < len(p.text.Tokens) && p.at(r.end) == '-' && int(p.text.Tokens[r.last+1].Start) == r.end+1 && r.end+1 < p.limit && mixed(r.last+1)
}

// sourceFiles are the ends of names of files of programs.
var sourceFiles = wordsOf("go py rb js ts jsx tsx java kt scala c cc cpp h hpp cs rs php pl lua ex erl swift sh sql conf cfg yaml yml xml tf")

// isSpan says whether the groups are two years from one to the other: "2017–2021".
func (r *run) isSpan() bool {
	return len(r.groups) == 2 && r.sep == '-' && r.groups[0].digits == 4 && len(r.d) == 8 && isYears(r.d) && string(r.d[:4]) < string(r.d[4:])
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
	if p.isModel(r) || p.isYearIn(r.d, r.first) || r.digits <= 3 && p.goesOnInWriting(r.end) && p.isSpoken(r.start) {
		return
	}
	likely := float32(0)
	switch {
	case p.isTimestamp(r):
		// Nothing: seconds, milliseconds or a date written together.
	case r.digits >= 13:
		likely = 0.56
	case r.digits >= 9:
		likely = 0.5
		if p.in.Channel == ChannelLog && !p.isRow {
			likely = 0.3
		}
		likely = min(likely+r.ctx.boost(cuesNumber)/2, 0.55) // less than any type of its own
	case r.digits >= spokenLeast && p.isReadSingly(r):
		likely = 0.5
	case r.digits >= 4 && (!p.isCardinal(r) || r.digits >= shortDigits && r.ctx.near&cueID != 0 && r.ctx.next&cuesAgainst == 0):
		if likely = r.ctx.boost(cueID|cueSSN|cueAadhaar|cueCard) + 0.15; likely > midBoost {
			likely = max(likely, 0.5)
		}
		if p.in.Channel != ChannelLog {
			likely = max(likely, r.ctx.boost(cueAnyID)+0.15)
		}
	}
	if r.digits >= 4 && r.digits <= 12 || r.digits >= askedLeast && p.wants.agent && r.ctx.next&cuesAgainst == 0 && !p.asksBack() {
		kind, detector := p.askedKind(r.digits, spoken.Digits, p.cueBefore(r.first)) // the answer, or a piece of it
		if kind != 0 && !(p.isCardinal(r) && isThousands(r.d) && (kind == Number || kind == Phone || kind == AccountID)) {
			best.betterScored(kind, score{question: p.wants.askedScore(kind) - p.wants.decay}, "asked", detector)
		}
	}
	if p.wants.open && p.goesOnFrom(r.start) && r.ctx.next&cuesAgainst == 0 && (r.digits > 1 || p.endsText(r)) && (p.in.Channel != ChannelChat || r.digits > 3 || r.digits > 2 && p.endsText(r)) {
		p.goOn(best) // the rest of a number begun in an earlier turn
	}
	if kind := p.heardBefore(r.d, &r.ctx); kind != 0 {
		best.betterScored(kind, score{form: 0.7}, "heard before", byNumber)
	}
	if r.digits <= endingMost && r.ctx.near&wordEnding != 0 {
		kind, detector := endingKind(r.ctx.near | r.ctx.mid | p.wants.cues)
		s := score{words: 0.6}
		if kind == CreditCard && r.ctx.near&cueCard != 0 {
			s.words = 0.85 // whatever was asked before
		}
		best.betterScored(kind, s, "ending", detector)
	}
	if p.in.Call != nil && r.digits >= 3 && p.endsText(r) && likely < 0.5 && p.in.Channel != ChannelLog && !p.isPairs(r) && !p.isClock(r) && !(p.isCardinal(r) && isThousands(r.d)) {
		likely = 0.5 // a number that may go on in the next turn
	}
	best.better(Number, likely, byNumber)
}

// isModel says whether a run of up to four digits is the number of a model or the year of one, or the strength of a medicine: the make of a vehicle
// stands before it, or before a year the word, or right before it a medicine.
func (p *pass) isModel(r *run) bool {
	const back = 5
	if len(r.groups) > 1 || r.digits > 4 || p.in.Channel == ChannelLog || (p.wants.cues|p.said)&(cueBirth|cueExpiry|cuePassword|cueSecret) != 0 {
		return false
	}
	year := isYears(r.d)
	if year && p.is(r.last+1, &makes) {
		return true // "2019 honda civic"
	}
	for k := r.first - 1; k >= r.first-back && k >= 0; k-- {
		if p.bitsAt(k)&cuesIdentifier != 0 || p.is(k, &andWords) {
			return false
		}
		if p.is(k, &makes) || year && p.is(k, &modelWords) || k == r.first-1 && p.is(k, &medicines) {
			return true
		}
	}
	return false
}

var modelWords = wordsOf("make model manufactured manufacturing made build built")

// isPairs says whether a run is two numbers above nine that nobody asked for: "eleven fifteen", "thirty four ninety nine". So times and
// prices are said; somebody who reads out a number goes on.
func (p *pass) isPairs(r *run) bool {
	g := p.regionAt(r.start)
	return g != nil && g.Single == 0 && g.Symbols <= 4 && p.wants.cues == 0
}

// isClock says whether a run that ends a turn is a time of day that is said as hour and minutes behind a word like "at", and nobody asked for a
// number: "thursday at three forty five".
func (p *pass) isClock(r *run) bool {
	g := p.regionAt(r.start)
	if g == nil || g.Single > 1 || r.digits != 3 || r.d[0] == '0' || r.d[1] > '5' || p.wants.cues != 0 || p.wants.open || p.wants.small || !p.is(r.first-1, &clockWords) {
		return false
	}
	return !p.toldBefore(r.first-1, true)
}

var clockWords = wordsOf("at by until till before after around about from for between zwischen entre tra fra tussen między")

// heardBefore is the type of what digits, or letters and digits, were heard in earlier in the call; 0 if they weren't. Three are known
// again where words say that they end something.
func (p *pass) heardBefore(d []byte, ctx *context) Type {
	if p.in.Call == nil {
		return 0
	}
	if kind := p.in.Call.heard.match(d); kind != 0 {
		return kind
	}
	kind := p.in.Call.heard.ends(d)
	if !isShortCode(kind) && (ctx.near|ctx.mid)&wordEnding == 0 {
		return 0
	}
	return kind
}

// endingMost is how many digits people give in place of a whole number.
const endingMost = 6

// endingKind is the type of the last digits of something, by the words around them.
func endingKind(cues uint64) (Type, uint8) {
	if cues&cueCard != 0 {
		return CreditCard, byCard
	}
	return wantedKind(cues)
}

// goOn scores a run as the rest of the number that an earlier turn ended within.
func (p *pass) goOn(best *guess) {
	run := &p.in.Call.run
	if run.kind == 0 {
		best.betterScored(Number, score{question: 0.6}, "goes on", byNumber)
		return
	}
	kind, detector := run.goesOnAs(p.run.digits)
	best.betterScored(kind, score{question: 0.8}, "goes on", detector)
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
	case cues&cueOrder != 0:
		return OrderID, byAccount
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
	told := p.in.Channel == ChannelLog || (r.ctx.near|r.ctx.mid)&(cueTime|cueExpiry) != 0
	switch n {
	case 10, 13, 16, 19:
		return told && d[0] == '1' && r.ctx.near&cuesNumber == 0
	case 12, 14, 17:
		if n == 12 && (p.in.Channel != ChannelLog || r.ctx.near&cuesNumber != 0 || d[8] > '2' || d[10] > '5') {
			return false
		}
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
	r.start, r.end = int(t.Start)+from, int(t.End) // letters behind an alias would be a word of their own
	if len(b)-r.digits <= 3 || from >= 8 || hasDigit(b[:from]) {
		r.start = int(t.Start) // the letters of a document's number, or the rest of one
	}
	r.groups = append(r.groups, group{r.start, r.end, r.digits})
	if g := p.judge(r); g.total >= p.set.threshold {
		g.goHome()
		canon := len(p.canon)
		p.canon = append(p.canon, r.d...)
		p.addScored(r.start, r.end, g, canon)
		if p.at(r.end) == '^' && g.kind == CreditCard {
			p.trackName(r.end)
		}
		p.barrier, p.covered = max(p.barrier, r.end), max(p.covered, r.end)
	}
}
