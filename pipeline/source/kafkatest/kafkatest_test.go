package kafkatest_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

func TestRoundTrip(t *testing.T) {
	c := kafkatest.Start(t)
	topic := c.CreateTopic(t, "round", 2)

	var in []kafka.Message
	for i := range 1200 {
		in = append(in, kafka.Message{
			Partition: i % 2, Value: []byte(fmt.Sprint(i)), Headers: []kafka.Header{{Key: "n", Value: []byte{byte(i)}}},
		})
	}
	in = append(in, kafka.Message{Key: []byte("call"), Value: []byte("keyed")})
	c.Produce(t, topic, in)

	last := map[int]int64{0: -1, 1: -1}
	for _, m := range c.ConsumeAll(t, topic, len(in), 10*time.Second) {
		require.Equal(t, last[m.Partition]+1, m.Offset)
		last[m.Partition] = m.Offset
		if m.Key == nil {
			require.Equal(t, fmt.Sprint(2*m.Offset+int64(m.Partition)), string(m.Value))
			require.Equal(t, "n", m.Headers[0].Key)
		}
	}
	require.EqualValues(t, len(in), last[0]+last[1]+2)

	group := kafkatest.Name("group")
	require.Empty(t, c.Committed(t, group, topic))
	c.SetCommitted(t, group, topic, map[int]int64{1: 7})
	require.Equal(t, map[int]int64{1: 7}, c.Committed(t, group, topic))

	c.AddPartitions(t, topic, 3)
	c.Produce(t, topic, []kafka.Message{{Partition: 2, Value: []byte("new")}})
	require.Len(t, c.ConsumeAll(t, topic, len(in)+1, 10*time.Second), len(in)+1)
}

// TestExpireMembers has a member die while it joins.
func TestExpireMembers(t *testing.T) {
	c := kafkatest.Start(t)
	fake := c.RequireKfake(t)
	topic, group := c.CreateTopic(t, "in", 2), kafkatest.Name("group")
	c.ExpireMembers(t, group)
	config := kafka.ConsumerGroupConfig{
		ID: group, Brokers: c.Addrs(), Topics: []string{topic},
		HeartbeatInterval: 100 * time.Millisecond, SessionTimeout: time.Second, RebalanceTimeout: time.Second,
	}
	g, err := kafka.NewConsumerGroup(config)
	require.NoError(t, err)
	defer g.Close()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	generations := make(chan int) // the partitions of each
	go func() {
		for {
			gen, err := g.Next(ctx)
			if err != nil {
				return
			}
			gen.Start(func(ctx context.Context) { <-ctx.Done() })
			generations <- len(gen.Assignments[topic])
		}
	}()
	require.Equal(t, 2, <-generations)

	join := kmsg.NewPtrJoinGroupRequest()
	join.Version, join.Group, join.ProtocolType = 1, group, "consumer"
	join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = 1000, 1000
	meta := kmsg.NewConsumerMemberMetadata()
	meta.Topics = []string{topic}
	join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range", Metadata: meta.AppendTo(nil)}}
	conn, err := net.Dial("tcp", c.Addrs()[fake.CoordinatorFor(group)])
	require.NoError(t, err)
	_, err = conn.Write(kmsg.NewRequestFormatter().AppendRequest(nil, join, 1))
	require.NoError(t, err)
	require.NoError(t, conn.Close())

	require.Equal(t, 1, <-generations, "shared with the dead one")
	select {
	case n := <-generations:
		require.Equal(t, 2, n)
	case <-time.After(10 * time.Second):
		t.Fatalf("the dead member stays: %+v", fake.GroupInfo(group).Members)
	}
}
