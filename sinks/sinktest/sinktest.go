// Package sinktest is the conformance suite of pipeline.Sink. Every sink runs it, so that all of them keep the same
// promises: nothing acknowledged is lost, the order of a lane holds for first arrivals, and trouble is classed as the
// engine expects.
package sinktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
)

// patience is how long the suite waits for something that must happen. It is no measure of speed.
const patience = 30 * time.Second

// Destination is one place that a sink delivers to, empty at first, used by one test.
type Destination struct {
	// New opens a sink onto the destination. Later calls are restarts: the earlier sink may have been left without
	// Close, as a killed process leaves it.
	New func() (pipeline.Sink, error)

	// ReadBack gives what a consumer sees of a lane at this moment: the values, in streams that each have an order (one
	// for a file sink, one per partition for Kafka).
	ReadBack func(id pipeline.LaneID) ([][][]byte, error)

	// Fail makes the next n attempts to write fail as an outage does, before or in the middle of the write. Optional.
	Fail func(n int)

	// Refuse makes the destination refuse the record whose value contains mark, for ever. Optional.
	Refuse func(mark []byte)

	// Hang makes writes hang until release is called. Optional.
	Hang func() (release func())
}

// Harness describes one kind of sink.
type Harness struct {
	// Destination makes an empty destination. What it opens is closed with t.
	Destination func(t testing.TB) Destination

	// Cut is the offset range the source would cut at; 0 means 100. No batch crosses a multiple of it.
	Cut int64

	// Rounds is the number of random histories that are played; 0 means 40.
	Rounds int
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	if h.Cut == 0 {
		h.Cut = 100
	}
	if h.Rounds == 0 {
		h.Rounds = 40
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := h.Destination(t)
			if c.needs != nil && !c.needs(d) {
				t.Skip("this destination offers no hook for it")
			}
			c.run(newBench(t, h, d))
		})
	}
	t.Run("random histories", func(t *testing.T) { histories(t, h) })
}

// tb is what the suite needs of a test. It is smaller than testing.TB so that the suite itself can be tested: a broken
// sink must make a case fail.
type tb interface {
	Errorf(format string, args ...any)
	FailNow()
}

// bench is one destination with the sink that is open on it, and what should have arrived there.
type bench struct {
	tb
	d    Destination
	cut  int64
	sink pipeline.Sink
	ctx  context.Context
}

func newBench(t tb, h Harness, d Destination) *bench {
	b := &bench{tb: t, d: d, cut: h.Cut, ctx: context.Background()}
	b.restart()
	return b
}

// restart leaves the open sink as a killed process would and opens another.
func (b *bench) restart() {
	s, err := b.d.New()
	require.NoError(b, err)
	b.sink = s
}

func (b *bench) open(id pipeline.LaneID, from int64) *lane {
	w, err := b.sink.Open(id, from)
	require.NoError(b, err, "open %s at %d", id, from)
	return &lane{bench: b, id: id, w: w, durable: from, next: from}
}

// lane drives one writer as the engine does and checks what it answers.
type lane struct {
	*bench
	id      pipeline.LaneID
	w       pipeline.Writer
	durable int64 // the highest offset the writer called durable
	next    int64 // after the last batch that was accepted
}

// batch cuts the offsets [first, next) of the lane. Outputs exist for most of them: offsets ending in 7 were filtered.
func batch(id pipeline.LaneID, first, next int64) *pipeline.Batch {
	b := &pipeline.Batch{Lane: id, First: first, Next: next}
	for o := first; o < next; o++ {
		if o%10 == 7 {
			continue
		}
		out := pipeline.Output{Offset: o, Time: time.UnixMilli(1_700_000_000_000 + o), Value: value(id, o),
			Headers: []pipeline.Header{{Key: "x-src-offset", Value: fmt.Append(nil, o)}}}
		if o%5 != 0 { // some records have no call
			out.Key = fmt.Append(nil, "call-", o%3)
		}
		b.Outputs = append(b.Outputs, out)
	}
	return b
}

type content struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Text      string `json:"text"`
}

func value(id pipeline.LaneID, offset int64) []byte {
	text := "line one\nline two " + string(bytes.Repeat([]byte{'x'}, int(offset%40)))
	v, err := json.Marshal(content{id.Topic, id.Partition, offset, text})
	if err != nil {
		panic(err) // a struct of strings and numbers always encodes
	}
	return v
}

// mark is part of the value of one record and of no other.
func mark(offset int64) []byte { return fmt.Appendf(nil, `"offset":%d,`, offset) }

// write hands over [l.next, next), again and again after transient errors as the engine does.
func (l *lane) write(next int64) {
	l.writeBatch(batch(l.id, l.next, next))
}

func (l *lane) writeBatch(b *pipeline.Batch) {
	for attempt := 1; ; attempt++ {
		err := l.try(l.ctx, b)
		if err == nil {
			return
		}
		require.False(l, pipeline.IsPermanent(err), "write %s: an outage must not be permanent: %v", l.id, err)
		require.False(l, pipeline.IsLost(err), "write %s: nothing was lost: %v", l.id, err)
		require.Less(l, attempt, 100, "write %s: still failing: %v", l.id, err)
	}
}

