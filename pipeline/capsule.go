package pipeline

import (
	"bytes"
	"fmt"

	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
	"github.com/sonexlabs/tacet/pipeline/reveal"
)

// sealed collects what of the record at hand goes into a capsule.
type sealed struct {
	sealer *reveal.Sealer // nil: no sink takes capsules
	items  []reveal.Item  // of texts: the names are aliases, the same in every view
	bytes  []byte         // their values
	all    []reveal.Item  // with those of fields, whose names are tokens
	failed int            // records whose values are lost, because there was no key for them
	made   int
}

// note keeps a value of a text. It is copied: what it is a part of is gone before the capsule is made.
func (s *sealed) note(name []byte, typ string, value []byte) {
	if s.sealer == nil || reveal.NeverStored(typ) {
		return
	}
	for i := range s.items {
		if it := &s.items[i]; it.Name == string(name) && bytes.Equal(it.Value, value) {
			return
		}
	}
	start := len(s.bytes)
	s.bytes = append(s.bytes, value...)
	s.items = append(s.items, reveal.Item{Name: string(name), Type: typ, Value: s.bytes[start:len(s.bytes):len(s.bytes)]})
}

// forget ends a document.
func (s *sealed) forget() {
	clear(s.bytes)
	clear(s.items)
	s.items, s.bytes = s.items[:0], s.bytes[:0]
}

// seal makes the capsule of a document in a view. What can't be sealed is lost, and counted: its value leaves in no form.
func (w *rewriter) seal(d *codec.Doc, view *viewed) {
	s := &w.sealed
	s.all = append(s.all[:0], s.items...)
	for i := range w.keyed {
		k := &w.keyed[i]
		typ := k.rule.kind
		if as := k.rule.options.As; as != "" {
			typ = as
		}
		if k.rule.action != policy.Seal || reveal.NeverStored(typ) {
			continue
		}
		if w.token = w.appendKeyed(w.token[:0], view, k.rule, d.Text(k.field)); isToken(w.token) {
			s.all = append(s.all, reveal.Item{Name: string(w.token), Type: typ, Value: d.Text(k.field)})
		}
	}
	if len(s.all) == 0 {
		return
	}
	defer clear(s.all)
	if w.with = ifToken(w.with[:0], w.appendCallToken(w.with[:0], view)); len(w.with) == 0 || len(w.callID) == 0 {
		s.failed++
		return
	}
	w.with = fmt.Appendf(w.with, " %s/%d", w.lane.id, w.offset)
	start := len(view.out)
	if start > 0 {
		view.out = append(view.out, '\n') // one for each line of the record
	}
	out, err := s.sealer.Append(view.out, w.tenant, w.with, s.all)
	if err != nil {
		view.out = view.out[:start]
		s.failed++
		return
	}
	view.out = out
	s.made++
}
