package pipeline

import (
	"fmt"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// inner redacts JSON inside a string: every value and key of it. It reports false when the text is no JSON after all.
func (w *rewriter) inner(outer *codec.Doc, i int, text []byte, role detectors.Role, depth int) (done bool, err error) {
	d := &w.docs[depth+1]
	if err := d.ParseJSON(text, w.all, w.limits); err != nil {
		if classOf(err) == ClassSize {
			return false, fmt.Errorf("decode JSON in a string: %w", err)
		}
		return false, nil
	}
	p := w.findPartials(d, depth+1)
	if p.isWhole() {
		outer.SetString(i, []byte(partialText))
		w.hidden++
		if w.first {
			w.met[policy.PartialsMask]++
		}
		return true, nil
	}
	before, disarmed, hidden := w.replaced(), w.disarmed, w.hidden
	if err := w.applyInner(d, p, role, depth+1); err != nil {
		return false, err
	}
	if w.replaced() == before && w.disarmed == disarmed && w.hidden == hidden && !d.Repaired() {
		return true, nil // unchanged: keep its bytes
	}
	w.nested[depth] = d.Append(w.nested[depth][:0], nil)
	outer.SetString(i, w.nested[depth])
	return true, nil
}

// applyInner is apply for JSON inside a string. Its partial results are masked in either case, as a whole: they are a part of a text.
func (w *rewriter) applyInner(d *codec.Doc, p *partials, role detectors.Role, depth int) error {
	fields := d.Fields()
	masked := 0 // what lies before went with the value it is in
	of := w.standing
	for k := range fields {
		f := &fields[k]
		switch {
		case f.Start < masked:
		case p.at(fields, k):
			d.SetString(k, []byte(partialText))
			w.hidden++
			masked = f.End
		case isLeaf(f.Kind):
			if w.standing = of; f.Kind == codec.Key {
				w.standing = isForm
			}
			if err := w.redact(d, k, role, depth); err != nil {
				return err
			}
		}
	}
	w.standing = of
	if w.first {
		w.met[policy.PartialsMask] += p.n
	}
	return nil
}

// replaced is the number of replacements made in the record so far.
func (w *rewriter) replaced() (n uint32) {
	for _, t := range w.at.types {
		n += w.at.counts[t]
	}
	return n
}
