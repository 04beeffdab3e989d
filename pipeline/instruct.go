package pipeline

import (
	"cmp"
	"time"

	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// instruct finds what the record's tenant wants, by the time of the record: a change takes effect at the first record that is no
// older, whenever it is read. Views whose purpose or place the tenant has not agreed to get nothing.
func (w *rewriter) instruct() {
	when := w.when()
	s := w.instructions.Table().Standing(w.tenant, when)
	w.mindMinors(&s)
	w.set = cmp.Or(s.Detectors, w.usual)
	w.explainSet(&s)
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
	began := w.started
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
	if w.instructions == nil {
		return need == policy.NeedsText
	}
	switch need {
	case policy.NeedsText:
		if !w.instruction.KeepsText() {
			return false
		}
		_, known := w.policy.Retention(w.instruction.Text) // else nobody knows how long it may be kept
		return known
	case policy.NeedsRecording:
		return w.instructions.At(w.tenant, w.callBegan()).Records()
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
		dst = append(append(append(dst, `,"instruction":"`...), w.instruction.Hash()...), '"')
		if own, ok := w.policy.Retention(w.instruction.Text); ok && w.topic.calls && (lasts == 0 || own < lasts) {
			lasts = own
		}
	}
	if lasts > 0 {
		dst = append(dst, `,"expires_at":"`...)
		dst = w.when().Add(lasts).UTC().AppendFormat(dst, time.RFC3339)
		dst = append(dst, '"')
	}
	return dst
}