// try is one attempt to write b. It checks the durable offset and that the batch was left as it was.
func (l *lane) try(ctx context.Context, b *pipeline.Batch) error {
	before := batch(b.Lane, b.First, b.Next)
	durable, err := l.w.Write(ctx, b)
	for i, out := range b.Outputs {
		j := i
		for before.Outputs[j].Offset != out.Offset { // a bisected batch has fewer
			j++
		}
		require.Equal(l, before.Outputs[j], out, "the sink changed the batch")
	}
	accepted := max(l.next, b.Next)
	if err == nil {
		l.next = accepted
	}
	l.advance(durable, accepted) // part of a batch may be durable although the other part failed
	return err
}

func (l *lane) advance(durable, accepted int64) {
	require.LessOrEqual(l, durable, accepted, "durable offset of %s is beyond what the writer was given", l.id)
	l.durable = max(l.durable, durable)
}

func (l *lane) flush() {
	for attempt := 1; ; attempt++ {
		durable, err := l.w.Flush(l.ctx)
		if err == nil {
			l.advance(durable, l.next)
			require.Equal(l, l.next, l.durable, "flush of %s did not make everything durable", l.id)
			return
		}
		require.False(l, pipeline.IsLost(err), "flush %s: nothing was lost: %v", l.id, err)
		require.Less(l, attempt, 100, "flush %s: still failing: %v", l.id, err)
	}
}

// deliver writes a record range and bisects it after permanent errors as the engine does; it returns the refused offsets.
func (l *lane) deliver(b *pipeline.Batch) []int64 {
	err := l.try(l.ctx, b)
	if err == nil {
		return nil
	}
	require.False(l, pipeline.IsLost(err), "nothing was lost: %v", err)
	if !pipeline.IsPermanent(err) {
		return l.deliver(b)
	}
	n := len(b.Outputs)
	require.NotZero(l, n, "an empty batch can't be refused: %v", err)
	if n == 1 {
		refused := b.Outputs[0].Offset
		l.deliver(&pipeline.Batch{Lane: b.Lane, First: b.First, Next: b.Next})
		return []int64{refused}
	}
	cut := b.Outputs[n/2].Offset
	refused := l.deliver(&pipeline.Batch{Lane: b.Lane, First: b.First, Next: cut, Outputs: b.Outputs[:n/2]})
	return append(refused,
		l.deliver(&pipeline.Batch{Lane: b.Lane, First: cut, Next: b.Next, Outputs: b.Outputs[n/2:]})...)
}

// arrivals are the offsets that a consumer of one lane sees, stream by stream.
func (b *bench) arrivals(id pipeline.LaneID) [][]int64 {
	streams, err := b.d.ReadBack(id)
	require.NoError(b, err, "read back %s", id)
	all := make([][]int64, len(streams))
	for i, values := range streams {
		for _, v := range values {
			var c content
			require.NoError(b, json.Unmarshal(v, &c), "a value did not come back whole")
			require.Equal(b, id, pipeline.LaneID{Topic: c.Topic, Partition: c.Partition}, "a record of another lane")
			require.Equal(b, string(value(id, c.Offset)), string(v), "offset %d came back changed", c.Offset)
			all[i] = append(all[i], c.Offset)
		}
	}
	return all
}

// contains checks that every output of [from, next) except the refused ones is there, that nothing else is, and that
// first arrivals are in order. It returns the number of repeated arrivals.
func (b *bench) contains(id pipeline.LaneID, from, next int64, refused ...int64) (repeated int) {
	want := make(map[int64]bool)
	for _, out := range batch(id, from, next).Outputs {
		want[out.Offset] = true
	}
	for _, o := range refused {
		delete(want, o)
	}
	seen := make(map[int64]int) // offset -> stream
	for i, offsets := range b.arrivals(id) {
		last := int64(-1)
		for _, o := range offsets {
			require.True(b, want[o], "%s: offset %d was not to be delivered", id, o)
			j, again := seen[o]
			if again {
				require.Equal(b, j, i, "%s: offset %d came in two streams", id, o)
				repeated++
				continue
			}
			require.Greater(b, o, last, "%s: first arrivals out of order", id)
			last = o
			seen[o] = i
		}
	}
	for o := range want {
		_, ok := seen[o]
		require.True(b, ok, "%s: offset %d is missing", id, o)
	}
	return repeated
}

// holds checks that everything below the lane's durable offset can be read back now.
func (l *lane) holds(from int64, refused ...int64) {
	have := make(map[int64]bool)
	for _, offsets := range l.arrivals(l.id) {
		for _, o := range offsets {
			have[o] = true
		}
	}
	for _, o := range refused {
		have[o] = true
	}
	for _, out := range batch(l.id, from, l.durable).Outputs {
		require.True(l, have[out.Offset], "%s: offset %d is below the durable offset %d and can't be read back",
			l.id, out.Offset, l.durable)
	}
}

// within runs f and fails the test when it does not return.
func (b *bench) within(what string, f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(patience):
		buf := make([]byte, 1<<16)
		b.Errorf("%s did not return\n%s", what, buf[:runtime.Stack(buf, true)])
		b.FailNow()
	}
}
