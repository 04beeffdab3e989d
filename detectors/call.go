package detectors

import (
	"hash/maphash"
	"reflect"

	"github.com/sonexlabs/tacet/detectors/names"
	"github.com/sonexlabs/tacet/detectors/scan"
)

// The bounds of a call's memory.
const (
	shortDate  = 6  // digits of a date with a short year
	patience   = 3  // turns in which a question is expected to be answered
	runMost    = 32 // letters and digits of a number that goes on from turn to turn
	cardDigits = 15 // of a card of American Express whose check digit fits: it doesn't go on, as no longer one does
	pauseMost  = 3  // turns of others that it outlasts
	heardMost  = 96 // pieces of what was heard, for knowing it again
)

// Call is the memory of one call: what was just asked for, a number that isn't said to its end, and what was heard. It is bounded. Of
// what is over it keeps keyed hashes only; the digits of a number stay as long as it may go on. One goroutine at a time may use it;
// Find with Input.Call set counts as a turn, unless Input.Beside is set.
type Call struct {
	moment
	before moment // what it was before the last turn
	groups int32  // the last number of Finding.Group

	heard  heard
	places names.Memory     // words and numbers of addresses
	born   [bornMost]uint64 // keyed hashes of days and months of dates of birth
	names  *names.Memory

	secrets  secretMemory
	secretBy Role // who said the last of them
}

// bornMost is how many dates of birth are known again.
const bornMost = 4

// noteBorn keeps a date of birth, to know it again when it is read back.
func (c *Call) noteBorn(d *date) {
	if d.day == 0 || d.month == 0 || c.wasBorn(d) {
		return
	}
	copy(c.born[1:], c.born[:])
	c.born[0] = c.dayHash(d)
}

// wasBorn says whether the day and the month of a date are those of a date of birth heard before.
func (c *Call) wasBorn(d *date) bool {
	if d.day == 0 || d.month == 0 {
		return false
	}
	for _, h := range c.born {
		if h != 0 && h == c.dayHash(d) {
			return true
		}
	}
	return false
}

// dayHash doesn't tell day and month apart: who reads back may say them the other way round.
func (c *Call) dayHash(d *date) uint64 {
	return maphash.Bytes(c.heard.seed, []byte{'b', byte(min(d.day, d.month)), byte(max(d.day, d.month))}) | 1
}

// moment is what every turn may change.
type moment struct {
	asked meaning // of the last question
	age   uint8   // turns since then that said something
	waits uint8   // and that said nothing
	by    Role    // who asked
	why   bool    // whether the other has just asked what for
	told  bool    // whether a password or the like was found since
	login uint8   // turns in which passwords may be told that were tried
	paid  Type    // CreditCard or CardExpiry, if the customer's last turn ended with one
	run   openRun
	place openPlace
	mail  openMail
	three threeWords
}

// swap goes back to the moment before the last turn, and from there to the one after it.
func (c *Call) swap() { c.moment, c.before = c.before, c.moment }

// openRun is a number that the last turns ended within.
type openRun struct {
	d        [runMost]byte // letters and digits
	n        uint8
	pause    uint8 // turns of others since
	by       Role
	kind     Type // as what its last piece was found
	group    int32
	detector uint8
}

// NewCall makes the memory of a call that begins.
func NewCall() *Call {
	return &Call{heard: heard{seed: maphash.MakeSeed()}, places: *names.NewMemory(), names: names.NewMemory()}
}

// Bytes is the memory c takes.
func (c *Call) Bytes() int {
	return int(reflect.TypeFor[Call]().Size() + reflect.TypeFor[names.Memory]().Size())
}

// want is what the turn at hand is expected to hold.
type want struct {
	cues   uint64
	topics [2]uint16
	decay  float32 // what the age of the question takes from a score
	open   bool    // an earlier turn broke off inside a number
	agent  bool    // the agent asked
	told   bool    // a password or the like was found since
	paid   Type    // what of a card ended the customer's turn before
	place  bool    // the agent waits for an address or a part of it
	more   bool    // the turn before gave one
	small  bool    // the numbers of houses may be said
	code   bool    // a postcode may be read back, or the number of a house has a letter
}

