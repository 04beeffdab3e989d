package sinktest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/pipeline"
)

// cases are the suite. Each begins with an empty destination and an open sink.
var cases = []struct {
	name  string
	needs func(Destination) bool
	run   func(*bench)
}{
	{"check", nil, check},
	{"delivery", nil, delivery},
	{"batches without outputs", nil, emptyBatches},
	{"gaps in the offsets", nil, gaps},
	{"same batch twice", nil, sameBatchTwice},
	{"close discards what is not durable", nil, closeDiscards},
	{"crash", nil, crash},
	{"reopen at an earlier offset", nil, reopenEarlier},
	{"context that has ended", nil, endedContext},
	{"many lanes", nil, manyLanes},
	{"partial failure", func(d Destination) bool { return d.Fail != nil }, partialFailure},
	{"failing flush", func(d Destination) bool { return d.Fail != nil }, failingFlush},
	{"refused record", func(d Destination) bool { return d.Refuse != nil }, refusedRecord},
	{"cancel in the middle of a write", func(d Destination) bool { return d.Hang != nil }, cancelMidWrite},
}

// id is the lane that most cases use. A hyphen, a dot and an underscore are legal in topic names.
var id = pipeline.LaneID{Topic: "calls-eu.raw_1", Partition: 3}

func check(b *bench) {
	require.NoError(b, b.sink.Check(b.ctx))
	require.Empty(b, flat(b.arrivals(id)), "check wrote records")
	require.NoError(b, b.sink.Close())
}

func delivery(b *bench) {
	l := b.open(id, 0)
	for next := int64(10); next <= 4*b.cut; next += 10 {
		l.write(next)
	}
	l.flush()
	require.Zero(b, b.contains(id, 0, 4*b.cut), "records were repeated without need")
	require.NoError(b, l.w.Close())
	require.NoError(b, b.sink.Close())
	require.Zero(b, b.contains(id, 0, 4*b.cut), "records were repeated by closing")
}

func emptyBatches(b *bench) {
	l := b.open(id, 7)
	l.write(8) // only the offset 7, which is filtered
	require.Equal(b, int64(8), l.durable, "there is nothing to wait for")
	l.write(27)
	l.writeBatch(&pipeline.Batch{Lane: id, First: 27, Next: 28})
	l.flush()
	require.Zero(b, b.contains(id, 7, 28))
}

func gaps(b *bench) {
	l := b.open(id, 5)
	for _, first := range []int64{8, 3 * b.cut, 3*b.cut + 60, 9 * b.cut} {
		l.writeBatch(batch(id, first, first+4))
		l.holds(l.durable) // an empty range: only that reading back works at any time
	}
	l.flush()
	require.Equal(b, 9*b.cut+4, l.durable)
	want := 0
	for _, first := range []int64{8, 3 * b.cut, 3*b.cut + 60, 9 * b.cut} {
		want += len(batch(id, first, first+4).Outputs)
	}
	require.Len(b, flat(b.arrivals(id)), want)
}

func sameBatchTwice(b *bench) {
	l := b.open(id, 0)
	l.write(30)
	l.writeBatch(batch(id, 0, 30)) // an acknowledgement that went astray
	l.write(60)
	l.flush()
	b.contains(id, 0, 60)
}

func closeDiscards(b *bench) {
	l := b.open(id, 0)
	l.write(30)
	l.flush()
	l.write(50)
	require.NoError(b, l.w.Close())
	l.holds(0)
	again := b.open(id, l.durable)
	again.next = l.durable
	again.write(b.cut)
	again.flush()
	require.Zero(b, b.contains(id, 0, b.cut), "what close gave up was delivered too")
}

func crash(b *bench) {
	from := int64(0)
	for next := int64(10); next <= 3*b.cut; next += 70 { // 70 brings batches that end inside a range
		l := b.open(id, from)
		for l.next < next {
			l.write(min(l.next+10, next))
		}
		b.restart() // neither writer nor sink is closed
		l.holds(0)
		from = l.durable
	}
	l := b.open(id, from)
	for l.next < 4*b.cut {
		l.write(l.next + 10)
	}
	l.flush()
	require.Zero(b, b.contains(id, 0, 4*b.cut), "what was not durable was delivered too")
}

func reopenEarlier(b *bench) {
	l := b.open(id, 0)
	for l.next < 2*b.cut {
		l.write(l.next + 20)
	}
	l.flush()
	require.NoError(b, l.w.Close())
	for _, from := range []int64{b.cut + 40, b.cut, 40, 0} {
		l = b.open(id, from)
		l.holds(0) // opening by itself takes nothing away
		for l.next < 2*b.cut+60 {
			l.write(min(l.next+20, 2*b.cut+60))
		}
		l.flush()
		require.NoError(b, l.w.Close())
		b.contains(id, 0, 2*b.cut+60)
	}
}

