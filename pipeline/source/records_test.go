package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/pipeline"
	"github.com/sonexlabs/tacet/pipeline/source/kafkatest"
)

// producer writes transactions. kafka-go can't: its records never carry a producer id, so the batch is patched.
type producer struct {
	t     *testing.T
	c     *kafkatest.Cluster
	topic string
	id    string
	sess  *kafka.ProducerSession
	seq   uint32
}

func newProducer(t *testing.T, c *kafkatest.Cluster, topic string) *producer {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p := &producer{t: t, c: c, topic: topic, id: kafkatest.Name("txn")}
	require.Eventually(t, func() bool {
		r, err := c.Client().InitProducerID(ctx, &kafka.InitProducerIDRequest{
			TransactionalID: p.id, TransactionTimeoutMs: 60_000, ProducerID: -1, ProducerEpoch: -1,
		})
		if err != nil || r.Error != nil {
			return false // a real broker makes its transaction topic at the first use
		}
		p.sess = r.Producer
		return true
	}, patience, 50*time.Millisecond)
	return p
}

func (p *producer) write(values ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	require.Eventually(p.t, func() bool {
		r, err := p.c.Client().AddPartitionsToTxn(ctx, &kafka.AddPartitionsToTxnRequest{
			TransactionalID: p.id, ProducerID: p.sess.ProducerID, ProducerEpoch: p.sess.ProducerEpoch,
			Topics: map[string][]kafka.AddPartitionToTxn{p.topic: {{Partition: 0}}},
		})
		return err == nil && r.Topics[p.topic][0].Error == nil // refused while the last transaction's markers are written
	}, patience, 20*time.Millisecond)
	var records []kafka.Record
	for _, v := range values {
		records = append(records, kafka.Record{Value: kafka.NewBytes([]byte(v))})
	}
	set := protocol.RecordSet{Version: 2, Attributes: protocol.Transactional, Records: kafka.NewRecordReader(records...)}
	var b bytes.Buffer
	_, err := set.WriteTo(&b)
	require.NoError(p.t, err)
	batch := b.Bytes()[4:]
	binary.BigEndian.PutUint64(batch[43:], uint64(p.sess.ProducerID))
	binary.BigEndian.PutUint16(batch[51:], uint16(p.sess.ProducerEpoch))
	binary.BigEndian.PutUint32(batch[53:], p.seq)
	binary.BigEndian.PutUint32(batch[17:], crc32.Checksum(batch[21:], crc32.MakeTable(crc32.Castagnoli)))
	p.seq += uint32(len(values))
	r, err := p.c.Client().RawProduce(ctx, &kafka.RawProduceRequest{
		Topic: p.topic, RequiredAcks: kafka.RequireAll, TransactionalID: p.id,
		RawRecords: protocol.RawRecordSet{Reader: bytes.NewReader(b.Bytes())},
	})
	require.NoError(p.t, err)
	require.NoError(p.t, r.Error)
}

func (p *producer) end(commit bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	r, err := p.c.Client().EndTxn(ctx, &kafka.EndTxnRequest{
		TransactionalID: p.id, ProducerID: p.sess.ProducerID, ProducerEpoch: p.sess.ProducerEpoch, Committed: commit,
	})
	require.NoError(p.t, err)
	require.NoError(p.t, r.Error)
}

// TestReadsCommittedOnly has committed, aborted and plain records in turn, and ends in a marker.
func TestReadsCommittedOnly(t *testing.T) {
	c := kafkatest.Start(t)
	topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
	id := pipeline.LaneID{Topic: topic}
	good, bad := newProducer(t, c, topic), newProducer(t, c, topic)
	good.write("a", "b") // 0 1
	good.end(true)       // 2
	bad.write("X")       // 3
	good.write("c")      // 4
	bad.write("Y", "Z")  // 5 6
	bad.end(false)       // 7
	good.end(true)       // 8
	bad.write("d")       // 9: the same producer, committed this time
	bad.end(true)        // 10

	m := newMemory()
	p := start(t, quick(c, group, topic), m)
	eventually(t, "a commit beyond the marker", func() bool { return c.Committed(t, group, topic)[0] == 11 })
	require.Equal(t, []string{"a", "b", "c", "d"}, m.values(id))

	// An open transaction holds back what comes after it, and is not lag.
	good.write("e")                                            // 11
	c.Produce(t, topic, []kafka.Message{{Value: []byte("f")}}) // 12
	require.Equal(t, []string{"a", "b", "c", "d"}, m.values(id))
	l := m.last(id)
	m.mu.Lock()
	require.Equal(t, l.position, l.end)
	m.mu.Unlock()
	good.end(false) // 13
	eventually(t, "a commit beyond the abort", func() bool { return c.Committed(t, group, topic)[0] == 14 })
	p.stop()
	require.Equal(t, []string{"a", "b", "c", "d", "f"}, m.values(id))

	// Starting anywhere shows the same, also right at the marker of an aborted transaction.
	visible := map[int64]string{0: "a", 1: "b", 4: "c", 9: "d", 12: "f"}
	for from := range int64(14) {
		c.SetCommitted(t, group, topic, map[int]int64{0: from})
		m := newMemory()
		p := start(t, quick(c, group, topic), m)
		eventually(t, "the end", func() bool { l := m.last(id); return l != nil && l.Watermark() == 14 })
		p.stop()
		var want []string
		for o := from; o < 14; o++ {
			if v, ok := visible[o]; ok {
				want = append(want, v)
			}
		}
		require.Equal(t, want, m.values(id), "from %d", from)
	}
}

