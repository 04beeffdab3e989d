package pipeline

import (
	"errors"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// workerQueue is how many parts wait for a worker: enough to keep it busy, few enough that a batch does not wait long.
const workerQueue = 8

// worker decodes, minimises, detects and rewrites. Everything in it but in, busy, lane and closed belongs to its goroutine.
type worker struct {
	e      *Engine
	in     chan job
	calls  *callStore
	rw     *rewriter
	marker Marker               // nil where no sink asks for marks
	busy   atomic.Int64         // since when it is at one record, or at the check of a part, unix nanoseconds; 0 when idle
	lane   atomic.Pointer[lane] // whose record that is
	open   atomic.Int64         // calls remembered
	number int

	waiting []waiting      // records of the part that are not checked yet
	slots   []*tenantTally // of their tenants

	mu     sync.Mutex
	closed []*lane // lanes whose calls are to be forgotten
}

// job is a worker's part of a batch: the records at these indices.
type job struct {
	f       *flight
	records []int32
}

// buffer holds the outputs of a part: bytes, and headers.
type buffer struct {
	bytes   []byte
	headers []Header
	spans   []span
	marks   []byte // what stands for the outputs that are marked
}

// span says where in a buffer the output of a record lies. Slices are made only when the part is finished, because the
// buffer moves while it grows.
type span struct {
	record       int32 // index in the batch
	view         int32 // noView: it was taken out
	value        [2]int
	key          [2]int
	digits       [2]int // the offset in decimal, for its header
	hasNoValue   bool
	hasNoHeaders bool
}

// bufferCap is the largest buffer that is kept for the next batch.
const bufferCap = 4 << 20

func newWorker(e *Engine, number int, c Config) (*worker, error) {
	rw, err := newRewriter(c, e.bundle.Load(), e.views)
	if err != nil {
		return nil, err
	}
	for _, s := range e.sinks {
		rw.views[s.view].sinks = append(rw.views[s.view].sinks, s.Name)
	}
	calls := (c.Limits.Calls + c.Limits.Workers - 1) / c.Limits.Workers
	w := &worker{
		e:      e,
		number: number,
		in:     make(chan job, workerQueue),
		calls:  newCallStore(calls, c.Limits.CallIdle, int(c.Limits.KnownBytes)/c.Limits.Workers),
		rw:     rw,
	}
	if e.marker != nil {
		w.marker = e.marker()
	}
	return w, nil
}

func (w *worker) run() {
	for j := range w.in {
		w.forgetClosed()
		w.lane.Store(j.f.lane)
		w.part(j)
		w.busy.Store(0)
		w.open.Store(int64(len(w.calls.calls)))
		if j.f.parts.Add(-1) == 0 {
			j.f.lane.complete(j.f)
		}
	}
}

// forget has the calls of a closed lane dropped before the next part is begun.
func (w *worker) forget(l *lane) {
	w.mu.Lock()
	w.closed = append(w.closed, l)
	w.mu.Unlock()
}

func (w *worker) forgetClosed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.closed {
		w.calls.forget(l)
	}
	w.closed = w.closed[:0]
}

// part works off one part of a batch.
func (w *worker) part(j job) {
	f, l := j.f, j.f.lane
	for _, i := range j.records {
		for v := range f.outs {
			f.outs[v][i].Offset = noOutput
		}
	}
	if l.ctx.Err() != nil {
		return // the lane was given up: the next owner reads these records again
	}
	w.rw.adopt(f.bundle)
	buf := w.e.buffers.Get().(*buffer)
	f.buffers[w.number] = buf
	now := time.Now()
	w.rw.used = processorTime()
	for _, i := range j.records {
		w.busy.Store(now.UnixNano())
		r := &f.batch.Records[i]
		spans := len(buf.spans)
		class, err := w.record(l, r, buf, i, f.batch.Warm, now)
		after := time.Now()
		if after.Sub(now) > w.e.limits.RecordTime {
			if class == "" && !f.batch.Warm && w.rw.isOver(after) {
				class, err = ClassTime, errOverTime
				w.rw.recant(w.rw.done)
				buf.spans = buf.spans[:spans]
			}
			w.rw.used = processorTime()
		}
		now = after
		if class == "" && !f.batch.Warm {
			w.wait(i, buf, spans)
			continue
		}
		w.rw.tally.settle(w.rw.tally.tenants(), nil, class != "")
		if class != "" && !f.batch.Warm {
			w.bury(f, buf, i, class, err, w.rw.set)
		}
	}
	w.busy.Store(now.UnixNano())
	w.check(f, buf)
	w.rw.summarise(&f.sums[w.number], len(f.dead[w.number]))
	w.rw.count(w.e.metrics, l.id.Topic, f.batch.Warm)
	f.cut(buf, w.marker)
	if w.marker != nil {
		buf.marks = w.marker.Take(buf.marks[:0])
	}
}

var errOverTime = errors.New("record took longer than it may")