// score is base, less the decay, if one of the cues is wanted.
func (w *want) score(cues uint64, base float32) float32 {
	if w.cues&cues == 0 {
		return 0
	}
	return max(base-w.decay, 0)
}

// askedScore is how likely an answer is of a type that was asked for. An identifier of its own has the better label than a number, above all where
// any was asked for.
func (w *want) askedScore(kind Type) float32 {
	switch {
	case kind != Number:
		return 0.75
	case w.cues&wordNumber != 0:
		return 0.5
	}
	return 0.65
}

// scoreFor is base, less the decay, if words about a type were in the question.
func (w *want) scoreFor(kind Type, base float32, t *tables) float32 {
	if t.topics[w.topics[0]].has(kind) || t.topics[w.topics[1]].has(kind) {
		return max(base-w.decay, 0)
	}
	return 0
}

// expects is what a turn of a role is expected to hold. Who asks doesn't answer in the same breath.
func (c *Call) expects(role Role) want {
	w := want{open: c.run.n > 0 && (role == c.run.by || role == RoleUnknown), place: c.place.open && role != RoleAgent, more: c.place.given && role == RoleCustomer, small: c.place.left > 0, code: role == RoleAgent && c.age <= 2 && c.asked.bits&cuePostcode != 0 || role != RoleAgent && c.place.open}
	if role == RoleCustomer {
		w.paid = c.paid
	}
	if c.asked.bits != 0 && c.age <= patience && (role != c.by || role == RoleUnknown || c.by == RoleCustomer) {
		w.agent, w.told = c.by == RoleAgent, c.told
		w.cues, w.topics, w.decay = c.asked.bits, c.asked.topics, 0.08*float32(c.age)
		if w.more && w.agent {
			w.cues &^= cueAddress // it has been answered
		}
	}
	return w
}

// update takes in the turn that p has searched, and what was found in it.
func (c *Call) update(p *pass, found []Finding) {
	c.before = c.moment
	var said meaning
	for _, h := range p.text.Hot {
		if t := &p.text.Tokens[h]; t.Bits != 0 && !p.isInert(int(t.Start)) {
			said.join(p.meaning(int(h)))
		}
	}
	if p.in.Role == RoleAgent && said.bits&cuesSecret != 0 && p.isWarning() {
		said.bits &^= cuesSecret
	}
	if p.in.Role == RoleAgent && said.bits&wordCode != 0 && said.bits&cuesAsked&^(cuePhone|cueEmail|cueAnyID|wordNumber|wordSpell) == 0 && p.sendsCode() {
		said.bits |= cueOTP
		said.bits &^= cuePhone | cueEmail
	}
	other := said.bits&wordOther != 0 && said.bits&cuesAsked == 0 || p.asksWhen(said.bits)
	if other = other || said.bits&wordOther != 0 && p.in.Role == RoleCustomer; other {
		said.bits = 0 // who calls and asks how much something costs asks for no number
	}
	if p.in.Role == RoleAgent && said.bits&cuesAsked&^(cueAnyID|wordSpell) == 0 && p.asksCharacters() {
		said.bits, other = said.bits|cuePassword, false
	}
	if said.bits&(cuePassword|wordAnswer) != 0 && said.bits&(wordNumber|cueAnyID) == 0 {
		said.bits &^= cueAccount // "the password on the account"
	}
	tells := p.in.Role == RoleAgent && said.bits&cuePassword != 0 && p.tellsPassword()
	if tells {
		said.bits &^= cuePassword // which the customer may read back, as recallSecrets knows
	}
	some := said.bits&(cuesAsked&^cueAnyID) == 0 && said.topics[0] == 0 && !other && p.in.Role == RoleAgent && p.asksNumber()
	said.bits &= cuesAsked
	if some && c.asked.bits == 0 {
		said.bits |= wordNumber
	} else if some {
		said = c.asked // again
	}
	before := c.asked.bits
	c.takeQuestion(p, said)
	if c.age > patience || (other || tells && said.bits == 0) && p.in.Role == RoleAgent {
		c.asked = meaning{}
	}
	if p.in.Role == RoleAgent && (other || said.bits&^wordEnding != 0 && said.bits != before) {
		c.run = openRun{} // the next question
	}
	c.followPlace(p, said.bits, other)
	c.followMail(p, said.bits)
	if p.said&cuePassword != 0 {
		c.login = triedTurns
	} else if c.login > 0 {
		c.login--
	}
	if c.three.left > 0 {
		c.three.left--
	}
	c.noteSecrets(p)
	c.groups = p.groups
	if p.in.Role == RoleCustomer {
		c.paid = 0
		if n := len(found) - 1; n >= 0 && (found[n].Type == CreditCard || found[n].Type == CardExpiry) {
			c.paid = found[n].Type
		}
	}
	for i := range found {
		c.told = c.told || found[i].Type == Password && p.in.Role != c.by
		if f := &found[i]; !f.Type.keepsContext() && f.Type != DateOfBirth && f.Type != Address && (f.Type != Person || f.Detector == p.set.entries[bySpeech].name) {
			c.heard.add(f.Canonical, f.Type)
		}
	}
	c.follow(p)
}

