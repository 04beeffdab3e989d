package pipeline

import (
	"cmp"
	"time"

	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// textWord is who decides whether a field leaves that the policy lets leave only where a tenant has its texts kept.
type textWord uint8

const (
	textsInstructed textWord = iota // its tenant's instruction
	textsStay                       // nobody: there are none
	textsLeave                      // the policy alone
)

func textsOf(c *Config) textWord {
	switch {
	case c.Instructions != nil:
		return textsInstructed
	case c.TextNeedsInstruction:
		return textsStay
	}
	return textsLeave
}

// inForce is what holds for a tenant's records of some time. It stays from record to record, until one is of another time, or the instructions or
// the policy change.
type inForce struct {
	table  *policy.InstructionTable
	policy *policy.Policy
	policy.Standing
	hash  [policy.HashLen]byte // of the instruction; here, because nothing of a tenant is near at hand when one of a thousand comes
	lasts time.Duration        // how long its tenant's texts may be kept; 0 where that is not known, or none may leave
}

// standingAt gives what holds for the record's tenant at a time.
func (w *rewriter) standingAt(when time.Time) *inForce {
	s := &w.slot.inForce
	if s.table == w.told && s.policy == w.policy && s.Holds(when) {
		return s
	}
	*s = inForce{table: w.told, policy: w.policy, Standing: w.told.Standing(w.tenant, when)}
	if s.In != nil {
		copy(s.hash[:], s.In.Hash())
	}
	if s.In.KeepsText() {
		s.lasts, _ = w.policy.Retention(s.In.Text)
	}
	return s
}

// instruct finds what the record's tenant wants, by the time of the record: a change takes effect at the first record that is no
// older, whenever it is read. Views whose purpose or place the tenant has not agreed to get nothing.
func (w *rewriter) instruct() {
	when := w.when()
	s := w.standingAt(when)
	w.mindMinors(&s.Standing)
	w.set = cmp.Or(s.Detectors, w.usual)
	w.explainSet(&s.Standing)
	if w.instructions == nil {
		return
	}
	w.instruction = s.In
	for i := range w.views {
		v := &w.views[i]
		switch {
		case (v.Consent != "" || v.Region != "") && w.instruction == nil:
			w.leaveOut(i, leftInstruction)
		case v.Consent != "" && !w.instruction.Consented(v.Consent, when):
			w.leaveOut(i, leftConsent)
		case v.Region != "" && !w.instruction.Allows(v.Region):
			w.leaveOut(i, leftRegion)
		}
	}
}

// when is the time of the record; one without a time is of now.
func (w *rewriter) when() time.Time {
	if w.time.IsZero() {
		return w.now
	}
	return w.time
}

// callBegan is when the record's call began: as it says itself, or else when the first record of it that is remembered was made.
func (w *rewriter) callBegan() time.Time {
	var began time.Time
	if len(w.started) > 0 {
		began, _ = time.Parse(time.RFC3339, string(w.started))
	}
	if began.IsZero() {
		began = w.when()
	}
	if w.call == nil {
		return began
	}
	if w.call.began.IsZero() {
		w.call.began = began
	}
	return w.call.began
}

// meets tells whether the tenant lets leave what a rule says needs it. Where no instructions are configured nobody has enabled recording,
// which takes an explicit word.
func (w *rewriter) meets(need string) bool {
	switch {
	case need == policy.NeedsText && w.texts != textsInstructed:
		return w.texts == textsLeave
	case need == policy.NeedsText:
		return w.instruction != nil && w.slot.inForce.lasts > 0 // else nobody knows how long it may be kept
	case need == policy.NeedsRecording && w.instructions != nil:
		return w.told.At(w.tenant, w.callBegan()).Records()
	}
	return false
}

// withhold leaves out a field that the tenant does not let leave.
func (w *rewriter) withhold(d *codec.Doc, i int, need string) {
	why := fieldRecording
	if need == policy.NeedsText {
		why = fieldText
	}
	w.leave(d, i, why)
	if w.first {
		w.withheld++
	}
}

// appendInstruction appends to the member "redaction" which instruction of the tenant was in force, and until when the record may be
// kept: as long as the class says, or the tenant for its texts, whichever ends first.
func (w *rewriter) appendInstruction(dst []byte, view *viewed) []byte {
	lasts := w.at.lasts
	if w.instruction != nil {
		own := &w.slot.inForce
		dst = append(append(append(dst, `,"instruction":"`...), own.hash[:]...), '"')
		if own.lasts > 0 && w.topic.calls && (lasts == 0 || own.lasts < lasts) {
			lasts = own.lasts
		}
	}
	if lasts > 0 {
		dst = append(dst, `,"expires_at":"`...)
		dst = w.at.expiry.append(dst, w.when().Add(lasts))
		dst = append(dst, '"')
	}
	return dst
}

// seconds writes times in UTC to the second. Records that come one after the other are of the same one mostly.
type seconds struct {
	unix int64
	text []byte // of that one; none at first
}

func (s *seconds) append(dst []byte, t time.Time) []byte {
	if unix := t.Unix(); unix != s.unix || len(s.text) == 0 {
		s.unix, s.text = unix, t.UTC().AppendFormat(s.text[:0], time.RFC3339)
	}
	return append(dst, s.text...)
}
