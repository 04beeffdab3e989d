package source

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// BenchmarkFetch reads records of call text size and cuts them into batches; broker and network stack are in the
// figure. One operation is one fetch.
func BenchmarkFetch(b *testing.B) {
	const size = 400
	c := kafkatest.Start(b)
	topic := c.CreateTopic(b, "in", 1)
	var msgs []kafka.Message
	for i := range 20_000 {
		v := fmt.Appendf(nil, "turn %d ", i)
		msgs = append(msgs, kafka.Message{Time: time.UnixMilli(1e12), Value: append(v, bytes.Repeat([]byte("text "), size)[:size-len(v)]...)})
	}
	c.Produce(b, topic, msgs)
	cfg := quick(c, kafkatest.Name("group"), topic)
	s, err := New(cfg, NoMetrics{}, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	defer s.transport.CloseIdleConnections()
	f := &fetcher{Source: s, id: pipeline.LaneID{Topic: topic}, bytes: fetchMax, log: s.log}
	var position, records, size64 int64
	b.ReportAllocs()
	for b.Loop() {
		got, err := f.fetch(b.Context(), position, cutter{})
		require.NoError(b, err)
		for _, x := range got.batches {
			records += int64(len(x.Records))
			size64 += int64(x.Bytes)
		}
		if position = got.next; position == got.end {
			position = 0
		}
	}
	b.SetBytes(size64 / int64(b.N))
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(records)/float64(b.N), "records/op")
}