// tellsPassword says whether a turn that is no question has a password behind the last word for one.
func (p *pass) tellsPassword() bool {
	last := len(p.b) - 1
	if p.b[last] == '?' || p.is(0, &asksBackWords) {
		return false
	}
	word := 0
	for _, h := range p.text.Hot {
		if t := &p.text.Tokens[h]; t.Bits&cuePassword != 0 {
			word = int(t.End)
		}
	}
	for k := range p.text.Tokens {
		if p.is(k, &askingWords) && !p.is(k, &andWords) && int(p.text.Tokens[k].Start) >= word {
			return false // "and what's your memorable word"
		}
	}
	for k := range p.candidates {
		if c := &p.candidates[k]; c.kind == Password && c.start >= word && c.total >= p.set.threshold {
			return true
		}
	}
	return false
}

// cuesSecret are what nobody may ask for.
const cuesSecret = cuePassword | cuePIN | cueOTP | cueCVV

// isWarning says whether a turn tells secrets only in sentences that say what is never done with them: "we will never ask for your PIN".
func (p *pass) isWarning() bool {
	warned, told := false, false
	for k := range p.text.Tokens {
		if k > 0 && p.sentenceEnds(int(p.text.Tokens[k-1].End)) || p.is(k, &butWords) {
			warned = false
		}
		if warned = warned || p.is(k, &neverWords); p.bitsAt(k) != 0 && p.cue(k)&cuesSecret != 0 {
			if !warned {
				return false
			}
			told = true
		}
	}
	return told
}

// sendsCode says whether somebody says that a code is on its way: "I'll text you a code".
func (p *pass) sendsCode() bool {
	const reach = 3
	for k := range p.text.Tokens {
		if !p.is(k, &sendWords) {
			continue
		}
		for n := k + 1; n <= k+reach && n < len(p.text.Tokens); n++ {
			if p.bitsAt(n)&wordCode != 0 && !p.is(n-1, &otherCodes) {
				return true
			}
		}
	}
	return false
}

var (
	sendWords  = wordsOf("send sending sent resend resending text texting texted sms")
	neverWords = wordsOf("never nie niemals jamais nunca nooit nigdy aldrig kabhi")
	butWords   = wordsOf("but aber mais pero ma maar ale mas men just nur")
)

// takeQuestion ages the question that was asked, and takes in what a turn asks for.
func (c *Call) takeQuestion(p *pass, said meaning) {
	if c.waits < patience && p.waits() {
		c.waits++
	} else {
		c.age++
	}
	// The agent's words are questions. The customer's count where no value came with them: "my card number is, wait".
	switch {
	case said.bits&^wordEnding == 0 || p.in.Role != RoleAgent && len(p.candidates) > 0:
	case p.in.Role == RoleAgent && c.by == RoleAgent && c.asked.bits != 0 && (c.why || said.bits&^(wordEnding|wordSpell) == 0):
		c.asked.join(said) // "just to verify the account", "can you spell that"
		c.age = 0
	default:
		c.asked, c.age, c.waits, c.by, c.told = said, 0, 0, p.in.Role, false
	}
	c.why = p.in.Role == RoleCustomer && len(p.candidates) == 0 && p.asksWhy()
}

