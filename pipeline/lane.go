package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sonexlabs/tacet/pipeline/watermark"
)

// abandonGrace is how long a drain that has run out of time waits for sinks to notice.
const abandonGrace = 2 * time.Second

// lane is one assigned partition. A batch goes through it like this:
//
//	Submit ─ budget, slot ─► tracker.Add ─► parts to workers ─► last part done ─► pending, in order ─► every delivery
//
// Each delivery (one goroutine per sink) acknowledges by itself. The batch's memory is given back when all sinks have
// taken it; its place in the tracker when all have made it durable.
type lane struct {
	e         *Engine
	id        LaneID
	topic     *topic
	partition []byte // for the header

	ctx    context.Context // ends when the lane is abandoned or done with
	cancel context.CancelFunc
	slots  chan struct{} // one taken for each batch in flight
	places chan struct{} // one taken for each batch in flight and each note; nil where no sink has marks
	sinks  []*delivery

	mu       sync.Mutex
	tracker  *watermark.Tracker
	pending  []*flight // submitted and not emitted, in order
	closing  bool      // Drain was called
	revoked  bool      // acks are ignored
	emptied  chan struct{}
	failed   chan struct{}
	err      error
	deadWork sync.WaitGroup // quarantine writes

	mark       atomic.Int64
	from       int64
	position   atomic.Int64
	high       atomic.Int64
	fetchedAt  atomic.Int64 // unix nanoseconds; 0 before the first Fetched and while draining: nobody is to be missed then
	submitting atomic.Bool  // the source waits for us, not for the broker
	progressAt atomic.Int64 // unix nanoseconds of the watermark's last move
	hash       uint64       // chooses the worker of records without a key that belong together
}

// flight is a batch inside the engine.
type flight struct {
	lane    *lane
	batch   *Batch
	bundle  *bundle // in force when it came
	seq     uint64
	cost    int64
	kept    int64 // of cost, by its note
	start   time.Time
	heard   uint64       // of what people asked for, when it came
	oldest  int64        // timestamp of a record, in unix milliseconds
	parts   atomic.Int32 // workers still at it
	readers atomic.Int32 // sinks that have not taken it, and quarantine
	done    bool         // all parts are; guarded by lane.mu
	outs    [][]Output   // by view and index of the record; Offset is noOutput where there is none
	views   []*Batch     // what leaves, by view, once all parts are done
	sizes   []int        // bytes of its values, by view
	sums    []Summary    // by worker
	dead    [][]Entry    // by worker
	buffers []*buffer    // by worker; nil where it had no part
	marks   []byte       // what stands for the outputs of the view that is marked
}

const noOutput = -1

func newLane(e *Engine, id LaneID, t *topic, from int64) *lane {
	l := &lane{
		e: e, id: id, topic: t, from: from,
		partition: strconv.AppendInt(nil, int64(id.Partition), 10),
		slots:     make(chan struct{}, e.limits.LaneBatches),
		tracker:   watermark.New(from, len(e.sinks)+1),
		emptied:   make(chan struct{}),
		failed:    make(chan struct{}),
		hash:      maphash.String(e.seed, id.String()),
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.mark.Store(from)
	l.position.Store(from)
	l.high.Store(from)
	now := time.Now().UnixNano()
	l.progressAt.Store(now)
	if e.marker != nil {
		l.places = make(chan struct{}, notesMost*e.limits.LaneBatches)
	}
	for _, s := range e.sinks {
		d := newDelivery(l, s)
		l.sinks = append(l.sinks, d)
		go e.guard("sink "+s.Name, d.run)
	}
	return l
}

func (id LaneID) compare(o LaneID) int {
	if c := strings.Compare(id.Topic, o.Topic); c != 0 {
		return c
	}
	return cmp.Compare(id.Partition, o.Partition)
}

// batchCost is what a batch takes of the budget: its bytes, and again for each view (they go out about as long as they came
// in), and the structures around each record; where each line may be another tenant's, its note, too. It leaves room for notes.
func (l *lane) batchCost(b *Batch) int64 {
	views, most := int64(len(l.e.views)), l.e.limits.MemoryBytes
	cost := (1+views)*int64(b.Bytes) + 256*(1+views)*int64(len(b.Records)+1)
	if l.places != nil && l.topic.format == FormatNDJSON {
		tenants := 0
		for i := range b.Records {
			tenants += bytes.Count(b.Records[i].Value, []byte{'\n'}) + 1
		}
		cost += int64(tenants) * tenantBytes(len(l.e.sinks))
	}
	return min(cost, most-most/notesShare)
}

// Submit implements Lane.
func (l *lane) Submit(ctx context.Context, b *Batch) error {
	l.submitting.Store(true)
	defer l.submitting.Store(false)
	start := time.Now()
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-l.ctx.Done():
		return errLaneClosed
	}
	if err := l.takePlace(ctx, b); err != nil {
		<-l.slots
		return err
	}
	l.e.metrics.wait.WithLabelValues("lane").Add(time.Since(start).Seconds())
	start = time.Now()
	f := &flight{lane: l, batch: b, bundle: l.e.bundle.Load(), cost: l.batchCost(b)}
	if err := l.e.budget.Acquire(ctx, f.cost); err != nil {
		<-l.slots
		l.givePlace(b)
		return context.Cause(ctx)
	}
	f.start, f.heard = time.Now(), l.e.heard()
	l.e.metrics.wait.WithLabelValues("memory").Add(f.start.Sub(start).Seconds())
	l.e.used.Add(f.cost)
	b.flight = f
	f.outs = make([][]Output, len(l.e.views))
	for v := range f.outs {
		f.outs[v] = l.e.getOutputs(len(b.Records))
	}
	f.dead = make([][]Entry, len(l.e.workers))
	f.sums = make([]Summary, len(l.e.workers))
	f.buffers = make([]*buffer, len(l.e.workers))
	f.readers.Store(l.readers())
	if !b.Warm {
		f.oldest = oldest(b)
		l.mu.Lock()
		if l.closing {
			l.mu.Unlock()
			f.release(l.readers())
			l.givePlace(b)
			return errLaneClosed
		}
		f.seq = l.tracker.Add(b.Next, f.oldest, len(b.Records))
		l.pending = append(l.pending, f)
		l.mu.Unlock()
	}
	return l.dispatch(ctx, f)
}