// log is a RecordReader of made-up records.
func logOf(offsets []int64, size int) protocol.RecordReader {
	var rs []protocol.Record
	for _, o := range offsets {
		rs = append(rs, protocol.Record{
			Offset: o, Time: time.UnixMilli(1e12 + o), Value: protocol.NewBytes(bytes.Repeat([]byte{byte(o)}, size)),
		})
	}
	return protocol.NewRecordReader(rs...)
}

func TestDecodeMovesOverWhatIsGone(t *testing.T) {
	for _, tc := range []struct {
		name    string
		from    int64
		batches []protocol.RecordReader
		next    int64
		got     []int64
	}{
		{"nothing", 7, nil, 7, nil},
		{"a batch that began before", 7, []protocol.RecordReader{
			&protocol.RecordBatch{BaseOffset: 5, Records: logOf([]int64{5, 6, 7, 8}, 1)}}, 9, []int64{7, 8}},
		{"a batch compacted to its first records", 7, []protocol.RecordReader{
			&protocol.RecordBatch{BaseOffset: 5, Records: logOf([]int64{5}, 1)}}, 8, nil},
		{"an empty batch", 7, []protocol.RecordReader{
			&protocol.RecordBatch{BaseOffset: 7, Records: logOf(nil, 1)}}, 8, nil},
		{"an empty batch and another", 7, []protocol.RecordReader{
			&protocol.RecordBatch{BaseOffset: 7, Records: logOf(nil, 1)},
			&protocol.RecordBatch{BaseOffset: 40, Records: logOf([]int64{40}, 1)}}, 41, []int64{40}},
		{"an old message set", 7, []protocol.RecordReader{logOf([]int64{6, 7}, 1)}, 8, []int64{7}},
	} {
		p := &fetch.ResponsePartition{}
		if tc.batches != nil {
			p.RecordSet.Records = &protocol.RecordStream{Records: tc.batches}
		}
		cut := cutter{size: 10, maxBytes: 1000, first: tc.from}
		next, err := decode(p, tc.from, &cut)
		require.NoError(t, err, tc.name)
		require.NoError(t, cut.finish(next), tc.name)
		require.Equal(t, tc.next, next, tc.name)
		var got []int64
		for _, b := range cut.batches {
			for _, r := range b.Records {
				got = append(got, r.Offset)
			}
		}
		require.Equal(t, tc.got, got, tc.name)
		if tc.next > tc.from {
			require.Equal(t, tc.next, cut.batches[len(cut.batches)-1].Next, "the watermark can follow: %s", tc.name)
		}
	}
}

// TestDecodeStopsAtBrokenRecords must not take a record it can't read for one that is not there.
func TestDecodeStopsAtBrokenRecords(t *testing.T) {
	p := &fetch.ResponsePartition{RecordSet: protocol.RecordSet{Records: &protocol.RecordStream{Records: []protocol.RecordReader{
		&protocol.ControlBatch{BaseOffset: 3, Records: logOf([]int64{3}, 1)}, // no key: not a marker that can be read
	}}}}
	next, err := decode(p, 3, &cutter{size: 10, maxBytes: 1000, first: 3})
	require.Error(t, err)
	require.EqualValues(t, 3, next)

	p.RecordSet.Records = &protocol.RecordStream{Records: []protocol.RecordReader{failing{}}}
	next, err = decode(p, 3, &cutter{size: 10, maxBytes: 1000, first: 3})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualValues(t, 3, next)
}

