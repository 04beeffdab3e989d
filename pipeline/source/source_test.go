package source

import (
	"context"
	"fmt"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

func TestReadsAndCommitsEverything(t *testing.T) {
	c := kafkatest.Start(t)
	a, b := c.CreateTopic(t, "a", 3), c.CreateTopic(t, "b", 1)
	group := kafkatest.Name("group")
	c.Produce(t, a, numbers(0, 3000, 3))
	c.Produce(t, b, []kafka.Message{
		{Key: []byte{}, Value: []byte{}},
		{Value: nil, Headers: []kafka.Header{{Key: "k", Value: []byte("v")}, {Key: "empty"}}},
		{Key: []byte("call"), Value: []byte("text")},
	})

	m := newMemory()
	p := start(t, quick(c, group, a, b), m)
	eventually(t, "all records", func() bool {
		da, _ := m.distinct(a)
		db, _ := m.distinct(b)
		return da == 3000 && db == 3
	})
	c.Produce(t, a, numbers(3000, 3, 3)) // while it runs
	eventually(t, "new records", func() bool { n, _ := m.distinct(a); return n == 3003 })
	p.stop()

	_, all := m.distinct(a)
	require.Equal(t, 3003, all, "no duplicates without a failure")
	for part := range int32(3) {
		id := pipeline.LaneID{Topic: a, Partition: part}
		for i, v := range m.values(id) {
			require.Equal(t, fmt.Sprint(3*i+int(part)), v)
		}
		l := m.last(id)
		require.False(t, l.open)
		require.EqualValues(t, 1001, l.position)
		require.EqualValues(t, 1001, l.end)
		require.EqualValues(t, 1001, p.m.committed[id])
		require.Equal(t, 1, p.m.closed[id])
	}
	require.Equal(t, map[int]int64{0: 1001, 1: 1001, 2: 1001}, c.Committed(t, group, a))
	require.Equal(t, map[int]int64{0: 3}, c.Committed(t, group, b))
	require.Zero(t, p.m.assigned)
	require.Equal(t, map[string]int{"start": 1}, p.m.rebalances)

	got := m.seen[pipeline.LaneID{Topic: b}]
	require.Equal(t, []byte{}, got[0].Key)
	require.Equal(t, []byte{}, got[0].Value)
	require.Nil(t, got[1].Key)
	require.Nil(t, got[1].Value)
	require.Equal(t, []pipeline.Header{{Key: "k", Value: []byte("v")}, {Key: "empty"}}, got[1].Headers)
	require.Equal(t, "call", string(got[2].Key))
	require.False(t, got[2].Time.IsZero())
}

func TestGoesOnWhereItStopped(t *testing.T) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	c.Produce(t, topic, numbers(0, 10, 1))
	id := pipeline.LaneID{Topic: topic}

	m := newMemory()
	m.manual = true
	m.drain = func(_ context.Context, l *memoryLane) int { return 4 } // nothing more is acknowledged
	p := start(t, quick(c, group, topic), m)
	eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 10 })
	m.last(id).ack(6)
	p.stop()
	require.Equal(t, 4, p.m.lost)
	require.Equal(t, map[int]int64{0: 6}, c.Committed(t, group, topic))

	m = newMemory()
	p = start(t, quick(c, group, topic), m)
	eventually(t, "the rest", func() bool { return len(m.values(id)) == 4 })
	p.stop()
	require.Equal(t, []string{"6", "7", "8", "9"}, m.values(id))
}

func TestMembersComeAndGo(t *testing.T) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 4), kafkatest.Name("group")
	m := map[string]*memory{"a": newMemory(), "b": newMemory(), "c": newMemory()}
	n := 0
	more := func() {
		c.Produce(t, topic, numbers(n, 400, 4))
		n += 400
	}
	seen := func() int {
		union := map[string]bool{}
		for _, x := range m {
			for p := range int32(4) {
				for _, v := range x.values(pipeline.LaneID{Topic: topic, Partition: p}) {
					union[v] = true
				}
			}
		}
		return len(union)
	}
	more()
	a := start(t, quick(c, group, topic), m["a"])
	eventually(t, "a reads", func() bool { return seen() == n })
	b := start(t, quick(c, group, topic), m["b"])
	more()
	eventually(t, "b joins", func() bool { return len(m["b"].open()) == 2 })
	more()
	eventually(t, "b reads", func() bool { x, _ := m["b"].distinct(topic); return x > 0 && seen() == n })
	a.stop()
	more()
	third := start(t, quick(c, group, topic), m["c"])
	eventually(t, "c joins", func() bool { return len(m["c"].open()) == 2 })
	more()
	eventually(t, "all is read", func() bool { x, _ := m["c"].distinct(topic); return x > 0 && seen() == n })
	b.stop()
	third.stop()
	for _, offset := range c.Committed(t, group, topic) {
		require.EqualValues(t, n/4, offset)
	}
	_, once := m["a"].distinct(topic)
	_, twice := m["b"].distinct(topic)
	_, thrice := m["c"].distinct(topic)
	require.Equal(t, n, once+twice+thrice, "every move was drained: nothing is read twice")
}

