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
	tenant [2]int       // in checker.tenants
	slot   *tenantTally // where what was read for it is kept
	began  time.Time    // its call
}

// word is what was read for a tenant last: what its instruction is for some time, and whether that lets texts leave under a policy.
type word struct {
	policy.Standing
	table  *policy.InstructionTable
	policy *policy.Policy
	texts  bool
}

// begin starts a record.
func (c *checker) begin(table *policy.InstructionTable, made, now time.Time) {
	if c.table, c.made = table, made; made.IsZero() {
		c.made = now
	}
	c.docs, c.tenants = c.docs[:0], c.tenants[:0]
}

// note takes down whose the document is that was just written.
func (c *checker) note() {
	if !c.instructed {
		return
	}
	w, from := c.rw, len(c.tenants)
	c.tenants = append(c.tenants, w.tenant...)
	d := written{tenant: [2]int{from, len(c.tenants)}, slot: w.slot}
	if w.topic.recordings {
		d.began = c.began()
	}
	c.docs = append(c.docs, d)
}

// began is when the call of the document that was just written began.
func (c *checker) began() time.Time {
	if c.rw.call != nil && !c.rw.call.began.IsZero() {
		return c.rw.call.began
	}
	if began, err := time.Parse(time.RFC3339, string(c.rw.started)); err == nil && !began.IsZero() {
		return began
	}
	return c.made
}

// told gives what a document's tenant had instructed that was in force when the record was made.
func (c *checker) told(d *written) *word {
	tenant, said := c.tenants[d.tenant[0]:d.tenant[1]], &d.slot.word
	if said.table == c.table && said.policy == c.rw.policy && d.slot.tenant == string(tenant) && said.Holds(c.made) {
		return said
	}
	*said = word{Standing: c.table.Standing(tenant, c.made), table: c.table, policy: c.rw.policy}
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
	for i := range c.docs {
		in := c.told(&c.docs[i]).In
		if in == nil || v.Region != "" && v.Region != in.HomeRegion && !slices.Contains(in.Regions, v.Region) {
			return false
		}
		if v.Consent != "" && !slices.ContainsFunc(in.Consents, func(given policy.Consent) bool {
			return given.Name == v.Consent && !c.made.Before(given.Granted) && c.made.Before(given.Expires)
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
	case !c.instructed || c.doc >= len(c.docs):
		return false
	}
	d := &c.docs[c.doc]
	if may&mayText != 0 {
		return c.told(d).texts
	}
	in := c.table.At(c.tenants[d.tenant[0]:d.tenant[1]], d.began)
	return in != nil && in.Recording
}
