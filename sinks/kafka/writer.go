package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/segmentio/kafka-go"

	"github.com/sonexlabs/tacet/pipeline"
)

// corruptTries is how often a broker may call a batch corrupt before the records are held to be at fault. The network
// does it once; a record that a broker can't digest does it every time.
const corruptTries = 3

// writer produces the batches of one lane.
type writer struct {
	p       *producer
	id      pipeline.LaneID
	topic   string
	durable int64
	// delivered holds the offsets at or beyond durable that are acknowledged although their batch is not: other
	// partitions failed. Empty nearly always.
	delivered map[int64]struct{}
	groups    []group // by partition; memory kept between calls
	corrupt   int     // times in a row
}

// group is what goes to one partition.
type group struct {
	index []int // into the batch's Outputs
	acked int
	err   error
}

// Write produces the batch: partitions at once, in order within each. When some partitions fail, the others' records are
// remembered, and the next calls, with the batch or with halves of it, leave them out.
func (w *writer) Write(ctx context.Context, b *pipeline.Batch) (int64, error) {
	if b.Next <= w.durable {
		return w.durable, nil
	}
	if len(b.Outputs) > 0 {
		partitions, err := w.p.partitionsOf(ctx, w.topic)
		if err != nil {
			return w.durable, w.errorf(-1, err)
		}
		tooLarge := w.split(b.Outputs, partitions)
		w.send(ctx, b.Outputs)
		if err := w.outcome(b.Outputs, tooLarge); err != nil {
			return w.durable, err
		}
	}
	w.durable, w.corrupt = b.Next, 0
	for o := range w.delivered {
		if o < w.durable {
			delete(w.delivered, o)
		}
	}
	return w.durable, nil
}

// split groups the outputs that are still to be delivered by partition. A record that is too large is left out and named
// by an error, to be returned once the others are delivered: bisecting then costs no more requests.
func (w *writer) split(outs []pipeline.Output, partitions []int) (tooLarge error) {
	for i := range w.groups {
		w.groups[i] = group{index: w.groups[i].index[:0]}
	}
	for len(w.groups) < len(partitions) {
		w.groups = append(w.groups, group{})
	}
	for i := range outs {
		o := &outs[i]
		if _, ok := w.delivered[o.Offset]; ok || o.Offset < w.durable {
			continue
		}
		if size := sizeOf(o); size > w.p.maxRecord {
			if tooLarge == nil {
				tooLarge = w.errorf(o.Offset, fmt.Errorf("%w: %d bytes, %d allowed", errTooLarge, size, w.p.maxRecord))
			}
			continue
		}
		g := &w.groups[partition(o.Key, w.id, partitions)]
		g.index = append(g.index, i)
	}
	return tooLarge
}

var errTooLarge = errors.New("record is larger than the destination takes")

// partition is where Java's default partitioner puts a key (murmur2). Records without a key keep together by source
// partition, so that their order survives too.
func partition(key []byte, id pipeline.LaneID, partitions []int) int {
	if key == nil {
		return partitions[int(id.Partition)%len(partitions)]
	}
	return kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, partitions...)
}

// send produces all groups; each gets its outcome.
func (w *writer) send(ctx context.Context, outs []pipeline.Output) {
	var wg sync.WaitGroup
	last := -1
	for i := range w.groups {
		if len(w.groups[i].index) == 0 {
			continue
		}
		if last >= 0 {
			g, p := &w.groups[last], last
			wg.Go(func() { g.acked, g.err = w.p.send(ctx, w.topic, p, outs, g.index) })
		}
		last = i
	}
	if last >= 0 { // the last one, often the only one, needs no goroutine
		g := &w.groups[last]
		g.acked, g.err = w.p.send(ctx, w.topic, last, outs, g.index)
	}
	wg.Wait()
}

// outcome gives the error of the groups, if there is one or a record was too large, and then remembers what was
// delivered. A transient error comes first: while there is one, bisecting because of another would get nowhere.
func (w *writer) outcome(outs []pipeline.Output, permanent error) error {
	var transient error
	corrupt := false
	for i := range w.groups {
		g := &w.groups[i]
		switch {
		case g.err == nil:
		case refusal(g.err):
			permanent = w.failed(i, outs, g)
		case errors.Is(g.err, kafka.InvalidMessage):
			corrupt = true
			permanent = w.failed(i, outs, g)
		default:
			transient = w.failed(i, outs, g)
		}
	}
	if corrupt {
		if w.corrupt++; w.corrupt < corruptTries && transient == nil {
			transient = permanent
		}
	}
	if transient == nil && permanent == nil {
		return nil
	}
	for i := range w.groups {
		g := &w.groups[i]
		for _, j := range g.index[:g.acked] {
			w.delivered[outs[j].Offset] = struct{}{}
		}
	}
	if transient != nil {
		return transient
	}
	return pipeline.Permanent(permanent)
}

func (w *writer) failed(partition int, outs []pipeline.Output, g *group) error {
	return w.errorf(outs[g.index[g.acked]].Offset, fmt.Errorf("topic %s partition %d: %w", w.topic, partition, g.err))
}

// errorf says what was not delivered: offset is that of a record, or -1.
func (w *writer) errorf(offset int64, err error) error {
	return &pipeline.Error{Op: "produce to kafka", Lane: w.id, Offset: offset, Err: err}
}

// Flush has nothing to do: what Write accepted is acknowledged by all replicas.
func (w *writer) Flush(context.Context) (int64, error) { return w.durable, nil }

// Close has nothing to release.
func (w *writer) Close() error { return nil }
