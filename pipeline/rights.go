package pipeline

import (
	"errors"
	"slices"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/pseudonym"
	"github.com/sonexlabs/tacet/pipeline/subject"
)

// rights is what people named in the record at hand have asked for.
type rights struct {
	list *subject.List // nil: nobody is looked for

	named func(call []byte) // told of calls in which somebody of the list is named; may be nil

	erased, objected, restricted, unknown bool
	minor                                 bool // somebody seems to be one, and the tenant has such records kept back
}

var (
	errRestricted = errors.New("somebody named in the record asked that it be kept and not used")
	errNoKey      = errors.New("the key of subject ids can't be had: whether somebody asked for something is not known")
)

// callType is the type of ids of calls.
const callType = "CALL_ID"

// idsMost bounds what is remembered of a call: what is known of its customer, and some more.
const idsMost = knownMost + 16

// watches tells whether anybody of the tenant asked for something.
func (w *rewriter) watches() bool { return w.rights.list != nil && !w.rights.list.Empty(w.tenant) }

// names notes that the record names somebody by an identifier.
func (w *rewriter) names(typ string, value []byte) {
	if w.rights.list == nil || len(value) == 0 {
		return
	}
	w.canon = pseudonym.Canonical(w.canon[:0], typ, value)
	w.namesCanonical(typ)
	// Whoever asked may have given the number without its country or with it.
	if n := len(w.canon); typ == phoneType && n > 0 && w.canon[0] != '+' {
		if w.canonicalise(typ, value); len(w.canon) != n {
			w.namesCanonical(typ)
		}
	}
}

// namesCanonical is names for the value in canon. The call remembers it, though nobody may have asked for anything yet: the turns that follow
// are of the same person, and may not name them.
func (w *rewriter) namesCanonical(typ string) {
	id, ok := w.hasher.ID(w.tenant, typ, w.canon)
	if !ok {
		w.rights.unknown = w.rights.unknown || w.watches()
		if w.call != nil {
			w.call.unknown = true // brought back from quarantine together, the turns are heard in their order
		}
		return
	}
	w.heed(id)
	if w.call != nil && typ != callType { // of which each record tells
		w.remember(id)
	}
}

// remember adds an id to those that the call named. Where it is one too many, the oldest of those go of whom nobody asked for anything.
func (w *rewriter) remember(id subject.ID) {
	c := w.call
	if slices.Contains(c.people, id) {
		return
	}
	if len(c.people) == idsMost {
		old := slices.IndexFunc(c.people, func(id subject.ID) bool { _, asked := w.rights.list.Match(w.tenant, id); return !asked })
		if old < 0 {
			return
		}
		c.people = slices.Delete(c.people, old, old+1)
	}
	c.people = append(c.people, id)
}

// namesInField is names for a field that the policy says is of a person. The first one is whose dates are shifted together.
func (w *rewriter) namesInField(typ string, value []byte) {
	w.names(typ, value)
	if w.subject == nil {
		w.subject = value
	}
}

// heed adds to the rights of the record what holds for an id.
func (w *rewriter) heed(id subject.ID) {
	e, ok := w.rights.list.Match(w.tenant, id)
	if !ok {
		return
	}
	if w.rights.named != nil && len(w.callID) > 0 {
		w.rights.named(w.callID)
	}
	w.rights.erased = w.rights.erased || e.Erases(w.time)
	w.rights.objected = w.rights.objected || e.Objects()
	w.rights.restricted = w.rights.restricted || e.Restricts()
	for i := range w.views {
		if v := &w.views[i]; v.Consent != "" && e.Withdrawn(v.Consent) {
			w.leaveOut(i, leftWithdrawn)
		}
	}
}

// namesKnown notes what the record's call knows of its customer.
func (w *rewriter) namesKnown(values []detectors.KnownValue) {
	for _, v := range values {
		if kind, ok := detectors.ParseType(v.Type); ok && w.linkable[kind] {
			w.names(v.Type, v.Value)
		}
	}
}

// namesCall notes the record's call, and everybody whom the call named before.
func (w *rewriter) namesCall() {
	if !w.watches() {
		return
	}
	w.names(callType, w.callID)
	if w.call != nil {
		w.rights.unknown = w.rights.unknown || w.call.unknown
		for _, id := range w.call.people {
			w.heed(id)
		}
	}
}

// rule gives what becomes of the record as a whole. An erasure is stronger than a restriction: what is to be gone is not kept.
func (r *rights) rule() (gone bool, class Class, err error) {
	switch {
	case r.unknown:
		return false, ClassKey, errNoKey
	case r.erased, r.objected:
		return true, "", nil
	case r.restricted:
		return false, ClassRestricted, errRestricted
	case r.minor:
		return false, ClassMinor, errMinor
	}
	return false, "", nil
}

// begin starts a record.
func (r *rights) begin() {
	r.erased, r.objected, r.restricted, r.unknown, r.minor = false, false, false, false, false
}
