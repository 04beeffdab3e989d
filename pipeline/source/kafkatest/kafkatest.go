// Package kafkatest gives tests a Kafka cluster: the embedded broker in this process, or the real one that
// KAFKA_BROKERS names. The same test runs on both; what only the embedded broker can do (faults, leader moves, deleted
// records) asks for it with RequireKfake and is skipped on a real one.
package kafkatest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// patience bounds every helper's wait for the cluster.
const patience = 30 * time.Second

// Cluster is a Kafka cluster for the length of one test.
type Cluster struct {
	addrs     []string
	fake      *kfake.Cluster // nil on a real broker
	transport *kafka.Transport
	client    *kafka.Client
}

// Start gives the cluster of KAFKA_BROKERS (addresses separated by commas), or else an embedded one of three brokers
// that ends with the test. A test that passes options shapes the broker itself: it is skipped on a real one.
func Start(t testing.TB, opts ...kfake.Opt) *Cluster {
	t.Helper()
	c := &Cluster{}
	if list := os.Getenv("KAFKA_BROKERS"); list != "" {
		if len(opts) > 0 {
			t.Skip("needs the embedded broker; KAFKA_BROKERS names a real one")
		}
		c.addrs = strings.Split(list, ",")
	} else {
		base := []kfake.Opt{kfake.NumBrokers(3), kfake.GroupMinSessionTimeout(time.Second)}
		fake, err := kfake.NewCluster(append(base, opts...)...)
		require.NoError(t, err)
		t.Cleanup(fake.Close)
		c.fake, c.addrs = fake, fake.ListenAddrs()
	}
	c.Use(t, &kafka.Transport{})
	return c
}

// Use replaces the transport of the helpers: for a cluster with TLS or SASL. It is closed with the test.
func (c *Cluster) Use(t testing.TB, tr *kafka.Transport) {
	tr.MetadataTTL = 300 * time.Millisecond // a leader that moved is found soon
	t.Cleanup(tr.CloseIdleConnections)
	c.transport = tr
	// Without a timeout kafka-go gives brokers half a second to replicate what is produced.
	c.client = &kafka.Client{Addr: kafka.TCP(c.addrs...), Transport: tr, Timeout: patience}
}

// Addrs are the bootstrap addresses.
func (c *Cluster) Addrs() []string { return c.addrs }

// Client is a client of the cluster.
func (c *Cluster) Client() *kafka.Client { return c.client }

// Kfake is the embedded cluster, nil on a real broker.
func (c *Cluster) Kfake() *kfake.Cluster { return c.fake }

// RequireKfake is the embedded cluster; on a real broker the test is skipped.
func (c *Cluster) RequireKfake(t testing.TB) *kfake.Cluster {
	t.Helper()
	if c.fake == nil {
		t.Skip("needs the embedded broker; KAFKA_BROKERS names a real one")
	}
	return c.fake
}

// Name makes a name no other test uses: for groups, and for topics that are created later.
func Name(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()[:10]) }

// CreateTopic creates a topic whose name begins with prefix and returns its full name.
func (c *Cluster) CreateTopic(t testing.TB, prefix string, partitions int) string {
	t.Helper()
	name := Name(prefix)
	c.CreateTopicNamed(t, name, partitions)
	return name
}

// CreateTopicNamed creates a topic of exactly this name, with up to three replicas, and waits until it has leaders.
func (c *Cluster) CreateTopicNamed(t testing.TB, name string, partitions int, settings ...kafka.ConfigEntry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := c.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{
		Topic: name, NumPartitions: partitions, ReplicationFactor: min(3, len(c.addrs)), ConfigEntries: settings,
	}}})
	require.NoError(t, err)
	require.NoError(t, r.Errors[name])
	c.waitForPartitions(ctx, t, name, partitions)
}