type failing struct{}

func (failing) ReadRecord() (*protocol.Record, error) { return nil, io.ErrUnexpectedEOF }

// TestCuts reads one random log in two ways and checks every rule about batches.
func TestCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 20).Draw(t, "size")
		maxBytes := rapid.IntRange(1, 60).Draw(t, "maxBytes")
		var offsets []int64
		end := rapid.Int64Range(0, 1000).Draw(t, "start")
		from := end
		for _, gap := range rapid.SliceOfN(rapid.SampledFrom([]int64{1, 1, 1, 1, 2, 7, 55}), 1, 80).Draw(t, "gaps") {
			end += gap
			offsets = append(offsets, end-1)
		}
		end += rapid.SampledFrom([]int64{0, 1, 30}).Draw(t, "tail")

		var batches []*pipeline.Batch
		position, rest := from, offsets
		for position < end { // one fetch after the other, each ending anywhere
			n := rapid.IntRange(0, len(rest)).Draw(t, "fetched")
			next := end
			if n < len(rest) {
				next = rapid.Int64Range(position, rest[n]).Draw(t, "next")
				if n > 0 {
					next = max(next, rest[n-1]+1)
				}
			}
			cut := cutter{size: size, maxBytes: maxBytes, first: position}
			_, err := cut.addAll(logOf(rest[:n], 10), position, false)
			require.NoError(t, err)
			require.NoError(t, cut.finish(next))
			batches = append(batches, cut.batches...)
			position, rest = next, rest[n:]
		}

		var got []int64
		last := from
		for _, b := range batches {
			require.GreaterOrEqual(t, b.First, last)
			require.Greater(t, b.Next, b.First)
			require.Equal(t, b.First/size, (b.Next-1)/size, "crosses a multiple of the cut size")
			require.True(t, len(b.Records) <= 1 || b.Bytes <= maxBytes)
			require.Equal(t, 10*len(b.Records), b.Bytes)
			last = b.Next
			for _, r := range b.Records {
				require.True(t, b.First <= r.Offset && r.Offset < b.Next)
				require.Equal(t, bytes.Repeat([]byte{byte(r.Offset)}, 10), r.Value)
				got = append(got, r.Offset)
			}
		}
		require.Equal(t, offsets, got)
		require.Equal(t, end, last, "the watermark reaches the end")
	})
}

func TestWarmUp(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	for _, tc := range []struct {
		name      string
		committed int
		records   int
		age       time.Duration
		want      []int // first and last record read again
	}{
		{"bounded by count", 50, 20, time.Hour, []int{30, 49}},
		{"bounded by age", 50, 1000, 10 * time.Minute, []int{40, 49}},
		{"bounded by the start of the log", 5, 20, time.Hour, []int{0, 4}},
		{"nothing before", 0, 20, time.Hour, nil},
		{"at the end", 100, 30, time.Hour, []int{70, 99}},
		{"switched off", 50, 0, time.Hour, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := kafkatest.Start(t)
			topic, group := c.CreateTopic(t, "in", 1), kafkatest.Name("group")
			id := pipeline.LaneID{Topic: topic}
			var msgs []kafka.Message
			for i := range 100 { // a record a minute, the last one a minute ago
				msgs = append(msgs, kafka.Message{Time: now.Add(time.Duration(i-100) * time.Minute), Value: fmt.Append(nil, i)})
			}
			for len(msgs) > 0 {
				c.Produce(t, topic, msgs[:10])
				msgs = msgs[10:]
			}
			c.SetCommitted(t, group, topic, map[int]int64{0: int64(tc.committed)})
			cfg := quick(c, group, topic)
			cfg.WarmRecords, cfg.WarmAge = tc.records, tc.age
			m := newMemory()
			p := start(t, cfg, m)
			eventually(t, "the lane is read", func() bool { l := m.last(id); return l != nil && position(l) == 100 })
			p.stop()
			require.Len(t, m.values(id), 100-tc.committed)
			l := m.last(id)
			require.EqualValues(t, tc.committed, l.from)
			if tc.want == nil {
				require.Empty(t, l.warm)
				return
			}
			require.Len(t, l.warm, tc.want[1]-tc.want[0]+1)
			for i, r := range l.warm {
				require.Equal(t, fmt.Sprint(tc.want[0]+i), string(r.Value))
			}
		})
	}
}
