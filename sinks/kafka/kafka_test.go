package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
	"github.com/sonexlabs/tacet/sinks/sinktest"
)

var (
	_ pipeline.Sink             = (*Sink)(nil)
	_ pipeline.Quarantine       = (*Quarantine)(nil)
	_ pipeline.QuarantineReader = (*Quarantine)(nil)
)

var lane = pipeline.LaneID{Topic: "calls", Partition: 5}

func config(c *kafkatest.Cluster, topic string) Config {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Topic = c.Addrs(), topic
	return cfg
}

// topicOf makes a topic quickly on the embedded broker.
func topicOf(t testing.TB, c *kafkatest.Cluster, partitions int, configs map[string]string) string {
	t.Helper()
	if c.Kfake() == nil {
		return c.CreateTopic(t, "sink", partitions)
	}
	name := kafkatest.Name("sink")
	require.NoError(t, c.Kfake().CreateTopic(name, int32(partitions), configs))
	return name
}

func newSink(t testing.TB, cfg Config) *Sink {
	t.Helper()
	s, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func openLane(t testing.TB, cfg Config) pipeline.Writer {
	t.Helper()
	w, err := newSink(t, cfg).Open(lane, 0)
	require.NoError(t, err)
	return w
}

// reader is a client that knows all topics there are now: a transport learns of new ones only after a while.
func reader(t testing.TB, c *kafkatest.Cluster) *kafka.Client {
	transport := new(kafka.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &kafka.Client{Addr: kafka.TCP(c.Addrs()...), Transport: transport}
}

// consume reads all that a topic holds now, by partition, without waiting.
func consume(client *kafka.Client, topic string) ([][]kafka.Message, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	m, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return nil, err
	}
	if err := m.Topics[0].Error; err != nil {
		return nil, err
	}
	all := make([][]kafka.Message, len(m.Topics[0].Partitions))
	for p := range all {
		for offset := int64(0); ; {
			r, err := client.Fetch(ctx, &kafka.FetchRequest{Topic: topic, Partition: p, Offset: offset,
				MinBytes: 1, MaxBytes: 8 << 20, MaxWait: time.Millisecond})
			if err != nil {
				return nil, err
			}
			if r.Error != nil {
				if ctx.Err() != nil {
					return nil, r.Error
				}
				time.Sleep(20 * time.Millisecond) // on a real cluster a leader may just be moving
				continue
			}
			for {
				rec, err := r.Records.ReadRecord()
				if err != nil {
					break
				}
				msg := kafka.Message{Offset: rec.Offset, Time: rec.Time, Headers: rec.Headers}
				msg.Key, _ = kafka.ReadAll(rec.Key)
				msg.Value, _ = kafka.ReadAll(rec.Value)
				all[p] = append(all[p], msg)
				offset = rec.Offset + 1
			}
			if offset >= r.HighWatermark {
				break
			}
		}
	}
	return all, nil
}

func destination(t testing.TB, c *kafkatest.Cluster, compression string) sinktest.Destination {
	topic := topicOf(t, c, 3, nil)
	client := reader(t, c)
	cfg := config(c, topic)
	cfg.Compression = compression
	d := sinktest.Destination{
		New: func() (pipeline.Sink, error) { return newSink(t, cfg), nil },
		ReadBack: func(id pipeline.LaneID) ([][][]byte, error) {
			all, err := consume(client, topic)
			streams := make([][][]byte, len(all))
			for p, msgs := range all {
				for _, m := range msgs {
					if bytes.Contains(m.Value, fmt.Appendf(nil, `"topic":%q,"partition":%d,`, id.Topic, id.Partition)) {
						streams[p] = append(streams[p], m.Value)
					}
				}
			}
			return streams, err
		},
	}
	if fake := c.Kfake(); fake != nil {
		hooks(t, &d, fake, topic)
	}
	return d
}

// hooks let the embedded broker misbehave for one topic.
func hooks(t testing.TB, d *sinktest.Destination, fake *kfake.Cluster, topic string) {
	produce := []kmsg.Key{kmsg.Produce}
	var outage *kfake.FaultHandle
	var handles []*kfake.FaultHandle
	t.Cleanup(func() {
		for _, h := range handles {
			h.Remove()
		}
	})
	errs := []*kerr.Error{kerr.NotLeaderForPartition, kerr.NotEnoughReplicas, kerr.TopicAuthorizationFailed,
		kerr.UnknownTopicOrPartition, kerr.KafkaStorageError, kerr.ThrottlingQuotaExceeded}
	d.Fail = func(n int) {
		if outage != nil {
			outage.Remove()
		}
		if outage = nil; n > 0 {
			outage = fake.Fault(kfake.Fault{Keys: produce, Topic: topic, Err: errs[n%len(errs)], Count: n})
			handles = append(handles, outage)
		}
	}
	d.Refuse = func(mark []byte) {
		handles = append(handles, fake.Fault(kfake.Fault{
			Keys: produce, Topic: topic, Err: kerr.InvalidRecord, Count: -1,
			When: func(r kmsg.Request) bool {
				for _, t := range r.(*kmsg.ProduceRequest).Topics {
					for _, p := range t.Partitions {
						if holds(p.Records, mark) {
							return true
						}
					}
				}
				return false
			},
		}))
	}
	d.Hang = func() func() {
		var once sync.Once
		gate := make(chan struct{})
		fake.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
			fake.KeepControl()
			if r.(*kmsg.ProduceRequest).Topics[0].Topic == topic {
				fake.SleepControl(func() { <-gate })
			}
			return nil, nil, false
		})
		release := func() { once.Do(func() { close(gate) }) }
		t.Cleanup(release)
		return release
	}
}