// RemakeTopic deletes a topic and creates another one of its name.
func (c *Cluster) RemakeTopic(t testing.TB, name string, partitions int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := c.client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{name}})
	require.NoError(t, err)
	require.NoError(t, d.Errors[name])
	for {
		r, err := c.client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{
			Topic: name, NumPartitions: partitions, ReplicationFactor: min(3, len(c.addrs)),
		}}})
		require.NoError(t, err)
		if r.Errors[name] == nil {
			break
		}
		require.ErrorIs(t, r.Errors[name], kafka.TopicAlreadyExists) // brokers delete when they have the time
		pause(ctx, t)
	}
	c.waitForPartitions(ctx, t, name, partitions)
}

// AddPartitions raises the number of a topic's partitions to total.
func (c *Cluster) AddPartitions(t testing.TB, topic string, total int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := c.client.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: int32(total)}},
	})
	require.NoError(t, err)
	require.NoError(t, r.Errors[topic])
	c.waitForPartitions(ctx, t, topic, total)
}

// waitForPartitions waits until this cluster's client knows a leader for each partition, and on a real cluster every broker: they
// learn of a new topic one after the other, and a program under test may ask any of them.
func (c *Cluster) waitForPartitions(ctx context.Context, t testing.TB, topic string, n int) {
	t.Helper()
	clients := []*kafka.Client{c.client}
	if c.fake == nil {
		for _, addr := range c.addrs {
			own := &kafka.Transport{Dial: c.transport.Dial, TLS: c.transport.TLS, SASL: c.transport.SASL, MetadataTTL: 100 * time.Millisecond}
			defer own.CloseIdleConnections()
			clients = append(clients, &kafka.Client{Addr: kafka.TCP(addr), Transport: own})
		}
	}
	for _, client := range clients {
		for ready := 0; ready < n; {
			ready = 0
			m, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
			if err == nil { // else a broker that is busy; the deadline decides
				for _, p := range m.Topics[0].Partitions {
					if p.Error == nil && p.Leader.Host != "" {
						ready++
					}
				}
			}
			if ready < n {
				pause(ctx, t)
			}
		}
	}
}

// Produce writes messages and waits until all replicas have them. A message with a key goes where Java producers would
// put it (murmur2), one without to its Partition. The order within a partition is that of msgs.
func (c *Cluster) Produce(t testing.TB, topic string, msgs []kafka.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	partitions := slices.Sorted(maps.Keys(c.partitions(ctx, t, topic))) // in no other order does a key keep its partition
	murmur := kafka.Murmur2Balancer{Consistent: true}
	byPartition := make([][]kafka.Message, len(partitions))
	for _, m := range msgs {
		p := m.Partition
		if m.Key != nil {
			p = murmur.Balance(m, partitions...)
		}
		byPartition[p] = append(byPartition[p], m)
	}
	for p, msgs := range byPartition {
		for part := range slices.Chunk(msgs, 500) {
			c.produce(ctx, t, topic, p, part)
		}
	}
}

func (c *Cluster) produce(ctx context.Context, t testing.TB, topic string, partition int, msgs []kafka.Message) {
	t.Helper()
	for {
		// Made anew for each attempt: an attempt reads keys and values to their end, the next one would send empty ones.
		rs := make([]kafka.Record, len(msgs))
		for i, m := range msgs {
			rs[i] = kafka.Record{Time: m.Time, Key: kafka.NewBytes(m.Key), Value: kafka.NewBytes(m.Value), Headers: m.Headers}
		}
		r, err := c.client.Produce(ctx, &kafka.ProduceRequest{
			Topic: topic, Partition: partition, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(rs...),
		})
		if err == nil {
			err = r.Error
		}
		if err == nil {
			return
		}
		// Only what surely wasn't appended is sent again: a test's input has no duplicates.
		stale := errors.Is(err, kafka.NotLeaderForPartition) || errors.Is(err, kafka.UnknownTopicOrPartition) ||
			errors.Is(err, kafka.LeaderNotAvailable)
		require.True(t, stale, "produce to %s/%d: %v", topic, partition, err)
		pause(ctx, t)
	}
}

