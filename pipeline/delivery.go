package pipeline

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// delivery brings one lane's batches to one sink: in order, again and again until they are there. A sink that is slow or
// away holds up only its own deliveries, until the lane has no batch left to hand out.
//
// All fields but busy belong to the goroutine that runs run.
type delivery struct {
	lane  *lane
	sink  *sink
	queue chan *flight // never full: as many places as the lane may have batches in flight
	done  chan struct{}

	// In place of queue, for a sink of marks.
	notes chan note
	wake  chan struct{} // there are some
	hurry chan struct{} // they should not wait for their moment

	group    []*flight // of the current write
	outs     []Output  // of the current write, where it joins several batches
	writer   Writer
	durable  int64
	undone   []unacked    // written and not known to be durable, in order
	since    time.Time    // when the first of undone was written
	attempts int          // of the call that retry is at
	busy     atomic.Int64 // since when the sink is at work, unix nanoseconds; 0 when it is not
}

// unacked is what is kept of a batch after its memory was given back.
type unacked struct {
	seq   uint64
	next  int64
	stamp int64
}

type sinkMetrics struct {
	records, bytes, retries    prometheus.Counter
	transient, permanent, held prometheus.Counter
	time, endToEnd             prometheus.Observer
}

func (m *Metrics) forSink(name string) sinkMetrics {
	return sinkMetrics{
		records:   m.sinkRec.WithLabelValues(name),
		bytes:     m.sinkB.WithLabelValues(name),
		retries:   m.sinkRetry.WithLabelValues(name),
		transient: m.sinkErr.WithLabelValues(name, "transient"),
		permanent: m.sinkErr.WithLabelValues(name, "permanent"),
		held:      m.held.WithLabelValues(name),
		time:      m.sinkTime.WithLabelValues(name),
		endToEnd:  m.endToEnd.WithLabelValues(name),
	}
}

func newDelivery(l *lane, s *sink) *delivery {
	d := &delivery{lane: l, sink: s, done: make(chan struct{}), durable: l.from}
	if s.Marks != nil {
		d.notes, d.wake, d.hurry = make(chan note, cap(l.places)), make(chan struct{}, 1), make(chan struct{}, 1)
		return d
	}
	d.queue = make(chan *flight, l.e.limits.LaneBatches)
	return d
}