func TestRevokedLaneIsDrainedAndCommitted(t *testing.T) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 2), kafkatest.Name("group")
	c.Produce(t, topic, numbers(0, 40, 2))

	m := newMemory()
	m.manual = true
	m.drain = func(ctx context.Context, l *memoryLane) int {
		_, hasDeadline := ctx.Deadline()
		if !hasDeadline || ctx.Err() != nil {
			return -1
		}
		l.ack(l.from + 12) // while the rebalance is under way
		return 8
	}
	a := start(t, quick(c, group, topic), m)
	eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 40 })
	first := []*memoryLane{m.last(pipeline.LaneID{Topic: topic}), m.last(pipeline.LaneID{Topic: topic, Partition: 1})}

	other := newMemory()
	other.manual = true
	other.drain = func(context.Context, *memoryLane) int { return 0 }
	b := start(t, quick(c, group, topic), other)
	var moved *memoryLane
	eventually(t, "b has a lane", func() bool {
		for p := range int32(2) {
			if l := other.last(pipeline.LaneID{Topic: topic, Partition: p}); l != nil {
				moved = l
			}
		}
		return moved != nil
	})
	require.EqualValues(t, 12, moved.from)
	require.Equal(t, 16, a.m.lost)
	require.Equal(t, map[int]int64{0: 12, 1: 12}, c.Committed(t, group, topic))

	// Acknowledgements that come after the drain change nothing, whoever owns the partition now.
	for _, l := range first {
		l.ack(20)
	}
	var kept *memoryLane
	eventually(t, "a goes on", func() bool {
		kept = m.last(pipeline.LaneID{Topic: topic, Partition: 1 - moved.id.Partition})
		return kept.from == 12
	})
	kept.ack(15)
	eventually(t, "a commits", func() bool { return c.Committed(t, group, topic)[int(kept.id.Partition)] == 15 })
	require.EqualValues(t, 12, c.Committed(t, group, topic)[int(moved.id.Partition)])
	b.stop()
	m.drain = nil
	a.stop()
}

func TestFailedLaneEndsTheSource(t *testing.T) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 2), kafkatest.Name("group")
	c.Produce(t, topic, numbers(0, 10, 2))
	m := newMemory()
	p := start(t, quick(c, group, topic), m)
	eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 10 })
	close(m.last(pipeline.LaneID{Topic: topic, Partition: 1}).failed)
	err := p.wait()
	require.ErrorIs(t, err, errLane)
	require.True(t, pipeline.IsLost(err))
	require.Contains(t, err.Error(), topic+"/1")
	require.Equal(t, map[int]int64{0: 5, 1: 5}, c.Committed(t, group, topic), "the others are drained and committed")
}

// A lane that asks for it is opened again where its watermark is, and the source goes on.
func TestLaneIsReadAgain(t *testing.T) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	id := pipeline.LaneID{Topic: topic}
	c.Produce(t, topic, numbers(0, 10, 1))
	m := newMemory()
	m.manual, m.drain = true, func(context.Context, *memoryLane) int { return 6 }
	p := start(t, quick(c, group, topic), m)
	eventually(t, "records", func() bool { n, _ := m.distinct(topic); return n == 10 })
	first := m.last(id)
	first.ack(4)
	first.err = pipeline.ErrReread
	close(first.failed)
	eventually(t, "another lane", func() bool { _, all := m.distinct(topic); return all == 16 })
	second := m.last(id)
	require.EqualValues(t, 4, second.from)
	second.ack(10)
	eventually(t, "a commit", func() bool { return c.Committed(t, group, topic)[0] == 10 })
	p.stop()
}

func TestNewPartitionsAndTopics(t *testing.T) {
	c := kafkatest.Start(t)
	here, group := c.CreateTopic(t, "here", 1), kafkatest.Name("group")
	later := kafkatest.Name("later")
	c.Produce(t, here, numbers(0, 5, 1))
	m := newMemory()
	cfg := quick(c, group, here, later)
	cfg.Start = StartLatest // must not lose what new partitions and topics get before they are noticed
	p := start(t, cfg, m)
	eventually(t, "the first position is committed", func() bool { return c.Committed(t, group, here)[0] == 5 })
	c.Produce(t, here, numbers(5, 5, 1))
	eventually(t, "the topic that exists is read", func() bool { n, _ := m.distinct(here); return n == 5 })

	c.AddPartitions(t, here, 3)
	c.Produce(t, here, numbers(0, 30, 3))
	eventually(t, "new partitions are read", func() bool { n, _ := m.distinct(here); return n == 35 })

	c.CreateTopicNamed(t, later, 2)
	eventually(t, "the new topic is read", func() bool { return m.last(pipeline.LaneID{Topic: later, Partition: 1}) != nil })
	c.Produce(t, later, numbers(0, 20, 2))
	eventually(t, "its records arrive", func() bool { n, _ := m.distinct(later); return n == 20 })
	p.stop()
	_, all := m.distinct(here)
	require.Equal(t, 35, all)
	require.GreaterOrEqual(t, p.m.rebalances["topics"], 2)
}

func TestTopicsThatDontExistAreNotCreated(t *testing.T) {
	c := kafkatest.Start(t)
	missing := kafkatest.Name("missing")
	p := start(t, quick(c, kafkatest.Name("group"), missing), newMemory())
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := c.Client().Metadata(ctx, &kafka.MetadataRequest{Topics: []string{missing}})
	require.NoError(t, err)
	p.stop() // while it waits for the topic
	require.Empty(t, p.m.rebalances)
}