// ConsumeAll reads a topic from its start to its end, once it holds at least n records, and returns all it holds:
// duplicates show. The order within a partition is kept. It fails the test when the records don't arrive in time.
func (c *Cluster) ConsumeAll(t testing.TB, topic string, n int, timeout time.Duration) []kafka.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	position := c.partitions(ctx, t, topic)
	var out []kafka.Message
	for {
		idle := true
		for p := range len(position) {
			got, next := c.fetch(ctx, topic, p, position[p])
			out, position[p] = append(out, got...), next
			idle = idle && len(got) == 0
		}
		if idle && len(out) >= n {
			return out
		}
		require.NoError(t, ctx.Err(), "topic %s: %d of %d records arrived", topic, len(out), n)
	}
}

// Read gives what a topic holds now from some offsets on, and where it ends. A partition without an offset is read from its start. Unlike
// ConsumeAll it comes back while others write.
func (c *Cluster) Read(t testing.TB, topic string, from map[int]int64) (all []kafka.Message, ends map[int]int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var ask []kafka.OffsetRequest
	for p := range c.partitions(ctx, t, topic) {
		ask = append(ask, kafka.LastOffsetOf(p))
	}
	for ends == nil {
		r, err := c.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: ask}})
		found := map[int]int64{}
		if err == nil {
			for _, p := range r.Topics[topic] {
				if err = errors.Join(err, p.Error); err == nil {
					found[p.Partition] = p.LastOffset
				}
			}
		}
		if err == nil {
			ends = found
		} else {
			pause(ctx, t)
		}
	}
	for p, end := range ends {
		for position := from[p]; position < end; {
			require.NoError(t, ctx.Err(), "topic %s partition %d: read up to %d of %d", topic, p, position, end)
			var got []kafka.Message
			got, position = c.fetch(ctx, topic, p, position)
			all = append(all, got...)
		}
	}
	return all, ends
}

// fetch reads what is there now. Errors read as nothing: the caller's timeout decides.
func (c *Cluster) fetch(ctx context.Context, topic string, partition int, offset int64) ([]kafka.Message, int64) {
	r, err := c.client.Fetch(ctx, &kafka.FetchRequest{
		Topic: topic, Partition: partition, Offset: offset, MinBytes: 1, MaxBytes: 8 << 20, MaxWait: 50 * time.Millisecond,
	})
	if err != nil || r.Error != nil {
		return nil, offset
	}
	var out []kafka.Message
	for {
		rec, err := r.Records.ReadRecord()
		if err != nil {
			return out, offset
		}
		if rec.Offset < offset {
			continue
		}
		m := kafka.Message{Topic: topic, Partition: partition, Offset: rec.Offset, Time: rec.Time, Headers: rec.Headers}
		m.Key, _ = kafka.ReadAll(rec.Key)
		m.Value, _ = kafka.ReadAll(rec.Value)
		out, offset = append(out, m), rec.Offset+1
	}
}

// Committed gives the committed offsets of a group for a topic by partition; a partition without one is absent.
func (c *Cluster) Committed(t testing.TB, group, topic string) map[int]int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var ids []int
	for p := range c.partitions(ctx, t, topic) {
		ids = append(ids, p)
	}
	for {
		r, err := c.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: ids}})
		if err != nil { // a test may drop connections, ours too
			pause(ctx, t)
			continue
		}
		out := map[int]int64{}
		if errors.Is(r.Error, kafka.GroupIdNotFound) { // the embedded broker's word for a group that never committed
			return out
		}
		for _, p := range r.Topics[topic] {
			r.Error = errors.Join(r.Error, p.Error)
			if p.CommittedOffset >= 0 {
				out[p.Partition] = p.CommittedOffset
			}
		}
		if r.Error == nil {
			return out
		}
		pause(ctx, t)
	}
}