func endedContext(b *bench) {
	l := b.open(id, 0)
	l.write(10)
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if err := l.try(ctx, batch(id, 10, 20)); err != nil {
		require.False(b, pipeline.IsPermanent(err), "no record is at fault: %v", err)
		require.False(b, pipeline.IsLost(err), "nothing was lost: %v", err)
	}
	l.write(20)
	l.flush()
	b.contains(id, 0, 20)
}

func manyLanes(b *bench) {
	const lanes = 8
	ids := make([]pipeline.LaneID, lanes)
	var wg sync.WaitGroup
	for i := range ids {
		ids[i] = pipeline.LaneID{Topic: "calls", Partition: int32(i)}
		if i%2 == 1 {
			ids[i].Topic = id.Topic
		}
		l := b.open(ids[i], 0)
		wg.Go(func() {
			for l.next < 2*b.cut+50 {
				l.write(min(l.next+25, 2*b.cut+50))
			}
			l.flush()
			require.NoError(b, l.w.Close())
		})
	}
	wg.Wait()
	for _, id := range ids {
		require.Zero(b, b.contains(id, 0, 2*b.cut+50))
	}
}

func partialFailure(b *bench) {
	l := b.open(id, 0)
	for next := int64(20); next <= 3*b.cut; next += 20 {
		b.d.Fail(int(next/20) % 4)
		l.write(next)
		l.holds(0)
	}
	b.d.Fail(0)
	l.flush()
	require.Zero(b, b.contains(id, 0, 3*b.cut), "what had arrived was repeated")
}

func failingFlush(b *bench) {
	l := b.open(id, 0)
	l.write(30)
	b.d.Fail(2)
	l.flush()
	b.d.Fail(0)
	l.write(40)
	l.flush()
	require.Zero(b, b.contains(id, 0, 40))
}

func refusedRecord(b *bench) {
	const bad = 34
	b.d.Refuse(mark(bad))
	l := b.open(id, 0)
	var refused []int64
	for first := int64(0); first < b.cut; first += 50 {
		refused = append(refused, l.deliver(batch(id, first, first+50))...)
	}
	require.Equal(b, []int64{bad}, refused, "bisecting must end at the guilty record alone")
	l.flush()
	require.Equal(b, b.cut, l.durable)
	require.Zero(b, b.contains(id, 0, b.cut, bad), "bisecting repeated what had arrived")
}

func cancelMidWrite(b *bench) {
	l := b.open(id, 0)
	l.write(10)
	release := b.d.Hang()
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	b.within("a write whose context ended", func() {
		time.AfterFunc(50*time.Millisecond, cancel)
		if err := l.try(ctx, batch(id, 10, 60)); err != nil {
			require.False(b, pipeline.IsPermanent(err), "no record is at fault: %v", err)
			require.False(b, pipeline.IsLost(err), "nothing was lost: %v", err)
		}
	})
	release()
	l.write(60)
	l.flush()
	b.contains(id, 0, 60)
}

func flat(streams [][]int64) (all []int64) {
	for _, s := range streams {
		all = append(all, s...)
	}
	return all
}

// histories plays random lives of a lane: writes, outages, flushes, crashes and restarts at any offset that an engine
// could have committed, and compares what is there in the end with what was handed over.
func histories(t *testing.T, h Harness) {
	played, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if played++; played > h.Rounds && !failed { // after a failure rapid needs every round to find the shortest one
			return
		}
		defer func() { failed = failed || rt.Failed() }()
		history(rt, newBench(rt, h, h.Destination(t)))
	})
}

func history(rt *rapid.T, b *bench) {
	committed := []int64{0}
	top := int64(0) // after the last record that was ever handed over
	l := b.open(id, 0)
	for range rapid.IntRange(1, 30).Draw(rt, "steps") {
		switch op := rapid.IntRange(0, 9).Draw(rt, "step"); {
		case op <= 5:
			b.fail(max(0, rapid.IntRange(-4, 3).Draw(rt, "failures")))
			next := l.next + rapid.Int64Range(1, b.cut).Draw(rt, "records")
			l.write(min(next, (l.next/b.cut+1)*b.cut))
			b.fail(0)
		case op == 6:
			l.flush()
		case op == 7:
			require.NoError(b, l.w.Close())
			l = b.open(id, l.durable)
		case op == 8:
			b.restart()
			l = b.open(id, l.durable)
		default: // another sink was behind, or somebody set the group back
			b.restart()
			i := rapid.IntRange(0, len(committed)-1).Draw(rt, "commit")
			committed = committed[:i+1]
			l = b.open(id, committed[i])
		}
		l.holds(0)
		committed = append(committed, l.durable)
		top = max(top, l.next)
	}
	for l.next < top {
		l.write(min((l.next/b.cut+1)*b.cut, top))
	}
	l.flush()
	b.contains(id, 0, top)
}

func (b *bench) fail(n int) {
	if b.d.Fail != nil {
		b.d.Fail(n)
	}
}