// holds tells whether a produced batch contains the mark.
func holds(records, mark []byte) bool {
	var b kmsg.RecordBatch
	if err := b.ReadFrom(records); err != nil {
		return false
	}
	rs, err := kfake.BatchRecords(b)
	if err != nil {
		return false
	}
	for _, r := range rs {
		if bytes.Contains(r.Value, mark) {
			return true
		}
	}
	return false
}

func TestConformance(t *testing.T) {
	c := kafkatest.Start(t)
	for _, compression := range []string{"none", "lz4"} {
		t.Run(compression, func(t *testing.T) {
			sinktest.Run(t, sinktest.Harness{Rounds: 8, Destination: func(t testing.TB) sinktest.Destination {
				return destination(t, c, compression)
			}})
		})
	}
}

func outputs(n int) []pipeline.Output {
	outs := make([]pipeline.Output, n)
	for i := range outs {
		outs[i] = pipeline.Output{
			Offset: int64(i), Time: time.UnixMilli(1_700_000_000_000 + int64(i)),
			Key:     fmt.Appendf(nil, "call-%d", i%17),
			Value:   fmt.Appendf(nil, `{"turn":%d,"text":"thank you, [PERSON_1], your number ends in [PHONE_1]"}`, i),
			Headers: []pipeline.Header{{Key: "x-src-topic", Value: []byte("calls")}, {Key: "x-src-offset", Value: fmt.Append(nil, i)}},
		}
	}
	return outs
}

func batchOf(outs []pipeline.Output) *pipeline.Batch {
	return &pipeline.Batch{Lane: lane, First: outs[0].Offset, Next: outs[len(outs)-1].Offset + 1, Outputs: outs}
}

// Records arrive with everything they have, in the partition where a Java producer would have put them.
func TestRecords(t *testing.T) {
	c := kafkatest.Start(t)
	for _, compression := range compressions {
		topic := topicOf(t, c, 7, nil)
		cfg := config(c, "")
		cfg.Topics, cfg.Compression = map[string]string{"calls": topic}, compression
		w := openLane(t, cfg)
		outs := outputs(100)
		outs[3].Key, outs[4].Key, outs[5].Value = nil, []byte{}, nil
		durable, err := w.Write(context.Background(), batchOf(outs))
		for began := time.Now(); err != nil && !pipeline.IsPermanent(err) && time.Since(began) < 10*time.Second; {
			durable, err = w.Write(context.Background(), batchOf(outs)) // as the engine does: a new topic's leaders may still move
		}
		require.NoError(t, err)
		require.Equal(t, int64(100), durable)

		all, err := consume(reader(t, c), topic)
		require.NoError(t, err)
		java := kafka.Murmur2Balancer{Consistent: true}
		seen := 0
		for p, msgs := range all {
			for _, m := range msgs {
				seen++
				i := m.Time.UnixMilli() - 1_700_000_000_000
				require.Equal(t, outs[i].Key, m.Key)
				require.Equal(t, outs[i].Value, m.Value)
				require.Len(t, m.Headers, 2)
				require.Equal(t, outs[i].Headers[1].Value, m.Headers[1].Value)
				if m.Key == nil {
					require.Equal(t, int(lane.Partition), p)
				} else {
					require.Equal(t, java.Balance(kafka.Message{Key: m.Key}, 0, 1, 2, 3, 4, 5, 6), p)
				}
			}
		}
		require.Equal(t, 100, seen, compression)
	}
}