// CommittedText reads the text that a group has committed with the offset of a partition.
func (c *Cluster) CommittedText(t testing.TB, group, topic string, partition int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := c.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {partition}}})
	require.NoError(t, err)
	require.NoError(t, r.Error)
	require.Len(t, r.Topics[topic], 1)
	require.NoError(t, r.Topics[topic][0].Error)
	return r.Topics[topic][0].Metadata
}

// SetCommitted commits offsets for a group without members.
func (c *Cluster) SetCommitted(t testing.TB, group, topic string, offsets map[int]int64) {
	t.Helper()
	c.SetCommittedWith(t, group, topic, offsets, "")
}

// SetCommittedWith commits offsets, and a text with each, for a group without members.
func (c *Cluster) SetCommittedWith(t testing.TB, group, topic string, offsets map[int]int64, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var commits []kafka.OffsetCommit
	for p, o := range offsets {
		commits = append(commits, kafka.OffsetCommit{Partition: p, Offset: o, Metadata: text})
	}
	for {
		r, err := c.client.OffsetCommit(ctx, &kafka.OffsetCommitRequest{
			GroupID: group, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{topic: commits},
		})
		if err == nil {
			for _, p := range r.Topics[topic] {
				err = errors.Join(err, p.Error)
			}
		}
		if err == nil {
			return
		}
		t.Logf("commit for group %s: %v", group, err) // a coordinator that is still loading
		pause(ctx, t)
	}
}

// ExpireMembers makes the embedded broker, without TLS and SASL, notice every member of a group that died. Real ones do
// so by themselves.
//
// The embedded broker counts a member's session from an answer that reaches it, a heartbeat or a commit. A member that
// dies or gives up while it waits to join gets none of these: it would stay for ever, with partitions that nobody reads.
// Rebalances then wait for it until their deadline, and that begins anew with everybody who joins: members that give up
// and join again push it away from each other, endlessly. So each member gets one heartbeat in each generation from here.
func (c *Cluster) ExpireMembers(t testing.TB, group string) {
	if c.fake == nil {
		return
	}
	var last int32
	c.fake.ControlKey(int16(kmsg.SyncGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
		g := c.fake.GroupInfo(group)
		if s := r.(*kmsg.SyncGroupRequest); s.Group == group && g != nil && g.Epoch == s.Generation && g.Epoch != last {
			last = g.Epoch
			for _, m := range g.Members {
				c.heartbeat(group, g.Epoch, m.MemberID)
			}
		}
		return nil, nil, false
	})
}

// heartbeat sends a heartbeat in the name of a member, without waiting for answers, to all brokers: whichever is the
// coordinator when it arrives takes it.
func (c *Cluster) heartbeat(group string, generation int32, member string) {
	beat := kmsg.NewPtrHeartbeatRequest()
	beat.Group, beat.Generation, beat.MemberID = group, generation, member
	request := kmsg.NewRequestFormatter().AppendRequest(nil, beat, 1)
	for _, addr := range c.addrs {
		if conn, err := net.Dial("tcp", addr); err == nil { // else the cluster has ended
			_, _ = conn.Write(request)
			_ = conn.Close()
		}
	}
}

// partitions gives a zero position for each partition of a topic.
func (c *Cluster) partitions(ctx context.Context, t testing.TB, topic string) map[int]int64 {
	t.Helper()
	for {
		m, err := c.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
		require.NoError(t, err)
		if len(m.Topics) == 1 && m.Topics[0].Error == nil {
			out := make(map[int]int64, len(m.Topics[0].Partitions))
			for _, p := range m.Topics[0].Partitions {
				out[p.ID] = 0
			}
			return out
		}
		pause(ctx, t)
	}
}

func pause(ctx context.Context, t testing.TB) {
	t.Helper()
	select {
	case <-ctx.Done():
		require.NoError(t, fmt.Errorf("wait for the cluster: %w", ctx.Err()))
	case <-time.After(50 * time.Millisecond):
	}
}