// takePlace waits until there is room for the note of a batch, if there will be one.
func (l *lane) takePlace(ctx context.Context, b *Batch) error {
	if l.places == nil || b.Warm {
		return nil
	}
	select {
	case l.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-l.ctx.Done():
		return errLaneClosed
	}
}

// givePlace is for a batch of which there will be no note.
func (l *lane) givePlace(b *Batch) {
	if l.places != nil && !b.Warm {
		<-l.places
	}
}

// readers is how many sinks read the outputs of a batch.
func (l *lane) readers() int32 {
	n := int32(len(l.sinks))
	if l.places != nil {
		n--
	}
	return n
}

var errLaneClosed = errors.New("lane is closed")

// oldest is the earliest timestamp of a batch's records, in unix milliseconds; now when none has one.
func oldest(b *Batch) int64 {
	t := time.Now().UnixMilli()
	for i := range b.Records {
		if r := &b.Records[i]; !r.Time.IsZero() {
			t = min(t, r.Time.UnixMilli())
		}
	}
	return t
}

// dispatch splits a batch over the workers: by key, so that a call always meets the same one; where records have no key
// and no call memory is kept, in contiguous runs.
func (l *lane) dispatch(ctx context.Context, f *flight) error {
	workers := l.e.workers
	records := f.batch.Records
	owner := make([]uint8, 0, 512)
	counts := make([]int, len(workers))
	for i := range records {
		w := 0
		switch {
		case len(records[i].Key) > 0:
			w = int(maphash.Bytes(l.e.seed, records[i].Key) % uint64(len(workers)))
		case l.topic.calls:
			w = int(l.hash % uint64(len(workers)))
		default:
			w = i * len(workers) / len(records)
		}
		owner = append(owner, uint8(w))
		counts[w]++
	}
	index := make([]int32, len(records))
	parts := make([][]int32, len(workers))
	rest := index
	used := 0
	for w, n := range counts {
		parts[w], rest = rest[:0:n], rest[n:]
		if n > 0 {
			used++
		}
	}
	for i, w := range owner {
		parts[w] = append(parts[w], int32(i))
	}
	if used == 0 {
		l.complete(f)
		return nil
	}
	f.parts.Store(int32(used))
	for w, part := range parts {
		if len(part) > 0 {
			workers[w].in <- job{f, part}
		}
	}
	return nil
}

// complete is called once all parts of f are done. It emits the batches that are next in order.
func (l *lane) complete(f *flight) {
	if f.batch.Warm {
		f.release(l.readers())
		return
	}
	f.finish()
	l.e.metrics.observeStage("work", f.start)
	l.mu.Lock()
	defer l.mu.Unlock()
	f.done = true
	for len(l.pending) > 0 && l.pending[0].done {
		next := l.pending[0]
		l.pending[0] = nil
		l.pending = l.pending[1:]
		l.emit(next)
	}
	if l.closing && len(l.pending) == 0 {
		l.closeEmptied()
	}
}