// Known answers of org.apache.kafka.common.utils.Utils.murmur2, from Kafka's own UtilsTest.
func TestPartitionIsJavas(t *testing.T) {
	ids := make([]int, 1000)
	for i := range ids {
		ids[i] = i
	}
	for key, hash := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536,
		"a-little-bit-longer-string":                       -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		require.Equal(t, int(hash&0x7fffffff)%1000, partition([]byte(key), lane, ids), key)
	}
}

// A record that is too large is known before it is sent; all others arrive, once, and bisecting sends nothing more.
func TestTooLarge(t *testing.T) {
	c := kafkatest.Start(t)
	topic := topicOf(t, c, 3, nil)
	cfg := config(c, topic)
	cfg.MaxMessageBytes = 5000
	w := openLane(t, cfg)
	outs := outputs(50)
	outs[20].Value = bytes.Repeat([]byte("x"), 6000)
	_, err := w.Write(context.Background(), batchOf(outs))
	require.True(t, pipeline.IsPermanent(err), "%v", err)
	var where *pipeline.Error
	require.ErrorAs(t, err, &where)
	require.Equal(t, int64(20), where.Offset)
	require.NotContains(t, err.Error(), "xx")

	sent := 0
	if fake := c.Kfake(); fake != nil {
		h := fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Observe: true, Count: -1})
		defer func() { require.Zero(t, h.Hits(), "all but one was delivered already") }()
	}
	for _, half := range [][]pipeline.Output{outs[:20], outs[20:21], outs[21:]} {
		_, err := w.Write(context.Background(), batchOf(half))
		require.Equal(t, len(half) == 1, pipeline.IsPermanent(err), "%v", err)
		if len(half) == 1 {
			durable, err := w.Write(context.Background(), &pipeline.Batch{Lane: lane, First: 20, Next: 21})
			require.NoError(t, err)
			require.Equal(t, int64(21), durable)
		}
	}
	all, err := consume(reader(t, c), topic)
	require.NoError(t, err)
	for _, msgs := range all {
		sent += len(msgs)
	}
	require.Equal(t, 49, sent)
}

// A partition's records that do not fit into one request go in several, in order; a failure between them repeats none.
func TestManyRequests(t *testing.T) {
	c := kafkatest.Start(t)
	fake := c.RequireKfake(t)
	topic := topicOf(t, c, 1, nil)
	w := openLane(t, config(c, topic))
	outs := outputs(60)
	for i := range outs {
		outs[i].Value = bytes.Repeat([]byte{byte('a' + i%26)}, 100_000)
	}
	var requests atomic.Int32
	fake.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		fake.KeepControl()
		requests.Add(1)
		return nil, nil, false
	})
	fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 1,
		When: func(kmsg.Request) bool { return requests.Load() == 3 }})
	durable, err := w.Write(context.Background(), batchOf(outs))
	require.ErrorIs(t, err, kafka.NotLeaderForPartition)
	require.False(t, pipeline.IsPermanent(err))
	require.Zero(t, durable)
	durable, err = w.Write(context.Background(), batchOf(outs))
	require.NoError(t, err)
	require.Equal(t, int64(60), durable)
	require.Equal(t, int32(8), requests.Load(), "6 MB, at most 900 KiB each, one of them twice")
	all, err := consume(reader(t, c), topic)
	require.NoError(t, err)
	require.Len(t, all[0], 60)
	for i, m := range all[0] {
		require.Equal(t, int64(i), m.Time.UnixMilli()-1_700_000_000_000)
	}
}

