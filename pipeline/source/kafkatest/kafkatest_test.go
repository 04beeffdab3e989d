package kafkatest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

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
