package pipeline

import (
	"math"
	"slices"

	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// A partial result is what a speech recogniser may still change: an object with a member "final" that is not true, and everything in
// it. It is not searched, because nobody can say of half a number what it is, and it teaches the call's memory nothing,
// because the same words come again with the next hypothesis. The policy says whether it is dropped or masked.

// partialText stands for every text of a partial result: it says nothing of how long or of what kind the text was.
const partialText = "[PARTIAL]"

// finalKey is the member that says whether an object is a final result.
const finalKey = "final"

// partials is a walk over the partial results of one document.
type partials struct {
	objects []int32 // fields of d that are partial results, ascending; -1 is the root
	next    int     // in objects
	end     int     // where the outermost partial result that the walk has met ends
	n       int     // partial results met that are in no other
}

// findPartials starts the walk over d, which was found in as many strings as depth says. Anything but true in final counts as false: to
// hide a result too many costs less than to show one that isn't final. A string is not true either; in a line of text it is the word.
func (w *rewriter) findPartials(d *codec.Doc, depth int) *partials {
	p := &w.partials[depth]
	p.begin()
	if !w.topic.calls {
		return p
	}
	fields := d.Fields()
	underKey := false // a wildcard took the key of the field, which then is the field before it
	for i := range fields {
		f := &fields[i]
		wild := underKey
		if underKey = f.Kind == codec.Key; underKey || f.Rule < 0 {
			continue
		}
		if !(depth == 0 && w.topic.reads[f.Rule].use == useFinal) && !(wild && string(d.Text(i-1)) == finalKey) {
			continue
		}
		if (f.Kind == codec.Bool || f.Kind == codec.Line) && string(d.Text(i)) == "true" {
			continue
		}
		p.objects = append(p.objects, f.Parent)
	}
	if len(p.objects) > 0 {
		slices.Sort(p.objects)
		if p.objects[0] < 0 {
			p.end, p.n = math.MaxInt, 1
		}
	}
	return p
}

// begin starts a walk over a document that has none.
func (p *partials) begin() { p.objects, p.next, p.end, p.n = p.objects[:0], 0, 0, 0 }

// isUnderWildcard tells whether a wildcard took the key of field i.
func isUnderWildcard(d *codec.Doc, i int) bool { return i > 0 && d.Fields()[i-1].Kind == codec.Key }

// isWhole tells whether the whole document is a partial result.
func (p *partials) isWhole() bool { return p.end == math.MaxInt }

// at brings the walk to field i, and tells whether it is a partial result that is in no other.
func (p *partials) at(fields []codec.Field, i int) (begins bool) {
	return p.next < len(p.objects) && p.advance(fields, i)
}

func (p *partials) advance(fields []codec.Field, i int) (begins bool) {
	for p.next < len(p.objects) && int(p.objects[p.next]) <= i {
		if int(p.objects[p.next]) == i && fields[i].Start >= p.end {
			p.end = fields[i].End
			p.n++
			begins = true
		}
		p.next++
	}
	return begins
}

// holds tells whether the field that the walk is at is in a partial result.
func (p *partials) holds(f *codec.Field) bool { return f.Start < p.end }

// hide does to field i, which is in a partial result, what is to be done to it for that; where it is nothing it reports false. What it
// hides ends at end: fields before that are gone. A container under a wildcard is hidden as a whole, because the keys and the number of
// values in it may say what was heard.
func (w *rewriter) hide(d *codec.Doc, i int, r *rule) (end int, hidden bool) {
	f := &d.Fields()[i]
	if f.Kind == codec.Key {
		return 0, false // of a record's form, which detection looks at
	}
	switch r.use {
	case useFinal:
		return f.End, w.hideFinal(d, i, r)
	case useTenant, useCall, useRole:
		return 0, false
	}
	if r.action != policy.Redact && !(r.speech && r.action != policy.Drop) && !(r.action == policy.Keep && f.Joined()) {
		return 0, false
	}
	switch f.Kind {
	case codec.Object, codec.Array:
		if !isUnderWildcard(d, i) {
			return 0, false // the policy knows what is in it
		}
	case codec.Bool, codec.Null:
		return 0, false // they say nothing
	}
	d.SetString(i, []byte(partialText))
	w.hidden++
	return f.End, true
}

// hideFinal puts false where the member final of a partial result says anything else: whoever reads it next may know no third
// answer, and it may be a text.
func (w *rewriter) hideFinal(d *codec.Doc, i int, r *rule) bool {
	switch kind := d.Fields()[i].Kind; {
	case r.action == policy.Drop:
		w.leave(d, i, r.dropping())
	case kind == codec.Line:
		d.SetString(i, []byte("false"))
	case kind != codec.Bool:
		d.SetRaw(i, []byte("false"))
	}
	return true
}

// leaves counts a record, or a line of one, and tells whether anything of it may leave.
func (w *rewriter) leaves(p *partials) bool {
	if !p.isWhole() {
		w.final++
		return true
	}
	w.partial++
	if w.topic.partials != policy.PartialsDrop {
		return true
	}
	w.met[policy.PartialsDrop]++
	return false
}

// leavesNothing tells whether nothing of the record is delivered, because there is nothing in it but partial results, which
// the policy drops.
func (w *rewriter) leavesNothing() bool {
	return w.partial > 0 && w.final == 0 && w.topic.partials == policy.PartialsDrop
}