func (d *delivery) run() {
	defer close(d.done)
	defer func() {
		if d.writer != nil {
			d.check("close writer", d.writer.Close())
		}
		if d.notes != nil {
			for n := range d.notes {
				d.lane.forgetNote(n)
			}
			return
		}
		d.lane.cancelled(d.queue)
	}()
	ctx := d.lane.ctx
	if d.retry(ctx, "open writer", false, func() (err error) {
		d.writer, err = d.sink.Sink.Open(d.lane.id, d.lane.from)
		return err
	}) != nil {
		return
	}
	if d.notes != nil {
		d.follow(ctx)
		return
	}
	idle := time.NewTimer(time.Hour)
	defer idle.Stop()
	for {
		if len(d.undone) > 0 && d.sink.FlushAfter > 0 {
			idle.Reset(max(0, d.sink.FlushAfter-time.Since(d.since)))
		}
		select {
		case f, ok := <-d.queue:
			if !ok {
				_ = d.flush(ctx) // reported already; what is not durable stays unacknowledged
				return
			}
			group, closed := d.gather(f)
			err := d.deliver(ctx, group, d.join(group))
			if err == nil {
				d.written(group)
			}
			clear(d.outs)
			for _, f := range group {
				f.release(1)
			}
			if err != nil {
				return
			}
			if closed {
				_ = d.flush(ctx)
				return
			}
		case <-idle.C:
			if len(d.undone) > 0 && d.flush(ctx) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// The most that is joined into one write.
const (
	joinBatches = 8
	joinBytes   = 4 << 20
)

// gather takes what waits behind f, up to a bound: a destination that is behind gets fewer and larger writes, one that keeps up
// gets each batch at once. It reports whether the queue was closed.
func (d *delivery) gather(f *flight) (group []*flight, closed bool) {
	d.group = append(d.group[:0], f)
	for bytes := f.batch.Bytes; len(d.group) < joinBatches && bytes < joinBytes; {
		select {
		case next, ok := <-d.queue:
			if !ok {
				return d.group, true
			}
			d.group = append(d.group, next)
			bytes += next.batch.Bytes
		default:
			return d.group, false
		}
	}
	return d.group, false
}

// join makes one batch of several that follow each other.
func (d *delivery) join(group []*flight) *Batch {
	first := group[0].views[d.sink.view]
	if len(group) == 1 {
		return first
	}
	b := &Batch{Lane: first.Lane, First: first.First, Next: group[len(group)-1].batch.Next, Summary: &Summary{}}
	n := 0
	for _, f := range group {
		n += len(f.views[d.sink.view].Outputs)
	}
	d.outs = slices.Grow(d.outs[:0], n)
	for _, f := range group {
		view := f.views[d.sink.view]
		d.outs = append(d.outs, view.Outputs...)
		b.Bytes += view.Bytes
		b.Summary.Add(view.Summary)
	}
	b.Outputs = d.outs
	return b
}

// cancelled gives back what is left in a queue that nobody reads any more. It returns once the queue is closed.
func (l *lane) cancelled(queue <-chan *flight) {
	for f := range queue {
		f.release(1)
	}
}

// written notes that the group was handed over and acknowledges what is durable.
func (d *delivery) written(group []*flight) {
	for _, f := range group {
		d.took(len(f.views[d.sink.view].Outputs), f.sizes[d.sink.view], unacked{f.seq, f.batch.Next, f.oldest})
	}
	d.acknowledge()
}

// took notes that the sink was given a batch.
func (d *delivery) took(records, bytes int, u unacked) {
	if len(d.undone) == 0 {
		d.since = time.Now()
	}
	d.undone = append(d.undone, u)
	d.sink.metrics.records.Add(float64(records))
	d.sink.metrics.bytes.Add(float64(bytes))
}

func (d *delivery) acknowledge() {
	n := 0
	for n < len(d.undone) && d.undone[n].next <= d.durable {
		u := d.undone[n]
		d.lane.ack(u.seq, d.sink.party)
		d.sink.metrics.endToEnd.Observe(float64(time.Now().UnixMilli()-u.stamp) / 1000)
		n++
	}
	if n > 0 {
		d.undone = append(d.undone[:0], d.undone[n:]...)
		d.since = time.Now()
	}
}

func (d *delivery) flush(ctx context.Context) error {
	if len(d.undone) == 0 {
		return nil
	}
	err := d.retry(ctx, "flush", false, func() error { return d.advance(d.writer.Flush(ctx)) })
	if err == nil {
		d.acknowledge()
	}
	return err
}

func (d *delivery) advance(durable int64, err error) error {
	d.durable = max(d.durable, durable)
	return err
}

// deliver writes b, which is the group joined or a piece of it, until the sink has it. Where the sink says that it never will,
// b is halved until the guilty record is alone; that one goes to quarantine.
func (d *delivery) deliver(ctx context.Context, group []*flight, b *Batch) error {
	err := d.retry(ctx, "write", true, func() error {
		if err := d.lane.e.hold(); err != nil {
			return heldError{err}
		}
		start := time.Now()
		if d.lane.e.outdated(group) {
			return ErrReread
		}
		err := d.advance(d.writer.Write(ctx, b))
		d.sink.metrics.time.Observe(time.Since(start).Seconds())
		return err
	})
	if !IsPermanent(err) {
		return err
	}
	n := len(b.Outputs)
	if n == 0 {
		// An empty range can't be at fault.
		err = &Error{Op: "write empty batch to sink " + d.sink.Name, Lane: b.Lane, Offset: b.First, Err: err}
		d.lane.lost(err)
		return err
	}
	if n == 1 {
		d.sink.metrics.permanent.Inc()
		if err := d.lane.e.putDead(ctx, []Entry{d.refused(group, b.Outputs[0].Offset, err)}); err != nil {
			return err
		}
		return d.deliver(ctx, group, &Batch{Lane: b.Lane, First: b.First, Next: b.Next})
	}
	cut := b.Outputs[n/2].Offset
	left := &Batch{Lane: b.Lane, First: b.First, Next: cut, Outputs: b.Outputs[:n/2]}
	right := &Batch{Lane: b.Lane, First: cut, Next: b.Next, Outputs: b.Outputs[n/2:]}
	if err := d.deliver(ctx, group, left); err != nil {
		return err
	}
	return d.deliver(ctx, group, right)
}

func (d *delivery) refused(group []*flight, offset int64, err error) Entry {
	of := sort.Search(len(group), func(i int) bool { return group[i].batch.Next > offset })
	records := group[of].batch.Records
	i := sort.Search(len(records), func(i int) bool { return records[i].Offset >= offset })
	entry := d.lane.e.entry(group[of], &records[i], ClassSink, err.Error())
	entry.Sink = d.sink.Name
	entry.Attempts = d.attempts
	return entry
}

// retry calls f until it succeeds, fails for good, or ctx ends. It waits between calls with full jitter: a random part of
// a bound that doubles (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). A permanent error ends it
// only where records are at fault, which is in a write.
func (d *delivery) retry(ctx context.Context, what string, records bool, f func() error) error {
	for attempt := 0; ; attempt++ {
		d.attempts = attempt + 1
		d.busy.Store(time.Now().UnixNano())
		err := f()
		d.busy.Store(0)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrReread):
			d.lane.lost(err)
			return err
		case IsLost(err):
			err = &Error{Op: what + " to sink " + d.sink.Name, Lane: d.lane.id, Offset: -1, Err: err,
				Hint: "restart: reading resumes at the committed offset"}
			d.lane.lost(err)
			return err
		case records && IsPermanent(err):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if errors.As(err, new(heldError)) {
			d.sink.metrics.held.Inc()
		} else {
			d.sink.metrics.transient.Inc()
			d.sink.metrics.retries.Inc()
		}
		d.lane.e.logRetry(attempt, what, "sink", d.sink.Name, "topic", d.lane.id.Topic, "partition", d.lane.id.Partition, "error", err)
		if err := d.lane.e.backOff(ctx, attempt); err != nil {
			return err
		}
	}
}

// heldError says why nothing may be written at the moment. The sink is not at fault.
type heldError struct{ error }

// HeedWithin is how long a record that was worked off may leave although somebody asked for something since. A sink that is away for longer
// must not get, when it is back, what may not leave any more.
const HeedWithin = 5 * time.Second

// outdated tells whether batches have waited for longer than that and people asked for something since they came.
func (e *Engine) outdated(group []*flight) bool {
	heard := e.heard()
	return slices.ContainsFunc(group, func(f *flight) bool { return f.heard != heard && time.Since(f.start) > e.heedWithin })
}

// heard is how much is known of what people asked for.
func (e *Engine) heard() uint64 {
	if e.suppressed == nil {
		return 0
	}
	return e.suppressed.Version().Seq
}

// backOff waits after the given attempt, counted from 0.
func (e *Engine) backOff(ctx context.Context, attempt int) error {
	most := e.limits.RetryMost
	if attempt < 20 {
		most = min(most, e.limits.RetryFirst<<attempt)
	}
	t := time.NewTimer(rand.N(most) + 1)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// logRetry logs the first failure of a row and then ever more rarely: attempts 1, 2, 4, 8 and so on.
func (e *Engine) logRetry(attempt int, what string, args ...any) {
	if attempt&(attempt+1) == 0 {
		e.log.Warn("retrying", append([]any{"what", what, "attempt", attempt + 1}, args...)...)
	}
}

func (d *delivery) check(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		d.lane.e.log.Warn(what, "sink", d.sink.Name, "topic", d.lane.id.Topic, "partition", d.lane.id.Partition, "error", err)
	}
}

// putDead puts entries into quarantine, again and again until they are there or ctx ends.
func (e *Engine) putDead(ctx context.Context, entries []Entry) error {
	for attempt := 0; ; attempt++ {
		err := e.dead.Put(ctx, entries)
		if err == nil {
			for i := range entries {
				e.metrics.dead.WithLabelValues(string(entries[i].Class)).Inc()
			}
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		e.metrics.deadRetry.Inc()
		e.logRetry(attempt, "quarantine", "error", err)
		if err := e.backOff(ctx, attempt); err != nil {
			return err
		}
	}
}
