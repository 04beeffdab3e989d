package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

var compacted = map[string]string{"cleanup.policy": "compact", "delete.retention.ms": "0", "retention.ms": "-1"}

func entry(partition int32, offset int64) pipeline.Entry {
	return pipeline.Entry{
		Topic: "calls", Partition: partition, Offset: offset, Class: pipeline.ClassMalformed, Detail: "no JSON object",
		Category: "transcript", Attempts: 1, Policy: "p", Detector: "d", Version: "v",
		Time: time.Date(2026, 11, 1, 11, 0, 0, 0, time.UTC), At: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
		Sealed: []byte{1, 2, 3},
	}
}

func newQuarantine(t *testing.T, c *kafkatest.Cluster, topic string) *Quarantine {
	t.Helper()
	q, err := NewQuarantine(config(c, topic))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, q.Close()) })
	return q
}

func scan(t *testing.T, q *Quarantine) (got []string) {
	t.Helper()
	require.NoError(t, q.Scan(context.Background(), func(e pipeline.Entry) error {
		got = append(got, string(key(&e)))
		return nil
	}))
	return got
}

func TestQuarantine(t *testing.T) {
	c := kafkatest.Start(t)
	topic := topicOf(t, c, 1, compacted)
	q := newQuarantine(t, c, topic)
	ctx := context.Background()
	require.NoError(t, q.Check(ctx))
	require.Empty(t, scan(t, q))

	refused := entry(2, 9)
	refused.Class, refused.Sink = pipeline.ClassSink, "lake"
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(2, 30), entry(2, 9), entry(1, 9), refused}), "out of order")
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(2, 10)}))
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(2, 10)}), "twice is harmless")
	require.NoError(t, q.Scan(ctx, func(e pipeline.Entry) error {
		if e.Offset == 30 {
			require.Equal(t, entry(2, 30), e)
		}
		return nil
	}))
	lanes := func(got []string) (one, two []string) {
		for _, k := range got {
			if strings.HasPrefix(k, "calls/1/") {
				one = append(one, k)
			} else {
				two = append(two, k)
			}
		}
		return one, two
	}
	one, two := lanes(scan(t, q))
	require.Equal(t, []string{"calls/1/9/malformed"}, one)
	require.Equal(t, []string{"calls/2/9/malformed", "calls/2/9/refused_by_sink/lake", "calls/2/10/malformed", "calls/2/30/malformed"}, two)

	require.NoError(t, q.Resolve(ctx, []pipeline.Entry{entry(2, 9), entry(2, 10)}))
	_, two = lanes(scan(t, q))
	require.Equal(t, []string{"calls/2/9/refused_by_sink/lake", "calls/2/30/malformed"}, two)
	if fake := c.Kfake(); fake != nil {
		fake.Compact()
		_, two = lanes(scan(t, q))
		require.Equal(t, []string{"calls/2/9/refused_by_sink/lake", "calls/2/30/malformed"}, two)
	}
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(2, 10)}), "it failed again")
	_, two = lanes(scan(t, q))
	require.Equal(t, []string{"calls/2/9/refused_by_sink/lake", "calls/2/10/malformed", "calls/2/30/malformed"}, two)
	require.NoError(t, q.Resolve(ctx, []pipeline.Entry{entry(1, 9), entry(2, 10), entry(2, 30), refused}))
	require.Empty(t, scan(t, q))
	if fake := c.Kfake(); fake != nil {
		fake.Compact()
		require.Empty(t, scan(t, q), "nothing may be left at all, and a scan must end all the same")
	}
}

func TestScanEndsWhereItBegan(t *testing.T) {
	c := kafkatest.Start(t)
	q := newQuarantine(t, c, topicOf(t, c, 2, nil))
	ctx := context.Background()
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(0, 1), entry(1, 1), entry(2, 1), entry(3, 1)}))
	n := 0
	require.NoError(t, q.Scan(ctx, func(e pipeline.Entry) error {
		n++
		require.NoError(t, q.Resolve(ctx, []pipeline.Entry{e}))
		e.Offset += 100
		return q.Put(ctx, []pipeline.Entry{e})
	}))
	require.Equal(t, 4, n)
	require.Len(t, scan(t, q), 4)

	stop := errors.New("enough")
	require.Equal(t, stop, q.Scan(ctx, func(pipeline.Entry) error { return stop }))
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, q.Scan(ended, func(pipeline.Entry) error { return nil }), context.Canceled)
	require.Error(t, q.Put(ended, []pipeline.Entry{entry(0, 1)}))
}

// When the topic gets more partitions, a lane's entries move. What was resolved there stays resolved.
func TestQuarantineTopicGrows(t *testing.T) {
	c := kafkatest.Start(t)
	topic := c.CreateTopic(t, "dead", 1)
	ctx := context.Background()
	q := newQuarantine(t, c, topic)
	var entries []pipeline.Entry
	for p := range int32(20) {
		entries = append(entries, entry(p, 5), entry(p, 4))
	}
	require.NoError(t, q.Put(ctx, entries))
	c.AddPartitions(t, topic, 5)
	grown := newQuarantine(t, c, topic)
	require.Len(t, scan(t, grown), 40)
	var done []pipeline.Entry
	for p := range int32(20) {
		done = append(done, entry(p, 4))
	}
	require.NoError(t, grown.Resolve(ctx, done))
	got := scan(t, grown)
	require.Len(t, got, 20)
	for _, k := range got {
		require.Contains(t, k, "/5/malformed")
	}
}