// record works off one record and appends its output and its span to buf. It comes back with a class when the record
// must go to quarantine instead; buf then is as it was. A panic costs this record only, and the memory of its call, which may be
// half changed.
func (w *worker) record(l *lane, r *Record, buf *buffer, index int32, warm bool, now time.Time) (class Class, err error) {
	start, spans := len(buf.bytes), len(buf.spans)
	defer func() {
		if p := recover(); p != nil {
			class, err = w.panicked(l, r, p)
		}
		if class != "" || warm {
			clear(buf.bytes[start:])
			buf.bytes, buf.spans = buf.bytes[:start], buf.spans[:spans]
		}
		if class != "" && w.rw.call != nil {
			w.calls.spoil(w.rw.call)
		}
	}()
	w.rw.begin(l, w.calls, r, now)
	if w.e.onRecord != nil {
		w.e.onRecord(r)
	}
	switch {
	case r.Value == nil:
		// A tombstone: it deletes what an earlier record of the key left in a compacted topic.
		w.rw.outcome(outcomeFiltered)
	case len(r.Value) > w.e.limits.RecordBytes:
		return ClassSize, errRecordBytes
	default:
		class, err = w.rw.value(r)
		if class != "" {
			return class, err
		}
		if w.rw.gone || w.rw.leavesNothing() {
			return "", nil
		}
	}
	for v := range w.rw.views {
		view := &w.rw.views[v]
		if view.skip || view.Content == ContentCapsules && len(view.out) == 0 && r.Value != nil {
			continue
		}
		w.output(buf, r, index, v, view)
	}
	w.rw.end()
	return "", nil
}

// panicked notes that a record made the program panic, and gives its class.
func (w *worker) panicked(l *lane, r *Record, p any) (Class, error) {
	w.e.metrics.panics.Inc()
	w.e.log.Error("record panicked", "topic", l.id.Topic, "partition", l.id.Partition, "offset", r.Offset,
		"panic", describePanic(p), "stack", string(debug.Stack()))
	w.rw.reset()
	return ClassPanic, errPanic
}

// output appends what is to leave of a record in one view, and its span, to buf.
func (w *worker) output(buf *buffer, r *Record, index int32, v int, view *viewed) {
	s := span{record: index, view: int32(v), hasNoValue: r.Value == nil, hasNoHeaders: w.e.filter != nil}
	from := len(buf.bytes)
	buf.bytes = append(buf.bytes, view.out...)
	s.value = [2]int{from, len(buf.bytes)}
	if !s.hasNoHeaders {
		from = len(buf.bytes)
		buf.bytes = w.rw.appendKey(buf.bytes, view, r)
		s.key = [2]int{from, len(buf.bytes)}
		buf.bytes = strconv.AppendInt(buf.bytes, r.Offset, 10)
		s.digits = [2]int{s.key[1], len(buf.bytes)}
	}
	buf.spans = append(buf.spans, s)
}

var (
	errPanic       = errors.New("program defect; the log has the stack")
	errRecordBytes = errors.New("value is longer than limit record_bytes")
)

// The headers of an output: the input record it came from. Downstream they are the key for idempotence.
const (
	headerTopic     = "x-src-topic"
	headerPartition = "x-src-partition"
	headerOffset    = "x-src-offset"
)

// cut makes the outputs of a finished part: slices of the buffer that now stays where it is. It marks them where a sink asks for it:
// they are in a cache still, and the code for one is hot for the next, as it is not when a record is done.
func (f *flight) cut(buf *buffer, marker Marker) {
	marked := int32(f.lane.e.marked)
	if n := 3 * len(buf.spans); cap(buf.headers) < n {
		buf.headers = make([]Header, 0, n)
	}
	for _, s := range buf.spans {
		if s.view == noView {
			continue
		}
		r := &f.batch.Records[s.record]
		out := Output{Offset: r.Offset, Time: r.Time}
		if !s.hasNoValue {
			out.Value = buf.bytes[s.value[0]:s.value[1]:s.value[1]]
		}
		if s.key[1] > s.key[0] {
			out.Key = buf.bytes[s.key[0]:s.key[1]:s.key[1]]
		}
		if !s.hasNoHeaders {
			n := len(buf.headers)
			buf.headers = append(buf.headers,
				Header{headerTopic, f.lane.topic.nameBytes},
				Header{headerPartition, f.lane.partition},
				Header{headerOffset, buf.bytes[s.digits[0]:s.digits[1]:s.digits[1]]})
			out.Headers = buf.headers[n:len(buf.headers):len(buf.headers)]
		}
		f.outs[s.view][s.record] = out
		if s.view == marked {
			marker.Mark(r.Offset, buf.bytes[s.value[0]:max(s.value[1], s.key[1])], s.value[1]-s.value[0])
		}
	}
}

// putBuffer clears a buffer before another batch, perhaps another tenant's, gets it.
func (e *Engine) putBuffer(b *buffer) {
	if cap(b.bytes) > bufferCap {
		return
	}
	clear(b.bytes)
	clear(b.headers)
	b.bytes, b.headers, b.spans, b.marks = b.bytes[:0], b.headers[:0], b.spans[:0], b.marks[:0]
	e.buffers.Put(b)
}

// getOutputs gives n outputs, for putOutputs to take back. What they hold is old.
func (e *Engine) getOutputs(n int) []Output {
	if outs, ok := e.outputs.Get().(*[]Output); ok && cap(*outs) >= n {
		return (*outs)[:n]
	}
	return make([]Output, n)
}

func (e *Engine) putOutputs(outs []Output) {
	clear(outs)
	e.outputs.Put(&outs)
}
