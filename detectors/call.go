package detectors

import "reflect"

// How long a question is expected to be answered, in turns.
const patience = 3

// Call is the memory of one call: what was just asked for and whether the last turn broke off inside a number. It
// holds no text and no value. One goroutine at a time may use it; Find with Input.Call set counts as a turn.
type Call struct {
	asked meaning // of the last question
	age   uint8   // turns since then
	open  uint8   // digits of the run that ended the last turn
	by    Role    // who asked
}

// NewCall makes the memory of a call that begins.
func NewCall() *Call { return new(Call) }

// Bytes is the memory c takes.
func (c *Call) Bytes() int { return int(reflect.TypeFor[Call]().Size()) }

// want is what the turn at hand is expected to hold.
type want struct {
	cues   uint64
	topics [2]uint16
	decay  float32 // what the age of the question takes from a score
	open   bool    // the turn before broke off inside a number
}

// score is base, less the decay, if one of the cues is wanted.
func (w *want) score(cues uint64, base float32) float32 {
	if w.cues&cues == 0 {
		return 0
	}
	return max(base-w.decay, 0)
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
	w := want{open: c.open > 0}
	if c.asked.bits != 0 && c.age <= patience && (role != c.by || role == RoleUnknown || c.by == RoleCustomer) {
		w.cues, w.topics, w.decay = c.asked.bits, c.asked.topics, 0.08*float32(c.age)
	}
	return w
}

// update takes in the turn that p has scanned.
func (c *Call) update(p *pass) {
	var said meaning
	for _, h := range p.text.Hot {
		if t := &p.text.Tokens[h]; t.Bits != 0 && !p.isInert(int(t.Start)) {
			said.join(p.meaning(int(h)))
		}
	}
	said.bits &= cuesIdentifier
	c.age++
	// The agent's words are questions. The customer's count where no value came with them: "my card number is, wait".
	if said.bits != 0 && (p.in.Role == RoleAgent || len(p.candidates) == 0) {
		c.asked, c.age, c.by = said, 0, p.in.Role
	}
	if c.age > patience {
		c.asked = meaning{}
	}
	c.open = 0
	if n := len(p.text.Tokens); n > 0 && p.text.Tokens[n-1].IsNumber() {
		c.open = uint8(min(p.text.Tokens[n-1].Len(), 255))
	}
}
