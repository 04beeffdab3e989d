package pipeline

import (
	"bytes"

	"github.com/sonexlabs/tacet/detectors"
)

// What is written of a part is checked when all of it is written: the code and the tables for the check come to the processor's caches once, and
// not with every record, between which detection pushes them out again. Nothing of a part is cut into outputs before.

// waiting is a record that was worked off and is not checked yet, with what it takes to have it go to quarantine after all.
type waiting struct {
	index  int32    // in the batch
	leaves bool     // something of it may: its bytes count
	spans  [2]int32 // of the buffer
	slots  [2]int32 // of worker.slots: its tenants
	claim  claim
	done   string // its outcome
	call   *call
	set    *detectors.Set
}

// noView marks the span of an output that was taken out.
const noView = -1

// wait has the record that was just worked off wait for the check; its outputs are the spans of buf from one on.
func (w *worker) wait(index int32, buf *buffer, from int) {
	slots := len(w.slots)
	w.slots = append(w.slots, w.rw.tally.tenants()...)
	w.waiting = append(w.waiting, waiting{
		index:  index,
		leaves: !w.rw.gone && !w.rw.leavesNothing(),
		spans:  [2]int32{int32(from), int32(len(buf.spans))},
		slots:  [2]int32{int32(slots), int32(len(w.slots))},
		claim:  w.rw.checker.claim(),
		done:   w.rw.done,
		call:   w.rw.call,
		set:    w.rw.set,
	})
}

// check goes over all that waits. What must not leave is taken out of buf and goes to quarantine.
func (w *worker) check(f *flight, buf *buffer) {
	for i := 0; i < len(w.waiting); i++ {
		var class Class
		var err error
		if i, class, err = w.release(f, buf, i); class != "" {
			w.hold(f, buf, &w.waiting[i], class, err)
		}
	}
	clear(w.waiting) // calls that were given up hold what is known of people
	clear(w.slots)
	w.waiting, w.slots = w.waiting[:0], w.slots[:0]
	w.rw.checker.end()
}

// release checks what waits from a record on and counts what leaves, up to the first that must not, whose number and class it gives. A panic costs the
// record only that it happened at.
func (w *worker) release(f *flight, buf *buffer, from int) (i int, class Class, err error) {
	defer func() {
		if p := recover(); p != nil {
			class, err = w.panicked(f.lane, &f.batch.Records[w.waiting[i].index], p)
		}
	}()
	for i = from; i < len(w.waiting); i++ {
		x := &w.waiting[i]
		r, out := &f.batch.Records[x.index], buf.spans[x.spans[0]:x.spans[1]]
		w.rw.checker.of = x.claim
		for k := range out {
			if s := &out[k]; !s.hasNoHeaders {
				if err := w.rw.checkOutput(s, buf.bytes, r); err != nil {
					return i, ClassOutput, err
				}
			}
		}
		if x.leaves {
			w.rw.weigh(len(r.Value), out)
		}
		w.rw.tally.settle(w.slots[x.slots[0]:x.slots[1]], out, false)
	}
	return i, "", nil
}

// hold has a record that was worked off go to quarantine. The memory of its call is not to be trusted either.
func (w *worker) hold(f *flight, buf *buffer, x *waiting, class Class, err error) {
	for k := x.spans[0]; k < x.spans[1]; k++ {
		s := &buf.spans[k]
		clear(buf.bytes[s.value[0]:max(s.value[1], s.digits[1])])
		s.view = noView
	}
	w.rw.recant(x.done)
	w.rw.tally.settle(w.slots[x.slots[0]:x.slots[1]], nil, true)
	if x.call != nil {
		w.calls.spoil(x.call)
	}
	w.bury(f, buf, x.index, class, err, x.set)
}

// bury makes the entry in quarantine of a record, and what a filter gives in its place.
func (w *worker) bury(f *flight, buf *buffer, index int32, class Class, err error, set *detectors.Set) {
	entry := w.e.entry(f, &f.batch.Records[index], class, err.Error())
	entry.Detector = set.Version()
	f.dead[w.number] = append(f.dead[w.number], entry)
	w.e.metrics.records.WithLabelValues(f.lane.id.Topic, outcomeDead).Inc()
	if w.e.filter != nil {
		start := len(buf.bytes)
		buf.bytes = append(buf.bytes, w.e.filter...) // a filter has one view
		buf.spans = append(buf.spans, span{record: index, value: [2]int{start, len(buf.bytes)}, hasNoHeaders: true})
	}
}

// checkOutput compares what was written of a record in a view with what may leave in it.
func (w *rewriter) checkOutput(s *span, written []byte, r *Record) error {
	c, view, out := &w.checker, int(s.view), written[s.value[0]:s.value[1]]
	v := &w.views[view]
	if !c.agreed(view) {
		return errOutputView
	}
	may := w.bundle.capsules
	if v.Content != ContentCapsules {
		may = w.topic.schemas[w.bundle.of[view]]
	}
	if err := c.check(out, may, v); err != nil {
		return err
	}
	if len(r.Key) > 0 && bytes.Equal(written[s.key[0]:s.key[1]], r.Key) {
		return errOutputKey
	}
	return nil
}