// asksWhy says whether a turn asks what for: "why do you need that".
func (p *pass) asksWhy() bool {
	const most = 12 // tokens
	if len(p.text.Tokens) > most {
		return false
	}
	for k := range p.text.Tokens {
		if p.is(k, &whyWords) || k > 0 && p.is(k, &forWord) && p.is(0, &whatWord) {
			return true
		}
	}
	return false
}

// asksWhen says whether a turn that says something of cards or accounts asks for a day only: "when did you last use the card".
func (p *pass) asksWhen(said uint64) bool {
	const may = cueBirth | cueExpiry | wordNumber | cueOTP | cuePIN | cuePassword | cuePhone
	if p.in.Role != RoleAgent || said&cuesAsked == 0 || said&may != 0 {
		return false
	}
	for k := range p.text.Tokens {
		if p.is(k, &whenWords) && p.is(k+1, &didWords) && (k == 0 || p.is(k-1, &clauseWords) || p.is(k-1, &notAnswers) || k < 3) {
			return true
		}
	}
	return false
}

var (
	whyWords  = wordsOf("why warum wieso wozu pourquoi perché waarom dlaczego kyun kyon")
	whatWord  = wordsOf("what")
	forWord   = wordsOf("for")
	whenWords = wordsOf("when wann quand cuándo quando kiedy wanneer kab")
	didWords  = wordsOf("did do does was were is will would have has are haben hast ist war avez est ha fue è ostatnio heeft")
)

// follow keeps the number that ends the turn, or goes on with the one before.
func (c *Call) follow(p *pass) {
	tail := p.tail()
	if p.in.Channel == ChannelChat && c.run.n > 0 && tail == nil {
		c.run = openRun{} // who types sends numbers whole
	}
	if tail == nil {
		if c.run.n > 0 && (p.in.Role == c.run.by || p.in.Role == RoleUnknown) && !p.isPause() {
			c.run = openRun{}
		} else if c.run.pause++; c.run.pause > pauseMost {
			c.run = openRun{}
		}
		return
	}
	if p.wants.open && p.goesOnFrom(tail.start) {
		c.age = 0 // the answer isn't over
		c.run.add(p.canon[tail.canonStart:tail.canonEnd])
		c.heard.add(c.run.d[:c.run.n], tail.kind)
	} else if p.in.Role != c.run.by && c.run.n > 0 && c.heard.match(p.canon[tail.canonStart:tail.canonEnd]) != 0 {
		return // the other reads it back
	} else {
		c.run = openRun{by: p.in.Role}
		c.run.add(p.canon[tail.canonStart:tail.canonEnd])
	}
	c.run.pause, c.run.kind, c.run.group, c.run.detector = 0, tail.kind, tail.group, tail.detector
	if tail.kind == CreditCard && tail.score.check > 0 && (c.run.n > cardDigits || c.run.n == cardDigits && c.run.d[0] == '3') || c.run.n == runMost {
		c.run = openRun{} // it is whole
	}
}

// groupPieces gives the pieces of one number that goes over several turns one group: what the text ends within gets a number, and what
// goes on with an earlier turn gets that turn's.
func (p *pass) groupPieces() {
	c := p.in.Call
	tail := p.tail()
	head := (*candidate)(nil)
	if p.wants.open && c.run.group != 0 {
		for k := range p.candidates {
			x := &p.candidates[k]
			if isNumeral(x.kind) && p.goesOnFrom(x.start) && (head == nil || x.start < head.start) {
				head = x
			}
		}
		if head != nil {
			p.setGroup(head.start, head.end, c.run.group)
		}
	}
	if tail != nil && (head == nil || tail.start >= head.end) && tail.score.check == 0 && p.wants.cues != 0 {
		p.groups++
		p.setGroup(tail.start, tail.end, p.groups)
	}
}

// setGroup gives all candidates that overlap a region a group.
func (p *pass) setGroup(start, end int, group int32) {
	for k := range p.candidates {
		if x := &p.candidates[k]; x.start < end && start < x.end {
			x.group = group
		}
	}
}

// isNumeral says whether findings of a type consist of digits, or of letters and digits, that may be said in pieces.
func isNumeral(t Type) bool {
	return !t.yields() && t != Email && t != Address && t != Person && t != DateOfBirth
}