// Nothing may keep an entry out: what is too large goes without its sealed record.
func TestLargeEntries(t *testing.T) {
	c := kafkatest.Start(t)
	for name, refuse := range map[string]bool{"known before": false, "said by the broker": true} {
		topic := topicOf(t, c, 1, nil)
		cfg := config(c, topic)
		cfg.Compression = "none"
		large := entry(0, 2)
		large.Sealed = bytes.Repeat([]byte{7}, 100_000)
		if refuse {
			c.RequireKfake(t).Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.MessageTooLarge, Count: -1,
				When: func(r kmsg.Request) bool {
					return len(r.(*kmsg.ProduceRequest).Topics[0].Partitions[0].Records) > 50_000
				}})
		} else {
			cfg.MaxMessageBytes = 50_000
		}
		q, err := NewQuarantine(cfg)
		require.NoError(t, err)
		require.NoError(t, q.Put(context.Background(), []pipeline.Entry{entry(0, 1), large, entry(0, 3)}), name)
		sealed := map[int64]int{}
		require.NoError(t, q.Scan(context.Background(), func(e pipeline.Entry) error {
			sealed[e.Offset] = len(e.Sealed)
			require.Equal(t, e.Offset == 2, strings.Contains(e.Detail, "sealed record left out"), e.Detail)
			return nil
		}))
		require.Equal(t, map[int64]int{1: 3, 2: 0, 3: 3}, sealed, name)
		require.NoError(t, q.Close())
	}
}

// A record that somebody else wrote is reported, after all entries, and never quoted.
func TestStrangers(t *testing.T) {
	c := kafkatest.Start(t)
	topic := c.CreateTopic(t, "dead", 1)
	q := newQuarantine(t, c, topic)
	require.NoError(t, q.Put(context.Background(), []pipeline.Entry{entry(0, 1)}))
	c.Produce(t, topic, []kafka.Message{{Key: []byte("card 4111"), Value: []byte("4111")}})
	n := 0
	err := q.Scan(context.Background(), func(pipeline.Entry) error { n++; return nil })
	require.ErrorContains(t, err, "1 records of topic "+topic+" are no quarantine entries")
	require.NotContains(t, strings.ReplaceAll(err.Error(), topic, ""), "4111")
	require.Equal(t, 1, n)

	k := entry(0, 2)
	c.Produce(t, topic, []kafka.Message{{Key: key(&k), Value: []byte("card 4111")}})
	err = q.Scan(context.Background(), func(pipeline.Entry) error { return nil })
	require.ErrorIs(t, err, errNotAnEntry)
	require.NotContains(t, strings.ReplaceAll(err.Error(), topic, ""), "4111")
}

func TestQuarantineFailures(t *testing.T) {
	c := kafkatest.Start(t)
	topic := topicOf(t, c, 1, nil)
	q := newQuarantine(t, c, topic)
	fake := c.RequireKfake(t)
	ctx := context.Background()
	fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.NotEnoughReplicas, Count: 2})
	require.ErrorIs(t, q.Put(ctx, []pipeline.Entry{entry(0, 1)}), kafka.NotEnoughReplicas)
	require.ErrorIs(t, q.Resolve(ctx, []pipeline.Entry{entry(0, 1)}), kafka.NotEnoughReplicas)
	require.NoError(t, q.Put(ctx, []pipeline.Entry{entry(0, 1)}))
	fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: topic, Err: kerr.NotLeaderForPartition})
	require.ErrorIs(t, q.Scan(ctx, func(pipeline.Entry) error { return nil }), kafka.NotLeaderForPartition)
	require.Len(t, scan(t, q), 1)

	absent := newQuarantine(t, c, kafkatest.Name("absent"))
	require.ErrorIs(t, absent.Check(ctx), kafka.UnknownTopicOrPartition)
	require.ErrorIs(t, absent.Put(ctx, []pipeline.Entry{entry(0, 1)}), kafka.UnknownTopicOrPartition)
}

func TestQuarantineConfig(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Brokers = []string{"localhost:9092"}
	_, err := NewQuarantine(cfg)
	require.ErrorContains(t, err, "topic")
	cfg.Topic, cfg.Topics = "dead", map[string]string{"calls": "x"}
	_, err = NewQuarantine(cfg)
	require.ErrorContains(t, err, "topic")
	cfg.Topics, cfg.Compression = nil, "x"
	_, err = NewQuarantine(cfg)
	require.ErrorContains(t, err, "compression")
}

func FuzzCoordinates(f *testing.F) {
	for _, k := range []string{"calls/0/17/malformed", "calls-eu.raw_1/2147483647/9223372036854775807/refused_by_sink/lake", "", "////", "calls/x/1/y"} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, k string) {
		lane, offset, ok := coordinates(k)
		if !ok {
			return
		}
		require.NotEmpty(t, lane.Topic)
		if offset >= 0 && lane.Partition >= 0 && !strings.ContainsAny(k, "+_") {
			again, o, ok := coordinates(fmt.Sprintf("%s/%d/malformed", lane, offset))
			require.True(t, ok)
			require.Equal(t, lane, again)
			require.Equal(t, offset, o)
		}
	})
}