func TestErrorClasses(t *testing.T) {
	c := kafkatest.Start(t)
	fake := c.RequireKfake(t)
	for _, tc := range []struct {
		err       *kerr.Error
		permanent bool
	}{
		{kerr.MessageTooLarge, true},
		{kerr.RecordListTooLarge, true},
		{kerr.InvalidRecord, true},
		{kerr.InvalidTimestamp, true},
		{kerr.UnsupportedForMessageFormat, true},
		{kerr.NotLeaderForPartition, false},
		{kerr.LeaderNotAvailable, false},
		{kerr.UnknownTopicOrPartition, false},
		{kerr.RequestTimedOut, false},
		{kerr.NetworkException, false},
		{kerr.NotEnoughReplicas, false},
		{kerr.NotEnoughReplicasAfterAppend, false},
		{kerr.TopicAuthorizationFailed, false},
		{kerr.ClusterAuthorizationFailed, false},
		{kerr.SaslAuthenticationFailed, false},
		{kerr.ThrottlingQuotaExceeded, false},
		{kerr.KafkaStorageError, false},
		{kerr.InvalidTopicException, false},
		{kerr.UnsupportedCompressionType, false},
		{kerr.PolicyViolation, false},
		{kerr.UnknownServerError, false},
	} {
		topic := topicOf(t, c, 1, nil)
		w := openLane(t, config(c, topic))
		fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: tc.err})
		durable, err := w.Write(context.Background(), batchOf(outputs(3)))
		require.ErrorIs(t, err, kafka.Error(tc.err.Code), tc.err.Message)
		require.Equal(t, tc.permanent, pipeline.IsPermanent(err), tc.err.Message)
		require.False(t, pipeline.IsLost(err), tc.err.Message)
		require.Zero(t, durable)
		require.NotContains(t, err.Error(), "PERSON")
		durable, err = w.Write(context.Background(), batchOf(outputs(3)))
		require.NoError(t, err)
		require.Equal(t, int64(3), durable)
	}
}

// The network corrupts a batch now and then; a batch that is corrupt every time is at fault itself.
func TestCorrupt(t *testing.T) {
	c := kafkatest.Start(t)
	topic := topicOf(t, c, 1, nil)
	w := openLane(t, config(c, topic))
	h := c.RequireKfake(t).Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: kerr.CorruptMessage, Count: -1})
	for try := 1; try <= corruptTries; try++ {
		_, err := w.Write(context.Background(), batchOf(outputs(2)))
		require.ErrorIs(t, err, kafka.InvalidMessage)
		require.Equal(t, try == corruptTries, pipeline.IsPermanent(err), "try %d", try)
	}
	h.Remove()
	_, err := w.Write(context.Background(), batchOf(outputs(2)))
	require.NoError(t, err)
}

// A transient failure of one partition and a refusal by another: bisecting waits until the outage is over.
func TestTransientBeforePermanent(t *testing.T) {
	c := kafkatest.Start(t)
	topic := topicOf(t, c, 2, nil)
	w := openLane(t, config(c, topic))
	fake := c.RequireKfake(t)
	fake.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Partitions: []int32{0}, Err: kerr.InvalidRecord, Count: -1},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Partitions: []int32{1}, Err: kerr.NotEnoughReplicas},
	)
	_, err := w.Write(context.Background(), batchOf(outputs(40)))
	require.ErrorIs(t, err, kafka.NotEnoughReplicas)
	require.False(t, pipeline.IsPermanent(err))
	_, err = w.Write(context.Background(), batchOf(outputs(40)))
	require.ErrorIs(t, err, kafka.InvalidRecord)
	require.True(t, pipeline.IsPermanent(err))
}

// A leader that moves is found again; a cluster that does not answer is waited for no longer than Timeout says.
func TestLeaderMoves(t *testing.T) {
	c := kafkatest.Start(t)
	fake := c.RequireKfake(t)
	topic := topicOf(t, c, 1, nil)
	cfg := config(c, topic)
	cfg.Transport = &kafka.Transport{MetadataTTL: 50 * time.Millisecond}
	t.Cleanup(cfg.Transport.CloseIdleConnections)
	w := openLane(t, cfg)
	outs := outputs(30)
	for i := range outs {
		fake.ShufflePartitionLeaders()
		require.Eventually(t, func() bool {
			_, err := w.Write(context.Background(), batchOf(outs[i:i+1]))
			return err == nil
		}, 30*time.Second, 10*time.Millisecond)
	}
	all, err := consume(reader(t, c), topic)
	require.NoError(t, err)
	require.Len(t, all[0], 30)
}