// add takes letters and digits of a piece in, as far as there is room.
func (r *openRun) add(piece []byte) {
	for _, b := range piece {
		if (scan.IsDigit(b) || scan.IsLetter(b)) && int(r.n) < len(r.d) {
			r.d[r.n] = b
			r.n++
		}
	}
}

// goesOnAs is what n letters and digits more make of a number: codes of a few digits don't go on with many.
func (r *openRun) goesOnAs(n int) (Type, uint8) {
	const most = 8
	switch r.kind {
	case 0:
		return Number, byNumber
	case CardExpiry, CardCVV, PIN, OTP:
		if n > most {
			return Number, byNumber
		}
	}
	return r.kind, r.detector
}

// tail is the candidate of digits or letters one by one that the text ends with, nil if there is none.
func (p *pass) tail() *candidate {
	if len(p.text.Tokens) == 0 {
		return nil
	}
	last := &p.text.Tokens[len(p.text.Tokens)-1]
	var best *candidate
	for k := range p.candidates {
		c := &p.candidates[k]
		if c.end != int(last.End) || c.canonEnd == c.canonStart || !isNumeral(c.kind) {
			continue
		}
		if best == nil || c.total > best.total {
			best = c
		}
	}
	return best
}

// isPause says whether a turn says nothing of its own: "hang on", "and then".
func (p *pass) isPause() bool {
	const words = 5
	return len(p.text.Tokens) <= words && len(p.candidates) == 0
}

// heard knows again what was found in a call, or a piece of it: hashes of every four letters and digits in a row.
type heard struct {
	seed   maphash.Seed // drawn anew for each call
	hashes [heardMost]uint32
	kinds  [heardMost]Type
	n      uint32 // all that were ever added
}

// gram is the number of letters and digits that a piece is known again by.
const (
	gram     = 4
	tailGram = 3 // of the end
)

// add notes the pieces of a canonical form.
func (h *heard) add(canon []byte, kind Type) {
	var d [2 * runMost]byte
	n := compactTo(d[:], canon)
	for i := 0; i+gram <= n; i++ {
		x := uint32(maphash.Bytes(h.seed, d[i:i+gram]))
		if h.index(x) >= 0 {
			continue
		}
		h.note(x, kind)
	}
	if n > gram || n == tailGram && isShortCode(kind) {
		if x := h.tail(d[n-tailGram : n]); h.index(x) < 0 {
			h.note(x, kind)
		}
	}
}

// isShortCode says whether three digits may be all of what is found as a type: they are known again whatever stands beside them.
func isShortCode(t Type) bool { return t == CardCVV || t == PIN || t == OTP }

func (h *heard) note(x uint32, kind Type) {
	h.hashes[h.n%heardMost], h.kinds[h.n%heardMost] = x, kind
	h.n++
}

// tail is the hash of the last three letters and digits, which are asked for and read back by themselves.
func (h *heard) tail(d []byte) uint32 { return ^uint32(maphash.Bytes(h.seed, d)) }

// ends gives the type of what ended with three letters and digits.
func (h *heard) ends(canon []byte) Type {
	var d [2 * runMost]byte
	if compactTo(d[:], canon) == tailGram {
		if k := h.index(h.tail(d[:tailGram])); k >= 0 {
			return h.kinds[k]
		}
	}
	return 0
}

// match gives the type of what a piece of canonical form was heard in, 0 if it wasn't.
func (h *heard) match(canon []byte) Type {
	if h.n == 0 {
		return 0
	}
	var d [2 * runMost]byte
	n := compactTo(d[:], canon)
	for i := 0; i+gram <= n; i++ {
		if k := h.index(uint32(maphash.Bytes(h.seed, d[i:i+gram]))); k >= 0 {
			return h.kinds[k]
		}
	}
	return 0
}

func (h *heard) index(x uint32) int {
	for i := range min(h.n, heardMost) {
		if h.hashes[i] == x {
			return int(i)
		}
	}
	return -1
}

// compactTo copies the letters, as capitals, and digits of a canonical form as far as there is room.
func compactTo(dst, canon []byte) (n int) {
	for _, c := range canon {
		if n == len(dst) {
			break
		}
		if scan.IsLetter(c) {
			dst[n] = c &^ 0x20
			n++
		} else if scan.IsDigit(c) {
			dst[n] = c
			n++
		}
	}
	return n
}
