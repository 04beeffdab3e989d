package kafka

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/protocol"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sonexlabs/tacet/pipeline"
)

var compressions = []string{"none", "gzip", "snappy", "lz4", "zstd"}

// What the encoder writes, kafka-go's own decoder must read back: it checks the checksum and every length.
func TestBatchIsReadBack(t *testing.T) {
	blob := rapid.OneOf(
		rapid.Just[[]byte](nil),
		rapid.SliceOfN(rapid.Byte(), 0, 300),
		rapid.Map(rapid.IntRange(0, 20_000), func(n int) []byte { return bytes.Repeat([]byte("ab"), n) }),
	)
	record := rapid.Custom(func(t *rapid.T) pipeline.Output {
		o := pipeline.Output{
			Time:  time.UnixMilli(rapid.Int64Range(1, math.MaxInt32*1000).Draw(t, "time")),
			Key:   blob.Draw(t, "key"),
			Value: blob.Draw(t, "value"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "headers") {
			o.Headers = append(o.Headers, pipeline.Header{Key: rapid.String().Draw(t, "name"), Value: blob.Draw(t, "header")})
		}
		return o
	})
	for _, compression := range compressions {
		codec, err := codecOf(compression)
		require.NoError(t, err)
		b := &recordBatch{codec: codec} // used again and again, as the pool does
		rapid.Check(t, func(t *rapid.T) {
			b.reset()
			outs := rapid.SliceOfN(record, 1, 20).Draw(t, "records")
			limit := 0
			for i := range outs {
				b.add(&outs[i])
				limit += sizeOf(&outs[i])
			}
			require.LessOrEqual(t, len(b.raw), limit, "sizeOf is too small")
			encoded, err := b.finish()
			require.NoError(t, err)
			require.LessOrEqual(t, len(encoded), batchPrefix+len(b.raw), "compression made it larger")

			var set protocol.RecordSet
			n, err := set.ReadFrom(bytes.NewReader(encoded))
			require.NoError(t, err)
			require.Equal(t, len(encoded), int(n))
			for i := range outs {
				r, err := set.Records.ReadRecord()
				require.NoError(t, err)
				require.Equal(t, int64(i), r.Offset)
				require.Equal(t, outs[i].Time.UnixMilli(), r.Time.UnixMilli())
				require.Equal(t, outs[i].Key, read(t, r.Key))
				require.Equal(t, outs[i].Value, read(t, r.Value))
				require.Len(t, r.Headers, len(outs[i].Headers))
				for j, h := range outs[i].Headers {
					require.Equal(t, h.Key, r.Headers[j].Key)
					require.True(t, bytes.Equal(h.Value, r.Headers[j].Value))
				}
			}
			_, err = set.Records.ReadRecord()
			require.Error(t, err, "more records than were added")
		})
	}
}

func read(t require.TestingT, b protocol.Bytes) []byte {
	p, err := protocol.ReadAll(b)
	require.NoError(t, err)
	return p
}

func TestZeroTimeIsNow(t *testing.T) {
	before := time.Now().UnixMilli()
	var b recordBatch
	b.add(&pipeline.Output{Value: []byte("x")})
	require.GreaterOrEqual(t, b.firstTime, before)
	require.LessOrEqual(t, b.maxTime, time.Now().UnixMilli())
}

func TestEncodingAllocatesNothing(t *testing.T) {
	outs := outputs(500)
	b := new(recordBatch)
	encode := func() {
		b.reset()
		for i := range outs {
			b.add(&outs[i])
		}
		_, err := b.finish()
		require.NoError(t, err)
	}
	encode()
	require.Zero(t, testing.AllocsPerRun(20, encode))
}
