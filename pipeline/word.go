package pipeline

import (
	"errors"
	"slices"
	"time"

	"github.com/sonexlabs/tacet/pipeline/policy"
)

// The output check reads for itself what tenants instructed: by the tenant and the time of each document that was written, out of what stands in
// the instruction. It shares no decision with instruct, meets and callBegan, whose defects it is there to find; nor what they remember: it keeps answers of its own. One thing
// it does share: the state of the instructions when the record came, because a new one that comes meanwhile is no defect.

var errOutputView = errors.New("what was written is for a purpose or a place that its tenant has not agreed to: a defect of this program")

// written is one document of what leaves of a record: a line, where it came in several.
type written struct {
	slot  *tenantTally // its tenant's, where what was read for it is kept
	began time.Time    // its call
}

// claim is what the check takes of a record from who wrote it.
type claim struct {
	table *policy.InstructionTable // when it came
	made  time.Time
	docs  [2]int32 // of checker.docs: those that leave
}

// word is what was read for a tenant last: what its instruction is for some time, and whether that lets texts leave under a policy.
type word struct {
	policy.Standing
	table  *policy.InstructionTable
	policy *policy.Policy
	texts  bool
}

// begin starts a record that is to be written. Of the one before nothing is kept, unless its claim was taken.
func (c *checker) begin(table *policy.InstructionTable, made, now time.Time) {
	if made.IsZero() {
		made = now
	}
	c.docs = c.docs[:c.kept]
	c.writes = claim{table: table, made: made, docs: [2]int32{int32(c.kept), int32(c.kept)}}
}

// note takes down whose the document is that was just written.
func (c *checker) note() {
	if !c.instructed {
		return
	}
	d := written{slot: c.rw.slot}
	if d.slot.tenant != string(c.rw.tenant) {
		d.slot = &tenantTally{tenant: string(c.rw.tenant)}
	}
	if c.rw.topic.recordings {
		d.began = c.began()
	}
	c.docs = append(c.docs, d)
	c.writes.docs[1]++
}

// claim gives what is needed to check the record that was just written at a later time, until end.
func (c *checker) claim() claim {
	c.kept = len(c.docs)
	return c.writes
}

// end drops all documents: nothing is left to be checked.
func (c *checker) end() {
	clear(c.docs)
	c.docs, c.kept, c.of = c.docs[:0], 0, claim{}
}

// began is when the call of the document that was just written began.
func (c *checker) began() time.Time {
	if c.rw.call != nil && !c.rw.call.began.IsZero() {
		return c.rw.call.began
	}
	if began, err := time.Parse(time.RFC3339, string(c.rw.started)); err == nil && !began.IsZero() {
		return began
	}
	return c.writes.made
}

// told gives what a document's tenant had instructed that was in force when the record was made.
func (c *checker) told(d *written) *word {
	said := &d.slot.word
	if said.table == c.of.table && said.policy == c.rw.policy && said.Holds(c.of.made) {
		return said
	}
	*said = word{Standing: c.of.table.Standing([]byte(d.slot.tenant), c.of.made), table: c.of.table, policy: c.rw.policy}
	if said.In != nil {
		_, said.texts = c.rw.policy.Retention(said.In.Text) // of TextNone no policy says how long
	}
	return said
}

// agreed tells whether the tenants of all that was written have agreed to the purpose and the place of a view.
func (c *checker) agreed(view int) bool {
	v := &c.views[view]
	if !c.instructed || v.Consent == "" && v.Region == "" {
		return true
	}
	docs := c.docs[c.of.docs[0]:c.of.docs[1]]
	for i := range docs {
		in := c.told(&docs[i]).In
		if in == nil || v.Region != "" && v.Region != in.HomeRegion && !slices.Contains(in.Regions, v.Region) {
			return false
		}
		if v.Consent != "" && !slices.ContainsFunc(in.Consents, func(given policy.Consent) bool {
			return given.Name == v.Consent && !c.of.made.Before(given.Granted) && c.of.made.Before(given.Expires)
		}) {
			return false
		}
	}
	return true
}

// meets tells whether the tenant lets leave what needs its word, of the document that the walk is in.
func (c *checker) meets(may may) bool {
	switch {
	case may&(mayText|mayRecording) == 0:
		return false
	case may&mayText != 0 && c.texts != textsInstructed:
		return c.texts == textsLeave
	case !c.instructed || c.doc >= int(c.of.docs[1]):
		return false
	}
	d := &c.docs[c.doc]
	if may&mayText != 0 {
		return c.told(d).texts
	}
	in := c.of.table.At([]byte(d.slot.tenant), d.began)
	return in != nil && in.Recording
}
