package pipeline

import (
	"fmt"
	"time"

	"github.com/sonexlabs/tacet/detectors"
	"github.com/sonexlabs/tacet/pipeline/codec"
	"github.com/sonexlabs/tacet/pipeline/policy"
)

// classed is what of the record at hand leaves for one sink class.
type classed struct {
	styles  [detectors.TypesMax]policy.Style
	options [detectors.TypesMax]policy.Options
	views   []int             // of the class
	left    [fieldReasons]int // values left out, by why, until count
	without [leftReasons]int  // records left out of its views
	joins   bool              // some view of it has entities
	lasts   time.Duration     // how long what leaves may be kept; 0 where the policy doesn't say
	expiry  seconds           // until when

	// Of the current record.
	rules       []rule // of its topic
	kept        []bool // topic.kept
	reads       bool   // the topic's records leave for it
	counts      [detectors.TypesMax]uint32
	types       []detectors.Type // with a count above 0, in order of appearance
	entities    []entity
	entityBytes []byte
}

// classesOf gives the classes that views are of, each once, and gives each view the number of its own.
func classesOf(p *policy.Policy, views []View) (classes []*policy.Class, of []int, err error) {
	numbers := map[string]int{}
	for _, v := range views {
		i, ok := numbers[v.Class]
		if !ok {
			c, known := p.Class(v.Class)
			if !known {
				return nil, nil, fmt.Errorf("the policy has no sink class %q", v.Class)
			}
			i = len(classes)
			numbers[v.Class] = i
			classes = append(classes, c)
		}
		of = append(of, i)
	}
	return classes, of, nil
}

func newClassed(p *policy.Policy, c *policy.Class) classed {
	var made classed
	made.lasts, _ = p.Retention(c.Retention)
	for _, t := range detectors.Types() {
		made.styles[t], made.options[t] = c.Style(t), c.Options(t)
	}
	return made
}

// begin starts a record.
func (c *classed) begin(rules []rule, kept []bool) {
	c.rules, c.kept, c.reads = rules, kept, rules != nil
	for _, t := range c.types {
		c.counts[t] = 0
	}
	c.types = c.types[:0]
	c.forget()
}

// forget drops what tokens are made of.
func (c *classed) forget() {
	clear(c.entityBytes)
	c.entities, c.entityBytes = c.entities[:0], c.entityBytes[:0]
}

// write makes what leaves of a document for each class: searched once, edited for each.
func (w *rewriter) write(d *codec.Doc, p *partials, envelope bool) error {
	w.memo.begin(len(w.classes) > 1)
	w.first = true
	for i := range w.classes {
		w.at = &w.classes[i]
		if !w.at.reads {
			continue
		}
		if !w.first {
			d.Revert()
			p = w.findPartials(d, 0)
		}
		if err := w.apply(d, p); err != nil {
			return err
		}
		w.render(d, envelope)
		w.first = false
	}
	return nil
}

// memo remembers what was found in the texts of a document, for the classes behind the first.
type memo struct {
	on    bool
	field int // of the document
	text  int // of the field: JSON in a string has several
	known []remembered
	found []detectors.Finding
	bytes []byte // their canonical forms
}

type remembered struct{ field, text, from, to int }

func (m *memo) begin(on bool) {
	clear(m.bytes)
	m.on, m.known, m.found, m.bytes = on, m.known[:0], m.found[:0], m.bytes[:0]
}

// recall gives what was found in the text at hand, if it was searched before.
func (m *memo) recall() (found []detectors.Finding, ok bool) {
	for _, k := range m.known {
		if k.field == m.field && k.text == m.text {
			return m.found[k.from:k.to], true
		}
	}
	return nil, false
}

// keep copies what was found: canonical forms lie in scratch memory of the search.
func (m *memo) keep(found []detectors.Finding) {
	if !m.on {
		return
	}
	from := len(m.found)
	for _, f := range found {
		start := len(m.bytes)
		m.bytes = append(m.bytes, f.Canonical...)
		f.Canonical = m.bytes[start:len(m.bytes):len(m.bytes)]
		m.found = append(m.found, f)
	}
	m.known = append(m.known, remembered{m.field, m.text, from, len(m.found)})
}

// search finds personal data in the text at hand, once for all classes. again tells that it was searched for an earlier one. A program's name
// stands before what it wrote, as in the line: "sudo: ada : TTY=pts/0".
func (w *rewriter) search(text, program []byte, in detectors.Input) (reasons []detectors.Reason, again bool) {
	w.memo.text++
	if w.memo.on {
		if found, ok := w.memo.recall(); ok {
			w.found = append(w.found[:0], found...)
			return nil, true
		}
	}
	if len(program) > 0 {
		w.written = append(append(append(w.written[:0], program...), ": "...), text...)
		text = w.written
	}
	if w.explain == nil {
		w.found = w.set.Find(w.found[:0], text, in, w.scratch)
	} else {
		w.found, reasons = w.set.Explain(text, in, w.scratch)
	}
	if lead := len(program) + len(": "); len(program) > 0 {
		w.found, reasons = shifted(w.found, reasons, lead)
	}
	w.memo.keep(w.found)
	w.hearMinor(w.found)
	return reasons, false
}

// shifted gives what was found behind the first bytes of a text, by the places in the rest, with the reasons for it, which may be none.
func shifted(found []detectors.Finding, reasons []detectors.Reason, lead int) ([]detectors.Finding, []detectors.Reason) {
	gone := 0 // findings are in order
	for gone < len(found) && found[gone].End <= lead {
		gone++
	}
	found = found[:copy(found, found[gone:])]
	for k := range found {
		found[k].Start, found[k].End = max(found[k].Start-lead, 0), found[k].End-lead
	}
	n := 0
	for _, r := range reasons {
		if r.Finding >= 0 && r.Finding < gone {
			continue
		}
		if r.Finding >= gone {
			r.Finding -= gone
		}
		reasons[n] = r
		n++
	}
	return found, reasons[:n]
}