func TestTimeout(t *testing.T) {
	c := kafkatest.Start(t)
	d := destination(t, c, "none")
	if d.Hang == nil {
		t.Skip("needs the embedded broker")
	}
	topic := topicOf(t, c, 1, nil)
	hooks(t, &d, c.Kfake(), topic)
	cfg := config(c, topic)
	cfg.Timeout = 300 * time.Millisecond
	w := openLane(t, cfg)
	release := d.Hang()
	_, err := w.Write(context.Background(), batchOf(outputs(3)))
	require.Error(t, err)
	require.False(t, pipeline.IsPermanent(err), "%v", err)
	release()
}

func TestNoBroker(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Topic, cfg.Timeout = []string{"127.0.0.1:1"}, "out", time.Second
	w := openLane(t, cfg)
	_, err := w.Write(context.Background(), batchOf(outputs(3)))
	require.Error(t, err)
	require.False(t, pipeline.IsPermanent(err), "%v", err)
	require.Error(t, newSink(t, cfg).Check(context.Background()))
}

// Keys of one batch never go to partitions counted differently; later batches use partitions that were added.
func TestPartitionsAreAdded(t *testing.T) {
	c := kafkatest.Start(t)
	topic := c.CreateTopic(t, "sink", 1)
	s := newSink(t, config(c, topic))
	known, err := s.p.partitionsOf(context.Background(), topic)
	require.NoError(t, err)
	require.Len(t, known, 1)
	c.AddPartitions(t, topic, 4)
	s.p.mu.Lock()
	s.p.topics[topic] = layout{known, time.Now().Add(-partitionsAge)} // time has passed
	s.p.mu.Unlock()
	require.Eventually(t, func() bool { // the transport asks the cluster in its own time
		got, err := s.p.ask(context.Background(), topic)
		return err == nil && len(got) == 4
	}, 30*time.Second, 50*time.Millisecond)
	got, err := s.p.partitionsOf(context.Background(), topic)
	require.NoError(t, err)
	require.Len(t, got, 4)
}

func TestCheck(t *testing.T) {
	c := kafkatest.Start(t)
	topic := topicOf(t, c, 1, nil)
	cfg := config(c, topic)
	require.NoError(t, newSink(t, cfg).Check(context.Background()))
	cfg.Topics = map[string]string{"calls": kafkatest.Name("absent")}
	err := newSink(t, cfg).Check(context.Background())
	require.ErrorIs(t, err, kafka.UnknownTopicOrPartition)
	require.ErrorContains(t, err, cfg.Topics["calls"])
	require.ErrorIs(t, newSink(t, cfg).Check(context.Background()), kafka.UnknownTopicOrPartition, "checking must not create it")
}

func TestDestinations(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Brokers, cfg.Topics = []string{"localhost:9092"}, map[string]string{"calls": "calls.red", "logs": "logs.red", "more": "logs.red"}
	require.Equal(t, []string{"calls.red", "logs.red"}, cfg.destinations())
	s := newSink(t, cfg)
	_, err := s.Open(pipeline.LaneID{Topic: "unknown"}, 0)
	require.ErrorContains(t, err, "unknown")
	w, err := s.Open(pipeline.LaneID{Topic: "logs"}, 0)
	require.NoError(t, err)
	require.Equal(t, "logs.red", w.(*writer).topic)
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"brokers:":           func(c *Config) { c.Brokers = nil },
		"brokers: at":        func(c *Config) { c.Brokers = []string{""} },
		"topic:":             func(c *Config) { c.Topic = "" },
		"topics:":            func(c *Config) { c.Topics = map[string]string{"calls": ""} },
		"compression:":       func(c *Config) { c.Compression = "brotli" },
		"timeout:":           func(c *Config) { c.Timeout = 0 },
		"max_message_bytes:": func(c *Config) { c.MaxMessageBytes = 10 },
		"in_flight:":         func(c *Config) { c.InFlight = 0 },
	} {
		cfg := DefaultConfig()
		cfg.Brokers, cfg.Topic = []string{"localhost:9092"}, "out"
		require.NoError(t, cfg.Validate())
		change(&cfg)
		require.ErrorContains(t, cfg.Validate(), want)
		_, err := New(cfg)
		require.ErrorContains(t, err, want)
	}
}

// A broker's free text may quote anything; only its code is passed on.
func TestBrokerTextIsDropped(t *testing.T) {
	err := plain(fmt.Errorf("produce: %w: bad record 4111111111111111", kafka.InvalidRecord))
	require.Equal(t, kafka.InvalidRecord, err)
	require.NoError(t, plain(nil))
	other := errors.New("connection reset")
	require.Equal(t, other, plain(other))
}