// finish makes what each view's sinks get.
func (f *flight) finish() {
	b := f.batch
	b.Summary = &Summary{Policy: f.bundle.hash, Category: f.lane.topic.category, In: len(b.Records), Sinks: f.lane.e.names}
	for i := range f.sums {
		b.Summary.Add(&f.sums[i])
		for k := range f.dead[i] {
			b.Summary.addClasses([]ClassCount{{f.dead[i][k].Class, 1}})
		}
	}
	for _, buf := range f.buffers {
		if buf != nil {
			f.marks = append(f.marks, buf.marks...)
		}
	}
	b.Summary.bySink(f.lane.e.sinks)
	for _, outs := range f.outs {
		n, size := 0, 0
		for i := range outs {
			if outs[i].Offset != noOutput {
				outs[n] = outs[i]
				size += len(outs[n].Value)
				n++
			}
		}
		view := &Batch{Lane: b.Lane, First: b.First, Next: b.Next, Bytes: b.Bytes, Outputs: outs[:n], Summary: b.Summary}
		b.Summary.Out = max(b.Summary.Out, n)
		f.views, f.sizes = append(f.views, view), append(f.sizes, size)
	}
}

// emit hands f to every sink and its dead records to quarantine. The lane's lock is held; nothing here blocks: a queue
// holds as many batches as the lane may have in flight.
func (l *lane) emit(f *flight) {
	if l.revoked {
		f.release(l.readers())
		l.givePlace(f.batch)
		return
	}
	var dead []Entry
	for _, part := range f.dead {
		dead = append(dead, part...)
	}
	if len(dead) > 0 {
		f.readers.Add(1) // or all that is dead would wait in memory for a quarantine that is away
	}
	for _, d := range l.sinks {
		if d.notes != nil {
			d.tell(f)
		}
	}
	for _, d := range l.sinks {
		if d.notes == nil {
			d.queue <- f
		}
	}
	party, seq := len(l.sinks), f.seq
	if len(dead) == 0 {
		if l.readers() == 0 {
			f.release(0)
		}
		l.ackLocked(seq, party)
		return
	}
	l.deadWork.Add(1)
	go l.e.guard("quarantine", func() {
		defer l.deadWork.Done()
		defer f.release(1)
		if l.e.putDead(l.ctx, dead) == nil {
			l.ack(seq, party)
		}
	})
}

func (l *lane) ack(seq uint64, party int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ackLocked(seq, party)
}

// ackLocked is where late acknowledgements of a revoked lane are ignored: the check and the move of the watermark are one
// step under the lock, so a commit can never include them.
func (l *lane) ackLocked(seq uint64, party int) {
	if !l.revoked && l.tracker.Ack(seq, party) {
		l.mark.Store(l.tracker.Watermark())
		l.progressAt.Store(time.Now().UnixNano())
	}
}

func (l *lane) closeEmptied() {
	select {
	case <-l.emptied:
	default:
		close(l.emptied)
	}
}

// release gives back the memory of f once n readers more are done with it.
func (f *flight) release(n int32) {
	if f.readers.Add(-n) > 0 {
		return
	}
	e := f.lane.e
	for _, buf := range f.buffers {
		if buf != nil {
			e.putBuffer(buf)
		}
	}
	for _, outs := range f.outs {
		e.putOutputs(outs)
	}
	if f.batch.Release != nil {
		f.batch.Release()
	}
	e.used.Add(f.kept - f.cost)
	e.budget.Release(f.cost - f.kept)
	<-f.lane.slots
}

// Fetched implements Lane.
func (l *lane) Fetched(position, highWatermark int64) {
	l.position.Store(position)
	l.high.Store(highWatermark)
	l.fetchedAt.Store(time.Now().UnixNano())
}

// Watermark implements Lane.
func (l *lane) Watermark() int64 { return l.mark.Load() }

// Failed implements Lane.
func (l *lane) Failed() <-chan struct{} { return l.failed }

// Err implements Lane.
func (l *lane) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// lost ends the lane: only reading records again helps that a sink has lost, or that may not leave any more.
func (l *lane) lost(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
		close(l.failed)
	}
}

// Drain implements Lane.
func (l *lane) Drain(ctx context.Context) (abandoned int) {
	l.fetchedAt.Store(0)
	l.mu.Lock()
	l.closing = true
	if len(l.pending) == 0 {
		l.closeEmptied()
	}
	l.mu.Unlock()
	inTime := wait(ctx, l.emptied)
	l.mu.Lock()
	if !inTime {
		l.revoked = true // nothing may be queued any more
	}
	for _, d := range l.sinks {
		if d.notes != nil {
			d.closeNotes()
			continue
		}
		close(d.queue)
	}
	l.mu.Unlock()
	finished := make(chan struct{})
	go func() {
		for _, d := range l.sinks {
			<-d.done
		}
		l.deadWork.Wait()
		close(finished)
	}()
	if inTime {
		inTime = wait(ctx, finished)
	}
	l.mu.Lock()
	l.revoked = true
	_, abandoned = l.tracker.Pending()
	l.mu.Unlock()
	l.cancel()
	if !inTime {
		grace, cancel := context.WithTimeout(context.Background(), abandonGrace)
		wait(grace, finished)
		cancel()
	}
	for _, w := range l.e.workers {
		w.forget(l)
	}
	l.e.closeLane(l)
	return abandoned
}

// wait tells whether c was closed before ctx ended.
func wait(ctx context.Context, c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
	}
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}
